//! Describing many: filters, `MaxRecords` and `Marker`.

use serde::Deserialize;

use super::errors;
use crate::fault::Fault;
use crate::services::page::{Page, page};

/// What every `Describe` operation of RDS takes.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Listing {
    filters: Vec<Filter>,
    max_records: Option<usize>,
    marker: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    name: String,
    values: Vec<String>,
}

/// A filter's name, and the values of an object that it is compared with.
pub(super) type Criterion<T> = (&'static str, fn(&T) -> Vec<&str>);

impl Listing {
    /// The items that every filter keeps; a filter keeps those that have one of its values.
    pub(super) fn select<'a, T>(
        &self,
        items: impl IntoIterator<Item = &'a T>,
        criteria: &[Criterion<T>],
    ) -> Result<Vec<&'a T>, Fault> {
        let mut selected: Vec<&T> = items.into_iter().collect();
        for filter in &self.filters {
            let (_, values) = criteria
                .iter()
                .find(|(name, _)| *name == filter.name)
                .ok_or_else(|| unrecognized(&filter.name))?;
            selected.retain(|item| values(item).iter().any(|value| filter.names(value)));
        }
        Ok(selected)
    }

    /// The same listing, in which a filter's values that are ARNs are names.
    pub(super) fn with_names(mut self, filter: &str, name: fn(&str) -> String) -> Self {
        for filter in self.filters.iter_mut().filter(|known| known.name == filter) {
            filter.values = filter.values.iter().map(|value| name(value)).collect();
        }
        self
    }

    /// The page of `items`, which ascend by `key`, that the request asks for.
    pub(super) fn page<T>(
        &self,
        items: impl IntoIterator<Item = T>,
        key: impl Fn(&T) -> String,
    ) -> Result<Page<T>, Fault> {
        self.page_up_to(100, items, key)
    }

    /// The same for the operation that takes more than a hundred records a page.
    pub(super) fn page_up_to<T>(
        &self,
        most: usize,
        items: impl IntoIterator<Item = T>,
        key: impl Fn(&T) -> String,
    ) -> Result<Page<T>, Fault> {
        let limit = self.max_records.unwrap_or(100);
        if !(20..=most).contains(&limit) {
            return Err(errors::invalid_value(format!(
                "Invalid value {limit} for MaxRecords. Must be between 20 and {most}"
            )));
        }
        page(items, self.marker.as_deref(), limit, key)
            .map_err(|_| errors::invalid_value("The marker is not valid."))
    }
}

impl Filter {
    fn names(&self, value: &str) -> bool {
        self.values.iter().any(|wanted| wanted.eq_ignore_ascii_case(value))
    }
}

fn unrecognized(name: &str) -> Fault {
    errors::invalid_value(format!("Unrecognized filter name: {name}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn listing(value: Value) -> Listing {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn filters_narrow_and_their_values_widen() {
        let items = ["one".to_owned(), "two".to_owned(), "three".to_owned()];
        let criteria: &[Criterion<String>] = &[("name", |item| vec![item])];
        let wanted = listing(json!({"Filters": [{"Name": "name", "Values": ["ONE", "three"]}]}));
        assert_eq!(wanted.select(&items, criteria).unwrap(), [&items[0], &items[2]]);
        let unknown = listing(json!({"Filters": [{"Name": "colour", "Values": ["red"]}]}));
        assert_eq!(
            unknown.select(&items, criteria).unwrap_err().message,
            "Unrecognized filter name: colour"
        );
    }

    #[test]
    fn pages_have_twenty_to_a_hundred_records() {
        let items = || (0..30).map(|n| format!("{n:02}"));
        let first = listing(json!({"MaxRecords": 20})).page(items(), String::clone).unwrap();
        assert_eq!(first.items.len(), 20);
        let rest = listing(json!({"Marker": first.next})).page(items(), String::clone).unwrap();
        assert_eq!((rest.items.len(), rest.next), (10, None));
        for wrong in [19, 101] {
            let listing = listing(json!({"MaxRecords": wrong}));
            assert!(listing.page(items(), String::clone).is_err(), "{wrong}");
        }
    }
}
