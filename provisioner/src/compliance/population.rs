//! What controls look at: every object, in the shape in which the YAML writes it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::canonical::canonical;
use super::control::Relation;
use crate::address::Address;
use crate::definition::Program;
use crate::unknown;
use crate::value::{Span, Value};

/// One object.
#[derive(Debug)]
pub struct Subject {
    /// Its address.
    pub address: Address,
    /// Its kind.
    pub kind: &'static str,
    /// Its properties; what only AWS can give is an [`unknown`] marker.
    pub properties: Json,
    /// What AWS calls it, where it exists: its id and whatever else others name it by.
    pub names: Vec<String>,
    /// Where it is declared.
    pub span: Option<Span>,
    /// Where each property is written.
    places: Option<Value>,
}

/// All objects of an environment.
#[derive(Debug, Default)]
pub struct Population {
    subjects: Vec<Subject>,
}

impl Population {
    /// The objects as a program declares them.
    pub fn declared(program: &Program) -> Self {
        let subjects = program.declarations.values().map(|declaration| {
            let written = declaration.properties.evaluate(&|_, _| None);
            Subject {
                address: declaration.address.clone(),
                kind: declaration.kind.name(),
                properties: canonical(&*declaration.kind, written),
                names: Vec::new(),
                span: Some(declaration.span),
                places: Some(declaration.properties.clone()),
            }
        });
        Self { subjects: subjects.collect() }
    }

    /// Every object, by address.
    pub fn iter(&self) -> impl Iterator<Item = &Subject> {
        self.subjects.iter()
    }

    /// The objects of a kind.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Subject> {
        self.subjects.iter().filter(move |subject| subject.kind == kind)
    }

    /// What a condition sees of an object: itself, and what belongs to it.
    pub fn variables<'a>(
        &self,
        subject: &Subject,
        related: &'a BTreeMap<String, Relation>,
    ) -> BTreeMap<&'a str, Json> {
        let mut variables = BTreeMap::new();
        for (name, relation) in related {
            let belongs = |other: &&Subject| is_related(subject, other, relation);
            let others = self.of_kind(&relation.kind).filter(belongs);
            let others = others.map(|other| other.properties.clone()).collect();
            variables.insert(name.as_str(), others);
        }
        variables.insert(super::condition::RESOURCE, subject.properties.clone());
        variables
    }
}

impl Subject {
    /// Where a property of it is written, else where it is declared.
    pub fn place(&self, property: &str) -> Option<Span> {
        let written = self.places.as_ref().map(|value| value.nearest(property).span);
        written.or(self.span)
    }

    /// Whether a value names this object.
    fn is_named_by(&self, value: &Json) -> bool {
        match value {
            Json::Array(values) => values.iter().any(|value| self.is_named_by(value)),
            Json::Object(fields) if unknown::origin(value).is_none() => {
                fields.values().any(|value| self.is_named_by(value))
            }
            Json::String(name) => self.names.contains(name) || self.properties["name"] == *value,
            _ => unknown::origin(value).is_some_and(|origin| {
                let output = origin.strip_prefix(&format!("{}.", self.address));
                output.is_some_and(|output| !output.contains('.'))
            }),
        }
    }
}

fn is_related(subject: &Subject, other: &Subject, relation: &Relation) -> bool {
    match (&relation.by, &relation.via) {
        (Some(by), _) => subject.is_named_by(&other.properties[by]),
        (None, Some(via)) => other.is_named_by(&subject.properties[via]),
        (None, None) => false,
    }
}
