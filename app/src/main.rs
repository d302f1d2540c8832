//! `app`: the car inventory. See `app --help`.

use std::io::Write as _;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let Err(error) = app::cli::run().await else { return ExitCode::SUCCESS };
    match error.downcast_ref::<clap::Error>() {
        Some(usage) => {
            let _ = usage.print();
            ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2))
        }
        None => {
            let _ = writeln!(std::io::stderr(), "error: {}", app::explain(&*error));
            ExitCode::FAILURE
        }
    }
}
