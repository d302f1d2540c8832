//! What a container is made from and given: references to images, variables, secrets.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

use crate::resource::Problem;

/// The value of a variable: text. YAML may write a number or a boolean, which stay as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Variable(String);

impl Variable {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Variable {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl<'de> Deserialize<'de> for Variable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::String(text) => Ok(Self(text)),
            scalar @ (Json::Number(_) | Json::Bool(_)) => Ok(Self(scalar.to_string())),
            _ => Err(D::Error::custom("a variable's value is text, a number or a boolean")),
        }
    }
}

impl JsonSchema for Variable {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Variable".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

/// What is wrong with a reference to an image, where something is. Only a digest names one image
/// for ever: what a tag names when a service is scaled up may be another than what was tried.
pub(crate) fn image_problem(path: &str, reference: &str) -> Option<Problem> {
    let digest = reference.split_once('@').map(|(_, digest)| digest);
    let Some(digest) = digest else {
        let message = format!("`{reference}` names an image by its tag, and a tag can be moved.");
        let hint = "name it by its digest: …/name@sha256:…, which the component `image` gives as its output `uri`";
        return Some(Problem::at(path, message).hint(hint));
    };
    let hex = digest.strip_prefix("sha256:").unwrap_or_default();
    let valid = hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    (!valid).then(|| {
        Problem::at(path, format!("`{digest}` is not the digest of an image."))
            .hint("a digest is sha256: and 64 hexadecimal digits")
    })
}

/// What is wrong with the variables of a container's environment. Those that begin with `reserved`
/// are AWS's own.
pub(super) fn variable_problems(
    environment: Option<&BTreeMap<String, Variable>>,
    secrets: Option<&BTreeMap<String, String>>,
    reserved: &str,
) -> Vec<Problem> {
    let own = |(list, name): (&str, &String)| {
        (!reserved.is_empty() && name.starts_with(reserved)).then(|| {
            let message = format!("Variables that begin with {reserved} are AWS's own.");
            Problem::at(format!("{list}.{name}"), message)
        })
    };
    let plain = environment.into_iter().flatten().map(|(name, _)| ("environment", name));
    let secret = secrets.into_iter().flatten().map(|(name, _)| ("secrets", name));
    let mut problems: Vec<Problem> = plain.chain(secret).filter_map(own).collect();
    for (name, value) in secrets.into_iter().flatten() {
        let path = format!("secrets.{name}");
        if !is_reference(value) {
            let message = "A secret is given by the ARN of what holds it, never by its value.";
            problems.push(Problem::at(path, message).hint("write arn:aws:secretsmanager:…"));
        } else if environment.is_some_and(|environment| environment.contains_key(name)) {
            problems.push(Problem::at(path, format!("`{name}` is in the environment as well.")));
        }
    }
    problems
}

/// Whether this is the ARN of a secret, perhaps with the key of one of its fields, or of a
/// parameter.
fn is_reference(value: &str) -> bool {
    let parts: Vec<&str> = value.splitn(4, ':').collect();
    matches!(parts[..], ["arn", _, "secretsmanager" | "ssm", _])
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPOSITORY: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/api";

    #[test]
    fn a_variable_is_text_however_it_is_written() {
        let of = |json| serde_json::from_value::<Variable>(json).map(|variable| variable.0);
        assert_eq!(of(serde_json::json!(5432)).unwrap(), "5432");
        assert_eq!(of(serde_json::json!(true)).unwrap(), "true");
        assert!(of(serde_json::json!(["a"])).is_err());
    }

    #[test]
    fn only_a_digest_names_an_image() {
        let digest = "a".repeat(64);
        assert_eq!(image_problem("image", &format!("{REPOSITORY}@sha256:{digest}")), None);
        assert_eq!(image_problem("image", &format!("{REPOSITORY}:1.0@sha256:{digest}")), None);
        for wrong in ["", ":latest", ":1.0", "@sha256:abc", "@md5:abc", ":1@latest"] {
            let found = image_problem("image", &format!("{REPOSITORY}{wrong}"));
            assert_eq!(found.unwrap().path, "image", "{wrong}");
        }
    }
}
