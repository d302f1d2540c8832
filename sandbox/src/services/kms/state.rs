//! What exists: keys and the aliases that point to them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::key::Key;

/// The keys of one region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) keys: BTreeMap<String, Key>,
    pub(super) aliases: BTreeMap<String, Alias>,
}

/// A name that points to a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Alias {
    pub arn: String,
    pub key_id: String,
    pub created: Timestamp,
    pub updated: Timestamp,
}

impl State {
    /// Lets go of the keys whose waiting period has passed, and of their aliases.
    pub fn settle(&mut self, now: Timestamp) {
        self.keys.retain(|_, key| key.deletion.is_none_or(|due| due > now));
        let keys = &self.keys;
        self.aliases.retain(|_, alias| keys.contains_key(&alias.key_id));
    }

    /// The key of this id, key ARN, alias name or alias ARN.
    pub fn key(&self, id: &str) -> Option<&Key> {
        self.keys.get(self.key_id(id)?)
    }

    pub(super) fn key_id<'a>(&'a self, id: &'a str) -> Option<&'a str> {
        let name = id.strip_prefix("arn:").and_then(|arn| arn.splitn(5, ':').nth(4)).unwrap_or(id);
        if name.starts_with("alias/") {
            return self.aliases.get(name).map(|alias| alias.key_id.as_str());
        }
        Some(name.strip_prefix("key/").unwrap_or(name))
    }

    /// Whether a service may encrypt with the key of this id, ARN or alias on the customer's
    /// behalf: it is enabled and symmetric. Keys of AWS itself and of other accounts always may.
    pub fn can_encrypt(&self, id: &str, account: &str) -> bool {
        let foreign = id.starts_with("arn:") && id.split(':').nth(4) != Some(account);
        let name = id.rsplit(':').next().unwrap_or(id);
        foreign
            || name.starts_with("alias/aws/")
            || self.key(id).is_some_and(|key| key.is_enabled() && key.is_symmetric())
    }
}
