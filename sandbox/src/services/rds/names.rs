//! Names: which are valid, and how an object is named in a request.

use super::errors;
use crate::fault::Fault;

/// A new identifier, in the lower case in which AWS keeps it.
///
/// AWS: a letter first; letters, digits and hyphens; no hyphen at the end, nor two in a row.
pub(super) fn identifier(parameter: &str, given: &str, longest: usize) -> Result<String, Fault> {
    let letters = given.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let first = given.starts_with(|c: char| c.is_ascii_alphabetic());
    if !letters || !first || given.ends_with('-') || given.contains("--") {
        return Err(errors::invalid_value(format!(
            "The parameter {parameter} is not a valid identifier. Identifiers must begin with a \
             letter; must contain only ASCII letters, digits, and hyphens; and must not end with \
             a hyphen or contain two consecutive hyphens."
        )));
    }
    if given.len() > longest {
        return Err(errors::invalid_value(format!(
            "The parameter {parameter} is not a valid identifier because it is longer than \
             {longest} characters."
        )));
    }
    Ok(given.to_ascii_lowercase())
}

/// The name of an existing object, given by itself or by its ARN, in lower case.
///
/// `kind` is the resource part of the ARN: `arn:aws:rds:REGION:ACCOUNT:KIND:NAME`.
pub(super) fn existing(kind: &str, given: &str) -> String {
    let name = match given.split(':').collect::<Vec<_>>()[..] {
        ["arn", _, "rds", _, _, of, name] if of == kind => name,
        _ => given,
    };
    name.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_checked_and_lower_cased() {
        assert_eq!(identifier("P", "My-Cluster1", 63).unwrap(), "my-cluster1");
        for wrong in ["", "1a", "-a", "a-", "a--b", "a_b", "é", &"a".repeat(64)] {
            assert!(identifier("P", wrong, 63).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_arn_of_the_right_kind_is_a_name() {
        assert_eq!(existing("cluster", "arn:aws:rds:us-east-1:1:cluster:One"), "one");
        assert_eq!(existing("cluster", "One"), "one");
        let other = "arn:aws:rds:us-east-1:1:db:one";
        assert_eq!(existing("cluster", other), other);
    }
}
