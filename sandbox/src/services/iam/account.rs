//! The account's alias: at most one.

use serde::{Deserialize, Serialize};

use super::errors;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AliasRequest {
    account_alias: String,
}

/// Gives the account an alias in place of the one that it had.
pub(super) fn create_alias(call: &mut Call<'_>, request: AliasRequest) -> Result<Empty, Fault> {
    let alias = request.account_alias;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ends = alias.starts_with('-') || alias.ends_with('-') || alias.contains("--");
    if !(3..=63).contains(&alias.len()) || ends || !alias.chars().all(allowed) {
        return Err(errors::validation(format!(
            "1 validation error detected: Value '{alias}' at 'accountAlias' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: \
             ^[a-z0-9]([a-z0-9]|-(?!-)){{1,61}}[a-z0-9]$"
        )));
    }
    let current = &mut call.global().iam.account_alias;
    if current.as_ref() == Some(&alias) {
        return Err(errors::account_alias_exists(&alias));
    }
    *current = Some(alias);
    Ok(Empty {})
}

/// Takes the account's alias away.
pub(super) fn delete_alias(call: &mut Call<'_>, request: AliasRequest) -> Result<Empty, Fault> {
    let current = &mut call.global().iam.account_alias;
    if current.as_ref() != Some(&request.account_alias) {
        return Err(errors::account_alias_not_found(&request.account_alias));
    }
    *current = None;
    Ok(Empty {})
}

/// A request whose page cannot matter: there is at most one alias.
#[derive(Deserialize)]
pub(super) struct ListRequest {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    account_aliases: Vec<String>,
    is_truncated: bool,
}

/// The account's alias, if it has one.
pub(super) fn list_aliases(
    call: &mut Call<'_>,
    _request: ListRequest,
) -> Result<ListResponse, Fault> {
    let account_aliases = call.global().iam.account_alias.iter().cloned().collect();
    Ok(ListResponse { account_aliases, is_truncated: false })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Fixture;

    #[test]
    fn an_alias_comes_and_goes() {
        let mut fixture = Fixture::new();
        let alias = json!({"AccountAlias": "acme-dev"});
        fixture.call("iam", "CreateAccountAlias", alias.clone()).unwrap();
        let listed = fixture.call("iam", "ListAccountAliases", json!({})).unwrap();
        assert_eq!(listed["AccountAliases"], json!(["acme-dev"]));
        fixture.call("iam", "DeleteAccountAlias", alias.clone()).unwrap();
        assert_eq!(fixture.fault("iam", "DeleteAccountAlias", alias), "NoSuchEntity");
        for bad in ["ab", "-abc", "a--b", "Abc"] {
            let request = json!({"AccountAlias": bad});
            assert_eq!(fixture.fault("iam", "CreateAccountAlias", request), "ValidationError");
        }
    }
}
