//! Members of a request that the model knows and this sandbox does not act on.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::errors;
use crate::fault::Fault;

/// What is left of a request: refused rather than ignored, unless it switches something off.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Unbuilt(BTreeMap<String, Value>);

impl Unbuilt {
    /// Refuses the first member that asks for something.
    pub(super) fn refuse(&self) -> Result<(), Fault> {
        let asks = |value: &Value| match value {
            Value::Null | Value::Bool(false) => false,
            Value::Array(items) => !items.is_empty(),
            Value::Number(number) => number.as_f64() != Some(0.0),
            _ => true,
        };
        match self.0.iter().find(|(_, value)| asks(value)) {
            Some((member, _)) => Err(errors::not_built(&format!("the parameter {member}"))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_asks_for_something_is_refused() {
        let refused = |value| serde_json::from_value::<Unbuilt>(value).unwrap().refuse().is_err();
        assert!(!refused(json!({"EnableGlobalWriteForwarding": false, "BacktrackWindow": 0})));
        assert!(refused(json!({"Domain": "d-1"})));
        assert!(refused(json!({"EnableGlobalWriteForwarding": true})));
    }
}
