//! A YAML value that remembers where it was written, and may hold references.

use indexmap::IndexMap;
use serde_json::Number;

use crate::address::Address;
use crate::unknown;

/// Which of the loaded files, in the order of loading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A stretch of a file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// What it is.
    pub node: Node,
    /// Where it was written; for what a component made, where the component was.
    pub span: Span,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer or a float.
    Number(Number),
    /// Text without references.
    String(String),
    /// A sequence.
    List(Vec<Value>),
    /// A mapping, in the order of writing.
    Map(IndexMap<String, Field>),
    /// Text with references that can't be followed yet. Without parts, it stands for a value with
    /// a mistake that was reported.
    Template(Vec<Part>),
}

/// A mapping's entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Where the key stands.
    pub key: Span,
    /// The value.
    pub value: Value,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Text as it is.
    Text(String),
    /// `${…}`, not bound to anything yet: what stands between the braces, and where.
    Reference(Reference),
    /// `${…}`, bound to an output of a declared resource.
    Output(OutputRef),
}

/// An unbound `${…}`: `config.db.min_acu`, `stack.network.vpc_id`, `cluster.endpoint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The steps, at least one.
    pub path: Vec<Step>,
    /// Where it stands.
    pub span: Span,
}

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// `.name`
    Name(String),
    /// `[0]`
    Index(usize),
    /// `["key"]`: an instance of a `for_each`, or a key of a map.
    Key(String),
    /// `.*`: every instance of a `for_each`, or every item of a list.
    All,
}

/// An output of a declared resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputRef {
    /// The resource.
    pub address: Address,
    /// The output's name.
    pub output: String,
    /// Steps into the output, where it is a list or a map.
    pub path: Vec<Step>,
    /// Where the reference stands.
    pub span: Span,
}

impl Value {
    /// The value at a path such as `ingress.0.port`, or the nearest thing above it that exists:
    /// made for pointing at the source of an error.
    pub fn nearest(&self, path: &str) -> &Value {
        let mut here = self;
        for step in path.split('.').filter(|step| !step.is_empty()) {
            let next = match &here.node {
                Node::Map(fields) => fields.get(step).map(|field| &field.value),
                Node::List(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
                _ => None,
            };
            match next {
                Some(value) => here = value,
                None => break,
            }
        }
        here
    }

    /// Calls `visit` for every output that the value refers to.
    pub fn for_each_output<'a>(&'a self, visit: &mut dyn FnMut(&'a OutputRef)) {
        match &self.node {
            Node::List(items) => items.iter().for_each(|item| item.for_each_output(visit)),
            Node::Map(fields) => {
                fields.values().for_each(|field| field.value.for_each_output(visit))
            }
            Node::Template(parts) => parts.iter().for_each(|part| {
                if let Part::Output(output) = part {
                    visit(output);
                }
            }),
            _ => {}
        }
    }

    /// The value as JSON. `lookup` gives an output's value, or `None` while AWS has not made it:
    /// then the result holds an [`unknown::marker`].
    pub fn evaluate(
        &self,
        lookup: &dyn Fn(&Address, &str) -> Option<serde_json::Value>,
    ) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.node {
            Node::Null => Json::Null,
            Node::Bool(value) => Json::Bool(*value),
            Node::Number(number) => Json::Number(number.clone()),
            Node::String(text) => Json::String(text.clone()),
            Node::List(items) => items.iter().map(|item| item.evaluate(lookup)).collect(),
            Node::Map(fields) => fields
                .iter()
                .map(|(key, field)| (key.clone(), field.value.evaluate(lookup)))
                .collect(),
            Node::Template(parts) => evaluate_template(parts, lookup),
        }
    }
}

fn evaluate_template(
    parts: &[Part],
    lookup: &dyn Fn(&Address, &str) -> Option<serde_json::Value>,
) -> serde_json::Value {
    if let [Part::Output(output)] = parts {
        return evaluate_output(output, lookup);
    }
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(piece) => text.push_str(piece),
            Part::Reference(_) => {}
            Part::Output(output) => match evaluate_output(output, lookup) {
                serde_json::Value::String(piece) => text.push_str(&piece),
                value if unknown::origin(&value).is_some() => return value,
                value => text.push_str(&value.to_string()),
            },
        }
    }
    serde_json::Value::String(text)
}

fn evaluate_output(
    reference: &OutputRef,
    lookup: &dyn Fn(&Address, &str) -> Option<serde_json::Value>,
) -> serde_json::Value {
    let origin = || format!("{}.{}", reference.address, reference.output);
    match lookup(&reference.address, &reference.output) {
        Some(value) => descend(&value, &reference.path),
        None => unknown::marker(&origin()),
    }
}

/// Follows steps into JSON; what is not there is `null`.
pub fn descend(value: &serde_json::Value, path: &[Step]) -> serde_json::Value {
    let Some((step, rest)) = path.split_first() else { return value.clone() };
    match step {
        Step::Name(name) | Step::Key(name) => descend(&value[name.as_str()], rest),
        Step::Index(index) => descend(&value[*index], rest),
        Step::All => match value {
            serde_json::Value::Array(items) => {
                items.iter().map(|item| descend(item, rest)).collect()
            }
            serde_json::Value::Object(fields) => {
                fields.values().map(|item| descend(item, rest)).collect()
            }
            _ => serde_json::Value::Null,
        },
    }
}
