//! CloudFront's lists in pages.

use serde_json::{Value, json};

use super::errors;
use crate::fault::Fault;
use crate::services::page;

/// How many a page holds unless fewer are asked for.
const LARGEST: usize = 100;

/// A page, with what AWS says of it.
pub(super) struct Listed<T> {
    items: Vec<T>,
    next: Option<String>,
    marker: String,
    limit: usize,
}

/// The page that a request asks for, of things that ascend by `key`.
pub(super) fn page<T>(
    all: Vec<T>,
    request: &Value,
    key: impl Fn(&T) -> String,
) -> Result<Listed<T>, Fault> {
    let marker = request["Marker"].as_str().filter(|marker| !marker.is_empty());
    let limit = match request["MaxItems"].as_str() {
        Some(text) => {
            text.parse().map_err(|_| errors::invalid_argument("MaxItems is no number."))?
        }
        None => LARGEST,
    };
    let page = page::page(all, marker, limit, key)
        .map_err(|_| errors::invalid_argument("The parameter Marker is not valid."))?;
    let marker = marker.unwrap_or_default().to_owned();
    Ok(Listed { items: page.items, next: page.next, marker, limit })
}

impl<T> Listed<T> {
    pub(super) fn map<U>(self, change: impl FnMut(T) -> U) -> Listed<U> {
        Listed {
            items: self.items.into_iter().map(change).collect(),
            next: self.next,
            marker: self.marker,
            limit: self.limit,
        }
    }
}

impl Listed<Value> {
    /// As lists of policies and functions have it.
    pub(super) fn brief(self) -> Value {
        let mut list = json!({ "MaxItems": self.limit, "Quantity": self.items.len() });
        if let Some(next) = self.next {
            list["NextMarker"] = json!(next);
        }
        if !self.items.is_empty() {
            list["Items"] = Value::Array(self.items);
        }
        list
    }

    /// As lists of distributions have it.
    pub(super) fn full(self) -> Value {
        let (marker, is_truncated) = (self.marker.clone(), self.next.is_some());
        let mut list = self.brief();
        list["Marker"] = json!(marker);
        list["IsTruncated"] = json!(is_truncated);
        list
    }
}
