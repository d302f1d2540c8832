//! Progress: a live display on a terminal, plain lines elsewhere.

use std::time::{Duration, Instant};

use console::truncate_str;
use owo_colors::OwoColorize;

use super::board::Board;
use super::live::Live;
use super::stream::{Stream, Streams};
use super::value::clean;
use crate::engine::event::{Event, Progress};
use crate::engine::plan::Plan;

/// How often a log that nobody watches says that the run is alive.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// Shows events as they come.
pub struct Display {
    streams: Streams,
    board: Board,
    live: Option<Live>,
    spoke: Instant,
}

impl Display {
    /// A display for a plan that AWS typically takes `expected` to carry out.
    pub fn new(streams: Streams, plan: &Plan, expected: Duration) -> Self {
        let now = Instant::now();
        let live = streams.is_interactive() && !streams.quiet;
        let live = live.then(|| Live::new(streams));
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
                let width = self.streams.columns(Stream::Err).unwrap_or(usize::MAX);
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
        match &mut self.live {
            Some(live) => live.say(text),
            None => self.streams.line(Stream::Err, text),
        }
    }

    /// Draws again, a few times a second.
    pub fn tick(&mut self) {
        let now = Instant::now();
        match &mut self.live {
            Some(live) => {
                let lines = self.board.lines(now, live.rows());
                live.draw(lines);
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
