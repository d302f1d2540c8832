//! A bucket's settings, a call each. One after the other: S3 refuses changes of one bucket that
//! meet.

use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketLoggingStatus, BucketVersioningStatus, CorsConfiguration,
    LoggingEnabled, OwnershipControls, OwnershipControlsRule, PartitionDateSource,
    PartitionedPrefix, PublicAccessBlockConfiguration, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, TargetObjectKeyFormat,
    VersioningConfiguration,
};

use super::rules::{CorsRule, LifecycleRule};
use super::{Bucket, Encryption, Logging};
use crate::aws::word::word;
use crate::aws::{Context, Error};
use crate::resource::Result;

impl Bucket {
    /// What CreateBucket does not take, as far as it is declared.
    pub(super) async fn set_all(&self, cx: &Context, name: &str) -> Result<()> {
        self.set(cx, name, |property| match property {
            "versioning" => self.versioning == Some(true),
            "encryption" => self.encryption.is_some(),
            "public_access_block" => self.public_access_block.is_some(),
            "lifecycle_rules" => self.lifecycle_rules.as_ref().is_some_and(|it| !it.is_empty()),
            "logging" => self.logging.is_some(),
            "cors_rules" => self.cors_rules.as_ref().is_some_and(|it| !it.is_empty()),
            _ => false,
        })
        .await
    }

    /// Sets those of the properties that `wanted` names; one that is not declared is taken away.
    pub(super) async fn set(
        &self,
        cx: &Context,
        name: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<()> {
        if wanted("object_ownership") {
            self.set_ownership(cx, name).await?;
        }
        if wanted("public_access_block") {
            self.set_public_access_block(cx, name).await?;
        }
        if wanted("versioning") {
            self.set_versioning(cx, name).await?;
        }
        if wanted("encryption") {
            self.set_encryption(cx, name).await?;
        }
        if wanted("lifecycle_rules") {
            self.set_lifecycle_rules(cx, name).await?;
        }
        if wanted("logging") {
            self.set_logging(cx, name).await?;
        }
        if wanted("cors_rules") {
            self.set_cors_rules(cx, name).await?;
        }
        Ok(())
    }

    async fn set_ownership(&self, cx: &Context, name: &str) -> Result<()> {
        let Some(ownership) = self.object_ownership else { return Ok(()) };
        let ownership = word(&ownership).as_str().into();
        let rule = OwnershipControlsRule::builder().object_ownership(ownership).build()?;
        let controls = OwnershipControls::builder().rules(rule).build()?;
        let request = cx.clients.s3().put_bucket_ownership_controls().bucket(name);
        request.ownership_controls(controls).send().await?;
        Ok(())
    }

    async fn set_public_access_block(&self, cx: &Context, name: &str) -> Result<()> {
        let Some(block) = &self.public_access_block else { return Ok(()) };
        let configuration = PublicAccessBlockConfiguration::builder()
            .block_public_acls(block.block_public_acls)
            .ignore_public_acls(block.ignore_public_acls)
            .block_public_policy(block.block_public_policy)
            .restrict_public_buckets(block.restrict_public_buckets)
            .build();
        let request = cx.clients.s3().put_public_access_block().bucket(name);
        request.public_access_block_configuration(configuration).send().await?;
        Ok(())
    }

    async fn set_versioning(&self, cx: &Context, name: &str) -> Result<()> {
        let status = match self.versioning {
            Some(true) => BucketVersioningStatus::Enabled,
            _ => BucketVersioningStatus::Suspended,
        };
        let configuration = VersioningConfiguration::builder().status(status).build();
        let request = cx.clients.s3().put_bucket_versioning().bucket(name);
        request.versioning_configuration(configuration).send().await?;
        Ok(())
    }

    async fn set_encryption(&self, cx: &Context, name: &str) -> Result<()> {
        let s3 = cx.clients.s3();
        match &self.encryption {
            Some(encryption) => {
                let rules = encryption.to_aws()?;
                let request = s3.put_bucket_encryption().bucket(name);
                request.server_side_encryption_configuration(rules).send().await?;
            }
            None => {
                s3.delete_bucket_encryption().bucket(name).send().await?;
            }
        }
        Ok(())
    }

    async fn set_lifecycle_rules(&self, cx: &Context, name: &str) -> Result<()> {
        let s3 = cx.clients.s3();
        let rules = self.lifecycle_rules.iter().flatten().map(LifecycleRule::to_aws);
        let rules: Vec<_> = rules.collect::<Result<_>>()?;
        if rules.is_empty() {
            s3.delete_bucket_lifecycle().bucket(name).send().await?;
            return Ok(());
        }
        let rules = BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build()?;
        let request = s3.put_bucket_lifecycle_configuration().bucket(name);
        request.lifecycle_configuration(rules).send().await?;
        Ok(())
    }

    async fn set_logging(&self, cx: &Context, name: &str) -> Result<()> {
        let logging = self.logging.as_ref().map(Logging::to_aws).transpose()?;
        let status = BucketLoggingStatus::builder().set_logging_enabled(logging).build();
        let request = cx.clients.s3().put_bucket_logging().bucket(name);
        request.bucket_logging_status(status).send().await?;
        Ok(())
    }

    async fn set_cors_rules(&self, cx: &Context, name: &str) -> Result<()> {
        let s3 = cx.clients.s3();
        let rules = self.cors_rules.iter().flatten().map(CorsRule::to_aws);
        let rules: Vec<_> = rules.collect::<Result<_>>()?;
        if rules.is_empty() {
            s3.delete_bucket_cors().bucket(name).send().await?;
            return Ok(());
        }
        let rules = CorsConfiguration::builder().set_cors_rules(Some(rules)).build()?;
        s3.put_bucket_cors().bucket(name).cors_configuration(rules).send().await?;
        Ok(())
    }
}

impl Encryption {
    fn to_aws(&self) -> Result<ServerSideEncryptionConfiguration> {
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(word(&self.sse_algorithm).as_str().into())
            .set_kms_master_key_id(self.kms_master_key_id.clone())
            .build()?;
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(default)
            .set_bucket_key_enabled(self.bucket_key_enabled)
            .build();
        Ok(ServerSideEncryptionConfiguration::builder().rules(rule).build()?)
    }
}

impl Logging {
    fn to_aws(&self) -> Result<LoggingEnabled> {
        let format = self.partition_date_source.map(|source| {
            let source = PartitionDateSource::from(word(&source).as_str());
            let partitioned = PartitionedPrefix::builder().partition_date_source(source).build();
            TargetObjectKeyFormat::builder().partitioned_prefix(partitioned).build()
        });
        LoggingEnabled::builder()
            .target_bucket(&self.target_bucket)
            .target_prefix(self.target_prefix.as_deref().unwrap_or_default())
            .set_target_object_key_format(format)
            .build()
            .map_err(Error::from)
    }
}
