//! Tags, and the rules that AWS applies to them in every service.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A tag in the form that most services have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// 1 to 128 characters, not beginning with `aws:`.
    pub key: String,
    /// 0 to 256 characters.
    #[serde(default)]
    pub value: String,
}

/// The tags of one object, by key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(BTreeMap<String, String>);

/// A rule about tags that a request breaks; each service answers with an error of its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// More than fifty on one object.
    #[error("The number of tags exceeds the limit of 50.")]
    TooMany,
    /// The prefix `aws:` is AWS's own.
    #[error("Tag keys starting with 'aws:' are reserved for system use: {0}")]
    Reserved(String),
    /// The key is empty or over 128 characters.
    #[error("Tag key must be between 1 and 128 characters long: {0}")]
    KeyLength(String),
    /// The value is over 256 characters.
    #[error("The value of the tag {0} must be at most 256 characters long.")]
    ValueLength(String),
    /// The same key twice in one request.
    #[error("Duplicate tag keys found: {0}")]
    Duplicate(String),
}

impl Tags {
    const LIMIT: usize = 50;

    /// The tags of a new object.
    pub fn new(tags: Vec<Tag>) -> Result<Self, TagError> {
        let mut new = Self::default();
        new.add(tags)?;
        Ok(new)
    }

    /// Adds tags or overwrites their values: all of them, or none if one breaks a rule.
    pub fn add(&mut self, tags: Vec<Tag>) -> Result<(), TagError> {
        let mut added = BTreeMap::new();
        for tag in tags {
            check(&tag)?;
            if let Some(_twice) = added.insert(tag.key.clone(), tag.value) {
                return Err(TagError::Duplicate(tag.key));
            }
        }
        let fresh = added.keys().filter(|key| !self.0.contains_key(*key)).count();
        let own = self.0.keys().filter(|key| !key.starts_with("aws:")).count();
        if own + fresh > Self::LIMIT {
            return Err(TagError::TooMany);
        }
        self.0.extend(added);
        Ok(())
    }

    /// Sets a tag that AWS itself puts on an object, e.g. `aws:secretsmanager:owningService`.
    pub fn set_by_aws(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.insert(key.into(), value.into());
    }

    /// Removes tags; a key that is not there is no error.
    pub fn remove(&mut self, keys: &[String]) -> Result<(), TagError> {
        if let Some(key) = keys.iter().find(|key| key.starts_with("aws:")) {
            return Err(TagError::Reserved(key.clone()));
        }
        self.0.retain(|key, _| !keys.contains(key));
        Ok(())
    }

    /// The tags in the order of their keys.
    pub fn list(&self) -> Vec<Tag> {
        self.iter().map(|(key, value)| Tag { key: key.into(), value: value.into() }).collect()
    }

    /// Keys and values in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The value of a tag.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

fn check(tag: &Tag) -> Result<(), TagError> {
    if tag.key.to_ascii_lowercase().starts_with("aws:") {
        return Err(TagError::Reserved(tag.key.clone()));
    }
    if !(1..=128).contains(&tag.key.chars().count()) {
        return Err(TagError::KeyLength(tag.key.clone()));
    }
    if tag.value.chars().count() > 256 {
        return Err(TagError::ValueLength(tag.key.clone()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.into(), value: value.into() }
    }

    #[test]
    fn adding_overwrites_and_removing_forgets() {
        let mut tags = Tags::new(vec![tag("a", "1"), tag("b", "1")]).unwrap();
        tags.add(vec![tag("a", "2")]).unwrap();
        tags.remove(&["b".into(), "absent".into()]).unwrap();
        assert_eq!(tags.list(), [tag("a", "2")]);
    }

    #[test]
    fn the_limit_is_fifty_besides_those_of_aws() {
        let fifty = (0..50).map(|n| tag(&n.to_string(), "")).collect();
        let mut tags = Tags::new(fifty).unwrap();
        tags.set_by_aws("aws:owner", "rds");
        tags.add(vec![tag("7", "again")]).unwrap();
        assert_eq!(tags.add(vec![tag("50", "")]), Err(TagError::TooMany));
        assert_eq!(tags.get("50"), None);
    }

    #[test]
    fn keys_and_values_have_rules() {
        let error = |tags| Tags::new(tags).unwrap_err();
        assert_eq!(error(vec![tag("aws:x", "")]), TagError::Reserved("aws:x".into()));
        assert_eq!(error(vec![tag("", "")]), TagError::KeyLength(String::new()));
        assert_eq!(error(vec![tag("k", &"v".repeat(257))]), TagError::ValueLength("k".into()));
        assert_eq!(error(vec![tag("k", ""), tag("k", "")]), TagError::Duplicate("k".into()));
    }
}
