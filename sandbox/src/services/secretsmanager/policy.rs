//! A secret's resource policy.

use serde::{Deserialize, Serialize};

use super::errors;
use super::secret::{Named, SecretRequest};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::policy::{Document, Purpose};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetResponse {
    #[serde(flatten)]
    named: Named,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_policy: Option<String>,
}

/// The policy, where there is one.
pub(super) fn get(call: &mut Call<'_>, request: SecretRequest) -> Result<GetResponse, Fault> {
    let secret = call.region().secretsmanager.live(&request.secret_id)?;
    Ok(GetResponse { named: Named::of(secret), resource_policy: secret.policy.clone() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    secret_id: String,
    resource_policy: String,
    #[serde(default)]
    block_public_policy: bool,
}

/// Replaces the policy.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<Named, Fault> {
    let secret = call.region().secretsmanager.live_mut(&request.secret_id)?;
    secret.refuse_if_managed()?;
    let document = Document::parse(&request.resource_policy, Purpose::Resource)
        .map_err(errors::malformed_policy)?;
    if request.block_public_policy && document.is_public() {
        return Err(errors::public_policy());
    }
    secret.policy = Some(request.resource_policy);
    Ok(Named::of(secret))
}

/// Removes the policy; none is no error.
pub(super) fn delete(call: &mut Call<'_>, request: SecretRequest) -> Result<Named, Fault> {
    let secret = call.region().secretsmanager.live_mut(&request.secret_id)?;
    secret.refuse_if_managed()?;
    secret.policy = None;
    Ok(Named::of(secret))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ValidateRequest {
    secret_id: Option<String>,
    resource_policy: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ValidateResponse {
    policy_validation_passed: bool,
    validation_errors: Vec<ValidationError>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ValidationError {
    check_name: &'static str,
    error_message: String,
}

/// Checks a policy without storing it.
pub(super) fn validate(
    call: &mut Call<'_>,
    request: ValidateRequest,
) -> Result<ValidateResponse, Fault> {
    if let Some(id) = &request.secret_id {
        call.region().secretsmanager.live(id)?;
    }
    let document = Document::parse(&request.resource_policy, Purpose::Resource)
        .map_err(errors::malformed_policy)?;
    let open = ValidationError {
        check_name: "PUBLIC_ACCESS_CHECK",
        error_message: "The policy grants broad access to the secret.".to_owned(),
    };
    let validation_errors: Vec<_> = document.is_public().then_some(open).into_iter().collect();
    let policy_validation_passed = validation_errors.is_empty();
    Ok(ValidateResponse { policy_validation_passed, validation_errors })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Fixture;

    fn policy(principal: Value) -> String {
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow", "Principal": principal,
                "Action": "secretsmanager:GetSecretValue", "Resource": "*",
            }],
        })
        .to_string()
    }

    fn fixture() -> Fixture {
        let mut fixture = Fixture::new();
        fixture.call("secretsmanager", "CreateSecret", json!({"Name": "db"})).unwrap();
        fixture
    }

    #[test]
    fn a_policy_is_kept_until_deleted() {
        let mut fixture = fixture();
        let id = json!({"SecretId": "db"});
        let text = policy(json!({"AWS": "123456789012"}));
        let put = json!({"SecretId": "db", "ResourcePolicy": text});
        fixture.call("secretsmanager", "PutResourcePolicy", put).unwrap();
        let got = fixture.call("secretsmanager", "GetResourcePolicy", id.clone()).unwrap();
        assert_eq!(got["ResourcePolicy"], text);
        fixture.call("secretsmanager", "DeleteResourcePolicy", id.clone()).unwrap();
        let got = fixture.call("secretsmanager", "GetResourcePolicy", id).unwrap();
        assert_eq!(got.get("ResourcePolicy"), None);
    }

    #[test]
    fn public_and_broken_policies_are_refused() {
        let mut fixture = fixture();
        let public = json!({
            "SecretId": "db", "ResourcePolicy": policy(json!("*")), "BlockPublicPolicy": true,
        });
        let code = fixture.fault("secretsmanager", "PutResourcePolicy", public);
        assert_eq!(code, "PublicPolicyException");
        let broken = json!({"SecretId": "db", "ResourcePolicy": "{"});
        let code = fixture.fault("secretsmanager", "PutResourcePolicy", broken);
        assert_eq!(code, "MalformedPolicyDocumentException");
    }

    #[test]
    fn validation_reports_public_access() {
        let mut fixture = fixture();
        let mut passed = |principal: Value| {
            let request = json!({"ResourcePolicy": policy(principal)});
            let response =
                fixture.call("secretsmanager", "ValidateResourcePolicy", request).unwrap();
            response["PolicyValidationPassed"].as_bool().unwrap()
        };
        assert!(passed(json!({"AWS": "123456789012"})));
        assert!(!passed(json!({"AWS": "*"})));
    }
}
