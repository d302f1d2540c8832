//! Progress: a live line for each object in flight on a terminal, plain lines elsewhere.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use owo_colors::OwoColorize;

use super::plan::look;
use super::stream::{Stream, Streams};
use super::value::duration;
use crate::address::Address;
use crate::engine::event::{Event, Progress};
use crate::engine::plan::Action;

/// Shows events as they come.
pub struct Display {
    streams: Streams,
    live: Option<MultiProgress>,
    bars: BTreeMap<(Address, Action), Bar>,
    total: usize,
    ended: usize,
}

struct Bar {
    line: ProgressBar,
    expected: Duration,
}

impl Display {
    /// A display for `total` steps.
    pub fn new(streams: Streams, total: usize) -> Self {
        let live = (streams.is_interactive() && !streams.quiet).then(MultiProgress::new);
        Self { streams, live, bars: BTreeMap::new(), total, ended: 0 }
    }

    /// Shows one event.
    pub fn event(&mut self, event: &Event) {
        match &event.progress {
            Progress::Started { expected } => self.started(event, *expected),
            Progress::Working { status } => self.working(event, status),
            Progress::Finished { elapsed, id } => {
                let id = id.as_ref().map(|id| format!(" {}", id.dimmed())).unwrap_or_default();
                let took = format!("{}{id}", duration(*elapsed).dimmed());
                self.ended(event, &"✓".green().to_string(), &took);
            }
            Progress::Failed { elapsed, error, .. } => {
                let text = format!("{} {error}", duration(*elapsed).dimmed());
                self.ended(event, &"✗".red().to_string(), &text);
            }
            Progress::Skipped { because } => {
                let why = because.as_ref().map_or_else(
                    || "interrupted".to_owned(),
                    |root| format!("skipped, because {root} failed"),
                );
                self.ended(event, &"○".dimmed().to_string(), &why.dimmed().to_string());
            }
        }
    }

    fn started(&mut self, event: &Event, expected: Duration) {
        let Some(live) = &self.live else { return };
        let line = live.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg} {elapsed}{prefix}") {
            line.set_style(style.tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ "));
        }
        line.set_message(title(event));
        if expected > Duration::from_secs(5) {
            line.set_prefix(format!(" of about {}", duration(expected)));
        }
        line.enable_steady_tick(Duration::from_millis(120));
        self.bars.insert((event.address.clone(), event.action), Bar { line, expected });
    }

    fn working(&mut self, event: &Event, status: &str) {
        let key = (event.address.clone(), event.action);
        match self.bars.get(&key) {
            Some(bar) => {
                bar.line.set_message(format!("{} {}", title(event), status.dimmed()));
            }
            None if !self.streams.quiet => {
                self.streams.line(Stream::Err, &format!("  … {} {status}", title(event)));
            }
            None => {}
        }
    }

    fn ended(&mut self, event: &Event, sign: &str, text: &str) {
        self.ended += 1;
        if let Some(bar) = self.bars.remove(&(event.address.clone(), event.action)) {
            bar.line.finish_and_clear();
            let _ = bar.expected;
        }
        let failed = matches!(event.progress, Progress::Failed { .. });
        if self.streams.quiet && !failed {
            return;
        }
        let width = self.total.to_string().len();
        let count = format!("[{:>width$}/{}]", self.ended, self.total);
        let line = format!("{} {sign} {} {text}", count.dimmed(), title(event));
        match &self.live {
            Some(live) => live.suspend(|| self.streams.line(Stream::Err, &line)),
            None => self.streams.line(Stream::Err, &line),
        }
    }
}

fn title(event: &Event) -> String {
    let (_, word, style) = look(event.action);
    use owo_colors::OwoColorize;
    format!("{} {}", word.style(style), event.address)
}
