//! How the protocol library's types are written to disk where it does not say so itself.

use s3s::dto::{Checksum, ChecksumType};
use serde::{Deserialize, Serialize};

/// The library's enums of strings, where they may be missing.
pub mod text {
    use std::borrow::Cow;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<T, S>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error>
    where
        T: Clone + Into<Cow<'static, str>>,
        S: Serializer,
    {
        value.clone().map(Into::into).serialize(serializer)
    }

    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        T: From<String>,
        D: Deserializer<'de>,
    {
        Ok(Option::<String>::deserialize(deserializer)?.map(T::from))
    }
}

/// The shape of [`Checksum`] on disk.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Checksum")]
pub struct ChecksumDocument {
    checksum_crc32: Option<String>,
    checksum_crc32c: Option<String>,
    checksum_crc64nvme: Option<String>,
    checksum_sha1: Option<String>,
    checksum_sha256: Option<String>,
    #[serde(with = "text")]
    checksum_type: Option<ChecksumType>,
}
