//! `provision history ENV [STACK]`

use clap::Args;

use super::session::Session;
use super::{ExitStatus, Failed, Global};
use crate::view::{self, Stream};

/// Arguments of `history`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision history prod
  provision history prod api --json")]
pub struct History {
    /// The environment: the name of a file in `config/`.
    env: String,
    /// Only the releases of this stack.
    stack: Option<String>,
}

impl History {
    pub(super) async fn run(self, global: &Global) -> Result<ExitStatus, Failed> {
        let mut view = global.view();
        let session = Session::open(global, &self.env, None, &mut *view).await?;
        let releases: Vec<_> = session.state.releases.of(self.stack.as_deref()).collect();
        if global.json {
            let line = view::json::line("history", serde_json::json!({ "releases": releases }));
            global.streams().line(Stream::Out, &line);
        } else if releases.is_empty() {
            view.note("nothing was shipped: `provision up` and `provision deploy` ship");
        } else {
            global.streams().line(Stream::Out, &view::history::text(&releases));
        }
        session.close(global, &mut *view).await?;
        Ok(ExitStatus::Done)
    }
}
