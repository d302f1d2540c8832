//! How a new version of a service is watched, as YAML says it.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::resource::Watch;

/// How many per cent of the answers may be 5xx, where nothing else is said.
const MAX_5XX_PERCENT: f64 = 1.0;

/// How a new version is watched once it is healthy and has all requests. Where it breaks a limit,
/// the version before is brought back, and the run fails.
///
/// The paths are asked for five times a second, and every quarter of a minute CloudWatch is asked
/// what it has counted in whole minutes since. A service that can't be reached from here is judged
/// by CloudWatch alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollout {
    /// For how many seconds, 0 to 3600. 0: not at all.
    #[schemars(range(max = 3600))]
    pub watch: u32,
    /// What is asked for. Default: what the health check asks for, else `/`.
    #[schemars(length(min = 1), inner(regex(pattern = r"^/")))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paths: Option<Vec<String>>,
    /// How many per cent of the answers may be 5xx, 0 to 100; fewer than three are forgiven.
    /// Default 1.
    #[schemars(range(min = 0, max = 100))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_5xx_percent: Option<f64>,
    /// How many milliseconds an answer may take, but for the slowest hundredth; fewer than three
    /// slow ones are forgiven. Default: as long as it likes.
    #[schemars(range(min = 1, max = 60000))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_p99_ms: Option<u32>,
}

impl Rollout {
    /// The property of a kind that it stands in, which is nothing that AWS knows.
    pub(crate) const PROPERTY: &'static str = "rollout";

    /// What is watched of a service at a URL after these properties have changed.
    pub(crate) fn watch(
        &self,
        changed: &[String],
        url: &str,
        health_check: Option<&str>,
    ) -> Option<Watch> {
        if self.watch == 0 || changed.iter().all(|property| property == Self::PROPERTY) {
            return None;
        }
        let health_check = || vec![health_check.unwrap_or("/").to_owned()];
        let paths = self.paths.clone().unwrap_or_else(health_check);
        Some(Watch {
            time: Duration::from_secs(self.watch.into()),
            urls: paths.iter().map(|path| format!("{url}{path}")).collect(),
            max_5xx_percent: self.max_5xx_percent.unwrap_or(MAX_5XX_PERCENT),
            max_p99: self.max_p99_ms.map(|most| Duration::from_millis(most.into())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(rollout: &Rollout, changed: &str, health_check: Option<&str>) -> Option<Vec<String>> {
        let changed = [changed.to_owned()];
        Some(rollout.watch(&changed, "https://api.example.com", health_check)?.urls)
    }

    #[test]
    fn what_reaches_the_instances_is_watched() {
        let mut rollout =
            Rollout { watch: 60, paths: None, max_5xx_percent: None, max_p99_ms: None };
        let root = Some(vec!["https://api.example.com/".to_owned()]);
        assert_eq!(urls(&rollout, "image", None), root);
        let health = Some(vec!["https://api.example.com/health".to_owned()]);
        assert_eq!(urls(&rollout, "environment", Some("/health")), health);
        assert_eq!(urls(&rollout, "rollout", None), None);
        rollout.watch = 0;
        assert_eq!(urls(&rollout, "image", None), None);
    }
}
