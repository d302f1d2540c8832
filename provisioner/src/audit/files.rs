//! A report's folder: every form of it, and a manifest with their hashes that anybody can check.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::report::Report;
use super::{csv, html, ocsf, oscal};

/// The model itself.
pub const REPORT: &str = "report.json";
/// What people read.
pub const HTML: &str = "report.html";
/// The same to print.
pub const PDF: &str = "report.pdf";
/// What a spreadsheet reads.
pub const CSV: &str = "findings.csv";
/// What governance tools read.
pub const OSCAL: &str = "oscal-assessment-results.json";
/// What security tools read.
pub const OCSF: &str = "ocsf-compliance-findings.json";
/// The hashes.
pub const MANIFEST: &str = "manifest.json";

/// The hashes of a report's files.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The report.
    pub report: String,
    /// When it was made.
    pub made: Timestamp,
    /// The program's name and version.
    pub tool: String,
    /// The files, by name.
    pub files: BTreeMap<String, File>,
}

/// A file as it was written.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// How many bytes it has.
    pub bytes: usize,
    /// Their SHA-256.
    pub sha256: String,
}

/// A report's folder could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The disk refuses.
    #[error("{path} could not be {verb}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// `read` or `written`.
        verb: &'static str,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The manifest is none.
    #[error("{path} is no manifest: {reason}")]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

/// The SHA-256 of something, in hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes every form but the PDF.
///
/// # Errors
/// When the disk refuses.
pub fn write(folder: &Path, report: &Report) -> Result<(), FilesError> {
    fs::create_dir_all(folder).map_err(|source| io("written", folder, source))?;
    let model = serde_json::to_vec_pretty(report).map_err(io::Error::other);
    let model = model.map_err(|source| io("written", &folder.join(REPORT), source))?;
    let forms = [
        (REPORT, model),
        (HTML, html::page(report).into_bytes()),
        (CSV, csv::table(report).into_bytes()),
        (OSCAL, oscal::results(report).into_bytes()),
        (OCSF, ocsf::events(report).into_bytes()),
    ];
    for (name, bytes) in forms {
        put(&folder.join(name), &bytes)?;
    }
    Ok(())
}

/// Writes the manifest of what is in the folder, and gives its own hash: whoever keeps that can
/// tell that nothing was changed.
///
/// # Errors
/// When the disk refuses.
pub fn seal(folder: &Path, report: &Report) -> Result<String, FilesError> {
    let names = [REPORT, HTML, PDF, CSV, OSCAL, OCSF];
    let files =
        names.into_iter().filter_map(|name| Some((name.to_owned(), file(folder, name).ok()??)));
    let manifest = Manifest {
        report: report.id.clone(),
        made: report.method.ended,
        tool: report.method.tool.clone(),
        files: files.collect(),
    };
    let text = serde_json::to_vec_pretty(&manifest).map_err(io::Error::other);
    let text = text.map_err(|source| io("written", &folder.join(MANIFEST), source))?;
    put(&folder.join(MANIFEST), &text)?;
    Ok(hash(&text))
}

/// How a file of a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// As it was written.
    Intact,
    /// Other bytes than were written.
    Changed,
    /// Not there.
    Missing,
    /// Not of the report.
    Foreign,
}

/// What a look at a report's folder came to.
#[derive(Debug)]
pub struct Verified {
    /// The manifest's own hash.
    pub sha256: String,
    /// The manifest.
    pub manifest: Manifest,
    /// How each file is, by name.
    pub files: BTreeMap<String, Condition>,
}

impl Verified {
    /// Whether everything is as it was written.
    pub fn is_intact(&self) -> bool {
        self.files.values().all(|condition| *condition == Condition::Intact)
    }
}

/// Holds the files of a folder to its manifest.
///
/// # Errors
/// When there is no manifest, or something can't be read.
pub fn verify(folder: &Path) -> Result<Verified, FilesError> {
    let path = folder.join(MANIFEST);
    let text = fs::read(&path).map_err(|source| io("read", &path, source))?;
    let manifest: Manifest = serde_json::from_slice(&text)
        .map_err(|error| FilesError::Manifest { path, reason: error.to_string() })?;
    let mut files = BTreeMap::new();
    for (name, written) in &manifest.files {
        let condition = match file(folder, name)? {
            None => Condition::Missing,
            Some(found) if found == *written => Condition::Intact,
            Some(_) => Condition::Changed,
        };
        files.insert(name.clone(), condition);
    }
    for name in names(folder)? {
        if name != MANIFEST && !manifest.files.contains_key(&name) {
            files.insert(name, Condition::Foreign);
        }
    }
    Ok(Verified { sha256: hash(&text), manifest, files })
}

fn names(folder: &Path) -> Result<BTreeSet<String>, FilesError> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(|source| io("read", folder, source))?;
    Ok(entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
}

/// A file of a folder; a name that leads out of it is none.
fn file(folder: &Path, name: &str) -> Result<Option<File>, FilesError> {
    if Path::new(name).components().count() != 1 || name == ".." {
        return Ok(None);
    }
    let path = folder.join(name);
    match fs::read(&path) {
        Ok(bytes) => Ok(Some(File { bytes: bytes.len(), sha256: hash(&bytes) })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(io("read", &path, source)),
    }
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), FilesError> {
    fs::write(path, bytes).map_err(|source| io("written", path, source))
}

fn io(verb: &'static str, path: &Path, source: io::Error) -> FilesError {
    FilesError::Io { path: path.to_owned(), verb, source }
}
