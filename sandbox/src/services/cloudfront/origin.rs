//! Where a distribution's content comes from.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::items::Items;

/// An origin: a bucket, or an HTTP server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Origin {
    /// Its name in this distribution.
    pub id: String,
    /// Its name in DNS. In the sandbox one under `.localhost` may carry a port.
    pub domain_name: String,
    /// What stands before every path; empty or `/path`.
    #[serde(default)]
    pub origin_path: String,
    /// Headers that go with every request to it.
    #[serde(default)]
    pub custom_headers: Items<CustomHeader>,
    /// Present when it is a bucket.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub s3_origin_config: Option<S3OriginConfig>,
    /// Present when it is an HTTP server.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub custom_origin_config: Option<CustomOriginConfig>,
    /// How often a connection is tried, 1 to 3.
    #[serde(default = "three")]
    pub connection_attempts: u32,
    /// How long each time, 1 to 10 seconds.
    #[serde(default = "ten")]
    pub connection_timeout: u64,
    /// A cache in front of it.
    #[serde(default)]
    pub origin_shield: OriginShield,
    /// How requests to it are signed; empty for not at all.
    #[serde(default)]
    pub origin_access_control_id: String,
    /// What the sandbox keeps and repeats, but does not act by.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

fn three() -> u32 {
    3
}

fn ten() -> u64 {
    10
}

/// A header that goes with every request to an origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomHeader {
    /// Its name.
    pub header_name: String,
    /// Its value.
    pub header_value: String,
}

/// What is said of a bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct S3OriginConfig {
    /// The forerunner of access controls; empty for none.
    pub origin_access_identity: String,
    /// How long the bucket may be silent, in seconds.
    #[serde(default = "thirty")]
    pub origin_read_timeout: u64,
}

/// What is said of an HTTP server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomOriginConfig {
    /// Its port for plain HTTP.
    #[serde(rename = "HTTPPort")]
    pub http_port: u16,
    /// Its port for TLS.
    #[serde(rename = "HTTPSPort")]
    pub https_port: u16,
    /// `http-only`, `https-only` or `match-viewer`.
    pub origin_protocol_policy: String,
    /// The versions of TLS that may be spoken.
    #[serde(default = "all_protocols")]
    pub origin_ssl_protocols: Items<String>,
    /// How long it may be silent, in seconds.
    #[serde(default = "thirty")]
    pub origin_read_timeout: u64,
    /// How long an idle connection is kept, in seconds.
    #[serde(default = "five")]
    pub origin_keepalive_timeout: u64,
    /// What the sandbox keeps and repeats, but does not act by.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

fn thirty() -> u64 {
    30
}

fn five() -> u64 {
    5
}

fn all_protocols() -> Items<String> {
    ["TLSv1", "SSLv3"].into_iter().map(str::to_owned).collect()
}

/// A cache in front of an origin, which the sandbox does not need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OriginShield {
    /// Whether there is one.
    pub enabled: bool,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub origin_shield_region: Option<String>,
}

/// Two origins of which the second steps in for the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OriginGroup {
    /// Its name in this distribution.
    pub id: String,
    /// When the second is asked.
    pub failover_criteria: FailoverCriteria,
    /// The two.
    pub members: Items<Member>,
    /// What the sandbox keeps and repeats, but does not act by.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// When the second origin of a group is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FailoverCriteria {
    /// When the first answers with one of these.
    pub status_codes: Items<u16>,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Member {
    /// The origin.
    pub origin_id: String,
}

impl Origin {
    /// The bucket and its region, when the domain is a bucket's REST endpoint:
    /// `BUCKET.s3.REGION.amazonaws.com`, `BUCKET.s3.amazonaws.com`.
    pub fn bucket(&self) -> Option<&str> {
        let name = self.domain_name.strip_suffix(".amazonaws.com")?;
        if let Some(bucket) = name.strip_suffix(".s3") {
            return Some(bucket);
        }
        name.rsplit_once(".s3.").map(|(bucket, _)| bucket).filter(|bucket| !bucket.is_empty())
    }
}
