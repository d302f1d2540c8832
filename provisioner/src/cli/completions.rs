//! `provision completions SHELL`

use clap::Args;
use clap_complete::Shell;

use super::{ExitStatus, Failed, Global};
use crate::view::Stream;

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision completions bash > /etc/bash_completion.d/provision
  provision completions zsh > ~/.zfunc/_provision")]
pub struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, global: &Global) -> Result<ExitStatus, Failed> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::definition(), "provision", &mut script);
        let script = String::from_utf8_lossy(&script);
        global.streams().line(Stream::Out, script.trim_end());
        Ok(ExitStatus::Done)
    }
}
