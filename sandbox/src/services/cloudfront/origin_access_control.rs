//! Origin access controls: how CloudFront signs what it asks of a bucket.

use serde::{Deserialize, Serialize};

use super::behavior::CacheBehavior;
use super::policy::{Policy, Rules};
use super::state::{Collection, State};
use crate::fault::Fault;

/// An origin access control's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OriginAccessControlConfig {
    /// Its name, unique among origin access controls.
    pub name: String,
    /// Words for people.
    #[serde(default)]
    pub description: String,
    /// `sigv4`.
    pub signing_protocol: String,
    /// `always`, `never` or `no-override`.
    pub signing_behavior: String,
    /// `s3`, `lambda`, ….
    pub origin_access_control_origin_type: String,
}

impl Policy for OriginAccessControlConfig {
    const RULES: Rules = Rules {
        kind: "OriginAccessControl",
        plural: "OriginAccessControls",
        noun: "origin access control",
        path: "origin-access-control",
        is_policy: false,
    };

    fn name(&self) -> &str {
        &self.name
    }

    fn check(&self) -> Result<(), Fault> {
        if (1..=64).contains(&self.name.chars().count()) {
            return Ok(());
        }
        Err(super::errors::invalid_argument(
            "The parameter Name is invalid: it must have 1 to 64 characters.",
        ))
    }

    fn collection(state: &mut State) -> &mut Collection<Self> {
        &mut state.origin_access_controls
    }

    fn managed() -> Vec<(&'static str, Self)> {
        Vec::new()
    }

    fn used_by(_: &CacheBehavior) -> Option<&str> {
        None
    }

    fn is_used(state: &State, id: &str) -> bool {
        let mut origins = state.distributions.values().flat_map(|it| it.config.origins.iter());
        origins.any(|origin| origin.origin_access_control_id == id)
    }
}
