//! A distribution as it is, in the form in which YAML would write it.

use aws_sdk_cloudfront::types as cf;

use super::behavior::Behavior;
use super::origin::Origin;
use super::{Distribution, ErrorResponse, GeoRestriction, Logging, ViewerCertificate};
use crate::aws::word::from_word;

impl Distribution {
    pub(super) fn from_aws(config: &cf::DistributionConfig) -> Self {
        let origins = config.origins().map(|origins| origins.items()).unwrap_or_default();
        let behaviors = config.cache_behaviors().map(|behaviors| behaviors.items());
        let errors = config.custom_error_responses().map(|errors| errors.items());
        Self {
            enabled: Some(config.enabled),
            comment: Some(config.comment.clone()),
            aliases: config.aliases().map(|aliases| aliases.items().to_vec()),
            default_root_object: filled(config.default_root_object()),
            origins: origins.iter().map(Origin::from_aws).collect(),
            default_cache_behavior: config
                .default_cache_behavior()
                .map_or_else(nothing, Behavior::from_aws_default),
            ordered_cache_behaviors: behaviors
                .map(|behaviors| behaviors.iter().map(Behavior::from_aws).collect()),
            custom_error_responses: errors
                .map(|errors| errors.iter().map(ErrorResponse::from_aws).collect()),
            price_class: config.price_class().and_then(|class| from_word(class.as_str())),
            http_version: config
                .http_version()
                .and_then(|it| from_word(&it.as_str().to_ascii_lowercase())),
            is_ipv6_enabled: Some(config.is_ipv6_enabled == Some(true)),
            viewer_certificate: config.viewer_certificate().and_then(ViewerCertificate::from_aws),
            geo_restriction: config
                .restrictions()
                .and_then(|restrictions| restrictions.geo_restriction())
                .and_then(GeoRestriction::from_aws),
            logging: config.logging().filter(|logging| logging.enabled).map(Logging::from_aws),
            web_acl_id: filled(config.web_acl_id()),
        }
    }
}

/// CloudFront gives the default behavior always.
fn nothing() -> Behavior {
    Behavior {
        path_pattern: None,
        target_origin_id: String::new(),
        viewer_protocol_policy: None,
        allowed_methods: None,
        cached_methods: None,
        compress: None,
        cache_policy_id: "".into(),
        origin_request_policy_id: None,
        response_headers_policy_id: None,
        function_associations: None,
        lambda_function_associations: None,
        trusted_key_groups: None,
        realtime_log_config_arn: None,
    }
}

fn filled(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

impl ErrorResponse {
    fn from_aws(response: &cf::CustomErrorResponse) -> Self {
        Self {
            error_code: response.error_code,
            response_page_path: filled(response.response_page_path()),
            response_code: response.response_code().and_then(|code| code.parse().ok()),
            error_caching_min_ttl: response.error_caching_min_ttl,
        }
    }
}

impl ViewerCertificate {
    fn from_aws(certificate: &cf::ViewerCertificate) -> Option<Self> {
        let oldest = certificate.minimum_protocol_version().map(|it| it.as_str().to_owned());
        let method = certificate.ssl_support_method().map(|it| it.as_str().to_owned());
        Some(Self {
            acm_certificate_arn: filled(certificate.acm_certificate_arn())?,
            minimum_protocol_version: oldest,
            ssl_support_method: method,
        })
    }
}

impl GeoRestriction {
    fn from_aws(restriction: &cf::GeoRestriction) -> Option<Self> {
        let restriction_type = restriction.restriction_type.as_str().to_owned();
        let locations = restriction.items().to_vec();
        (restriction_type != "none").then_some(Self { restriction_type, locations })
    }
}

impl Logging {
    fn from_aws(logging: &cf::LoggingConfig) -> Self {
        Self {
            bucket: logging.bucket.clone(),
            prefix: Some(logging.prefix.clone()),
            include_cookies: Some(logging.include_cookies),
        }
    }
}
