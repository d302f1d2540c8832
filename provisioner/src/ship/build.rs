//! Building something with a command of the user's.

use std::path::Path;
use std::process::{ExitStatus, Stdio};

use tokio::process::Command;

/// How much of what a command said an error repeats.
const LINES: usize = 20;
/// What stands in a command for the file that it is to write.
pub const OUTPUT: &str = "{output}";

/// A command did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// It did not start.
    #[error("`{command}` could not be started")]
    Start {
        /// Its program.
        command: String,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// It said no.
    #[error("`{command}` ended with {status}:\n{said}")]
    Failed {
        /// The command.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// The last lines of what it said.
        said: String,
    },
    /// It said yes, and left nothing.
    #[error("`{command}` wrote nothing to {OUTPUT}")]
    Nothing {
        /// The command.
        command: String,
    },
}

/// Runs a command in a folder until it has written `output`.
///
/// # Errors
/// With the last lines of what the command said.
pub async fn run(folder: &Path, command: &[String], output: &Path) -> Result<(), BuildError> {
    let shown = command.join(" ");
    let mut words = command.iter().map(|word| word.replace(OUTPUT, &output.to_string_lossy()));
    let program = words.next().unwrap_or_default();
    // A path is the project's, a name is one of PATH's.
    let program = if program.contains('/') { folder.join(program) } else { program.into() };
    let ended = Command::new(&program)
        .args(words)
        .current_dir(folder)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|source| BuildError::Start { command: program.display().to_string(), source })?;
    if !ended.status.success() {
        let said = last_lines(&[ended.stdout, ended.stderr].concat());
        return Err(BuildError::Failed { command: shown, status: ended.status, said });
    }
    if output.exists() { Ok(()) } else { Err(BuildError::Nothing { command: shown }) }
}

fn last_lines(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &[&str]) -> Vec<String> {
        command.iter().map(|word| (*word).to_owned()).collect()
    }

    #[tokio::test]
    async fn a_command_writes_its_output_or_says_why_not() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("out");
        let script = words(&["sh", "-c", "echo ready > \"$0\"", OUTPUT]);
        run(folder.path(), &script, &output).await.unwrap();
        assert_eq!(std::fs::read_to_string(&output).unwrap(), "ready\n");

        let script = words(&["sh", "-c", "echo one; echo two >&2; exit 3"]);
        let error = run(folder.path(), &script, &output).await.unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && error.ends_with("one\ntwo"), "{error}");

        let nowhere = folder.path().join("nowhere");
        let error = run(folder.path(), &words(&["true"]), &nowhere).await.unwrap_err();
        assert!(matches!(error, BuildError::Nothing { .. }), "{error}");
        let error = run(folder.path(), &words(&["./missing"]), &nowhere).await.unwrap_err();
        assert!(matches!(error, BuildError::Start { .. }), "{error}");
    }
}
