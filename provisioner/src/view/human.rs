//! A run as a person sees it.

use std::collections::BTreeMap;
use std::time::Duration;

use owo_colors::OwoColorize;

use super::diagnostic::{self, Paint};
use super::failure::{Declared, Failure};
use super::progress::Display;
use super::stream::{Stream, Streams};
use super::value::{duration, lines_of, wrap};
use super::{Outputs, Purpose, Timings, View, plan};
use crate::address::Address;
use crate::definition::{Diagnostics, Sources};
use crate::engine::event::Event;
use crate::engine::execute::Report;
use crate::engine::plan::Plan;

/// Text on the two streams.
pub struct Human {
    streams: Streams,
    display: Option<Display>,
}

impl Human {
    /// A view on these streams.
    pub fn new(streams: Streams) -> Self {
        Self { streams, display: None }
    }

    fn say(&mut self, text: &str) {
        match &mut self.display {
            Some(display) => display.say(text),
            None => self.streams.line(Stream::Err, text),
        }
    }

    fn paint(&self) -> Paint {
        if self.streams.color { Paint::Coloured } else { Paint::Plain }
    }

    fn failure(&mut self, failure: &Failure, sources: &Sources) {
        let text = diagnostic::failure(failure, sources, self.paint());
        self.say(&text);
    }
}

impl View for Human {
    fn note(&mut self, text: &str) {
        if !self.streams.quiet {
            self.say(text);
        }
    }

    fn warn(&mut self, text: &str, hint: Option<&str>) {
        self.say(&format!("{} {text}", "warning:".yellow().bold()));
        if let Some(hint) = hint {
            self.say(&format!("  {} {hint}", "hint:".cyan().bold()));
        }
    }

    fn plan(&mut self, plan: &Plan, purpose: Purpose) {
        let stream = match purpose {
            Purpose::Show => Stream::Out,
            Purpose::Announce if self.streams.quiet && plan.refusals.is_empty() => return,
            Purpose::Confirm | Purpose::Announce => Stream::Err,
        };
        self.streams.line(stream, &plan::text(plan, self.streams.width(stream)));
    }

    fn start(&mut self, plan: &Plan, expected: Duration) {
        if !plan.steps.is_empty() {
            self.note("");
            self.display = Some(Display::new(self.streams, plan, expected));
        }
    }

    fn event(&mut self, event: &Event) {
        if let Some(display) = &mut self.display {
            display.event(event);
        }
    }

    fn tick(&mut self) {
        if let Some(display) = &mut self.display {
            display.tick();
        }
    }

    fn report(&mut self, report: &Report, declared: &Declared) {
        self.display = None;
        for failed in &report.failed {
            let failure = Failure::of_object(failed, declared);
            self.say("");
            self.failure(&failure, &declared.sources);
        }
        for line in skipped_lines(report) {
            self.say(&line);
        }
        if !self.streams.quiet || !report.is_complete() {
            self.say(&format!("\n{}", summary(report)));
        }
    }

    fn outputs(&mut self, outputs: &Outputs) {
        let names = outputs.iter().flat_map(|(stack, of)| {
            of.iter().map(move |(name, value)| (format!("{stack}.{name}"), value))
        });
        let outputs: Vec<_> = names.collect();
        let width = outputs.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let columns = self.streams.width(Stream::Out);
        for (name, value) in outputs {
            let lines = lines_of(value, columns.saturating_sub(width + 2));
            for (index, line) in lines.iter().enumerate() {
                let name = if index == 0 { name.as_str() } else { "" };
                let text = format!("{:width$}  {line}", name.bold());
                self.streams.line(Stream::Out, text.trim_end());
            }
        }
    }

    fn timings(&mut self, timings: &Timings) {
        self.say(&format!("\n{}", "where the time went".bold()));
        for (phase, time) in &timings.phases {
            self.say(&format!("  {phase:<10} {:>8}", duration(*time)));
        }
        let mut calls: Vec<_> = timings.calls.iter().collect();
        calls.sort_by_key(|(_, calls)| std::cmp::Reverse(calls.time));
        let total: u64 = calls.iter().map(|(_, calls)| calls.count).sum();
        self.say(&format!("\n{}", format!("{total} calls to AWS").bold()));
        for (operation, calls) in calls {
            let throttled = match calls.throttled {
                0 => String::new(),
                count => format!(", {count} throttled"),
            };
            let time = duration(calls.time);
            self.say(&format!("  {:>5} × {operation:<44} {time:>8}{throttled}", calls.count));
        }
    }

    fn definition(&mut self, diagnostics: &Diagnostics, sources: &Sources) {
        let text = diagnostic::human(diagnostics, sources, self.paint());
        self.say(text.trim_end());
    }

    fn error(&mut self, error: &Failure) {
        self.display = None;
        self.failure(error, &Sources::default());
    }
}

/// What was not begun, by what kept it.
fn skipped_lines(report: &Report) -> Vec<String> {
    let mut groups: BTreeMap<Option<&Address>, Vec<&str>> = BTreeMap::new();
    for (address, because) in &report.skipped {
        groups.entry(because.as_ref()).or_default().push(address.as_str());
    }
    let mut lines = Vec::new();
    for (because, addresses) in groups {
        let why = because.map_or_else(
            || "not begun, because the run was interrupted".to_owned(),
            |root| format!("not begun, because {} failed", root.bold()),
        );
        lines.push(format!("\n{} {why}:", "○".dimmed()));
        lines.extend(wrap(&addresses.join(", "), 94).iter().map(|line| format!("    {line}")));
    }
    lines
}

/// `✗ 3 done, 1 failed, 2 not begun in 12s`.
fn summary(report: &Report) -> String {
    let mut parts = vec![format!("{} done", report.done)];
    if !report.failed.is_empty() {
        parts.push(format!("{} failed", report.failed.len()));
    }
    if !report.skipped.is_empty() {
        parts.push(format!("{} not begun", report.skipped.len()));
    }
    let sign = match report.is_complete() {
        true => "✓".green().to_string(),
        false => "✗".red().to_string(),
    };
    format!("{sign} {} in {}", parts.join(", "), duration(report.elapsed))
}
