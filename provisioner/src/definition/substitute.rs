//! Replacing references by what they stand for.

use super::diagnostic::{Diagnostic, Diagnostics};
use super::interpolate;
use super::schema::describe;
use crate::value::{Field, Node, OutputRef, Part, Reference, Span, Step, Value};

/// Gives references a meaning.
pub(super) trait Binder {
    /// What a reference stands for; `None` leaves it as it is, either for a later phase or
    /// because it was reported.
    fn bind(&mut self, reference: &Reference) -> Option<Value>;

    /// Where to report.
    fn diagnostics(&mut self) -> &mut Diagnostics;
}

/// The value with its references replaced as far as the binder knows them.
pub(super) fn substitute(value: &Value, binder: &mut impl Binder) -> Value {
    let node = match &value.node {
        Node::List(items) => {
            Node::List(items.iter().map(|item| substitute(item, binder)).collect())
        }
        Node::Map(fields) => {
            let substituted = fields.iter().map(|(name, field)| {
                let value = substitute(&field.value, binder);
                (name.clone(), Field { key: field.key, value })
            });
            Node::Map(substituted.collect())
        }
        Node::Template(parts) if !parts.is_empty() => return template(value.span, parts, binder),
        scalar => scalar.clone(),
    };
    Value { node, span: value.span }
}

fn template(span: Span, parts: &[Part], binder: &mut impl Binder) -> Value {
    if let [Part::Reference(reference)] = parts {
        return match binder.bind(reference) {
            Some(bound) => Value { span, ..bound },
            None => Value { node: Node::Template(parts.to_vec()), span },
        };
    }
    let mut replaced = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Part::Reference(reference) => match binder.bind(reference) {
                Some(bound) => splice(&mut replaced, reference, bound, binder),
                None => replaced.push(part.clone()),
            },
            known => replaced.push(known.clone()),
        }
    }
    Value { node: joined(replaced), span }
}

/// Puts a bound value into text, where it must be a scalar.
fn splice(parts: &mut Vec<Part>, reference: &Reference, bound: Value, binder: &mut impl Binder) {
    match bound.node {
        Node::String(text) => parts.push(Part::Text(text)),
        Node::Bool(value) => parts.push(Part::Text(value.to_string())),
        Node::Number(number) => parts.push(Part::Text(number.to_string())),
        Node::Template(inner) => parts.extend(inner),
        other => {
            let path = interpolate::display(&reference.path);
            binder.diagnostics().push(
                Diagnostic::error(
                    "Wrong type",
                    reference.span,
                    format!(
                        "`{path}` is {}, and only text, a number or a boolean can stand inside \
                         text.",
                        describe(&other)
                    ),
                )
                .hint("let the reference be the whole value: it keeps its type then"),
            );
            parts.push(Part::Reference(reference.clone()));
        }
    }
}

/// Parts as a node, neighbouring texts as one.
fn joined(parts: Vec<Part>) -> Node {
    let mut merged: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match (merged.last_mut(), part) {
            (Some(Part::Text(before)), Part::Text(text)) => before.push_str(&text),
            (_, part) => merged.push(part),
        }
    }
    match merged.as_slice() {
        [] => Node::String(String::new()),
        [Part::Text(text)] => Node::String(text.clone()),
        _ => Node::Template(merged),
    }
}

/// Why steps into a value lead nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Missing {
    /// The map has no such key; these are its keys.
    Key(Vec<String>),
    /// The list is shorter.
    Index(usize),
    /// What is there has no parts, in words.
    NoParts(&'static str),
}

/// Follows steps into a value. Steps beyond an output stay with the output.
///
/// # Errors
/// The index of the step that leads nowhere, and why.
pub(super) fn descend(value: &Value, path: &[Step]) -> Result<Value, (usize, Missing)> {
    descend_from(value, path, 0)
}

fn descend_from(value: &Value, path: &[Step], at: usize) -> Result<Value, (usize, Missing)> {
    let Some(step) = path.get(at) else { return Ok(value.clone()) };
    match (&value.node, step) {
        (Node::Map(fields), Step::Name(name) | Step::Key(name)) => match fields.get(name) {
            Some(field) => descend_from(&field.value, path, at + 1),
            None => Err((at, Missing::Key(fields.keys().cloned().collect()))),
        },
        (Node::Map(fields), Step::All) => {
            let values = fields.values().map(|field| descend_from(&field.value, path, at + 1));
            Ok(Value { node: Node::List(values.collect::<Result<_, _>>()?), span: value.span })
        }
        (Node::List(items), Step::Index(index)) => match items.get(*index) {
            Some(item) => descend_from(item, path, at + 1),
            None => Err((at, Missing::Index(items.len()))),
        },
        (Node::List(items), Step::All) => {
            let values = items.iter().map(|item| descend_from(item, path, at + 1));
            Ok(Value { node: Node::List(values.collect::<Result<_, _>>()?), span: value.span })
        }
        // What is absent has absent parts.
        (Node::Null, _) => Ok(value.clone()),
        (Node::Template(parts), _) => match parts.as_slice() {
            [Part::Output(output)] => Ok(into_output(output, &path[at..], value.span)),
            _ => Err((at, Missing::NoParts("text"))),
        },
        (node, _) => Err((at, Missing::NoParts(describe(node)))),
    }
}

fn into_output(output: &OutputRef, path: &[Step], span: Span) -> Value {
    let mut output = output.clone();
    output.path.extend_from_slice(path);
    Value { node: Node::Template(vec![Part::Output(output)]), span }
}

/// The value as if all of it stood at one place.
pub(super) fn placed_at(value: &Value, span: Span) -> Value {
    let node = match &value.node {
        Node::List(items) => Node::List(items.iter().map(|item| placed_at(item, span)).collect()),
        Node::Map(fields) => {
            let placed = fields.iter().map(|(name, field)| {
                (name.clone(), Field { key: span, value: placed_at(&field.value, span) })
            });
            Node::Map(placed.collect())
        }
        Node::Template(parts) => Node::Template(
            parts
                .iter()
                .map(|part| match part {
                    Part::Output(output) => Part::Output(OutputRef { span, ..output.clone() }),
                    other => other.clone(),
                })
                .collect(),
        ),
        scalar => scalar.clone(),
    };
    Value { node, span }
}

/// Whether any part refers to something other than the environment. Those that don't and are
/// left are mistakes that were reported.
pub(super) fn refers_to_objects(parts: &[Part]) -> bool {
    parts.iter().any(|part| match part {
        Part::Reference(reference) => !is_known_early(reference),
        Part::Output(_) => true,
        Part::Text(_) => false,
    })
}

/// Whether a reference is left that had to be bound before AWS is asked: it was reported.
pub(super) fn has_unbound(value: &Value) -> bool {
    match &value.node {
        Node::List(items) => items.iter().any(has_unbound),
        Node::Map(fields) => fields.values().any(|field| has_unbound(&field.value)),
        Node::Template(parts) => parts
            .iter()
            .any(|part| matches!(part, Part::Reference(reference) if is_known_early(reference))),
        _ => false,
    }
}

fn is_known_early(reference: &Reference) -> bool {
    let early = ["config", "env", "each"];
    matches!(reference.path.first(), Some(Step::Name(first)) if early.contains(&first.as_str()))
}
