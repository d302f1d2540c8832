//! Logs: a JSON object a line, with the ids of the request and of the trace.

use std::io::IsTerminal as _;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use super::traces::{self, TraceSettings};

/// What the lines look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For machines.
    #[default]
    Json,
    /// For people.
    Text,
}

/// What can be set about logs.
#[derive(Clone, Debug, Default)]
pub struct LogSettings {
    /// What is logged, as in `info,app=debug`.
    pub filter: String,
    /// What the lines look like.
    pub format: LogFormat,
}

/// Why the program can't tell of itself.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is none.
    #[error("the filter of the log is not valid")]
    Filter(#[from] ParseError),
    /// The exporter of traces can't be made.
    #[error("traces cannot be exported")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    /// Somebody set another one up before.
    #[error("logs are set up already")]
    Twice(#[from] TryInitError),
}

/// Logs and traces, once they are set up. Traces that are not sent yet are lost unless
/// [`Telemetry::flush`] is called.
#[derive(Debug)]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Sets up the logs of the process, on standard output, and its traces where they are asked for.
    ///
    /// # Errors
    /// When a setting is not valid, or this was done before.
    pub fn start(logs: &LogSettings, traces: &TraceSettings) -> Result<Self, TelemetryError> {
        let filter = EnvFilter::try_new(&logs.filter)?;
        let provider = traces::provider(traces)?;
        let spans = provider
            .as_ref()
            .map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer("app")));
        let lines = match logs.format {
            LogFormat::Json => {
                fmt::layer().json().flatten_event(true).with_span_list(false).boxed()
            }
            LogFormat::Text => fmt::layer().with_ansi(std::io::stdout().is_terminal()).boxed(),
        };
        tracing_subscriber::registry().with(filter).with(spans).with(lines).try_init()?;
        Ok(Self { traces: provider })
    }

    /// Sends what is not sent yet.
    pub async fn flush(self) {
        let Some(traces) = self.traces else { return };
        // Waits for the exporter, whose requests need this runtime to go on meanwhile.
        let done = tokio::task::spawn_blocking(move || traces.shutdown()).await;
        if let Ok(Err(error)) = done {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}
