//! `provision deploy ENV STACK`

use std::collections::BTreeSet;

use clap::Args;

use super::session::Session;
use super::shipping::{self, Shipping};
use super::up::Execution;
use super::{ExitStatus, Failed, Global, migrations, plan};
use crate::definition::Program;
use crate::engine::plan::Scope;
use crate::view::View;

/// Arguments of `deploy`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision deploy prod api --yes        build, push, roll out
  provision deploy prod frontend         build the site and upload what changed

Only the objects of that stack are touched; what it depends on is taken as the last run left it.
A service that does not take the new version keeps the old one, and the command fails.")]
pub struct Deploy {
    /// The environment: the name of a file in `config/`.
    env: String,
    /// The stack to ship, e.g. `api` or `frontend`.
    stack: String,
    /// Ship migrations that the running release can't live with.
    #[arg(long)]
    force_migrations: bool,
    /// Wait until CloudFront has brought what changed to all of its places, which takes minutes.
    /// Otherwise that is waited for only where something is to go after it.
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    execution: Execution,
}

impl Deploy {
    pub(super) async fn run(
        self,
        global: &Global,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        let command = format!("provision deploy {} {}", self.env, self.stack);
        let mut session = Session::open(global, &self.env, Some(&command), view).await?;
        let result = match check(&session.program, &self.stack) {
            Ok(()) => {
                let (force, wait) = (self.force_migrations, self.wait);
                let shipping = Shipping { force, wait, ..Shipping::default() };
                ship(&mut session, &self.stack, shipping, &self.execution, global, view).await
            }
            Err(failed) => Err(failed),
        };
        session.close(global, view).await?;
        result
    }
}

/// Refuses a stack that ships nothing.
///
/// # Errors
/// When the stack does not exist, or has neither image nor content.
pub fn check(program: &Program, stack: &str) -> Result<(), Failed> {
    plan::check_stack(program, stack)?;
    let ships = shipping::stacks(program);
    if ships.contains(stack) {
        return Ok(());
    }
    let failed = Failed::new(format!("the stack `{stack}` ships nothing"));
    let ships: Vec<String> = ships.into_iter().map(|name| format!("`{name}`")).collect();
    Err(match ships.as_slice() {
        [] => failed.hint("a stack with an `image` or `content` ships something"),
        _ => failed.hint(format!("what ships something: {}", ships.join(", "))),
    })
}

/// Converges one stack alone.
///
/// # Errors
/// As `up`.
pub async fn ship(
    session: &mut Session,
    stack: &str,
    shipping: Shipping,
    execution: &Execution,
    global: &Global,
    view: &mut dyn View,
) -> Result<ExitStatus, Failed> {
    let world = session.refresh(view).await?;
    let addresses = session.program.declarations.keys();
    let only: BTreeSet<_> = addresses.filter(|one| one.stack() == stack).cloned().collect();
    let scope = Scope { only: Some(only), stacks: [stack.to_owned()].into(), ..Scope::default() };
    let mut plan = plan::make(session, &world, &scope).await?;
    view.plan(&plan, execution.purpose());
    if !shipping.force && shipping.back_to.is_none() {
        migrations::check(session, &plan)?;
    }
    execution.approve(global, session, &mut plan).await?;
    if plan.is_empty() {
        return Ok(ExitStatus::Done);
    }
    execution.carry_out(session, plan, Some(shipping), view).await
}
