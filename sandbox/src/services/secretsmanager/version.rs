//! The versions of a secret and the labels that stage them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::secret::Named;
use super::state::{CURRENT, Secret};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    secret_id: String,
    max_results: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    include_deprecated: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    versions: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    version_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    version_stages: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_accessed_date: Option<Timestamp>,
    created_date: Timestamp,
    kms_key_ids: Vec<String>,
}

/// The versions that carry a label; the others are deprecated and listed on request.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let secret = call.region().secretsmanager.find(&request.secret_id)?;
    let key = secret.kms_key_id.as_deref().unwrap_or("DefaultEncryptionKey");
    let mut versions: Vec<_> = secret
        .versions
        .iter()
        .filter(|(_, version)| request.include_deprecated || !version.stages.is_empty())
        .map(|(id, version)| Entry {
            version_id: id.clone(),
            version_stages: version.stages.iter().cloned().collect(),
            last_accessed_date: version.accessed,
            created_date: version.created,
            kms_key_ids: vec![key.to_owned()],
        })
        .collect();
    versions.sort_by(|left, right| left.version_id.cmp(&right.version_id));
    let limit = request.max_results.unwrap_or(100).min(100);
    let page =
        page(versions, request.next_token.as_deref(), limit, |entry| entry.version_id.clone())
            .map_err(errors::invalid_token)?;
    Ok(ListResponse {
        versions: page.items,
        next_token: page.next,
        arn: secret.arn.clone(),
        name: secret.name.clone(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateStageRequest {
    secret_id: String,
    version_stage: String,
    remove_from_version_id: Option<String>,
    move_to_version_id: Option<String>,
}

/// Moves a label from one version to another, or takes it off.
pub(super) fn update_stage(
    call: &mut Call<'_>,
    request: UpdateStageRequest,
) -> Result<Named, Fault> {
    let secret = call.region().secretsmanager.live_mut(&request.secret_id)?;
    secret.refuse_if_managed()?;
    check_move(secret, &request)?;
    match &request.move_to_version_id {
        Some(version) => secret.stage(version, &request.version_stage),
        None => secret.unstage(&request.version_stage),
    }
    Ok(Named::of(secret))
}

fn check_move(secret: &Secret, request: &UpdateStageRequest) -> Result<(), Fault> {
    let (stage, from) = (&request.version_stage, request.remove_from_version_id.as_deref());
    for version in [from, request.move_to_version_id.as_deref()].into_iter().flatten() {
        if !secret.versions.contains_key(version) {
            return Err(errors::version_not_found(version));
        }
    }
    if request.move_to_version_id.is_none() && stage == CURRENT {
        return Err(errors::invalid_parameter(
            "You can only move staging label AWSCURRENT to a different secret version. It \
             can't be completely removed.",
        ));
    }
    match secret.staged(stage) {
        Some(holder) if from.is_some_and(|from| from != holder) || from.is_none() => {
            let moves_nothing = request.move_to_version_id.as_deref() == Some(holder);
            if moves_nothing { Ok(()) } else { Err(errors::label_elsewhere(stage, holder)) }
        }
        None if from.is_some() => Err(errors::invalid_parameter(format!(
            "The staging label {stage} isn't currently attached to version {}.",
            from.unwrap_or_default()
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Fixture;

    /// A secret with two versions: the first previous, the second current.
    fn fixture() -> (Fixture, String, String) {
        let mut fixture = Fixture::new();
        let create = json!({"Name": "db", "SecretString": "one"});
        let first = fixture.call("secretsmanager", "CreateSecret", create).unwrap();
        let put = json!({"SecretId": "db", "SecretString": "two"});
        let second = fixture.call("secretsmanager", "PutSecretValue", put).unwrap();
        let id = |value: &Value| value["VersionId"].as_str().unwrap().to_owned();
        (fixture, id(&first), id(&second))
    }

    fn stages(fixture: &mut Fixture) -> Value {
        let id = json!({"SecretId": "db"});
        fixture.call("secretsmanager", "DescribeSecret", id).unwrap()["VersionIdsToStages"].clone()
    }

    #[test]
    fn moving_current_back_makes_the_other_previous() {
        let (mut fixture, first, second) = fixture();
        let request = json!({
            "SecretId": "db", "VersionStage": "AWSCURRENT",
            "RemoveFromVersionId": second, "MoveToVersionId": first,
        });
        fixture.call("secretsmanager", "UpdateSecretVersionStage", request).unwrap();
        assert_eq!(
            stages(&mut fixture),
            json!({(first.as_str()): ["AWSCURRENT"], (second.as_str()): ["AWSPREVIOUS"]})
        );
    }

    #[test]
    fn where_a_label_is_must_be_said() {
        let (mut fixture, first, second) = fixture();
        for request in [
            json!({"SecretId": "db", "VersionStage": "AWSCURRENT", "MoveToVersionId": first}),
            json!({"SecretId": "db", "VersionStage": "AWSCURRENT", "RemoveFromVersionId": second}),
            json!({"SecretId": "db", "VersionStage": "MINE", "RemoveFromVersionId": first}),
        ] {
            let code = fixture.fault("secretsmanager", "UpdateSecretVersionStage", request);
            assert_eq!(code, "InvalidParameterException");
        }
    }

    #[test]
    fn a_version_without_labels_is_deprecated() {
        let (mut fixture, first, second) = fixture();
        let request = json!({
            "SecretId": "db", "VersionStage": "AWSPREVIOUS", "RemoveFromVersionId": first,
        });
        fixture.call("secretsmanager", "UpdateSecretVersionStage", request).unwrap();
        assert_eq!(stages(&mut fixture), json!({(second.as_str()): ["AWSCURRENT"]}));
        let mut count = |deprecated: bool| {
            let request = json!({"SecretId": "db", "IncludeDeprecated": deprecated});
            let list = fixture.call("secretsmanager", "ListSecretVersionIds", request).unwrap();
            list["Versions"].as_array().unwrap().len()
        };
        assert_eq!((count(false), count(true)), (1, 2));
    }
}
