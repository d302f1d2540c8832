//! What a lifecycle policy removes, and when.
//!
//! AWS's rules, from
//! <https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html>: rules
//! go by their priority; an image that a rule selects is out of reach for those after it; and an
//! image that a list refers to stays as long as the list does.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::image::is_referenced;
use super::lifecycle::{ActionType, CountType, Policy, Rule, Selection, StorageClass, TagStatus};
use super::mutability::wildcard;
use super::state::{Image, Repository};
use crate::call::Clock;

/// AWS evaluates a policy within a day.
const TYPICAL: Duration = Duration::from_secs(24 * 60 * 60);
/// How soon to look again where time alone makes images old.
const AGEING: SignedDuration = SignedDuration::from_hours(1);

impl Repository {
    /// Has the policy evaluated as soon as AWS would, after a change of it or of the images.
    pub(super) fn expect_expiry(&mut self, clock: Clock) {
        let due = clock.after(TYPICAL);
        self.expiry = Some(self.expiry.map_or(due, |expected| expected.min(due)));
    }

    /// Removes what the policy says, if it is time.
    pub(super) fn settle(&mut self, now: Timestamp) {
        if self.expiry.is_none_or(|due| due > now) {
            return;
        }
        self.expiry = None;
        // A policy was checked when it was put.
        let policy = self.lifecycle_policy.as_deref().and_then(|text| Policy::parse(text).ok());
        let Some(policy) = policy else { return };
        for digest in expired(&policy, self, now).into_keys() {
            if !is_referenced(self, &digest) {
                self.images.remove(&digest);
                self.scans.remove(&digest);
            }
        }
        let ages = |rule: &Rule| rule.selection.count_type != CountType::ImageCountMoreThan;
        if policy.rules.iter().any(ages) {
            self.expiry = now.checked_add(AGEING).ok();
        }
    }
}

/// The digests of the images that the rules expire, with the priority of the rule that does.
pub(super) fn expired(
    policy: &Policy,
    repository: &Repository,
    now: Timestamp,
) -> BTreeMap<String, u32> {
    let mut rules: Vec<&Rule> = policy.rules.iter().collect();
    rules.sort_by_key(|rule| rule.rule_priority);
    let (mut taken, mut expired) = (BTreeSet::new(), BTreeMap::new());
    for rule in rules {
        // Nothing is archived here: rules about the archive select nothing.
        let archives = rule.selection.storage_class == Some(StorageClass::Archive);
        if archives || rule.action.r#type != ActionType::Expire {
            continue;
        }
        let images = repository.images.iter();
        let mut selected: Vec<(&String, &Image)> =
            images.filter(|(_, image)| rule.selection.admits(image)).collect();
        selected.sort_by_key(|(digest, image)| (std::cmp::Reverse(image.pushed), *digest));
        for (position, (digest, image)) in selected.into_iter().enumerate() {
            let due = rule.selection.expires(position, image, now);
            if taken.insert(digest) && due {
                expired.insert(digest.clone(), rule.rule_priority);
            }
        }
    }
    expired
}

impl Selection {
    /// Whether the image bears what the rule is about: every prefix, and every pattern.
    fn admits(&self, image: &Image) -> bool {
        let bears = |test: &dyn Fn(&String) -> bool| image.tags.iter().any(test);
        match self.tag_status {
            TagStatus::Any => true,
            TagStatus::Untagged => image.tags.is_empty(),
            TagStatus::Tagged => {
                self.tag_prefix_list.iter().all(|prefix| bears(&|tag| tag.starts_with(prefix)))
                    && self
                        .tag_pattern_list
                        .iter()
                        .all(|pattern| bears(&|tag| wildcard(pattern, tag)))
            }
        }
    }

    /// Whether the image, which is that many places behind the youngest, is too many or too old.
    fn expires(&self, position: usize, image: &Image, now: Timestamp) -> bool {
        match self.count_type {
            CountType::ImageCountMoreThan => position >= self.count_number as usize,
            // Pulls are not recorded: an image that was never pulled counts from its push.
            CountType::SinceImagePushed | CountType::SinceImagePulled => {
                let days = i64::from(self.count_number);
                now.duration_since(image.pushed) > SignedDuration::from_hours(24 * days)
            }
            CountType::SinceImageTransitioned => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use crate::testing::Fixture;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn rule(priority: u32, selection: Value) -> Value {
        json!({"rulePriority": priority, "selection": selection, "action": {"type": "expire"}})
    }

    /// A repository with this policy, in a world where a day is a day.
    fn fixture(rules: Value) -> Fixture {
        let mut fixture = Fixture::with_scale(1.0);
        fixture.call("ecr", "CreateRepository", json!({"repositoryName": "api"})).unwrap();
        let text = json!({"rules": rules}).to_string();
        let put = json!({"repositoryName": "api", "lifecyclePolicyText": text});
        fixture.call("ecr", "PutLifecyclePolicy", put).unwrap();
        fixture
    }

    fn push(fixture: &mut Fixture, number: u64, tag: Option<&str>) {
        let manifest = json!({"schemaVersion": 2, "layers": [{"size": number}]}).to_string();
        let mut request = json!({"repositoryName": "api", "imageManifest": manifest});
        if let Some(tag) = tag {
            request["imageTag"] = json!(tag);
        }
        fixture.call("ecr", "PutImage", request).unwrap();
        fixture.pass(Duration::from_secs(1));
    }

    /// The sizes of the images that are left; an image's size is its number.
    fn left(fixture: &mut Fixture) -> Vec<u64> {
        let request = json!({"repositoryName": "api"});
        let described = fixture.call("ecr", "DescribeImages", request).unwrap();
        let details = described["imageDetails"].as_array().unwrap().iter();
        let mut sizes: Vec<u64> =
            details.map(|detail| detail["imageSizeInBytes"].as_u64().unwrap()).collect();
        sizes.sort_unstable();
        sizes
    }

    #[test]
    fn only_the_youngest_are_kept_and_not_at_once() {
        let any = json!({"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 2});
        let mut fixture = fixture(json!([rule(1, any)]));
        for number in 1..=4 {
            push(&mut fixture, number, Some(&format!("v{number}")));
        }
        assert_eq!(left(&mut fixture), [1, 2, 3, 4]);
        fixture.pass(DAY);
        assert_eq!(left(&mut fixture), [3, 4]);
    }

    #[test]
    fn what_a_rule_selects_is_out_of_reach_for_those_after_it() {
        let release = json!({"tagStatus": "tagged", "tagPatternList": ["v*"],
                             "countType": "imageCountMoreThan", "countNumber": 3});
        let any = json!({"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1});
        let mut fixture = fixture(json!([rule(1, release), rule(2, any)]));
        push(&mut fixture, 1, Some("v1"));
        push(&mut fixture, 2, Some("v2"));
        push(&mut fixture, 3, Some("branch"));
        push(&mut fixture, 4, Some("other"));
        fixture.pass(DAY);
        assert_eq!(left(&mut fixture), [1, 2, 4]);
    }

    #[test]
    fn every_prefix_has_to_be_there() {
        let both = json!({"tagStatus": "tagged", "tagPrefixList": ["old", "test"],
                          "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 1});
        let mut fixture = fixture(json!([rule(1, both)]));
        push(&mut fixture, 1, Some("old-1"));
        push(&mut fixture, 2, Some("old-2"));
        let manifest = json!({"schemaVersion": 2, "layers": [{"size": 2}]}).to_string();
        let request = json!({"repositoryName": "api", "imageManifest": manifest,
                             "imageTag": "test-2"});
        fixture.call("ecr", "PutImage", request).unwrap();
        fixture.pass(3 * DAY);
        assert_eq!(left(&mut fixture), [1]);
    }

    #[test]
    fn untagged_images_grow_old_by_themselves() {
        let untagged = json!({"tagStatus": "untagged", "countType": "sinceImagePushed",
                              "countUnit": "days", "countNumber": 7});
        let mut fixture = fixture(json!([rule(1, untagged)]));
        push(&mut fixture, 1, None);
        push(&mut fixture, 2, Some("v2"));
        fixture.pass(6 * DAY);
        assert_eq!(left(&mut fixture), [1, 2]);
        fixture.pass(2 * DAY);
        assert_eq!(left(&mut fixture), [2]);
    }
}
