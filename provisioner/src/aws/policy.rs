//! Policy documents: JSON that AWS takes and gives as text.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

/// A JSON document. YAML may write it as a mapping or as text; here it is always the parsed form,
/// so that both compare alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Document(Json);

impl Document {
    /// The document as AWS gives it; text that is not JSON stays text, and so differs from
    /// everything that can be declared.
    pub(super) fn from_aws(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.to_owned())))
    }

    /// The document, where it is a mapping.
    pub(super) fn as_object(&self) -> Option<&serde_json::Map<String, Json>> {
        self.0.as_object()
    }

    /// The document as AWS takes it.
    pub(super) fn to_aws(&self) -> String {
        self.0.to_string()
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::String(text) => serde_json::from_str(&text)
                .map(Self)
                .map_err(|error| D::Error::custom(format!("the text is not JSON: {error}"))),
            object => Ok(Self(object)),
        }
    }
}

impl JsonSchema for Document {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Document".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["object", "string"] })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_and_mapping_are_the_same_document() {
        let mapping: Document = serde_json::from_value(json!({ "Version": "2012-10-17" })).unwrap();
        let text: Document =
            serde_json::from_value(json!(r#"{ "Version": "2012-10-17" }"#)).unwrap();
        assert_eq!(mapping, text);
        assert_eq!(Document::from_aws(&mapping.to_aws()), mapping);
    }

    #[test]
    fn text_that_is_not_json_is_refused() {
        let error = serde_json::from_value::<Document>(json!("{ Version")).unwrap_err();
        assert!(error.to_string().starts_with("the text is not JSON"));
    }
}
