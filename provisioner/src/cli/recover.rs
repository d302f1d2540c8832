//! `provision recover ENV`

use clap::Args;

use super::session::Session;
use super::{ExitStatus, Failed, Global};
use crate::engine::recover::recover;
use crate::view::View;

/// Arguments of `recover`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision recover dev
  provision plan dev        then: shows what was not found

Looks on AWS for every declared object by its ownership tags, and writes a new state. What is not
found is left out: the next `plan` shows it as to be created.")]
pub struct Recover {
    /// The environment: the name of a file in `config/`.
    env: String,
}

impl Recover {
    pub(super) async fn run(
        self,
        global: &Global,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        let command = format!("provision recover {}", self.env);
        let mut session = Session::open(global, &self.env, Some(&command), view).await?;
        let result = self.rebuild(&mut session, view).await;
        session.close(global, view).await?;
        result
    }

    async fn rebuild(
        &self,
        session: &mut Session,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        if !session.is_new {
            let location = session.store.location();
            return Err(Failed::new(format!("there is a state at {location}")).hint(
                "recovering is for a state that was lost; move the file away first if it is worthless",
            ));
        }
        let mut recovered = recover(&session.cx, &session.program).await?;
        for (address, ids) in &recovered.ambiguous {
            let ids: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
            view.warn(
                &format!("{address} stands for {} objects: {}", ids.len(), ids.join(", ")),
                Some("choose one with `provision import`, and delete the others"),
            );
        }
        recovered.state.serial = 1;
        session.store.save(&recovered.state).await?;
        view.note(&format!(
            "{} objects found, {} not; run `provision plan {}`",
            recovered.state.entries.len(),
            recovered.missing.len(),
            self.env
        ));
        let complete = recovered.ambiguous.is_empty();
        Ok(if complete { ExitStatus::Done } else { ExitStatus::Failed })
    }
}
