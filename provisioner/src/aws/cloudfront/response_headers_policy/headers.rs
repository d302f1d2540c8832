//! What a response headers policy can set.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Headers that tell browsers what not to do. One that is not given is not sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecurityHeaders {
    /// `Strict-Transport-Security`: come by TLS only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict_transport_security: Option<StrictTransportSecurity>,
    /// `Content-Security-Policy`: what a page may load and run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_security_policy: Option<ContentSecurityPolicy>,
    /// `X-Content-Type-Options: nosniff`: take the type as it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type_options: Option<ContentTypeOptions>,
    /// `X-Frame-Options`: who may show the page in a frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame_options: Option<FrameOptions>,
    /// `Referrer-Policy`: what other sites learn of where a visitor comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer_policy: Option<ReferrerPolicy>,
    /// `X-XSS-Protection`, which only old browsers heed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xss_protection: Option<XssProtection>,
}

/// `Strict-Transport-Security`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StrictTransportSecurity {
    /// For how many seconds a browser remembers it.
    #[schemars(range(min = 0))]
    pub access_control_max_age_sec: i32,
    /// Whether it holds for all names below as well. Default `false`.
    #[serde(default)]
    pub include_subdomains: bool,
    /// Whether the name may be built into browsers. Default `false`.
    #[serde(default)]
    pub preload: bool,
    /// Whether it replaces what the origin sends. Default `true`.
    #[serde(default = "yes")]
    pub r#override: bool,
}

/// `Content-Security-Policy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContentSecurityPolicy {
    /// The policy.
    #[schemars(length(min = 1, max = 4096))]
    pub content_security_policy: String,
    /// Whether it replaces what the origin sends. Default `true`.
    #[serde(default = "yes")]
    pub r#override: bool,
}

/// `X-Content-Type-Options`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContentTypeOptions {
    /// Whether it replaces what the origin sends. Default `true`.
    #[serde(default = "yes")]
    pub r#override: bool,
}

/// `X-Frame-Options`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrameOptions {
    /// Who may.
    pub frame_option: FrameOption,
    /// Whether it replaces what the origin sends. Default `true`.
    #[serde(default = "yes")]
    pub r#override: bool,
}

/// Who may show a page in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum FrameOption {
    /// Nobody.
    Deny,
    /// Pages of the same origin.
    SameOrigin,
}

/// `Referrer-Policy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferrerPolicy {
    /// What other sites learn.
    pub referrer_policy: Referrer,
    /// Whether it replaces what the origin sends. Default `true`.
    #[serde(default = "yes")]
    pub r#override: bool,
}

/// What other sites learn of where a visitor comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Referrer {
    /// Nothing.
    NoReferrer,
    /// The address, but not by plain HTTP.
    NoReferrerWhenDowngrade,
    /// The origin.
    Origin,
    /// The origin; pages of the same origin, the address.
    OriginWhenCrossOrigin,
    /// Nothing; pages of the same origin, the address.
    SameOrigin,
    /// The origin, but not by plain HTTP.
    StrictOrigin,
    /// The origin, but not by plain HTTP; pages of the same origin, the address.
    StrictOriginWhenCrossOrigin,
    /// The address.
    UnsafeUrl,
}

/// `X-XSS-Protection`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct XssProtection {
    /// Whether browsers filter at all.
    pub protection: bool,
    /// Whether they show nothing instead of a filtered page. Default `false`.
    #[serde(default)]
    pub mode_block: bool,
    /// Where they report to. Default: nowhere. Not together with `mode_block`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_uri: Option<String>,
    /// Whether it replaces what the origin sends. Default `true`.
    #[serde(default = "yes")]
    pub r#override: bool,
}

/// What pages of other origins may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cors {
    /// The origins, e.g. `https://www.example.com`; `*` for all.
    #[schemars(length(min = 1))]
    pub allow_origins: Vec<String>,
    /// By which methods.
    #[schemars(length(min = 1))]
    pub allow_methods: Vec<CorsMethod>,
    /// With which request headers; `*` for any.
    #[schemars(length(min = 1))]
    pub allow_headers: Vec<String>,
    /// Which response headers a page may see. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expose_headers: Option<Vec<String>>,
    /// Whether cookies and the like may come along. Default `false`.
    #[serde(default)]
    pub allow_credentials: bool,
    /// For how many seconds a browser need not ask again. Default: it is the browser's affair.
    #[schemars(range(min = 0))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_sec: Option<i32>,
    /// Whether these replace what the origin sends. Default `true`.
    #[serde(default = "yes")]
    pub origin_override: bool,
}

/// A method of HTTP that CORS may allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum CorsMethod {
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
    /// `OPTIONS`
    Options,
    /// All of them.
    All,
}

/// A header of the user's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomHeader {
    /// Its name.
    #[schemars(length(min = 1, max = 256))]
    pub header: String,
    /// Its value.
    #[schemars(length(max = 1783))]
    pub value: String,
    /// Whether it replaces what the origin sends. Default `true`.
    #[serde(default = "yes")]
    pub r#override: bool,
}

const fn yes() -> bool {
    true
}

/// The property for a header that CloudFront does not take as a custom one.
pub(super) fn has_its_own_property(header: &str) -> Option<&'static str> {
    let own = [
        ("strict-transport-security", "security_headers.strict_transport_security"),
        ("content-security-policy", "security_headers.content_security_policy"),
        ("x-content-type-options", "security_headers.content_type_options"),
        ("x-frame-options", "security_headers.frame_options"),
        ("referrer-policy", "security_headers.referrer_policy"),
        ("x-xss-protection", "security_headers.xss_protection"),
        ("server-timing", "server_timing_sampling_rate"),
    ];
    let found = own.iter().find(|(name, _)| name.eq_ignore_ascii_case(header));
    let cors = header.to_ascii_lowercase().starts_with("access-control-").then_some("cors");
    found.map(|(_, property)| *property).or(cors)
}
