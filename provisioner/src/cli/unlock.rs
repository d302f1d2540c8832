//! `provision unlock ENV`

use clap::Args;

use super::session::Session;
use super::{ExitStatus, Failed, Global};
use crate::state::Lock;
use crate::state::lock::describe;
use crate::view::View;

/// Arguments of `unlock`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision unlock dev          shows who holds it, and asks
  provision unlock dev --yes    in CI

A lock whose holder is dead lapses by itself: at once on the holder's own host, within a minute
elsewhere. Break one by hand only when you know that its run is over.")]
pub struct Unlock {
    /// The environment: the name of a file in `config/`.
    env: String,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
}

impl Unlock {
    pub(super) async fn run(
        self,
        global: &Global,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        let (_, file) = Session::stores(global, &self.env, view).await?;
        match Lock::holder(&*file).await {
            Ok(None) => {
                view.note("nobody holds the lock");
                return Ok(ExitStatus::Done);
            }
            Ok(Some(holder)) => view.note(&format!("locked by {}", describe(&holder))),
            Err(error) => view.warn(&error.to_string(), None),
        }
        if !self.yes && !agreed(global)? {
            return Err(Failed::new("not confirmed; the lock stays"));
        }
        Lock::break_open(&*file).await?;
        view.note("the lock is broken");
        Ok(ExitStatus::Done)
    }
}

fn agreed(global: &Global) -> Result<bool, Failed> {
    super::up::somebody_is_there(global)?;
    Ok(matches!(global.streams().ask("break the lock? [y/N] ")?.trim(), "y" | "Y" | "yes"))
}
