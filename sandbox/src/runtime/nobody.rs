//! As whom things run when the sandbox itself runs as root: as nobody, who has nothing to lose.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The user, and the group.
const NOBODY: u32 = 65534;

/// Nobody, where the sandbox is root's; else things run as whoever runs the sandbox.
pub fn user() -> Option<u32> {
    rustix::process::geteuid().is_root().then_some(NOBODY)
}

/// A folder for what runs: in the sandbox's own, or where that user cannot come there, because it
/// lies in the home of root, one of its own beside the system's other lasting data.
pub fn place(directory: &Path, name: &str) -> PathBuf {
    let directory = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    if user().is_none() || is_open(&directory) {
        return directory.join(name);
    }
    let digest = Sha256::digest(directory.as_os_str().as_encoded_bytes());
    let digits: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    PathBuf::from(format!("/var/tmp/provision-{name}-{digits}"))
}

/// Whether everybody may pass through a folder and those above it.
fn is_open(folder: &Path) -> bool {
    folder.ancestors().all(|ancestor| {
        let mode = ancestor.metadata().map(|data| data.permissions().mode());
        mode.is_ok_and(|mode| mode & 0o001 != 0)
    })
}
