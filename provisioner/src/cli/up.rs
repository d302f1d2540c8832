//! `provision up ENV`

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use clap::Args;
use tokio::sync::mpsc::UnboundedReceiver;

use super::session::Session;
use super::shipping::Shipping;
use super::{ExitStatus, Failed, Global, migrations, plan};
use crate::address::Address;
use crate::engine::event::{Event, Events};
use crate::engine::execute::{self, Report, Run};
use crate::engine::plan::{Plan, Refusal};
use crate::state::Writer;
use crate::view::{Failure, Purpose, View};

/// How often the view may draw again.
const TICK: Duration = Duration::from_millis(100);
const STOPPING: &str = "stopping: what is under way is finished first; Ctrl-C again stops at once";
const ASTRAY: &str = "the state can't be written: stopping when what is under way is finished";
const LOST: &str = "another run has taken the lock: stopping when what is under way is finished";

/// Arguments of `up`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision up dev                       plan, ask, converge
  provision up prod --yes --json         in CI
  provision up dev --stack db            one stack and what it depends on
  provision up prod --plan merge.plan    exactly what was reviewed, or nothing
  provision up dev --allow-replace db.main.cluster")]
pub struct Up {
    /// The environment: the name of a file in `config/`.
    env: String,
    #[command(flatten)]
    scope: plan::ScopeArgs,
    /// Carry out this saved plan; refused when the world has moved since.
    #[arg(long, value_name = "FILE", conflicts_with = "stack")]
    plan: Option<PathBuf>,
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

/// How long the last write of an interrupted run may take.
const LAST_WRITE: Duration = Duration::from_secs(10);

/// How a plan is carried out.
#[derive(Debug, Args)]
pub struct Execution {
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
    /// How many calls to AWS at once.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallel: Option<u16>,
    /// Begin although the credentials may expire before the end.
    #[arg(long)]
    pub allow_expiry: bool,
}

impl Up {
    pub(super) async fn run(
        self,
        global: &Global,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        let command = format!("provision up {}", self.env);
        let mut session = Session::open(global, &self.env, Some(&command), view).await?;
        let result = self.converge(global, &mut session, view).await;
        session.close(global, view).await?;
        result
    }

    async fn converge(
        &self,
        global: &Global,
        session: &mut Session,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        let saved =
            self.plan.as_ref().map(|file| plan::Saved::read(file, &self.env)).transpose()?;
        let world = session.refresh(view).await?;
        let scope = self.scope.resolve(&session.program)?;
        let mut plan = plan::make(session, &world, &scope).await?;
        if let Some((saved, file)) = saved.zip(self.plan.as_ref()) {
            saved.check(file, &plan)?;
        }
        view.plan(&plan, self.execution.purpose());
        self.execution.allow(global, session, &mut plan).await?;
        if !self.force_migrations {
            migrations::check(session, &plan)?;
        }
        let bookkeeping = plan.bookkeeping.clone();
        let idle = bookkeeping.settled.is_empty() && bookkeeping.vanished.is_empty();
        if plan.is_empty() && idle && !session.is_new {
            view.outputs(&session.state.outputs);
            return Ok(ExitStatus::Done);
        }
        self.execution.confirm(global, session, &plan).await?;
        self.execution
            .carry_out(
                session,
                plan,
                Some(Shipping { wait: self.wait, ..Shipping::default() }),
                view,
            )
            .await
    }
}

fn refused(plan: &Plan) -> Failed {
    let count = plan.refusals.len();
    let objects = if count == 1 { "an object" } else { "objects" };
    Failed::new(format!("the plan would lose {objects} that it must not lose; nothing was changed"))
        .hint("the plan above says for each how to allow it")
}

impl Execution {
    /// Why the plan is shown before it is carried out.
    pub fn purpose(&self) -> Purpose {
        if self.yes { Purpose::Announce } else { Purpose::Confirm }
    }

    /// Everything that a plan needs before it is carried out.
    ///
    /// # Errors
    /// When it would lose what it must not lose, or is not confirmed.
    pub async fn approve(
        &self,
        global: &Global,
        session: &Session,
        plan: &mut Plan,
    ) -> Result<(), Failed> {
        self.allow(global, session, plan).await?;
        self.confirm(global, session, plan).await
    }

    /// Refuses a plan that would lose what it must not lose.
    async fn allow(
        &self,
        global: &Global,
        session: &Session,
        plan: &mut Plan,
    ) -> Result<(), Failed> {
        self.consent(global, session, plan).await?;
        if plan.refusals.is_empty() {
            return Ok(());
        }
        let refused = refused(plan);
        Err(session.blame(refused, plan.refusals.iter().map(Refusal::address)))
    }

    /// Asks a person, object by object, whether data may be lost: the address, typed, is the
    /// consent. What is protected is not asked about.
    async fn consent(
        &self,
        global: &Global,
        session: &Session,
        plan: &mut Plan,
    ) -> Result<(), Failed> {
        let mut needed = plan.refusals.iter().map(|refusal| match refusal {
            Refusal::NeedsConsent { address, .. } => Some(address),
            Refusal::Protected { .. } => None,
        });
        let Some(needed) = needed.by_ref().collect::<Option<Vec<_>>>() else { return Ok(()) };
        if self.yes || needed.is_empty() || somebody_is_there(global).is_err() {
            return Ok(());
        }
        for address in needed {
            let question = format!("\n{address} holds data. Type its address to consent: ");
            if session.ask(global, question).await? != address.as_str() {
                return Err(Failed::new("not confirmed; nothing was changed"));
            }
        }
        plan.refusals.clear();
        Ok(())
    }

    /// Asks, where a person can answer.
    async fn confirm(&self, global: &Global, session: &Session, plan: &Plan) -> Result<(), Failed> {
        if self.yes || plan.steps.is_empty() {
            return Ok(());
        }
        somebody_is_there(global)?;
        match session.ask(global, "\ncarry this plan out? [y/N] ".to_owned()).await?.as_str() {
            "y" | "Y" | "yes" => Ok(()),
            _ => Err(Failed::new("not confirmed; nothing was changed")),
        }
    }

    /// Carries the plan out, and remembers what it ships; `shipping` is `None` when everything goes.
    ///
    /// # Errors
    /// When the credentials would expire on the way, or the state can't be written.
    pub async fn carry_out(
        &self,
        session: &mut Session,
        plan: Plan,
        shipping: Option<Shipping>,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        let declared = shipping.is_some();
        let program = declared.then(|| Arc::clone(&session.program));
        let expected = execute::expected(&plan, program.as_deref(), &session.state, &session.kinds);
        if !self.allow_expiry {
            check_expiry(session, expected).await?;
        }
        let (writer, task) = Writer::start(session.state.clone(), Arc::clone(&session.store));
        let wait = shipping.as_ref().is_some_and(|shipping| shipping.wait);
        let begun = shipping.map(|shipping| shipping.begin(session, &plan, &writer));
        let (events, received) = Events::channel();
        let run = Run {
            cx: session.cx.clone(),
            kinds: session.kinds.clone(),
            program,
            environment: Arc::clone(&session.environment),
            writer: writer.clone(),
            events,
            stop: session.stop.clone(),
            wait,
            parallel: self.parallel.map_or(session.environment.parallel, usize::from),
        };
        let began = Instant::now();
        view.start(&plan, expected);
        let report = watch(execute::execute(run, &plan), received, session, view).await;
        session.timed("execute", began.elapsed());
        let Some(report) = report else {
            // What is known must not be lost with the run; that the store is slow must not keep
            // somebody who wants to stop now.
            let _ = tokio::time::timeout(LAST_WRITE, writer.flush()).await;
            let stopped = Failure::new("stopped at once").hint(
                "what was under way may be half made: the next run finds it and goes on from there",
            );
            view.error(&stopped, &session.declared.sources);
            return Ok(ExitStatus::Interrupted);
        };
        let report = report?;
        begun.unwrap_or_default().end(&report, &writer);
        writer.close();
        // The writer has written everything by now; its task has nothing to say.
        let _ = task.await;
        session.state = writer.snapshot();
        view.report(&report, &session.declared);
        let status = status(&report, session, view);
        if declared && !report.outputs.is_empty() {
            view.outputs(&report.outputs);
        }
        Ok(status)
    }
}

/// Whether anybody can answer a question.
///
/// # Errors
/// When stdin is no terminal, or the output is for a machine.
pub fn somebody_is_there(global: &Global) -> Result<(), Failed> {
    if global.json || !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return Err(
            Failed::new("nobody is there to confirm").hint("give `--yes` where no terminal is")
        );
    }
    Ok(())
}

/// Shows a walk until it ends; `None` when it was stopped at once.
async fn watch<T>(
    walk: impl Future<Output = T>,
    mut events: UnboundedReceiver<Event>,
    session: &Session,
    view: &mut dyn View,
) -> Option<T> {
    tokio::pin!(walk);
    let mut ticks = tokio::time::interval(TICK);
    let mut told = false;
    let ended = loop {
        tokio::select! {
            biased;
            () = session.now.cancelled() => break None,
            () = session.stop.cancelled(), if !told => {
                told = true;
                view.note(why_stopping(session));
            }
            Some(event) = events.recv() => view.event(&event),
            _ = ticks.tick() => view.tick(),
            ended = &mut walk => break Some(ended),
        }
    };
    while let Ok(event) = events.try_recv() {
        view.event(&event);
    }
    ended
}

fn why_stopping(session: &Session) -> &'static str {
    if session.lost_lock() {
        LOST
    } else if session.store.detour().is_some() {
        ASTRAY
    } else {
        STOPPING
    }
}

/// The exit code of a walk, with a word on how to go on after a stop.
fn status(report: &Report, session: &Session, view: &mut dyn View) -> ExitStatus {
    if report.is_complete() {
        return ExitStatus::Done;
    }
    if !session.stop.is_cancelled() {
        return ExitStatus::Failed;
    }
    view.note("the same command goes on from here");
    let failed = !report.failed.is_empty() || session.lost_lock();
    if failed { ExitStatus::Failed } else { ExitStatus::Interrupted }
}

/// A run that outlives its credentials stops half-way: better not to begin.
async fn check_expiry(session: &Session, expected: Duration) -> Result<(), Failed> {
    let Some(expiry) = session.cx.clients.expiry().await? else { return Ok(()) };
    let left = expiry.duration_since(SystemTime::now()).unwrap_or_default();
    if left >= expected {
        return Ok(());
    }
    let minutes = |time: Duration| time.as_secs().div_ceil(60);
    Err(Failed::new(format!(
        "the credentials expire in {} min, and this plan typically takes {} min",
        minutes(left),
        minutes(expected)
    ))
    .hint("renew them first, or begin all the same with `--allow-expiry`: a run that stops half-way goes on at the next"))
}

/// Addresses given on the command line.
pub fn addresses(texts: &[String]) -> Result<BTreeSet<Address>, Failed> {
    texts.iter().map(|text| address(text)).collect()
}

/// An address given on the command line.
pub fn address(text: &str) -> Result<Address, Failed> {
    text.parse().map_err(|error| {
        Failed::Other(Failure::of(&error)).hint(
            "`provision state list ENV` has the addresses of what is there, `provision plan ENV` those of what is not yet",
        )
    })
}
