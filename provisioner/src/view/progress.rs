//! Progress: a live display on a terminal, plain lines elsewhere.

use std::time::{Duration, Instant};

use console::{Term, truncate_str};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use owo_colors::OwoColorize;

use super::board::Board;
use super::stream::{Stream, Streams};
use super::value::clean;
use crate::engine::event::{Event, Progress};
use crate::engine::plan::Plan;

/// How often a log that nobody watches says that the run is alive.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// Rows of a terminal that doesn't say how many it has.
const ROWS: usize = 24;

/// Shows events as they come.
pub struct Display {
    streams: Streams,
    board: Board,
    live: Option<Live>,
    spoke: Instant,
}

/// The lines at the bottom of a terminal.
struct Live {
    area: MultiProgress,
    lines: Vec<ProgressBar>,
}

impl Display {
    /// A display for a plan that AWS typically takes `expected` to carry out.
    pub fn new(streams: Streams, plan: &Plan, expected: Duration) -> Self {
        let now = Instant::now();
        let live = streams.is_interactive() && !streams.quiet;
        let live = live.then(|| Live { area: MultiProgress::new(), lines: Vec::new() });
        Self { streams, board: Board::new(plan, expected, now), live, spoke: now }
    }

    /// Shows one event.
    pub fn event(&mut self, event: &Event) {
        let now = Instant::now();
        let ended = self.board.event(event, now);
        let failed = matches!(event.progress, Progress::Failed { .. });
        if self.streams.quiet && !failed {
            return;
        }
        match (ended, &event.progress) {
            // A line that wraps is hard to scan; `status` shows long ids whole.
            (Some(line), _) if self.live.is_some() && !failed => {
                let width =
                    Term::stderr().size_checked().map_or(usize::MAX, |(_, width)| width.into());
                self.say(&truncate_str(&line, width, "…"));
            }
            (Some(line), _) if self.live.is_some() => self.say(&line),
            (Some(line), _) => self.say(&format!("{} {line}", self.board.count().dimmed())),
            (None, Progress::Working { status }) if self.live.is_none() => {
                let gap = self.board.count().len();
                let title = self.board.title(event);
                self.say(&format!("{:gap$} … {title} {}", "", clean(status).dimmed()));
            }
            _ => {}
        }
    }

    /// Says something above the live lines.
    pub fn say(&mut self, text: &str) {
        self.spoke = Instant::now();
        match &self.live {
            Some(live) => live.area.suspend(|| self.streams.line(Stream::Err, text)),
            None => self.streams.line(Stream::Err, text),
        }
    }

    /// Draws again, a few times a second.
    pub fn tick(&mut self) {
        let now = Instant::now();
        match &mut self.live {
            Some(live) => {
                let rows = Term::stderr().size_checked().map_or(ROWS, |(rows, _)| rows.into());
                let lines = self.board.lines(now, rows);
                live.draw(lines.iter().map(|line| self.streams.drawable(line)));
            }
            None if !self.streams.quiet && now - self.spoke > HEARTBEAT => {
                if let Some(line) = self.board.heartbeat(now) {
                    self.say(&format!("{} {line}", self.board.count().dimmed()));
                }
            }
            None => {}
        }
    }
}

impl Live {
    fn draw(&mut self, lines: impl ExactSizeIterator<Item = String>) {
        while self.lines.len() > lines.len() {
            if let Some(line) = self.lines.pop() {
                line.finish_and_clear();
                self.area.remove(&line);
            }
        }
        while self.lines.len() < lines.len() {
            let line = self.area.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
                line.set_style(style);
            }
            self.lines.push(line);
        }
        for (line, text) in self.lines.iter().zip(lines) {
            line.set_message(text);
            line.tick();
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        for line in &self.lines {
            line.finish_and_clear();
        }
        // A terminal that has gone away is no error of ours.
        let _ = self.area.clear();
    }
}
