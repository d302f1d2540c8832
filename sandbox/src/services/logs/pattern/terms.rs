//! Patterns of terms: `ERROR -debug "in request"`.

use super::super::errors;
use crate::fault::Fault;

/// A filter pattern of terms: all of the plain ones, one of those with `?`, none with `-`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Terms {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Terms {
    pub fn matches(&self, message: &str) -> bool {
        let contains = |term: &String| message.contains(term.as_str());
        self.all.iter().all(contains)
            && !self.none.iter().any(contains)
            && (self.any.is_empty() || self.any.iter().any(contains))
    }
}

/// Reads terms and quoted phrases.
pub(super) fn parse(text: &str) -> Result<Terms, Fault> {
    let mut terms = Terms::default();
    let mut rest = text;
    while !rest.is_empty() {
        let (kind, after) = match rest.strip_prefix(['?', '-']) {
            Some(after) => (rest.chars().next(), after),
            None => (None, rest),
        };
        let (term, after) = term(after)?;
        match kind {
            Some('?') => terms.any.push(term),
            Some(_) => terms.none.push(term),
            None => terms.all.push(term),
        }
        rest = after.trim_start();
    }
    // As AWS documents, optional terms count for nothing beside required ones.
    if !terms.all.is_empty() {
        terms.any.clear();
    }
    Ok(terms)
}

/// The first term and what follows it.
fn term(text: &str) -> Result<(String, &str), Fault> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (term, rest) = quoted.split_once('"').ok_or_else(errors::invalid_pattern)?;
        return Ok((term.to_owned(), rest));
    }
    let (term, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let simple = |c: char| c.is_alphanumeric() || c == '_';
    if term.is_empty() || !term.chars().all(simple) {
        return Err(errors::invalid_pattern());
    }
    Ok((term.to_owned(), rest))
}

#[cfg(test)]
mod tests {
    use super::super::Pattern;

    fn matches(pattern: &str, message: &str) -> bool {
        Pattern::parse(pattern).unwrap().matches(message)
    }

    #[test]
    fn terms_are_required_optional_or_excluded() {
        let message = "ERROR 500 in request to /users";
        for pattern in
            ["", "ERROR", "ERROR request", "?WARN ?ERROR", "ERROR -WARN", "\"in request\""]
        {
            assert!(matches(pattern, message), "{pattern}");
        }
        for pattern in ["error", "ERROR WARN", "?WARN ?INFO", "ERROR -request", "\"request in\""] {
            assert!(!matches(pattern, message), "{pattern}");
        }
        assert!(!matches("WARN ?ERROR", message));
    }

    #[test]
    fn broken_and_unbuilt_patterns_are_refused() {
        for (pattern, code) in [
            ("\"open", "InvalidParameterException"),
            ("a.b", "InvalidParameterException"),
            ("%error%", "NotImplemented"),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap_err().code, code);
        }
    }
}
