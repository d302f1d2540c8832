//! Cache policies: what tells cached responses apart, and how long they are kept.

use serde::{Deserialize, Serialize};

use super::behavior::{CacheBehavior, ForwardedValues};
use super::items::Items;
use super::policy::{Policy, Rules};
use super::state::{Collection, State};
use crate::fault::Fault;

/// A cache policy's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CachePolicyConfig {
    /// Words for people.
    #[serde(default)]
    pub comment: String,
    /// Its name, unique among cache policies.
    pub name: String,
    /// How long something is kept at least, in seconds.
    #[serde(rename = "MinTTL")]
    pub min_ttl: u64,
    /// How long, unless the origin says.
    #[serde(rename = "DefaultTTL", default = "day")]
    pub default_ttl: u64,
    /// How long at most.
    #[serde(rename = "MaxTTL", default = "year")]
    pub max_ttl: u64,
    /// What tells cached responses apart, and goes to the origin as well.
    #[serde(rename = "ParametersInCacheKeyAndForwardedToOrigin", default)]
    pub parameters: Parameters,
}

fn day() -> u64 {
    86_400
}

fn year() -> u64 {
    31_536_000
}

/// What tells cached responses apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Parameters {
    /// Whether viewers that accept gzip get responses of their own.
    pub enable_accept_encoding_gzip: bool,
    /// Whether those that accept Brotli do.
    #[serde(default)]
    pub enable_accept_encoding_brotli: bool,
    /// Headers.
    pub headers_config: HeadersConfig,
    /// Cookies.
    pub cookies_config: CookiesConfig,
    /// Parameters of the query string.
    pub query_strings_config: QueryStringsConfig,
}

/// Which headers count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct HeadersConfig {
    /// `none`, `whitelist`, `allExcept`, `allViewer`, `allViewerAndWhitelistCloudFront`.
    pub header_behavior: String,
    /// The names, where the behavior needs some.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub headers: Option<Items<String>>,
}

/// Which cookies count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CookiesConfig {
    /// `none`, `whitelist`, `allExcept` or `all`.
    pub cookie_behavior: String,
    /// The names, where the behavior needs some.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cookies: Option<Items<String>>,
}

/// Which parameters of the query string count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueryStringsConfig {
    /// `none`, `whitelist`, `allExcept` or `all`.
    pub query_string_behavior: String,
    /// The names, where the behavior needs some.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub query_strings: Option<Items<String>>,
}

impl HeadersConfig {
    /// A behavior with the names that it needs.
    pub fn new(behavior: &str, names: &[String]) -> Self {
        Self { header_behavior: behavior.to_owned(), headers: listed(names) }
    }
}

impl CookiesConfig {
    /// A behavior with the names that it needs.
    pub fn new(behavior: &str, names: &[String]) -> Self {
        Self { cookie_behavior: behavior.to_owned(), cookies: listed(names) }
    }
}

impl QueryStringsConfig {
    /// A behavior with the names that it needs.
    pub fn new(behavior: &str, names: &[String]) -> Self {
        Self { query_string_behavior: behavior.to_owned(), query_strings: listed(names) }
    }
}

impl Default for HeadersConfig {
    fn default() -> Self {
        Self::new("none", &[])
    }
}

impl Default for CookiesConfig {
    fn default() -> Self {
        Self::new("none", &[])
    }
}

impl Default for QueryStringsConfig {
    fn default() -> Self {
        Self::new("none", &[])
    }
}

fn listed(names: &[String]) -> Option<Items<String>> {
    (!names.is_empty()).then(|| Items(names.to_vec()))
}

impl CachePolicyConfig {
    /// One that keeps nothing.
    pub fn disabled() -> Self {
        Self {
            comment: String::new(),
            name: String::new(),
            min_ttl: 0,
            default_ttl: 0,
            max_ttl: 0,
            parameters: Parameters::default(),
        }
    }

    /// What a behavior from before policies means in a policy's words.
    pub fn of_forwarded_values(values: &ForwardedValues, behavior: &CacheBehavior) -> Self {
        let whitelist = values.cookies.whitelisted_names.as_deref().unwrap_or_default();
        let keys = &values.query_string_cache_keys;
        let query_string_behavior = match (values.query_string, keys.is_empty()) {
            (false, _) => "none",
            (true, true) => "all",
            (true, false) => "whitelist",
        };
        let all_headers = values.headers.iter().any(|name| name == "*");
        let header_behavior = match (all_headers, values.headers.is_empty()) {
            (true, _) => "allViewer",
            (false, true) => "none",
            (false, false) => "whitelist",
        };
        Self {
            comment: String::new(),
            name: String::new(),
            min_ttl: behavior.min_ttl.unwrap_or(0),
            default_ttl: behavior.default_ttl.unwrap_or_else(day),
            max_ttl: behavior.max_ttl.unwrap_or_else(year),
            parameters: Parameters {
                enable_accept_encoding_gzip: behavior.compress,
                enable_accept_encoding_brotli: false,
                headers_config: HeadersConfig::new(header_behavior, &values.headers),
                cookies_config: CookiesConfig::new(&values.cookies.forward, whitelist),
                query_strings_config: QueryStringsConfig::new(query_string_behavior, keys),
            },
        }
    }
}

impl Policy for CachePolicyConfig {
    const RULES: Rules = Rules {
        kind: "CachePolicy",
        plural: "CachePolicies",
        noun: "cache policy",
        path: "cache-policy",
        is_policy: true,
    };

    fn name(&self) -> &str {
        &self.name
    }

    fn check(&self) -> Result<(), Fault> {
        let parameters = &self.parameters;
        let ordered = self.min_ttl <= self.default_ttl && self.default_ttl <= self.max_ttl;
        if !ordered && self.max_ttl != 0 || self.max_ttl < self.min_ttl {
            return Err(super::errors::invalid_argument(
                "The parameter MinTTL, DefaultTTL or MaxTTL is out of order.",
            ));
        }
        let keeps_apart = parameters.enable_accept_encoding_gzip
            || parameters.enable_accept_encoding_brotli
            || parameters.headers_config.header_behavior != "none"
            || parameters.cookies_config.cookie_behavior != "none"
            || parameters.query_strings_config.query_string_behavior != "none";
        if self.max_ttl == 0 && keeps_apart {
            return Err(super::errors::invalid_argument(
                "The parameter HeaderBehavior, CookieBehavior, QueryStringBehavior, \
                 EnableAcceptEncodingGzip or EnableAcceptEncodingBrotli is invalid for policy \
                 with caching disabled.",
            ));
        }
        Ok(())
    }

    fn collection(state: &mut State) -> &mut Collection<Self> {
        &mut state.cache_policies
    }

    fn managed() -> Vec<(&'static str, Self)> {
        super::managed::cache_policies()
    }

    fn used_by(behavior: &CacheBehavior) -> Option<&str> {
        behavior.cache_policy_id.as_deref()
    }
}
