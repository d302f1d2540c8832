//! The report on paper, printed by whichever Chromium there is.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::files::{HTML, PDF};

/// Names that Chromium goes by; the variable `CHROMIUM` goes first.
const NAMES: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
/// How long printing may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// There is nothing that could print it.
    #[error("there is no Chromium on this machine")]
    NoChromium,
    /// It could not be begun.
    #[error("{program} could not be started")]
    Start {
        /// The program.
        program: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// It ended without a PDF, or did not end.
    #[error("{program} did not print the report: {reason}")]
    Failed {
        /// The program.
        program: PathBuf,
        /// Its last words.
        reason: String,
    },
}

/// Prints the page of a report's folder beside it.
///
/// # Errors
/// Why there is no PDF.
pub async fn print(folder: &Path) -> Result<(), PdfError> {
    let program = chromium().ok_or(PdfError::NoChromium)?;
    let page = folder.join(HTML);
    let page = page.canonicalize().unwrap_or(page);
    let profile = std::env::temp_dir().join(format!("provision-print-{}", std::process::id()));
    let mut command = Command::new(&program);
    command
        .args(["--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--print-to-pdf={}", page.with_file_name(PDF).display()))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    // Chromium's own wall can't be built by root; the page is ours and runs no script.
    if rustix::process::geteuid().is_root() {
        command.arg("--no-sandbox");
    }
    command.arg(format!("file://{}", page.display()));
    let ended = timeout(PATIENCE, command.output()).await;
    let _ = tokio::fs::remove_dir_all(&profile).await;
    let failed = |reason: String| PdfError::Failed { program: program.clone(), reason };
    let output = ended
        .map_err(|_| failed(format!("it took longer than {} s", PATIENCE.as_secs())))?
        .map_err(|source| PdfError::Start { program: program.clone(), source })?;
    if output.status.success() && folder.join(PDF).is_file() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(failed(words.lines().last().unwrap_or("it said nothing").to_owned()))
}

fn chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM").filter(|name| !name.is_empty()) {
        return Some(PathBuf::from(named));
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let candidates = NAMES.iter().flat_map(|name| folders.iter().map(move |it| it.join(name)));
    candidates.into_iter().find(|candidate| candidate.is_file())
}
