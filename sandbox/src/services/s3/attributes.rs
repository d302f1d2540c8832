//! What a writer says of an object besides its bytes, and how S3 repeats it.

use s3s::S3Result;
use s3s::dto::{ServerSideEncryption, ServerSideEncryptionByDefault};

use super::errors;
use super::state::{Bucket, Encryption};

/// The longest user metadata, names and values together, in bytes.
const METADATA_LIMIT: usize = 2048;

/// Collects the members that PutObject, CopyObject and CreateMultipartUpload spell alike.
macro_rules! attributes {
    ($store:expr, $bucket:expr, $input:expr) => {{
        let encryption = $crate::services::s3::attributes::Asked {
            algorithm: $input.server_side_encryption.clone(),
            kms_key_id: $input.ssekms_key_id.clone(),
            bucket_key_enabled: $input.bucket_key_enabled,
        };
        $crate::services::s3::state::Attributes {
            cache_control: $input.cache_control.clone(),
            content_disposition: $input.content_disposition.clone(),
            content_encoding: $crate::services::s3::attributes::content_encoding(
                $input.content_encoding.as_deref(),
            ),
            content_language: $input.content_language.clone(),
            content_type: $input.content_type.clone(),
            expires: $input.expires.clone(),
            website_redirect_location: $input.website_redirect_location.clone(),
            metadata: $input.metadata.clone().unwrap_or_default(),
            tags: $crate::services::s3::tags::from_header($input.tagging.as_deref())?,
            storage_class: $input
                .storage_class
                .clone()
                .filter(|class| class.as_str() != s3s::dto::StorageClass::STANDARD),
            encryption: encryption.resolve($bucket, $store.account()),
        }
    }};
}
pub(super) use attributes;

/// Refuses what the store does not keep, rather than to drop it in silence.
macro_rules! refuse_unkept {
    ($input:expr) => {
        if $input.sse_customer_algorithm.is_some() {
            return Err($crate::services::s3::errors::not_implemented("customer-provided keys"));
        }
        if $input.object_lock_mode.is_some() || $input.object_lock_legal_hold_status.is_some() {
            return Err($crate::services::s3::errors::invalid_request(
                "Bucket is missing Object Lock Configuration",
            ));
        }
    };
}
pub(super) use refuse_unkept;

/// Sets the members that GetObject and HeadObject spell alike.
macro_rules! describe {
    ($output:ident, $bucket:expr, $version:expr, $content:expr) => {{
        let attributes = &$content.attributes;
        $output {
            accept_ranges: Some("bytes".to_owned()),
            bucket_key_enabled: attributes.encryption.shown_bucket_key(),
            cache_control: attributes.cache_control.clone(),
            content_disposition: attributes.content_disposition.clone(),
            content_encoding: attributes.content_encoding.clone(),
            content_language: attributes.content_language.clone(),
            content_type: Some(
                attributes.content_type.clone().unwrap_or_else(|| "binary/octet-stream".to_owned()),
            ),
            e_tag: Some(s3s::dto::ETag::Strong($content.etag.clone())),
            expires: attributes.expires.clone(),
            last_modified: Some($version.last_modified.clone()),
            metadata: Some(attributes.metadata.clone()),
            server_side_encryption: Some(attributes.encryption.shown_algorithm()),
            ssekms_key_id: attributes.encryption.kms_key_id.clone(),
            storage_class: attributes.storage_class.clone(),
            version_id: $bucket.shown_id($version),
            website_redirect_location: attributes.website_redirect_location.clone(),
            ..$output::default()
        }
    }};
}
pub(super) use describe;

/// `aws-chunked` is how the body travelled, not what it is; S3 does not keep it.
pub fn content_encoding(header: Option<&str>) -> Option<String> {
    let kept: Vec<_> =
        header?.split(',').map(str::trim).filter(|coding| *coding != "aws-chunked").collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

/// Refuses more user metadata than S3 takes.
///
/// # Errors
/// `MetadataTooLarge`.
pub fn check_metadata(metadata: &s3s::dto::Metadata) -> S3Result<()> {
    let size: usize = metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > METADATA_LIMIT { Err(errors::metadata_too_large()) } else { Ok(()) }
}

/// The encryption that a request asks for.
#[derive(Debug)]
pub struct Asked {
    pub algorithm: Option<ServerSideEncryption>,
    pub kms_key_id: Option<String>,
    pub bucket_key_enabled: Option<bool>,
}

impl Asked {
    /// What it comes to: the bucket's default where the request is silent.
    pub fn resolve(self, bucket: &Bucket, account: &str) -> Encryption {
        let rule = bucket.settings.encryption.as_ref().and_then(|config| config.rules.first());
        let default = rule.and_then(|rule| rule.apply_server_side_encryption_by_default.as_ref());
        let (algorithm, key) = match self.algorithm {
            Some(algorithm) => (Some(algorithm), self.kms_key_id),
            None => (algorithm(default), default.and_then(|it| it.kms_master_key_id.clone())),
        };
        let algorithm = algorithm.filter(is_kms);
        let kms_key_id =
            key.filter(|_| algorithm.is_some()).map(|key| key_arn(&key, &bucket.region, account));
        let bucket_key_enabled =
            self.bucket_key_enabled.or(rule.and_then(|rule| rule.bucket_key_enabled));
        Encryption { algorithm, kms_key_id, bucket_key_enabled }
    }
}

fn algorithm(default: Option<&ServerSideEncryptionByDefault>) -> Option<ServerSideEncryption> {
    default.map(|default| default.sse_algorithm.clone())
}

fn is_kms(algorithm: &ServerSideEncryption) -> bool {
    algorithm.as_str() != ServerSideEncryption::AES256
}

/// S3 answers a key's ARN, however the request names it.
fn key_arn(key: &str, region: &str, account: &str) -> String {
    if key.starts_with("arn:") {
        return key.to_owned();
    }
    let resource = if key.starts_with("alias/") { key.to_owned() } else { format!("key/{key}") };
    format!("arn:aws:kms:{region}:{account}:{resource}")
}

impl Encryption {
    /// The algorithm as S3 answers it: never none.
    pub fn shown_algorithm(&self) -> ServerSideEncryption {
        self.algorithm
            .clone()
            .unwrap_or_else(|| ServerSideEncryption::from_static(ServerSideEncryption::AES256))
    }

    /// Whether a bucket key is used, which S3 answers only when it is.
    pub fn shown_bucket_key(&self) -> Option<bool> {
        self.bucket_key_enabled.filter(|enabled| *enabled && self.algorithm.is_some())
    }
}
