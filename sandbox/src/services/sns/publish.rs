//! Publish: a message to a topic.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::state::Message;
use crate::call::Call;
use crate::fault::Fault;

const MOST_BYTES: usize = 256 * 1024;
const LONGEST_SUBJECT: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PublishRequest {
    topic_arn: Option<String>,
    target_arn: Option<String>,
    message: String,
    subject: Option<String>,
    message_structure: Option<String>,
    #[serde(default)]
    message_attributes: BTreeMap<String, Attribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    data_type: String,
    string_value: Option<String>,
    binary_value: Option<String>,
}

/// Publishes to a topic; single phones and devices are not built.
pub(super) fn publish(call: &mut Call<'_>, request: PublishRequest) -> Result<Value, Fault> {
    let Some(arn) = request.topic_arn.or(request.target_arn) else {
        return Err(errors::not_built("text messages"));
    };
    if arn.contains(":endpoint/") {
        return Err(errors::not_built("mobile devices"));
    }
    call.region().sns.topic(&arn)?;
    check_subject(request.subject.as_deref())?;
    let message = text(request.message, request.message_structure.as_deref())?;
    let attributes = request.message_attributes.into_iter().map(|(name, attribute)| {
        let value = attribute.string_value.or(attribute.binary_value);
        let value = value.ok_or_else(|| {
            errors::invalid(format!("The message attribute '{name}' must contain non-empty value"))
        })?;
        Ok((name, json!({ "Type": attribute.data_type, "Value": value })))
    });
    let message_attributes = attributes.collect::<Result<BTreeMap<_, _>, Fault>>()?;
    let message = Message {
        message_id: call.ids.uuid(),
        timestamp: call.clock.now,
        subject: request.subject,
        message,
        message_attributes,
    };
    let id = message.message_id.clone();
    call.region().sns.publish(&arn, message)?;
    Ok(json!({ "MessageId": id }))
}

fn check_subject(subject: Option<&str>) -> Result<(), Fault> {
    let Some(subject) = subject else { return Ok(()) };
    let is_right = (1..=LONGEST_SUBJECT).contains(&subject.chars().count())
        && subject.chars().all(|letter| letter.is_ascii() && !letter.is_ascii_control());
    if is_right { Ok(()) } else { Err(errors::invalid("Subject")) }
}

/// The text for those who have none of their own in a message of several.
fn text(message: String, structure: Option<&str>) -> Result<String, Fault> {
    if message.is_empty() {
        return Err(errors::invalid("Empty message"));
    }
    if message.len() > MOST_BYTES {
        return Err(errors::invalid("Message too long"));
    }
    match structure {
        None => Ok(message),
        Some("json") => {
            let texts: Value = serde_json::from_str(&message).map_err(|_| {
                errors::invalid("Message Structure - JSON message body failed to parse")
            })?;
            let text = texts.get("http").or(texts.get("default")).and_then(Value::as_str);
            let has_default = texts.get("default").is_some_and(Value::is_string);
            text.filter(|_| has_default).map(str::to_owned).ok_or_else(|| {
                errors::invalid("Message Structure - No default entry in JSON message body")
            })
        }
        Some(_) => Err(errors::invalid("MessageStructure")),
    }
}
