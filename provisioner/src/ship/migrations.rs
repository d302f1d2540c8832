//! The migrations that a release brings along, and whether the release before can live with them:
//! while one rolls out, and when it is taken back, the old program runs on the new schema.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, io};

use sha2::{Digest, Sha256};

use super::source::hex;

mod judge;

/// The files of migrations by name, with the SHA-256 of each.
pub type Files = BTreeMap<String, String>;

/// A migration that the release before can't live with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
    /// The line's text.
    pub text: String,
    /// Why not.
    pub why: &'static str,
}

/// The migrations in a folder: its `.sql` files, without those that undo others (`.down.sql`).
///
/// # Errors
/// When the folder or a file can't be read.
pub fn files(folder: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".sql") && !name.ends_with(".down.sql") {
            files.insert(name, hex(&Sha256::digest(fs::read(entry.path())?)));
        }
    }
    Ok(files)
}

/// What in a folder's migrations the release that brought `before` can't live with.
///
/// # Errors
/// When a file can't be read.
pub fn check(folder: &Path, before: &Files) -> io::Result<Vec<Finding>> {
    let now = files(folder)?;
    let mut findings = Vec::new();
    for (name, digest) in before {
        let why = match now.get(name) {
            Some(other) if other != digest => "it was applied as something else",
            Some(_) => continue,
            None => "it was applied, and is gone",
        };
        let (file, text) = (name.clone(), String::new());
        findings.push(Finding { file, line: 1, column: 1, text, why });
    }
    // What a migration makes nobody uses yet.
    let mut made = BTreeSet::new();
    for name in now.keys().filter(|name| !before.contains_key(*name)) {
        let text = fs::read_to_string(folder.join(name))?;
        findings.extend(judge::breaking(name, &text, &mut made));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_applied_stays_and_what_is_new_is_judged() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("1_cars.up.sql", "create table cars (id bigint);");
        write("1_cars.down.sql", "drop table cars;");
        write("README.md", "drop table cars;");
        let before = files(folder.path()).unwrap();
        assert_eq!(before.keys().collect::<Vec<_>>(), ["1_cars.up.sql"]);
        assert_eq!(check(folder.path(), &before).unwrap(), []);

        write("2_drop.sql", "-- away\nalter table cars drop column id;");
        write("1_cars.down.sql", "drop table cars cascade;");
        let found = check(folder.path(), &before).unwrap();
        let places: Vec<_> = found.iter().map(|one| (&*one.file, one.line, one.column)).collect();
        assert_eq!(places, [("2_drop.sql", 2, 1)]);
        assert_eq!(found[0].text, "alter table cars drop column id;");

        write("1_cars.up.sql", "create table cars (id text);");
        assert_eq!(
            check(folder.path(), &before).unwrap()[0].why,
            "it was applied as something else"
        );
        fs::remove_file(folder.path().join("1_cars.up.sql")).unwrap();
        assert_eq!(check(folder.path(), &before).unwrap()[0].why, "it was applied, and is gone");
    }
}
