//! The PostgreSQL of this machine: where its programs are, and as whom they run.

use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::runtime::nobody;

/// Names the folder with PostgreSQL's programs.
const VARIABLE: &str = "POSTGRES_BIN";
/// Where Debian and its relatives have it: one folder a major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// There is no PostgreSQL on this machine.
#[derive(Debug, thiserror::Error)]
#[error(
    "there is no PostgreSQL on this machine: install it (Debian: apt install postgresql), or name \
     the folder with initdb and postgres in {VARIABLE}"
)]
pub struct NotInstalled;

/// A program of PostgreSQL's could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// It did not start.
    #[error("{program} could not be started")]
    Start {
        /// The program.
        program: String,
        /// The operating system's reason.
        #[source]
        source: io::Error,
    },
    /// It said no.
    #[error("{program} failed: {said}")]
    Failed {
        /// The program.
        program: String,
        /// What it said of it.
        said: String,
    },
}

/// Programs of one version, run as one user.
#[derive(Debug, Clone)]
pub struct Installation {
    programs: PathBuf,
    user: Option<u32>,
}

impl Installation {
    /// The installation that `POSTGRES_BIN` names, else the newest of the system.
    ///
    /// # Errors
    /// When there is none.
    pub fn find() -> Result<Self, NotInstalled> {
        // PostgreSQL refuses to run as root.
        let user = nobody::user();
        let named = std::env::var_os(VARIABLE).map(PathBuf::from).into_iter();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let everywhere = std::env::split_paths(&path).collect::<Vec<_>>();
        let programs = named
            .chain(of_debian())
            .chain(everywhere)
            .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file());
        Ok(Self { programs: programs.ok_or(NotInstalled)?, user })
    }

    /// Makes a folder that is the programs' own.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make_folder(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
        self.give(folder)
    }

    /// Writes a file that only the programs can read.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, file: &Path, text: &str) -> io::Result<()> {
        let part = file.with_extension("part");
        std::fs::write(&part, "")?;
        std::fs::set_permissions(&part, std::fs::Permissions::from_mode(0o600))?;
        std::fs::write(&part, text)?;
        self.give(&part)?;
        std::fs::rename(part, file)
    }

    fn give(&self, path: &Path) -> io::Result<()> {
        chown(path, self.user, self.user)
    }

    /// A program, to be run in a clean environment. A long-lived one ends with this process,
    /// however that ends.
    pub fn command(&self, program: &str, arguments: &[&OsStr], outlives: bool) -> Command {
        let path = self.programs.join(program);
        let mut command = match outlives {
            true => Command::new(&path),
            false => {
                let mut command = Command::new("setpriv");
                command.args(["--pdeathsig", "INT", "--"]).arg(&path);
                command
            }
        };
        command.args(arguments).env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8");
        command.current_dir("/").stdin(Stdio::null()).process_group(0);
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        command
    }

    /// Runs a program to its end.
    ///
    /// # Errors
    /// What it said when it failed.
    pub async fn run(
        &self,
        program: &str,
        arguments: &[&OsStr],
        password: Option<&str>,
    ) -> Result<(), ProgramError> {
        let mut command = self.command(program, arguments, true);
        command.envs(password.map(|password| ("PGPASSWORD", password))).kill_on_drop(true);
        let program = program.to_owned();
        let output = match command.output().await {
            Ok(output) => output,
            Err(source) => return Err(ProgramError::Start { program, source }),
        };
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(ProgramError::Failed { program, said })
    }
}

/// Debian's folders of programs, the newest version first.
fn of_debian() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| Some((version(&entry.path())?, entry.path().join("bin"))))
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, folder)| folder).collect()
}
