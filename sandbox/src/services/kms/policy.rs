//! A key's policy. Each key has one, named `default`.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::errors;
use super::key::KeyRequest;
use super::lookup::{direct, own};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::policy::{Document, Purpose};

const NAME: &str = "default";

/// The policy of a key that is created without one: IAM policies of the account decide.
pub(super) fn default(account: &str) -> String {
    let policy = json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::{account}:root")},
            "Action": "kms:*",
            "Resource": "*",
        }],
    });
    format!("{policy:#}")
}

/// Refuses a broken policy, and one that nobody in the account could ever change again.
pub(super) fn check(text: &str, account: &str, bypass_lockout: bool) -> Result<(), Fault> {
    let document = Document::parse(text, Purpose::Resource).map_err(errors::malformed_policy)?;
    if bypass_lockout || document.allows_account(account, "kms:PutKeyPolicy") {
        Ok(())
    } else {
        Err(errors::policy_locks_out())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetRequest {
    key_id: String,
    policy_name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetResponse {
    policy: String,
    policy_name: &'static str,
}

/// The key's policy.
pub(super) fn get(call: &mut Call<'_>, request: GetRequest) -> Result<GetResponse, Fault> {
    let key = direct(call, &request.key_id)?;
    check_name(request.policy_name.as_deref())?;
    Ok(GetResponse { policy: key.policy.clone(), policy_name: NAME })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    key_id: String,
    policy_name: Option<String>,
    policy: String,
    #[serde(default)]
    bypass_policy_lockout_safety_check: bool,
}

/// Replaces the key's policy.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<Empty, Fault> {
    let account = call.account.to_owned();
    let key = own(call, &request.key_id)?;
    key.refuse_if_pending_deletion()?;
    check_name(request.policy_name.as_deref())?;
    check(&request.policy, &account, request.bypass_policy_lockout_safety_check)?;
    key.policy = request.policy;
    Ok(Empty {})
}

fn check_name(name: Option<&str>) -> Result<(), Fault> {
    if name.is_none_or(|name| name == NAME) { Ok(()) } else { Err(errors::policy_not_found()) }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    policy_names: [&'static str; 1],
    truncated: bool,
}

/// The names of the key's policies: there is one.
pub(super) fn list(call: &mut Call<'_>, request: KeyRequest) -> Result<ListResponse, Fault> {
    direct(call, &request.key_id)?;
    Ok(ListResponse { policy_names: [NAME], truncated: false })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::default;
    use crate::testing::Fixture;

    fn fixture() -> (Fixture, Value) {
        let mut fixture = Fixture::new();
        let created = fixture.call("kms", "CreateKey", json!({})).unwrap();
        (fixture, created["KeyMetadata"]["KeyId"].clone())
    }

    fn policy(account: &str) -> String {
        default(account).replace("Enable IAM", "Mine")
    }

    #[test]
    fn a_key_has_the_default_policy_until_another_is_put() {
        let (mut fixture, id) = fixture();
        let request = json!({"KeyId": id, "PolicyName": "default"});
        let got = fixture.call("kms", "GetKeyPolicy", request.clone()).unwrap();
        assert_eq!(got["Policy"], default("123456789012"));
        let put = json!({"KeyId": id, "Policy": policy("123456789012")});
        fixture.call("kms", "PutKeyPolicy", put).unwrap();
        let got = fixture.call("kms", "GetKeyPolicy", request).unwrap();
        assert_eq!(got["Policy"], policy("123456789012"));
        let names = fixture.call("kms", "ListKeyPolicies", json!({"KeyId": id})).unwrap();
        assert_eq!(names["PolicyNames"], json!(["default"]));
    }

    #[test]
    fn a_policy_that_locks_the_account_out_needs_consent() {
        let (mut fixture, id) = fixture();
        let mut put = json!({"KeyId": id, "Policy": policy("999999999999")});
        let code = fixture.fault("kms", "PutKeyPolicy", put.clone());
        assert_eq!(code, "MalformedPolicyDocumentException");
        put["BypassPolicyLockoutSafetyCheck"] = json!(true);
        fixture.call("kms", "PutKeyPolicy", put).unwrap();
    }

    #[test]
    fn other_names_and_broken_documents_are_refused() {
        let (mut fixture, id) = fixture();
        let request = json!({"KeyId": id, "PolicyName": "other"});
        assert_eq!(fixture.fault("kms", "GetKeyPolicy", request), "NotFoundException");
        let code = fixture.fault("kms", "CreateKey", json!({"Policy": "{"}));
        assert_eq!(code, "MalformedPolicyDocumentException");
    }
}
