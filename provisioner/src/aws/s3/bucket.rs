//! `s3.bucket`: where objects are kept, with all that S3 sets on a bucket as a whole.
//!
//! S3 has a call for each setting. A creation makes one for each that is declared; a change, one
//! for each that differs; a look, one for each, side by side.

use aws_sdk_s3::types as s3;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::read::one_by_one;
use crate::aws::word::word;
use crate::aws::{Context, Error, partition};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Tags, Traits,
};

mod empty;
mod live;
mod rules;
mod settings;

pub use rules::{CorsRule, LifecycleRule, Method, NoncurrentTransition, StorageClass, Transition};

/// The region that has no name in a location, and where making one's own bucket anew succeeds.
const FIRST_REGION: &str = "us-east-1";

/// The longest default name, so that `-` and the account still fit behind it.
const NAME_LIMIT: usize = 50;

/// A bucket.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// Its name, unique among the buckets of all accounts. Default: the environment's prefix, the
    /// address and the account. A change replaces.
    #[schemars(
        length(min = 3, max = 63),
        regex(pattern = r"^[a-z0-9]([a-z0-9-]|\.[a-z0-9])*[a-z0-9]$")
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether old versions of objects are kept. Once it was on it can only be suspended. Default
    /// `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versioning: Option<bool>,
    /// How new objects are encrypted. Default: with a key of S3's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<Encryption>,
    /// What S3 does about rights for everybody. Default: all four are on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_access_block: Option<PublicAccessBlock>,
    /// Who owns an object that another account writes, and whether there are access control
    /// lists. Default `BucketOwnerEnforced`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_ownership: Option<Ownership>,
    /// Which objects S3 moves or deletes by itself, at most 1000 rules. Default: none.
    #[schemars(length(max = 1000))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle_rules: Option<Vec<LifecycleRule>>,
    /// Where S3 records each access. Default: nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logging: Option<Logging>,
    /// What pages of other origins may do with its objects, at most 100 rules; the first that
    /// fits holds. Default: nothing.
    #[schemars(length(max = 100))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cors_rules: Option<Vec<CorsRule>>,
    /// Whether a deletion, which needs consent in any case, takes all objects and their versions
    /// along. With `false` S3 refuses to delete a bucket that is not empty. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_delete: Option<bool>,
}

/// How new objects are encrypted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// With whose key.
    pub sse_algorithm: Algorithm,
    /// The id or ARN of the KMS key, for `aws:kms` and `aws:kms:dsse`. Default: S3's own,
    /// `alias/aws/s3`.
    #[schemars(length(min = 1, max = 2048))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_master_key_id: Option<String>,
    /// Whether S3 asks KMS for a key of the bucket's, rather than once an object: with `aws:kms`,
    /// far cheaper. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket_key_enabled: Option<bool>,
}

/// With whose key objects are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Algorithm {
    /// A key of S3's.
    #[serde(rename = "AES256")]
    Aes256,
    /// A key in KMS.
    #[serde(rename = "aws:kms")]
    Kms,
    /// A key in KMS, twice.
    #[serde(rename = "aws:kms:dsse")]
    KmsDsse,
}

/// What S3 does about rights for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicAccessBlock {
    /// Whether it refuses access control lists that let everybody in. Default `true`.
    #[serde(default = "on")]
    pub block_public_acls: bool,
    /// Whether it takes such lists for nothing. Default `true`.
    #[serde(default = "on")]
    pub ignore_public_acls: bool,
    /// Whether it refuses bucket policies that let everybody in. Default `true`.
    #[serde(default = "on")]
    pub block_public_policy: bool,
    /// Whether under such a policy only the account itself and AWS's services get in. Default
    /// `true`.
    #[serde(default = "on")]
    pub restrict_public_buckets: bool,
}

const fn on() -> bool {
    true
}

/// Who owns objects, and whether there are access control lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Ownership {
    /// The bucket's owner owns all, and there are no access control lists.
    BucketOwnerEnforced,
    /// The bucket's owner owns what is written with the list `bucket-owner-full-control`.
    BucketOwnerPreferred,
    /// Whoever writes an object owns it.
    ObjectWriter,
}

/// Where accesses are recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Logging {
    /// The bucket to write to, in the same region; its policy must let `logging.s3.amazonaws.com`
    /// write.
    #[schemars(length(min = 3, max = 63))]
    pub target_bucket: String,
    /// What the keys of the records begin with, e.g. `access/`. Default: nothing.
    #[schemars(length(max = 512))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_prefix: Option<String>,
    /// By which date records are put below account, region, bucket and day. Default: all in one
    /// place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition_date_source: Option<DateSource>,
}

/// By which date records are put apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DateSource {
    /// The day of the access.
    EventTime,
    /// The day on which S3 wrote the record.
    DeliveryTime,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN; its objects' begin with it and `/`.
    pub arn: String,
    /// Its host name, e.g. `vitality.s3.eu-central-1.amazonaws.com`: the origin of a distribution.
    pub regional_domain_name: String,
}

impl Resource for Bucket {
    const KIND: &'static str = "s3.bucket";
    const TRAITS: Traits = Traits {
        immutable: &["name"],
        compare: &[
            ("lifecycle_rules", Compare::Set),
            ("lifecycle_rules.*.transitions", Compare::Set),
            ("lifecycle_rules.*.noncurrent_version_transitions", Compare::Set),
            ("cors_rules.*.allowed_headers", Compare::Set),
            ("cors_rules.*.allowed_methods", Compare::Set),
            ("cors_rules.*.allowed_origins", Compare::Set),
            ("cors_rules.*.expose_headers", Compare::Set),
            ("force_delete", Compare::WriteOnly),
        ],
        clearable: &["encryption", "lifecycle_rules", "logging", "cors_rules"],
        deletion: &["force_delete"],
        holds_data: true,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let mut problems = self.problems_of_name();
        let with_key = |encryption: &Encryption| {
            encryption.sse_algorithm == Algorithm::Aes256 && encryption.kms_master_key_id.is_some()
        };
        if self.encryption.as_ref().is_some_and(with_key) {
            problems.push(
                Problem::at("encryption.kms_master_key_id", "With AES256 the key is S3's.")
                    .hint("write sse_algorithm: aws:kms, or leave kms_master_key_id out"),
            );
        }
        problems.extend(rules::problems(self.lifecycle_rules.as_deref().unwrap_or_default()));
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        one_by_one(ids, |name| live::read_one(cx, name)).await
    }

    /// A bucket gets its tags by a second call. One of this very name that is empty and has no
    /// tags at all is one whose maker was interrupted between the two.
    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let name = self.name(cx, owner);
        let ours = match live::tags(cx, &name).await {
            Ok(Some(tags)) => owner.owns(&tags),
            Ok(None) => empty::is_empty(cx, &name).await?,
            // Another account's bucket is nobody's that we look for.
            Err(error) if error.is_not_found() || error.is_access_denied() => false,
            Err(error) => return Err(error),
        };
        Ok(ours.then_some(Id(name)).into_iter().collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name(cx, owner);
        if cx.region == FIRST_REGION {
            refuse_existing(cx, &name).await?;
        }
        cx.clients
            .s3()
            .create_bucket()
            .bucket(&name)
            .set_create_bucket_configuration(location(cx))
            .set_object_ownership(self.object_ownership.map(|it| word(&it).as_str().into()))
            .send()
            .await?;
        let rest = async {
            live::put_tags(cx, &name, &owner.tags).await?;
            self.set_all(cx, &name).await
        };
        rest.await.map_err(Error::after_creation)?;
        let outputs = outputs(cx, &name);
        Ok(Created::ready(name, outputs))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        self.set(cx, id.as_str(), |property| change.has(property)).await?;
        if change.tags.is_empty() {
            return Ok(());
        }
        // S3 replaces all tags at once.
        let mut tags = live::tags(cx, id.as_str()).await?.unwrap_or_default();
        tags.retain(|key, _| !change.tags.remove.contains(key));
        tags.extend(change.tags.set.clone());
        live::put_tags(cx, id.as_str(), &tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        match delete_bucket(cx, id).await {
            Err(error) if error.is_dependency_violation() => {}
            result => return result,
        }
        if self.force_delete == Some(false) {
            let refusal = delete_bucket(cx, id).await.map_err(Error::conclusive);
            let advice = "delete the objects, or let them go with the bucket: `force_delete: true`";
            return refusal.map_err(|error| error.advise(advice));
        }
        if !empty::delete_all(cx, id.as_str()).await? {
            return Ok(Deleted::Gone);
        }
        delete_bucket(cx, id).await
    }

    async fn loss(&self, cx: &Context, id: &Id) -> Result<Option<String>> {
        let Some(count) = empty::count(cx, id.as_str()).await? else { return Ok(None) };
        Ok(Some(match (count, self.force_delete) {
            (empty::Count::Exactly(0), _) => "it is empty".to_owned(),
            (count, Some(false)) => {
                format!("AWS refuses: it holds {count}, and `force_delete` is false")
            }
            (empty::Count::Exactly(1), _) => "1 object version goes with it".to_owned(),
            (count, _) => format!("{count} go with it"),
        }))
    }

    async fn blockers(cx: &Context, id: &Id) -> Result<Vec<String>> {
        let count = empty::count(cx, id.as_str()).await?;
        let blocks = |count: &empty::Count| !matches!(count, empty::Count::Exactly(0));
        Ok(count.filter(blocks).map(|count| count.to_string()).into_iter().collect())
    }
}

impl Bucket {
    fn name(&self, cx: &Context, owner: &Owner) -> String {
        let default = || format!("{}-{}", owner.name(NAME_LIMIT), cx.account);
        self.name.clone().unwrap_or_else(default)
    }

    /// What S3 reserves, beyond what the pattern can say:
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
    fn problems_of_name(&self) -> Vec<Problem> {
        let Some(name) = &self.name else { return Vec::new() };
        let begins = ["xn--", "sthree-", "amzn-s3-demo-"].iter().find(|it| name.starts_with(**it));
        let ends = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
        let ends = ends.iter().find(|it| name.ends_with(**it));
        let mut problems = Vec::new();
        if let Some(reserved) = begins.or(ends) {
            let message = format!("S3 keeps names with `{reserved}` for itself.");
            problems.push(Problem::at("name", message));
        }
        if name.parse::<std::net::Ipv4Addr>().is_ok() {
            problems.push(Problem::at("name", "A bucket's name can't be an IP address."));
        }
        problems
    }
}

/// In us-east-1 S3 answers as if it made a bucket that the account has already, whoever's it is:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>
async fn refuse_existing(cx: &Context, name: &str) -> Result<()> {
    match live::tags(cx, name).await {
        Ok(_) => Err(Error::with_code("BucketAlreadyOwnedByYou", "the account has this bucket")),
        Err(error) if error.is_not_found() => Ok(()),
        // Another account's: S3 says it in its own words when it is asked to make it.
        Err(error) if error.is_access_denied() => Ok(()),
        Err(error) => Err(error),
    }
}

fn location(cx: &Context) -> Option<CreateBucketConfiguration> {
    let constraint = BucketLocationConstraint::from(cx.region.as_str());
    let location = CreateBucketConfiguration::builder().location_constraint(constraint);
    (cx.region != FIRST_REGION).then(|| location.build())
}

async fn delete_bucket(cx: &Context, id: &Id) -> Result<Deleted> {
    let answer = cx.clients.s3().delete_bucket().bucket(id.as_str()).send().await;
    Error::optional(answer.map_err(Error::from))?;
    Ok(Deleted::Gone)
}

fn outputs(cx: &Context, name: &str) -> Outputs {
    let partition = partition(&cx.region);
    let suffix = if partition == "aws-cn" { ".cn" } else { "" };
    Outputs {
        name: name.to_owned(),
        arn: format!("arn:{partition}:s3:::{name}"),
        regional_domain_name: format!("{name}.s3.{}.amazonaws.com{suffix}", cx.region),
    }
}

fn to_tags(tags: &Tags) -> Result<Vec<s3::Tag>> {
    let tag = |(key, value)| Ok(s3::Tag::builder().key(key).value(value).build()?);
    tags.iter().map(tag).collect()
}
