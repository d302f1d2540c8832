//! The command line: one file a subcommand. A command is its arguments, a run and a view.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::view::{Human, JsonLines, Streams, View};

mod audit;
mod check;
mod completions;
mod deploy;
mod down;
mod drift;
mod failure;
mod graph;
mod history;
mod import;
mod logs;
mod migrations;
mod outputs;
mod plan;
mod recover;
mod rollback;
mod sandbox;
mod schema;
mod session;
mod shipping;
mod signals;
mod state;
mod status;
mod unlock;
mod up;
mod usage;

pub use failure::Failed;
pub use usage::usage;

/// Provisions and deploys a full-stack application on AWS from declarative YAML.
#[derive(Debug, Parser)]
#[command(name = "provision", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = EXAMPLES, styles = usage::STYLES)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  provision up sandbox            the whole system on this machine, no account needed
  provision plan staging          what `up` would do
  provision up prod --yes --json  in CI: no prompt, one JSON event a line
  provision outputs dev db.endpoint

Exit codes: 0 done, 1 failed, 2 changes, drift or findings, 3 bad definition, 4 locked, 130 interrupted.";

const GLOBAL: &str = "Options of every command";

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The project's directory, with `stacks/` and `config/`.
    #[arg(long, short = 'C', global = true, default_value = ".", value_name = "DIR")]
    #[arg(help_heading = GLOBAL)]
    root: PathBuf,
    /// One JSON object a line on stdout instead of text.
    #[arg(long, global = true, help_heading = GLOBAL)]
    json: bool,
    /// No colours (so does the variable NO_COLOR).
    #[arg(long, global = true, help_heading = GLOBAL)]
    no_color: bool,
    /// No progress and no notes.
    #[arg(long, short, global = true, help_heading = GLOBAL)]
    quiet: bool,
    /// Print where the time went, and every call to AWS.
    #[arg(long, global = true, help_heading = GLOBAL)]
    timings: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show what `up` would do, and change nothing.
    Plan(plan::Plan),
    /// Converge an environment to what its YAML says.
    Up(up::Up),
    /// Ship one stack alone: build, push, roll out, or upload.
    Deploy(deploy::Deploy),
    /// Go back to an earlier release of a stack.
    Rollback(rollback::Rollback),
    /// Show what was shipped: when, by whom, from which commit.
    History(history::History),
    /// Delete everything that an environment holds, in reverse order.
    Down(down::Down),
    /// Hold what is declared to the controls; exit code 2 on findings.
    Check(check::Check),
    /// Read what is on AWS, hold it to the controls, and write a report for auditors.
    Audit(audit::Audit),
    /// Show what somebody changed by hand since the last run; exit code 2 if anything.
    Drift(drift::Drift),
    /// Show the objects that an environment holds, and how they are.
    Status(status::Status),
    /// Show the outputs of the stacks, or one of them.
    Outputs(outputs::Outputs),
    /// Show what services and other objects write to their logs, and follow it.
    Logs(logs::Logs),
    /// Draw what waits for what, as Mermaid, DOT or SVG.
    Graph(graph::Graph),
    /// Take an existing object on AWS under a declared address.
    Import(import::Import),
    /// Look into the state, or operate on it.
    #[command(subcommand)]
    State(state::State),
    /// Rebuild a lost state from the tags that every object carries.
    Recover(recover::Recover),
    /// Show who holds an environment's lock, and break it.
    Unlock(unlock::Unlock),
    /// Print or write the JSON Schemas of the definitions, for editors.
    Schema(schema::Schema),
    /// Print a completion script for a shell.
    Completions(completions::Completions),
    /// Run the embedded AWS endpoint.
    #[command(subcommand)]
    Sandbox(sandbox::Sandbox),
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// Done.
    Done,
    /// Something failed.
    Failed,
    /// There are changes, or drift.
    Changes,
    /// The definition is wrong; nothing was touched.
    BadDefinition,
    /// Somebody else holds the lock.
    Locked,
    /// Interrupted.
    Interrupted,
}

impl ExitStatus {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Changes => 2,
            Self::BadDefinition => 3,
            Self::Locked => 4,
            Self::Interrupted => 130,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

impl Global {
    fn streams(&self) -> Streams {
        Streams { color: !self.no_color, quiet: self.quiet }
    }

    fn view(&self) -> Box<dyn View> {
        match self.json {
            true => Box::new(JsonLines::new(self.streams())),
            false => Box::new(Human::new(self.streams())),
        }
    }
}

/// Runs the command that the arguments name.
pub async fn run(cli: Cli) -> ExitStatus {
    let mut view = cli.global.view();
    let result = dispatch(&cli.global, cli.command, &mut *view).await;
    result.unwrap_or_else(|failed| failed.show(&mut *view))
}

async fn dispatch(
    global: &Global,
    command: Command,
    view: &mut dyn View,
) -> Result<ExitStatus, Failed> {
    match command {
        Command::Plan(command) => command.run(global, view).await,
        Command::Up(command) => command.run(global, view).await,
        Command::Deploy(command) => command.run(global, view).await,
        Command::Rollback(command) => command.run(global, view).await,
        Command::History(command) => command.run(global).await,
        Command::Down(command) => command.run(global, view).await,
        Command::Check(command) => command.run(global, view).await,
        Command::Audit(command) => command.run(global, view).await,
        Command::Drift(command) => command.run(global, view).await,
        Command::Status(command) => command.run(global).await,
        Command::Outputs(command) => command.run(global).await,
        Command::Logs(command) => command.run(global, view).await,
        Command::Graph(command) => command.run(global, view),
        Command::Import(command) => command.run(global, view).await,
        Command::State(command) => command.run(global, view).await,
        Command::Recover(command) => command.run(global, view).await,
        Command::Unlock(command) => command.run(global, view).await,
        Command::Schema(command) => command.run(global, view),
        Command::Completions(command) => command.run(global),
        Command::Sandbox(command) => command.run(global, view).await,
    }
}

/// The arguments' definition, for completions.
fn definition() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}
