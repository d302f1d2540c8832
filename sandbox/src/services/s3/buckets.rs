//! Buckets themselves: made, found, listed, deleted.

use std::collections::BTreeMap;

use s3s::dto::{
    Bucket as ListedBucket, BucketCannedACL, BucketLocationConstraint, CreateBucketInput,
    CreateBucketOutput, DeleteBucketInput, DeleteBucketOutput, GetBucketAclInput,
    GetBucketAclOutput, GetBucketLocationInput, GetBucketLocationOutput, Grant, Grantee,
    HeadBucketInput, HeadBucketOutput, ListBucketsInput, ListBucketsOutput, ObjectOwnership,
    Permission, PublicAccessBlockConfiguration, Type,
};
use s3s::{S3Request, S3Result};

use super::errors;
use super::state::{Bucket, Settings, State};
use super::store::{Store, now};

/// The region in which a request without a region, and a bucket without a constraint, is.
const FIRST_REGION: &str = "us-east-1";

pub async fn create(
    store: &Store,
    request: S3Request<CreateBucketInput>,
) -> S3Result<CreateBucketOutput> {
    let signed_for = request.region.as_ref().map_or(FIRST_REGION, |region| region.as_str());
    let input = request.input;
    let constraint = input.create_bucket_configuration.as_ref();
    let constraint = constraint.and_then(|it| it.location_constraint.as_ref());
    let region = region_of(signed_for, constraint.map(BucketLocationConstraint::as_str))?;
    if input.object_lock_enabled_for_bucket == Some(true) {
        return Err(errors::not_implemented("Object Lock"));
    }
    let ownership = input.object_ownership.clone().unwrap_or_else(owner_enforced);
    let canned = input.acl.as_ref().map_or(BucketCannedACL::PRIVATE, BucketCannedACL::as_str);
    if canned != BucketCannedACL::PRIVATE {
        return Err(acl_refusal(&ownership, canned));
    }
    let mut state = store.lock();
    let location = location(&state, &input.bucket, &region)?;
    if !state.buckets.contains_key(&input.bucket) {
        store.add(&mut state, new_bucket(input.bucket, region, ownership))?;
    }
    Ok(CreateBucketOutput { location: Some(location) })
}

/// The region that the signature's region and the constraint come to.
fn region_of(signed_for: &str, constraint: Option<&str>) -> S3Result<String> {
    match constraint {
        None if signed_for == FIRST_REGION => Ok(FIRST_REGION.to_owned()),
        None => Err(errors::illegal_location_constraint("unspecified")),
        Some(FIRST_REGION) => Err(errors::invalid_location_constraint()),
        Some("EU") if signed_for == FIRST_REGION => Ok("eu-west-1".to_owned()),
        Some(region) if signed_for == FIRST_REGION || signed_for == region => Ok(region.to_owned()),
        Some(region) => Err(errors::illegal_location_constraint(region)),
    }
}

/// Where the new bucket will be. As AWS documents, making one's own bucket anew succeeds in
/// us-east-1 and fails elsewhere.
fn location(state: &State, name: &str, region: &str) -> S3Result<String> {
    match state.buckets.get(name) {
        Some(bucket) if region != FIRST_REGION || bucket.region != FIRST_REGION => {
            Err(errors::bucket_already_owned_by_you())
        }
        _ => Ok(format!("/{name}")),
    }
}

fn acl_refusal(ownership: &ObjectOwnership, canned: &str) -> s3s::S3Error {
    if ownership.as_str() == ObjectOwnership::BUCKET_OWNER_ENFORCED {
        return errors::acl_with_ownership();
    }
    errors::not_implemented(&format!("the canned ACL {canned}"))
}

/// As AWS makes buckets since April 2023: private, without ACLs.
fn new_bucket(name: String, region: String, ownership: ObjectOwnership) -> Bucket {
    let settings = Settings {
        public_access_block: Some(PublicAccessBlockConfiguration {
            block_public_acls: Some(true),
            block_public_policy: Some(true),
            ignore_public_acls: Some(true),
            restrict_public_buckets: Some(true),
        }),
        ownership: Some(ownership),
        ..Settings::default()
    };
    Bucket {
        name,
        region,
        created: now(),
        settings,
        objects: BTreeMap::new(),
        uploads: BTreeMap::new(),
    }
}

fn owner_enforced() -> ObjectOwnership {
    ObjectOwnership::from_static(ObjectOwnership::BUCKET_OWNER_ENFORCED)
}

pub fn head(store: &Store, input: HeadBucketInput) -> S3Result<HeadBucketOutput> {
    store.read(&input.bucket, |bucket| {
        Ok(HeadBucketOutput {
            access_point_alias: Some(false),
            bucket_region: Some(bucket.region.clone()),
            ..HeadBucketOutput::default()
        })
    })
}

pub fn delete(store: &Store, input: DeleteBucketInput) -> S3Result<DeleteBucketOutput> {
    let mut state = store.lock();
    let bucket = state.buckets.get(&input.bucket).ok_or_else(errors::no_such_bucket)?;
    if !bucket.objects.is_empty() {
        return Err(errors::bucket_not_empty(bucket.has_versions()));
    }
    store.remove(&mut state, &input.bucket)?;
    Ok(DeleteBucketOutput::default())
}

pub fn location_of(
    store: &Store,
    input: GetBucketLocationInput,
) -> S3Result<GetBucketLocationOutput> {
    store.read(&input.bucket, |bucket| {
        // us-east-1 is the region without a name.
        let region = Some(bucket.region.clone()).filter(|region| region != FIRST_REGION);
        let location_constraint = region.map(BucketLocationConstraint::from);
        Ok(GetBucketLocationOutput { location_constraint })
    })
}

pub fn list(store: &Store, input: ListBucketsInput) -> S3Result<ListBucketsOutput> {
    let limit = input.max_buckets.map_or(Ok(10_000), usize::try_from).map_err(|_| {
        errors::invalid_argument("Argument max-buckets must be an integer between 1 and 10000")
    })?;
    let paged =
        input.max_buckets.is_some() || input.prefix.is_some() || input.bucket_region.is_some();
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let state = store.lock();
    let mut rest = state
        .buckets
        .values()
        .filter(|bucket| bucket.name.starts_with(prefix))
        .filter(|bucket| input.bucket_region.as_ref().is_none_or(|it| *it == bucket.region))
        .filter(|bucket| input.continuation_token.as_ref().is_none_or(|it| bucket.name > *it));
    let buckets: Vec<_> =
        rest.by_ref().take(limit).map(|bucket| list_entry(bucket, paged)).collect();
    let last = buckets.last().and_then(|bucket| bucket.name.clone());
    Ok(ListBucketsOutput {
        continuation_token: last.filter(|_| rest.next().is_some()),
        buckets: Some(buckets),
        owner: Some(store.owner()),
        prefix: input.prefix.clone(),
    })
}

/// S3 names the region only in the paged form of the operation.
fn list_entry(bucket: &Bucket, paged: bool) -> ListedBucket {
    ListedBucket {
        bucket_region: paged.then(|| bucket.region.clone()),
        creation_date: Some(bucket.created.clone()),
        name: Some(bucket.name.clone()),
    }
}

pub fn acl(store: &Store, input: GetBucketAclInput) -> S3Result<GetBucketAclOutput> {
    store.read(&input.bucket, |_| {
        let grants = Some(owner_has_full_control(store));
        Ok(GetBucketAclOutput { grants, owner: Some(store.owner()) })
    })
}

/// The only access control list there is.
pub fn owner_has_full_control(store: &Store) -> Vec<Grant> {
    let grantee = Grantee {
        display_name: None,
        email_address: None,
        id: store.owner().id,
        type_: Type::from_static(Type::CANONICAL_USER),
        uri: None,
    };
    let permission = Permission::from_static(Permission::FULL_CONTROL);
    vec![Grant { grantee: Some(grantee), permission: Some(permission) }]
}
