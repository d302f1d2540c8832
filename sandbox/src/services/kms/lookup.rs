//! Which key a request means. AWS's own keys come into being when they are first asked for.

use super::alias;
use super::errors;
use super::key::{self, Key, Manager};
use super::rotation::Rotation;
use crate::call::Call;
use crate::fault::Fault;

const AWS_MANAGED: &str = "alias/aws/";

/// The key of an id, key ARN, alias name or alias ARN; a key of AWS behind an `alias/aws/` name
/// comes into being.
///
/// # Errors
/// When there is no such key in the caller's account and region.
pub fn any<'a>(call: &'a mut Call<'_>, id: &str) -> Result<&'a mut Key, Fault> {
    let name = resource(call, id)?.to_owned();
    if name.starts_with(AWS_MANAGED) && call.region().kms.key(&name).is_none() {
        create_aws_managed(call, &name);
    }
    if name.starts_with("alias/") {
        let arn = call.arn("kms", &name);
        let kms = &mut call.region().kms;
        let key = kms.aliases.get(&name).and_then(|alias| kms.keys.get_mut(&alias.key_id));
        return key.ok_or_else(|| errors::alias_not_found(&arn));
    }
    by_id(call, &name)
}

/// The key of an id or key ARN; most operations that change a key take no alias.
pub(super) fn direct<'a>(call: &'a mut Call<'_>, id: &str) -> Result<&'a mut Key, Fault> {
    let name = resource(call, id)?.to_owned();
    if name.starts_with("alias/") {
        return Err(errors::invalid_key_id(id));
    }
    by_id(call, &name)
}

/// A key of the customer's, by id or key ARN.
pub(super) fn own<'a>(call: &'a mut Call<'_>, id: &str) -> Result<&'a mut Key, Fault> {
    let key = direct(call, id)?;
    key.refuse_if_aws_managed().map(|()| key)
}

fn by_id<'a>(call: &'a mut Call<'_>, name: &str) -> Result<&'a mut Key, Fault> {
    let id = name.strip_prefix("key/").unwrap_or(name);
    let fault = match looks_like_id(id) {
        true => errors::key_not_found(&call.arn("kms", &format!("key/{id}"))),
        false => errors::invalid_key_id(id),
    };
    call.region().kms.keys.get_mut(id).ok_or(fault)
}

fn looks_like_id(id: &str) -> bool {
    id.starts_with("mrk-") || (id.len() == 36 && id.matches('-').count() == 4)
}

/// The part of an ARN that names the key or alias; what is not an ARN stands for itself.
fn resource<'a>(call: &Call<'_>, id: &'a str) -> Result<&'a str, Fault> {
    if !id.starts_with("arn:") {
        return Ok(id);
    }
    let parts: Vec<&str> = id.splitn(6, ':').collect();
    match parts[..] {
        [_, _, "kms", region, account, resource] => {
            if region == call.region && account == call.account {
                Ok(resource)
            } else {
                Err(errors::key_not_found(id))
            }
        }
        _ => Err(errors::invalid_arn(id)),
    }
}

fn create_aws_managed(call: &mut Call<'_>, name: &str) {
    let service = name.strip_prefix(AWS_MANAGED).unwrap_or(name);
    let mut key = key::new(call, false);
    key.manager = Manager::Aws;
    key.description =
        format!("Default key that protects my {service} data when no other key is defined");
    key.rotation = Rotation::yearly(call.clock.now);
    alias::point(call, name, &key.id);
    call.region().kms.keys.insert(key.id.clone(), key);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Fixture;

    #[test]
    fn keys_of_aws_come_into_being_and_stay() {
        let mut fixture = Fixture::new();
        let id = json!({"KeyId": "alias/aws/rds"});
        let key = fixture.call("kms", "DescribeKey", id.clone()).unwrap()["KeyMetadata"].clone();
        assert_eq!(key["KeyManager"], "AWS");
        assert_eq!(fixture.call("kms", "DescribeKey", id).unwrap()["KeyMetadata"], key);
        let delete = json!({"KeyId": key["KeyId"]});
        let code = fixture.fault("kms", "ScheduleKeyDeletion", delete);
        assert_eq!(code, "AccessDeniedException");
    }

    #[test]
    fn operations_that_change_a_key_take_no_alias() {
        let mut fixture = Fixture::new();
        let key = fixture.call("kms", "CreateKey", json!({})).unwrap();
        let alias = json!({"AliasName": "alias/data", "TargetKeyId": key["KeyMetadata"]["KeyId"]});
        fixture.call("kms", "CreateAlias", alias).unwrap();
        fixture.call("kms", "DescribeKey", json!({"KeyId": "alias/data"})).unwrap();
        let code = fixture.fault("kms", "DisableKey", json!({"KeyId": "alias/data"}));
        assert_eq!(code, "NotFoundException");
    }
}
