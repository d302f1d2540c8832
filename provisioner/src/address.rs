//! Names of declared objects: `stack.resource`, `stack.component.child`, `stack.resource:key`.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The name of one declared object, unique within an environment.
///
/// A stack, a dot, and one or more segments: the resource's name, and the child's for what a
/// component expands to. An instance of a `for_each` carries its key after a colon. Every
/// character is one that an AWS tag value may hold, because the address is written into a tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(String);

/// The text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an address: expected `stack.resource`, {reason}")]
pub struct AddressError {
    text: String,
    reason: &'static str,
}

impl Address {
    /// The address of a resource in a stack.
    ///
    /// # Errors
    /// When one of the names has a character outside `a-z`, `0-9` and `_`.
    pub fn new(stack: &str, resource: &str) -> Result<Self, AddressError> {
        format!("{stack}.{resource}").parse()
    }

    /// The address of what a component at this address expands to.
    ///
    /// # Errors
    /// When the name has a character outside `a-z`, `0-9` and `_`.
    pub fn child(&self, name: &str) -> Result<Self, AddressError> {
        format!("{self}.{name}").parse()
    }

    /// The address of one instance of a `for_each`.
    ///
    /// # Errors
    /// When the key is empty or has a character outside letters, digits, `_`, `-` and `/`.
    pub fn instance(&self, key: &str) -> Result<Self, AddressError> {
        format!("{self}:{key}").parse()
    }

    /// The stack: everything before the first dot.
    pub fn stack(&self) -> &str {
        self.0.split_once('.').map_or("", |(stack, _)| stack)
    }

    /// The stack, and the resource or component that the YAML declares there: for
    /// `api.service.role` as for `api.service:a`, `api.service`.
    pub fn component(&self) -> &str {
        let start = self.stack().len() + 1;
        let path = self.path();
        let end = path.find(['.', ':']).unwrap_or(path.len());
        &self.0[..start + end]
    }

    /// Everything after the stack.
    pub fn path(&self) -> &str {
        self.0.split_once('.').map_or("", |(_, path)| path)
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |reason| AddressError { text: text.to_owned(), reason };
        let (stack, path) = text.split_once('.').ok_or_else(|| refuse("with a dot"))?;
        if !is_name(stack) {
            return Err(refuse("with a stack of lower-case letters, digits and underscores"));
        }
        for segment in path.split('.') {
            let (name, key) = segment.split_once(':').unwrap_or((segment, "-"));
            if !is_name(name) {
                return Err(refuse("with names of lower-case letters, digits and underscores"));
            }
            if !is_key(key) {
                return Err(refuse("with keys of letters, digits, `_`, `-` and `/`"));
            }
        }
        Ok(Self(text.to_owned()))
    }
}

/// Whether the text can name a stack, a resource or a component's child.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Whether the text can be the key of a `for_each` instance.
pub fn is_key(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/'))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Address {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_an_address() {
        let address: Address = "network.main.subnet:us-east-1a".parse().unwrap();
        assert_eq!(address.stack(), "network");
        assert_eq!(address.path(), "main.subnet:us-east-1a");
        assert_eq!(address.to_string(), "network.main.subnet:us-east-1a");
    }

    #[test]
    fn refuses_what_a_tag_or_a_person_would_stumble_over() {
        for text in ["", "network", "network.", ".vpc", "Network.vpc", "a.b..c", "a.b:", "a.b:x y"]
        {
            assert!(text.parse::<Address>().is_err(), "{text:?} is no address");
        }
    }
}
