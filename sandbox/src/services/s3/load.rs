//! Reads the store's directory at the start.

use std::ffi::OsStr;
use std::fs::DirEntry;
use std::io;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::state::{Bucket, NULL_VERSION, Part, State, Upload, Version};

/// What was on disk.
pub struct Loaded {
    pub state: State,
    /// Greater than every number in use.
    pub next_sequence: u64,
}

/// Makes the directories that must be there, and empties what no operation finished.
pub fn prepare(root: &Path) -> io::Result<()> {
    let staging = root.join("staging");
    if staging.exists() {
        std::fs::remove_dir_all(&staging)?;
    }
    std::fs::create_dir_all(staging)?;
    std::fs::create_dir_all(root.join("buckets"))
}

/// Everything under `root`.
pub fn load(root: &Path) -> io::Result<Loaded> {
    prepare(root)?;
    let mut loaded = Loaded { state: State::default(), next_sequence: 1 };
    for entry in entries(&root.join("buckets"))? {
        // A crash between making the directory and writing the document: no bucket was answered.
        if !entry.path().join("bucket.json").exists() {
            std::fs::remove_dir_all(entry.path())?;
            continue;
        }
        let bucket = load_bucket(&entry.path(), &mut loaded.next_sequence)?;
        loaded.state.buckets.insert(bucket.name.clone(), bucket);
    }
    Ok(loaded)
}

fn load_bucket(directory: &Path, next: &mut u64) -> io::Result<Bucket> {
    let mut bucket: Bucket = read(&directory.join("bucket.json"))?;
    let mut versions = documents::<Version>(&directory.join("versions"))?;
    versions.sort_by_key(|version| version.sequence);
    for version in versions {
        *next = (*next).max(version.sequence + 1);
        // A crash after a null version was replaced and before the former was removed.
        if version.id == NULL_VERSION
            && let Some(replaced) = bucket.remove(&version.key, NULL_VERSION)
        {
            let document = directory.join(format!("versions/{}.json", replaced.sequence));
            std::fs::remove_file(document)?;
        }
        bucket.insert(version);
    }
    for entry in entries(&directory.join("uploads"))? {
        if !entry.path().join("upload.json").exists() {
            std::fs::remove_dir_all(entry.path())?;
            continue;
        }
        let upload = load_upload(&entry.path(), next)?;
        bucket.uploads.insert(upload.id.clone(), upload);
    }
    Ok(bucket)
}

fn load_upload(directory: &Path, next: &mut u64) -> io::Result<Upload> {
    let mut upload: Upload = read(&directory.join("upload.json"))?;
    for entry in entries(directory)? {
        let path = entry.path();
        if path.extension() != Some(OsStr::new("json")) || path.ends_with("upload.json") {
            continue;
        }
        let part: Part = read(&path)?;
        *next = (*next).max(part.sequence + 1);
        upload.parts.insert(part.number, part);
    }
    Ok(upload)
}

fn documents<T: DeserializeOwned>(directory: &Path) -> io::Result<Vec<T>> {
    entries(directory)?
        .iter()
        .map(DirEntry::path)
        .filter(|path| path.extension() == Some(OsStr::new("json")))
        .map(|path| read(&path))
        .collect()
}

fn entries(directory: &Path) -> io::Result<Vec<DirEntry>> {
    std::fs::read_dir(directory)?.collect()
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<T> {
    serde_json::from_slice(&std::fs::read(path)?).map_err(|error| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
    })
}
