//! The lines at the bottom of a terminal that are drawn again and again.
//!
//! The cursor rests on a line of its own below them, so that what the terminal itself writes, the
//! `^C` of an interruption, is wiped at the next drawing instead of pushing the lines away.

use std::fmt::Write;

use console::{Term, measure_text_width, truncate_str};

use super::stream::Streams;

/// The size of a terminal that doesn't say what it has.
const SIZE: (usize, usize) = (24, 80);

/// Lines that stay at the bottom while others pass above them.
pub(super) struct Live {
    streams: Streams,
    lines: Vec<String>,
    /// How many columns each line on the screen takes.
    drawn: Vec<usize>,
}

impl Live {
    /// Nothing yet, on stderr.
    pub fn new(streams: Streams) -> Self {
        Self { streams, lines: Vec::new(), drawn: Vec::new() }
    }

    /// One line that stays as it is.
    pub fn showing(streams: Streams, line: &str) -> Self {
        let mut live = Self::new(streams);
        live.draw(vec![line.to_owned()]);
        live
    }

    /// How many rows the terminal has.
    pub fn rows(&self) -> usize {
        size().0
    }

    /// Draws other lines in place of those that stand there.
    pub fn draw(&mut self, lines: Vec<String>) {
        self.lines = lines;
        self.redraw("");
    }

    /// Says something above the lines.
    pub fn say(&mut self, text: &str) {
        self.redraw(&format!("{text}\n"));
    }

    /// Text and lines go out in one piece: nothing half drawn is ever to be seen.
    fn redraw(&mut self, above: &str) {
        let (_, columns) = size();
        let cut = |line: &String| truncate_str(line, columns, "…").into_owned();
        let lines: Vec<String> = self.lines.iter().map(cut).collect();
        let mut frame = wipe(&self.drawn, columns);
        frame.push_str(above);
        for line in &lines {
            let _ = writeln!(frame, "{line}");
        }
        self.drawn = lines.iter().map(|line| measure_text_width(line)).collect();
        self.streams.draw(&frame);
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.draw(Vec::new());
    }
}

fn size() -> (usize, usize) {
    Term::stderr().size_checked().map_or(SIZE, |(rows, columns)| (rows.into(), columns.into()))
}

/// Goes up over the lines and wipes what is below. A terminal that has become narrower has broken
/// the longer ones.
fn wipe(drawn: &[usize], columns: usize) -> String {
    let rows: usize = drawn.iter().map(|width| width.div_ceil(columns.max(1)).max(1)).sum();
    match rows {
        0 => "\r\u{1b}[J".to_owned(),
        rows => format!("\r\u{1b}[{rows}A\u{1b}[J"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_a_narrower_terminal_broke_are_wiped_whole() {
        assert_eq!(wipe(&[], 80), "\r\u{1b}[J");
        assert_eq!(wipe(&[80, 0, 10], 80), "\r\u{1b}[3A\u{1b}[J");
        assert_eq!(wipe(&[80, 0, 10], 30), "\r\u{1b}[5A\u{1b}[J");
    }
}
