//! What may be asked of the list of cars, and where its pages begin.
//!
//! Pages go by key, not by offset: the cursor says which car was the last, so a page costs the same
//! wherever it is, and cars that come or go meanwhile neither repeat nor hide others.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Car, FieldError};

/// A page of cars.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CarPage {
    /// The cars, in the order that was asked for.
    pub items: Vec<Car>,
    /// The `cursor` of the next page; null on the last.
    #[schema(example = "eyJzIjoiLWNyZWF0ZWRfYXQifQ")]
    pub next: Option<String>,
}

/// Which cars to list. Text is compared without heed of case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only of this maker.
    pub make: Option<String>,
    /// Only of this model.
    pub model: Option<String>,
    /// Only of this model year.
    pub year: Option<i32>,
    /// Only of this color.
    pub color: Option<String>,
    /// Only at this price or above.
    pub min_price: Option<Decimal>,
    /// Only at this price or below.
    pub max_price: Option<Decimal>,
    /// Every word has to begin a word of make, model, color or year.
    pub phrase: Option<String>,
}

/// What the list may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// When it was added.
    CreatedAt,
    /// Who built it.
    Make,
    /// What its maker calls it.
    Model,
    /// The model year.
    Year,
    /// The color of its body.
    Color,
    /// What it costs.
    Price,
}

impl SortKey {
    /// All of them, by the name that `sort` knows.
    pub const NAMES: [(&'static str, SortKey); 6] = [
        ("created_at", SortKey::CreatedAt),
        ("make", SortKey::Make),
        ("model", SortKey::Model),
        ("year", SortKey::Year),
        ("color", SortKey::Color),
        ("price", SortKey::Price),
    ];
}

/// The order of the list; cars that are equal in it follow in the order of their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// What is compared.
    pub key: SortKey,
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl Default for Order {
    fn default() -> Self {
        Self { key: SortKey::CreatedAt, descending: true }
    }
}

/// Where a car stands in an order: what the order compares, and the id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The value that the order compares.
    #[serde(rename = "k")]
    pub key: PositionKey,
    /// The id of the car.
    #[serde(rename = "i")]
    pub id: i64,
}

/// A value that an order compares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PositionKey {
    /// A time.
    #[serde(rename = "t")]
    Time(DateTime<Utc>),
    /// A text.
    #[serde(rename = "s")]
    Text(String),
    /// A year.
    #[serde(rename = "y")]
    Year(i32),
    /// A price.
    #[serde(rename = "p", with = "rust_decimal::serde::str")]
    Price(Decimal),
}

impl Position {
    /// Where `car` stands in the order of `key`.
    pub fn of(car: &Car, key: SortKey) -> Self {
        let key = match key {
            SortKey::CreatedAt => PositionKey::Time(car.created_at),
            SortKey::Make => PositionKey::Text(car.make.clone()),
            SortKey::Model => PositionKey::Text(car.model.clone()),
            SortKey::Year => PositionKey::Year(car.year),
            SortKey::Color => PositionKey::Text(car.color.clone()),
            SortKey::Price => PositionKey::Price(car.price.amount()),
        };
        Self { key, id: car.id }
    }

    fn fits(&self, key: SortKey) -> bool {
        matches!(
            (&self.key, key),
            (PositionKey::Time(_), SortKey::CreatedAt)
                | (PositionKey::Text(_), SortKey::Make | SortKey::Model | SortKey::Color)
                | (PositionKey::Year(_), SortKey::Year)
                | (PositionKey::Price(_), SortKey::Price)
        )
    }
}

/// A cursor as it travels: opaque to clients, and good for one order only.
#[derive(Serialize, Deserialize)]
struct Cursor {
    #[serde(rename = "o")]
    order: String,
    #[serde(flatten)]
    position: Position,
}

/// A whole question to the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Which cars.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
    /// How many at most, 1 to [`ListQuery::MOST`]; 0 stands for [`ListQuery::USUAL`].
    pub limit: usize,
    /// After which; from the first if absent.
    pub after: Option<Position>,
}

impl ListQuery {
    /// How many cars a page has unless `limit` says otherwise.
    pub const USUAL: usize = 20;
    /// How many cars a page can have.
    pub const MOST: usize = 100;

    /// Reads the parameters of a query string.
    ///
    /// # Errors
    /// Everything that is wrong with them. A parameter that does not exist is refused, because a
    /// filter with a mistyped name would quietly list everything.
    pub fn from_parameters(
        parameters: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Vec<FieldError>> {
        let mut reader = Reader { query: Self::default(), cursor: None, errors: Vec::new() };
        let mut seen = Vec::new();
        for (name, value) in parameters {
            if seen.contains(&name) {
                reader.refuse(&name, "is given more than once");
            } else if !value.trim().is_empty() {
                reader.parameter(&name, value.trim());
            }
            seen.push(name);
        }
        reader.finish()
    }

    /// The cursor of the page that begins after `car`.
    pub fn cursor_after(&self, car: &Car) -> String {
        let cursor =
            Cursor { order: self.order.to_string(), position: Position::of(car, self.order.key) };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).unwrap_or_default())
    }
}

impl std::fmt::Display for Order {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = SortKey::NAMES.iter().find(|(_, key)| *key == self.key).map(|(name, _)| *name);
        write!(formatter, "{}{}", if self.descending { "-" } else { "" }, name.unwrap_or_default())
    }
}

struct Reader {
    query: ListQuery,
    cursor: Option<String>,
    errors: Vec<FieldError>,
}

impl Reader {
    fn refuse(&mut self, field: &str, message: impl Into<String>) {
        self.errors.push(FieldError::new(field, message));
    }

    fn parameter(&mut self, name: &str, value: &str) {
        let filter = &mut self.query.filter;
        match name {
            "make" => filter.make = Some(value.to_owned()),
            "model" => filter.model = Some(value.to_owned()),
            "color" => filter.color = Some(value.to_owned()),
            "q" => filter.phrase = Some(value.to_owned()),
            "cursor" => self.cursor = Some(value.to_owned()),
            "year" => match value.parse() {
                Ok(year) => filter.year = Some(year),
                Err(_) => self.refuse(name, "must be a whole number"),
            },
            "min_price" => self.query.filter.min_price = self.price(name, value),
            "max_price" => self.query.filter.max_price = self.price(name, value),
            "limit" => self.limit(value),
            "sort" => self.sort(value),
            _ => self.refuse(name, "is not a parameter of this list"),
        }
        if value.contains('\0') {
            self.refuse(name, "must not contain control characters");
        }
    }

    fn price(&mut self, name: &str, value: &str) -> Option<Decimal> {
        let amount = value.parse().ok();
        if amount.is_none() {
            self.refuse(name, "must be a decimal number");
        }
        amount
    }

    fn limit(&mut self, value: &str) {
        match value.parse() {
            Ok(limit @ 1..=ListQuery::MOST) => self.query.limit = limit,
            _ => self.refuse("limit", format!("must be between 1 and {}", ListQuery::MOST)),
        }
    }

    fn sort(&mut self, value: &str) {
        let name = value.strip_prefix('-').unwrap_or(value);
        match SortKey::NAMES.iter().find(|(known, _)| *known == name) {
            Some((_, key)) => {
                self.query.order = Order { key: *key, descending: value.starts_with('-') };
            }
            None => {
                let known: Vec<_> = SortKey::NAMES.iter().map(|(name, _)| *name).collect();
                let known = known.join(", ");
                self.refuse("sort", format!("must be one of {known}, with - before it to reverse"));
            }
        }
    }

    fn finish(mut self) -> Result<ListQuery, Vec<FieldError>> {
        if self.query.limit == 0 {
            self.query.limit = ListQuery::USUAL;
        }
        let filter = &self.query.filter;
        if let (Some(least), Some(most)) = (filter.min_price, filter.max_price)
            && least > most
        {
            self.refuse("min_price", "must not be above max_price");
        }
        if let Some(text) = self.cursor.take() {
            match read_cursor(&text, self.query.order) {
                Some(position) => self.query.after = Some(position),
                None => self.refuse("cursor", "is not a cursor of a list in this order"),
            }
        }
        if self.errors.is_empty() { Ok(self.query) } else { Err(self.errors) }
    }
}

fn read_cursor(text: &str, order: Order) -> Option<Position> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let cursor: Cursor = serde_json::from_slice(&bytes).ok()?;
    (cursor.order == order.to_string() && cursor.position.fits(order.key))
        .then_some(cursor.position)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)]) -> Result<ListQuery, Vec<String>> {
        let pairs = query.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        ListQuery::from_parameters(pairs)
            .map_err(|errors| errors.into_iter().map(|error| error.field).collect())
    }

    fn car() -> Car {
        let added = DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap();
        Car {
            id: 9,
            make: "Kia".into(),
            model: "EV6".into(),
            year: 2024,
            color: "Red".into(),
            price: Decimal::new(4_500_050, 2).into(),
            created_at: added,
            updated_at: added,
            version: 1,
        }
    }

    #[test]
    fn a_cursor_leads_back_to_its_car_in_every_order() {
        for (name, key) in SortKey::NAMES {
            for sort in [name.to_owned(), format!("-{name}")] {
                let cursor = read(&[("sort", &sort)]).unwrap().cursor_after(&car());
                let query = read(&[("sort", &sort), ("cursor", &cursor)]).unwrap();
                assert_eq!(query.after, Some(Position::of(&car(), key)));
            }
        }
    }

    #[test]
    fn a_cursor_is_good_for_its_own_order_only() {
        let cursor = read(&[("sort", "price")]).unwrap().cursor_after(&car());
        for sort in ["-price", "year", "make"] {
            assert_eq!(read(&[("sort", sort), ("cursor", &cursor)]).unwrap_err(), ["cursor"]);
        }
        assert_eq!(read(&[("cursor", "garbage!")]).unwrap_err(), ["cursor"]);
    }

    #[test]
    fn every_wrong_parameter_is_told() {
        let wrong =
            [("year", "x"), ("min_price", "y"), ("limit", "101"), ("sort", "z"), ("maek", "1")];
        assert_eq!(read(&wrong).unwrap_err(), ["year", "min_price", "limit", "sort", "maek"]);
        assert_eq!(read(&[("year", "1"), ("year", "2")]).unwrap_err(), ["year"]);
        assert_eq!(read(&[("min_price", "2"), ("max_price", "1")]).unwrap_err(), ["min_price"]);
    }

    #[test]
    fn empty_parameters_are_absent_ones() {
        let query = read(&[("make", ""), ("cursor", " "), ("limit", "")]).unwrap();
        assert_eq!(query, ListQuery { limit: ListQuery::USUAL, ..ListQuery::default() });
    }
}
