//! Whether a role's trust policy lets a caller assume it.

use serde_json::Value;

use super::state::Principal;

/// What the caller asks for.
pub struct Ask<'a> {
    /// Who asks.
    pub caller: &'a Principal,
    /// The caller's account.
    pub account: &'a str,
    /// `sts:ExternalId`, when given.
    pub external_id: Option<&'a str>,
}

impl Ask<'_> {
    /// Decides as IAM does: an explicit deny wins, else one statement must allow it.
    pub fn is_trusted_by(&self, document: &str) -> bool {
        let policy: Value = serde_json::from_str(document).unwrap_or_default();
        let mut allowed = false;
        for statement in items(&policy["Statement"]) {
            if self.matches(statement) {
                match statement["Effect"].as_str() {
                    Some("Allow") => allowed = true,
                    _ => return false,
                }
            }
        }
        allowed
    }

    fn matches(&self, statement: &Value) -> bool {
        let actions = items(&statement["Action"]).filter_map(Value::as_str);
        let action = actions.into_iter().any(|action| {
            action == "*"
                || action.eq_ignore_ascii_case("sts:*")
                || action.eq_ignore_ascii_case("sts:AssumeRole")
        });
        action && self.is_principal(&statement["Principal"]) && self.conditions_hold(statement)
    }

    fn is_principal(&self, principal: &Value) -> bool {
        if principal == "*" {
            return true;
        }
        let root = format!("arn:aws:iam::{}:root", self.account);
        items(&principal["AWS"]).filter_map(Value::as_str).any(|name| {
            let own = name == self.caller.arn || self.caller.role_arn.as_deref() == Some(name);
            own || name == "*" || name == self.account || name == root
        })
    }

    /// Only keys that the sandbox knows can hold; a condition on another key does not.
    fn conditions_hold(&self, statement: &Value) -> bool {
        let mut conditions = statement["Condition"].as_object().into_iter().flatten();
        conditions.all(|(operator, keys)| {
            let mut keys = keys.as_object().into_iter().flatten();
            keys.all(|(key, expected)| {
                let actual = self.value(key);
                let equal = || {
                    let mut expected = items(expected).filter_map(Value::as_str);
                    actual.is_some_and(|actual| expected.any(|expected| expected == actual))
                };
                match operator.as_str() {
                    "StringEquals" | "ArnEquals" => equal(),
                    "StringNotEquals" | "ArnNotEquals" => !equal(),
                    "StringEqualsIfExists" => actual.is_none() || equal(),
                    _ => false,
                }
            })
        })
    }

    fn value(&self, key: &str) -> Option<&str> {
        match key.to_ascii_lowercase().as_str() {
            "sts:externalid" => self.external_id,
            "aws:principalarn" => Some(self.caller.role_arn.as_deref().unwrap_or(&self.caller.arn)),
            "aws:principalaccount" => Some(self.account),
            _ => None,
        }
    }
}

/// One or many: policies write both.
fn items(value: &Value) -> impl Iterator<Item = &Value> {
    let many = value.as_array().map(Vec::as_slice);
    let one = if value.is_null() { &[] } else { std::slice::from_ref(value) };
    many.unwrap_or(one).iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted(statement: &str, external_id: Option<&str>) -> bool {
        let caller = Principal {
            arn: "arn:aws:iam::123456789012:user/sandbox".to_owned(),
            user_id: "AIDA".to_owned(),
            role_arn: None,
        };
        let document = format!("{{\"Version\":\"2012-10-17\",\"Statement\":{statement}}}");
        Ask { caller: &caller, account: "123456789012", external_id }.is_trusted_by(&document)
    }

    #[test]
    fn the_account_the_user_and_everybody_are_principals() {
        for principal in [
            r#""*""#,
            r#"{"AWS":"*"}"#,
            r#"{"AWS":"123456789012"}"#,
            r#"{"AWS":["arn:aws:iam::1:root","arn:aws:iam::123456789012:root"]}"#,
            r#"{"AWS":"arn:aws:iam::123456789012:user/sandbox"}"#,
        ] {
            let statement = format!(
                r#"{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{principal}}}"#
            );
            assert!(trusted(&statement, None), "{principal}");
        }
    }

    #[test]
    fn services_other_actions_and_other_accounts_are_not() {
        for (action, principal) in [
            ("sts:AssumeRole", r#"{"Service":"rds.amazonaws.com"}"#),
            ("sts:TagSession", r#""*""#),
            ("sts:AssumeRole", r#"{"AWS":"arn:aws:iam::999999999999:root"}"#),
        ] {
            let statement =
                format!(r#"{{"Effect":"Allow","Action":"{action}","Principal":{principal}}}"#);
            assert!(!trusted(&statement, None), "{action} {principal}");
        }
    }

    #[test]
    fn a_deny_wins_and_conditions_must_hold() {
        let allow = r#"{"Effect":"Allow","Action":"sts:*","Principal":"*"}"#;
        let deny = r#"{"Effect":"Deny","Action":"sts:AssumeRole","Principal":"*"}"#;
        assert!(!trusted(&format!("[{allow},{deny}]"), None));
        let conditional = r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*",
            "Condition":{"StringEquals":{"sts:ExternalId":"secret"}}}"#;
        assert!(trusted(conditional, Some("secret")));
        assert!(!trusted(conditional, Some("other")));
        assert!(!trusted(conditional, None));
        let unknown = conditional.replace("sts:ExternalId", "aws:SourceIp");
        assert!(!trusted(&unknown, Some("secret")));
    }
}
