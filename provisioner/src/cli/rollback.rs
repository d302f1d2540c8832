//! `provision rollback ENV STACK`

use std::sync::Arc;

use clap::Args;
use serde_json::Value as Json;

use super::session::Session;
use super::shipping::Shipping;
use super::up::Execution;
use super::{ExitStatus, Failed, Global, deploy};
use crate::definition::Program;
use crate::state::{Outcome, Release, Releases};
use crate::value::{Field, Node, Value};
use crate::view::View;

/// Arguments of `rollback`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision rollback prod api            to what ran before
  provision rollback prod api --to 12    to a release that `provision history` lists

Only what is shipped goes back; everything else stays as it is declared. The next `up` or `deploy`
ships what is declared again.")]
pub struct Rollback {
    /// The environment: the name of a file in `config/`.
    env: String,
    /// The stack, e.g. `api`.
    stack: String,
    /// The release to go back to. Default: the last one that ran something else.
    #[arg(long, value_name = "RELEASE")]
    to: Option<u64>,
    #[command(flatten)]
    execution: Execution,
}

impl Rollback {
    pub(super) async fn run(
        self,
        global: &Global,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        let command = format!("provision rollback {} {}", self.env, self.stack);
        let mut session = Session::open(global, &self.env, Some(&command), view).await?;
        let result = self.go_back(global, &mut session, view).await;
        session.close(global, view).await?;
        result
    }

    async fn go_back(
        &self,
        global: &Global,
        session: &mut Session,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        deploy::check(&session.program, &self.stack)?;
        let release = find(&session.state.releases, &self.stack, self.to)?.clone();
        session.program = Arc::new(pinned(&session.program, &release));
        view.note(&format!(
            "{} goes back to release {} of {}",
            self.stack,
            release.number,
            release.at.strftime("%Y-%m-%d %H:%M UTC")
        ));
        let shipping = Shipping { back_to: Some(release.number), ..Shipping::default() };
        deploy::ship(session, &self.stack, shipping, &self.execution, global, view).await
    }
}

fn find<'a>(
    releases: &'a Releases,
    stack: &str,
    number: Option<u64>,
) -> Result<&'a Release, Failed> {
    let hint = "`provision history ENV` lists the releases";
    let Some(number) = number else {
        return releases.previous(stack).ok_or_else(|| {
            Failed::new(format!("`{stack}` has no earlier release that ran")).hint(hint)
        });
    };
    let release = releases.of(Some(stack)).find(|release| release.number == number);
    let release = release
        .ok_or_else(|| Failed::new(format!("`{stack}` has no release {number}")).hint(hint))?;
    match release.outcome {
        Outcome::Done => Ok(release),
        _ => Err(Failed::new(format!("release {number} of `{stack}` never ran")).hint(hint)),
    }
}

/// The program with what it ships as it was in a release.
fn pinned(program: &Program, release: &Release) -> Program {
    let mut pinned = program.clone();
    for (address, properties) in &release.objects {
        let Some(declaration) = pinned.declarations.get_mut(address) else { continue };
        let span = declaration.properties.span;
        let Node::Map(fields) = &mut declaration.properties.node else { continue };
        for (name, value) in properties.as_object().into_iter().flatten() {
            match value {
                Json::String(text) => {
                    let value = Value { node: Node::String(text.clone()), span };
                    fields.insert(name.clone(), Field { key: span, value });
                }
                _ => {
                    fields.shift_remove(name);
                }
            }
        }
    }
    pinned
}
