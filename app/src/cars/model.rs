//! A car as it is stored and shown.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

/// A car of the inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Car {
    /// Given by the database; never used twice.
    #[schema(example = 42)]
    pub id: i64,
    /// Who built it.
    #[schema(example = "Toyota", min_length = 1, max_length = 64)]
    pub make: String,
    /// What its maker calls it.
    #[schema(example = "Corolla", min_length = 1, max_length = 64)]
    pub model: String,
    /// The model year.
    #[schema(example = 2024, minimum = 1886, maximum = 2100)]
    pub year: i32,
    /// The color of its body.
    #[schema(example = "Blue", min_length = 1, max_length = 32)]
    pub color: String,
    /// In US dollars. A string, because a number of JSON is a binary fraction to most readers.
    #[schema(value_type = String, example = "23999.90", pattern = r"^\d{1,10}\.\d{2}$")]
    pub price: Price,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Rises with every change; the entity tag is made of it.
    #[serde(skip)]
    #[schema(ignore)]
    pub version: i64,
}

/// An exact amount of US dollars, shown with two decimal places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::Type)]
#[sqlx(transparent)]
pub struct Price(Decimal);

impl Price {
    /// The highest price, which `numeric(12, 2)` can hold.
    pub const MAX: Price = Price(Decimal::from_parts(3_567_587_327, 232, 0, false, 2));

    /// The amount, unless it is negative, above [`Price::MAX`] or finer than a cent.
    pub fn new(amount: Decimal) -> Option<Price> {
        let amount = amount.normalize();
        let representable = !amount.is_sign_negative() || amount.is_zero();
        (representable && amount.scale() <= 2 && amount <= Self::MAX.0).then_some(Price(amount))
    }

    /// The amount in dollars.
    pub fn amount(self) -> Decimal {
        self.0
    }
}

impl From<Decimal> for Price {
    fn from(stored: Decimal) -> Price {
        Price(stored)
    }
}

impl std::fmt::Display for Price {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:.2}", self.0)
    }
}

impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact_to_the_cent() {
        let shown = |text: &str| Price::new(text.parse().unwrap()).map(|price| price.to_string());
        assert_eq!(shown("0"), Some("0.00".into()));
        assert_eq!(shown("0.1"), Some("0.10".into()));
        assert_eq!(shown("19999.990"), Some("19999.99".into()));
        assert_eq!(shown("9999999999.99"), Some("9999999999.99".into()));
        assert_eq!(Price::MAX.to_string(), "9999999999.99");
        for refused in ["-0.01", "0.001", "10000000000"] {
            assert_eq!(shown(refused), None, "{refused}");
        }
    }
}
