//! Checks a value against the schema of what it should be, and says everything that is wrong.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use indexmap::IndexMap;
use regex_lite::Regex;
use serde_json::{Map, Value as Json};

use super::describe;
use super::keyword::{
    accepts_node, allowed_values, conversion, equals, expected, format_bounds, range, shown,
    takes_reference, variant_keys,
};
use super::types::{alternatives, compatible, types};
use crate::definition::component::REFERENCE;
use crate::definition::diagnostic::{Diagnostic, did_you_mean, nearest};
use crate::definition::substitute::refers_to_objects;
use crate::unknown;
use crate::value::{Field, Node, OutputRef, Part, Span, Value};

/// What is known of an output's type.
pub type OutputSchema<'a> = &'a dyn Fn(&OutputRef) -> Option<Json>;

/// Checks values against schemas.
pub struct Checker<'a> {
    /// The type of a referred output; `None` before references are bound. Then a reference may
    /// only stand where the schema is that of an [`crate::definition::component::Input`].
    outputs: Option<OutputSchema<'a>>,
    /// Other keys that may stand beside the properties, to suggest them.
    beside: &'a [&'a str],
    patterns: RefCell<HashMap<String, Option<Rc<Regex>>>>,
}

impl Checker<'_> {
    /// For values whose references are not bound: a reference stands only where it is allowed.
    pub fn before_binding() -> Self {
        Self { outputs: None, beside: &[], patterns: RefCell::default() }
    }
}

impl<'a> Checker<'a> {
    /// For values whose references are bound: a reference stands where its type fits.
    pub fn after_binding(outputs: OutputSchema<'a>) -> Self {
        Self { outputs: Some(outputs), beside: &[], patterns: RefCell::default() }
    }

    /// The same, suggesting these keys as well where one is unknown.
    #[must_use]
    pub fn beside(mut self, keys: &'a [&'a str]) -> Self {
        self.beside = keys;
        self
    }

    /// Everything in which a value differs from its schema. `subject` is what the value is, e.g.
    /// `ec2.vpc`.
    pub fn check(&self, value: &Value, schema: &Json, subject: &str) -> Vec<Diagnostic> {
        let mut walk = Walk { checker: self, root: schema, subject, found: Vec::new() };
        walk.value(value, schema, &Path::Root);
        walk.found
    }

    fn pattern(&self, source: &str) -> Option<Rc<Regex>> {
        let mut patterns = self.patterns.borrow_mut();
        if let Some(known) = patterns.get(source) {
            return known.clone();
        }
        let compiled = Regex::new(source).ok().map(Rc::new);
        patterns.insert(source.to_owned(), compiled.clone());
        compiled
    }
}

/// Where the walk is.
enum Path<'p> {
    Root,
    Name(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
}

impl Path<'_> {
    fn text(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Name(Self::Root, name) => (*name).to_owned(),
            Self::Name(parent, name) => format!("{}.{name}", parent.text()),
            Self::Index(parent, index) => format!("{}[{index}]", parent.text()),
        }
    }
}

struct Walk<'c, 's> {
    checker: &'c Checker<'c>,
    root: &'s Json,
    subject: &'s str,
    found: Vec<Diagnostic>,
}

impl<'s> Walk<'_, 's> {
    fn value(&mut self, value: &Value, schema: &'s Json, path: &Path<'_>) {
        let schema = self.resolved(schema);
        let Some(keywords) = schema.as_object() else {
            if schema == &Json::Bool(false) {
                let detail = format!("{} can't have a value.", self.named(path));
                self.report("Unknown property", value.span, detail);
            }
            return;
        };
        if let Node::Template(parts) = &value.node {
            return self.template(value.span, parts, schema, path);
        }
        for part in keywords.get("allOf").and_then(Json::as_array).into_iter().flatten() {
            self.value(value, part, path);
        }
        if let Some(alternatives) = alternatives(schema) {
            return self.alternatives(value, alternatives, path);
        }
        if let Some(allowed) = allowed_values(keywords) {
            return self.one_of(value, &allowed, path);
        }
        if !accepts_node(schema, &value.node) {
            return self.wrong_type(value, schema, path);
        }
        match &value.node {
            Node::Map(fields) => self.map(value.span, fields, keywords, path),
            Node::List(items) => self.list(value.span, items, keywords, path),
            Node::String(text) => self.text(value.span, text, keywords, path),
            Node::Number(number) => self.number(value.span, number, keywords, path),
            _ => {}
        }
    }

    fn resolved(&self, schema: &'s Json) -> &'s Json {
        let pointer = schema.get("$ref").and_then(Json::as_str).and_then(|r| r.strip_prefix('#'));
        pointer.and_then(|pointer| self.root.pointer(pointer)).unwrap_or(schema)
    }

    fn template(&mut self, span: Span, parts: &[Part], schema: &Json, path: &Path<'_>) {
        let Some(outputs) = self.checker.outputs else {
            if refers_to_objects(parts) && !takes_reference(schema) {
                self.found.push(
                    Diagnostic::error(
                        "Not known yet",
                        span,
                        format!(
                            "{} must be known before AWS is asked, and this is known only after.",
                            self.named(path)
                        ),
                    )
                    .hint("use ${config.…}, ${env.…}, ${each.…} or a value"),
                );
            }
            return;
        };
        let given = match parts {
            [] => return,
            [Part::Output(output)] => outputs(output),
            // What could not be bound was reported.
            _ if parts.iter().any(|part| matches!(part, Part::Reference(_))) => return,
            _ => Some(serde_json::json!({ "type": "string" })),
        };
        let Some(given) = given else { return };
        if !compatible(&given, schema) {
            let detail = format!(
                "{} is {}; this refers to {}.",
                self.named(path),
                expected(schema),
                expected(&given)
            );
            self.report("Wrong type", span, detail);
        }
    }

    /// One of several schemas must fit. Where none does, the one that was most likely meant says
    /// what is wrong.
    fn alternatives(&mut self, value: &Value, schemas: &'s [Json], path: &Path<'_>) {
        let schemas: Vec<&Json> =
            schemas.iter().filter(|schema| schema.get(REFERENCE).is_none()).collect();
        let constants: Option<Vec<&Json>> = schemas
            .iter()
            .filter(|schema| types(schema).is_none_or(|types| !types.contains("null")))
            .map(|schema| schema.as_object().and_then(allowed_values))
            .try_fold(Vec::new(), |mut all, values| {
                all.extend(values?);
                Some(all)
            });
        let mut best: Option<(bool, usize, Vec<Diagnostic>)> = None;
        for schema in &schemas {
            let mut walk = Walk { found: Vec::new(), ..*self };
            walk.value(value, schema, path);
            if walk.found.is_empty() {
                return;
            }
            if !accepts_node(self.resolved(schema), &value.node) {
                continue;
            }
            let rank = (!self.is_meant(value, schema), walk.found.len());
            if best.as_ref().is_none_or(|(meant, count, _)| rank < (*meant, *count)) {
                best = Some((rank.0, rank.1, walk.found));
            }
        }
        if let Some(keys) = variant_keys(&schemas)
            && let Node::Map(fields) = &value.node
            && !keys.iter().any(|key| fields.contains_key(*key))
        {
            return self.no_variant(value, fields, &keys, path);
        }
        match (constants, best) {
            (Some(allowed), _) if !allowed.is_empty() => self.one_of(value, &allowed, path),
            (_, Some((_, _, found))) => self.found.extend(found),
            (_, None) => {
                let any = serde_json::json!({ "anyOf": schemas });
                self.wrong_type(value, &any, path);
            }
        }
    }

    /// A map that has none of the keys of which one is wanted.
    fn no_variant(
        &mut self,
        value: &Value,
        fields: &IndexMap<String, Field>,
        keys: &[&str],
        path: &Path<'_>,
    ) {
        let names: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        let detail = format!("{} is a map with one of {}.", self.named(path), names.join(", "));
        let hint = fields.keys().find_map(|key| nearest(key, keys.iter().copied()));
        self.found.push(
            Diagnostic::error("Missing property", value.span, detail)
                .maybe_hint(hint.map(|key| format!("did you mean `{key}`?"))),
        );
    }

    /// Whether the value has the key or the discriminator of this schema.
    fn is_meant(&self, value: &Value, schema: &'s Json) -> bool {
        let (Node::Map(fields), Some(properties)) =
            (&value.node, self.resolved(schema).get("properties").and_then(Json::as_object))
        else {
            return false;
        };
        let constants = properties
            .iter()
            .filter_map(|(name, property)| Some((fields.get(name)?, property.get("const")?)));
        let mut constants = constants.peekable();
        if constants.peek().is_some() {
            return constants.all(|(field, constant)| equals(&field.value.node, constant));
        }
        let required = self.resolved(schema).get("required").and_then(Json::as_array);
        required
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .any(|name| fields.contains_key(name))
    }

    fn one_of(&mut self, value: &Value, allowed: &[&Json], path: &Path<'_>) {
        if allowed.iter().any(|constant| equals(&value.node, constant)) {
            return;
        }
        let names: Vec<String> = allowed.iter().map(|constant| shown(constant)).collect();
        let detail = format!("{} is one of {}.", self.named(path), names.join(", "));
        let hint = match &value.node {
            Node::String(text) => {
                let near = nearest(text, allowed.iter().filter_map(|constant| constant.as_str()));
                near.map(|name| format!("did you mean `{name}`?"))
            }
            _ => None,
        };
        self.found.push(Diagnostic::error("Unknown value", value.span, detail).maybe_hint(hint));
    }

    fn wrong_type(&mut self, value: &Value, schema: &Json, path: &Path<'_>) {
        let wanted = expected(schema);
        let detail =
            format!("{} is {wanted}; this is {}.", self.named(path), describe(&value.node));
        self.found.push(
            Diagnostic::error("Wrong type", value.span, detail)
                .maybe_hint(conversion(&value.node, schema)),
        );
    }

    fn map(
        &mut self,
        span: Span,
        fields: &IndexMap<String, Field>,
        keywords: &'s Map<String, Json>,
        path: &Path<'_>,
    ) {
        let properties = keywords.get("properties").and_then(Json::as_object);
        let more = keywords.get("additionalProperties").or(keywords.get("unevaluatedProperties"));
        for (name, field) in fields {
            let here = Path::Name(path, name);
            match (properties.and_then(|properties| properties.get(name)), more) {
                (Some(schema), _) => self.value(&field.value, schema, &here),
                (None, Some(Json::Bool(false))) => {
                    self.unknown_property(name, field.key, properties, path);
                }
                (None, Some(schema)) => self.value(&field.value, schema, &here),
                (None, None) => {}
            }
        }
        let unknown: Vec<&str> = match (properties, more) {
            (Some(properties), Some(Json::Bool(false))) => {
                let names = fields.keys().map(String::as_str);
                names.filter(|name| !properties.contains_key(*name)).collect()
            }
            _ => Vec::new(),
        };
        let required = keywords.get("required").and_then(Json::as_array);
        for name in required.into_iter().flatten().filter_map(Json::as_str) {
            // One that is only misspelt was reported.
            let misspelt = || unknown.iter().any(|key| nearest(key, [name]).is_some());
            if !fields.contains_key(name) && !misspelt() {
                let meaning = properties
                    .and_then(|properties| properties.get(name)?.get("description")?.as_str())
                    .and_then(|text| text.split("\n\n").next())
                    .map(|text| format!(" {}", text.replace('\n', " ")));
                let detail =
                    format!("{} needs `{name}`.{}", self.owner(path), meaning.unwrap_or_default());
                self.report("Missing property", span, detail);
            }
        }
        self.count(
            span,
            fields.len(),
            "entries",
            ["minProperties", "maxProperties"],
            keywords,
            path,
        );
    }

    fn unknown_property(
        &mut self,
        name: &str,
        key: Span,
        properties: Option<&Map<String, Json>>,
        path: &Path<'_>,
    ) {
        let names = properties.into_iter().flat_map(|map| map.keys().map(String::as_str));
        let beside = match path {
            Path::Root => self.checker.beside,
            _ => &[],
        };
        let hint = match nearest(name, names.clone().chain(beside.iter().copied())) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None => did_you_mean(name, names),
        };
        let detail = format!("{} has no property `{name}`.", self.owner(path));
        self.found.push(Diagnostic::error("Unknown property", key, detail).maybe_hint(hint));
    }

    fn list(
        &mut self,
        span: Span,
        items: &[Value],
        keywords: &'s Map<String, Json>,
        path: &Path<'_>,
    ) {
        let first = keywords.get("prefixItems").and_then(Json::as_array);
        let first = first.map(Vec::as_slice).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            if let Some(schema) = first.get(index).or(keywords.get("items")) {
                self.value(item, schema, &Path::Index(path, index));
            }
        }
        self.count(span, items.len(), "items", ["minItems", "maxItems"], keywords, path);
        if keywords.get("uniqueItems") == Some(&Json::Bool(true)) {
            self.unique(items, path);
        }
    }

    fn unique(&mut self, items: &[Value], path: &Path<'_>) {
        let mut seen: HashMap<String, Span> = HashMap::new();
        for item in items {
            let json = item.evaluate(&|_, _| None);
            if unknown::is_partial(&json) {
                continue;
            }
            if let Some(first) = seen.insert(json.to_string(), item.span) {
                let detail = format!("{} holds each item once.", self.named(path));
                self.found.push(
                    Diagnostic::error("Duplicate item", item.span, detail)
                        .label(first, "also written here"),
                );
            }
        }
    }

    fn text(&mut self, span: Span, text: &str, keywords: &Map<String, Json>, path: &Path<'_>) {
        let length = text.chars().count();
        self.count(span, length, "characters", ["minLength", "maxLength"], keywords, path);
        let Some(source) = keywords.get("pattern").and_then(Json::as_str) else { return };
        if self.checker.pattern(source).is_some_and(|pattern| !pattern.is_match(text)) {
            let detail = format!("{} has the form `{source}`.", self.named(path));
            self.report("Wrong form", span, detail);
        }
    }

    fn count(
        &mut self,
        span: Span,
        count: usize,
        what: &str,
        [least, most]: [&str; 2],
        keywords: &Map<String, Json>,
        path: &Path<'_>,
    ) {
        let bound = |name| keywords.get(name).and_then(Json::as_u64);
        let count = count as u64;
        let (least, most) = (bound(least), bound(most));
        if least.is_some_and(|least| count < least) || most.is_some_and(|most| count > most) {
            let range = range(least.map(|n| n.to_string()), most.map(|n| n.to_string()));
            let detail = format!("{} has {range} {what}; this has {count}.", self.named(path));
            self.report("Wrong length", span, detail);
        }
    }

    fn number(
        &mut self,
        span: Span,
        number: &serde_json::Number,
        keywords: &Map<String, Json>,
        path: &Path<'_>,
    ) {
        let Some(value) = number.as_f64() else { return };
        let bound = |name| keywords.get(name).and_then(Json::as_f64);
        let format = keywords.get("format").and_then(Json::as_str).unwrap_or_default();
        let (least, most) = format_bounds(format);
        let (least, most) = (bound("minimum").or(least), bound("maximum").or(most));
        let fits = least.is_none_or(|least| value >= least)
            && most.is_none_or(|most| value <= most)
            && bound("exclusiveMinimum").is_none_or(|least| value > least)
            && bound("exclusiveMaximum").is_none_or(|most| value < most);
        if !fits {
            let least = least.or(bound("exclusiveMinimum")).map(|n| n.to_string());
            let most = most.or(bound("exclusiveMaximum")).map(|n| n.to_string());
            let detail =
                format!("{} is {}; this is {number}.", self.named(path), range(least, most));
            self.report("Out of range", span, detail);
        }
        if bound("multipleOf").is_some_and(|step| (value / step).fract().abs() > 1e-9) {
            let step = &keywords["multipleOf"];
            let detail = format!("{} is a multiple of {step}; {number} is none.", self.named(path));
            self.report("Out of range", span, detail);
        }
    }

    fn report(&mut self, summary: &'static str, span: Span, detail: String) {
        self.found.push(Diagnostic::error(summary, span, detail));
    }

    /// The value at a path, as the subject of a sentence.
    fn named(&self, path: &Path<'_>) -> String {
        match path.text() {
            root if root.is_empty() => format!("`{}`", self.subject),
            text => format!("`{text}`"),
        }
    }

    /// The map at a path, as the subject of a sentence.
    fn owner(&self, path: &Path<'_>) -> String {
        match path {
            Path::Root => format!("`{}`", self.subject),
            _ => format!("`{}` of `{}`", path.text(), self.subject),
        }
    }
}
