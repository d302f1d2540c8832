//! The two streams, with colour where it is wanted.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use console::Term;

/// The width of text for a file or a pipe.
const PLAIN_WIDTH: usize = 100;
/// A terminal may be wider; longer lines are hard to read.
const WIDEST: usize = 120;
/// Narrower, only what must be wrapped is.
const NARROWEST: usize = 60;

/// How output is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streams {
    /// Whether colours may be used; `NO_COLOR` and a pipe forbid them too.
    pub color: bool,
    /// Whether progress and notes are left out.
    pub quiet: bool,
}

/// Where to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Data.
    Out,
    /// Everything else.
    Err,
}

impl Streams {
    /// Whether a person watches stderr.
    pub fn is_interactive(self) -> bool {
        io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
    }

    /// How many columns text may take.
    pub fn width(self, stream: Stream) -> usize {
        self.columns(stream).map_or(PLAIN_WIDTH, |columns| columns.clamp(NARROWEST, WIDEST))
    }

    /// How many columns the terminal has; `None` where there is none.
    pub fn columns(self, stream: Stream) -> Option<usize> {
        let terminal = match stream {
            Stream::Out => Term::stdout(),
            Stream::Err => Term::stderr(),
        };
        terminal.size_checked().map(|(_, columns)| columns.into())
    }

    /// Writes a line. A reader that has gone away is no error of ours.
    pub fn line(self, stream: Stream, text: &str) {
        let _ = self.try_line(stream, text);
    }

    /// Writes a line.
    ///
    /// # Errors
    /// When the reader has gone away, or a file can't be written.
    pub fn try_line(self, stream: Stream, text: &str) -> io::Result<()> {
        match stream {
            Stream::Out => writeln!(AutoStream::new(io::stdout().lock(), self.choice()), "{text}"),
            Stream::Err => writeln!(AutoStream::new(io::stderr().lock(), self.choice()), "{text}"),
        }
    }

    /// Writes text that moves the cursor to a terminal on stderr; colours go where none are wanted.
    pub fn draw(self, text: &str) {
        let mut stderr = io::stderr().lock();
        let colored = self.color && AutoStream::choice(&stderr) != ColorChoice::Never;
        let text = if colored { text.into() } else { without_color(text) };
        // A terminal that has gone away is no error of ours.
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }

    fn choice(self) -> ColorChoice {
        if self.color { ColorChoice::Auto } else { ColorChoice::Never }
    }

    /// Asks a question and gives the answer's line.
    ///
    /// # Errors
    /// When stdin can't be read.
    pub fn ask(self, question: &str) -> io::Result<String> {
        let mut answer = String::new();
        let mut stderr = io::stderr().lock();
        write!(stderr, "{question}")?;
        stderr.flush()?;
        io::stdin().read_line(&mut answer)?;
        Ok(answer)
    }
}

/// The text without the escape sequences that set colours; those that move the cursor stay.
fn without_color(text: &str) -> Cow<'_, str> {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(part.len());
        match part[end..].strip_prefix('m') {
            Some(rest) => plain.push_str(rest),
            None => plain.extend(["\u{1b}[", part]),
        }
    }
    plain.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colours_the_cursor_still_moves() {
        let text = "\r\u{1b}[2A\u{1b}[J\u{1b}[1;32mgreen\u{1b}[0m plain";
        assert_eq!(without_color(text), "\r\u{1b}[2A\u{1b}[Jgreen plain");
    }
}
