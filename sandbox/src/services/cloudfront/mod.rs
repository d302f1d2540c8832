//! CloudFront's API: distributions, policies, functions, invalidations. What serves a distribution
//! is [`crate::edge`].

mod behavior;
mod cache_policy;
mod check;
mod config;
mod distribution;
mod errors;
mod function;
mod invalidation;
mod items;
mod listing;
mod managed;
mod origin;
mod origin_access_control;
mod origin_request_policy;
mod policy;
mod response_headers_policy;
mod state;
mod tagging;
#[cfg(test)]
mod tests;

pub use behavior::{CacheBehavior, ForwardedValues};
pub use cache_policy::{CachePolicyConfig, CookiesConfig, HeadersConfig, QueryStringsConfig};
pub use config::{CustomErrorResponse, DistributionConfig, ERROR_CACHING_SECONDS};
pub use origin::Origin;
pub use origin_access_control::OriginAccessControlConfig;
pub use origin_request_policy::OriginRequestPolicyConfig;
pub use policy::find;
pub use response_headers_policy::{CorsConfig, ResponseHeadersPolicyConfig, SecurityHeadersConfig};
pub use state::{DOMAIN, Distribution, State};

use super::{Operation, operation};

/// The supported operations.
pub const OPERATIONS: &[Operation] = &[
    operation!("CreateCachePolicy", policy::create::<CachePolicyConfig>),
    operation!("CreateDistribution", distribution::create),
    operation!("CreateDistributionWithTags", distribution::create_with_tags),
    operation!("CreateFunction", function::create),
    operation!("CreateInvalidation", invalidation::create),
    operation!("CreateOriginAccessControl", policy::create::<OriginAccessControlConfig>),
    operation!("CreateOriginRequestPolicy", policy::create::<OriginRequestPolicyConfig>),
    operation!("CreateResponseHeadersPolicy", policy::create::<ResponseHeadersPolicyConfig>),
    operation!("DeleteCachePolicy", policy::delete::<CachePolicyConfig>),
    operation!("DeleteDistribution", distribution::delete),
    operation!("DeleteFunction", function::delete),
    operation!("DeleteOriginAccessControl", policy::delete::<OriginAccessControlConfig>),
    operation!("DeleteOriginRequestPolicy", policy::delete::<OriginRequestPolicyConfig>),
    operation!("DeleteResponseHeadersPolicy", policy::delete::<ResponseHeadersPolicyConfig>),
    operation!("DescribeFunction", function::describe),
    operation!("GetCachePolicy", policy::get::<CachePolicyConfig>),
    operation!("GetCachePolicyConfig", policy::get_config::<CachePolicyConfig>),
    operation!("GetDistribution", distribution::get),
    operation!("GetDistributionConfig", distribution::get_config),
    operation!("GetFunction", function::get),
    operation!("GetInvalidation", invalidation::get),
    operation!("GetOriginAccessControl", policy::get::<OriginAccessControlConfig>),
    operation!("GetOriginAccessControlConfig", policy::get_config::<OriginAccessControlConfig>),
    operation!("GetOriginRequestPolicy", policy::get::<OriginRequestPolicyConfig>),
    operation!("GetOriginRequestPolicyConfig", policy::get_config::<OriginRequestPolicyConfig>),
    operation!("GetResponseHeadersPolicy", policy::get::<ResponseHeadersPolicyConfig>),
    operation!("GetResponseHeadersPolicyConfig", policy::get_config::<ResponseHeadersPolicyConfig>),
    operation!("ListCachePolicies", policy::list::<CachePolicyConfig>),
    operation!("ListDistributions", distribution::list),
    operation!("ListDistributionsByWebACLId", distribution::list_by_web_acl),
    operation!("ListFunctions", function::list),
    operation!("ListInvalidations", invalidation::list),
    operation!("ListOriginAccessControls", policy::list::<OriginAccessControlConfig>),
    operation!("ListOriginRequestPolicies", policy::list::<OriginRequestPolicyConfig>),
    operation!("ListResponseHeadersPolicies", policy::list::<ResponseHeadersPolicyConfig>),
    operation!("ListTagsForResource", tagging::list),
    operation!("PublishFunction", function::publish),
    operation!("TagResource", tagging::tag),
    operation!("UntagResource", tagging::untag),
    operation!("UpdateCachePolicy", policy::update::<CachePolicyConfig>),
    operation!("UpdateDistribution", distribution::update),
    operation!("UpdateFunction", function::update),
    operation!("UpdateOriginAccessControl", policy::update::<OriginAccessControlConfig>),
    operation!("UpdateOriginRequestPolicy", policy::update::<OriginRequestPolicyConfig>),
    operation!("UpdateResponseHeadersPolicy", policy::update::<ResponseHeadersPolicyConfig>),
];
