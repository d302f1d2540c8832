//! Repository policies: who may pull and push.

use serde::{Deserialize, Serialize};

use super::errors;
use super::state::{Repository, find};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::policy::{Document, Purpose};

/// A request that names a repository and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RepositoryRequest {
    pub registry_id: Option<String>,
    pub repository_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SetRequest {
    registry_id: Option<String>,
    repository_name: String,
    policy_text: String,
    #[serde(default)]
    force: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PolicyResponse {
    registry_id: String,
    repository_name: String,
    policy_text: String,
}

fn response(repository: &Repository, policy_text: String) -> PolicyResponse {
    PolicyResponse {
        registry_id: repository.registry.clone(),
        repository_name: repository.name.clone(),
        policy_text,
    }
}

/// Replaces the policy. One that would keep the account from setting another needs force.
pub(super) fn set(call: &mut Call<'_>, request: SetRequest) -> Result<PolicyResponse, Fault> {
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    let document = Document::parse(&request.policy_text, Purpose::Resource)
        .map_err(|error| errors::invalid("PolicyText", error))?;
    if !request.force && document.denies_account(&repository.registry, "ecr:SetRepositoryPolicy") {
        return Err(errors::invalid(
            "PolicyText",
            "the policy would prevent you from setting another policy; use force",
        ));
    }
    repository.policy = Some(request.policy_text.clone());
    Ok(response(repository, request.policy_text))
}

/// The policy.
pub(super) fn get(
    call: &mut Call<'_>,
    request: RepositoryRequest,
) -> Result<PolicyResponse, Fault> {
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    match repository.policy.clone() {
        Some(text) => Ok(response(repository, text)),
        None => Err(not_found(repository)),
    }
}

/// Removes the policy and gives it back.
pub(super) fn delete(
    call: &mut Call<'_>,
    request: RepositoryRequest,
) -> Result<PolicyResponse, Fault> {
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    match repository.policy.take() {
        Some(text) => Ok(response(repository, text)),
        None => Err(not_found(repository)),
    }
}

fn not_found(repository: &Repository) -> Fault {
    errors::repository_policy_not_found(&repository.name, &repository.registry)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Fixture;

    fn policy(effect: &str, action: &str) -> String {
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": "pull", "Effect": effect, "Principal": {"AWS": "123456789012"},
                "Action": [action],
            }],
        })
        .to_string()
    }

    fn fixture() -> Fixture {
        let mut fixture = Fixture::new();
        fixture.call("ecr", "CreateRepository", json!({"repositoryName": "api"})).unwrap();
        fixture
    }

    #[test]
    fn a_policy_is_kept_until_deleted() {
        let mut fixture = fixture();
        let text = policy("Allow", "ecr:BatchGetImage");
        let set = json!({"repositoryName": "api", "policyText": text});
        fixture.call("ecr", "SetRepositoryPolicy", set).unwrap();
        let name = json!({"repositoryName": "api"});
        let got = fixture.call("ecr", "GetRepositoryPolicy", name.clone()).unwrap();
        assert_eq!(got["policyText"], text);
        fixture.call("ecr", "DeleteRepositoryPolicy", name.clone()).unwrap();
        for operation in ["GetRepositoryPolicy", "DeleteRepositoryPolicy"] {
            let code = fixture.fault("ecr", operation, name.clone());
            assert_eq!(code, "RepositoryPolicyNotFoundException");
        }
    }

    #[test]
    fn broken_and_locking_policies_are_refused() {
        let mut fixture = fixture();
        for text in ["{".to_owned(), policy("Deny", "ecr:*")] {
            let set = json!({"repositoryName": "api", "policyText": text});
            let code = fixture.fault("ecr", "SetRepositoryPolicy", set);
            assert_eq!(code, "InvalidParameterException");
        }
        let forced = json!({
            "repositoryName": "api", "policyText": policy("Deny", "ecr:*"), "force": true,
        });
        fixture.call("ecr", "SetRepositoryPolicy", forced).unwrap();
    }
}
