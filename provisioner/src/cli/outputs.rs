//! `provision outputs ENV [NAME]`

use clap::Args;

use super::session::Session;
use super::{ExitStatus, Failed, Global};
use crate::view::{self, Stream};

/// Arguments of `outputs`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision outputs dev
  provision outputs dev db.endpoint     the value alone, for a script
  provision outputs dev --json")]
pub struct Outputs {
    /// The environment: the name of a file in `config/`.
    env: String,
    /// One output, `stack.name`.
    name: Option<String>,
}

impl Outputs {
    pub(super) async fn run(self, global: &Global) -> Result<ExitStatus, Failed> {
        let mut view = global.view();
        let session = Session::open(global, &self.env, None, &mut *view).await?;
        let outputs = &session.state.outputs;
        match &self.name {
            None if outputs.is_empty() && !global.json => {
                view.note("no outputs: they are known after the first `provision up`");
            }
            None => view.outputs(outputs),
            Some(name) => {
                let value = name
                    .split_once('.')
                    .and_then(|(stack, name)| outputs.get(stack)?.get(name))
                    .ok_or_else(|| unknown_output(name, outputs))?;
                let text = if global.json { value.to_string() } else { view::value::raw(value) };
                global.streams().line(Stream::Out, &text);
            }
        }
        session.close(global, &mut *view).await?;
        Ok(ExitStatus::Done)
    }
}

fn unknown_output(name: &str, outputs: &view::Outputs) -> Failed {
    let names: Vec<String> = outputs
        .iter()
        .flat_map(|(stack, of)| of.keys().map(move |name| format!("{stack}.{name}")))
        .collect();
    let failed = Failed::new(format!("there is no output `{name}`"));
    if names.is_empty() {
        return failed.hint("outputs are known after the first `provision up`");
    }
    match crate::definition::diagnostic::did_you_mean(name, names.iter().map(String::as_str)) {
        Some(hint) => failed.hint(hint),
        None => failed,
    }
}
