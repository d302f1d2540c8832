//! What names and paths may look like, and the form in which answers carry documents.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::errors;
use crate::fault::Fault;

/// Checks the name of a role, policy or instance profile.
pub(super) fn check_name(member: &str, name: &str, longest: usize) -> Result<(), Fault> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if !name.chars().all(allowed) {
        return Err(errors::validation(format!(
            "The specified value for {member} is invalid. It must contain only alphanumeric \
             characters and/or the following: +=,.@_-"
        )));
    }
    if !(1..=longest).contains(&name.len()) {
        return Err(errors::validation(format!(
            "1 validation error detected: Value '{name}' at '{member}' failed to satisfy \
             constraint: Member must have length between 1 and {longest}"
        )));
    }
    Ok(())
}

/// The path of a new object: `/`, or text between slashes.
pub(super) fn checked_path(path: Option<String>) -> Result<String, Fault> {
    let path = path.unwrap_or_else(|| "/".to_owned());
    let enclosed = path.starts_with('/') && path.ends_with('/') && !path.contains("//");
    if enclosed && path.len() <= 512 && path.bytes().all(|byte| (0x21..=0x7f).contains(&byte)) {
        Ok(path)
    } else {
        Err(errors::validation(
            "The specified value for path is invalid. It must begin and end with / and contain \
             only alphanumeric characters and/or / characters.",
        ))
    }
}

/// A document as IAM answers with it: percent-encoded by RFC 3986.
pub(super) fn encoded(document: &str) -> String {
    const RESERVED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(document, RESERVED).to_string()
}

/// The length of a document as the quotas count it: without white space.
pub(super) fn counted_length(document: &str) -> usize {
    document.chars().filter(|c| !c.is_whitespace()).count()
}
