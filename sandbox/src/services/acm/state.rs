//! What exists: the certificates of one region.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use crate::fault::Fault;
use crate::services::tags::Tags;

/// The certificates of one region, by ARN.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) certificates: BTreeMap<String, Certificate>,
}

/// A certificate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Certificate {
    pub arn: String,
    /// The one that it was asked for, and the others.
    pub names: Vec<String>,
    pub created: Timestamp,
    /// When the records that prove the names are known.
    pub records_due: Timestamp,
    /// When it is issued.
    pub issue_due: Timestamp,
    pub stage: Stage,
    pub key_algorithm: String,
    pub is_logged: bool,
    pub serial: String,
    /// What each zone's record is called, and says.
    pub records: BTreeMap<String, (String, String)>,
    pub token: Option<String>,
    pub tags: Tags,
}

/// How far a certificate has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Stage {
    /// The records are not known yet.
    Requested,
    /// They are, and AWS looks for them.
    Pending,
    /// It can be used.
    Issued,
}

impl State {
    /// Lets time pass: certificates are issued.
    pub fn settle(&mut self, now: Timestamp) {
        for certificate in self.certificates.values_mut() {
            if certificate.issue_due <= now {
                certificate.stage = Stage::Issued;
            } else if certificate.records_due <= now {
                certificate.stage = Stage::Pending;
            }
        }
    }

    /// The names that a certificate is good for; none unless it is issued.
    pub fn issued_names(&self, arn: &str) -> Option<&[String]> {
        let certificate = self.certificates.get(arn)?;
        (certificate.stage == Stage::Issued).then_some(certificate.names.as_slice())
    }

    pub(super) fn find(&mut self, arn: &str, account: &str) -> Result<&mut Certificate, Fault> {
        if !arn.starts_with("arn:aws:acm:") {
            return Err(errors::invalid_arn(arn));
        }
        self.certificates.get_mut(arn).ok_or_else(|| errors::not_found(arn, account))
    }
}

/// The zone in which a name's record lies: a wildcard shares its parent's.
pub(super) fn zone(name: &str) -> &str {
    name.strip_prefix("*.").unwrap_or(name)
}
