//! Errors in words.

use std::error::Error;

/// An error and what caused it, in one line.
pub fn explain(error: &(dyn Error + 'static)) -> String {
    let causes =
        std::iter::successors(Some(error), |error: &&(dyn Error + 'static)| (*error).source());
    let mut parts: Vec<String> = Vec::new();
    for cause in causes.map(ToString::to_string) {
        // Some libraries have the cause in their own words already.
        if !parts.last().is_some_and(|before| before.ends_with(&cause)) {
            parts.push(cause);
        }
    }
    parts.join(": ")
}
