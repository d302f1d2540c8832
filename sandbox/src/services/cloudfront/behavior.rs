//! What a distribution does with the paths that match a pattern.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::items::Items;

/// A behavior with the pattern of the paths that it is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PatternBehavior {
    /// `*` stands for any characters, `?` for one.
    pub path_pattern: String,
    /// What holds for them.
    #[serde(flatten)]
    pub behavior: CacheBehavior,
}

/// What holds for some paths.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CacheBehavior {
    /// The origin or the group of origins.
    pub target_origin_id: String,
    /// Accounts whose signatures open it.
    #[serde(default)]
    pub trusted_signers: Trusted,
    /// Key groups whose signatures open it.
    #[serde(default)]
    pub trusted_key_groups: Trusted,
    /// `allow-all`, `https-only` or `redirect-to-https`.
    pub viewer_protocol_policy: String,
    /// What viewers may do.
    #[serde(default)]
    pub allowed_methods: AllowedMethods,
    /// Microsoft's streaming.
    #[serde(default)]
    pub smooth_streaming: bool,
    /// Whether to compress for viewers that accept it.
    #[serde(default)]
    pub compress: bool,
    /// Lambda functions on the way.
    #[serde(default)]
    pub lambda_function_associations: Items<LambdaFunctionAssociation>,
    /// CloudFront functions on the way.
    #[serde(default)]
    pub function_associations: Items<FunctionAssociation>,
    /// Encryption of single fields; empty for none.
    #[serde(default)]
    pub field_level_encryption_id: String,
    /// The cache policy.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cache_policy_id: Option<String>,
    /// What else goes to the origin.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub origin_request_policy_id: Option<String>,
    /// What is added to responses.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub response_headers_policy_id: Option<String>,
    /// gRPC.
    #[serde(default)]
    pub grpc_config: GrpcConfig,
    /// The forerunner of the policies.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub forwarded_values: Option<ForwardedValues>,
    /// With forwarded values only: how long something is kept at least, in seconds.
    #[serde(rename = "MinTTL", skip_serializing_if = "Option::is_none", default)]
    pub min_ttl: Option<u64>,
    /// With forwarded values only: how long, unless the origin says.
    #[serde(rename = "DefaultTTL", skip_serializing_if = "Option::is_none", default)]
    pub default_ttl: Option<u64>,
    /// With forwarded values only: how long at most.
    #[serde(rename = "MaxTTL", skip_serializing_if = "Option::is_none", default)]
    pub max_ttl: Option<u64>,
    /// What the sandbox keeps and repeats, but does not act by.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Whose signatures open a path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Trusted {
    /// Whether a signature is needed.
    pub enabled: bool,
    /// Whose.
    #[serde(flatten)]
    pub items: Items<String>,
}

/// What viewers may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AllowedMethods {
    /// The methods that go through.
    #[serde(flatten)]
    pub methods: Items<String>,
    /// Those whose responses are kept.
    #[serde(default = "reading")]
    pub cached_methods: Items<String>,
}

fn reading() -> Items<String> {
    ["HEAD", "GET"].into_iter().map(str::to_owned).collect()
}

impl Default for AllowedMethods {
    fn default() -> Self {
        Self { methods: reading(), cached_methods: reading() }
    }
}

/// A Lambda function on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LambdaFunctionAssociation {
    /// Its version's ARN.
    #[serde(rename = "LambdaFunctionARN")]
    pub lambda_function_arn: String,
    /// Where on the way.
    pub event_type: String,
    /// Whether it sees the body.
    #[serde(default)]
    pub include_body: bool,
}

/// A CloudFront function on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FunctionAssociation {
    /// Its ARN.
    #[serde(rename = "FunctionARN")]
    pub function_arn: String,
    /// Where on the way.
    pub event_type: String,
}

/// Whether gRPC goes through.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GrpcConfig {
    /// Whether it does.
    pub enabled: bool,
}

/// What goes to the origin and tells cached responses apart, in the form from before policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ForwardedValues {
    /// Whether query strings do.
    pub query_string: bool,
    /// Which cookies.
    pub cookies: CookiePreference,
    /// Which headers.
    #[serde(default)]
    pub headers: Items<String>,
    /// Which parameters, all when none is named.
    #[serde(default)]
    pub query_string_cache_keys: Items<String>,
}

/// Which cookies go to the origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CookiePreference {
    /// `none`, `whitelist` or `all`.
    pub forward: String,
    /// Those of a whitelist.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub whitelisted_names: Option<Items<String>>,
}

impl CacheBehavior {
    /// With the times that CloudFront fills in for a behavior without a cache policy. An empty id is
    /// none.
    pub(super) fn completed(mut self) -> Self {
        for id in [
            &mut self.cache_policy_id,
            &mut self.origin_request_policy_id,
            &mut self.response_headers_policy_id,
        ] {
            *id = id.take().filter(|id| !id.is_empty());
        }
        if self.forwarded_values.is_some() {
            self.min_ttl.get_or_insert(0);
            self.default_ttl.get_or_insert(86_400);
            self.max_ttl.get_or_insert(31_536_000);
        } else {
            (self.min_ttl, self.default_ttl, self.max_ttl) = (None, None, None);
        }
        self
    }
}
