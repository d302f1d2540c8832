//! The loaded files, and the places in them.

use std::fmt;

use crate::value::{FileId, Span};

/// The files of a run, in the order of loading.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

/// One file.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its path as a person would write it, from the project's directory.
    pub path: String,
    /// Its text, without a byte order mark.
    pub text: String,
    /// The byte at which each line begins.
    lines: Vec<usize>,
    /// Stretches that must not be shown.
    concealed: Vec<Span>,
}

/// Where something stands: for people, so lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The file's path.
    pub path: &'a str,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let text = text.into();
        let starts = text.match_indices('\n').map(|(index, _)| index + 1);
        let lines = std::iter::once(0).chain(starts).collect();
        self.files.push(Source { path: path.into(), text, lines, concealed: Vec::new() });
        id
    }

    /// The file; `None` for an id that another run gave.
    pub fn get(&self, file: FileId) -> Option<&Source> {
        self.files.get(usize::try_from(file.0).ok()?)
    }

    /// Every file.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }

    /// Where a span begins.
    pub fn place(&self, span: Span) -> Option<Place<'_>> {
        let source = self.get(span.file)?;
        let (line, start) = source.line_at(span.start as usize);
        let before = source.text.get(start..span.start as usize).unwrap_or_default();
        Some(Place { path: &source.path, line: line + 1, column: before.chars().count() + 1 })
    }

    /// The text of a span, empty where there is none.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file)
            .and_then(|source| source.text.get(span.start as usize..span.end as usize))
            .unwrap_or_default()
    }

    /// Never shows this stretch again: it looks like a secret.
    pub(super) fn conceal(&mut self, span: Span) {
        let index = usize::try_from(span.file.0).unwrap_or(usize::MAX);
        if let Some(source) = self.files.get_mut(index) {
            source.concealed.push(span);
        }
    }
}

impl Source {
    /// The index of the line that holds the byte, from 0, and the byte at which it begins.
    pub fn line_at(&self, byte: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= byte).saturating_sub(1);
        (line, self.lines.get(line).copied().unwrap_or(0))
    }

    /// A line's text without its ending, from index 0, with what looks like a secret as `•`
    /// and control characters as `\u{fffd}`.
    pub fn line(&self, index: usize) -> String {
        let Some(start) = self.lines.get(index).copied() else { return String::new() };
        let end = self.lines.get(index + 1).copied().unwrap_or(self.text.len());
        let text = self.text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r']);
        let hidden = |byte: usize| {
            let byte = start + byte;
            self.concealed.iter().any(|s| (s.start as usize..s.end as usize).contains(&byte))
        };
        let shown = |c: char| if c.is_control() && c != '\t' { '\u{fffd}' } else { c };
        text.char_indices().map(|(byte, c)| if hidden(byte) { '•' } else { shown(c) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_from_one_and_in_characters() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", "a: 1\né: wert\r\n");
        let place = |start| sources.place(Span { file, start, end: start }).unwrap().to_string();
        assert_eq!(place(0), "a.yaml:1:1");
        assert_eq!(place(5), "a.yaml:2:1");
        assert_eq!(place(9), "a.yaml:2:4");
        assert_eq!(place(15), "a.yaml:3:1");
        assert_eq!(sources.get(file).unwrap().line(1), "é: wert");
    }

    #[test]
    fn what_is_concealed_is_never_shown() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", "password: hunter2\n");
        sources.conceal(Span { file, start: 10, end: 17 });
        assert_eq!(sources.get(file).unwrap().line(0), "password: •••••••");
    }
}
