//! Origin request policies: what goes to the origin besides what tells cached responses apart.

use serde::{Deserialize, Serialize};

use super::behavior::CacheBehavior;
use super::cache_policy::{CookiesConfig, HeadersConfig, QueryStringsConfig};
use super::policy::{Policy, Rules};
use super::state::{Collection, State};
use crate::fault::Fault;

/// An origin request policy's content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OriginRequestPolicyConfig {
    /// Words for people.
    #[serde(default)]
    pub comment: String,
    /// Its name, unique among origin request policies.
    pub name: String,
    /// Headers.
    pub headers_config: HeadersConfig,
    /// Cookies.
    pub cookies_config: CookiesConfig,
    /// Parameters of the query string.
    pub query_strings_config: QueryStringsConfig,
}

impl Policy for OriginRequestPolicyConfig {
    const RULES: Rules = Rules {
        kind: "OriginRequestPolicy",
        plural: "OriginRequestPolicies",
        noun: "origin request policy",
        path: "origin-request-policy",
        is_policy: true,
    };

    fn name(&self) -> &str {
        &self.name
    }

    fn check(&self) -> Result<(), Fault> {
        let headers = self.headers_config.headers.as_deref().unwrap_or_default();
        match headers.iter().find(|name| name.eq_ignore_ascii_case("authorization")) {
            Some(name) if self.headers_config.header_behavior == "whitelist" => {
                Err(super::errors::invalid_argument(format!(
                    "The parameter Headers contains {name} that is not allowed."
                )))
            }
            _ => Ok(()),
        }
    }

    fn collection(state: &mut State) -> &mut Collection<Self> {
        &mut state.origin_request_policies
    }

    fn managed() -> Vec<(&'static str, Self)> {
        super::managed::origin_request_policies()
    }

    fn used_by(behavior: &CacheBehavior) -> Option<&str> {
        behavior.origin_request_policy_id.as_deref()
    }
}
