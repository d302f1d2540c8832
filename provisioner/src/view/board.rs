//! What is under way, as the lines of a live display. Pure: the clock is an argument.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use owo_colors::{OwoColorize, Style};

use super::plan::look;
use super::value::{clean, duration};
use crate::address::Address;
use crate::engine::event::{Event, Progress};
use crate::engine::plan::{Action, Plan};

/// Objects under way that are shown at once.
const SHOWN: usize = 16;
/// The longest address to which others are aligned.
const ALIGNED: usize = 44;
/// The width of the bar.
const BAR: usize = 24;
/// Shorter than this, the expected time says nothing.
const WORTH_SAYING: Duration = Duration::from_secs(5);
/// A turning sign for what is under way.
const FRAMES: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// What is under way.
pub struct Board {
    total: usize,
    expected: Duration,
    began: Instant,
    width: usize,
    flight: BTreeMap<(Address, Action), Flight>,
    done: usize,
    failed: usize,
    skipped: usize,
}

struct Flight {
    began: Instant,
    expected: Duration,
    word: String,
}

impl Board {
    /// A board for a plan that AWS typically takes `expected` to carry out.
    pub fn new(plan: &Plan, expected: Duration, now: Instant) -> Self {
        let replaced = [Action::ReplaceCreateFirst, Action::ReplaceDeleteFirst];
        let widths = plan.steps.iter().map(|step| step.address.as_str().chars().count());
        Self {
            total: plan.steps.len() + plan.count(&replaced),
            expected,
            began: now,
            width: widths.max().unwrap_or(0).min(ALIGNED),
            flight: BTreeMap::new(),
            done: 0,
            failed: 0,
            skipped: 0,
        }
    }

    /// Notes an event; gives the line that stays, when it is one that ends something.
    pub fn event(&mut self, event: &Event, now: Instant) -> Option<String> {
        let key = (event.address.clone(), event.action);
        match &event.progress {
            Progress::Started { expected } => {
                let (expected, word) = (*expected, String::new());
                self.flight.insert(key, Flight { began: now, expected, word });
                None
            }
            Progress::Working { status } => {
                if let Some(flight) = self.flight.get_mut(&key) {
                    flight.word = clean(status);
                }
                None
            }
            Progress::Finished { elapsed, id } => {
                self.flight.remove(&key);
                self.done += 1;
                let id = match (id, event.action) {
                    (Some(id), _) => clean(id),
                    (None, Action::ReplaceCreateFirst | Action::ReplaceDeleteFirst) => {
                        "the old one is gone".to_owned()
                    }
                    (None, _) => String::new(),
                };
                let sign = "✓".green().to_string();
                let took = duration(*elapsed);
                let id = tail(&id, Style::new().dimmed());
                Some(format!("{sign} {} {:>6}{id}", self.title(event), took.dimmed()))
            }
            Progress::Failed { elapsed, brief, .. } => {
                self.flight.remove(&key);
                self.failed += 1;
                let (sign, took) = ("✗".red().to_string(), duration(*elapsed));
                let first = brief.lines().next().unwrap_or_default();
                let why = tail(&clean(first), Style::new().red());
                Some(format!("{sign} {} {:>6}{why}", self.title(event), took.dimmed()))
            }
            // The report names them once all are known.
            Progress::Skipped { .. } => {
                self.skipped += 1;
                None
            }
        }
    }

    /// How many steps have come to an end, of how many: `[ 3/34]`.
    pub fn count(&self) -> String {
        let width = self.total.to_string().len();
        format!("[{:>width$}/{}]", self.done + self.failed, self.total)
    }

    /// The live lines for a terminal of this many rows.
    pub fn lines(&self, now: Instant, rows: usize) -> Vec<String> {
        let mut flights: Vec<_> = self.flight.iter().collect();
        flights.sort_by_key(|(_, flight)| flight.began);
        let shown = SHOWN.min(rows.saturating_sub(4)).max(1);
        let frame = FRAMES[now.duration_since(self.began).as_millis() as usize / 100 % 10];
        let mut lines: Vec<String> = flights
            .iter()
            .take(shown)
            .map(|((address, action), flight)| self.line(address, *action, flight, now, frame))
            .collect();
        if flights.len() > shown {
            lines.push(format!("  and {} more", flights.len() - shown).dimmed().to_string());
        }
        lines.push(self.totals(now));
        lines
    }

    fn line(
        &self,
        address: &Address,
        action: Action,
        flight: &Flight,
        now: Instant,
        frame: &str,
    ) -> String {
        let mut time = duration(now.duration_since(flight.began));
        if flight.expected >= WORTH_SAYING {
            time = format!("{time} of about {}", duration(flight.expected));
        }
        let title = self.titled(address, action);
        let word = tail(&flight.word, Style::new().dimmed());
        format!("{} {title} {time:>6}{word}", frame.cyan())
    }

    fn totals(&self, now: Instant) -> String {
        let ended = self.done + self.failed;
        let filled = BAR * ended.min(self.total) / self.total.max(1);
        let (full, empty) = ("━".repeat(filled), "━".repeat(BAR - filled));
        let mut time = duration(now.duration_since(self.began));
        if self.expected >= WORTH_SAYING {
            time = format!("{time} of about {}", duration(self.expected));
        }
        let mut parts = vec![format!("{ended} of {}", self.total)];
        if self.failed > 0 {
            parts.push(format!("{} failed", self.failed).red().to_string());
        }
        parts.push(format!("{} under way", self.flight.len()));
        parts.push(time);
        format!("{}{} {}", full.green(), empty.dimmed(), parts.join(", "))
    }

    /// What goes on, in one line for a log: the oldest first.
    pub fn heartbeat(&self, now: Instant) -> Option<String> {
        let mut flights: Vec<_> = self.flight.iter().collect();
        flights.sort_by_key(|(_, flight)| flight.began);
        let names: Vec<String> = flights
            .iter()
            .take(5)
            .map(|((address, _), flight)| {
                format!("{address} ({})", duration(now.duration_since(flight.began)))
            })
            .collect();
        let more = match flights.len().saturating_sub(names.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        (!names.is_empty()).then(|| format!("… under way: {}{more}", names.join(", ")))
    }

    /// The action and the address, in columns.
    pub fn title(&self, event: &Event) -> String {
        self.titled(&event.address, event.action)
    }

    fn titled(&self, address: &Address, action: Action) -> String {
        let (_, word, style) = look(action);
        let gap = self.width.saturating_sub(address.as_str().chars().count());
        let word_gap = 7_usize.saturating_sub(word.len());
        format!("{}{:word_gap$} {}{:gap$}", word.style(style), "", address.bold(), "")
    }
}

/// The last column; nothing where it is empty.
fn tail(text: &str, style: Style) -> String {
    if text.is_empty() { String::new() } else { format!("  {}", text.style(style)) }
}

#[cfg(test)]
mod tests;
