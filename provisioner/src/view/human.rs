//! A run as a person sees it.

use std::collections::BTreeMap;
use std::time::Duration;

use console::measure_text_width;
use owo_colors::OwoColorize;

use super::diagnostic::{self, Paint};
use super::failure::{Declared, Failure};
use super::live::Live;
use super::progress::Display;
use super::stream::{Stream, Streams};
use super::value::{count, duration, lines_of, milliseconds, wrap};
use super::{Outputs, Purpose, Timings, View, plan};
use crate::address::Address;
use crate::definition::{Diagnostics, Sources};
use crate::engine::event::Event;
use crate::engine::execute::Report;
use crate::engine::plan::Plan;

/// How far in a paragraph may stand.
const MARGIN: usize = 6;
/// The indentation of what does not fit beside its name.
const INDENT: usize = 4;

/// Text on the two streams.
pub struct Human {
    streams: Streams,
    display: Option<Display>,
    waiting: Option<Live>,
    /// Whether anything was said that what follows should stand apart from.
    spoke: bool,
}

impl Human {
    /// A view on these streams.
    pub fn new(streams: Streams) -> Self {
        Self { streams, display: None, waiting: None, spoke: false }
    }

    fn say(&mut self, text: &str) {
        self.spoke = true;
        match &mut self.display {
            Some(display) => display.say(text),
            None => self.streams.line(Stream::Err, text),
        }
    }

    fn paint(&self) -> Paint {
        if self.streams.color { Paint::Coloured } else { Paint::Plain }
    }

    /// The width of paragraphs and excerpts, which stand a few columns in.
    fn prose(&self) -> usize {
        (self.streams.width(Stream::Err) - MARGIN).min(diagnostic::WIDTH)
    }

    fn failure(&mut self, failure: &Failure, sources: &Sources) {
        let text = diagnostic::failure(failure, sources, self.paint(), self.prose());
        self.say(&text);
    }
}

impl View for Human {
    fn note(&mut self, text: &str) {
        if !self.streams.quiet {
            self.say(text);
        }
    }

    fn wait(&mut self, what: Option<&str>) {
        let shown = what.filter(|_| self.streams.is_interactive() && !self.streams.quiet);
        // What stood there is wiped when it is dropped.
        self.waiting = shown.map(|what| Live::showing(self.streams, &what.dimmed().to_string()));
    }

    fn warn(&mut self, text: &str, hint: Option<&str>) {
        let (width, lead) = (self.prose(), "  hint: ");
        let lines = wrap(text, width - "warning: ".len());
        self.say(&format!("{} {}", "warning:".yellow().bold(), lines.join("\n  ")));
        if let Some(hint) = hint {
            let gap = format!("\n{:1$}", "", lead.len());
            let lines = wrap(hint, width - lead.len()).join(&gap);
            self.say(&format!("  {} {lines}", "hint:".cyan().bold()));
        }
    }

    fn plan(&mut self, plan: &Plan, purpose: Purpose) {
        let stream = match purpose {
            Purpose::Show => Stream::Out,
            Purpose::Announce if self.streams.quiet && plan.refusals.is_empty() => return,
            Purpose::Confirm | Purpose::Announce => Stream::Err,
        };
        self.spoke = true;
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
        for line in skipped_lines(report, self.prose() - INDENT) {
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
        let room = self.streams.width(Stream::Out).saturating_sub(width + 2);
        // Where no terminal tears it, one value is one line for `grep`.
        let below = self.streams.columns(Stream::Out).is_some();
        if self.spoke && !self.streams.quiet && !outputs.is_empty() {
            self.say("");
        }
        for (name, value) in outputs {
            let lines = lines_of(value, room);
            let below = below && lines.iter().any(|line| measure_text_width(line) > room);
            for line in beside(&name, &lines, if below { None } else { Some(width) }) {
                self.streams.line(Stream::Out, &line);
            }
        }
    }

    fn timings(&mut self, timings: &Timings) {
        self.say(&format!("\n{}", "where the time went".bold()));
        for (phase, time) in &timings.phases {
            self.say(&format!("  {phase:<10} {:>9}", milliseconds(*time)));
        }
        let mut calls: Vec<_> = timings.calls.iter().collect();
        calls.sort_by_key(|(_, calls)| std::cmp::Reverse(calls.time));
        let total: u64 = calls.iter().map(|(_, calls)| calls.count).sum();
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        self.say(&format!("\n{}", format!("{} to AWS", count(total, "call")).bold()));
        for (operation, calls) in calls {
            let throttled = match calls.throttled {
                0 => String::new(),
                count => format!(", {count} throttled"),
            };
            let time = milliseconds(calls.time);
            self.say(&format!("  {:>5} × {operation:<44} {time:>9}{throttled}", calls.count));
        }
    }

    fn definition(&mut self, diagnostics: &Diagnostics, sources: &Sources) {
        let text = diagnostic::human(diagnostics, sources, self.paint(), self.prose());
        self.say(text.trim_end());
    }

    fn error(&mut self, error: &Failure, sources: &Sources) {
        self.display = None;
        if self.spoke {
            self.say("");
        }
        self.failure(error, sources);
    }
}

/// Lines beside a name in a column of this width, or below it.
fn beside(name: &str, lines: &[String], width: Option<usize>) -> Vec<String> {
    let Some(width) = width else {
        return std::iter::once(name.bold().to_string())
            .chain(lines.iter().map(indented))
            .collect();
    };
    let line = |(index, line): (usize, &String)| {
        let name = if index == 0 { name } else { "" };
        format!("{:width$}  {line}", name.bold()).trim_end().to_owned()
    };
    lines.iter().enumerate().map(line).collect()
}

/// What was not begun, by what kept it.
fn skipped_lines(report: &Report, width: usize) -> Vec<String> {
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
        lines.extend(wrap(&addresses.join(", "), width).iter().map(indented));
    }
    lines
}

fn indented(line: &String) -> String {
    format!("{:INDENT$}{line}", "")
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
