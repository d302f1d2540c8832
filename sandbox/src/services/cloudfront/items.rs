//! CloudFront's lists: a quantity, and the items unless there are none.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a list that does not hold what it announces is refused with; see [`super::errors`].
pub(super) const INCONSISTENT: &str = "The value of Quantity and the size of Items don't match.";

/// A list, `{"Quantity": 1, "Items": [...]}` in requests and answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Items<T>(pub Vec<T>);

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> std::ops::Deref for Items<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> FromIterator<T> for Items<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wrapper<L> {
    quantity: usize,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    items: Option<L>,
}

impl<T: Serialize> Serialize for Items<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let items = Some(&self.0).filter(|items| !items.is_empty());
        Wrapper { quantity: self.0.len(), items }.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Items<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrapper = Wrapper::<Vec<T>>::deserialize(deserializer)?;
        let items = wrapper.items.unwrap_or_default();
        if items.len() != wrapper.quantity {
            return Err(D::Error::custom(INCONSISTENT));
        }
        Ok(Self(items))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_says_how_long_it_is() {
        let items = Items(vec!["a".to_owned()]);
        let value = json!({"Quantity": 1, "Items": ["a"]});
        assert_eq!(serde_json::to_value(&items).unwrap(), value);
        assert_eq!(serde_json::from_value::<Items<String>>(value).unwrap(), items);
        assert_eq!(serde_json::to_value(Items::<u8>::default()).unwrap(), json!({"Quantity": 0}));
    }

    #[test]
    fn a_list_that_is_not_as_long_as_it_says_is_refused() {
        let value = json!({"Quantity": 2, "Items": ["a"]});
        let error = serde_json::from_value::<Items<String>>(value).unwrap_err();
        assert!(error.to_string().starts_with(INCONSISTENT), "{error}");
    }
}
