//! The program `provision`.

use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use clap::Parser;
use provisioner::cli::{self, Cli};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    // For the curious: RUST_LOG=provisioner=debug,aws=debug
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .with_ansi(AutoStream::choice(&std::io::stderr()) != ColorChoice::Never)
        .init();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return cli::usage(error).into(),
    };
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let status = runtime.block_on(cli::run(cli));
            // A question that nobody answered must not hold the process.
            runtime.shutdown_background();
            status.into()
        }
        Err(_) => ExitCode::FAILURE,
    }
}
