//! Lifecycle policies: which images expire.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::errors;
use super::repository_policy::RepositoryRequest;
use super::state::{Repository, find};
use crate::call::Call;
use crate::fault::Fault;

/// A policy's rules as their JSON has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    pub rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Rule {
    pub rule_priority: u32,
    #[serde(default, rename = "description")]
    _description: String,
    pub selection: Selection,
    pub action: Action,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Selection {
    pub tag_status: TagStatus,
    #[serde(default)]
    pub tag_prefix_list: Vec<String>,
    #[serde(default)]
    pub tag_pattern_list: Vec<String>,
    pub storage_class: Option<StorageClass>,
    pub count_type: CountType,
    count_unit: Option<CountUnit>,
    pub count_number: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TagStatus {
    Tagged,
    Untagged,
    Any,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum StorageClass {
    Standard,
    Archive,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum CountType {
    ImageCountMoreThan,
    SinceImagePushed,
    SinceImagePulled,
    SinceImageTransitioned,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CountUnit {
    Days,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Action {
    pub r#type: ActionType,
    target_storage_class: Option<StorageClass>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ActionType {
    Expire,
    Transition,
}

impl Policy {
    /// Reads a text that is a policy by its form.
    pub(super) fn parse(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }
}

/// Refuses a text that is not a policy by AWS's rules.
pub(super) fn check(text: &str) -> Result<(), Fault> {
    let policy = Policy::parse(text).map_err(errors::invalid_lifecycle_policy)?;
    check_rules(&policy.rules).map_err(errors::invalid_lifecycle_policy)
}

fn check_rules(rules: &[Rule]) -> Result<(), &'static str> {
    if !(1..=50).contains(&rules.len()) {
        return Err("A lifecycle policy holds between 1 and 50 rules.");
    }
    let mut priorities = BTreeSet::new();
    let mut sole = BTreeSet::new();
    for rule in rules {
        check_rule(rule)?;
        if !priorities.insert(rule.rule_priority) {
            return Err("Rule priorities must be unique.");
        }
        let status = rule.selection.tag_status;
        let class = rule.selection.storage_class.unwrap_or(StorageClass::Standard);
        if status != TagStatus::Tagged && !sole.insert((status, class)) {
            return Err("Only one rule per storage class may select 'any' or 'untagged' images.");
        }
    }
    let last = |rule: &Rule| {
        let class = rule.selection.storage_class;
        let rivals = rules.iter().filter(|rival| rival.selection.storage_class == class);
        rivals.map(|rival| rival.rule_priority).max() == Some(rule.rule_priority)
    };
    let mut any = rules.iter().filter(|rule| rule.selection.tag_status == TagStatus::Any);
    if !any.all(last) {
        return Err("A rule with tagStatus 'any' must have the highest rulePriority.");
    }
    Ok(())
}

fn check_rule(rule: &Rule) -> Result<(), &'static str> {
    let selection = &rule.selection;
    let lists = [&selection.tag_prefix_list, &selection.tag_pattern_list];
    let named = lists.iter().filter(|list| !list.is_empty()).count();
    if rule.rule_priority == 0 || selection.count_number == 0 {
        return Err("rulePriority and countNumber must be at least 1.");
    }
    if selection.tag_status == TagStatus::Tagged && named != 1 {
        return Err("A rule with tagStatus 'tagged' needs tagPrefixList or tagPatternList.");
    }
    if selection.tag_status != TagStatus::Tagged && named != 0 {
        return Err("tagPrefixList and tagPatternList go with tagStatus 'tagged' only.");
    }
    let counts_images = selection.count_type == CountType::ImageCountMoreThan;
    if counts_images == selection.count_unit.is_some() {
        return Err("countUnit goes with a countType of time, and only with one.");
    }
    let transition = rule.action.r#type == ActionType::Transition;
    let archives = rule.action.target_storage_class == Some(StorageClass::Archive);
    if transition != archives || rule.action.target_storage_class.is_some() != transition {
        return Err("A transition names 'archive' as its targetStorageClass, and only it does.");
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutRequest {
    registry_id: Option<String>,
    repository_name: String,
    lifecycle_policy_text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PolicyResponse {
    registry_id: String,
    repository_name: String,
    lifecycle_policy_text: String,
}

fn response(repository: &Repository, text: String) -> PolicyResponse {
    PolicyResponse {
        registry_id: repository.registry.clone(),
        repository_name: repository.name.clone(),
        lifecycle_policy_text: text,
    }
}

/// Replaces the policy.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<PolicyResponse, Fault> {
    let clock = call.clock;
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    if request.lifecycle_policy_text.len() > 30_720 {
        return Err(errors::invalid_lifecycle_policy("The policy is over 30720 characters long."));
    }
    check(&request.lifecycle_policy_text)?;
    repository.lifecycle_policy = Some(request.lifecycle_policy_text.clone());
    repository.expect_expiry(clock);
    Ok(response(repository, request.lifecycle_policy_text))
}

/// The policy.
pub(super) fn get(
    call: &mut Call<'_>,
    request: RepositoryRequest,
) -> Result<PolicyResponse, Fault> {
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    let Some(text) = repository.lifecycle_policy.clone() else {
        return Err(not_found(repository));
    };
    Ok(response(repository, text))
}

/// Removes the policy and gives it back.
pub(super) fn delete(
    call: &mut Call<'_>,
    request: RepositoryRequest,
) -> Result<PolicyResponse, Fault> {
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    let Some(text) = repository.lifecycle_policy.take() else {
        return Err(not_found(repository));
    };
    Ok(response(repository, text))
}

fn not_found(repository: &Repository) -> Fault {
    errors::lifecycle_policy_not_found(&repository.name, &repository.registry)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::check;
    use crate::testing::Fixture;

    fn rule(priority: u32, selection: Value) -> Value {
        json!({"rulePriority": priority, "selection": selection, "action": {"type": "expire"}})
    }

    fn untagged() -> Value {
        json!({
            "tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days",
            "countNumber": 7,
        })
    }

    fn any() -> Value {
        json!({"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 30})
    }

    fn tagged() -> Value {
        json!({
            "tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan",
            "countNumber": 10,
        })
    }

    fn with(mut selection: Value, member: &str, value: Value) -> Value {
        selection[member] = value;
        selection
    }

    #[test]
    fn sound_rules_pass() {
        for rules in [
            vec![rule(1, untagged()), rule(2, tagged()), rule(3, any())],
            vec![rule(1, tagged()), rule(2, tagged())],
        ] {
            check(&json!({"rules": rules}).to_string()).unwrap();
        }
    }

    #[test]
    fn unsound_rules_are_refused() {
        for (rules, why) in [
            (vec![], "no rule"),
            (vec![rule(0, any())], "priority 0"),
            (vec![rule(1, untagged()), rule(1, any())], "the same priority"),
            (vec![rule(1, any()), rule(2, untagged())], "any before another"),
            (vec![rule(1, untagged()), rule(2, untagged())], "untagged twice"),
            (vec![rule(1, with(tagged(), "tagPrefixList", json!([])))], "tagged without tags"),
            (vec![rule(1, with(any(), "tagPrefixList", json!(["v"])))], "any with tags"),
            (vec![rule(1, with(any(), "countUnit", json!("days")))], "a unit of images"),
            (vec![rule(1, with(untagged(), "countUnit", json!("weeks")))], "weeks"),
            (vec![rule(1, with(any(), "countNumber", json!(0)))], "no images"),
            (vec![rule(1, with(any(), "colour", json!("red")))], "an unknown member"),
        ] {
            let fault = check(&json!({"rules": rules}).to_string()).unwrap_err();
            assert_eq!(fault.code, "InvalidParameterException", "{why}");
        }
    }

    #[test]
    fn a_policy_is_kept_until_deleted() {
        let mut fixture = Fixture::new();
        let name = json!({"repositoryName": "api"});
        fixture.call("ecr", "CreateRepository", name.clone()).unwrap();
        let text = json!({"rules": [rule(1, any())]}).to_string();
        let put = json!({"repositoryName": "api", "lifecyclePolicyText": text});
        fixture.call("ecr", "PutLifecyclePolicy", put).unwrap();
        let got = fixture.call("ecr", "GetLifecyclePolicy", name.clone()).unwrap();
        assert_eq!(got["lifecyclePolicyText"], text);
        fixture.call("ecr", "DeleteLifecyclePolicy", name.clone()).unwrap();
        for operation in ["GetLifecyclePolicy", "DeleteLifecyclePolicy"] {
            let code = fixture.fault("ecr", operation, name.clone());
            assert_eq!(code, "LifecyclePolicyNotFoundException");
        }
    }
}
