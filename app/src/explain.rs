//! Errors in words.

use std::error::Error;

/// An error and what caused it, in one line.
pub fn explain(error: &(dyn Error + 'static)) -> String {
    let causes =
        std::iter::successors(Some(error), |error: &&(dyn Error + 'static)| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
