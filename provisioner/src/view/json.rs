//! A run as a machine reads it: one JSON object a line on stdout.
//!
//! Every line has `version` (of this format) and `type`. A field may be added within a version;
//! none is taken away or changes its meaning. `arch/json.md` has every line and field.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::stream::{Stream, Streams};
use super::{Declared, Failure, Outputs, Purpose, Timings, View, diagnostic};
use crate::definition::{Diagnostics, Sources};
use crate::engine::event::{Event, Progress};
use crate::engine::execute::Report;
use crate::engine::plan::Plan;

/// The version of the format.
pub const VERSION: u32 = 1;

/// One line of the format.
pub fn line(kind: &'static str, body: impl Serialize) -> String {
    let line = Line { version: VERSION, kind, body };
    // Maps with text keys and numbers always have a JSON form.
    serde_json::to_string(&line).unwrap_or_default()
}

/// JSON lines on stdout.
pub struct JsonLines(Streams);

impl JsonLines {
    /// A view on these streams.
    pub fn new(streams: Streams) -> Self {
        Self(streams)
    }

    fn line(&self, kind: &'static str, body: impl Serialize) {
        self.0.line(Stream::Out, &line(kind, body));
    }
}

#[derive(Serialize)]
struct Line<T> {
    version: u32,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    body: T,
}

impl View for JsonLines {
    fn note(&mut self, text: &str) {
        self.line("note", json!({ "text": text }));
    }

    fn wait(&mut self, _: Option<&str>) {}

    fn warn(&mut self, text: &str, hint: Option<&str>) {
        self.line("warning", json!({ "text": text, "hint": hint }));
    }

    fn plan(&mut self, plan: &Plan, _: Purpose) {
        self.line("plan", plan);
    }

    fn start(&mut self, plan: &Plan, expected: Duration) {
        let expected = expected.as_secs_f64();
        self.line("start", json!({ "steps": plan.steps.len(), "expected_seconds": expected }));
    }

    fn event(&mut self, event: &Event) {
        self.line("event", event_body(event));
    }

    fn tick(&mut self) {}

    fn report(&mut self, report: &Report, declared: &Declared) {
        let failed = report.failed.iter().map(|failed| {
            let mut failure = Failure::of_object(failed, declared).json(Some(&declared.sources));
            failure["action"] = json!(failed.action);
            failure
        });
        let skipped = report
            .skipped
            .iter()
            .map(|(address, because)| json!({ "address": address, "because": because }));
        self.line(
            "report",
            json!({
                "complete": report.is_complete(),
                "done": report.done,
                "failed": failed.collect::<Vec<_>>(),
                "skipped": skipped.collect::<Vec<_>>(),
                "seconds": report.elapsed.as_secs_f64(),
            }),
        );
    }

    fn outputs(&mut self, outputs: &Outputs) {
        self.line("outputs", json!({ "outputs": outputs }));
    }

    fn timings(&mut self, timings: &Timings) {
        let phases = timings
            .phases
            .iter()
            .map(|(name, time)| json!({ "phase": name, "seconds": time.as_secs_f64() }));
        let calls = timings.calls.iter().map(|(operation, calls)| {
            json!({
                "operation": operation,
                "count": calls.count,
                "throttled": calls.throttled,
                "seconds": calls.time.as_secs_f64(),
            })
        });
        self.line(
            "timings",
            json!({ "phases": phases.collect::<Vec<_>>(), "calls": calls.collect::<Vec<_>>() }),
        );
    }

    fn definition(&mut self, diagnostics: &Diagnostics, sources: &Sources) {
        let found = diagnostic::json(diagnostics, sources);
        self.line("diagnostics", json!({ "diagnostics": found }));
    }

    fn error(&mut self, error: &Failure, sources: &Sources) {
        self.line("error", error.json(Some(sources)));
    }
}

fn event_body(event: &Event) -> Json {
    let mut body = json!({ "address": event.address, "action": event.action });
    let (progress, details) = match &event.progress {
        Progress::Started { expected } => {
            ("started", json!({ "expected_seconds": expected.as_secs_f64() }))
        }
        Progress::Working { status } => ("working", json!({ "status": status })),
        Progress::Finished { elapsed, id } => {
            ("finished", json!({ "seconds": elapsed.as_secs_f64(), "id": id }))
        }
        Progress::Failed { elapsed, brief, error } => {
            let seconds = elapsed.as_secs_f64();
            ("failed", json!({ "seconds": seconds, "brief": brief, "error": error }))
        }
        Progress::Skipped { because } => ("skipped", json!({ "because": because })),
    };
    body["progress"] = json!(progress);
    if let (Some(body), Json::Object(details)) = (body.as_object_mut(), details) {
        body.extend(details);
    }
    body
}

#[cfg(test)]
mod tests;
