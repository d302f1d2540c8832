use aws_sdk_s3::primitives::ByteStream;
use provisioner::aws::s3::bucket::Bucket;
use provisioner::aws::s3::bucket_policy::BucketPolicy;
use provisioner::resource::{Id, Resource};
use serde_json::{Value as Json, json};

use crate::harness::{World, delete, life_cycle, made, made_twice, owner, read, spec};

/// A name that no other test of this run takes: all accounts share the names.
fn unique(purpose: &str) -> String {
    format!("kinds-{purpose}-{}", uuid::Uuid::new_v4().simple())
}

#[tokio::test]
async fn bucket() {
    let spec = json!({
        "versioning": true,
        "encryption": { "sse_algorithm": "AES256" },
        "public_access_block": {},
        "object_ownership": "BucketOwnerEnforced",
        "lifecycle_rules": [
            { "id": "old", "noncurrent_version_expiration_days": 30, "newer_noncurrent_versions": 3,
              "expired_object_delete_marker": true },
            { "id": "uploads", "abort_incomplete_multipart_upload_days": 7 },
        ],
        "cors_rules": [{
            "allowed_origins": ["https://a.example"], "allowed_methods": ["GET", "HEAD"],
            "max_age_seconds": 60,
        }],
    });
    let changed = json!({
        "versioning": false,
        "encryption": { "sse_algorithm": "aws:kms", "bucket_key_enabled": true },
        "public_access_block": { "block_public_policy": false, "restrict_public_buckets": false },
        "object_ownership": "BucketOwnerPreferred",
        "lifecycle_rules": [{
            "id": "reports", "enabled": false, "prefix": "reports/", "tags": { "keep": "no" },
            "expiration_days": 90,
            "transitions": [
                { "days": 30, "storage_class": "STANDARD_IA" },
                { "days": 60, "storage_class": "GLACIER" },
            ],
        }],
    });
    life_cycle::<Bucket>(&*World::new().await, "bucket", spec, changed).await;
}

#[tokio::test]
async fn a_bucket_is_made_once() {
    let world = World::new().await;
    made_twice::<Bucket>(&world, "twice", json!({ "name": unique("twice") })).await;
}

#[tokio::test]
async fn an_interrupted_creation_is_found_and_a_strangers_bucket_is_not() {
    let world = World::new().await;
    let name = unique("interrupted");
    let s3 = world.clients.s3();
    let constraint = world.region.as_str().into();
    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder();
    let place = place.location_constraint(constraint).build();
    s3.create_bucket().bucket(&name).create_bucket_configuration(place).send().await.unwrap();

    let spec = spec::<Bucket>(json!({ "name": name }));
    assert_eq!(spec.find(&world, &owner("interrupted")).await.unwrap(), [Id(name.clone())]);

    let body = ByteStream::from_static(b"somebody's");
    s3.put_object().bucket(&name).key("a").body(body).send().await.unwrap();
    assert!(spec.find(&world, &owner("interrupted")).await.unwrap().is_empty());
    delete(&world, &spec, &Id(name)).await;
}

#[tokio::test]
async fn a_bucket_goes_with_its_versions_or_not_at_all() {
    let world = World::new().await;
    let name = unique("full");
    let definition = json!({ "name": name, "versioning": true, "force_delete": false });
    let id = Id(made::<Bucket>(&world, "full", definition.clone()).await.outputs.name);
    let s3 = world.clients.s3();
    for text in ["one", "two"] {
        let body = ByteStream::from(text.as_bytes().to_vec());
        s3.put_object().bucket(&name).key("a").body(body).send().await.unwrap();
    }
    s3.delete_object().bucket(&name).key("a").send().await.unwrap();

    let kept = spec::<Bucket>(definition.clone());
    let loss = kept.loss(&world, &id).await.unwrap();
    let refusal = "AWS refuses: it holds 3 object versions, and `force_delete` is false";
    assert_eq!(loss.as_deref(), Some(refusal));
    let refusal = kept.delete(&world, &id).await.unwrap_err();
    assert!(!refusal.is_transient() && refusal.hint().unwrap().contains("force_delete"));
    assert_eq!(Bucket::blockers(&world, &id).await.unwrap(), ["3 object versions"]);

    let forced = with(definition, "force_delete", json!(true));
    let forced = spec::<Bucket>(forced);
    let loss = forced.loss(&world, &id).await.unwrap();
    assert_eq!(loss.as_deref(), Some("3 object versions go with it"));
    delete(&world, &forced, &id).await;
}

fn with(mut object: Json, key: &str, value: Json) -> Json {
    object[key] = value;
    object
}

#[tokio::test]
async fn accesses_are_recorded_in_another_bucket() {
    let world = World::new().await;
    let (name, target) = (unique("watched"), unique("records"));
    let records = made::<Bucket>(&world, "records", json!({ "name": target })).await;
    let write = json!({ "bucket": target, "policy": { "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "logging.s3.amazonaws.com" },
        "Action": "s3:PutObject", "Resource": format!("{}/*", records.outputs.arn),
    }]}});
    made::<BucketPolicy>(&world, "records_policy", write).await;
    let first = json!({ "name": name, "logging": {
        "target_bucket": target, "target_prefix": "access/",
    }});
    let changed = json!({ "name": name, "logging": {
        "target_bucket": target, "target_prefix": "records/",
    }});
    life_cycle::<Bucket>(&world, "watched", first, changed).await;
    delete(&world, &records.spec, &Id(target)).await;
}

#[tokio::test]
async fn bucket_policy() {
    let world = World::new().await;
    let bucket = unique("policy");
    let made = made::<Bucket>(&world, "for_policy", json!({ "name": bucket })).await;
    let policy = |actions: Json| {
        json!({ "bucket": bucket, "policy": { "Version": "2012-10-17", "Statement": [{
            "Sid": "cdn", "Effect": "Allow", "Principal": { "Service": "cloudfront.amazonaws.com" },
            "Action": actions, "Resource": [made.outputs.arn, format!("{}/*", made.outputs.arn)],
            "Condition": { "StringEquals": { "AWS:SourceAccount": world.account } },
        }]}})
    };
    let (first, changed) =
        (policy(json!("s3:GetObject")), policy(json!(["s3:GetObject", "s3:ListBucket"])));
    let wanted = spec::<BucketPolicy>(first.clone());
    let id = wanted.create(&world, &owner("policy")).await.unwrap().id;
    let found = wanted.find(&world, &owner("policy")).await.unwrap();
    assert_eq!(found, std::slice::from_ref(&id));
    let other = spec::<BucketPolicy>(changed);
    let refusal = other.create(&world, &owner("other")).await.unwrap_err();
    assert!(refusal.is_already_exists(), "{refusal}");
    assert!(other.find(&world, &owner("other")).await.unwrap().is_empty());

    let live = read::<BucketPolicy>(&world, &id).await.unwrap();
    crate::harness::update(&world, &id, &other, (live, Some(&wanted))).await;
    let live = read::<BucketPolicy>(&world, &id).await.unwrap();
    assert_eq!(crate::harness::differences(&other, &live, Some(&other)), [""; 0]);
    delete(&world, &other, &id).await;
    delete(&world, &made.spec, &Id(bucket)).await;
    assert!(read::<BucketPolicy>(&world, &id).await.is_none(), "the bucket itself is gone");
}
