//! Values that Secrets Manager makes up. They go from its generator straight back into it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::aws::{Context, Document, Error};
use crate::resource::{Problem, Result};

/// What value to make up. A change makes up a new value; the old one stays readable as the version
/// `AWSPREVIOUS`. The value itself is never shown, logged or kept outside Secrets Manager.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Generate {
    /// How many characters. Default 32.
    #[schemars(range(min = 1, max = 4096))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<i64>,
    /// Characters to leave out.
    #[schemars(length(max = 4096))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_characters: Option<String>,
    /// Whether to leave out digits. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_numbers: Option<bool>,
    /// Whether to leave out punctuation. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_punctuation: Option<bool>,
    /// Whether to leave out upper-case letters. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_uppercase: Option<bool>,
    /// Whether to leave out lower-case letters. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_lowercase: Option<bool>,
    /// Whether spaces may occur. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_space: Option<bool>,
    /// Whether at least one character of each sort must occur. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_each_included_type: Option<bool>,
    /// A JSON object to put the value into, together with `key`, e.g. `{ username: app }`. It is
    /// no secret: it stands in the YAML and in the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Document>,
    /// Under which key of `template` the value goes, e.g. `password`.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Generate {
    pub(super) fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.template.is_some() != self.key.is_some() {
            problems.push(
                Problem::at("generate", "`template` and `key` go together.")
                    .hint("write e.g. template: { username: app } and key: password"),
            );
        }
        if self.template.as_ref().is_some_and(|template| template.as_object().is_none()) {
            let message = "The template must be a JSON object.";
            problems.push(Problem::at("generate.template", message));
        }
        let all = [
            self.exclude_numbers,
            self.exclude_punctuation,
            self.exclude_uppercase,
            self.exclude_lowercase,
        ];
        if all.iter().all(|exclude| *exclude == Some(true)) {
            problems.push(Problem::at("generate", "Every sort of character is excluded."));
        }
        problems
    }

    /// What names the version with the value made up for this: the same for the same wish, so that
    /// a repeated call makes no second value.
    pub(super) fn token(&self) -> Result<String> {
        let wish = serde_json::to_vec(self)
            .map_err(|error| Error::invalid(format!("`generate` has no JSON form: {error}")))?;
        Ok(uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, &wish).to_string())
    }

    /// Makes up a value.
    pub(super) async fn value(&self, cx: &Context) -> Result<String> {
        let answer = cx
            .clients
            .secretsmanager()
            .get_random_password()
            .set_password_length(self.length)
            .set_exclude_characters(self.exclude_characters.clone())
            .set_exclude_numbers(self.exclude_numbers)
            .set_exclude_punctuation(self.exclude_punctuation)
            .set_exclude_uppercase(self.exclude_uppercase)
            .set_exclude_lowercase(self.exclude_lowercase)
            .set_include_space(self.include_space)
            .set_require_each_included_type(self.require_each_included_type)
            .send()
            .await?;
        let (operation, member) = ("secretsmanager:GetRandomPassword", "RandomPassword");
        let value = answer.random_password.ok_or_else(|| Error::missing(operation, member))?;
        Ok(self.placed(value))
    }

    /// The value in its template, where there is one.
    fn placed(&self, value: String) -> String {
        let template = self.template.as_ref().and_then(Document::as_object);
        match (template, &self.key) {
            (Some(template), Some(key)) => {
                let mut object = template.clone();
                object.insert(key.clone(), Json::String(value));
                Json::Object(object).to_string()
            }
            _ => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn the_value_goes_into_the_template() {
        let generate: Generate =
            from_value(json!({ "template": { "username": "app" }, "key": "password" })).unwrap();
        assert_eq!(generate.placed("x\"y".into()), r#"{"username":"app","password":"x\"y"}"#);
        assert_eq!(Generate::default().placed("x".into()), "x");
    }

    #[test]
    fn the_same_wish_has_the_same_token() {
        let long = Generate { length: Some(64), ..Generate::default() };
        assert_eq!(long.token().unwrap(), long.clone().token().unwrap());
        assert_ne!(long.token().unwrap(), Generate::default().token().unwrap());
    }

    #[test]
    fn a_template_without_key_is_refused() {
        let generate: Generate = from_value(json!({ "template": "[1]" })).unwrap();
        let paths: Vec<_> = generate.validate().into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["generate", "generate.template"]);
    }
}
