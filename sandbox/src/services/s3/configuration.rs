//! A bucket's sub-resources: put, read as they were put, deleted.
//!
//! Lifecycle rules, logging and CORS are kept and repeated, not carried out: no object expires by
//! itself in the sandbox.

use s3s::S3Result;
use s3s::dto::*;

use super::state::{Logging, Settings};
use super::store::Store;
use super::{errors, policy};

/// Changes a setting and answers nothing.
fn change<T: Default>(
    store: &Store,
    bucket: &str,
    change: impl FnOnce(&mut Settings),
) -> S3Result<T> {
    store.write(bucket, |writer| writer.change(change))?;
    Ok(T::default())
}

/// Reads a setting.
fn get<T>(store: &Store, bucket: &str, get: impl FnOnce(&Settings) -> S3Result<T>) -> S3Result<T> {
    store.read(bucket, |bucket| get(&bucket.settings))
}

pub fn put_versioning(
    store: &Store,
    input: PutBucketVersioningInput,
) -> S3Result<PutBucketVersioningOutput> {
    let status = input.versioning_configuration.status.ok_or_else(errors::malformed_xml)?;
    let known = [BucketVersioningStatus::ENABLED, BucketVersioningStatus::SUSPENDED];
    if !known.contains(&status.as_str()) {
        return Err(errors::malformed_xml());
    }
    change(store, &input.bucket, |settings| settings.versioning = Some(status))
}

pub fn get_versioning(
    store: &Store,
    input: GetBucketVersioningInput,
) -> S3Result<GetBucketVersioningOutput> {
    get(store, &input.bucket, |settings| {
        Ok(GetBucketVersioningOutput { mfa_delete: None, status: settings.versioning.clone() })
    })
}

pub fn put_encryption(
    store: &Store,
    input: PutBucketEncryptionInput,
) -> S3Result<PutBucketEncryptionOutput> {
    let configuration = input.server_side_encryption_configuration;
    let rule = configuration.rules.first().ok_or_else(errors::malformed_xml)?;
    let default = rule.apply_server_side_encryption_by_default.as_ref();
    let without_kms = default.is_some_and(|default| {
        default.sse_algorithm.as_str() == ServerSideEncryption::AES256
            && default.kms_master_key_id.is_some()
    });
    if without_kms {
        return Err(errors::invalid_argument(
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or \
             aws:kms:dsse",
        ));
    }
    change(store, &input.bucket, |settings| settings.encryption = Some(configuration))
}

/// Every bucket is encrypted: with S3's own keys where nothing else is configured.
pub fn get_encryption(
    store: &Store,
    input: GetBucketEncryptionInput,
) -> S3Result<GetBucketEncryptionOutput> {
    get(store, &input.bucket, |settings| {
        let configured = settings.encryption.clone().unwrap_or_else(default_encryption);
        Ok(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(configured) })
    })
}

fn default_encryption() -> ServerSideEncryptionConfiguration {
    let default = ServerSideEncryptionByDefault {
        kms_master_key_id: None,
        sse_algorithm: ServerSideEncryption::from_static(ServerSideEncryption::AES256),
    };
    let rule = ServerSideEncryptionRule {
        apply_server_side_encryption_by_default: Some(default),
        bucket_key_enabled: Some(false),
    };
    ServerSideEncryptionConfiguration { rules: vec![rule] }
}

pub fn delete_encryption(
    store: &Store,
    input: DeleteBucketEncryptionInput,
) -> S3Result<DeleteBucketEncryptionOutput> {
    change(store, &input.bucket, |settings| settings.encryption = None)
}

pub fn put_public_access_block(
    store: &Store,
    input: PutPublicAccessBlockInput,
) -> S3Result<PutPublicAccessBlockOutput> {
    let asked = input.public_access_block_configuration;
    let block = PublicAccessBlockConfiguration {
        block_public_acls: Some(asked.block_public_acls == Some(true)),
        block_public_policy: Some(asked.block_public_policy == Some(true)),
        ignore_public_acls: Some(asked.ignore_public_acls == Some(true)),
        restrict_public_buckets: Some(asked.restrict_public_buckets == Some(true)),
    };
    change(store, &input.bucket, |settings| settings.public_access_block = Some(block))
}

pub fn get_public_access_block(
    store: &Store,
    input: GetPublicAccessBlockInput,
) -> S3Result<GetPublicAccessBlockOutput> {
    get(store, &input.bucket, |settings| {
        let block = settings.public_access_block.clone();
        let block = block.ok_or_else(errors::no_such_public_access_block)?;
        Ok(GetPublicAccessBlockOutput { public_access_block_configuration: Some(block) })
    })
}

pub fn delete_public_access_block(
    store: &Store,
    input: DeletePublicAccessBlockInput,
) -> S3Result<DeletePublicAccessBlockOutput> {
    change(store, &input.bucket, |settings| settings.public_access_block = None)
}

pub fn put_ownership_controls(
    store: &Store,
    input: PutBucketOwnershipControlsInput,
) -> S3Result<PutBucketOwnershipControlsOutput> {
    let [rule] = input.ownership_controls.rules.as_slice() else {
        return Err(errors::malformed_xml());
    };
    let ownership = rule.object_ownership.clone();
    change(store, &input.bucket, |settings| settings.ownership = Some(ownership))
}

pub fn get_ownership_controls(
    store: &Store,
    input: GetBucketOwnershipControlsInput,
) -> S3Result<GetBucketOwnershipControlsOutput> {
    get(store, &input.bucket, |settings| {
        let ownership = settings.ownership.clone();
        let object_ownership = ownership.ok_or_else(errors::no_such_ownership_controls)?;
        let rules = vec![OwnershipControlsRule { object_ownership }];
        Ok(GetBucketOwnershipControlsOutput {
            ownership_controls: Some(OwnershipControls { rules }),
        })
    })
}

pub fn delete_ownership_controls(
    store: &Store,
    input: DeleteBucketOwnershipControlsInput,
) -> S3Result<DeleteBucketOwnershipControlsOutput> {
    change(store, &input.bucket, |settings| settings.ownership = None)
}

pub fn put_policy(store: &Store, input: PutBucketPolicyInput) -> S3Result<PutBucketPolicyOutput> {
    let document = policy::parse(&input.policy, &input.bucket)?;
    store.write(&input.bucket, |writer| {
        let block = writer.bucket().settings.public_access_block.as_ref();
        if block.and_then(|it| it.block_public_policy) == Some(true) && document.is_public() {
            return Err(errors::access_denied());
        }
        writer.change(|settings| settings.policy = Some(input.policy))
    })?;
    Ok(PutBucketPolicyOutput::default())
}

pub fn get_policy(store: &Store, input: GetBucketPolicyInput) -> S3Result<GetBucketPolicyOutput> {
    get(store, &input.bucket, |settings| {
        let policy = settings.policy.clone().ok_or_else(errors::no_such_policy)?;
        Ok(GetBucketPolicyOutput { policy: Some(policy) })
    })
}

pub fn get_policy_status(
    store: &Store,
    input: GetBucketPolicyStatusInput,
) -> S3Result<GetBucketPolicyStatusOutput> {
    get(store, &input.bucket, |settings| {
        let policy = settings.policy.as_deref().ok_or_else(errors::no_such_policy)?;
        let is_public = policy::parse(policy, &input.bucket)?.is_public();
        let policy_status = Some(PolicyStatus { is_public: Some(is_public) });
        Ok(GetBucketPolicyStatusOutput { policy_status })
    })
}

pub fn delete_policy(
    store: &Store,
    input: DeleteBucketPolicyInput,
) -> S3Result<DeleteBucketPolicyOutput> {
    change(store, &input.bucket, |settings| settings.policy = None)
}

pub fn put_lifecycle(
    store: &Store,
    input: PutBucketLifecycleConfigurationInput,
) -> S3Result<PutBucketLifecycleConfigurationOutput> {
    let mut configuration = input.lifecycle_configuration.ok_or_else(errors::malformed_xml)?;
    if configuration.rules.is_empty() || configuration.rules.len() > 1000 {
        return Err(errors::malformed_xml());
    }
    for rule in &mut configuration.rules {
        rule.id.get_or_insert_with(|| crate::call::Ids::random().mixed(48));
    }
    let minimum = input.transition_default_minimum_object_size.unwrap_or_else(all_storage_classes);
    let shown = Some(minimum.clone());
    store.write(&input.bucket, |writer| {
        writer.change(|settings| {
            settings.lifecycle = Some(configuration);
            settings.transition_minimum = Some(minimum);
        })
    })?;
    Ok(PutBucketLifecycleConfigurationOutput { transition_default_minimum_object_size: shown })
}

fn all_storage_classes() -> TransitionDefaultMinimumObjectSize {
    TransitionDefaultMinimumObjectSize::from_static(
        TransitionDefaultMinimumObjectSize::ALL_STORAGE_CLASSES_128K,
    )
}

pub fn get_lifecycle(
    store: &Store,
    input: GetBucketLifecycleConfigurationInput,
) -> S3Result<GetBucketLifecycleConfigurationOutput> {
    get(store, &input.bucket, |settings| {
        let configuration = settings.lifecycle.clone().ok_or_else(errors::no_such_lifecycle)?;
        Ok(GetBucketLifecycleConfigurationOutput {
            rules: Some(configuration.rules),
            transition_default_minimum_object_size: settings.transition_minimum.clone(),
        })
    })
}

pub fn delete_lifecycle(
    store: &Store,
    input: DeleteBucketLifecycleInput,
) -> S3Result<DeleteBucketLifecycleOutput> {
    change(store, &input.bucket, |settings| settings.lifecycle = None)
}

pub fn put_cors(store: &Store, input: PutBucketCorsInput) -> S3Result<PutBucketCorsOutput> {
    let configuration = input.cors_configuration;
    if configuration.cors_rules.is_empty() || configuration.cors_rules.len() > 100 {
        return Err(errors::malformed_xml());
    }
    change(store, &input.bucket, |settings| settings.cors = Some(configuration))
}

pub fn get_cors(store: &Store, input: GetBucketCorsInput) -> S3Result<GetBucketCorsOutput> {
    get(store, &input.bucket, |settings| {
        let configuration = settings.cors.clone().ok_or_else(errors::no_such_cors)?;
        Ok(GetBucketCorsOutput { cors_rules: Some(configuration.cors_rules) })
    })
}

pub fn delete_cors(
    store: &Store,
    input: DeleteBucketCorsInput,
) -> S3Result<DeleteBucketCorsOutput> {
    change(store, &input.bucket, |settings| settings.cors = None)
}

pub fn put_logging(
    store: &Store,
    input: PutBucketLoggingInput,
) -> S3Result<PutBucketLoggingOutput> {
    let asked = input.bucket_logging_status.logging_enabled;
    let special = asked.as_ref().is_some_and(|asked| {
        asked.target_grants.is_some() || asked.target_object_key_format.is_some()
    });
    if special {
        return Err(errors::not_implemented("grants and key formats of access logs"));
    }
    if let Some(target) = asked.as_ref().map(|asked| &asked.target_bucket) {
        store.read(target, |_| Ok(())).map_err(|_| errors::no_such_logging_target())?;
    }
    let logging =
        asked.map(|asked| Logging { bucket: asked.target_bucket, prefix: asked.target_prefix });
    change(store, &input.bucket, |settings| settings.logging = logging)
}

pub fn get_logging(
    store: &Store,
    input: GetBucketLoggingInput,
) -> S3Result<GetBucketLoggingOutput> {
    get(store, &input.bucket, |settings| {
        let logging_enabled = settings.logging.clone().map(|logging| LoggingEnabled {
            target_bucket: logging.bucket,
            target_prefix: logging.prefix,
            target_grants: None,
            target_object_key_format: None,
        });
        Ok(GetBucketLoggingOutput { logging_enabled })
    })
}

/// Access control lists can be read, and changed nowhere: as in a bucket that does not allow them.
pub fn put_acl(store: &Store, input: PutBucketAclInput) -> S3Result<PutBucketAclOutput> {
    get(store, &input.bucket, |settings| {
        let enforced = settings
            .ownership
            .as_ref()
            .is_none_or(|it| it.as_str() == ObjectOwnership::BUCKET_OWNER_ENFORCED);
        if enforced {
            return Err(errors::acl_not_supported());
        }
        match input.acl.as_ref().map(BucketCannedACL::as_str) {
            Some(BucketCannedACL::PRIVATE) => Ok(PutBucketAclOutput::default()),
            _ => Err(errors::not_implemented("access control lists other than private")),
        }
    })
}

/// What cannot be configured here reads as AWS answers it for a bucket that has none of it.
macro_rules! never_configured {
    ($($function:ident: $input:ident => $output:ident = $answer:expr;)*) => {$(
        pub fn $function(store: &Store, input: $input) -> S3Result<$output> {
            get(store, &input.bucket, |_| $answer)
        }
    )*};
}

never_configured! {
    get_website: GetBucketWebsiteInput => GetBucketWebsiteOutput = Err(errors::no_such_website());
    get_replication: GetBucketReplicationInput => GetBucketReplicationOutput
        = Err(errors::no_such_replication());
    get_object_lock: GetObjectLockConfigurationInput => GetObjectLockConfigurationOutput
        = Err(errors::no_such_object_lock());
    get_accelerate: GetBucketAccelerateConfigurationInput => GetBucketAccelerateConfigurationOutput
        = Ok(GetBucketAccelerateConfigurationOutput::default());
    get_notification: GetBucketNotificationConfigurationInput
        => GetBucketNotificationConfigurationOutput
        = Ok(GetBucketNotificationConfigurationOutput::default());
    get_request_payment: GetBucketRequestPaymentInput => GetBucketRequestPaymentOutput
        = Ok(GetBucketRequestPaymentOutput {
            payer: Some(Payer::from_static(Payer::BUCKET_OWNER)),
        });
}
