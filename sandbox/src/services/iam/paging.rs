//! `Marker` and `MaxItems`, the way IAM pages.

use serde::{Deserialize, Serialize};

use super::errors;
use crate::fault::Fault;
use crate::services::page::{Page, page};

/// The members of a request that ask for a page.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct PageRequest {
    marker: Option<String>,
    max_items: Option<usize>,
}

/// The members of an answer that tell whether there is more.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PageEnd {
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

impl PageRequest {
    /// The page of `items`, which ascend by `key`; a hundred unless asked otherwise.
    pub(super) fn of<T>(
        &self,
        items: impl IntoIterator<Item = T>,
        key: impl Fn(&T) -> String,
    ) -> Result<(Vec<T>, PageEnd), Fault> {
        let limit = self.max_items.unwrap_or(100).min(1000);
        let Page { items, next } =
            page(items, self.marker.as_deref(), limit, key).map_err(errors::invalid_marker)?;
        Ok((items, PageEnd { is_truncated: next.is_some(), marker: next }))
    }
}
