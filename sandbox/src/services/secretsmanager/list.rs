//! The list of secrets, its filters and its order.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::rotation::Rules;
use super::state::Secret;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::{descending, page};
use crate::services::tags::Tag;

/// What a description and a list entry have in common.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Entry {
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
    #[serde(rename = "Type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation_enabled: Option<bool>,
    #[serde(rename = "RotationLambdaARN", skip_serializing_if = "Option::is_none")]
    rotation_lambda_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation_rules: Option<Rules>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_rotated_date: Option<Timestamp>,
    last_changed_date: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_accessed_date: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_date: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_rotation_date: Option<Timestamp>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owning_service: Option<String>,
    created_date: Timestamp,
}

impl Entry {
    pub(super) fn of(secret: &Secret) -> Self {
        let rotation = secret.rotation.clone();
        Self {
            arn: secret.arn.clone(),
            name: secret.name.clone(),
            kind: secret.kind.clone(),
            description: secret.description.clone(),
            kms_key_id: secret.kms_key_id.clone(),
            rotation_enabled: rotation.enabled,
            rotation_lambda_arn: rotation.lambda_arn,
            rotation_rules: rotation.rules,
            last_rotated_date: rotation.last,
            last_changed_date: secret.changed,
            last_accessed_date: secret.accessed,
            deleted_date: secret.deletion,
            next_rotation_date: rotation.next,
            tags: secret.tags.list(),
            owning_service: secret.owning_service.clone(),
            created_date: secret.created,
        }
    }
}

/// One condition; a secret meets it when one of the values fits.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Filter {
    key: FilterKey,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum FilterKey {
    Description,
    Name,
    TagKey,
    TagValue,
    PrimaryRegion,
    OwningService,
    All,
}

/// Whether a secret meets every filter.
pub(super) fn matches(secret: &Secret, filters: &[Filter]) -> bool {
    filters.iter().all(|filter| filter.values.iter().any(|value| meets(secret, filter.key, value)))
}

/// Names and tags are compared by prefix and case, descriptions and `all` by words without
/// case; `!` in front asks for the opposite.
fn meets(secret: &Secret, key: FilterKey, value: &str) -> bool {
    let (value, wanted) = match value.strip_prefix('!') {
        Some(value) => (value, false),
        None => (value, true),
    };
    let (description, owner) =
        (secret.description.as_deref().unwrap_or(""), secret.owning_service.as_deref());
    let found = match key {
        FilterKey::Name => secret.name.starts_with(value),
        FilterKey::Description => has_words(description, value),
        FilterKey::TagKey => secret.tags.iter().any(|(key, _)| key.starts_with(value)),
        FilterKey::TagValue => secret.tags.iter().any(|(_, text)| text.starts_with(value)),
        FilterKey::OwningService => owner.is_some_and(|owner| owner.starts_with(value)),
        FilterKey::PrimaryRegion => false,
        FilterKey::All => {
            let tags = secret.tags.iter().flat_map(|(key, value)| [key, value]);
            let mut texts = tags.chain([secret.name.as_str(), description]).chain(owner);
            texts.any(|text| has_words(text, value))
        }
    };
    found == wanted
}

/// Whether each word of `phrase` begins some word of `text`.
fn has_words(text: &str, phrase: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let text = words(text);
    words(phrase).iter().all(|part| text.iter().any(|word| word.starts_with(part)))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    #[serde(default)]
    include_planned_deletion: bool,
    max_results: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    #[serde(default)]
    sort_order: SortOrder,
    #[serde(default)]
    sort_by: SortBy,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SortOrder {
    #[default]
    Asc,
    Desc,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SortBy {
    #[default]
    CreatedDate,
    LastAccessedDate,
    LastChangedDate,
    Name,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    secret_list: Vec<ListEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListEntry {
    #[serde(flatten)]
    entry: Entry,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_versions_to_stages: Option<BTreeMap<String, Vec<String>>>,
}

/// The secrets that meet the filters, by creation date unless asked otherwise.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let secrets = call.region().secretsmanager.secrets.values();
    let mut found: Vec<(String, &Secret)> = secrets
        .filter(|secret| request.include_planned_deletion || secret.deletion.is_none())
        .filter(|secret| matches(secret, &request.filters))
        .map(|secret| (sort_key(secret, request.sort_by, request.sort_order), secret))
        .collect();
    found.sort_by(|(left, _), (right, _)| left.cmp(right));
    let limit = request.max_results.unwrap_or(100).min(100);
    let page = page(found, request.next_token.as_deref(), limit, |(key, _)| key.clone())
        .map_err(errors::invalid_token)?;
    let entry = |(_, secret): (String, &Secret)| ListEntry {
        entry: Entry::of(secret),
        secret_versions_to_stages: secret.stages(),
    };
    Ok(ListResponse {
        secret_list: page.items.into_iter().map(entry).collect(),
        next_token: page.next,
    })
}

/// A text that ascends in the wanted order, and is each secret's own.
fn sort_key(secret: &Secret, by: SortBy, order: SortOrder) -> String {
    let date = |date: Timestamp| format!("{:020} {}", date.as_millisecond(), secret.name);
    let key = match by {
        SortBy::CreatedDate => date(secret.created),
        SortBy::LastChangedDate => date(secret.changed),
        SortBy::LastAccessedDate => date(secret.accessed.unwrap_or(Timestamp::UNIX_EPOCH)),
        SortBy::Name => secret.name.clone(),
    };
    match order {
        SortOrder::Asc => key,
        SortOrder::Desc => descending(&key),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use crate::testing::Fixture;

    fn fixture() -> Fixture {
        let mut fixture = Fixture::new();
        for (name, description, tag) in [
            ("app/db", "Master password", "prod"),
            ("app/api", "Token of the API", "dev"),
            ("zone", "", "prod"),
        ] {
            let request = json!({
                "Name": name, "Description": description,
                "Tags": [{"Key": "stage", "Value": tag}],
            });
            fixture.call("secretsmanager", "CreateSecret", request).unwrap();
            fixture.pass(Duration::from_secs(1));
        }
        fixture
    }

    fn names(fixture: &mut Fixture, request: Value) -> Vec<String> {
        let response = fixture.call("secretsmanager", "ListSecrets", request).unwrap();
        let list = response["SecretList"].as_array().unwrap();
        list.iter().map(|entry| entry["Name"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn filters_narrow() {
        let mut fixture = fixture();
        for (key, value, expected) in [
            ("name", "app/", vec!["app/db", "app/api"]),
            ("name", "!app/", vec!["zone"]),
            ("description", "PASSWORD", vec!["app/db"]),
            ("tag-key", "sta", vec!["app/db", "app/api", "zone"]),
            ("tag-value", "prod", vec!["app/db", "zone"]),
            ("owning-service", "rds", vec![]),
            ("all", "api dev", vec![]),
            ("all", "token", vec!["app/api"]),
        ] {
            let request = json!({"Filters": [{"Key": key, "Values": [value]}]});
            assert_eq!(names(&mut fixture, request), expected, "{key} {value}");
        }
    }

    #[test]
    fn the_order_is_as_asked() {
        let mut fixture = fixture();
        let by = |by: &str, order: &str| json!({"SortBy": by, "SortOrder": order});
        assert_eq!(names(&mut fixture, by("name", "asc")), ["app/api", "app/db", "zone"]);
        assert_eq!(names(&mut fixture, by("name", "desc")), ["zone", "app/db", "app/api"]);
        assert_eq!(names(&mut fixture, by("created-date", "desc")), ["zone", "app/api", "app/db"]);
    }

    #[test]
    fn pages_hold_everything_once() {
        let mut fixture = fixture();
        let mut token = Value::Null;
        let mut seen = Vec::new();
        loop {
            let mut request = json!({"MaxResults": 2, "SortOrder": "desc", "SortBy": "name"});
            if !token.is_null() {
                request["NextToken"] = token;
            }
            let response = fixture.call("secretsmanager", "ListSecrets", request.clone()).unwrap();
            seen.extend(names(&mut fixture, request));
            token = response["NextToken"].clone();
            if token.is_null() {
                break;
            }
        }
        assert_eq!(seen, ["zone", "app/db", "app/api"]);
    }

    #[test]
    fn what_is_scheduled_for_deletion_is_hidden_unless_asked_for() {
        let mut fixture = fixture();
        fixture.call("secretsmanager", "DeleteSecret", json!({"SecretId": "zone"})).unwrap();
        assert_eq!(names(&mut fixture, json!({})), ["app/db", "app/api"]);
        assert_eq!(names(&mut fixture, json!({"IncludePlannedDeletion": true})).len(), 3);
        let code = fixture.fault("secretsmanager", "ListSecrets", json!({"NextToken": "?"}));
        assert_eq!(code, "InvalidNextTokenException");
    }
}
