//! Values of database parameters: RDS takes and gives all of them as text.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

/// A parameter's value. YAML may write a number, text, or a boolean, which is `1` or `0`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Scalar(pub(super) String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::String(text) => Ok(Self(text)),
            Json::Number(number) => Ok(Self(number.to_string())),
            Json::Bool(on) => Ok(Self(u8::from(on).to_string())),
            _ => Err(D::Error::custom("a parameter's value is text, a number or a boolean")),
        }
    }
}

impl JsonSchema for Scalar {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn every_scalar_is_text() {
        let text = |json| from_value::<Scalar>(json).unwrap().0;
        assert_eq!(
            [text(json!(500)), text(json!(true)), text(json!("on")), text(json!(0.5))],
            ["500", "1", "on", "0.5"]
        );
        assert!(from_value::<Scalar>(json!([1])).is_err());
    }
}
