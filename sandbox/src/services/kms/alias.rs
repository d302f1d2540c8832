//! Aliases: names for keys.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::lookup::direct;
use super::state::Alias;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::page::page;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AliasRequest {
    alias_name: String,
    target_key_id: String,
}

/// Gives a key a name that no other key of the account and region has.
pub(super) fn create(call: &mut Call<'_>, request: AliasRequest) -> Result<Empty, Fault> {
    let name = checked(&request.alias_name)?;
    let arn = call.arn("kms", name);
    if call.region().kms.aliases.contains_key(name) {
        return Err(errors::alias_exists(&arn));
    }
    let key = target(call, &request.target_key_id)?;
    point(call, name, &key);
    Ok(Empty {})
}

/// Points an alias to another key of the same type and usage.
pub(super) fn update(call: &mut Call<'_>, request: AliasRequest) -> Result<Empty, Fault> {
    let name = checked(&request.alias_name)?;
    let arn = call.arn("kms", name);
    if !call.region().kms.aliases.contains_key(name) {
        return Err(errors::alias_not_found(&arn));
    }
    let key = target(call, &request.target_key_id)?;
    let kind = |id: &str, call: &mut Call<'_>| {
        call.region().kms.key(id).map(|key| (key.spec.clone(), key.usage))
    };
    if kind(name, call) != kind(&key, call) {
        return Err(errors::alias_to_other_type());
    }
    point(call, name, &key);
    Ok(Empty {})
}

/// The id of a customer's key that an alias may point to.
fn target(call: &mut Call<'_>, id: &str) -> Result<String, Fault> {
    let key = direct(call, id)?;
    key.refuse_if_pending_deletion()?;
    if key.refuse_if_aws_managed().is_err() {
        return Err(errors::alias_to_aws_managed());
    }
    Ok(key.id.clone())
}

/// Sets where an alias points, whether or not it exists.
pub(super) fn point(call: &mut Call<'_>, name: &str, key_id: &str) {
    let now = call.clock.now;
    let fresh =
        Alias { arn: call.arn("kms", name), key_id: key_id.to_owned(), created: now, updated: now };
    let alias = call.region().kms.aliases.entry(name.to_owned()).or_insert(fresh);
    alias.key_id = key_id.to_owned();
    alias.updated = now;
}

fn checked(name: &str) -> Result<&str, Fault> {
    let Some(rest) = name.strip_prefix("alias/") else {
        return Err(errors::alias_without_prefix());
    };
    if rest.starts_with("aws/") {
        return Err(errors::alias_reserved());
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/_-".contains(c);
    if rest.is_empty() || name.len() > 256 || !rest.chars().all(allowed) {
        return Err(errors::invalid_alias(name));
    }
    Ok(name)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteRequest {
    alias_name: String,
}

/// Removes an alias; the key stays.
pub(super) fn delete(call: &mut Call<'_>, request: DeleteRequest) -> Result<Empty, Fault> {
    let name = checked(&request.alias_name)?;
    let arn = call.arn("kms", name);
    match call.region().kms.aliases.remove(name) {
        Some(_) => Ok(Empty {}),
        None => Err(errors::alias_not_found(&arn)),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    key_id: Option<String>,
    limit: Option<usize>,
    marker: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    aliases: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    truncated: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    alias_name: String,
    alias_arn: String,
    target_key_id: String,
    creation_date: Timestamp,
    last_updated_date: Timestamp,
}

/// The aliases of one key or of the region, fifty at a time.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let key = match &request.key_id {
        Some(id) => Some(direct(call, id)?.id.clone()),
        None => None,
    };
    let aliases = call.region().kms.aliases.iter();
    let wanted = aliases.filter(|(_, alias)| key.as_ref().is_none_or(|key| alias.key_id == *key));
    let limit = request.limit.unwrap_or(50).min(100);
    let page = page(wanted, request.marker.as_deref(), limit, |(name, _)| (*name).clone())
        .map_err(errors::invalid_marker)?;
    let entry = |(name, alias): (&String, &Alias)| Entry {
        alias_name: name.clone(),
        alias_arn: alias.arn.clone(),
        target_key_id: alias.key_id.clone(),
        creation_date: alias.created,
        last_updated_date: alias.updated,
    };
    Ok(ListResponse {
        aliases: page.items.into_iter().map(entry).collect(),
        truncated: page.next.is_some(),
        next_marker: page.next,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Fixture;

    fn key(fixture: &mut Fixture, request: Value) -> Value {
        fixture.call("kms", "CreateKey", request).unwrap()["KeyMetadata"]["KeyId"].clone()
    }

    #[test]
    fn an_alias_moves_between_keys_of_one_type() {
        let mut fixture = Fixture::new();
        let (first, second) = (key(&mut fixture, json!({})), key(&mut fixture, json!({})));
        let signer = json!({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"});
        let signer = key(&mut fixture, signer);
        let alias = |key: &Value| json!({"AliasName": "alias/data", "TargetKeyId": key});
        fixture.call("kms", "CreateAlias", alias(&first)).unwrap();
        let code = fixture.fault("kms", "CreateAlias", alias(&second));
        assert_eq!(code, "AlreadyExistsException");
        fixture.call("kms", "UpdateAlias", alias(&second)).unwrap();
        let code = fixture.fault("kms", "UpdateAlias", alias(&signer));
        assert_eq!(code, "ValidationException");
        let mut of = |key: &Value| {
            let list = fixture.call("kms", "ListAliases", json!({"KeyId": key})).unwrap();
            list["Aliases"].as_array().unwrap().len()
        };
        assert_eq!((of(&first), of(&second)), (0, 1));
    }

    #[test]
    fn a_deleted_alias_is_gone() {
        let mut fixture = Fixture::new();
        let id = key(&mut fixture, json!({}));
        let alias = json!({"AliasName": "alias/data", "TargetKeyId": id});
        fixture.call("kms", "CreateAlias", alias).unwrap();
        let name = json!({"AliasName": "alias/data"});
        fixture.call("kms", "DeleteAlias", name.clone()).unwrap();
        assert_eq!(fixture.fault("kms", "DeleteAlias", name), "NotFoundException");
    }

    #[test]
    fn names_have_rules() {
        let mut fixture = Fixture::new();
        let id = key(&mut fixture, json!({}));
        for (name, code) in [
            ("data", "ValidationException"),
            ("alias/aws/mine", "InvalidAliasNameException"),
            ("alias/", "InvalidAliasNameException"),
            ("alias/a b", "InvalidAliasNameException"),
        ] {
            let request = json!({"AliasName": name, "TargetKeyId": id});
            assert_eq!(fixture.fault("kms", "CreateAlias", request), code, "{name}");
        }
    }
}
