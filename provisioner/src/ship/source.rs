//! What something is built from, told by one digest: the same sources, the same digest.

use std::fs::File;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// How many characters of a digest are a name.
const NAME: usize = 20;
/// What a result depends on beside its sources and its recipe: raised when this program makes the
/// same thing otherwise.
const FORMAT: &str = "1";

/// The sources could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// There is nothing at a path that was named.
    #[error("there is nothing at `{0}`")]
    Missing(String),
    /// A folder could not be listed.
    #[error("the sources could not be listed")]
    Walk(#[from] ignore::Error),
    /// A file could not be read.
    #[error("`{path}` could not be read")]
    Read {
        /// The file, from the project's directory.
        path: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

/// The digest of the files at `paths`, files or folders from `root`, with their names and whether
/// they can be executed. What git would ignore is not a source.
///
/// # Errors
/// When a path leads nowhere, or a file can't be read.
pub fn digest<'a>(
    root: &Path,
    paths: impl IntoIterator<Item = &'a str>,
) -> Result<String, SourceError> {
    let mut files = Vec::new();
    for path in paths {
        let folder = root.join(path);
        if !folder.exists() {
            return Err(SourceError::Missing(path.to_owned()));
        }
        files.extend(list(&folder)?);
    }
    files.sort();
    files.dedup();
    let mut digest = Sha256::new();
    for file in &files {
        let name = file.strip_prefix(root).unwrap_or(file).to_string_lossy().into_owned();
        let (content, executable) = match read(file) {
            Ok(read) => read,
            Err(source) => return Err(SourceError::Read { path: name, source }),
        };
        digest.update(name.as_bytes());
        digest.update([0, u8::from(executable)]);
        digest.update(content);
    }
    Ok(hex(&digest.finalize()))
}

/// A name for what is made of sources in a certain way: another one whenever that may be other.
pub fn name(sources: &str, recipe: &Json) -> String {
    let mut digest = Sha256::new();
    for part in [FORMAT, sources, &recipe.to_string()] {
        digest.update(part);
        digest.update([0]);
    }
    hex(&digest.finalize())[..NAME].to_owned()
}

/// The files in a folder, hidden ones too, without those that git ignores.
fn list(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let mut walk = WalkBuilder::new(folder);
    walk.hidden(false).require_git(false).git_global(false).git_exclude(false);
    walk.filter_entry(|entry| entry.file_name() != ".git");
    let mut files = Vec::new();
    for entry in walk.build() {
        let entry = entry?;
        if entry.file_type().is_some_and(|kind| !kind.is_dir()) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

fn read(file: &Path) -> io::Result<([u8; 32], bool)> {
    let link = std::fs::symlink_metadata(file)?;
    if link.is_symlink() {
        let target = std::fs::read_link(file)?;
        return Ok((Sha256::digest(target.as_os_str().as_encoded_bytes()).into(), false));
    }
    let mut digest = Sha256::new();
    io::copy(&mut File::open(file)?, &mut Hashing(&mut digest))?;
    Ok((digest.finalize().into(), link.permissions().mode() & 0o111 != 0))
}

struct Hashing<'a>(&'a mut Sha256);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_contents_and_modes_count_and_what_git_ignores_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("app/src")).unwrap();
        std::fs::write(root.join("app/src/main.rs"), "fn main() {}").unwrap();
        std::fs::write(root.join("app/.gitignore"), "target\n").unwrap();
        let of = || digest(root, ["app"]).unwrap();
        let first = of();
        assert_eq!(first.len(), 64);

        std::fs::create_dir(root.join("app/target")).unwrap();
        std::fs::write(root.join("app/target/out"), "built").unwrap();
        assert_eq!(of(), first);

        std::fs::write(root.join("app/.hidden"), "").unwrap();
        let hidden = of();
        assert_ne!(hidden, first);
        std::fs::rename(root.join("app/.hidden"), root.join("app/.other")).unwrap();
        assert_ne!(of(), hidden);
        std::fs::remove_file(root.join("app/.other")).unwrap();
        assert_eq!(of(), first);

        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(root.join("app/src/main.rs"), mode).unwrap();
        assert_ne!(of(), first);
        assert_eq!(
            digest(root, ["app", "ap"]).unwrap_err().to_string(),
            "there is nothing at `ap`"
        );
    }
}
