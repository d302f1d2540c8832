//! What exists: distributions with their invalidations, policies, functions.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::behavior::CacheBehavior;
use super::cache_policy::CachePolicyConfig;
use super::config::DistributionConfig;
use super::errors;
use super::function::Function;
use super::invalidation::Invalidation;
use super::origin_access_control::OriginAccessControlConfig;
use super::origin_request_policy::OriginRequestPolicyConfig;
use super::policy::Kept;
use super::response_headers_policy::ResponseHeadersPolicyConfig;
use crate::fault::Fault;
use crate::services::tags::Tags;

/// Where the names of distributions lie.
pub const DOMAIN: &str = ".cloudfront.localhost";

/// Policies of one kind, by id.
pub type Collection<P> = BTreeMap<String, Kept<P>>;

/// CloudFront, which has no region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) distributions: BTreeMap<String, Distribution>,
    pub(super) origin_access_controls: Collection<OriginAccessControlConfig>,
    pub(super) cache_policies: Collection<CachePolicyConfig>,
    pub(super) origin_request_policies: Collection<OriginRequestPolicyConfig>,
    pub(super) response_headers_policies: Collection<ResponseHeadersPolicyConfig>,
    /// By name.
    pub(super) functions: BTreeMap<String, Function>,
}

/// A distribution.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Distribution {
    /// `E` and thirteen characters.
    pub id: String,
    /// `arn:aws:cloudfront::ACCOUNT:distribution/ID`.
    pub arn: String,
    /// Its name in [`DOMAIN`], without a port.
    pub domain: String,
    /// When it last changed.
    pub(super) modified: Timestamp,
    /// The version that a change must name.
    pub(super) etag: String,
    /// What it is to do.
    pub(super) config: Arc<DistributionConfig>,
    /// What the edges do; none before they first heard of it.
    pub deployed: Option<Arc<DistributionConfig>>,
    /// When the edges will have heard of the last change.
    pub(super) due: Option<Timestamp>,
    pub(super) tags: Tags,
    /// By id.
    pub(super) invalidations: BTreeMap<String, Invalidation>,
}

impl Distribution {
    /// Whether the edges have not heard of the last change yet.
    pub(super) fn is_in_progress(&self) -> bool {
        self.due.is_some()
    }

    /// Whether something that the edges kept since a moment was invalidated after it.
    pub fn is_invalidated(&self, path: &str, since: Timestamp) -> bool {
        self.invalidations.values().any(|it| it.created > since && it.covers(path))
    }

    fn settle(&mut self, now: Timestamp) {
        if self.due.is_some_and(|due| due <= now) {
            self.due = None;
            self.deployed = Some(self.config.clone());
        }
        for invalidation in self.invalidations.values_mut() {
            invalidation.settle(now);
        }
    }
}

impl DistributionConfig {
    /// Every behavior, the default one last.
    pub(super) fn behaviors(&self) -> impl Iterator<Item = &CacheBehavior> {
        let by_pattern = self.cache_behaviors.iter().map(|it| &it.behavior);
        by_pattern.chain([&self.default_cache_behavior])
    }
}

impl State {
    /// Lets time pass: changes reach the edges.
    pub fn settle(&mut self, now: Timestamp) {
        self.distributions.values_mut().for_each(|distribution| distribution.settle(now));
    }

    /// The distribution that answers to a name, without its port.
    pub fn serving(&self, name: &str) -> Option<&Distribution> {
        self.distributions.values().find(|distribution| {
            let aliases = distribution.deployed.as_ref().map(|config| &config.aliases);
            distribution.domain == name
                || aliases
                    .is_some_and(|aliases| aliases.iter().any(|alias| alias_covers(alias, name)))
        })
    }

    /// A distribution by its id.
    pub fn find(&self, id: &str) -> Option<&Distribution> {
        self.distributions.get(id)
    }

    /// Whether a distribution is protected by a web ACL.
    pub fn uses_web_acl(&self, arn: &str) -> bool {
        self.distributions.values().any(|distribution| distribution.config.web_acl_id == arn)
    }

    /// The distributions that show a certificate, by ARN.
    pub fn using_certificate(&self, arn: &str) -> Vec<String> {
        let all = self.distributions.values();
        let using = all
            .filter(|it| it.config.viewer_certificate.acm_certificate_arn.as_deref() == Some(arn));
        using.map(|distribution| distribution.arn.clone()).collect()
    }

    pub(super) fn distribution(&self, id: &str) -> Result<&Distribution, Fault> {
        self.distributions.get(id).ok_or_else(errors::no_such_distribution)
    }

    pub(super) fn distribution_mut(&mut self, id: &str) -> Result<&mut Distribution, Fault> {
        self.distributions.get_mut(id).ok_or_else(errors::no_such_distribution)
    }
}

/// Whether an alias, whose first label may be `*`, stands for a name.
pub(super) fn alias_covers(alias: &str, name: &str) -> bool {
    match alias.strip_prefix('*') {
        Some(rest) => name.strip_suffix(rest).is_some_and(|label| !label.is_empty()),
        None => alias.eq_ignore_ascii_case(name),
    }
}
