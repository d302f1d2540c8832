//! The account's password policy: what passwords of IAM users must be like.

use serde::{Deserialize, Serialize};

use super::errors;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;

/// A policy as it is put. What is not sent falls back to AWS's default, whatever it was before.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PasswordPolicy {
    /// 6 to 128.
    pub minimum_password_length: u32,
    /// One of `!@#$%^&*()_+-=[]{}|'`.
    pub require_symbols: bool,
    /// A digit.
    pub require_numbers: bool,
    /// A letter of A to Z.
    pub require_uppercase_characters: bool,
    /// A letter of a to z.
    pub require_lowercase_characters: bool,
    /// Whether users may change their own.
    pub allow_users_to_change_password: bool,
    /// Days until a password expires; none never.
    pub max_password_age: Option<u32>,
    /// How many former passwords are refused.
    pub password_reuse_prevention: Option<u32>,
    /// Whether an administrator must reset what has expired.
    pub hard_expiry: bool,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            minimum_password_length: 6,
            require_symbols: false,
            require_numbers: false,
            require_uppercase_characters: false,
            require_lowercase_characters: false,
            allow_users_to_change_password: false,
            max_password_age: None,
            password_reuse_prevention: None,
            hard_expiry: false,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct NoRequest {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyResponse {
    password_policy: PolicyView,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyView {
    #[serde(flatten)]
    policy: PasswordPolicy,
    expire_passwords: bool,
}

/// The policy that was put, if any was.
pub(super) fn get(call: &mut Call<'_>, _: NoRequest) -> Result<PolicyResponse, Fault> {
    let policy = call.global().iam.password_policy.clone();
    let policy = policy.ok_or_else(|| errors::no_password_policy(call.account))?;
    let expire_passwords = policy.max_password_age.is_some();
    Ok(PolicyResponse { password_policy: PolicyView { policy, expire_passwords } })
}

/// Puts a policy in place of the one that was there, all of it.
pub(super) fn update(call: &mut Call<'_>, policy: PasswordPolicy) -> Result<Empty, Fault> {
    call.global().iam.password_policy = Some(policy);
    Ok(Empty {})
}

/// Takes the policy away.
pub(super) fn delete(call: &mut Call<'_>, _: NoRequest) -> Result<Empty, Fault> {
    match call.world.global.iam.password_policy.take() {
        Some(_) => Ok(Empty {}),
        None => Err(errors::no_password_policy(call.account)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Fixture;

    #[test]
    fn what_is_not_sent_falls_back() {
        let mut fixture = Fixture::new();
        assert_eq!(fixture.fault("iam", "GetAccountPasswordPolicy", json!({})), "NoSuchEntity");
        let strict = json!({"MinimumPasswordLength": 14, "MaxPasswordAge": 90});
        fixture.call("iam", "UpdateAccountPasswordPolicy", strict).unwrap();
        let mut get = || {
            let got = fixture.call("iam", "GetAccountPasswordPolicy", json!({})).unwrap();
            fixture
                .call("iam", "UpdateAccountPasswordPolicy", json!({"RequireSymbols": true}))
                .unwrap();
            got["PasswordPolicy"].clone()
        };
        let (before, after) = (get(), get());
        assert_eq!(before["MinimumPasswordLength"], 14);
        assert_eq!(before["ExpirePasswords"], true);
        assert_eq!(after["MinimumPasswordLength"], 6);
        assert_eq!(after["RequireSymbols"], true);
        assert_eq!(after["ExpirePasswords"], false);
        assert_eq!(after.get("MaxPasswordAge"), None);
    }

    #[test]
    fn it_is_deleted_once() {
        let mut fixture = Fixture::new();
        fixture.call("iam", "UpdateAccountPasswordPolicy", json!({})).unwrap();
        fixture.call("iam", "DeleteAccountPasswordPolicy", json!({})).unwrap();
        assert_eq!(fixture.fault("iam", "DeleteAccountPasswordPolicy", json!({})), "NoSuchEntity");
    }
}
