//! The headers of every file.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::super::Expansion;
use super::Site;
use crate::resource::Problem;

/// Headers by name, or the file with them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Headers {
    /// The path of a JSON file with them.
    File(String),
    /// Headers by name.
    These(BTreeMap<String, String>),
}

impl Site {
    pub(super) fn declare_headers(&self, scope: &mut Expansion<'_>) {
        let headers = match &self.headers {
            None => Ok(defaults()),
            Some(Headers::These(headers)) => Ok(headers.clone()),
            Some(Headers::File(path)) => read(&scope.environment().root.join(path)),
        };
        match headers.and_then(|headers| policy(&headers)) {
            Ok(policy) => {
                scope.resource("headers", "cloudfront.response_headers_policy", policy);
            }
            Err(message) => scope.problem(Problem::at("headers", message)),
        }
    }
}

fn defaults() -> BTreeMap<String, String> {
    let headers = [
        ("strict-transport-security", "max-age=31536000"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
    ];
    headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

fn read(path: &Path) -> Result<BTreeMap<String, String>, String> {
    let name = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{name} can't be read: {error}."))?;
    serde_json::from_str(&text)
        .map_err(|error| format!("{name} is not a JSON object of texts: {error}."))
}

/// The headers as CloudFront takes them: some have properties of their own, and are refused
/// otherwise.
fn policy(headers: &BTreeMap<String, String>) -> Result<Json, String> {
    let (mut security, mut custom) = (Map::new(), Vec::new());
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        match security_header(&name, value)? {
            Some((property, header)) => {
                security.insert(property.to_owned(), header);
            }
            None => custom.push(json!({ "header": name, "value": value })),
        }
    }
    Ok(json!({
        "security_headers": (!security.is_empty()).then_some(security),
        "custom_headers": (!custom.is_empty()).then_some(custom),
    }))
}

fn security_header(name: &str, value: &str) -> Result<Option<(&'static str, Json)>, String> {
    Ok(Some(match name {
        "content-security-policy" => {
            ("content_security_policy", json!({ "content_security_policy": value }))
        }
        "referrer-policy" => ("referrer_policy", json!({ "referrer_policy": value })),
        "strict-transport-security" => ("strict_transport_security", transport_security(value)?),
        "x-content-type-options" if value == "nosniff" => ("content_type_options", json!({})),
        "x-frame-options" => ("frame_options", json!({ "frame_option": value })),
        "x-content-type-options" | "x-xss-protection" => {
            return Err(format!("CloudFront can't send `{name}: {value}`."));
        }
        _ => return Ok(None),
    }))
}

/// `max-age=31536000; includeSubDomains; preload`
fn transport_security(value: &str) -> Result<Json, String> {
    let words: Vec<String> =
        value.split(';').map(|word| word.trim().to_ascii_lowercase()).collect();
    let age = words.iter().find_map(|word| word.strip_prefix("max-age=")?.parse::<i32>().ok());
    let age = age.ok_or_else(|| {
        format!("`strict-transport-security: {value}` does not say for how many seconds: max-age=…")
    })?;
    let says = |wanted: &str| words.iter().any(|word| word == wanted);
    Ok(json!({
        "access_control_max_age_sec": age,
        "include_subdomains": says("includesubdomains"),
        "preload": says("preload"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &[(&str, &str)]) -> Result<Json, String> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        policy(&headers.iter().map(owned).collect())
    }

    #[test]
    fn headers_go_where_cloudfront_takes_them() {
        let policy = of(&[
            ("Strict-Transport-Security", "max-age=60; includeSubDomains"),
            ("content-security-policy", "default-src 'self'"),
            ("permissions-policy", "camera=()"),
        ]);
        let expected = json!({
            "security_headers": {
                "content_security_policy": { "content_security_policy": "default-src 'self'" },
                "strict_transport_security": {
                    "access_control_max_age_sec": 60, "include_subdomains": true, "preload": false,
                },
            },
            "custom_headers": [{ "header": "permissions-policy", "value": "camera=()" }],
        });
        assert_eq!(policy, Ok(expected));
    }

    #[test]
    fn what_cloudfront_cannot_send_is_told() {
        assert!(of(&[("strict-transport-security", "preload")]).unwrap_err().contains("max-age"));
        assert!(of(&[("x-content-type-options", "sniff")]).is_err());
    }
}
