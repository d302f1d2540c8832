//! The query protocol (IAM, STS, RDS, SNS), and what the ec2 protocol shares with it.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Map, Value};

use super::Codec;
use super::form::Node;
use super::model::{Kind, Model, Operation, Reference, Shape};
use super::refusal::{Path, Refusal};
use super::scalar::{self, TimestampFormat};
use super::xml::{self, Writer};
use crate::fault::Fault;

/// The content type of XML responses.
pub const CONTENT_TYPE: &str = "text/xml;charset=UTF-8";

/// Parameters that are about the request, not the operation's.
const COMMON: &[&str] = &["Action", "Version"];

/// How the names of parameters follow from the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `Tags.member.1.Key`.
    Query,
    /// `Tag.1.Key`: lists are always flat, names begin with a capital, and none may be unknown.
    Ec2,
}

/// The operation that a request names.
///
/// # Errors
/// `MissingAction` when it names none.
pub fn operation(request: &Request<Bytes>) -> Result<String, Refusal> {
    let form = Node::of(request)?;
    Ok(form.parameter("Action").unwrap_or_default().to_owned())
}

/// The request as a value.
///
/// # Errors
/// When a parameter is malformed, of a wrong type or (in EC2) unknown.
pub fn decode(
    model: &Model,
    input: &Reference,
    request: &Request<Bytes>,
    dialect: Dialect,
) -> Result<Value, Refusal> {
    let mut form = Node::of(request)?;
    form.children.retain(|name, _| !COMMON.contains(&name.as_str()) && !is_signature(name));
    Decoder { model, dialect }.structure(model.shape(input), &form, &Path::default())
}

/// The parameters of a presigned request.
fn is_signature(name: &str) -> bool {
    name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"))
}

struct Decoder<'a> {
    model: &'a Model,
    dialect: Dialect,
}

impl Decoder<'_> {
    fn value(&self, reference: &Reference, node: &Node, path: &Path) -> Result<Value, Refusal> {
        let shape = self.model.shape(reference);
        match shape.kind {
            Kind::Structure => self.structure(shape, node, path),
            Kind::List => self.list(reference, shape, node, path),
            Kind::Map => self.map(reference, shape, node, path),
            kind => {
                let format = TimestampFormat::of(reference, shape, TimestampFormat::Iso8601);
                let text = node.value.as_deref();
                text.and_then(|text| scalar::parse(kind, text, format)).ok_or_else(|| {
                    Refusal::WrongType {
                        path: path.clone(),
                        found: text.unwrap_or_default().to_owned(),
                        expected: scalar::name(kind),
                    }
                })
            }
        }
    }

    fn structure(&self, shape: &Shape, node: &Node, path: &Path) -> Result<Value, Refusal> {
        let mut members = Map::new();
        let mut known = Vec::with_capacity(shape.members.len());
        for (name, reference) in &shape.members {
            let wire_name = self.wire_name(name, reference);
            if let Some(child) = node.children.get(&wire_name) {
                let value = self.value(reference, child, &path.join(name))?;
                members.insert(name.clone(), value);
            }
            known.push(wire_name);
        }
        match node.children.keys().find(|name| !known.contains(*name)) {
            Some(name) if self.dialect == Dialect::Ec2 => {
                Err(Refusal::Unknown(path.join(name).to_string()))
            }
            _ => Ok(Value::Object(members)),
        }
    }

    fn wire_name(&self, name: &str, reference: &Reference) -> String {
        match self.dialect {
            Dialect::Query => xml::element_name(self.model, name, reference).to_owned(),
            Dialect::Ec2 => match (&reference.query_name, &reference.location_name) {
                (Some(query_name), _) => query_name.clone(),
                (None, Some(location_name)) => capitalised(location_name),
                (None, None) => capitalised(name),
            },
        }
    }

    fn list(
        &self,
        reference: &Reference,
        shape: &Shape,
        node: &Node,
        path: &Path,
    ) -> Result<Value, Refusal> {
        let Some(member) = &shape.member else { return Ok(Value::Array(Vec::new())) };
        let flat = self.dialect == Dialect::Ec2 || xml::is_flat(reference, shape);
        // Services take both spellings: `.member.1` and the item's own name.
        let names = [Some("member"), member.location_name.as_deref()];
        let wrapped = names.into_iter().flatten().find_map(|name| node.children.get(name));
        let items = if flat { node } else { wrapped.unwrap_or(node) };
        let items = items.numbered().ok_or_else(|| not_a_list(path))?;
        let items = items
            .into_iter()
            .enumerate()
            .map(|(index, item)| self.value(member, item, &path.join((index + 1).to_string())));
        items.collect::<Result<_, _>>().map(Value::Array)
    }

    fn map(
        &self,
        reference: &Reference,
        shape: &Shape,
        node: &Node,
        path: &Path,
    ) -> Result<Value, Refusal> {
        let (Some(key), Some(value)) = (&shape.key, &shape.value) else {
            return Ok(Value::Object(Map::new()));
        };
        let flat = xml::is_flat(reference, shape);
        let wrapped = node.children.get("entry").filter(|_| !flat).unwrap_or(node);
        let key_name = key.location_name.as_deref().unwrap_or("key");
        let value_name = value.location_name.as_deref().unwrap_or("value");
        let entries =
            wrapped.numbered().ok_or_else(|| not_a_list(path))?.into_iter().map(|entry| {
                let key = entry.parameter(key_name).ok_or_else(|| not_a_list(path))?;
                let item = entry.children.get(value_name).ok_or_else(|| not_a_list(path))?;
                Ok((key.to_owned(), self.value(value, item, &path.join(key))?))
            });
        entries.collect::<Result<_, _>>().map(Value::Object)
    }
}

fn not_a_list(path: &Path) -> Refusal {
    Refusal::Malformed(format!("The parameter {path} is not a numbered list."))
}

/// The name with its first letter in upper case.
fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The response: `<CreateRoleResponse><CreateRoleResult>…`, and the request's id.
pub fn encode(
    codec: &Codec<'_>,
    name: &str,
    operation: &Operation,
    value: &Value,
    request_id: &str,
) -> Response<Bytes> {
    let mut writer = Writer::default();
    let root = format!("{name}Response");
    writer.open(&root, &namespace(codec.model));
    if let Some(output) = &operation.output {
        let result = output.result_wrapper.clone().unwrap_or_else(|| format!("{name}Result"));
        writer.open(&result, &[]);
        writer.members(codec.model, codec.model.shape(output), value);
        writer.close(&result);
    }
    writer.open("ResponseMetadata", &[]);
    writer.leaf("RequestId", request_id);
    writer.close("ResponseMetadata");
    writer.close(&root);
    codec.response(StatusCode::OK, CONTENT_TYPE, writer.finish(), request_id)
}

/// The error: `<ErrorResponse><Error>…`. REST-XML has the same.
pub fn fault(codec: &Codec<'_>, fault: &Fault, request_id: &str) -> Response<Bytes> {
    let mut writer = Writer::default();
    writer.open("ErrorResponse", &namespace(codec.model));
    writer.open("Error", &[]);
    writer.leaf("Type", if fault.status < 500 { "Sender" } else { "Receiver" });
    writer.leaf("Code", &fault.code);
    writer.leaf("Message", &fault.message);
    writer.close("Error");
    writer.leaf("RequestId", request_id);
    writer.close("ErrorResponse");
    codec.response(codec.status(fault), CONTENT_TYPE, writer.finish(), request_id)
}

/// The default namespace of a service's responses.
pub fn namespace(model: &Model) -> Vec<(String, String)> {
    let uri = model.metadata.xml_namespace.as_ref();
    uri.map(|uri| ("xmlns".to_owned(), uri.clone())).into_iter().collect()
}
