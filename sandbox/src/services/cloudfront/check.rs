//! What CloudFront refuses in a distribution's configuration.

use std::collections::BTreeSet;

use super::behavior::CacheBehavior;
use super::config::DistributionConfig;
use super::errors::{self, with_code};
use super::origin::{CustomOriginConfig, Origin};
use super::policy;
use super::state::{State, alias_covers};
use super::{
    CachePolicyConfig, OriginAccessControlConfig, OriginRequestPolicyConfig,
    ResponseHeadersPolicyConfig,
};
use crate::call::Call;
use crate::fault::Fault;

/// The region in which CloudFront looks for what has one.
const HOME: &str = "us-east-1";

/// Whether a configuration may be what a distribution, or the one with an id, does.
pub(super) fn check(
    call: &mut Call<'_>,
    config: &DistributionConfig,
    own: Option<&str>,
) -> Result<(), Fault> {
    check_paths(config)?;
    check_errors(config)?;
    check_origins(&mut call.global().cloudfront, config)?;
    for behavior in config.behaviors() {
        check_behavior(&mut call.global().cloudfront, config, behavior)?;
    }
    check_aliases(&call.world.global.cloudfront, config, own)?;
    check_certificate(call, config)?;
    check_web_acl(call, config)?;
    check_unsupported(config)
}

fn check_paths(config: &DistributionConfig) -> Result<(), Fault> {
    if config.default_root_object.starts_with('/') {
        return Err(with_code(
            "InvalidDefaultRootObject",
            "The default root object file name is too big or contains an invalid character.",
        ));
    }
    let patterns: Vec<&str> =
        config.cache_behaviors.iter().map(|it| it.path_pattern.trim_start_matches('/')).collect();
    if patterns.iter().collect::<BTreeSet<_>>().len() != patterns.len() {
        return Err(errors::invalid_argument(
            "The parameter PathPattern contains duplicate values.",
        ));
    }
    if patterns.iter().any(|pattern| pattern.is_empty()) {
        return Err(errors::invalid_argument("The parameter PathPattern is required."));
    }
    Ok(())
}

fn check_errors(config: &DistributionConfig) -> Result<(), Fault> {
    const ERRORS: [u16; 12] = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504, 200];
    for response in config.custom_error_responses.iter() {
        if !ERRORS[..11].contains(&response.error_code) {
            return Err(with_code(
                "InvalidErrorCode",
                "An invalid error code was specified in the custom error response.",
            ));
        }
        if response.response_page_path.is_empty() != response.response_code.is_empty() {
            return Err(errors::invalid_argument(
                "The parameters ResponsePagePath and ResponseCode must be given together.",
            ));
        }
        let code = response.response_code.parse();
        if !response.response_code.is_empty() && !code.is_ok_and(|code| ERRORS.contains(&code)) {
            return Err(with_code(
                "InvalidResponseCode",
                "A response code is not valid in the custom error response.",
            ));
        }
        let page = &response.response_page_path;
        if !page.is_empty() && !page.starts_with('/') {
            return Err(errors::invalid_argument(
                "The parameter ResponsePagePath must begin with a slash.",
            ));
        }
    }
    Ok(())
}

fn check_origins(state: &mut State, config: &DistributionConfig) -> Result<(), Fault> {
    if config.origins.is_empty() {
        return Err(errors::invalid_argument("The parameter Origins is required."));
    }
    let ids: BTreeSet<&str> = config.origins.iter().map(|origin| origin.id.as_str()).collect();
    if ids.len() != config.origins.len() {
        return Err(errors::invalid_argument("The parameter Origin Id contains duplicate values."));
    }
    let mut members = config.origin_groups.iter().flat_map(|group| group.members.iter());
    if config.origin_groups.iter().any(|group| group.members.len() != 2) {
        return Err(errors::invalid_argument("An origin group has two members."));
    }
    if members.any(|member| !ids.contains(member.origin_id.as_str())) {
        return Err(no_such_origin());
    }
    config.origins.iter().try_for_each(|origin| check_origin(state, origin))
}

fn no_such_origin() -> Fault {
    with_code("NoSuchOrigin", "One or more of your origins or origin groups do not exist.")
}

fn invalid_origin(message: &str) -> Fault {
    with_code("InvalidOrigin", message)
}

fn check_origin(state: &mut State, origin: &Origin) -> Result<(), Fault> {
    let path = &origin.origin_path;
    if !path.is_empty() && (!path.starts_with('/') || path.ends_with('/')) {
        return Err(errors::invalid_argument(
            "The parameter OriginPath must begin with a slash and must not end with one.",
        ));
    }
    match (&origin.s3_origin_config, &origin.custom_origin_config) {
        (Some(_), None) if origin.bucket().is_none() => Err(errors::invalid_argument(
            "The parameter Origin DomainName does not refer to a valid S3 bucket.",
        )),
        (Some(_), None) => check_access_control(state, origin),
        (None, Some(custom)) => {
            check_custom(custom).and_then(|()| check_access_control(state, origin))
        }
        _ => Err(invalid_origin(
            "The specified origin server does not exist or is not valid: exactly one of \
             S3OriginConfig and CustomOriginConfig is needed.",
        )),
    }
}

fn check_access_control(state: &mut State, origin: &Origin) -> Result<(), Fault> {
    let id = &origin.origin_access_control_id;
    if id.is_empty() {
        return Ok(());
    }
    let Some(control) = policy::find::<OriginAccessControlConfig>(state, id) else {
        return Err(with_code(
            "InvalidOriginAccessControl",
            "The origin access control is not valid.",
        ));
    };
    let is_for_buckets = control.origin_access_control_origin_type == "s3";
    if is_for_buckets != origin.bucket().is_some() {
        return Err(with_code(
            "InvalidDomainNameForOriginAccessControl",
            "An origin access control is associated with an origin whose domain name is not \
             supported.",
        ));
    }
    let has_identity =
        origin.s3_origin_config.as_ref().is_some_and(|it| !it.origin_access_identity.is_empty());
    if has_identity {
        return Err(with_code(
            "IllegalOriginAccessConfiguration",
            "An origin cannot contain both an origin access control (OAC) and an origin access \
             identity (OAI).",
        ));
    }
    Ok(())
}

fn check_custom(custom: &CustomOriginConfig) -> Result<(), Fault> {
    if !(1..=120).contains(&custom.origin_read_timeout) {
        return Err(with_code(
            "InvalidOriginReadTimeout",
            "The read timeout specified for the origin is not valid.",
        ));
    }
    if !(1..=120).contains(&custom.origin_keepalive_timeout) {
        return Err(with_code(
            "InvalidOriginKeepaliveTimeout",
            "The keep alive timeout specified for the origin is not valid.",
        ));
    }
    Ok(())
}

fn check_behavior(
    state: &mut State,
    config: &DistributionConfig,
    behavior: &CacheBehavior,
) -> Result<(), Fault> {
    let target = &behavior.target_origin_id;
    let is_origin = config.origins.iter().any(|origin| origin.id == *target);
    if !is_origin && !config.origin_groups.iter().any(|group| group.id == *target) {
        return Err(no_such_origin());
    }
    check_methods(behavior)?;
    check_caching(behavior)?;
    if named::<CachePolicyConfig>(state, behavior.cache_policy_id.as_ref()) {
        return Err(with_code("NoSuchCachePolicy", "The specified cache policy does not exist."));
    }
    if named::<OriginRequestPolicyConfig>(state, behavior.origin_request_policy_id.as_ref()) {
        return Err(with_code(
            "NoSuchOriginRequestPolicy",
            "The specified origin request policy does not exist.",
        ));
    }
    if named::<ResponseHeadersPolicyConfig>(state, behavior.response_headers_policy_id.as_ref()) {
        return Err(with_code(
            "NoSuchResponseHeadersPolicy",
            "The specified response headers policy does not exist.",
        ));
    }
    check_functions(state, behavior)
}

/// Whether a policy is named that does not exist.
fn named<P: policy::Policy>(state: &mut State, id: Option<&String>) -> bool {
    id.is_some_and(|id| policy::find::<P>(state, id).is_none())
}

fn check_methods(behavior: &CacheBehavior) -> Result<(), Fault> {
    const ALL: [&str; 7] = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"];
    let is = |given: &[String], wanted: &[&str]| {
        let given: BTreeSet<&str> = given.iter().map(String::as_str).collect();
        given == wanted.iter().copied().collect()
    };
    let allowed = &behavior.allowed_methods;
    let may = [2, 3, 7].iter().any(|count| is(&allowed.methods, &ALL[..*count]));
    let kept = [2, 3].iter().any(|count| is(&allowed.cached_methods, &ALL[..*count]));
    let within = allowed.cached_methods.iter().all(|method| allowed.methods.contains(method));
    if may && kept && within {
        return Ok(());
    }
    Err(errors::invalid_argument(
        "The parameter AllowedMethods or CachedMethods does not hold one of the sets that are \
         allowed.",
    ))
}

fn check_caching(behavior: &CacheBehavior) -> Result<(), Fault> {
    match (&behavior.cache_policy_id, &behavior.forwarded_values) {
        (Some(_), Some(_)) => Err(errors::invalid_argument(
            "The parameter ForwardedValues cannot be used when a cache policy is associated to \
             the cache behavior.",
        )),
        (None, None) => Err(errors::invalid_argument("The parameter ForwardedValues is required.")),
        (None, Some(_)) if behavior.origin_request_policy_id.is_some() => {
            Err(errors::invalid_argument(
                "The parameter OriginRequestPolicyId cannot be used without a cache policy.",
            ))
        }
        (None, Some(_))
            if behavior.min_ttl > behavior.default_ttl
                || behavior.default_ttl > behavior.max_ttl =>
        {
            Err(with_code(
                "InvalidTTLOrder",
                "The TTL order specified is not valid: MinTTL <= DefaultTTL <= MaxTTL.",
            ))
        }
        _ => Ok(()),
    }
}

fn check_functions(state: &State, behavior: &CacheBehavior) -> Result<(), Fault> {
    if let Some(association) = behavior.function_associations.first() {
        let arn = &association.function_arn;
        if state.functions.values().any(|function| function.arn == *arn) {
            return Err(errors::not_at_the_edge("run CloudFront functions"));
        }
        return Err(with_code(
            "InvalidFunctionAssociation",
            "A CloudFront function association is invalid: the function does not exist.",
        ));
    }
    if !behavior.lambda_function_associations.is_empty() {
        return Err(errors::not_at_the_edge("run Lambda functions"));
    }
    Ok(())
}

fn check_aliases(
    state: &State,
    config: &DistributionConfig,
    own: Option<&str>,
) -> Result<(), Fault> {
    let others = state.distributions.values().filter(|it| Some(it.id.as_str()) != own);
    let mut taken = others.flat_map(|it| it.config.aliases.iter());
    if taken.any(|alias| config.aliases.contains(alias)) {
        return Err(errors::cname_exists());
    }
    Ok(())
}

/// A web ACL is there, of CloudFront's scope.
fn check_web_acl(call: &mut Call<'_>, config: &DistributionConfig) -> Result<(), Fault> {
    let arn = &config.web_acl_id;
    let is_there = arn.contains(":global/") && call.world.region(HOME).wafv2.has_web_acl(arn);
    if arn.is_empty() || is_there {
        return Ok(());
    }
    Err(with_code("InvalidWebACLId", "A web ACL ID specified is not valid."))
}

/// A certificate is issued, lies in CloudFront's region, and covers every alias.
fn check_certificate(call: &mut Call<'_>, config: &DistributionConfig) -> Result<(), Fault> {
    let certificate = &config.viewer_certificate;
    if certificate.iam_certificate_id.is_some() {
        return Err(errors::invalid_certificate(
            "The specified SSL certificate doesn't exist in the IAM certificate store.",
        ));
    }
    let Some(arn) = &certificate.acm_certificate_arn else {
        return match config.aliases.first() {
            None => Ok(()),
            Some(_) => Err(errors::invalid_certificate(
                "To add an alternate domain name (CNAME) to a CloudFront distribution, you must \
                 attach a trusted certificate that validates your authorization to use the \
                 domain name.",
            )),
        };
    };
    if certificate.ssl_support_method.is_none() {
        return Err(errors::invalid_certificate(
            "SSLSupportMethod is required when a certificate is given.",
        ));
    }
    let Some(names) = call.world.region(HOME).acm.issued_names(arn) else {
        return Err(errors::invalid_certificate(
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't \
             valid, or doesn't include a valid certificate chain.",
        ));
    };
    let covered =
        |alias: &String| names.iter().any(|name| name == alias || covers_one_label(name, alias));
    if config.aliases.iter().all(covered) {
        return Ok(());
    }
    Err(errors::invalid_certificate(
        "The certificate that is attached to your distribution doesn't cover the alternate domain \
         name (CNAME) that you're trying to add.",
    ))
}

/// A certificate's `*` stands for one label.
fn covers_one_label(name: &str, alias: &str) -> bool {
    let rest = name.strip_prefix('*').unwrap_or_default();
    let label = alias.strip_suffix(rest).unwrap_or_default();
    name.starts_with('*') && alias_covers(name, alias) && !label.contains('.')
}

/// What the edge cannot do is refused rather than ignored.
fn check_unsupported(config: &DistributionConfig) -> Result<(), Fault> {
    let asks = |it: &CacheBehavior| {
        it.trusted_signers.enabled
            || it.trusted_key_groups.enabled
            || !it.field_level_encryption_id.is_empty()
            || it.grpc_config.enabled
    };
    if config.staging || !config.continuous_deployment_policy_id.is_empty() {
        return Err(errors::not_at_the_edge("deploy continuously"));
    }
    if config.behaviors().any(asks) {
        return Err(errors::not_at_the_edge("check signed URLs, encrypt fields or carry gRPC"));
    }
    if config.restrictions.geo_restriction.restriction_type == "whitelist" {
        return Err(errors::not_at_the_edge("know any viewer's country"));
    }
    Ok(())
}
