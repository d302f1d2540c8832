//! `provision status ENV`

use clap::Args;

use super::session::Session;
use super::{ExitStatus, Failed, Global};
use crate::view::{self, Stream};

/// Arguments of `status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision status dev
  provision status dev --json | jq '.objects[] | select(.status != \"ready\")'

The objects are read from AWS: `gone` is what somebody deleted by hand.")]
pub struct Status {
    /// The environment: the name of a file in `config/`.
    env: String,
}

impl Status {
    pub(super) async fn run(self, global: &Global) -> Result<ExitStatus, Failed> {
        let mut view = global.view();
        let mut session = Session::open(global, &self.env, None, &mut *view).await?;
        let world = session.refresh(&mut *view).await?;
        let streams = global.streams();
        let rows = view::status::rows(&session.state, &world);
        let text = match global.json {
            true => view::json::line("status", serde_json::json!({ "objects": rows })),
            false => view::status::text(&rows, &session.state, streams.columns(Stream::Out)),
        };
        streams.line(Stream::Out, &text);
        session.close(global, &mut *view).await?;
        Ok(ExitStatus::Done)
    }
}
