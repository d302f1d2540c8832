//! What a client says of a car, checked field by field, so that every mistake is told at once.

use chrono::{Datelike, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Price;

/// The fields that only the server writes. A client may send them back as it got them.
const READ_ONLY: [&str; 3] = ["id", "created_at", "updated_at"];
const WRITABLE: [&str; 5] = ["make", "model", "year", "color", "price"];

/// A car as a client describes it.
#[derive(Clone, Debug, PartialEq, Eq, utoipa::ToSchema)]
pub struct CarDraft {
    /// Who built it.
    #[schema(example = "Toyota", min_length = 1, max_length = 64)]
    pub make: String,
    /// What its maker calls it.
    #[schema(example = "Corolla", min_length = 1, max_length = 64)]
    pub model: String,
    /// The model year; from 1886 to next year.
    #[schema(example = 2024, minimum = 1886)]
    pub year: i32,
    /// The color of its body.
    #[schema(example = "Blue", min_length = 1, max_length = 32)]
    pub color: String,
    /// In US dollars, at most two decimal places; as a string, or as a number.
    #[schema(value_type = String, example = "23999.90", pattern = r"^\d{1,10}(\.\d{1,2})?$")]
    pub price: Price,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// The name of the field or of the parameter.
    #[schema(example = "year")]
    pub field: String,
    /// What is wrong with it, for a person to read.
    #[schema(example = "must be between 1886 and 2027")]
    pub message: String,
}

impl FieldError {
    /// Something wrong with `field`.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

impl CarDraft {
    /// Reads a draft out of JSON.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the fields.
    pub fn from_json(value: &Value) -> Result<Self, Vec<FieldError>> {
        let Value::Object(members) = value else {
            return Err(vec![FieldError::new("", "must be an object")]);
        };
        let mut fields = Fields { members, errors: Vec::new() };
        let make = fields.text("make", 64);
        let model = fields.text("model", 64);
        let year = fields.year();
        let color = fields.text("color", 32);
        let price = fields.price();
        fields.refuse_unknown();
        match (make, model, year, color, price) {
            (Some(make), Some(model), Some(year), Some(color), Some(price))
                if fields.errors.is_empty() =>
            {
                Ok(Self { make, model, year, color, price })
            }
            _ => Err(fields.errors),
        }
    }
}

struct Fields<'a> {
    members: &'a Map<String, Value>,
    errors: Vec<FieldError>,
}

impl<'a> Fields<'a> {
    fn refuse<T>(&mut self, field: &str, message: impl Into<String>) -> Option<T> {
        self.errors.push(FieldError::new(field, message));
        None
    }

    fn required(&mut self, field: &str) -> Option<&'a Value> {
        match self.members.get(field) {
            None | Some(Value::Null) => self.refuse(field, "is required"),
            value => value,
        }
    }

    fn text(&mut self, field: &str, longest: usize) -> Option<String> {
        let Value::String(text) = self.required(field)? else {
            return self.refuse(field, "must be a string");
        };
        let text = text.trim();
        if text.is_empty() {
            return self.refuse(field, "must not be empty");
        }
        if text.chars().any(char::is_control) {
            return self.refuse(field, "must not contain control characters");
        }
        if text.chars().count() > longest {
            return self.refuse(field, format!("must be at most {longest} characters long"));
        }
        Some(text.to_owned())
    }

    fn year(&mut self) -> Option<i32> {
        let next = Utc::now().year() + 1;
        match self.required("year")?.as_i64() {
            None => self.refuse("year", "must be a whole number"),
            Some(year) => match i32::try_from(year) {
                Ok(year) if (1886..=next).contains(&year) => Some(year),
                _ => self.refuse("year", format!("must be between 1886 and {next}")),
            },
        }
    }

    fn price(&mut self) -> Option<Price> {
        // The shortest text that reads as the same number is what the client wrote, up to 15
        // digits; a price has 12 at most.
        let text = match self.required("price")? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return self.refuse("price", "must be a decimal number, as a string or a number"),
        };
        match text.parse::<Decimal>() {
            Err(_) => self.refuse("price", "must be a decimal number, such as \"23999.90\""),
            Ok(amount) => Price::new(amount).or_else(|| {
                self.refuse(
                    "price",
                    format!(
                        "must be between 0 and {}, with at most two decimal places",
                        Price::MAX
                    ),
                )
            }),
        }
    }

    fn refuse_unknown(&mut self) {
        let unknown = self.members.keys().map(String::as_str);
        let unknown = unknown.filter(|key| !WRITABLE.contains(key) && !READ_ONLY.contains(key));
        self.errors.extend(unknown.map(|key| FieldError::new(key, "is not a field of a car")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn errors(value: Value) -> Vec<(String, String)> {
        let errors = CarDraft::from_json(&value).unwrap_err();
        errors.into_iter().map(|error| (error.field, error.message)).collect()
    }

    #[test]
    fn a_car_may_be_sent_back_as_it_was_got() {
        let draft = CarDraft::from_json(&json!({
            "id": 7, "make": " Kia ", "model": "EV6", "year": 2024, "color": "Red",
            "price": "45000.5", "created_at": "2025-01-01T00:00:00Z", "updated_at": null,
        }))
        .unwrap();
        assert_eq!((draft.make.as_str(), draft.price.to_string().as_str()), ("Kia", "45000.50"));
    }

    #[test]
    fn a_price_may_be_a_number_and_stays_exact() {
        for (sent, kept) in [(json!(0.1), "0.10"), (json!(9_999_999_999.99), "9999999999.99")] {
            let car = json!({"make": "a", "model": "b", "year": 2000, "color": "c", "price": sent});
            assert_eq!(CarDraft::from_json(&car).unwrap().price.to_string(), kept);
        }
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let fields: Vec<_> = errors(json!({
            "make": "", "model": 5, "year": 1700, "price": "1.005", "wheels": 4,
        }))
        .into_iter()
        .map(|(field, _)| field)
        .collect();
        assert_eq!(fields, ["make", "model", "year", "color", "price", "wheels"]);
        assert_eq!(errors(json!([]))[0].1, "must be an object");
    }
}
