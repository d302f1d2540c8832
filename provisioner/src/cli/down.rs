//! `provision down ENV`

use std::time::Instant;

use clap::Args;

use super::session::Session;
use super::up::{Execution, somebody_is_there};
use super::{ExitStatus, Failed, Global, sandbox};
use crate::address::Address;
use crate::definition::{Endpoint, Environment, StateLocation};
use crate::engine::loss;
use crate::engine::plan::{self, Plan, Refusal, Scope};
use crate::state::LocalStore;
use crate::view::View;

/// Arguments of `down`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision down dev          asks for the environment's name
  provision down dev --yes    in CI")]
pub struct Down {
    /// The environment: the name of a file in `config/`.
    env: String,
    #[command(flatten)]
    execution: Execution,
}

impl Down {
    pub(super) async fn run(
        self,
        global: &Global,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        let command = format!("provision down {}", self.env);
        let mut session = Session::open(global, &self.env, Some(&command), view).await?;
        let result = self.tear_down(global, &mut session, view).await;
        let environment = session.environment.clone();
        session.close(global, view).await?;
        if matches!(result, Ok(ExitStatus::Done)) && is_last_of_sandbox(&environment) {
            sandbox::stop_unneeded(&global.root, view).await?;
        }
        result
    }

    async fn tear_down(
        &self,
        global: &Global,
        session: &mut Session,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        heed(session);
        let world = session.refresh(view).await?;
        let began = Instant::now();
        let mut plan = plan_for(session, &world);
        let Session { cx, kinds, state, program, .. } = &*session;
        loss::tell(&mut plan, cx, kinds, state, program).await?;
        session.timed("plan", began.elapsed());
        view.plan(&plan, self.execution.purpose());
        if !plan.refusals.is_empty() {
            return Err(refused(session, &plan));
        }
        if session.is_new {
            return Ok(ExitStatus::Done);
        }
        self.confirm(global, session, &plan).await?;
        let status = self.execution.carry_out(session, plan, None, view).await?;
        if session.state.entries.is_empty() && status == ExitStatus::Done {
            session.store.remove().await?;
        }
        Ok(status)
    }

    /// The environment's name, typed: nobody tears down the wrong one by habit.
    async fn confirm(&self, global: &Global, session: &Session, plan: &Plan) -> Result<(), Failed> {
        if self.execution.yes || plan.steps.is_empty() {
            return Ok(());
        }
        somebody_is_there(global)?;
        let name = &session.environment.name;
        let question = format!("\nThis deletes everything above. Type `{name}` to go on: ");
        match session.ask(global, question).await? {
            answer if answer == *name => Ok(()),
            _ => Err(Failed::new("not confirmed; nothing was changed")),
        }
    }
}

/// Whether an environment that is gone was in the sandbox, and no other one is.
fn is_last_of_sandbox(environment: &Environment) -> bool {
    match (&environment.endpoint, &environment.state) {
        (Endpoint::Sandbox, StateLocation::Local(directory)) => {
            LocalStore::environments(directory).is_empty()
        }
        _ => false,
    }
}

/// How the YAML says now that objects are deleted counts, and not how it said at the last `up`:
/// nobody has to make what is to go what it should be first.
fn heed(session: &mut Session) {
    for (address, entry) in &mut session.state.entries {
        let Some(declared) = session.program.declarations.get(address) else { continue };
        (entry.protect, entry.retain) = (declared.protect, declared.retain);
        if let Some(kind) = session.kinds.get(&entry.kind) {
            entry.inputs = loss::as_declared(&**kind, &entry.inputs, Some(declared));
        }
    }
}

/// The environment's name is the consent to lose its data; protected objects stay all the same,
/// whether the YAML or the last run protected them.
fn plan_for(session: &Session, world: &crate::engine::refresh::World) -> Plan {
    let consent = session.state.entries.keys().cloned().collect();
    let scope = Scope { consent, ..Scope::default() };
    let (environment, state) = (&session.environment.name, &session.state);
    plan::teardown(environment, &session.kinds, state, world, &scope)
}

fn refused(session: &Session, plan: &Plan) -> Failed {
    let addresses: Vec<&Address> = plan.refusals.iter().map(Refusal::address).collect();
    let names: Vec<&str> = addresses.iter().map(|address| address.as_str()).collect();
    let failed = Failed::new(format!("protected: {}; nothing was deleted", names.join(", "))).hint(
        "set `protect: false` for them, in the stack or the environment's file, and try again",
    );
    session.blame(failed, addresses)
}
