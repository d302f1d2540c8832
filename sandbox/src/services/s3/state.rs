//! What exists in S3: buckets, the versions of their objects, uploads under way.

use std::collections::BTreeMap;

use s3s::dto::{
    BucketLifecycleConfiguration, BucketVersioningStatus, CORSConfiguration, Checksum,
    ChecksumAlgorithm, ChecksumType, Metadata, ObjectOwnership, PublicAccessBlockConfiguration,
    ServerSideEncryption, ServerSideEncryptionConfiguration, StorageClass, Tag, Timestamp,
    TransitionDefaultMinimumObjectSize,
};
use serde::{Deserialize, Serialize};

use super::document::{ChecksumDocument, text};

/// The version id of an object that was written while its bucket had no versioning.
pub const NULL_VERSION: &str = "null";

/// All buckets, by name.
#[derive(Debug, Default)]
pub struct State {
    pub buckets: BTreeMap<String, Bucket>,
}

/// A bucket. Objects and uploads have files of their own.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bucket {
    pub name: String,
    pub region: String,
    pub created: Timestamp,
    pub settings: Settings,
    /// The versions of each key, newest first; no key without a version.
    #[serde(skip)]
    pub objects: BTreeMap<String, Vec<Version>>,
    /// Multipart uploads under way, by upload id.
    #[serde(skip)]
    pub uploads: BTreeMap<String, Upload>,
}

/// A bucket's sub-resources, in the protocol's own shapes; `None` is AWS's "not configured".
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub versioning: Option<BucketVersioningStatus>,
    pub encryption: Option<ServerSideEncryptionConfiguration>,
    pub public_access_block: Option<PublicAccessBlockConfiguration>,
    #[serde(with = "text")]
    pub ownership: Option<ObjectOwnership>,
    pub policy: Option<String>,
    pub lifecycle: Option<BucketLifecycleConfiguration>,
    #[serde(with = "text")]
    pub transition_minimum: Option<TransitionDefaultMinimumObjectSize>,
    pub cors: Option<CORSConfiguration>,
    pub logging: Option<Logging>,
    pub tags: Vec<Tag>,
}

/// Where a bucket's access log goes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Logging {
    pub bucket: String,
    pub prefix: String,
}

/// One version of an object, or a delete marker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Version {
    /// Orders versions, and names the file of the bytes.
    pub sequence: u64,
    pub key: String,
    pub id: String,
    pub last_modified: Timestamp,
    /// `None` in a delete marker.
    pub content: Option<Content>,
}

/// What a version holds, but for its bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    pub size: u64,
    /// Without the quotes.
    pub etag: String,
    #[serde(with = "ChecksumDocument")]
    pub checksum: Checksum,
    /// The sizes of the parts of a multipart upload, in order; empty for a single PUT.
    pub parts: Vec<u64>,
    pub attributes: Attributes,
}

/// What the writer said of an object, and S3 repeats to its readers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Attributes {
    pub cache_control: Option<String>,
    pub content_disposition: Option<String>,
    pub content_encoding: Option<String>,
    pub content_language: Option<String>,
    pub content_type: Option<String>,
    pub expires: Option<Timestamp>,
    pub website_redirect_location: Option<String>,
    pub metadata: Metadata,
    pub tags: Vec<Tag>,
    pub storage_class: Option<StorageClass>,
    pub encryption: Encryption,
}

/// How an object is encrypted at rest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Encryption {
    /// `None` is S3's own keys, which it answers as `AES256`.
    pub algorithm: Option<ServerSideEncryption>,
    pub kms_key_id: Option<String>,
    pub bucket_key_enabled: Option<bool>,
}

/// A multipart upload under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Upload {
    pub id: String,
    pub key: String,
    pub initiated: Timestamp,
    pub attributes: Attributes,
    #[serde(with = "text")]
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    #[serde(with = "text")]
    pub checksum_type: Option<ChecksumType>,
    /// By part number.
    #[serde(skip)]
    pub parts: BTreeMap<i32, Part>,
}

/// An uploaded part.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Part {
    pub number: i32,
    /// Names the file of the bytes.
    pub sequence: u64,
    pub size: u64,
    /// The MD5, in hexadecimal.
    pub etag: String,
    #[serde(with = "ChecksumDocument")]
    pub checksum: Checksum,
    pub last_modified: Timestamp,
}

impl Bucket {
    /// Whether a write makes a new version, rather than replace the null version.
    pub fn keeps_versions(&self) -> bool {
        self.versioning() == Some(BucketVersioningStatus::ENABLED)
    }

    /// Whether versioning was ever enabled; S3 speaks of version ids only then.
    pub fn has_versions(&self) -> bool {
        self.versioning().is_some()
    }

    fn versioning(&self) -> Option<&str> {
        self.settings.versioning.as_ref().map(BucketVersioningStatus::as_str)
    }

    /// The newest version of a key, which may be a delete marker.
    pub fn newest(&self, key: &str) -> Option<&Version> {
        self.objects.get(key).and_then(|versions| versions.first())
    }

    /// The newest version with what it holds; none when it is a delete marker.
    pub fn current(&self, key: &str) -> Option<(&Version, &Content)> {
        let version = self.newest(key)?;
        Some((version, version.content.as_ref()?))
    }

    /// A version of a key by its id.
    pub fn version(&self, key: &str, id: &str) -> Option<&Version> {
        self.objects.get(key)?.iter().find(|version| version.id == id)
    }

    /// The version id to answer with: none while the bucket never had versioning.
    pub fn shown_id(&self, version: &Version) -> Option<String> {
        self.has_versions().then(|| version.id.clone())
    }

    /// Puts a version in its place, which is the first.
    pub fn insert(&mut self, version: Version) {
        self.objects.entry(version.key.clone()).or_default().insert(0, version);
    }

    /// Takes a version out.
    pub fn remove(&mut self, key: &str, id: &str) -> Option<Version> {
        let versions = self.objects.get_mut(key)?;
        let index = versions.iter().position(|version| version.id == id)?;
        let version = versions.remove(index);
        if versions.is_empty() {
            self.objects.remove(key);
        }
        Some(version)
    }
}
