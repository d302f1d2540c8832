//! `${…}` inside text: finding the references, and taking them apart.

use std::ops::Range;

use crate::value::Step;

/// A piece of text that may hold references.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is, `$${` already turned into `${`.
    Text(String),
    /// A reference: its steps, and its bytes in the text, `${` and `}` included.
    Reference {
        /// The steps, at least one; the first is a name.
        path: Vec<Step>,
        /// Where it stands.
        range: Range<usize>,
    },
}

/// A `${…}` that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct InterpolationError {
    /// The bytes of the text that are wrong.
    pub range: Range<usize>,
    /// A full sentence: what is wrong.
    pub reason: String,
    /// What to write instead.
    pub hint: Option<String>,
}

/// Whether the text holds a reference; `$${` is none.
pub fn has_reference(text: &str) -> bool {
    find_opening(text, 0).is_some()
}

/// The text with `${` written so that it is no reference.
pub fn escape(text: &str) -> String {
    text.replace("${", "$${")
}

/// Takes text apart.
///
/// # Errors
/// The first `${…}` that can't be read.
pub fn parse(text: &str) -> Result<Vec<Piece>, InterpolationError> {
    let mut pieces = Vec::new();
    let mut end = 0;
    while let Some(start) = find_opening(text, end) {
        push_text(&mut pieces, &text[end..start]);
        let mut reader = Reader { text, at: start + 2, start };
        let path = reader.path()?;
        end = reader.at;
        pieces.push(Piece::Reference { path, range: start..end });
    }
    push_text(&mut pieces, &text[end..]);
    Ok(pieces)
}

/// The next `${` that is not the end of `$${`.
fn find_opening(text: &str, from: usize) -> Option<usize> {
    let mut search = from;
    while let Some(found) = text[search..].find("${").map(|found| search + found) {
        if found == from || text.as_bytes()[found - 1] != b'$' {
            return Some(found);
        }
        search = found + 2;
    }
    None
}

fn push_text(pieces: &mut Vec<Piece>, raw: &str) {
    if !raw.is_empty() {
        pieces.push(Piece::Text(raw.replace("$${", "${")));
    }
}

/// Reads one reference, from behind its `${`.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    start: usize,
}

impl Reader<'_> {
    fn path(&mut self) -> Result<Vec<Step>, InterpolationError> {
        self.skip_spaces();
        let mut path = vec![Step::Name(self.name()?)];
        loop {
            match self.peek() {
                Some('.') => path.push(self.dotted()?),
                Some('[') => path.push(self.bracketed()?),
                _ => break,
            }
        }
        self.skip_spaces();
        match self.peek() {
            Some('}') => {
                self.at += 1;
                Ok(path)
            }
            found => Err(self.unexpected(found)),
        }
    }

    fn dotted(&mut self) -> Result<Step, InterpolationError> {
        self.at += 1;
        if self.peek() == Some('*') {
            self.at += 1;
            return Ok(Step::All);
        }
        self.name().map(Step::Name)
    }

    fn bracketed(&mut self) -> Result<Step, InterpolationError> {
        self.at += 1;
        let step = match self.peek() {
            Some(quote @ ('"' | '\'')) => {
                self.at += 1;
                let key = self.take_while(|c| c != quote && c != '\n');
                if self.peek() != Some(quote) {
                    return Err(self.unexpected(self.peek()));
                }
                self.at += 1;
                Step::Key(key)
            }
            Some('0'..='9') => Step::Index(self.index()?),
            found => return Err(self.unexpected(found)),
        };
        if self.peek() != Some(']') {
            return Err(self.unexpected(self.peek()));
        }
        self.at += 1;
        Ok(step)
    }

    fn index(&mut self) -> Result<usize, InterpolationError> {
        let from = self.at;
        let digits = self.take_while(|c| c.is_ascii_digit());
        digits.parse().map_err(|_| InterpolationError {
            range: from..self.at,
            reason: format!("`{digits}` is too large for the index of a list."),
            hint: None,
        })
    }

    fn name(&mut self) -> Result<String, InterpolationError> {
        match self.peek() {
            Some(first) if first.is_ascii_alphabetic() || first == '_' => {
                Ok(self.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')))
            }
            found => Err(self.unexpected(found)),
        }
    }

    fn unexpected(&self, found: Option<char>) -> InterpolationError {
        let Some(found) = found else {
            return InterpolationError {
                range: self.start..self.text.len(),
                reason: "This `${` has no closing brace.".to_owned(),
                hint: Some("write `$${` where you mean the text `${` itself".to_owned()),
            };
        };
        let reason = match found {
            '}' => "A name is missing before this brace.".to_owned(),
            _ => format!("`{}` does not belong into a reference.", found.escape_debug()),
        };
        InterpolationError {
            range: self.at..self.at + found.len_utf8(),
            reason,
            hint: Some(
                "a reference is a name and steps: ${cluster.endpoint}, ${subnet[\"a\"].id}, \
                 ${subnet.*.id}; there are no operators and no functions"
                    .to_owned(),
            ),
        }
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let rest = &self.text[self.at..];
        let taken = &rest[..rest.find(|c| !wanted(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken.to_owned()
    }

    fn skip_spaces(&mut self) {
        self.take_while(|c| c == ' ');
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }
}

/// The steps as they are written between the braces.
pub fn display(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Name(name) if text.is_empty() => text.push_str(name),
            Step::Name(name) => text.extend([".", name]),
            Step::Index(index) => text.push_str(&format!("[{index}]")),
            Step::Key(key) => text.push_str(&format!("[\"{key}\"]")),
            Step::All => text.push_str(".*"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(text: &str) -> Vec<Step> {
        match parse(text).unwrap().as_slice() {
            [Piece::Reference { path, range }] if *range == (0..text.len()) => path.clone(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn every_kind_of_step() {
        let name = |name: &str| Step::Name(name.to_owned());
        let key = |key: &str| Step::Key(key.to_owned());
        assert_eq!(reference("${ a.b-c }"), [name("a"), name("b-c")]);
        assert_eq!(reference("${a[10].b}"), [name("a"), Step::Index(10), name("b")]);
        assert_eq!(reference(r#"${a["x/y"].b}"#), [name("a"), key("x/y"), name("b")]);
        assert_eq!(reference("${a['x'].*}"), [name("a"), key("x"), Step::All]);
        assert_eq!(display(&reference("${a['x'].*.b[1]}")), r#"a["x"].*.b[1]"#);
    }

    #[test]
    fn text_around_references_is_kept() {
        let pieces = parse("é${a}-${b.c}").unwrap();
        let path = |steps: &[&str]| steps.iter().map(|s| Step::Name((*s).to_owned())).collect();
        assert_eq!(
            pieces,
            [
                Piece::Text("é".to_owned()),
                Piece::Reference { path: path(&["a"]), range: 2..6 },
                Piece::Text("-".to_owned()),
                Piece::Reference { path: path(&["b", "c"]), range: 7..13 },
            ]
        );
    }

    #[test]
    fn a_doubled_dollar_is_text() {
        assert_eq!(parse("$${a} $5").unwrap(), [Piece::Text("${a} $5".to_owned())]);
        assert!(!has_reference("$${a}"));
        assert!(has_reference("$${a}${b}"));
        assert_eq!(parse(&escape("${a}")).unwrap(), [Piece::Text("${a}".to_owned())]);
    }

    #[test]
    fn what_can_not_be_read_is_pointed_at() {
        let at = |text: &str| parse(text).unwrap_err().range;
        assert_eq!(at("x ${a"), 2..5);
        assert_eq!(at("${}"), 2..3);
        assert_eq!(at("${a + b}"), 4..5);
        assert_eq!(at("${a.}"), 4..5);
        assert_eq!(at("${a[b]}"), 4..5);
        assert_eq!(at("${a[\"b}"), 0..7);
        assert_eq!(at("${a[99999999999999999999999]}"), 4..27);
        assert_eq!(at("${1a}"), 2..3);
    }
}
