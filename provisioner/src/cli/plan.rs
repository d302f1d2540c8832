//! `provision plan ENV`

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde::{Deserialize, Serialize};

use super::session::Session;
use super::{ExitStatus, Failed, Global, up};
use crate::definition::Program;
use crate::engine::graph;
use crate::engine::loss;
use crate::engine::plan::{self as engine, Scope};
use crate::engine::refresh::World;
use crate::view::{self, Purpose, Stream, View};

/// The format of a saved plan.
const FORMAT: u32 = 1;

/// Arguments of `plan`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision plan staging
  provision plan prod --out merge.plan          then: provision up prod --plan merge.plan
  provision plan prod --markdown >> comment.md  for a pull request
  provision plan prod --detailed-exitcode       2 when there are changes")]
pub struct Plan {
    /// The environment: the name of a file in `config/`.
    env: String,
    #[command(flatten)]
    scope: ScopeArgs,
    /// Save the plan for `up --plan`.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Exit with 2 when there are changes, 0 when there are none.
    #[arg(long)]
    detailed_exitcode: bool,
    /// Print Markdown for a pull request.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

/// What a plan covers and what it may lose.
#[derive(Debug, Args)]
pub struct ScopeArgs {
    /// Only this stack and what it depends on (may be repeated).
    #[arg(long, value_name = "STACK")]
    pub stack: Vec<String>,
    /// Consent to replace this object although it holds data (may be repeated).
    #[arg(long, value_name = "ADDRESS")]
    pub allow_replace: Vec<String>,
    /// Consent to delete this object although it holds data (may be repeated).
    #[arg(long, value_name = "ADDRESS")]
    pub allow_delete: Vec<String>,
}

impl ScopeArgs {
    /// The scope, with the stacks checked against the program's.
    ///
    /// # Errors
    /// When a stack does not exist or an address is none.
    pub fn resolve(&self, program: &Program) -> Result<Scope, Failed> {
        let mut consent = up::addresses(&self.allow_replace)?;
        consent.extend(up::addresses(&self.allow_delete)?);
        if self.stack.is_empty() {
            return Ok(Scope { consent, ..Scope::default() });
        }
        let stacks: BTreeSet<String> = self.stack.iter().cloned().collect();
        for stack in &stacks {
            check_stack(program, stack)?;
        }
        Ok(Scope { only: Some(graph::with_dependencies(program, &stacks)), stacks, consent })
    }
}

/// Checks that a stack exists.
///
/// # Errors
/// When it does not.
pub fn check_stack(program: &Program, stack: &str) -> Result<(), Failed> {
    if program.outputs.contains_key(stack) {
        return Ok(());
    }
    let failed = Failed::new(format!("there is no stack `{stack}`"));
    let names = program.outputs.keys().map(String::as_str);
    Err(match crate::definition::diagnostic::did_you_mean(stack, names) {
        Some(hint) => failed.hint(hint),
        None => failed,
    })
}

impl Plan {
    pub(super) async fn run(
        self,
        global: &Global,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        let mut session = Session::open(global, &self.env, None, view).await?;
        let world = session.refresh(view).await?;
        let scope = self.scope.resolve(&session.program)?;
        let plan = make(&mut session, &world, &scope).await?;
        match self.markdown {
            true => global.streams().line(Stream::Out, &view::markdown(&plan)),
            false => view.plan(&plan, Purpose::Show),
        }
        if let Some(file) = &self.out {
            save(file, &plan)?;
            view.note(&format!(
                "saved: `provision up {} --plan {}` carries out exactly this",
                self.env,
                file.display()
            ));
        }
        session.close(global, view).await?;
        let changed = self.detailed_exitcode && !plan.is_empty();
        Ok(if changed { ExitStatus::Changes } else { ExitStatus::Done })
    }
}

/// Diffs what is wanted with what is there.
///
/// # Errors
/// When values that AWS gave break rules of what uses them, or AWS does not tell what would be
/// lost.
pub async fn make(
    session: &mut Session,
    world: &World,
    scope: &Scope,
) -> Result<engine::Plan, Failed> {
    let began = Instant::now();
    let plan = engine::converge(&session.program, &session.kinds, &session.state, world, scope);
    let mut plan = plan.map_err(|errors| {
        let addresses: Vec<_> = errors.iter().map(|error| error.address.clone()).collect();
        session.blame(errors.into(), &addresses)
    })?;
    let Session { program, kinds, state, cx, .. } = &*session;
    loss::tell(&mut plan, cx, kinds, state, program).await?;
    session.timed("plan", began.elapsed());
    Ok(plan)
}

/// A plan on disk.
#[derive(Serialize, Deserialize)]
pub struct Saved {
    format: u32,
    written_by: String,
    plan: engine::Plan,
}

fn save(file: &Path, plan: &engine::Plan) -> Result<(), Failed> {
    let written_by = env!("CARGO_PKG_VERSION").to_owned();
    let saved = Saved { format: FORMAT, written_by, plan: plan.clone() };
    let text = serde_json::to_string_pretty(&saved).map_err(std::io::Error::from);
    text.and_then(|text| fs::write(file, text)).map_err(|error| {
        Failed::new(format!("the plan could not be saved to {}: {error}", file.display()))
            .hint("`--out` names a file in a directory that exists")
    })
}

impl Saved {
    /// Reads a saved plan.
    ///
    /// # Errors
    /// When the file is no plan, or another environment's.
    pub fn read(file: &Path, environment: &str) -> Result<Self, Failed> {
        let again = format!("make one with `provision plan {environment} --out FILE`");
        let refuse = |why: String| refuse(file, &why).hint(&again);
        let text = fs::read_to_string(file)
            .map_err(|error| refuse(format!("could not be read: {error}")))?;
        let saved: Self =
            serde_json::from_str(&text).map_err(|error| refuse(format!("is none: {error}")))?;
        if saved.format != FORMAT {
            let format = saved.format;
            return Err(refuse(format!("has format {format}, and this version reads {FORMAT}")));
        }
        if saved.plan.environment != environment {
            return Err(refuse(format!("is for `{}`", saved.plan.environment)));
        }
        Ok(saved)
    }

    /// It is carried out only if planning again gives the same: then nothing has moved.
    ///
    /// # Errors
    /// When the world has moved.
    pub fn check(&self, file: &Path, now: &engine::Plan) -> Result<(), Failed> {
        if self.plan.agrees_with(now) {
            return Ok(());
        }
        let moved = moved(&self.plan, now);
        Err(refuse(file, &format!("is out of date: the world has moved: {moved}"))
            .hint("make the plan again and review it"))
    }
}

fn refuse(file: &Path, why: &str) -> Failed {
    Failed::new(format!("the plan in {} {why}", file.display()))
}

/// The first few objects for which the two plans differ.
fn moved(saved: &engine::Plan, now: &engine::Plan) -> String {
    let differs = |step: &&engine::Step, other: &engine::Plan| !other.steps.contains(step);
    let mut names: Vec<String> = saved
        .steps
        .iter()
        .filter(|step| differs(step, now))
        .chain(now.steps.iter().filter(|step| differs(step, saved)))
        .map(|step| step.address.to_string())
        .collect();
    names.sort();
    names.dedup();
    let more = names.len().saturating_sub(5);
    names.truncate(5);
    match (names.is_empty(), more) {
        (true, _) => "the state or the outputs are others".to_owned(),
        (false, 0) => names.join(", "),
        (false, more) => format!("{} and {more} more", names.join(", ")),
    }
}
