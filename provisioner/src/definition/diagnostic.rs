//! What is wrong with a definition, collected: a run reports everything, not the first only.

use std::collections::HashSet;

use crate::address::Address;
use crate::value::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// Nothing is done before it is mended.
    Error,
    /// It works, but somebody should look.
    Warning,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What it is, the same words each time: machines may match on it.
    pub summary: &'static str,
    /// Full sentences: what is wrong, why, and what to do.
    pub detail: String,
    /// The declared object that it is about.
    pub address: Option<Address>,
    /// Where it stands; `None` where no file is to blame.
    pub span: Option<Span>,
    /// Other places that matter, each with a few words.
    pub labels: Vec<Label>,
    /// What to write instead.
    pub hint: Option<String>,
}

/// Another place that matters to a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// Why it matters.
    pub text: String,
}

impl Diagnostic {
    /// Something that must be mended.
    pub fn error(
        summary: &'static str,
        span: impl Into<Option<Span>>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            summary,
            detail: detail.into(),
            address: None,
            span: span.into(),
            labels: Vec::new(),
            hint: None,
        }
    }

    /// Something that somebody should look at.
    pub fn warning(
        summary: &'static str,
        span: impl Into<Option<Span>>,
        detail: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(summary, span, detail) }
    }

    /// The same with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with advice, where there is some and none was given.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = self.hint.or(hint);
        self
    }

    /// The same with another place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// The same, about a declared object.
    #[must_use]
    pub fn about(mut self, address: &Address) -> Self {
        self.address = Some(address.clone());
        self
    }
}

/// Everything that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Whether anything must be mended.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Each, in the order of adding.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// By file and place, without repetitions: the instances of a `for_each` that share a mistake
    /// report it once.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        let mut seen = HashSet::new();
        self.0.retain(|it| seen.insert((it.span, it.summary, it.detail.clone())));
        self.0.sort_by_key(|it| it.span.map(|span| (span.file, span.start, span.end)));
        self
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.0.extend(diagnostics);
    }
}

/// The candidate that a person most likely meant, if one is near.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = |candidate: &str| name.len().max(candidate.len()) / 3;
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= limit(candidate) || (name.len() >= 4 && candidate.starts_with(name))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The advice to write the nearest right name, or which names there are where none is near.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(candidate) = nearest(name, candidates.iter().copied()) {
        return Some(format!("did you mean `{candidate}`?"));
    }
    const SHOWN: usize = 12;
    let mut listed: Vec<String> =
        candidates.iter().take(SHOWN).map(|candidate| format!("`{candidate}`")).collect();
    match candidates.len() {
        0 => return None,
        count if count > SHOWN => listed.push(format!("{} more", count - SHOWN)),
        _ => {}
    }
    Some(format!("there {} {}", if listed.len() == 1 { "is" } else { "are" }, listed.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::FileId;

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(nearest("subnet", ["subnets", "vpc"]), Some("subnets"));
        assert_eq!(nearest("cidr", ["cidr_block", "id"]), Some("cidr_block"));
        assert_eq!(nearest("instances", ["password", "vpc"]), None);
        assert_eq!(nearest("z", ["x"]), None);
        assert_eq!(did_you_mean("x", ["alpha"]).unwrap(), "there is `alpha`");
        assert_eq!(did_you_mean("x", []), None);
    }

    #[test]
    fn sorting_drops_repetitions() {
        let at = |start| Span { file: FileId(0), start, end: start };
        let mut diagnostics = Diagnostics::default();
        for start in [7, 3, 7] {
            diagnostics.push(Diagnostic::error("Wrong", at(start), "It is wrong."));
        }
        let starts: Vec<u32> =
            diagnostics.sorted().iter().filter_map(|it| it.span).map(|span| span.start).collect();
        assert_eq!(starts, [3, 7]);
    }
}
