//! A site's files: what each is served as, and which of them a bucket lacks.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::source::hex;

/// For what never changes under its name.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// For what may change at any time: browsers ask again, and the CDN is told.
const ASK_AGAIN: &str = "public, max-age=0, must-revalidate";
/// The page of a folder.
const INDEX: &str = "index.html";

/// A file as it is kept in a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Of the content.
    pub sha256: String,
    /// In bytes.
    pub size: u64,
    /// What it is served as.
    pub content_type: String,
    /// For how long it may be kept elsewhere.
    pub cache_control: String,
    /// The version that the bucket gave it, to go back to; `None` where it keeps none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Entry {
    /// Whether the same is served, in the same way.
    fn serves_as(&self, other: &Self) -> bool {
        (&self.sha256, &self.content_type, &self.cache_control)
            == (&other.sha256, &other.content_type, &other.cache_control)
    }
}

/// The files of a site, by their keys in the bucket.
pub type Entries = BTreeMap<String, Entry>;

/// What a bucket was last given; it is kept in the bucket itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// What it was built from.
    pub release: String,
    /// Whose it is: the environment and the address.
    pub owner: [String; 2],
    /// Everything that is served.
    pub entries: Entries,
    /// Keys that are served no more, and go as soon as the CDN has forgotten them.
    pub gone: Vec<String>,
    /// The paths that the CDN is still to be told of.
    pub invalidate: Vec<String>,
}

/// A file on this machine, with what it is in the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalFile {
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub entry: Entry,
}

/// The files of a folder by their keys. The page of a folder, `cars/index.html`, is also there as
/// `cars/` and `cars`, because a bucket has no folders that could have a page.
///
/// # Errors
/// When a file can't be read.
pub fn list(folder: &Path, immutable: &[String]) -> io::Result<BTreeMap<String, LocalFile>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(directory) = open.pop() {
        for item in std::fs::read_dir(directory)? {
            let path = item?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let key = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
            let file = LocalFile { entry: entry(&path, &key, immutable)?, path };
            for alias in aliases(&key) {
                // A file of that very name has it.
                files.entry(alias).or_insert_with(|| file.clone());
            }
            files.insert(key, file);
        }
    }
    Ok(files)
}

fn aliases(key: &str) -> Vec<String> {
    match key.strip_suffix(INDEX).filter(|folder| !folder.is_empty()) {
        Some(folder) => vec![folder.to_owned(), folder.trim_end_matches('/').to_owned()],
        None => Vec::new(),
    }
}

fn entry(path: &Path, key: &str, immutable: &[String]) -> io::Result<Entry> {
    let content = std::fs::read(path)?;
    let for_ever = immutable.iter().any(|pattern| matches(pattern, key));
    Ok(Entry {
        sha256: hex(&Sha256::digest(&content)),
        size: content.len() as u64,
        content_type: content_type(key),
        cache_control: if for_ever { FOR_EVER } else { ASK_AGAIN }.to_owned(),
        version: None,
    })
}

/// What a browser is told that a file is.
fn content_type(key: &str) -> String {
    let guess = mime_guess::from_path(key).first_or_octet_stream();
    let text = guess.type_() == "text"
        || matches!(guess.subtype().as_str(), "javascript" | "json" | "xml" | "manifest+json");
    if text { format!("{guess}; charset=utf-8") } else { guess.to_string() }
}

/// Whether a key is one of a pattern's: `*` stands for anything.
fn matches(pattern: &str, key: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == key,
        Some((start, rest)) => key.strip_prefix(start).is_some_and(|left| {
            (0..=left.len())
                .filter(|at| left.is_char_boundary(*at))
                .any(|at| matches(rest, &left[at..]))
        }),
    }
}

/// What leads from what a bucket has to what it should have.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// What pages need, in any order.
    pub assets: Vec<String>,
    /// Then the pages, so that none needs what is not there.
    pub pages: Vec<String>,
    /// What is not served any more.
    pub gone: Vec<String>,
    /// The paths that the CDN may have kept.
    pub invalidate: Vec<String>,
}

/// Compares what a bucket has with what it should have.
pub fn compare(before: &Entries, after: &Entries) -> Steps {
    let mut steps = Steps::default();
    for (key, entry) in after {
        let old = before.get(key);
        if old.is_some_and(|old| old.serves_as(entry)) {
            continue;
        }
        let page = entry.content_type.starts_with("text/html");
        if page { &mut steps.pages } else { &mut steps.assets }.push(key.clone());
        // What nobody could ask for before may be known to be missing.
        if old.is_some() || entry.cache_control != FOR_EVER {
            steps.invalidate.push(path(key));
        }
    }
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        steps.gone.push(key.clone());
        steps.invalidate.push(path(key));
    }
    if after.contains_key(INDEX) && steps.invalidate.contains(&path(INDEX)) {
        steps.invalidate.push("/".to_owned());
    }
    steps
}

/// The path under which a key is served.
fn path(key: &str) -> String {
    let encoded = percent_encoding::utf8_percent_encode(key, &UNSAFE);
    format!("/{encoded}")
}

/// What CloudFront wants encoded in the paths of an invalidation.
const UNSAFE: percent_encoding::AsciiSet = percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'*')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("index.html", "home");
        write("cars/index.html", "cars");
        write("_next/static/a1.js", "a");
        write("robots.txt", "robots");
        folder
    }

    fn entries(folder: &Path) -> Entries {
        let files = list(folder, &["_next/static/*".to_owned()]).unwrap();
        files.into_iter().map(|(key, file)| (key, file.entry)).collect()
    }

    #[test]
    fn each_file_is_what_it_is_for_as_long_as_it_is() {
        let site = site();
        let entries = entries(site.path());
        let keys: Vec<&str> = entries.keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            ["_next/static/a1.js", "cars", "cars/", "cars/index.html", "index.html", "robots.txt"]
        );
        assert_eq!(entries["cars/"].content_type, "text/html; charset=utf-8");
        assert_eq!(entries["_next/static/a1.js"].content_type, "text/javascript; charset=utf-8");
        assert_eq!(entries["_next/static/a1.js"].cache_control, FOR_EVER);
        assert_eq!(entries["robots.txt"].cache_control, ASK_AGAIN);
    }

    #[test]
    fn only_what_changed_is_uploaded_told_and_removed() {
        let site = site();
        let before = entries(site.path());
        assert_eq!(compare(&before, &before), Steps::default());

        std::fs::write(site.path().join("index.html"), "new").unwrap();
        std::fs::rename(
            site.path().join("_next/static/a1.js"),
            site.path().join("_next/static/b2.js"),
        )
        .unwrap();
        let steps = compare(&before, &entries(site.path()));
        assert_eq!(steps.assets, ["_next/static/b2.js"]);
        assert_eq!(steps.pages, ["index.html"]);
        assert_eq!(steps.gone, ["_next/static/a1.js"]);
        assert_eq!(steps.invalidate, ["/index.html", "/_next/static/a1.js", "/"]);
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, key, expected) in [
            ("*", "a/b", true),
            ("a/*.js", "a/b/c.js", true),
            ("a/*.js", "b/c.js", false),
            ("a", "a", true),
            ("a", "ab", false),
        ] {
            assert_eq!(matches(pattern, key), expected, "{pattern} {key}");
        }
        assert_eq!(path("a b*.txt"), "/a%20b%2A.txt");
    }
}
