//! XML: a writer, a reader, and shapes to and from elements. Query, ec2 and rest-xml share it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

use super::model::{Kind, Model, Reference, Shape};
use super::refusal::{Path, Refusal};
use super::scalar::{self, TimestampFormat};

/// How deep elements may be nested in a request.
const MAX_DEPTH: usize = 64;

/// Writes elements one after the other.
#[derive(Default)]
pub struct Writer(String);

impl Writer {
    /// Begins a document.
    pub fn document() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned())
    }

    /// Opens an element.
    pub fn open(&mut self, name: &str, attributes: &[(String, String)]) {
        self.0.push('<');
        self.0.push_str(name);
        for (key, value) in attributes {
            self.0.push_str(&format!(" {key}=\"{}\"", escape(value)));
        }
        self.0.push('>');
    }

    /// Closes an element.
    pub fn close(&mut self, name: &str) {
        self.0.push_str(&format!("</{name}>"));
    }

    /// An element with text.
    pub fn leaf(&mut self, name: &str, text: &str) {
        self.leaf_with(name, &[], text);
    }

    fn leaf_with(&mut self, name: &str, attributes: &[(String, String)], text: &str) {
        self.open(name, attributes);
        // A carriage return would be read back as a line feed, and XML has no control characters.
        let printable = |c: &char| !c.is_control() || matches!(c, '\n' | '\t' | '\r');
        let text: String = text.chars().filter(printable).collect();
        self.0.push_str(&escape(&text).replace('\r', "&#xD;"));
        self.close(name);
    }

    /// The document.
    pub fn finish(self) -> Vec<u8> {
        self.0.into_bytes()
    }

    /// The members of a structure that are not bound to another place of the HTTP message.
    pub fn members(&mut self, model: &Model, shape: &Shape, value: &Value) {
        let bound = |reference: &Reference| reference.location.is_some() || reference.xml_attribute;
        for (name, reference) in shape.members.iter().filter(|(_, reference)| !bound(reference)) {
            if let Some(value) = value.get(name) {
                self.element(model, element_name(model, name, reference), reference, value);
            }
        }
    }

    /// One element, or several for a flattened list or map.
    pub fn element(&mut self, model: &Model, name: &str, reference: &Reference, value: &Value) {
        let shape = model.shape(reference);
        match (shape.kind, value) {
            (Kind::Structure, value) => {
                self.open(name, &attributes(reference, shape, value));
                self.members(model, shape, value);
                self.close(name);
            }
            (Kind::List, Value::Array(items)) => self.list(model, name, reference, shape, items),
            (Kind::Map, Value::Object(entries)) => self.map(model, name, reference, shape, entries),
            (kind, value) => {
                let format = TimestampFormat::of(reference, shape, TimestampFormat::Iso8601);
                let text = scalar::print(kind, value, format);
                self.leaf_with(name, &attributes(reference, shape, value), &text);
            }
        }
    }

    fn list(
        &mut self,
        model: &Model,
        name: &str,
        reference: &Reference,
        shape: &Shape,
        items: &[Value],
    ) {
        let Some(member) = &shape.member else { return };
        let flat = is_flat(reference, shape);
        let item_name =
            if flat { name } else { member.location_name.as_deref().unwrap_or("member") };
        if !flat {
            self.open(name, &attributes(reference, shape, &Value::Null));
        }
        for item in items {
            self.element(model, item_name, member, item);
        }
        if !flat {
            self.close(name);
        }
    }

    fn map(
        &mut self,
        model: &Model,
        name: &str,
        reference: &Reference,
        shape: &Shape,
        entries: &Map<String, Value>,
    ) {
        let (Some(key), Some(value)) = (&shape.key, &shape.value) else { return };
        let flat = is_flat(reference, shape);
        let entry_name = if flat { name } else { "entry" };
        if !flat {
            self.open(name, &attributes(reference, shape, &Value::Null));
        }
        let entry_attributes =
            if flat { attributes(reference, shape, &Value::Null) } else { Vec::new() };
        for (text, item) in entries {
            self.open(entry_name, &entry_attributes);
            let key_name = key.location_name.as_deref().unwrap_or("key");
            self.leaf_with(key_name, &attributes(key, shape, &Value::Null), text);
            self.element(model, value.location_name.as_deref().unwrap_or("value"), value, item);
            self.close(entry_name);
        }
        if !flat {
            self.close(name);
        }
    }
}

/// Whether a list or map has no element of its own.
pub fn is_flat(reference: &Reference, shape: &Shape) -> bool {
    reference.flattened || shape.flattened
}

/// A member's name on the wire. A flattened list is named after its items where they have a name.
pub fn element_name<'a>(model: &'a Model, name: &'a str, reference: &'a Reference) -> &'a str {
    let shape = model.shape(reference);
    let item = shape.member.as_ref().and_then(|item| item.location_name.as_deref());
    item.filter(|_| is_flat(reference, shape))
        .or(reference.location_name.as_deref())
        .unwrap_or(name)
}

fn attributes(reference: &Reference, shape: &Shape, value: &Value) -> Vec<(String, String)> {
    let namespace = reference.xml_namespace.as_ref().or(shape.xml_namespace.as_ref());
    let namespace = namespace.into_iter().map(|namespace| {
        let (name, uri) = namespace.attribute();
        (name, uri.to_owned())
    });
    let members = shape.members.iter().filter(|(_, member)| member.xml_attribute);
    let attributes = members.filter_map(|(name, member)| {
        let value = value.get(name)?;
        Some((member.location_name.as_ref().unwrap_or(name).clone(), scalar::text(value)))
    });
    namespace.chain(attributes).collect()
}

/// An element that was read.
#[derive(Debug, Default)]
pub struct Element {
    /// Its name, prefix included.
    pub name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    /// Reads a document.
    ///
    /// # Errors
    /// When it is not well-formed, or nested too deeply.
    pub fn parse(document: &str) -> Result<Self, Refusal> {
        let malformed =
            |what: &str| Refusal::Malformed(format!("Could not parse the XML: {what}."));
        let mut reader = quick_xml::Reader::from_str(document);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().map_err(|error| malformed(&error.to_string()))? {
                Event::Start(_) if open.len() > MAX_DEPTH => return Err(malformed("too deep")),
                Event::Start(start) => open.push(Self::begin(&start)?),
                Event::Empty(start) => attach(&mut open, Self::begin(&start)?),
                Event::End(_) => {
                    let element = open.pop().ok_or_else(|| malformed("an end without a start"))?;
                    attach(&mut open, element);
                }
                Event::Text(text) => {
                    append(
                        &mut open,
                        &text.decode().map_err(|error| malformed(&error.to_string()))?,
                    );
                }
                Event::CData(text) => {
                    append(
                        &mut open,
                        &text.decode().map_err(|error| malformed(&error.to_string()))?,
                    );
                }
                Event::GeneralRef(entity) => {
                    let entity = entity.decode().map_err(|error| malformed(&error.to_string()))?;
                    let text = quick_xml::escape::unescape(&format!("&{entity};"))
                        .map_err(|error| malformed(&error.to_string()))?
                        .into_owned();
                    append(&mut open, &text);
                }
                Event::Eof => break,
                _ => {}
            }
        }
        let root = open.into_iter().next().unwrap_or_default();
        root.children.into_iter().next().ok_or_else(|| malformed("there is no element"))
    }

    fn begin(start: &BytesStart<'_>) -> Result<Self, Refusal> {
        let malformed =
            |what: String| Refusal::Malformed(format!("Could not parse the XML: {what}."));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.map_err(|error| malformed(error.to_string()))?;
            let value = quick_xml::escape::unescape(&text(&attribute.value))
                .map_err(|error| malformed(error.to_string()))?
                .into_owned();
            Ok((text(attribute.key.as_ref()), value))
        });
        Ok(Self {
            name: text(start.name().as_ref()),
            attributes: attributes.collect::<Result<_, Refusal>>()?,
            ..Self::default()
        })
    }

    /// The content of a response in an order of its own, to compare responses. What is about the
    /// message as a whole, its namespace and its request's id, is left out.
    #[cfg(test)]
    pub fn content(mut self) -> Value {
        const ABOUT: [&str; 4] = ["requestId", "RequestId", "RequestID", "ResponseMetadata"];
        self.attributes.retain(|(name, _)| name != "xmlns");
        self.children.retain(|child| !ABOUT.contains(&child.name.as_str()));
        self.canonical()
    }

    #[cfg(test)]
    fn canonical(&self) -> Value {
        let mut children: Vec<Value> = self.children.iter().map(Self::canonical).collect();
        children.sort_by_key(ToString::to_string);
        let mut attributes = self.attributes.clone();
        attributes.sort();
        let blank = !children.is_empty() || self.text.trim().is_empty();
        let text = if blank { "" } else { self.text.as_str() };
        serde_json::json!([self.name, attributes, text, children])
    }

    fn local_name(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or(&self.name)
    }

    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.local_name() == name)
    }

    /// The value that the element has in a shape; what the shape does not know is ignored.
    ///
    /// # Errors
    /// When a scalar is not of its type.
    pub fn decode(
        &self,
        model: &Model,
        reference: &Reference,
        path: &Path,
    ) -> Result<Value, Refusal> {
        let shape = model.shape(reference);
        match shape.kind {
            Kind::Structure => self.structure(model, shape, path),
            Kind::List => {
                let name = item_name(shape);
                items(model, shape, self.named(name), path)
            }
            Kind::Map => entries(model, shape, self.named("entry"), path),
            kind => {
                let format = TimestampFormat::of(reference, shape, TimestampFormat::Iso8601);
                scalar::parse(kind, &self.text, format).ok_or_else(|| Refusal::WrongType {
                    path: path.clone(),
                    found: self.text.clone(),
                    expected: scalar::name(kind),
                })
            }
        }
    }

    fn structure(&self, model: &Model, shape: &Shape, path: &Path) -> Result<Value, Refusal> {
        let mut members = Map::new();
        for (name, reference) in &shape.members {
            let value = self.member(model, name, reference, &path.join(name))?;
            members.extend(value.map(|value| (name.clone(), value)));
        }
        Ok(Value::Object(members))
    }

    fn member(
        &self,
        model: &Model,
        name: &str,
        reference: &Reference,
        path: &Path,
    ) -> Result<Option<Value>, Refusal> {
        let wire_name = element_name(model, name, reference);
        let shape = model.shape(reference);
        if reference.xml_attribute {
            let found = self.attributes.iter().find(|(name, _)| name == wire_name);
            return Ok(found.map(|(_, value)| Value::from(value.as_str())));
        }
        let mut found = self.named(wire_name).peekable();
        if found.peek().is_none() {
            return Ok(None);
        }
        match shape.kind {
            Kind::List if is_flat(reference, shape) => items(model, shape, found, path).map(Some),
            Kind::Map if is_flat(reference, shape) => entries(model, shape, found, path).map(Some),
            _ => found.next().map(|child| child.decode(model, reference, path)).transpose(),
        }
    }
}

fn attach(open: &mut [Element], element: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(element);
    }
}

fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn item_name(shape: &Shape) -> &str {
    shape.member.as_ref().and_then(|item| item.location_name.as_deref()).unwrap_or("member")
}

fn items<'a>(
    model: &Model,
    shape: &Shape,
    elements: impl Iterator<Item = &'a Element>,
    path: &Path,
) -> Result<Value, Refusal> {
    let Some(member) = &shape.member else { return Ok(Value::Array(Vec::new())) };
    let items = elements
        .enumerate()
        .map(|(index, element)| element.decode(model, member, &path.join((index + 1).to_string())));
    items.collect::<Result<_, _>>().map(Value::Array)
}

fn entries<'a>(
    model: &Model,
    shape: &Shape,
    elements: impl Iterator<Item = &'a Element>,
    path: &Path,
) -> Result<Value, Refusal> {
    let (Some(key), Some(value)) = (&shape.key, &shape.value) else {
        return Ok(Value::Object(Map::new()));
    };
    let key_name = key.location_name.as_deref().unwrap_or("key");
    let value_name = value.location_name.as_deref().unwrap_or("value");
    let entries = elements.map(|entry| {
        let part = |name: &str| {
            let part = entry.children.iter().find(|child| child.local_name() == name);
            part.ok_or_else(|| Refusal::Malformed(format!("An entry of {path} has no {name}.")))
        };
        let key = part(key_name)?.text.clone();
        let path = path.join(&key);
        Ok((key, part(value_name)?.decode(model, value, &path)?))
    });
    entries.collect::<Result<_, _>>().map(Value::Object)
}

/// Bytes as the text of a blob.
pub fn blob(bytes: &[u8]) -> Value {
    Value::from(BASE64_STANDARD.encode(bytes))
}
