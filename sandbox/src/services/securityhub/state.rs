//! What exists: a hub or none, and with it standards and findings.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::errors;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::Tags;

/// Security Hub in one region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) hub: Option<Hub>,
}

/// A hub that is on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Hub {
    pub arn: String,
    pub subscribed: Timestamp,
    pub enables_new_controls: bool,
    /// `SECURITY_CONTROL` or `STANDARD_CONTROL`.
    pub generator: String,
    pub tags: Tags,
    /// The enabled standards by their ARNs, and when AWS is done with enabling each.
    pub standards: BTreeMap<String, Timestamp>,
    /// In ASFF, by [`key`].
    pub findings: BTreeMap<String, Value>,
}

/// What tells a finding from all others: its product and the product's id for it.
pub(super) fn key(product: &str, id: &str) -> String {
    format!("{product} {id}")
}

/// The caller's hub, which must be on.
pub(super) fn hub<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Hub, Fault> {
    let account = call.account;
    call.region().securityhub.hub.as_mut().ok_or_else(|| errors::not_subscribed(account))
}
