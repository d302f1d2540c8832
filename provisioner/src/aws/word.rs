//! Closed sets of words: Rust enums whose names in YAML are AWS's own.

use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};
use serde::{Serialize, de::IntoDeserializer};

/// The word that AWS takes.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}

/// The value of a word that AWS gave; `None` for a word that AWS has added since.
pub(super) fn from_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    let deserializer: StrDeserializer<'_, Error> = word.into_deserializer();
    T::deserialize(deserializer).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::logs::log_group::Class;

    #[test]
    fn words_are_those_of_yaml() {
        assert_eq!(word(&Class::InfrequentAccess), "INFREQUENT_ACCESS");
        assert_eq!(from_word("INFREQUENT_ACCESS"), Some(Class::InfrequentAccess));
        assert_eq!(from_word::<Class>("GLACIAL"), None);
    }
}
