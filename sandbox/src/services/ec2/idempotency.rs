//! Client tokens: a request that is repeated with its token makes nothing new.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

use super::errors;

/// How long a token is remembered. AWS promises at least a day.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The tokens that were seen, and what was made for them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Tokens(BTreeMap<String, Issue>);

#[derive(Debug, Serialize, Deserialize)]
struct Issue {
    parameters: String,
    ids: Vec<String>,
    forgotten_at: Timestamp,
}

/// A create request with its token. Its parameters are everything else.
pub struct Attempt {
    key: Option<String>,
    parameters: String,
}

impl Attempt {
    /// The attempt at `operation` with these parameters; without a token, it can't be repeated.
    ///
    /// # Errors
    /// A fault of the sandbox itself, if the parameters can't be written down.
    pub fn new<P: Serialize>(
        operation: &str,
        token: Option<&str>,
        parameters: &P,
    ) -> Result<Self, Fault> {
        let parameters = serde_json::to_string(parameters)
            .map_err(|error| Fault::internal(error.to_string()))?;
        let key = token.map(|token| format!("{operation} {token}"));
        Ok(Self { key, parameters })
    }
}

impl Tokens {
    /// What an earlier attempt with the same token made; empty if this is the first.
    ///
    /// # Errors
    /// `IdempotentParameterMismatch` when the earlier attempt had other parameters.
    pub fn made_before(&self, attempt: &Attempt) -> Result<&[String], Fault> {
        match attempt.key.as_ref().and_then(|key| self.0.get(key)) {
            None => Ok(&[]),
            Some(issue) if issue.parameters == attempt.parameters => Ok(&issue.ids),
            Some(_) => Err(errors::idempotent_parameter_mismatch()),
        }
    }

    /// Remembers what the attempt made.
    pub fn remember(&mut self, attempt: Attempt, ids: Vec<String>, now: Timestamp) {
        if let Some(key) = attempt.key {
            let forgotten_at = now.checked_add(LIFETIME).unwrap_or(Timestamp::MAX);
            self.0.insert(key, Issue { parameters: attempt.parameters, ids, forgotten_at });
        }
    }

    /// Forgets what is old.
    pub fn settle(&mut self, now: Timestamp) {
        self.0.retain(|_, issue| issue.forgotten_at > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(token: Option<&str>, parameters: &str) -> Attempt {
        Attempt::new("Create", token, &parameters).unwrap()
    }

    #[test]
    fn a_token_stands_for_one_set_of_parameters() {
        let mut tokens = Tokens::default();
        tokens.remember(attempt(Some("t"), "a"), vec!["id".into()], Timestamp::UNIX_EPOCH);
        assert_eq!(tokens.made_before(&attempt(Some("t"), "a")).unwrap(), ["id"]);
        assert!(tokens.made_before(&attempt(Some("u"), "a")).unwrap().is_empty());
        let fault = tokens.made_before(&attempt(Some("t"), "b")).unwrap_err();
        assert_eq!(fault.code, "IdempotentParameterMismatch");
    }

    #[test]
    fn without_a_token_nothing_is_a_repetition() {
        let mut tokens = Tokens::default();
        tokens.remember(attempt(None, "a"), vec!["id".into()], Timestamp::UNIX_EPOCH);
        assert!(tokens.made_before(&attempt(None, "a")).unwrap().is_empty());
    }

    #[test]
    fn a_token_is_forgotten_after_a_day() {
        let mut tokens = Tokens::default();
        tokens.remember(attempt(Some("t"), "a"), vec!["id".into()], Timestamp::UNIX_EPOCH);
        tokens.settle(Timestamp::from_second(24 * 60 * 60).unwrap());
        assert!(tokens.made_before(&attempt(Some("t"), "b")).unwrap().is_empty());
    }
}
