//! What a distribution does with requests.

use aws_sdk_cloudfront::types as cf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::Error;
use crate::aws::cloudfront::{PolicyId, quantity};
use crate::aws::word::{from_word, word};
use crate::resource::Result;

/// What is done with requests: the default one's, or those for `path_pattern`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Behavior {
    /// For which paths, e.g. `/api/*`. Not for the default behavior, which has all others.
    #[schemars(length(min = 1, max = 255))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_pattern: Option<String>,
    /// The `id` of the origin that is asked.
    pub target_origin_id: String,
    /// What becomes of those who come by plain HTTP. Default `redirect-to-https`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub viewer_protocol_policy: Option<ViewerProtocolPolicy>,
    /// Which methods reach the origin: `GET` and `HEAD`; these and `OPTIONS`; or all seven.
    /// Default `[GET, HEAD]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_methods: Option<Vec<Method>>,
    /// The answers to which of them are kept: `GET` and `HEAD`, or these and `OPTIONS`. Default
    /// `[GET, HEAD]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_methods: Option<Vec<Method>>,
    /// Whether CloudFront compresses what it may. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compress: Option<bool>,
    /// What tells answers apart and how long they are kept: the id of a cache policy, or the name
    /// of one of AWS's own, e.g. `CachingOptimized` or `CachingDisabled`.
    pub cache_policy_id: PolicyId,
    /// What of a request reaches the origin: the id of an origin request policy, or the name of one
    /// of AWS's own, e.g. `AllViewerExceptHostHeader`. Default: what tells answers apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_request_policy_id: Option<PolicyId>,
    /// What headers are added to answers: the id of a response headers policy, or the name of one
    /// of AWS's own, e.g. `SecurityHeadersPolicy`. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_headers_policy_id: Option<PolicyId>,
    /// CloudFront functions, at most one a moment. Default: none.
    #[schemars(length(max = 2))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function_associations: Option<Vec<FunctionAssociation>>,
    /// Lambda functions, at most one a moment. Default: none.
    #[schemars(length(max = 4))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lambda_function_associations: Option<Vec<LambdaAssociation>>,
    /// The ids of the key groups with whose keys requests must be signed. Default: everybody may
    /// ask.
    #[schemars(length(max = 4))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusted_key_groups: Option<Vec<String>>,
    /// The ARN of a real-time log configuration. Default: none.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realtime_log_config_arn: Option<String>,
}

/// What becomes of those who come by plain HTTP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ViewerProtocolPolicy {
    /// They are served.
    AllowAll,
    /// They are refused.
    HttpsOnly,
    /// They are sent to HTTPS.
    #[default]
    RedirectToHttps,
}

/// A method of HTTP.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `OPTIONS`
    Options,
    /// `PUT`
    Put,
    /// `POST`
    Post,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

/// A CloudFront function, and when it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FunctionAssociation {
    /// When: `viewer-request` or `viewer-response`.
    #[schemars(extend("enum" = ["viewer-request", "viewer-response"]))]
    pub event_type: EventType,
    /// The function's ARN.
    pub function_arn: String,
}

/// A Lambda function, and when it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LambdaAssociation {
    /// When.
    pub event_type: EventType,
    /// The ARN of a version of the function, in us-east-1.
    pub lambda_arn: String,
    /// Whether it sees the body of a request. Default `false`.
    #[serde(default)]
    pub include_body: bool,
}

/// A moment in the life of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventType {
    /// When CloudFront is asked.
    ViewerRequest,
    /// Before the origin is asked.
    OriginRequest,
    /// When the origin has answered.
    OriginResponse,
    /// Before CloudFront answers.
    ViewerResponse,
}

impl Behavior {
    /// All of it is said: an update refuses what a creation fills in.
    pub(super) fn to_aws(&self) -> Result<cf::CacheBehavior> {
        let text = |id: &Option<PolicyId>| id.as_ref().map(|id| id.as_str().to_owned());
        let protocol = word(&self.viewer_protocol_policy.unwrap_or_default());
        Ok(cf::CacheBehavior::builder()
            .path_pattern(self.path_pattern.as_deref().unwrap_or("*"))
            .target_origin_id(&self.target_origin_id)
            .viewer_protocol_policy(protocol.as_str().into())
            .allowed_methods(self.methods()?)
            .smooth_streaming(false)
            .compress(self.compress.unwrap_or(false))
            .trusted_signers(cf::TrustedSigners::builder().enabled(false).quantity(0).build()?)
            .trusted_key_groups(self.key_groups()?)
            .lambda_function_associations(self.lambdas()?)
            .function_associations(self.functions()?)
            .field_level_encryption_id("")
            .set_realtime_log_config_arn(self.realtime_log_config_arn.clone())
            .cache_policy_id(self.cache_policy_id.as_str())
            .set_origin_request_policy_id(text(&self.origin_request_policy_id))
            .set_response_headers_policy_id(text(&self.response_headers_policy_id))
            .build()?)
    }

    pub(super) fn to_aws_default(&self) -> Result<cf::DefaultCacheBehavior> {
        let behavior = self.to_aws()?;
        Ok(cf::DefaultCacheBehavior::builder()
            .target_origin_id(behavior.target_origin_id)
            .viewer_protocol_policy(behavior.viewer_protocol_policy)
            .set_allowed_methods(behavior.allowed_methods)
            .set_smooth_streaming(behavior.smooth_streaming)
            .set_compress(behavior.compress)
            .set_trusted_signers(behavior.trusted_signers)
            .set_trusted_key_groups(behavior.trusted_key_groups)
            .set_lambda_function_associations(behavior.lambda_function_associations)
            .set_function_associations(behavior.function_associations)
            .set_field_level_encryption_id(behavior.field_level_encryption_id)
            .set_realtime_log_config_arn(behavior.realtime_log_config_arn)
            .set_cache_policy_id(behavior.cache_policy_id)
            .set_origin_request_policy_id(behavior.origin_request_policy_id)
            .set_response_headers_policy_id(behavior.response_headers_policy_id)
            .build()?)
    }

    fn methods(&self) -> Result<cf::AllowedMethods> {
        let list = |methods: &Option<Vec<Method>>| -> Vec<cf::Method> {
            let default = [Method::Get, Method::Head];
            let methods = methods.as_deref().unwrap_or(&default);
            methods.iter().map(|method| word(method).as_str().into()).collect()
        };
        let (allowed, cached) = (list(&self.allowed_methods), list(&self.cached_methods));
        let cached = cf::CachedMethods::builder()
            .quantity(quantity(&cached))
            .set_items(Some(cached))
            .build()?;
        let allowed =
            cf::AllowedMethods::builder().quantity(quantity(&allowed)).set_items(Some(allowed));
        Ok(allowed.cached_methods(cached).build()?)
    }

    fn key_groups(&self) -> Result<cf::TrustedKeyGroups> {
        let groups = self.trusted_key_groups.clone().unwrap_or_default();
        let list = cf::TrustedKeyGroups::builder().enabled(!groups.is_empty());
        let list = list.quantity(quantity(&groups));
        Ok(list.set_items((!groups.is_empty()).then_some(groups)).build()?)
    }

    fn functions(&self) -> Result<cf::FunctionAssociations> {
        let association = |it: &FunctionAssociation| {
            let association = cf::FunctionAssociation::builder().function_arn(&it.function_arn);
            let association = association.event_type(word(&it.event_type).as_str().into());
            association.build().map_err(Error::from)
        };
        let items = self.function_associations.iter().flatten().map(association);
        let items = items.collect::<Result<Vec<_>>>()?;
        let list = cf::FunctionAssociations::builder().quantity(quantity(&items));
        Ok(list.set_items((!items.is_empty()).then_some(items)).build()?)
    }

    fn lambdas(&self) -> Result<cf::LambdaFunctionAssociations> {
        let association = |it: &LambdaAssociation| {
            cf::LambdaFunctionAssociation::builder()
                .lambda_function_arn(&it.lambda_arn)
                .event_type(word(&it.event_type).as_str().into())
                .include_body(it.include_body)
                .build()
                .map_err(Error::from)
        };
        let items = self.lambda_function_associations.iter().flatten().map(association);
        let items = items.collect::<Result<Vec<_>>>()?;
        let list = cf::LambdaFunctionAssociations::builder().quantity(quantity(&items));
        Ok(list.set_items((!items.is_empty()).then_some(items)).build()?)
    }
}

/// CloudFront has two types for the same: reads either.
macro_rules! from_aws {
    ($behavior:expr, $path_pattern:expr) => {{
        let behavior = $behavior;
        let methods = behavior.allowed_methods();
        Behavior {
            path_pattern: $path_pattern,
            target_origin_id: behavior.target_origin_id.clone(),
            viewer_protocol_policy: from_word(behavior.viewer_protocol_policy.as_str()),
            allowed_methods: methods.map(|methods| known(methods.items())),
            cached_methods: methods
                .and_then(|methods| methods.cached_methods())
                .map(|cached| known(cached.items())),
            compress: Some(behavior.compress == Some(true)),
            cache_policy_id: behavior.cache_policy_id().unwrap_or_default().into(),
            origin_request_policy_id: policy(behavior.origin_request_policy_id()),
            response_headers_policy_id: policy(behavior.response_headers_policy_id()),
            function_associations: behavior.function_associations().and_then(functions),
            lambda_function_associations: behavior.lambda_function_associations().and_then(lambdas),
            trusted_key_groups: behavior
                .trusted_key_groups()
                .and_then(|groups| filled(groups.items().to_vec())),
            realtime_log_config_arn: behavior.realtime_log_config_arn().map(str::to_owned),
        }
    }};
}

impl Behavior {
    pub(super) fn from_aws(behavior: &cf::CacheBehavior) -> Self {
        from_aws!(behavior, Some(behavior.path_pattern.clone()))
    }

    pub(super) fn from_aws_default(behavior: &cf::DefaultCacheBehavior) -> Self {
        from_aws!(behavior, None)
    }
}

fn known(methods: &[cf::Method]) -> Vec<Method> {
    methods.iter().filter_map(|method| from_word(method.as_str())).collect()
}

fn policy(id: Option<&str>) -> Option<PolicyId> {
    id.filter(|id| !id.is_empty()).map(PolicyId::from)
}

fn filled<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

fn functions(associations: &cf::FunctionAssociations) -> Option<Vec<FunctionAssociation>> {
    let association = |it: &cf::FunctionAssociation| {
        let event_type = from_word(it.event_type.as_str())?;
        Some(FunctionAssociation { event_type, function_arn: it.function_arn.clone() })
    };
    filled(associations.items().iter().filter_map(association).collect())
}

fn lambdas(associations: &cf::LambdaFunctionAssociations) -> Option<Vec<LambdaAssociation>> {
    let association = |it: &cf::LambdaFunctionAssociation| {
        Some(LambdaAssociation {
            event_type: from_word(it.event_type.as_str())?,
            lambda_arn: it.lambda_function_arn.clone(),
            include_body: it.include_body == Some(true),
        })
    };
    filled(associations.items().iter().filter_map(association).collect())
}
