//! A run as a person sees it.

use owo_colors::OwoColorize;

use super::diagnostic::{self, Paint};
use super::progress::Display;
use super::stream::{Stream, Streams};
use super::value::{duration, inline};
use super::{Failure, Outputs, Timings, View, plan};
use crate::definition::{Diagnostics, Sources};
use crate::engine::event::Event;
use crate::engine::execute::{Report, chain};
use crate::engine::plan::{Action, Plan};

/// Text on the two streams.
pub struct Human {
    streams: Streams,
    steps: usize,
    display: Option<Display>,
}

impl Human {
    /// A view on these streams.
    pub fn new(streams: Streams) -> Self {
        Self { streams, steps: 0, display: None }
    }

    fn say(&self, text: &str) {
        self.streams.line(Stream::Err, text);
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
            self.say(&format!("  {} {hint}", "hint:".cyan()));
        }
    }

    fn plan(&mut self, plan: &Plan) {
        let replaced = [Action::ReplaceCreateFirst, Action::ReplaceDeleteFirst];
        self.steps = plan.steps.len() + plan.count(&replaced);
        self.streams.line(Stream::Out, &plan::text(plan));
    }

    fn event(&mut self, event: &Event) {
        let (streams, steps) = (self.streams, self.steps);
        self.display.get_or_insert_with(|| Display::new(streams, steps)).event(event);
    }

    fn report(&mut self, report: &Report) {
        self.display = None;
        for failure in &report.failed {
            self.say(&format!("\n{} {}", "error:".red().bold(), failure.address.bold()));
            self.say(&format!("  {}", chain(&failure.error)));
            if let Some(hint) = failure.hint() {
                self.say(&format!("  {} {hint}", "hint:".cyan()));
            }
        }
        let mut parts = vec![format!("{} done", report.done)];
        if !report.failed.is_empty() {
            parts.push(format!("{} failed", report.failed.len()));
        }
        if !report.skipped.is_empty() {
            parts.push(format!("{} skipped", report.skipped.len()));
        }
        let sign = match report.is_complete() {
            true => "✓".green().to_string(),
            false => "✗".red().to_string(),
        };
        if !self.streams.quiet || !report.is_complete() {
            self.say(&format!("\n{sign} {} in {}", parts.join(", "), duration(report.elapsed)));
        }
    }

    fn outputs(&mut self, outputs: &Outputs) {
        let names = outputs.iter().flat_map(|(stack, of)| {
            of.iter().map(move |(name, value)| (format!("{stack}.{name}"), value))
        });
        let lines: Vec<_> = names.collect();
        let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in lines {
            let line = format!("{:width$}  {}", name.bold(), inline(value));
            self.streams.line(Stream::Out, &line);
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
        self.say(&format!("\n{} ({total})", "calls to AWS".bold()));
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
        let paint = if self.streams.color { Paint::Coloured } else { Paint::Plain };
        self.say(&diagnostic::human(diagnostics, sources, paint));
    }

    fn error(&mut self, error: &Failure) {
        self.display = None;
        self.say(&format!("{} {}", "error:".red().bold(), error.message));
        for cause in &error.causes {
            self.say(&format!("  {} {cause}", "caused by:".dimmed()));
        }
        if let Some(hint) = &error.hint {
            self.say(&format!("  {} {hint}", "hint:".cyan()));
        }
    }
}
