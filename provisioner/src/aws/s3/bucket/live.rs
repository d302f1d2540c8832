//! A bucket as it is: a call a setting, side by side.

use aws_sdk_s3::types as s3;
use aws_sdk_s3::types::{BucketVersioningStatus, Tagging};

use super::rules::{CorsRule, LifecycleRule};
use super::{Bucket, Encryption, Logging, Ownership, PublicAccessBlock, outputs, to_tags};
use crate::aws::word::from_word;
use crate::aws::{Context, Error};
use crate::resource::{Live, Result, Status, Tags};

pub(super) async fn read_one(cx: &Context, name: &str) -> Result<Option<Live<Bucket>>> {
    let settings = async {
        futures::try_join!(
            tags(cx, name),
            versioning(cx, name),
            encryption(cx, name),
            public_access_block(cx, name),
            ownership(cx, name),
            lifecycle_rules(cx, name),
            logging(cx, name),
            cors_rules(cx, name),
        )
    };
    let Some(settings) = Error::optional(settings.await)? else { return Ok(None) };
    let (tags, versioning, encryption, block, ownership, lifecycle_rules, logging, cors) = settings;
    let spec = Bucket {
        name: Some(name.to_owned()),
        versioning: Some(versioning),
        encryption,
        public_access_block: Some(block),
        object_ownership: ownership,
        lifecycle_rules,
        logging,
        cors_rules: cors,
        force_delete: None,
    };
    let (outputs, tags) = (outputs(cx, name), Some(tags.unwrap_or_default()));
    Ok(Some(Live { spec, outputs, tags, status: Status::Ready }))
}

/// The tags, or `None` where the bucket never had any.
///
/// # Errors
/// [`Error::is_not_found`] where there is no such bucket.
pub(super) async fn tags(cx: &Context, name: &str) -> Result<Option<Tags>> {
    let answer = cx.clients.s3().get_bucket_tagging().bucket(name).send().await;
    let answer = Error::where_set(answer.map_err(Error::from))?;
    let pair = |tag: s3::Tag| (tag.key, tag.value);
    Ok(answer.map(|answer| answer.tag_set.into_iter().map(pair).collect()))
}

pub(super) async fn put_tags(cx: &Context, name: &str, tags: &Tags) -> Result<()> {
    let tagging = Tagging::builder().set_tag_set(Some(to_tags(tags)?)).build()?;
    cx.clients.s3().put_bucket_tagging().bucket(name).tagging(tagging).send().await?;
    Ok(())
}

async fn versioning(cx: &Context, name: &str) -> Result<bool> {
    let answer = cx.clients.s3().get_bucket_versioning().bucket(name).send().await?;
    Ok(answer.status == Some(BucketVersioningStatus::Enabled))
}

async fn encryption(cx: &Context, name: &str) -> Result<Option<Encryption>> {
    let answer = cx.clients.s3().get_bucket_encryption().bucket(name).send().await;
    let answer = Error::where_set(answer.map_err(Error::from))?;
    let configuration = answer.and_then(|answer| answer.server_side_encryption_configuration);
    let rule = configuration.and_then(|configuration| configuration.rules.into_iter().next());
    Ok(rule.and_then(|rule| {
        let default = rule.apply_server_side_encryption_by_default?;
        Some(Encryption {
            sse_algorithm: from_word(default.sse_algorithm.as_str())?,
            kms_master_key_id: default.kms_master_key_id,
            bucket_key_enabled: Some(rule.bucket_key_enabled.unwrap_or(false)),
        })
    }))
}

async fn public_access_block(cx: &Context, name: &str) -> Result<PublicAccessBlock> {
    let answer = cx.clients.s3().get_public_access_block().bucket(name).send().await;
    let answer = Error::where_set(answer.map_err(Error::from))?;
    let block = answer.and_then(|answer| answer.public_access_block_configuration);
    let is_on = |it: fn(&s3::PublicAccessBlockConfiguration) -> Option<bool>| {
        block.as_ref().and_then(it) == Some(true)
    };
    Ok(PublicAccessBlock {
        block_public_acls: is_on(s3::PublicAccessBlockConfiguration::block_public_acls),
        ignore_public_acls: is_on(s3::PublicAccessBlockConfiguration::ignore_public_acls),
        block_public_policy: is_on(s3::PublicAccessBlockConfiguration::block_public_policy),
        restrict_public_buckets: is_on(s3::PublicAccessBlockConfiguration::restrict_public_buckets),
    })
}

async fn ownership(cx: &Context, name: &str) -> Result<Option<Ownership>> {
    let answer = cx.clients.s3().get_bucket_ownership_controls().bucket(name).send().await;
    let answer = Error::where_set(answer.map_err(Error::from))?;
    let controls = answer.and_then(|answer| answer.ownership_controls);
    let rule = controls.and_then(|controls| controls.rules.into_iter().next());
    // Buckets older than the setting have none, and are as if it said this.
    Ok(rule.map_or(Some(Ownership::ObjectWriter), |rule| from_word(rule.object_ownership.as_str())))
}

async fn lifecycle_rules(cx: &Context, name: &str) -> Result<Option<Vec<LifecycleRule>>> {
    let answer = cx.clients.s3().get_bucket_lifecycle_configuration().bucket(name).send().await;
    let answer = Error::where_set(answer.map_err(Error::from))?;
    let rules = answer.and_then(|answer| answer.rules);
    Ok(rules.map(|rules| rules.iter().map(LifecycleRule::from_aws).collect()))
}

async fn logging(cx: &Context, name: &str) -> Result<Option<Logging>> {
    let answer = cx.clients.s3().get_bucket_logging().bucket(name).send().await?;
    Ok(answer.logging_enabled.map(|logging| Logging {
        partition_date_source: logging
            .target_object_key_format()
            .and_then(|format| format.partitioned_prefix())
            .and_then(|partitioned| partitioned.partition_date_source())
            .and_then(|source| from_word(source.as_str())),
        target_bucket: logging.target_bucket,
        target_prefix: Some(logging.target_prefix),
    }))
}

async fn cors_rules(cx: &Context, name: &str) -> Result<Option<Vec<CorsRule>>> {
    let answer = cx.clients.s3().get_bucket_cors().bucket(name).send().await;
    let answer = Error::where_set(answer.map_err(Error::from))?;
    let rules = answer.and_then(|answer| answer.cors_rules);
    Ok(rules.map(|rules| rules.iter().map(CorsRule::from_aws).collect()))
}
