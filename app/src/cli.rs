//! The command line.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use sqlx::{Connection as _, PgConnection};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::cars::SeedError;
use crate::config::{Config, SETTINGS};
use crate::database::{self, Credentials, Migrations, Role};
use crate::serve::App;
use crate::telemetry::Telemetry;
use crate::{cars, http};

const EXAMPLES: &str = "\
Examples:
  DATABASE_URL=postgres://me@localhost/cars app serve
  DATABASE_URL=postgres://me@localhost/cars app seed --count 1000
  DATABASE_SECRET_FILE=/run/secrets/db DATABASE_TLS=verify-full app migrate
  app migrate --undo-to 20250101000000
  app openapi > openapi.json";

/// The car inventory: an HTTP API on PostgreSQL.
#[derive(Debug, Parser)]
#[command(name = "app", version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API until SIGTERM or SIGINT, then finish what is under way
    Serve,
    /// Apply the migrations that are missing; or list or undo them
    Migrate(MigrateArgs),
    /// Add cars to an empty inventory, the same on every machine
    Seed(SeedArgs),
    /// Print the OpenAPI document
    Openapi,
}

#[derive(Debug, Args)]
struct MigrateArgs {
    /// Only say which are applied
    #[arg(long, conflicts_with = "undo_to")]
    list: bool,
    /// Undo those after this one; 0 undoes all
    #[arg(long, value_name = "VERSION")]
    undo_to: Option<i64>,
}

#[derive(Debug, Args)]
struct SeedArgs {
    /// How many cars
    #[arg(long, default_value_t = 250)]
    count: usize,
    /// Leave an inventory that has cars as it is, instead of refusing
    #[arg(long)]
    if_empty: bool,
}

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// Runs the command that the arguments of the process name; what went wrong, in a sentence or two.
///
/// # Errors
/// When the command fails. Arguments that are not valid, `--help` and `--version` end here as well:
/// clap's own error says what to print, and with which status to exit.
pub async fn run() -> Outcome {
    let matches = Cli::command().after_help(after_help()).try_get_matches()?;
    match Cli::from_arg_matches(&matches)?.command {
        Command::Serve => serve(Config::from_environment()?).await,
        Command::Migrate(arguments) => migrate(&Config::from_environment()?, &arguments).await,
        Command::Seed(arguments) => seed(&Config::from_environment()?, &arguments).await,
        Command::Openapi => openapi(),
    }
}

fn after_help() -> String {
    let mut text = format!("{EXAMPLES}\n\nEnvironment:\n");
    for setting in SETTINGS {
        let _ = write!(text, "  {:<34} {}", setting.name, setting.help);
        if !setting.default.is_empty() {
            let _ = write!(text, " [{}]", setting.default);
        }
        text.push('\n');
    }
    text
}

async fn serve(config: Config) -> Outcome {
    let telemetry = Telemetry::start(&config.logs, &config.traces)?;
    let stop = CancellationToken::new();
    stop_on_signal(stop.clone())?;
    let listener = TcpListener::bind(config.address).await?;
    let address = listener.local_addr()?;
    let app = App::new(config)?;
    tracing::info!(%address, "listening");
    app.serve(listener, stop).await;
    tracing::info!("stopped");
    telemetry.flush().await;
    Ok(())
}

fn stop_on_signal(stop: CancellationToken) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stop.cancel();
    });
    Ok(())
}

async fn migrate(config: &Config, arguments: &MigrateArgs) -> Outcome {
    let migrations = Migrations::new(&Credentials::read(config.source.clone())?);
    match arguments.undo_to {
        _ if arguments.list => {}
        Some(version) => migrations.undo_to(version).await?,
        None => migrations.apply().await?,
    }
    let applied = migrations.applied().await?;
    let mut output = std::io::stdout().lock();
    for (version, description) in Migrations::all() {
        let state = if applied.contains(&version) { "applied" } else { "missing" };
        writeln!(output, "{version}  {state}  {description}")?;
    }
    Ok(())
}

async fn seed(config: &Config, arguments: &SeedArgs) -> Outcome {
    let credentials = Credentials::read(config.source.clone())?;
    Migrations::new(&credentials).apply().await?;
    let options = database::single_connection(&credentials, Role::Writer);
    let mut connection = PgConnection::connect_with(&options).await?;
    let outcome = match cars::seed(&mut connection, arguments.count).await {
        Ok(()) => format!("added {} cars", arguments.count),
        Err(refusal @ SeedError::NotEmpty(_)) if arguments.if_empty => refusal.to_string(),
        Err(error) => return Err(error.into()),
    };
    connection.close().await?;
    writeln!(std::io::stdout(), "{outcome}")?;
    Ok(())
}

fn openapi() -> Outcome {
    writeln!(std::io::stdout(), "{}", http::document().to_pretty_json()?)?;
    Ok(())
}
