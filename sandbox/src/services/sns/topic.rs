//! Topics: create, describe, change, delete.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::state::{State, Topic};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;
use crate::services::policy::{Document, Purpose};
use crate::services::tags::{Tag, Tags};

/// What may be set; those of deliveries to each protocol follow a pattern.
const ATTRIBUTES: &[&str] = &[
    "DataProtectionPolicy",
    "DeliveryPolicy",
    "DisplayName",
    "KmsMasterKeyId",
    "Policy",
    "SignatureVersion",
    "TracingConfig",
];
const DELIVERIES: &[&str] = &["Application", "Firehose", "HTTP", "Lambda", "SQS"];
const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    name: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// Creates a topic; one of the same name, attributes and tags is given back as it is.
pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<Value, Fault> {
    check_name(&request.name)?;
    let is_fifo = request.attributes.get("FifoTopic").is_some_and(|value| value == "true");
    if is_fifo || request.name.ends_with(".fifo") {
        return Err(errors::not_built("FIFO topics"));
    }
    let mut attributes = request.attributes;
    attributes.remove("FifoTopic");
    for (name, value) in &attributes {
        check_attribute(name, value)?;
    }
    let tags = Tags::new(request.tags).map_err(errors::invalid_tags)?;
    let arn = call.arn("sns", &request.name);
    let owner = call.account.to_owned();
    match call.region().sns.topics.get(&arn) {
        Some(topic) => {
            let mut set = attributes.iter();
            if set.any(|(name, value)| topic.attributes.get(name) != Some(value)) {
                return Err(errors::invalid(
                    "Attributes Reason: Topic already exists with different attributes",
                ));
            }
            if tags != Tags::default() && tags != topic.tags {
                return Err(errors::invalid(
                    "Tags Reason: Topic already exists with different tags",
                ));
            }
        }
        None => {
            let messages = Vec::new();
            let topic = Topic { arn: arn.clone(), owner, attributes, tags, messages, deleted: 0 };
            call.region().sns.topics.insert(arn.clone(), topic);
        }
    }
    Ok(json!({ "TopicArn": arn }))
}

fn check_name(name: &str) -> Result<(), Fault> {
    let is_right = (1..=256).contains(&name.len())
        && name
            .trim_end_matches(".fifo")
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    if is_right { Ok(()) } else { Err(errors::invalid("Topic Name")) }
}

fn check_attribute(name: &str, value: &str) -> Result<(), Fault> {
    let is_delivery = DELIVERIES.iter().any(|protocol| {
        name.strip_prefix(protocol).is_some_and(|rest| {
            matches!(
                rest,
                "SuccessFeedbackRoleArn" | "SuccessFeedbackSampleRate" | "FailureFeedbackRoleArn"
            )
        })
    });
    let is_json = || serde_json::from_str::<Value>(value).is_ok_and(|value| value.is_object());
    match name {
        "Policy" => Document::parse(value, Purpose::Resource)
            .map(|_| ())
            .map_err(|error| errors::invalid(format!("Policy Error: {error}"))),
        "DeliveryPolicy" if !value.is_empty() && !is_json() => {
            Err(errors::invalid("DeliveryPolicy: not a valid JSON document"))
        }
        "DisplayName" if value.chars().count() > 100 => Err(errors::invalid("Display Name")),
        "SignatureVersion" if !matches!(value, "1" | "2") => {
            Err(errors::invalid("SignatureVersion"))
        }
        "TracingConfig" if !matches!(value, "Active" | "PassThrough") => {
            Err(errors::invalid("TracingConfig"))
        }
        _ if is_delivery || ATTRIBUTES.contains(&name) => Ok(()),
        _ => Err(errors::invalid("AttributeName")),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TopicRequest {
    topic_arn: String,
}

/// A topic's attributes with AWS's defaults.
pub(super) fn get_attributes(call: &mut Call<'_>, request: TopicRequest) -> Result<Value, Fault> {
    let sns = &call.region().sns;
    let topic = sns.topic(&request.topic_arn)?;
    let count = |confirmed: bool| {
        let of_topic = sns.subscriptions.values().filter(|it| it.topic == topic.arn);
        of_topic.filter(|it| it.is_confirmed == confirmed).count().to_string()
    };
    let mut attributes = BTreeMap::from([
        ("DisplayName", String::new()),
        ("EffectiveDeliveryPolicy", delivery_policy()),
    ]);
    let set = topic.attributes.iter().filter(|(_, value)| !value.is_empty());
    attributes.extend(set.map(|(name, value)| (name.as_str(), value.clone())));
    attributes.extend([
        ("TopicArn", topic.arn.clone()),
        ("Owner", topic.owner.clone()),
        ("Policy", topic.policy()),
        ("SubscriptionsPending", count(false)),
        ("SubscriptionsConfirmed", count(true)),
        ("SubscriptionsDeleted", topic.deleted.to_string()),
    ]);
    Ok(json!({ "Attributes": attributes }))
}

fn delivery_policy() -> String {
    json!({
        "http": {
            "defaultHealthyRetryPolicy": {
                "minDelayTarget": 20,
                "maxDelayTarget": 20,
                "numRetries": 3,
                "numMaxDelayRetries": 0,
                "numNoDelayRetries": 0,
                "numMinDelayRetries": 0,
                "backoffFunction": "linear",
            },
            "disableSubscriptionOverrides": false,
            "defaultRequestPolicy": { "headerContentType": "text/plain; charset=UTF-8" },
        },
    })
    .to_string()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetRequest {
    topic_arn: String,
    attribute_name: String,
    #[serde(default)]
    attribute_value: String,
}

/// Sets one attribute.
pub(super) fn set_attributes(call: &mut Call<'_>, request: SetRequest) -> Result<Value, Fault> {
    let topic = call.region().sns.topic_mut(&request.topic_arn)?;
    check_attribute(&request.attribute_name, &request.attribute_value)?;
    topic.attributes.insert(request.attribute_name, request.attribute_value);
    Ok(json!({}))
}

/// Deletes a topic with its subscriptions; one that is not there is no error.
pub(super) fn delete(call: &mut Call<'_>, request: TopicRequest) -> Result<Value, Fault> {
    let State { topics, subscriptions, .. } = &mut call.region().sns;
    topics.remove(&request.topic_arn);
    subscriptions.retain(|_, subscription| subscription.topic != request.topic_arn);
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    next_token: Option<String>,
}

/// The topics.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<Value, Fault> {
    let topics = call.region().sns.topics.keys();
    let page = page(topics, request.next_token.as_deref(), PAGE, |arn| (*arn).clone())
        .map_err(errors::invalid_token)?;
    let topics = page.items.into_iter().map(|arn| json!({ "TopicArn": arn }));
    Ok(json!({ "Topics": topics.collect::<Vec<_>>(), "NextToken": page.next }))
}
