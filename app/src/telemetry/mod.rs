//! What is told about the program: logs, traces, metrics.

mod emf;
mod logs;
mod metrics;
mod process;
mod traces;

pub use emf::EmbeddedMetrics;
pub use logs::{LogFormat, LogSettings, Telemetry, TelemetryError};
pub use metrics::{Flight, Metrics};
pub use traces::{TraceSettings, continue_trace};

/// What was built.
#[derive(Clone, Copy, Debug)]
pub struct Build {
    /// The version of the crate.
    pub version: &'static str,
    /// The commit, where `APP_COMMIT` was set at build time.
    pub commit: &'static str,
}

/// What was built.
pub const BUILD: Build = Build {
    version: env!("CARGO_PKG_VERSION"),
    commit: match option_env!("APP_COMMIT") {
        Some(commit) => commit,
        None => "unknown",
    },
};
