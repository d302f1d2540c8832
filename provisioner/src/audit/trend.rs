//! What has changed since the report before this one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::files::{REPORT, hash};
use super::report::{FORMAT, Report, Tally};

/// What has changed since the report before this one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trend {
    /// The id of that report.
    pub id: String,
    /// When it was made.
    pub ended: Timestamp,
    /// The SHA-256 of its `report.json`.
    pub sha256: String,
    /// How its tests ended.
    pub before: Tally,
    /// How many objects it had.
    pub objects: usize,
    /// The findings that it did not have.
    pub new: Vec<Finding>,
    /// Its findings that are none any more: met, or let pass.
    pub mended: Vec<Finding>,
    /// Its findings whose object or control is not tested any more.
    pub dropped: Vec<Finding>,
}

/// A control that an object does not meet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The control.
    pub control: String,
    /// The object.
    pub address: String,
}

/// Holds a report against the one before.
pub fn trend(now: &Report, before: &Report, sha256: String) -> Trend {
    let (mine, theirs) = (findings(now), findings(before));
    let tested: BTreeSet<Finding> =
        now.tests().map(|(it, test)| key(&it.id, &test.address)).collect();
    let (mended, dropped) = theirs.difference(&mine).cloned().partition(|it| tested.contains(it));
    Trend {
        id: before.id.clone(),
        ended: before.method.ended,
        sha256,
        before: before.tally(),
        objects: before.population.len(),
        new: mine.difference(&theirs).cloned().collect(),
        mended,
        dropped,
    }
}

fn findings(report: &Report) -> BTreeSet<Finding> {
    report.findings().map(|(control, test)| key(&control.id, &test.address)).collect()
}

fn key(control: &str, address: &str) -> Finding {
    Finding { control: control.to_owned(), address: address.to_owned() }
}

/// The newest report of an environment in the folders of a folder, with its hash. What is no report
/// of this form is passed over.
pub fn newest(folder: &Path, environment: &str) -> Option<(Report, String)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let reports = entries.filter_map(|entry| read(&entry.path().join(REPORT)).ok());
    let ours = reports.filter(|(report, _)| report.scope.environment == environment);
    ours.max_by_key(|(report, _)| report.method.ended)
}

/// The report in a file, with its hash.
///
/// # Errors
/// When it can't be read, or is not of this form.
pub fn read(path: &Path) -> Result<(Report, String), TrendError> {
    let refuse = |reason: String| TrendError { path: path.to_owned(), reason };
    let bytes = fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let report: Report =
        serde_json::from_slice(&bytes).map_err(|error| refuse(error.to_string()))?;
    if report.format != FORMAT {
        return Err(refuse(format!(
            "its form is {}, and this version knows {FORMAT}",
            report.format
        )));
    }
    Ok((report, hash(&bytes)))
}

/// An earlier report that can't be used.
#[derive(Debug, thiserror::Error)]
#[error("the earlier report {path} can't be read: {reason}")]
pub struct TrendError {
    /// Its `report.json`.
    pub path: PathBuf,
    /// Why not.
    pub reason: String,
}
