//! Finding the files of an environment, and reading them.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use super::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use super::source::Sources;
use super::{secret, yaml};
use crate::value::{FileId, Span, Value};

/// The file beside the environments' that is none of them.
const EXCEPTIONS: &str = "exceptions.yaml";
/// The largest file, in bytes.
const LARGEST: usize = 1 << 20;

/// A file as it was found.
#[derive(Debug, Clone)]
pub struct File {
    /// Its path from the project's directory.
    pub path: String,
    /// Its first bytes, at least one more than a file may have where it has more.
    pub bytes: Vec<u8>,
}

impl File {
    /// A file that is not on disk.
    pub fn new(path: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), bytes: text.into() }
    }
}

/// Everything that an environment is made of.
#[derive(Debug, Clone)]
pub struct Files {
    /// `config/<environment>.yaml`.
    pub environment: File,
    /// `stacks/*.yaml`, by name.
    pub stacks: Vec<File>,
}

/// Finds the files of an environment below the project's directory.
///
/// # Errors
/// One diagnostic for each file that can't be read, or for an environment that does not exist.
pub fn find(root: &Path, environment: &str) -> Result<Files, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    if let Err(error) = fs::read_dir(root) {
        let detail = format!("The directory {} can't be read: {error}.", root.display());
        diagnostics.push(Diagnostic::error("No project", None, detail).hint(
            "`--root DIR` names the project's directory: the one with `config` and `stacks`",
        ));
        return Err(diagnostics);
    }
    let stacks = read_stacks(root, &mut diagnostics);
    match read_environment(root, environment, &mut diagnostics) {
        Some(environment) if diagnostics.is_empty() => Ok(Files { environment, stacks }),
        _ => Err(diagnostics),
    }
}

fn read_environment(root: &Path, name: &str, diagnostics: &mut Diagnostics) -> Option<File> {
    let path = format!("config/{name}.yaml");
    let existing = environments(root);
    // Only a name that was listed is opened, so that none can lead out of the directory.
    if !existing.iter().any(|known| known == name) {
        let detail = format!("There is no environment `{name}`: `{path}` does not exist.");
        let hint = did_you_mean(name, existing.iter().map(String::as_str));
        let elsewhere = format!(
            "there is no environment in {}: run in the project's directory, or name it with `--root`",
            root.strip_prefix(".").unwrap_or(root).join("config").display()
        );
        let unknown = Diagnostic::error("Unknown environment", None, detail);
        diagnostics.push(unknown.hint(hint.unwrap_or(elsewhere)));
        return None;
    }
    read_file(root, path, diagnostics)
}

/// The environments that have a file, sorted.
pub fn environments(root: &Path) -> Vec<String> {
    let names = names_in(&root.join("config")).unwrap_or_default();
    let names = names.iter().filter(|name| *name != EXCEPTIONS);
    names.filter_map(|name| name.strip_suffix(".yaml").map(str::to_owned)).collect()
}

fn read_stacks(root: &Path, diagnostics: &mut Diagnostics) -> Vec<File> {
    let names = names_in(&root.join("stacks")).unwrap_or_else(|error| {
        let detail = format!("`stacks` can't be read in {}: {error}.", root.display());
        diagnostics.push(
            Diagnostic::error("No stacks", None, detail)
                .hint("run in the project's directory: the one with `config` and `stacks`"),
        );
        Vec::new()
    });
    let mut files = Vec::new();
    for name in names {
        if !(name.ends_with(".yaml") || name.ends_with(".yml")) {
            continue;
        }
        files.extend(read_file(root, format!("stacks/{name}"), diagnostics));
    }
    files
}

pub(super) fn names_in(directory: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        names.extend(entry?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

pub(super) fn read_file(root: &Path, path: String, diagnostics: &mut Diagnostics) -> Option<File> {
    let mut bytes = Vec::new();
    let limit = LARGEST as u64 + 1;
    let read =
        fs::File::open(root.join(&path)).and_then(|file| file.take(limit).read_to_end(&mut bytes));
    if let Err(error) = read {
        let detail = format!("`{path}` can't be read: {error}.");
        diagnostics.push(
            Diagnostic::error("Unreadable file", None, detail)
                .hint("nothing is done while a file is missing from the picture: make it readable, or move it away"),
        );
        return None;
    }
    Some(File { path, bytes })
}

/// Reads one file into a value with spans.
///
/// `None` when it can't be understood; the reason is among the diagnostics then.
pub fn load(
    file: File,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> (FileId, Option<Value>) {
    if file.bytes.len() > LARGEST {
        let id = sources.add(file.path, "");
        let detail = "A file has at most 1 MiB; this one has more. Split it.";
        diagnostics.push(Diagnostic::error("File too large", start_of(id), detail));
        return (id, None);
    }
    let text = match String::from_utf8(file.bytes) {
        Ok(text) => text,
        Err(error) => return (not_utf8(file.path, &error, sources, diagnostics), None),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let id = sources.add(file.path, text);
    let value = yaml::parse(text, id, diagnostics);
    if let Some(value) = &value {
        secret::scan(value, sources, diagnostics);
    }
    (id, value)
}

fn not_utf8(
    path: String,
    error: &std::string::FromUtf8Error,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> FileId {
    let valid = error.utf8_error().valid_up_to();
    let id = sources.add(path, String::from_utf8_lossy(error.as_bytes()));
    let start = u32::try_from(valid).unwrap_or(u32::MAX);
    let replaced = u32::try_from(char::REPLACEMENT_CHARACTER.len_utf8()).unwrap_or(0);
    let span = Span { file: id, start, end: start + replaced };
    let detail = format!("Definitions are UTF-8 text; byte {valid} of this file is not.");
    diagnostics.push(Diagnostic::error("Not UTF-8", span, detail));
    id
}

/// The first byte of a file, for what is wrong with all of it.
pub(super) fn start_of(file: FileId) -> Span {
    Span { file, start: 0, end: 0 }
}
