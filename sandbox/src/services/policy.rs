//! Policy documents: the checks that AWS makes when one is stored, and what they say.

use serde_json::{Map, Value};

/// What a document is for, which decides the fields that a statement must and must not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// What its holder may do: actions and resources, no principal.
    Identity,
    /// Who may do what with the object that carries it: a principal, and actions.
    Resource,
    /// Who may assume a role: a principal and `sts:` actions, no resource.
    Trust,
}

/// A rule that a document breaks; the sentences are IAM's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PolicyError {
    #[error("Syntax errors in policy.")]
    Syntax,
    #[error("Policy document must be version 2012-10-17 or greater.")]
    Version,
    #[error("Statement IDs (SID) in a single policy must be unique.")]
    DuplicateSid,
    #[error("Policy statement must contain actions.")]
    NoAction,
    #[error("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")]
    ActionWithoutVendor,
    #[error("AssumeRole policy may only specify STS AssumeRole actions.")]
    NotAssumeRole,
    #[error("Policy statement must contain resources.")]
    NoResource,
    #[error("Resource {0} must be in ARN format or \"*\".")]
    NotAnArn(String),
    #[error("Has prohibited field {0}")]
    Prohibited(&'static str),
    #[error("Missing required field {0}")]
    Missing(&'static str),
    #[error("Invalid principal in policy: {0}")]
    Principal(String),
}

/// A document that has passed the checks.
#[derive(Debug)]
pub(crate) struct Document {
    statements: Vec<Map<String, Value>>,
}

impl Document {
    /// Parses a document and checks it.
    pub(crate) fn parse(text: &str, purpose: Purpose) -> Result<Self, PolicyError> {
        let Ok(Value::Object(mut document)) = serde_json::from_str(text) else {
            return Err(PolicyError::Syntax);
        };
        check_fields(&document, &["Version", "Id", "Statement"])?;
        check_version(document.get("Version"), purpose)?;
        let statements = statements(document.remove("Statement"))?;
        for statement in &statements {
            check_statement(statement, purpose)?;
        }
        check_sids(&statements)?;
        Ok(Self { statements })
    }

    /// Whether a statement lets the service, e.g. `rds.amazonaws.com`, do something.
    pub(crate) fn allows_service(&self, service: &str) -> bool {
        self.allowed_principals().any(|principal| {
            principal.get("Service").is_some_and(|services| texts(services).contains(&service))
        })
    }

    /// Whether a statement without a condition lets anybody do something.
    pub(crate) fn is_public(&self) -> bool {
        self.statements.iter().any(|statement| {
            let anybody = match statement.get("Principal") {
                Some(Value::String(principal)) => principal == "*",
                Some(Value::Object(principal)) => {
                    principal.get("AWS").is_some_and(|accounts| texts(accounts).contains(&"*"))
                }
                _ => false,
            };
            anybody && statement["Effect"] == "Allow" && !statement.contains_key("Condition")
        })
    }

    /// Whether a statement lets the account, or somebody in it, take an action.
    pub(crate) fn allows_account(&self, account: &str, action: &str) -> bool {
        self.concerns("Allow", account, action)
    }

    /// Whether a statement keeps the account, or somebody in it, from taking an action.
    pub(crate) fn denies_account(&self, account: &str, action: &str) -> bool {
        self.concerns("Deny", account, action)
    }

    fn concerns(&self, effect: &str, account: &str, action: &str) -> bool {
        let of_account = |principal: &str| {
            principal == "*" || principal == account || principal.split(':').nth(4) == Some(account)
        };
        self.statements.iter().any(|statement| {
            let actions = statement.get("Action").map(texts).unwrap_or_default();
            let principals = match statement.get("Principal") {
                Some(Value::Object(principals)) => principals.get("AWS").map(texts),
                Some(principal) => Some(texts(principal)),
                None => None,
            };
            statement["Effect"] == effect
                && actions.iter().any(|pattern| action_matches(pattern, action))
                && principals.unwrap_or_default().into_iter().any(of_account)
        })
    }

    fn allowed_principals(&self) -> impl Iterator<Item = &Value> {
        let allowing = self.statements.iter().filter(|statement| statement["Effect"] == "Allow");
        allowing.filter_map(|statement| statement.get("Principal"))
    }
}

fn check_fields(object: &Map<String, Value>, known: &[&str]) -> Result<(), PolicyError> {
    let all_known = object.keys().all(|key| known.contains(&key.as_str()));
    if all_known { Ok(()) } else { Err(PolicyError::Syntax) }
}

/// Policies of principals need the newer version; elsewhere the older one is the default.
fn check_version(version: Option<&Value>, purpose: Purpose) -> Result<(), PolicyError> {
    match version {
        Some(version) if version == "2012-10-17" => Ok(()),
        Some(version) if version == "2008-10-17" && purpose != Purpose::Identity => Ok(()),
        None if purpose != Purpose::Identity => Ok(()),
        Some(version) if version != "2008-10-17" => Err(PolicyError::Syntax),
        _ => Err(PolicyError::Version),
    }
}

fn statements(statement: Option<Value>) -> Result<Vec<Map<String, Value>>, PolicyError> {
    let list = match statement {
        Some(Value::Array(list)) if !list.is_empty() => list,
        Some(one @ Value::Object(_)) => vec![one],
        _ => return Err(PolicyError::Syntax),
    };
    let object = |value| match value {
        Value::Object(statement) => Ok(statement),
        _ => Err(PolicyError::Syntax),
    };
    list.into_iter().map(object).collect()
}

fn check_sids(statements: &[Map<String, Value>]) -> Result<(), PolicyError> {
    let mut seen = std::collections::BTreeSet::new();
    let mut sids = statements.iter().filter_map(|statement| statement.get("Sid")?.as_str());
    if sids.all(|sid| sid.is_empty() || seen.insert(sid)) {
        Ok(())
    } else {
        Err(PolicyError::DuplicateSid)
    }
}

fn check_statement(statement: &Map<String, Value>, purpose: Purpose) -> Result<(), PolicyError> {
    const FIELDS: [&str; 9] = [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ];
    check_fields(statement, &FIELDS)?;
    match statement.get("Effect").and_then(Value::as_str) {
        Some("Allow" | "Deny") => {}
        _ => return Err(PolicyError::Syntax),
    }
    if !statement.get("Condition").is_none_or(Value::is_object) {
        return Err(PolicyError::Syntax);
    }
    check_actions(statement, purpose)?;
    check_principal(statement, purpose)?;
    check_resources(statement, purpose)
}

fn check_actions(statement: &Map<String, Value>, purpose: Purpose) -> Result<(), PolicyError> {
    let actions = either(statement, "Action", "NotAction")?.ok_or(PolicyError::NoAction)?;
    let actions = strings(actions)?;
    if actions.is_empty() {
        return Err(PolicyError::NoAction);
    }
    if actions.iter().any(|action| *action != "*" && !action.contains(':')) {
        return Err(PolicyError::ActionWithoutVendor);
    }
    let sts = |action: &&str| action.to_ascii_lowercase().starts_with("sts:");
    if purpose == Purpose::Trust && !actions.iter().all(sts) {
        return Err(PolicyError::NotAssumeRole);
    }
    Ok(())
}

fn check_principal(statement: &Map<String, Value>, purpose: Purpose) -> Result<(), PolicyError> {
    let principal = either(statement, "Principal", "NotPrincipal")?;
    match (purpose, principal) {
        (Purpose::Identity, Some(_)) => Err(PolicyError::Prohibited("Principal")),
        (Purpose::Identity, None) => Ok(()),
        (_, None) => Err(PolicyError::Missing("Principal")),
        (_, Some(Value::String(anybody))) if anybody == "*" => Ok(()),
        (_, Some(Value::Object(principals))) if !principals.is_empty() => {
            principals.iter().try_for_each(|(kind, values)| check_principals(kind, values))
        }
        (_, Some(other)) => Err(PolicyError::Principal(other.to_string())),
    }
}

fn check_principals(kind: &str, values: &Value) -> Result<(), PolicyError> {
    for value in strings(values)? {
        let valid = match kind {
            "AWS" => {
                let account = value.len() == 12 && value.bytes().all(|b| b.is_ascii_digit());
                value == "*" || account || value.starts_with("arn:") || value.starts_with("A")
            }
            "Service" => value.contains('.') && value.contains(".amazonaws.com"),
            "Federated" | "CanonicalUser" => !value.is_empty(),
            _ => return Err(PolicyError::Syntax),
        };
        if !valid {
            let kind = kind.to_uppercase();
            return Err(PolicyError::Principal(format!("\"{kind}\":\"{value}\"")));
        }
    }
    Ok(())
}

fn check_resources(statement: &Map<String, Value>, purpose: Purpose) -> Result<(), PolicyError> {
    match (purpose, either(statement, "Resource", "NotResource")?) {
        (Purpose::Trust, Some(_)) => Err(PolicyError::Prohibited("Resource")),
        (Purpose::Identity, None) => Err(PolicyError::NoResource),
        (_, None) => Ok(()),
        (Purpose::Resource, Some(resources)) => strings(resources).map(drop),
        (_, Some(resources)) => {
            let resources = strings(resources)?;
            if resources.is_empty() {
                return Err(PolicyError::NoResource);
            }
            let arn = |resource: &&&str| **resource != "*" && !resource.starts_with("arn:");
            match resources.iter().find(arn) {
                Some(resource) => Err(PolicyError::NotAnArn((*resource).to_owned())),
                None => Ok(()),
            }
        }
    }
}

/// The one of two fields that a statement has; both at once are a syntax error.
fn either<'a>(
    statement: &'a Map<String, Value>,
    field: &str,
    negated: &str,
) -> Result<Option<&'a Value>, PolicyError> {
    match (statement.get(field), statement.get(negated)) {
        (Some(_), Some(_)) => Err(PolicyError::Syntax),
        (one, other) => Ok(one.or(other)),
    }
}

/// A string, or a list of strings and nothing else.
fn strings(value: &Value) -> Result<Vec<&str>, PolicyError> {
    match value {
        Value::String(_) => Ok(texts(value)),
        Value::Array(list) if list.iter().all(Value::is_string) => Ok(texts(value)),
        _ => Err(PolicyError::Syntax),
    }
}

/// Whether a pattern such as `kms:*` or `kms:Put*` covers the action.
fn action_matches(pattern: &str, action: &str) -> bool {
    match pattern.split_once('*') {
        Some((prefix, _)) => action.starts_with(prefix),
        None => pattern == action,
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(one) => vec![one],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(purpose: Purpose, statement: Value) -> Result<Document, PolicyError> {
        let document = json!({"Version": "2012-10-17", "Statement": statement});
        Document::parse(&document.to_string(), purpose)
    }

    fn error(purpose: Purpose, statement: Value) -> String {
        parse(purpose, statement).unwrap_err().to_string()
    }

    #[test]
    fn sound_documents_pass() {
        let allow = json!({"Effect": "Allow", "Action": ["s3:Get*", "ec2:*"], "Resource": "*"});
        parse(Purpose::Identity, json!([allow])).unwrap();
        let trust = json!({
            "Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"},
            "Action": "sts:AssumeRole",
        });
        let document = parse(Purpose::Trust, trust).unwrap();
        assert!(document.allows_service("rds.amazonaws.com"));
        assert!(!document.allows_service("ecs.amazonaws.com"));
    }

    #[test]
    fn identity_policies_have_actions_and_resources_and_no_principal() {
        let identity = |statement| error(Purpose::Identity, statement);
        let base = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
        let with = |key: &str, value: Value| {
            let mut statement = base.clone();
            statement[key] = value;
            statement
        };
        assert_eq!(identity(with("Principal", json!("*"))), "Has prohibited field Principal");
        assert_eq!(
            identity(with("Resource", json!("bucket"))),
            "Resource bucket must be in ARN format or \"*\"."
        );
        assert_eq!(
            identity(with("Action", json!("all"))),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
        );
        assert_eq!(identity(with("Effect", json!("Maybe"))), "Syntax errors in policy.");
        assert_eq!(identity(with("Efect", json!("Allow"))), "Syntax errors in policy.");
        assert_eq!(
            identity(json!({"Effect": "Allow", "Action": "s3:*"})),
            "Policy statement must contain resources."
        );
        assert_eq!(
            identity(json!({"Effect": "Allow", "Resource": "*"})),
            "Policy statement must contain actions."
        );
    }

    #[test]
    fn trust_policies_have_a_principal_and_assume_roles() {
        let trust = |statement| error(Purpose::Trust, statement);
        let assume = json!({"Effect": "Allow", "Action": "sts:AssumeRole"});
        assert_eq!(trust(assume), "Missing required field Principal");
        let principal = json!({"Service": "rds.amazonaws.com"});
        assert_eq!(
            trust(json!({"Effect": "Allow", "Action": "s3:*", "Principal": principal})),
            "AssumeRole policy may only specify STS AssumeRole actions."
        );
        assert_eq!(
            trust(json!({
                "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "rds"},
            })),
            "Invalid principal in policy: \"SERVICE\":\"rds\""
        );
    }

    #[test]
    fn documents_are_json_objects_with_unique_sids_of_a_known_version() {
        let parse = |text: &str| Document::parse(text, Purpose::Identity).unwrap_err();
        assert_eq!(parse("{"), PolicyError::Syntax);
        assert_eq!(parse("[]"), PolicyError::Syntax);
        assert_eq!(parse(r#"{"Version": "2012-10-17"}"#), PolicyError::Syntax);
        assert_eq!(parse(r#"{"Version": "2008-10-17", "Statement": []}"#), PolicyError::Version);
        let one = json!({"Sid": "A", "Effect": "Allow", "Action": "s3:*", "Resource": "*"});
        assert_eq!(
            error(Purpose::Identity, json!([one, one])),
            "Statement IDs (SID) in a single policy must be unique."
        );
    }

    #[test]
    fn public_is_anybody_without_a_condition() {
        let mut statement = json!({"Effect": "Allow", "Principal": "*", "Action": "ecr:*"});
        assert!(parse(Purpose::Resource, statement.clone()).unwrap().is_public());
        statement["Condition"] = json!({"StringEquals": {"aws:SourceAccount": "123456789012"}});
        assert!(!parse(Purpose::Resource, statement).unwrap().is_public());
    }
}
