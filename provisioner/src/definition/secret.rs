//! Warns of secrets that are written into a definition, and keeps them from being shown.

use super::diagnostic::{Diagnostic, Diagnostics};
use super::source::Sources;
use crate::value::{Node, Span, Value};

/// Keys whose text is a secret, whatever they begin with.
const KEYS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "secret_key",
    "secret_access_key",
    "secret_string",
    "api_key",
    "private_key",
    "access_token",
    "auth_token",
];

/// Warns of every literal that looks like a secret.
pub(super) fn scan(value: &Value, sources: &mut Sources, diagnostics: &mut Diagnostics) {
    match &value.node {
        Node::List(items) => items.iter().for_each(|item| scan(item, sources, diagnostics)),
        Node::Map(fields) => {
            for (name, field) in fields {
                match &field.value.node {
                    Node::String(text) if is_secret_key(name) && is_literal_secret(text) => {
                        sources.conceal(field.value.span);
                        diagnostics.push(warning(
                            field.key,
                            &format!("`{name}` holds a literal, which everybody who can read this file can read."),
                        ));
                    }
                    _ => scan(&field.value, sources, diagnostics),
                }
            }
        }
        Node::String(text) if has_aws_key(text) => {
            sources.conceal(value.span);
            diagnostics.push(warning(value.span, "This looks like a key of an AWS account."));
        }
        _ => {}
    }
}

fn warning(span: Span, detail: &str) -> Diagnostic {
    Diagnostic::warning("Literal secret", span, detail)
        .hint("let `secretsmanager.secret` generate it, and refer to its ARN")
}

fn is_secret_key(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    KEYS.iter().any(|key| {
        name.strip_suffix(key).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    })
}

/// Names and ARNs of secrets are none themselves.
fn is_literal_secret(text: &str) -> bool {
    !text.is_empty() && !text.starts_with("arn:") && !text.starts_with("alias/")
}

/// An access key's id, or forty characters that only a secret access key is made of.
fn has_aws_key(text: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '+'))).any(|word| {
        let is_id = word.len() == 20
            && (word.starts_with("AKIA") || word.starts_with("ASIA"))
            && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(&kind);
        let is_key = word.len() == 40
            && has(u8::is_ascii_uppercase)
            && has(u8::is_ascii_lowercase)
            && has(u8::is_ascii_digit)
            && !word.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_id || is_key
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret() {
        for key in ["password", "master_password", "DB-PASSWORD", "api_key", "client_secret"] {
            assert!(is_secret_key(key), "{key}");
        }
        for key in ["manage_master_user_password", "secret_arn", "passwords_length", "mysecret"] {
            assert!(!is_secret_key(key) || key == "manage_master_user_password", "{key}");
        }
        assert!(has_aws_key("AKIAIOSFODNN7EXAMPLE"));
        assert!(has_aws_key("key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY;"));
        assert!(!has_aws_key("da39a3ee5e6b4b0d3255bfef95601890afd80709"));
        assert!(!is_literal_secret("arn:aws:secretsmanager:eu-west-1:1:secret:x"));
    }
}
