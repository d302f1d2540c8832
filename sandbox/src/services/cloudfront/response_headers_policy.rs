//! Response headers policies: what viewers get besides what the origin sent.

use serde::{Deserialize, Serialize};

use super::behavior::CacheBehavior;
use super::items::Items;
use super::policy::{Policy, Rules};
use super::state::{Collection, State};
use crate::fault::Fault;

/// A response headers policy's content.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResponseHeadersPolicyConfig {
    /// Words for people.
    #[serde(default)]
    pub comment: String,
    /// Its name, unique among response headers policies.
    pub name: String,
    /// For scripts of other sites.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cors_config: Option<CorsConfig>,
    /// What browsers are told to be careful about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub security_headers_config: Option<SecurityHeadersConfig>,
    /// How long it took.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub server_timing_headers_config: Option<ServerTimingHeadersConfig>,
    /// Any others.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub custom_headers_config: Option<Items<CustomHeader>>,
    /// What is taken out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub remove_headers_config: Option<Items<RemovedHeader>>,
}

/// For scripts of other sites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CorsConfig {
    /// The sites; `*` for any.
    pub access_control_allow_origins: Items<String>,
    /// The headers that they may send.
    pub access_control_allow_headers: Items<String>,
    /// The methods; `ALL` for any.
    pub access_control_allow_methods: Items<String>,
    /// Whether with cookies.
    pub access_control_allow_credentials: bool,
    /// The headers that they may see.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub access_control_expose_headers: Option<Items<String>>,
    /// How long browsers may remember that, in seconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub access_control_max_age_sec: Option<u64>,
    /// Whether this goes before what the origin says.
    pub origin_override: bool,
}

/// What browsers are told to be careful about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SecurityHeadersConfig {
    /// `X-XSS-Protection`.
    #[serde(rename = "XSSProtection", skip_serializing_if = "Option::is_none")]
    pub xss_protection: Option<XssProtection>,
    /// `X-Frame-Options`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame_options: Option<FrameOptions>,
    /// `Referrer-Policy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referrer_policy: Option<ReferrerPolicy>,
    /// `Content-Security-Policy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_security_policy: Option<ContentSecurityPolicy>,
    /// `X-Content-Type-Options: nosniff`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type_options: Option<ContentTypeOptions>,
    /// `Strict-Transport-Security`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict_transport_security: Option<StrictTransportSecurity>,
}

/// `X-XSS-Protection`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct XssProtection {
    /// Whether it goes before what the origin says.
    pub r#override: bool,
    /// Whether browsers look for scripts at all.
    pub protection: bool,
    /// Whether they show nothing then.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mode_block: Option<bool>,
    /// Where they tell of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub report_uri: Option<String>,
}

/// `X-Frame-Options`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FrameOptions {
    /// Whether it goes before what the origin says.
    pub r#override: bool,
    /// `DENY` or `SAMEORIGIN`.
    pub frame_option: String,
}

/// `Referrer-Policy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReferrerPolicy {
    /// Whether it goes before what the origin says.
    pub r#override: bool,
    /// The policy.
    pub referrer_policy: String,
}

/// `Content-Security-Policy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ContentSecurityPolicy {
    /// Whether it goes before what the origin says.
    pub r#override: bool,
    /// The policy.
    pub content_security_policy: String,
}

/// `X-Content-Type-Options: nosniff`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ContentTypeOptions {
    /// Whether it goes before what the origin says.
    pub r#override: bool,
}

/// `Strict-Transport-Security`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StrictTransportSecurity {
    /// Whether it goes before what the origin says.
    pub r#override: bool,
    /// Whether it holds for the names below.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub include_subdomains: Option<bool>,
    /// Whether browsers may have it built in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub preload: Option<bool>,
    /// For how long, in seconds.
    pub access_control_max_age_sec: u64,
}

/// `Server-Timing`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServerTimingHeadersConfig {
    /// Whether it is sent.
    pub enabled: bool,
    /// In how many of a hundred responses.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sampling_rate: Option<f64>,
}

/// Any other header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomHeader {
    /// Its name.
    pub header: String,
    /// Its value.
    pub value: String,
    /// Whether it goes before what the origin says.
    pub r#override: bool,
}

/// A header that is taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RemovedHeader {
    /// Its name.
    pub header: String,
}

impl Policy for ResponseHeadersPolicyConfig {
    const RULES: Rules = Rules {
        kind: "ResponseHeadersPolicy",
        plural: "ResponseHeadersPolicies",
        noun: "response headers policy",
        path: "response-headers-policy",
        is_policy: true,
    };

    fn name(&self) -> &str {
        &self.name
    }

    fn check(&self) -> Result<(), Fault> {
        let cors = self.cors_config.as_ref();
        if cors.is_some_and(|cors| {
            cors.access_control_allow_credentials
                && cors.access_control_allow_origins.iter().any(|site| site == "*")
                && !cors.origin_override
        }) {
            return Err(super::errors::invalid_argument(
                "The parameter AccessControlAllowOrigins cannot be * when \
                 AccessControlAllowCredentials is true.",
            ));
        }
        let frames = self.security_headers_config.as_ref().map(|security| {
            (&security.content_security_policy, "The Content-Security-Policy is too long.")
        });
        match frames {
            Some((Some(policy), message)) if policy.content_security_policy.len() > 1783 => {
                Err(Fault::new("TooLongCSPInResponseHeadersPolicy", message))
            }
            _ => Ok(()),
        }
    }

    fn collection(state: &mut State) -> &mut Collection<Self> {
        &mut state.response_headers_policies
    }

    fn managed() -> Vec<(&'static str, Self)> {
        super::managed::response_headers_policies()
    }

    fn used_by(behavior: &CacheBehavior) -> Option<&str> {
        behavior.response_headers_policy_id.as_deref()
    }
}
