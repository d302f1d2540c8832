//! `provision drift ENV`

use clap::Args;

use super::session::Session;
use super::{ExitStatus, Failed, Global};
use crate::engine::drift;
use crate::view::{self, Stream, View};

/// Arguments of `drift`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision drift prod          exit code 2 when somebody changed something by hand
  provision up prod             puts it back")]
pub struct Drift {
    /// The environment: the name of a file in `config/`.
    env: String,
}

impl Drift {
    pub(super) async fn run(
        self,
        global: &Global,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        let mut session = Session::open(global, &self.env, None, view).await?;
        let world = session.refresh(view).await?;
        let drifted = drift::drift(&session.state, &session.kinds, &world);
        let streams = global.streams();
        let text = match global.json {
            true => view::json::line("drift", serde_json::json!({ "objects": drifted })),
            false => {
                let width = streams.width(Stream::Out);
                view::drift::text(&drifted, session.state.entries.len(), width)
            }
        };
        streams.line(Stream::Out, &text);
        session.close(global, view).await?;
        Ok(if drifted.is_empty() { ExitStatus::Done } else { ExitStatus::Changes })
    }
}
