//! Who may change the inventory: whoever has one of the tokens.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use http::{StatusCode, header};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::Problem;

/// The tokens that are accepted; more than one while they are exchanged for others.
#[derive(Clone, Default)]
pub struct Tokens {
    hashes: Arc<[[u8; 32]]>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} tokens", self.hashes.len())
    }
}

impl Tokens {
    /// Accepts these tokens.
    pub fn new<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Self {
        Self { hashes: tokens.into_iter().map(hash).collect() }
    }

    /// Whether `token` is one of them. How long that takes depends neither on which one, nor on how
    /// much of it is right, nor on its length: hashes are compared, all of them to the end.
    fn accept(&self, token: &str) -> bool {
        let token = hash(token);
        let found =
            self.hashes.iter().fold(Choice::from(0), |found, known| found | known.ct_eq(&token));
        found.into()
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Proof that the request came with a token.
#[derive(Clone, Copy, Debug)]
pub struct Writer;

impl<S> FromRequestParts<S> for Writer
where
    Tokens: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let tokens = Tokens::from_ref(state);
        if tokens.hashes.is_empty() {
            let detail = "This instance takes no changes: it has no token to know a writer by.";
            return Err(Problem::new(StatusCode::FORBIDDEN, detail));
        }
        let Some(header) = parts.headers.get(header::AUTHORIZATION) else {
            return Err(Problem::unauthorized("A bearer token is needed.", "Bearer"));
        };
        match header.to_str().ok().and_then(bearer) {
            Some(token) if tokens.accept(token) => Ok(Self),
            _ => Err(Problem::unauthorized(
                "The bearer token is not valid.",
                "Bearer error=\"invalid_token\"",
            )),
        }
    }
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_tokens_are_accepted() {
        let tokens = Tokens::new(["old", "newer"]);
        assert!(tokens.accept("old") && tokens.accept("newer"));
        for wrong in ["", "ol", "oldx", "new", "old newer"] {
            assert!(!tokens.accept(wrong), "{wrong}");
        }
        assert!(!Tokens::default().accept(""));
    }

    #[test]
    fn the_scheme_is_bearer_in_any_case() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc"), Some("abc"));
        assert_eq!(bearer("Basic abc"), None);
        assert_eq!(bearer("Bearer"), None);
    }
}
