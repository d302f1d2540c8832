//! What a request is for: the distribution, the behavior, and the policies that it names.

use std::sync::Arc;

use jiff::Timestamp;

use super::choice::Forwarding;
use crate::gateway::core::Core;
use crate::services::cloudfront::{
    self, CacheBehavior, CachePolicyConfig, Distribution, DistributionConfig,
    OriginAccessControlConfig, OriginRequestPolicyConfig, ResponseHeadersPolicyConfig,
};
use crate::services::wildcard;

/// CloudFront's region, as far as it has one.
const HOME: &str = "us-east-1";

/// A distribution as the edges know it.
pub(super) struct Site {
    pub id: String,
    pub arn: String,
    pub config: Arc<DistributionConfig>,
    pub now: Timestamp,
}

/// What holds for one path.
pub(super) struct Route {
    pub behavior: CacheBehavior,
    pub cache: CachePolicyConfig,
    pub forwarding: Forwarding,
    pub response_headers: Option<ResponseHeadersPolicyConfig>,
}

impl Site {
    /// The distribution that answers to a name; none that the edges have not heard of yet.
    pub(super) fn find(core: &Core, name: &str) -> Option<Self> {
        core.call(HOME, "", |call| {
            let distribution = call.world.global.cloudfront.serving(name)?;
            Some(Self {
                id: distribution.id.clone(),
                arn: distribution.arn.clone(),
                config: distribution.deployed.clone()?,
                now: call.clock.now,
            })
        })
    }

    /// What holds for a path.
    pub(super) fn route(&self, core: &Core, path: &str) -> Route {
        let behavior = self.behavior(path).clone();
        core.with_world(|world| {
            let state = &mut world.global.cloudfront;
            let cache = match (&behavior.cache_policy_id, &behavior.forwarded_values) {
                (Some(id), _) => cloudfront::find(state, id),
                (None, Some(values)) => {
                    Some(CachePolicyConfig::of_forwarded_values(values, &behavior))
                }
                (None, None) => None,
            };
            let cache: CachePolicyConfig = cache.unwrap_or_else(CachePolicyConfig::disabled);
            let request = behavior.origin_request_policy_id.as_ref();
            let request: Option<OriginRequestPolicyConfig> =
                request.and_then(|id| cloudfront::find(state, id));
            let headers = behavior.response_headers_policy_id.as_ref();
            Route {
                forwarding: Forwarding::new(&cache, request.as_ref()),
                response_headers: headers.and_then(|id| cloudfront::find(state, id)),
                cache,
                behavior,
            }
        })
    }

    fn behavior(&self, path: &str) -> &CacheBehavior {
        let matching = self.config.cache_behaviors.iter().find(|it| {
            let pattern = it.path_pattern.trim_start_matches('/');
            wildcard::matches(pattern, path.trim_start_matches('/'))
        });
        matching.map_or(&self.config.default_cache_behavior, |it| &it.behavior)
    }

    /// Whether requests to an origin are signed.
    pub(super) fn signs(&self, core: &Core, control: &str) -> bool {
        let found: Option<OriginAccessControlConfig> =
            core.with_world(|world| cloudfront::find(&mut world.global.cloudfront, control));
        found.is_some_and(|control| control.signing_behavior != "never")
    }

    /// Whether something that was kept since a moment is to be forgotten.
    pub(super) fn is_invalidated(&self, core: &Core, path: &str, since: Timestamp) -> bool {
        core.with_world(|world| {
            let distribution: Option<&Distribution> = world.global.cloudfront.find(&self.id);
            distribution.is_none_or(|it| it.is_invalidated(path, since))
        })
    }

    /// The path that a viewer means: the default root object in place of `/`.
    pub(super) fn object(&self, path: &str) -> String {
        match self.config.default_root_object.as_str() {
            object if path == "/" && !object.is_empty() => format!("/{object}"),
            _ => path.to_owned(),
        }
    }
}
