//! A distribution's configuration, with what CloudFront fills in where a request is silent.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::behavior::{CacheBehavior, PatternBehavior};
use super::items::Items;
use super::origin::{Origin, OriginGroup};

/// What a distribution is to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DistributionConfig {
    /// The client's own name for the request that made it.
    pub caller_reference: String,
    /// Other names under which it answers.
    #[serde(default)]
    pub aliases: Items<String>,
    /// What `/` stands for, without a slash in front; empty for nothing.
    #[serde(default)]
    pub default_root_object: String,
    /// Where the content comes from.
    pub origins: Items<Origin>,
    /// Origins of which the second steps in for the first.
    #[serde(default)]
    pub origin_groups: Items<OriginGroup>,
    /// What holds for paths that no pattern matches.
    pub default_cache_behavior: CacheBehavior,
    /// What holds for paths that match a pattern, the first that does.
    #[serde(default)]
    pub cache_behaviors: Items<PatternBehavior>,
    /// Pages in place of errors.
    #[serde(default)]
    pub custom_error_responses: Items<CustomErrorResponse>,
    /// Words for people.
    pub comment: String,
    /// Where access logs go.
    #[serde(default)]
    pub logging: Logging,
    /// Which edges serve it.
    #[serde(default = "all_edges")]
    pub price_class: String,
    /// Whether it answers at all.
    pub enabled: bool,
    /// How it shows who it is.
    #[serde(default)]
    pub viewer_certificate: ViewerCertificate,
    /// Who may not see it.
    #[serde(default)]
    pub restrictions: Restrictions,
    /// The ARN of its web ACL; empty for none.
    #[serde(rename = "WebACLId", default)]
    pub web_acl_id: String,
    /// The newest version of HTTP that it speaks.
    #[serde(default = "http2")]
    pub http_version: String,
    /// Whether its name has IPv6 addresses.
    #[serde(rename = "IsIPV6Enabled", default)]
    pub is_ipv6_enabled: bool,
    /// The policy that sends a share of the requests to a staging distribution; empty for none.
    #[serde(default)]
    pub continuous_deployment_policy_id: String,
    /// Whether it is such a staging distribution.
    #[serde(default)]
    pub staging: bool,
    /// What the sandbox keeps and repeats, but does not act by.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

fn all_edges() -> String {
    "PriceClass_All".to_owned()
}

fn http2() -> String {
    "http2".to_owned()
}

/// A page in place of an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomErrorResponse {
    /// The status that the origin gave.
    pub error_code: u16,
    /// The page; empty for the origin's own.
    #[serde(default)]
    pub response_page_path: String,
    /// The status that viewers see; empty for the origin's own.
    #[serde(default)]
    pub response_code: String,
    /// How long the error is kept at least, in seconds.
    #[serde(rename = "ErrorCachingMinTTL", default = "ten_seconds")]
    pub error_caching_min_ttl: u64,
}

/// What CloudFront keeps an error for, unless told otherwise.
pub const ERROR_CACHING_SECONDS: u64 = 10;

fn ten_seconds() -> u64 {
    ERROR_CACHING_SECONDS
}

/// Where access logs go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Logging {
    /// Whether there are any.
    pub enabled: bool,
    /// Whether cookies stand in them.
    pub include_cookies: bool,
    /// `BUCKET.s3.amazonaws.com`.
    pub bucket: String,
    /// What their keys begin with.
    pub prefix: String,
}

/// How a distribution shows who it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ViewerCertificate {
    /// CloudFront's own certificate, which covers no alias.
    #[serde(default)]
    pub cloud_front_default_certificate: bool,
    /// A certificate of ACM's in `us-east-1`.
    #[serde(rename = "ACMCertificateArn", skip_serializing_if = "Option::is_none", default)]
    pub acm_certificate_arn: Option<String>,
    /// A certificate of IAM's.
    #[serde(rename = "IAMCertificateId", skip_serializing_if = "Option::is_none", default)]
    pub iam_certificate_id: Option<String>,
    /// `sni-only` or `vip`.
    #[serde(rename = "SSLSupportMethod", skip_serializing_if = "Option::is_none", default)]
    pub ssl_support_method: Option<String>,
    /// The security policy.
    #[serde(default = "oldest_protocol")]
    pub minimum_protocol_version: String,
    /// The ARN or id once more, for old clients.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub certificate: Option<String>,
    /// `cloudfront`, `acm` or `iam`, for old clients.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub certificate_source: Option<String>,
}

fn oldest_protocol() -> String {
    "TLSv1".to_owned()
}

impl Default for ViewerCertificate {
    fn default() -> Self {
        Self {
            cloud_front_default_certificate: true,
            acm_certificate_arn: None,
            iam_certificate_id: None,
            ssl_support_method: None,
            minimum_protocol_version: oldest_protocol(),
            certificate: None,
            certificate_source: None,
        }
        .completed()
    }
}

impl ViewerCertificate {
    /// With the members for old clients, which follow from the others.
    pub(super) fn completed(mut self) -> Self {
        let own = self.acm_certificate_arn.clone().map(|arn| (arn, "acm"));
        let own = own.or_else(|| self.iam_certificate_id.clone().map(|id| (id, "iam")));
        self.cloud_front_default_certificate = own.is_none();
        match own {
            Some((certificate, source)) => {
                self.certificate = Some(certificate);
                self.certificate_source = Some(source.to_owned());
            }
            None => {
                self.ssl_support_method = Some("vip".to_owned());
                self.minimum_protocol_version = oldest_protocol();
                self.certificate = None;
                self.certificate_source = Some("cloudfront".to_owned());
            }
        }
        self
    }
}

/// Who may not see a distribution.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Restrictions {
    /// By country.
    pub geo_restriction: GeoRestriction,
}

/// Countries that may, or may not, see a distribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GeoRestriction {
    /// `none`, `whitelist` or `blacklist`.
    pub restriction_type: String,
    /// Two letters each.
    #[serde(flatten)]
    pub locations: Items<String>,
}

impl Default for GeoRestriction {
    fn default() -> Self {
        Self { restriction_type: "none".to_owned(), locations: Items::default() }
    }
}
