//! Values: read one, read many, put a new version.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::list::{Filter, matches};
use super::secret::{check_key, version_token};
use super::state::{CURRENT, Secret, SecretValue, State};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetRequest {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ValueResponse {
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
    version_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_binary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_string: Option<String>,
    version_stages: Vec<String>,
    created_date: Timestamp,
}

/// The value of the current version, or of the one that the request names.
pub(super) fn get(call: &mut Call<'_>, request: GetRequest) -> Result<ValueResponse, Fault> {
    let account = call.account.to_owned();
    let now = call.clock.now;
    let region = call.region();
    let secret = region.secretsmanager.live(&request.secret_id)?;
    let version = choose(secret, request.version_id.as_deref(), request.version_stage.as_deref())?;
    if !secret.kms_key_id.as_deref().is_none_or(|key| region.kms.can_encrypt(key, &account)) {
        return Err(errors::decryption_failure());
    }
    read(&mut region.secretsmanager, &request.secret_id, &version, now)
}

/// The version that an id and a label agree on.
fn choose(secret: &Secret, id: Option<&str>, stage: Option<&str>) -> Result<String, Fault> {
    let Some(id) = id else {
        let stage = stage.unwrap_or(CURRENT);
        let staged = secret.staged(stage).map(str::to_owned);
        return staged.ok_or_else(|| errors::stage_not_found(stage));
    };
    let version = secret.versions.get(id).ok_or_else(|| errors::version_not_found(id))?;
    match stage {
        Some(stage) if !version.stages.contains(stage) => Err(errors::invalid_request(
            "You provided a VersionStage that is not associated to the provided VersionId.",
        )),
        _ => Ok(id.to_owned()),
    }
}

/// Reads a version and notes the day of the access, as AWS does.
fn read(
    state: &mut State,
    id: &str,
    version_id: &str,
    now: Timestamp,
) -> Result<ValueResponse, Fault> {
    let secret = state.find_mut(id)?;
    let day = midnight(now);
    secret.accessed = Some(day);
    let (arn, name) = (secret.arn.clone(), secret.name.clone());
    let version =
        secret.versions.get_mut(version_id).ok_or_else(|| errors::version_not_found(version_id))?;
    version.accessed = Some(day);
    let (secret_string, secret_binary) = version.value.members();
    Ok(ValueResponse {
        arn,
        name,
        version_id: version_id.to_owned(),
        secret_binary,
        secret_string,
        version_stages: version.stages.iter().cloned().collect(),
        created_date: version.created,
    })
}

/// Dates of access have no time of day.
fn midnight(now: Timestamp) -> Timestamp {
    let seconds = now.as_second();
    Timestamp::from_second(seconds - seconds.rem_euclid(24 * 60 * 60)).unwrap_or(now)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BatchRequest {
    #[serde(default)]
    secret_id_list: Vec<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BatchResponse {
    secret_values: Vec<ValueResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    errors: Vec<BatchError>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct BatchError {
    secret_id: String,
    error_code: String,
    message: String,
}

/// The current values of up to twenty secrets, by name or by filter; what cannot be read is
/// listed beside what can.
pub(super) fn batch_get(
    call: &mut Call<'_>,
    request: BatchRequest,
) -> Result<BatchResponse, Fault> {
    let (ids, next_token) = batch_ids(&call.region().secretsmanager, &request)?;
    let mut response = BatchResponse { secret_values: Vec::new(), next_token, errors: Vec::new() };
    for secret_id in ids {
        let one =
            GetRequest { secret_id: secret_id.clone(), version_id: None, version_stage: None };
        match get(call, one) {
            Ok(value) => response.secret_values.push(value),
            Err(fault) => response.errors.push(BatchError {
                secret_id,
                error_code: fault.code,
                message: fault.message,
            }),
        }
    }
    Ok(response)
}

fn batch_ids(
    state: &State,
    request: &BatchRequest,
) -> Result<(Vec<String>, Option<String>), Fault> {
    if request.secret_id_list.is_empty() == request.filters.is_empty() {
        return Err(errors::invalid_parameter(
            "You must provide either Filters or SecretIdList, but not both.",
        ));
    }
    if !request.secret_id_list.is_empty() {
        return match request.secret_id_list.len() {
            1..=20 => Ok((request.secret_id_list.clone(), None)),
            _ => Err(errors::invalid_parameter("SecretIdList may name at most 20 secrets.")),
        };
    }
    let names = state
        .secrets
        .values()
        .filter(|secret| secret.deletion.is_none() && matches(secret, &request.filters))
        .map(|secret| secret.name.clone());
    let limit = request.max_results.unwrap_or(20).min(20);
    let names = page(names, request.next_token.as_deref(), limit, String::clone)
        .map_err(errors::invalid_token)?;
    Ok((names.items, names.next))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    secret_id: String,
    client_request_token: Option<String>,
    secret_binary: Option<String>,
    secret_string: Option<String>,
    version_stages: Option<Vec<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutResponse {
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
    version_id: String,
    version_stages: Vec<String>,
}

/// Adds a version, current unless the request stages it otherwise.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<PutResponse, Fault> {
    let value =
        SecretValue::of(request.secret_string, request.secret_binary)?.ok_or_else(|| {
            errors::invalid_request("You must provide either SecretString or SecretBinary.")
        })?;
    let token = version_token(call, request.client_request_token)?;
    let stages = request.version_stages.unwrap_or_else(|| vec![CURRENT.to_owned()]);
    let key = {
        let secret = call.region().secretsmanager.live(&request.secret_id)?;
        secret.refuse_if_managed()?;
        secret.kms_key_id.clone()
    };
    check_key(call, key.as_deref())?;
    let now = call.clock.now;
    let secret = call.region().secretsmanager.live_mut(&request.secret_id)?;
    secret.put(&token, value, &stages, now)?;
    let stages = secret.versions.get(&token).map(|version| &version.stages);
    Ok(PutResponse {
        arn: secret.arn.clone(),
        name: secret.name.clone(),
        version_stages: stages.into_iter().flatten().cloned().collect(),
        version_id: token,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Fixture;

    fn fixture(names: &[&str]) -> Fixture {
        let mut fixture = Fixture::new();
        for name in names {
            call(&mut fixture, "CreateSecret", json!({"Name": name, "SecretString": name}));
        }
        fixture
    }

    fn call(fixture: &mut Fixture, operation: &str, request: Value) -> Value {
        fixture.call("secretsmanager", operation, request).unwrap()
    }

    #[test]
    fn the_former_current_version_becomes_the_previous() {
        let mut fixture = fixture(&["db"]);
        let put = json!({"SecretId": "db", "SecretString": "two"});
        let second = call(&mut fixture, "PutSecretValue", put);
        assert_eq!(second["VersionStages"], json!(["AWSCURRENT"]));
        let mut stage = |stage: &str| {
            let get = json!({"SecretId": "db", "VersionStage": stage});
            call(&mut fixture, "GetSecretValue", get)["SecretString"].clone()
        };
        assert_eq!(stage("AWSCURRENT"), "two");
        assert_eq!(stage("AWSPREVIOUS"), "db");
    }

    #[test]
    fn a_staged_version_leaves_the_current_one() {
        let mut fixture = fixture(&["db"]);
        let put = json!({
            "SecretId": "db", "SecretBinary": "AAEC", "VersionStages": ["AWSPENDING"],
        });
        let version = call(&mut fixture, "PutSecretValue", put)["VersionId"].clone();
        let get = json!({"SecretId": "db", "VersionId": version});
        let value = call(&mut fixture, "GetSecretValue", get);
        assert_eq!(value["SecretBinary"], "AAEC");
        assert_eq!(value.get("SecretString"), None);
        let current = call(&mut fixture, "GetSecretValue", json!({"SecretId": "db"}));
        assert_eq!(current["SecretString"], "db");
        let code = fixture.fault(
            "secretsmanager",
            "GetSecretValue",
            json!({"SecretId": "db", "VersionId": version, "VersionStage": "AWSCURRENT"}),
        );
        assert_eq!(code, "InvalidRequestException");
    }

    #[test]
    fn a_token_stands_for_one_value() {
        let mut fixture = fixture(&["db"]);
        let put = |value: &str| {
            let token = "0123456789abcdef0123456789abcdef";
            json!({"SecretId": "db", "SecretString": value, "ClientRequestToken": token})
        };
        let first = call(&mut fixture, "PutSecretValue", put("x"));
        assert_eq!(call(&mut fixture, "PutSecretValue", put("x")), first);
        let code = fixture.fault("secretsmanager", "PutSecretValue", put("y"));
        assert_eq!(code, "ResourceExistsException");
    }

    #[test]
    fn a_secret_without_a_value_says_so() {
        let mut fixture = Fixture::new();
        call(&mut fixture, "CreateSecret", json!({"Name": "db"}));
        let fault = fixture
            .call("secretsmanager", "GetSecretValue", json!({"SecretId": "db"}))
            .unwrap_err();
        assert_eq!(fault.code, "ResourceNotFoundException");
        assert!(fault.message.ends_with("staging label: AWSCURRENT"));
        let code = fixture.fault("secretsmanager", "PutSecretValue", json!({"SecretId": "db"}));
        assert_eq!(code, "InvalidRequestException");
    }

    #[test]
    fn a_batch_lists_what_failed() {
        let mut fixture = fixture(&["a", "b"]);
        let batch = json!({"SecretIdList": ["a", "missing"]});
        let values = call(&mut fixture, "BatchGetSecretValue", batch);
        assert_eq!(values["SecretValues"][0]["SecretString"], "a");
        assert_eq!(values["Errors"][0]["SecretId"], "missing");
        assert_eq!(values["Errors"][0]["ErrorCode"], "ResourceNotFoundException");
    }

    #[test]
    fn a_batch_by_filter_has_pages() {
        let mut fixture = fixture(&["app/a", "app/b", "other"]);
        let mut request =
            json!({"Filters": [{"Key": "name", "Values": ["app/"]}], "MaxResults": 1});
        let first = call(&mut fixture, "BatchGetSecretValue", request.clone());
        assert_eq!(first["SecretValues"][0]["Name"], "app/a");
        request["NextToken"] = first["NextToken"].clone();
        let second = call(&mut fixture, "BatchGetSecretValue", request);
        assert_eq!(second["SecretValues"][0]["Name"], "app/b");
        assert_eq!(second.get("NextToken"), None);
    }
}
