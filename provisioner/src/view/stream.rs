//! The two streams, with colour where it is wanted.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

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
        io::stderr().is_terminal()
    }

    /// Writes a line. A reader that has gone away is no error of ours.
    pub fn line(self, stream: Stream, text: &str) {
        let choice = if self.color { ColorChoice::Auto } else { ColorChoice::Never };
        let _ = match stream {
            Stream::Out => writeln!(AutoStream::new(io::stdout().lock(), choice), "{text}"),
            Stream::Err => writeln!(AutoStream::new(io::stderr().lock(), choice), "{text}"),
        };
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
