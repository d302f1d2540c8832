//! What conditions can call beside the functions of their language: rules of security groups and
//! policies have more than one way to say the same.

use std::sync::Arc;

use cel::objects::{Key, Map};
use cel::{Context, DeclarationError, Value};

/// Adds the functions.
///
/// # Errors
/// When one of them is there already.
pub fn add_to(context: &mut Context<'_, '_>) -> Result<(), DeclarationError> {
    context.add_function("open_to_world", |rule: Value| open_to_world(&rule))?;
    context.add_function("covers_port", |rule: Value, port: i64| covers_port(&rule, port))?;
    context.add_function("statements", |policy: Value| statements(&policy))?;
    Ok(())
}

/// Whether a rule of a security group lets everybody in.
fn open_to_world(rule: &Value) -> bool {
    let holds = |property: &str, all: &str| match get(rule, property) {
        Some(Value::List(ranges)) => ranges.iter().any(|range| is_text(range, all)),
        _ => false,
    };
    holds("cidr_blocks", "0.0.0.0/0") || holds("ipv6_cidr_blocks", "::/0")
}

/// Whether a rule of a security group is about a TCP or UDP port, among others.
fn covers_port(rule: &Value, port: i64) -> bool {
    let protocol = get(rule, "protocol");
    if protocol.is_some_and(|protocol| is_text(protocol, "all") || is_text(protocol, "-1")) {
        return true;
    }
    let has_ports = ["tcp", "udp", "6", "17"];
    if !protocol.is_none_or(|protocol| has_ports.iter().any(|name| is_text(protocol, name))) {
        return false;
    }
    let Some(Value::Int(from)) = get(rule, "from_port") else { return true };
    let to = match get(rule, "to_port") {
        Some(Value::Int(to)) => to,
        _ => from,
    };
    (*from..=*to).contains(&port)
}

/// The statements of a policy, in one form: `Action`, `NotAction`, `Resource` and `NotResource`
/// are lists, `Principals` are the principals' names without their kind (`*` is everybody).
fn statements(policy: &Value) -> Value {
    let found = match get(policy, "Statement") {
        Some(Value::List(statements)) => statements.iter().map(statement).collect(),
        Some(one) => vec![statement(one)],
        None => Vec::new(),
    };
    Value::List(Arc::new(found))
}

fn statement(statement: &Value) -> Value {
    let Value::Map(fields) = statement else { return statement.clone() };
    let mut fields = (*fields.map).clone();
    for name in ["Action", "NotAction", "Resource", "NotResource"] {
        let values = get(statement, name).map(texts).unwrap_or_default();
        fields.insert(Key::from(name), list(values));
    }
    let principals = match get(statement, "Principal") {
        Some(Value::Map(kinds)) => kinds.map.values().flat_map(texts).collect(),
        Some(one) => texts(one),
        None => Vec::new(),
    };
    fields.insert(Key::from("Principals"), list(principals));
    Value::Map(Map { map: Arc::new(fields) })
}

/// One or several texts, as several.
fn texts(value: &Value) -> Vec<Value> {
    match value {
        Value::List(values) => values.to_vec(),
        one => vec![one.clone()],
    }
}

fn list(values: Vec<Value>) -> Value {
    Value::List(Arc::new(values))
}

fn get<'a>(value: &'a Value, property: &str) -> Option<&'a Value> {
    match value {
        Value::Map(fields) => fields.map.get(&Key::from(property)),
        _ => None,
    }
}

fn is_text(value: &Value, text: &str) -> bool {
    matches!(value, Value::String(found) if found.as_str() == text)
}
