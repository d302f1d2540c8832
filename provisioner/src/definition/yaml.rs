//! YAML text to a value with spans, and what YAML allows but a definition must not hold.
//!
//! Works on `saphyr-parser`'s events. A mistake in a value is reported and reading goes on; one
//! after which nothing can be understood ends the file.

use std::collections::HashMap;

use indexmap::IndexMap;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as Range, StrInput, Tag};

use super::diagnostic::{Diagnostic, Diagnostics};
use super::interpolate::{self, Piece};
use super::scalar;
use crate::value::{Field, FileId, Node, Part, Reference, Span, Value};

/// How deep lists and maps may be nested.
const DEPTH: usize = 64;
/// How many values aliases may stand for, all together.
const EXPANSION: usize = 100_000;

/// Reads one file's text.
///
/// `None` when it can't be understood; the reason is among the diagnostics then.
pub fn parse(text: &str, file: FileId, diagnostics: &mut Diagnostics) -> Option<Value> {
    if let Some((start, found)) = text.char_indices().find(|(_, c)| is_forbidden(*c)) {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        diagnostics.push(Diagnostic::error(
            "Unprintable character",
            Span { file, start, end: start + 1 },
            format!("U+{:04X} is a control character, which YAML does not allow.", found as u32),
        ));
        return None;
    }
    let mut builder = Builder {
        parser: Parser::new_from_str(text),
        text,
        offsets: byte_offsets(text),
        file,
        anchors: HashMap::new(),
        expanded: 0,
        diagnostics,
    };
    builder.document().ok()
}

/// The control characters that YAML leaves out. NUL matters most: the parser takes it for the end.
fn is_forbidden(c: char) -> bool {
    c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\x7f')
}

/// The byte of each character; empty when each is one byte.
fn byte_offsets(text: &str) -> Vec<u32> {
    if text.is_ascii() {
        return Vec::new();
    }
    text.char_indices().map(|(byte, _)| u32::try_from(byte).unwrap_or(u32::MAX)).collect()
}

/// Nothing more can be read; the reason was reported.
struct Stop;

/// What an anchor names.
struct Anchor {
    value: Value,
    size: usize,
    depth: usize,
}

/// A value, the number of values in it, and how deep they are nested.
struct Built {
    value: Value,
    size: usize,
    depth: usize,
}

struct Builder<'t, 'd> {
    parser: Parser<'t, StrInput<'t>>,
    text: &'t str,
    offsets: Vec<u32>,
    file: FileId,
    anchors: HashMap<usize, Anchor>,
    expanded: usize,
    diagnostics: &'d mut Diagnostics,
}

impl<'t> Builder<'t, '_> {
    fn document(&mut self) -> Result<Value, Stop> {
        let mut document = None;
        loop {
            let (event, range) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(_) if document.is_some() => {
                    return Err(self.stop(
                        "Several documents",
                        self.span(range),
                        "A file holds one document; this begins a second one. Give it a file of \
                         its own.",
                    ));
                }
                Event::DocumentStart(_) => {
                    let (event, range) = self.next()?;
                    document = Some(self.node(event, range, 1)?.value);
                }
                _ => {}
            }
        }
        let empty = Span { file: self.file, start: 0, end: 0 };
        Ok(document.unwrap_or(Value { node: Node::Null, span: empty }))
    }

    fn next(&mut self) -> Result<(Event<'t>, Range), Stop> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(self.not_yaml(&error)),
            None => Ok((Event::StreamEnd, Range::default())),
        }
    }

    fn node(&mut self, event: Event<'t>, range: Range, depth: usize) -> Result<Built, Stop> {
        let span = self.span(range);
        if depth > DEPTH {
            let detail = format!("Lists and maps may be nested {DEPTH} deep; this one is deeper.");
            return Err(self.stop("Nested too deeply", span, &detail));
        }
        let (anchor, built) = match event {
            Event::Alias(id) => return self.alias(id, span, depth),
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span);
                (anchor, self.scalar(&text, style, span))
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span);
                (anchor, self.list(span, depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span);
                (anchor, self.map(span, depth)?)
            }
            _ => return Err(self.stop("Not YAML", span, "A value was expected here.")),
        };
        if anchor > 0 {
            let Built { value, size, depth } = &built;
            let named = Anchor { value: value.clone(), size: *size, depth: *depth };
            self.expand_by(*size, span)?;
            self.anchors.insert(anchor, named);
        }
        Ok(built)
    }

    fn alias(&mut self, id: usize, span: Span, depth: usize) -> Result<Built, Stop> {
        let Some(anchor) = self.anchors.get(&id) else {
            let detail = "This alias stands inside the value that it names.";
            return Err(self.stop("Endless alias", span, detail));
        };
        let built = Built { value: anchor.value.clone(), size: anchor.size, depth: anchor.depth };
        if depth + built.depth > DEPTH + 1 {
            let detail = format!(
                "Lists and maps may be nested {DEPTH} deep; with this alias they are deeper."
            );
            return Err(self.stop("Nested too deeply", span, &detail));
        }
        self.expand_by(built.size, span)?;
        Ok(built)
    }

    fn expand_by(&mut self, size: usize, span: Span) -> Result<(), Stop> {
        self.expanded += size;
        if self.expanded > EXPANSION {
            let detail = format!(
                "The anchors and aliases up to here stand for more than {EXPANSION} values. Write \
                 them out, or use `for_each`."
            );
            return Err(self.stop("Too many aliases", span, &detail));
        }
        Ok(())
    }

    fn list(&mut self, open: Span, depth: usize) -> Result<Built, Stop> {
        let mut items = Vec::new();
        let mut total = Built { value: null(open), size: 1, depth: 1 };
        let end = loop {
            let (event, range) = self.next()?;
            if event == Event::SequenceEnd {
                break range;
            }
            let built = self.node(event, range, depth + 1)?;
            total.size += built.size;
            total.depth = total.depth.max(built.depth + 1);
            items.push(built.value);
        };
        let last = items.last().map(|item| item.span);
        total.value = Value { span: self.enclose(open, last, end), node: Node::List(items) };
        Ok(total)
    }

    fn map(&mut self, open: Span, depth: usize) -> Result<Built, Stop> {
        let mut fields: IndexMap<String, Field> = IndexMap::new();
        let mut merged = Vec::new();
        let mut total = Built { value: null(open), size: 1, depth: 1 };
        let end = loop {
            let (event, range) = self.next()?;
            if event == Event::MappingEnd {
                break range;
            }
            let key_span = self.span(range);
            let key = self.key(event, range, depth)?;
            let (event, range) = self.next()?;
            let built = self.node(event, range, depth + 1)?;
            total.size += built.size;
            total.depth = total.depth.max(built.depth + 1);
            match key {
                Key::Merge => merged.push(built.value),
                Key::Name(name) => self.insert(&mut fields, name, key_span, built.value),
                Key::Refused => {}
            }
        };
        for value in merged {
            self.merge(&mut fields, value);
        }
        let last = fields.values().map(|field| field.value.span).max_by_key(|span| span.end);
        total.value = Value { span: self.enclose(open, last, end), node: Node::Map(fields) };
        Ok(total)
    }

    fn key(&mut self, event: Event<'t>, range: Range, depth: usize) -> Result<Key, Stop> {
        let span = self.span(range);
        let name = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span);
                let plain = style == ScalarStyle::Plain;
                if plain && text == "<<" {
                    return Ok(Key::Merge);
                }
                if plain && !matches!(scalar::plain(&text), Ok(Node::String(_))) {
                    let quoted = format!("write \"{text}\"");
                    self.refuse_key(
                        span,
                        &format!("`{text}` is a key, but no text."),
                        Some(quoted),
                    );
                    return Ok(Key::Refused);
                }
                if anchor > 0 {
                    let value = Value { node: Node::String(text.to_string()), span };
                    self.anchors.insert(anchor, Anchor { value, size: 1, depth: 1 });
                }
                text.into_owned()
            }
            other => match self.node(other, range, depth + 1)?.value.node {
                Node::String(text) => text,
                _ => {
                    self.refuse_key(span, "A key is text; this is something else.", None);
                    return Ok(Key::Refused);
                }
            },
        };
        if name.starts_with('$') || interpolate::has_reference(&name) {
            let detail =
                format!("`{name}` is a key, and keys can't hold references or begin with `$`.");
            self.refuse_key(span, &detail, None);
            return Ok(Key::Refused);
        }
        Ok(Key::Name(name))
    }

    fn refuse_key(&mut self, span: Span, detail: &str, hint: Option<String>) {
        self.diagnostics.push(Diagnostic::error("Unusable key", span, detail).maybe_hint(hint));
    }

    fn insert(
        &mut self,
        fields: &mut IndexMap<String, Field>,
        name: String,
        key: Span,
        value: Value,
    ) {
        if let Some(first) = fields.get(&name) {
            self.diagnostics.push(
                Diagnostic::error(
                    "Duplicate key",
                    key,
                    format!("`{name}` stands twice in this map; only one of the two can count."),
                )
                .label(first.key, "first written here"),
            );
            return;
        }
        fields.insert(name, Field { key, value });
    }

    /// Adds what `<<` names, where the map does not say otherwise.
    fn merge(&mut self, fields: &mut IndexMap<String, Field>, value: Value) {
        match value.node {
            Node::Map(more) => {
                for (name, field) in more {
                    fields.entry(name).or_insert(field);
                }
            }
            Node::List(items) if items.iter().all(|item| matches!(item.node, Node::Map(_))) => {
                items.into_iter().for_each(|item| self.merge(fields, item));
            }
            _ => self.diagnostics.push(Diagnostic::error(
                "Unusable merge",
                value.span,
                "`<<` takes the keys of a map, or of a list of maps; this is neither.",
            )),
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: Span) -> Built {
        let node = if style == ScalarStyle::Plain {
            scalar::plain(text).unwrap_or_else(|error| {
                self.diagnostics.push(
                    Diagnostic::error("Ambiguous number", span, format!("`{text}` {error}."))
                        .hint(format!("write \"{text}\" if it is text")),
                );
                Node::Template(Vec::new())
            })
        } else {
            Node::String(text.to_owned())
        };
        let node = match node {
            Node::String(text) => self.template(text, span),
            node => node,
        };
        Built { value: Value { node, span }, size: 1, depth: 0 }
    }

    fn template(&mut self, text: String, span: Span) -> Node {
        if !text.contains("${") {
            return Node::String(text);
        }
        let mut locate = Locator { raw: self.raw(span), span, searched: 0 };
        match interpolate::parse(&text) {
            Ok(pieces) => template(pieces, |range| locate.span(&text[range])),
            Err(error) => {
                let place = locate.exact(&text, &error.range);
                self.diagnostics.push(
                    Diagnostic::error("Unreadable reference", place, error.reason)
                        .maybe_hint(error.hint),
                );
                Node::Template(Vec::new())
            }
        }
    }

    fn refuse_tag(&mut self, tag: Option<&Tag>, span: Span) {
        if let Some(tag) = tag {
            let name = if tag.is_yaml_core_schema() {
                format!("!!{}", tag.suffix)
            } else {
                tag.to_string()
            };
            self.diagnostics.push(
                Diagnostic::error(
                    "Unknown tag",
                    span,
                    format!("The language has no tags, and this value has `{name}`."),
                )
                .hint("leave the tag out; quote the value where it is meant as text"),
            );
        }
    }

    fn not_yaml(&mut self, error: &ScanError) -> Stop {
        let start = self.byte(error.marker().index());
        let end = self.text[start as usize..].chars().next().map_or(0, char::len_utf8);
        let end = start + u32::try_from(end).unwrap_or(0);
        let span = Span { file: self.file, start, end };
        let detail = format!("YAML can't be read on from here: {}.", error.info());
        let hint = error.info().contains("tab").then(|| "indent with spaces".to_owned());
        self.diagnostics.push(Diagnostic::error("Not YAML", span, detail).maybe_hint(hint));
        Stop
    }

    fn stop(&mut self, summary: &'static str, span: Span, detail: &str) -> Stop {
        self.diagnostics.push(Diagnostic::error(summary, span, detail));
        Stop
    }

    fn byte(&self, character: usize) -> u32 {
        let end = self.text.len();
        let byte = if self.offsets.is_empty() {
            character.min(end)
        } else {
            self.offsets.get(character).map_or(end, |byte| *byte as usize)
        };
        u32::try_from(byte).unwrap_or(u32::MAX)
    }

    /// The bytes of a range, without white space at the end.
    fn span(&self, range: Range) -> Span {
        let start = self.byte(range.start.index());
        let end = self.byte(range.end.index()).max(start);
        let raw = self.text.get(start as usize..end as usize).unwrap_or_default();
        let trimmed = u32::try_from(raw.trim_end().len()).unwrap_or(u32::MAX);
        Span { file: self.file, start, end: start + trimmed }
    }

    fn raw(&self, span: Span) -> &'t str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// From the opening of a list or map to its last value, or its closing bracket.
    fn enclose(&self, open: Span, last: Option<Span>, close: Range) -> Span {
        let bracketed = self.text[open.start as usize..].starts_with(['[', '{']);
        let end = match last {
            _ if bracketed => self.span(close).end,
            Some(last) => last.end,
            None => open.end,
        };
        Span { end: end.max(open.end), ..open }
    }
}

enum Key {
    Name(String),
    Merge,
    Refused,
}

fn null(span: Span) -> Value {
    Value { node: Node::Null, span }
}

/// Pieces of text as a node: text where there is no reference.
pub(super) fn template(
    pieces: Vec<Piece>,
    mut locate: impl FnMut(std::ops::Range<usize>) -> Span,
) -> Node {
    if pieces.iter().all(|piece| matches!(piece, Piece::Text(_))) {
        let text = pieces.into_iter().map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Reference { .. } => String::new(),
        });
        return Node::String(text.collect());
    }
    let parts = pieces.into_iter().map(|piece| match piece {
        Piece::Text(text) => Part::Text(text),
        Piece::Reference { path, range } => {
            Part::Reference(Reference { path, span: locate(range) })
        }
    });
    Node::Template(parts.collect())
}

/// Finds what a scalar's text says in what the file says, where quotes and folds lie between.
struct Locator<'a> {
    raw: &'a str,
    span: Span,
    searched: usize,
}

impl Locator<'_> {
    /// The next occurrence of a reference; the whole scalar where it is folded or escaped.
    fn span(&mut self, reference: &str) -> Span {
        let Some(found) = self.raw[self.searched..].find(reference) else { return self.span };
        let start = self.searched + found;
        self.searched = start + reference.len();
        self.part(start, self.searched)
    }

    /// A stretch of an unreadable reference; the whole scalar where it is folded or escaped.
    fn exact(&mut self, text: &str, range: &std::ops::Range<usize>) -> Span {
        let open = text[..range.start].rfind("${").unwrap_or(range.start);
        let written = text[open..range.end].trim_end();
        match self.raw.rfind(written) {
            Some(start) => self.part(start + range.start - open, start + written.len()),
            None => self.span,
        }
    }

    fn part(&self, start: usize, end: usize) -> Span {
        let at = |byte: usize| self.span.start + u32::try_from(byte).unwrap_or(0);
        Span { file: self.span.file, start: at(start), end: at(end) }
    }
}
