//! Diagnostics for people, with the lines that they are about, and as JSON for machines.

use std::fmt::Write;

use owo_colors::Style;
use serde::Serialize;
use serde_json::Value as Json;

use super::failure::{Answer, Failure};
use super::value::{clean, count, wrap};
use crate::definition::{Diagnostic, Diagnostics, Severity, Source, Sources};
use crate::value::Span;

/// How wide an excerpt or a paragraph is where nothing narrower is asked for, in characters.
pub const WIDTH: usize = 96;

/// Whether to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// Text alone.
    Plain,
    /// With ANSI escape codes.
    Coloured,
}

/// All diagnostics for a person, with excerpts and paragraphs of this width, and how many there
/// are.
pub fn human(diagnostics: &Diagnostics, sources: &Sources, paint: Paint, width: usize) -> String {
    let mut renderer = Renderer { sources, paint, width, text: String::new() };
    for diagnostic in diagnostics.iter() {
        renderer.diagnostic(diagnostic);
    }
    renderer.total(diagnostics);
    renderer.text
}

/// A failure for a person, with the line that declares what failed.
pub fn failure(failure: &Failure, sources: &Sources, paint: Paint, width: usize) -> String {
    let mut renderer = Renderer { sources, paint, width, text: String::new() };
    renderer.failure(failure);
    renderer.text.trim_end().to_owned()
}

struct Renderer<'a> {
    sources: &'a Sources,
    paint: Paint,
    width: usize,
    text: String,
}

impl Renderer<'_> {
    fn diagnostic(&mut self, diagnostic: &Diagnostic) {
        let (word, style) = match diagnostic.severity {
            Severity::Error => ("error", Style::new().red().bold()),
            Severity::Warning => ("warning", Style::new().yellow().bold()),
        };
        self.styled(word, style);
        let about = match &diagnostic.address {
            Some(address) => format!(": {} in {address}", diagnostic.summary),
            None => format!(": {}", diagnostic.summary),
        };
        self.styled(&about, Style::new().bold());
        self.text.push('\n');
        let labelled = diagnostic.labels.iter().map(|label| label.span);
        let margin = self.margin(diagnostic.span.into_iter().chain(labelled));
        if let Some(span) = diagnostic.span {
            self.place(span, margin, "-->");
            self.excerpt(span, margin, '^', style, "");
        }
        for label in &diagnostic.labels {
            let elsewhere = diagnostic.span.is_none_or(|span| span.file != label.span.file);
            if elsewhere {
                self.place(label.span, margin, ":::");
            }
            self.excerpt(label.span, margin, '-', Style::new().blue().bold(), &label.text);
        }
        self.paragraph(&diagnostic.detail, margin + 3, None);
        if let Some(hint) = &diagnostic.hint {
            self.paragraph(hint, margin + 3, Some("hint: "));
        }
        self.text.push('\n');
    }

    fn failure(&mut self, failure: &Failure) {
        let red = Style::new().red().bold();
        self.styled("error", red);
        let message = clean(&failure.message);
        // The first line stands behind a word: a long message goes on below it.
        let lines = wrap(&message, self.width - "error: ".len());
        self.styled(&format!(": {}", lines.join("\n  ")), Style::new().bold());
        self.text.push('\n');
        let margin = self.margin(failure.span);
        let indent = failure.span.map_or(2, |_| margin + 3);
        if let Some(span) = failure.span {
            self.place(span, margin, "-->");
            self.excerpt(span, margin, '^', red, "");
        }
        // What AWS said is shown below, in its parts.
        let answer = failure.answer.as_deref().filter(|answer| answer.text != failure.message);
        if let Some(answer) = answer {
            self.answer(answer, indent);
        }
        for cause in &failure.causes {
            if answer.is_none_or(|answer| answer.text != *cause) {
                self.said(cause, indent);
            }
        }
        if let Some(hint) = &failure.hint {
            self.paragraph(hint, indent, Some("hint: "));
        }
    }

    /// The operation and the code, then the message, then what AWS support asks for.
    fn answer(&mut self, answer: &Answer, indent: usize) {
        let operation = answer.operation.iter().map(String::as_str);
        let head: Vec<&str> = operation.chain(answer.code.as_deref()).collect();
        if !head.is_empty() {
            self.paragraph(&format!("{}:", head.join(" failed with ")), indent, None);
        }
        self.said(&answer.message, indent);
        if let Some(id) = &answer.request_id {
            let _ = write!(self.text, "{:indent$}", "");
            self.styled(&format!("request {}", clean(id)), Style::new().dimmed());
            self.text.push('\n');
        }
    }

    /// What another program said keeps its lines: they may be those of a log.
    fn said(&mut self, text: &str, indent: usize) {
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let deeper = line.len() - line.trim_start().len();
            self.paragraph(&clean(line.trim()), indent + deeper, None);
        }
    }

    /// How many columns the line numbers take.
    fn margin(&self, spans: impl IntoIterator<Item = Span>) -> usize {
        let places = spans.into_iter().filter_map(|span| self.sources.place(span));
        let lines = places.map(|place| place.line);
        lines.max().map_or(1, |line| line.to_string().len())
    }

    fn place(&mut self, span: Span, margin: usize, arrow: &str) {
        let Some(place) = self.sources.place(span) else { return };
        let _ = write!(self.text, "{:margin$}", "");
        self.styled(arrow, Style::new().blue().bold());
        let _ = writeln!(self.text, " {place}");
    }

    fn excerpt(&mut self, span: Span, margin: usize, mark: char, style: Style, label: &str) {
        let Some(source) = self.sources.get(span.file) else { return };
        let excerpt = Excerpt::new(source, span, self.width);
        if excerpt.text.trim().is_empty() {
            return;
        }
        self.bar(&format!("{:>margin$} |", excerpt.line + 1));
        let _ = writeln!(self.text, " {}", excerpt.text);
        self.bar(&format!("{:margin$} |", ""));
        let _ = write!(self.text, " {:1$}", "", excerpt.column);
        let marks: String = std::iter::repeat_n(mark, excerpt.length).collect();
        self.styled(format!("{marks} {label}").trim_end(), style);
        self.text.push('\n');
    }

    fn bar(&mut self, text: &str) {
        self.styled(text, Style::new().blue().bold());
    }

    /// Text in lines of bearable width, that far in.
    fn paragraph(&mut self, text: &str, indent: usize, heading: Option<&str>) {
        let heading = heading.unwrap_or_default();
        for (index, line) in wrap(text, self.width - heading.len()).iter().enumerate() {
            let _ = write!(self.text, "{:indent$}", "");
            match index {
                0 => self.styled(heading, Style::new().cyan().bold()),
                _ => {
                    let _ = write!(self.text, "{:1$}", "", heading.len());
                }
            }
            let _ = writeln!(self.text, "{line}");
        }
    }

    fn total(&mut self, diagnostics: &Diagnostics) {
        let several = |severity, word| {
            let number = diagnostics.iter().filter(|it| it.severity == severity).count();
            (number > 0).then(|| count(number, word))
        };
        let totals = [several(Severity::Error, "error"), several(Severity::Warning, "warning")];
        let totals: Vec<String> = totals.into_iter().flatten().collect();
        if !totals.is_empty() {
            let _ = writeln!(self.text, "{}", totals.join(", "));
        }
    }

    fn styled(&mut self, text: &str, style: Style) {
        match self.paint {
            Paint::Coloured if !text.is_empty() => {
                let _ = write!(self.text, "{}", style.style(text));
            }
            _ => self.text.push_str(text),
        }
    }
}

/// The part of a line that is shown, and what of it is underlined.
struct Excerpt {
    /// The line's index.
    line: usize,
    text: String,
    /// Characters before the underlined part.
    column: usize,
    /// Underlined characters, at least one.
    length: usize,
}

impl Excerpt {
    fn new(source: &Source, span: Span, width: usize) -> Self {
        let (line, start) = source.line_at(span.start as usize);
        let text: Vec<char> = source.line(line).replace('\t', " ").chars().collect();
        let characters = |from: usize, to: u32| {
            source.text.get(from..to as usize).map_or(0, |t| t.chars().count())
        };
        let column = characters(start, span.start).min(text.len());
        let length = characters(span.start as usize, span.end);
        let length = length.min(text.len() - column).max(1);
        // Of a very long line, only what surrounds the place.
        let skipped =
            if column + length.min(width / 2) > width { column.saturating_sub(20) } else { 0 };
        let mut shown: String = text.iter().skip(skipped).take(width).collect();
        if text.len() > skipped + width {
            shown.push('…');
        }
        let (mut column, length) = (column - skipped, length.min(width - (column - skipped)));
        if skipped > 0 {
            shown.insert(0, '…');
            column += 1;
        }
        Self { line, text: shown, column, length }
    }
}

/// All diagnostics for machines: an array of objects with `severity`, `summary`, `detail`, and
/// where they have one `address`, `hint`, `place` and `labels`.
pub fn json(diagnostics: &Diagnostics, sources: &Sources) -> Json {
    let entries = diagnostics.iter().map(|it| JsonDiagnostic {
        severity: match it.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        summary: it.summary,
        detail: &it.detail,
        address: it.address.as_ref().map(|address| address.as_str()),
        hint: it.hint.as_deref(),
        place: it.span.and_then(|span| json_place(sources, span)),
        labels: it
            .labels
            .iter()
            .map(|label| JsonLabel { text: &label.text, place: json_place(sources, label.span) })
            .collect(),
    });
    serde_json::to_value(entries.collect::<Vec<_>>()).unwrap_or_default()
}

fn json_place(sources: &Sources, span: Span) -> Option<JsonPlace<'_>> {
    let start = sources.place(span)?;
    let end = sources.place(Span { start: span.end, ..span })?;
    Some(JsonPlace {
        file: start.path,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    })
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    severity: &'static str,
    summary: &'static str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<JsonPlace<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<JsonLabel<'a>>,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<JsonPlace<'a>>,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}
