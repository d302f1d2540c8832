//! Response headers policies at work.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use crate::services::cloudfront::{CorsConfig, ResponseHeadersPolicyConfig, SecurityHeadersConfig};
use crate::services::wildcard;

/// A header, its value, and whether it goes before what the origin says.
type Line = (&'static str, String, bool);

/// Puts a policy's headers into a response, after it has taken out what is to go.
pub(super) fn apply(
    policy: &ResponseHeadersPolicyConfig,
    method: &Method,
    asked: &HeaderMap,
    headers: &mut HeaderMap,
) {
    for removed in policy.remove_headers_config.iter().flat_map(|list| list.iter()) {
        headers.remove(removed.header.as_str());
    }
    if let Some(cors) = &policy.cors_config {
        apply_cors(cors, method, asked, headers);
    }
    if let Some(security) = &policy.security_headers_config {
        for (name, value, goes_first) in security_lines(security) {
            set(headers, name, &value, goes_first);
        }
    }
    for custom in policy.custom_headers_config.iter().flat_map(|list| list.iter()) {
        set(headers, &custom.header, &custom.value, custom.r#override);
    }
}

fn set(headers: &mut HeaderMap, name: &str, value: &str, goes_first: bool) {
    let pair = name.parse::<HeaderName>().ok().zip(HeaderValue::from_str(value).ok());
    if let Some((name, value)) = pair
        && (goes_first || !headers.contains_key(&name))
    {
        headers.insert(name, value);
    }
}

fn security_lines(security: &SecurityHeadersConfig) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    if let Some(it) = &security.strict_transport_security {
        let mut value = format!("max-age={}", it.access_control_max_age_sec);
        if it.include_subdomains == Some(true) {
            value.push_str("; includeSubDomains");
        }
        if it.preload == Some(true) {
            value.push_str("; preload");
        }
        lines.push(("strict-transport-security", value, it.r#override));
    }
    if let Some(it) = &security.content_type_options {
        lines.push(("x-content-type-options", "nosniff".to_owned(), it.r#override));
    }
    if let Some(it) = &security.frame_options {
        lines.push(("x-frame-options", it.frame_option.clone(), it.r#override));
    }
    if let Some(it) = &security.referrer_policy {
        lines.push(("referrer-policy", it.referrer_policy.clone(), it.r#override));
    }
    if let Some(it) = &security.content_security_policy {
        let value = it.content_security_policy.clone();
        lines.push(("content-security-policy", value, it.r#override));
    }
    if let Some(it) = &security.xss_protection {
        let mut value = if it.protection { "1" } else { "0" }.to_owned();
        if it.mode_block == Some(true) {
            value.push_str("; mode=block");
        }
        if let Some(uri) = &it.report_uri {
            value.push_str(&format!("; report={uri}"));
        }
        lines.push(("x-xss-protection", value, it.r#override));
    }
    lines
}

/// Only requests of other sites' scripts, which name their origin, get these headers.
fn apply_cors(cors: &CorsConfig, method: &Method, asked: &HeaderMap, headers: &mut HeaderMap) {
    let Some(site) = asked.get(header::ORIGIN).and_then(|value| value.to_str().ok()) else {
        return;
    };
    let has_own = headers.keys().any(|name| name.as_str().starts_with("access-control-"));
    let sites = &cors.access_control_allow_origins;
    let is_allowed = sites.iter().any(|pattern| wildcard::matches(pattern, site));
    if !is_allowed || has_own && !cors.origin_override {
        return;
    }
    let any = sites.iter().any(|pattern| pattern == "*") && !cors.access_control_allow_credentials;
    set(headers, "access-control-allow-origin", if any { "*" } else { site }, true);
    if !any {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    if cors.access_control_allow_credentials {
        set(headers, "access-control-allow-credentials", "true", true);
    }
    let is_preflight =
        method == Method::OPTIONS && asked.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if is_preflight {
        allow_preflight(cors, asked, headers);
    } else if let Some(exposed) = &cors.access_control_expose_headers {
        set(headers, "access-control-expose-headers", &exposed.join(", "), true);
    }
}

fn allow_preflight(cors: &CorsConfig, asked: &HeaderMap, headers: &mut HeaderMap) {
    let methods = match cors.access_control_allow_methods.iter().any(|method| method == "ALL") {
        true => "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT".to_owned(),
        false => cors.access_control_allow_methods.join(", "),
    };
    set(headers, "access-control-allow-methods", &methods, true);
    let wanted = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    let wanted = wanted.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let all = cors.access_control_allow_headers.iter().any(|name| name == "*");
    let allowed = cors.access_control_allow_headers.join(", ");
    set(headers, "access-control-allow-headers", if all { wanted } else { &allowed }, true);
    if let Some(age) = cors.access_control_max_age_sec {
        set(headers, "access-control-max-age", &age.to_string(), true);
    }
}
