//! The two streams, with colour where it is wanted.

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
        let terminal = match stream {
            Stream::Out => Term::stdout(),
            Stream::Err => Term::stderr(),
        };
        terminal
            .size_checked()
            .map_or(PLAIN_WIDTH, |(_, columns)| usize::from(columns).clamp(NARROWEST, WIDEST))
    }

    /// Writes a line. A reader that has gone away is no error of ours.
    pub fn line(self, stream: Stream, text: &str) {
        let _ = match stream {
            Stream::Out => writeln!(AutoStream::new(io::stdout().lock(), self.choice()), "{text}"),
            Stream::Err => writeln!(AutoStream::new(io::stderr().lock(), self.choice()), "{text}"),
        };
    }

    /// The text as it may be drawn on stderr.
    pub fn drawable(self, text: &str) -> String {
        let stderr = io::stderr();
        match AutoStream::choice(&stderr) {
            ColorChoice::Never => anstream::adapter::strip_str(text).to_string(),
            _ if !self.color => anstream::adapter::strip_str(text).to_string(),
            _ => text.to_owned(),
        }
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
