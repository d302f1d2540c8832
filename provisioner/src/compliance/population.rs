//! What controls look at: every object, in the shape in which the YAML writes it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::canonical::canonical;
use super::conceal::conceal;
use super::control::Relation;
use crate::address::Address;
use crate::definition::Program;
use crate::engine::refresh::World;
use crate::resource::{Compare, Id, Kind, Kinds, Tags, Traits};
use crate::state::{Entry, State};
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
    /// What AWS says of it, where that was asked.
    pub live: Option<Live>,
}

/// An object as AWS has it.
#[derive(Debug)]
pub struct Live {
    /// Its id.
    pub id: Id,
    /// Its ARN, where objects of its kind have one.
    pub arn: Option<String>,
    /// Its tags, where AWS tells them with the object.
    pub tags: Option<Tags>,
    /// Whether it could be read.
    pub was_read: bool,
    /// The properties that AWS does not give back: they are as they were last applied.
    pub applied: BTreeSet<String>,
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
                live: None,
            }
        });
        Self { subjects: subjects.collect() }
    }

    /// The objects that a state knows, as AWS has them. Those that are gone are not among them;
    /// those of a kind that could not be read are, without properties.
    pub fn live(
        state: &State,
        kinds: &Kinds,
        world: &World,
        was_read: impl Fn(&str) -> bool,
        program: &Program,
    ) -> Self {
        let subjects = state.entries.iter().filter_map(|(address, entry)| {
            let (kind, id) = (kinds.get(&entry.kind)?, entry.status.id()?);
            let mut subject = match was_read(&entry.kind) {
                true => observed(address, entry, &**kind, id, world)?,
                false => unread(address, entry, &**kind, id),
            };
            if let Some(declaration) = program.declarations.get(address) {
                subject.span = Some(declaration.span);
                subject.places = Some(declaration.properties.clone());
            }
            Some(subject)
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

    /// The objects that belong to one.
    pub fn related<'a>(
        &'a self,
        subject: &'a Subject,
        relation: &'a Relation,
    ) -> impl Iterator<Item = &'a Subject> {
        self.of_kind(&relation.kind).filter(|other| is_related(subject, other, relation))
    }

    /// What a condition sees of an object: itself, and what belongs to it.
    pub fn variables<'a>(
        &self,
        subject: &Subject,
        related: &'a BTreeMap<String, Relation>,
    ) -> BTreeMap<&'a str, Json> {
        let mut variables = BTreeMap::new();
        for (name, relation) in related {
            let others = self.related(subject, relation);
            let others = others.map(|other| other.properties.clone()).collect();
            variables.insert(name.as_str(), others);
        }
        variables.insert(super::condition::RESOURCE, subject.properties.clone());
        variables
    }
}

/// An object with the properties that AWS gave; `None` where it is gone.
fn observed(
    address: &Address,
    entry: &Entry,
    kind: &dyn Kind,
    id: &Id,
    world: &World,
) -> Option<Subject> {
    let object = world.get(&entry.kind, id)?;
    let mut properties = object.properties.clone();
    let applied = add_applied(&mut properties, entry, kind.traits());
    let output = |name: &str| object.outputs[name].as_str().map(str::to_owned);
    let names = ["arn", "name", "id"].into_iter().filter_map(output).chain([id.to_string()]);
    Some(Subject {
        address: address.clone(),
        kind: kind.name(),
        properties: canonical(kind, properties),
        names: names.collect(),
        span: None,
        places: None,
        live: Some(Live {
            id: id.clone(),
            arn: output("arn").or_else(|| is_arn(id).then(|| id.to_string())),
            tags: object.tags.clone(),
            was_read: true,
            applied,
        }),
    })
}

/// Adds what AWS does not give back as it was last applied, and tells what that is.
fn add_applied(properties: &mut Json, entry: &Entry, traits: &Traits) -> BTreeSet<String> {
    let write_only = traits.compare.iter().filter(|(_, it)| *it == Compare::WriteOnly);
    let names = write_only.map(|(name, _)| name).chain(traits.deletion);
    let mut added = BTreeSet::new();
    for name in names {
        let (applied, Some(fields)) = (&entry.inputs[name], properties.as_object_mut()) else {
            continue;
        };
        if !applied.is_null() && fields.get(*name).is_none_or(Json::is_null) {
            fields.insert((*name).to_owned(), applied.clone());
            added.insert((*name).to_owned());
        }
    }
    added
}

fn unread(address: &Address, entry: &Entry, kind: &dyn Kind, id: &Id) -> Subject {
    let output = |name: &str| entry.status.outputs()?[name].as_str().map(str::to_owned);
    let arn = output("arn").or_else(|| is_arn(id).then(|| id.to_string()));
    Subject {
        address: address.clone(),
        kind: kind.name(),
        properties: Json::Null,
        names: Vec::new(),
        span: None,
        places: None,
        live: Some(Live {
            id: id.clone(),
            arn,
            tags: None,
            was_read: false,
            applied: BTreeSet::new(),
        }),
    }
}

fn is_arn(id: &Id) -> bool {
    id.as_str().starts_with("arn:")
}

impl Subject {
    /// Whether its properties are known.
    pub fn is_known(&self) -> bool {
        self.live.as_ref().is_none_or(|live| live.was_read)
    }

    /// Its properties as a report shows them.
    pub fn shown(&self) -> Json {
        match &self.properties {
            Json::Object(fields) => {
                fields.iter().map(|(name, value)| (name.clone(), conceal(name, value))).collect()
            }
            other => other.clone(),
        }
    }

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
