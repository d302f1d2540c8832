//! Subscriptions: subscribe, confirm, describe, change, end.

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::state::{Post, State, Subscription};
use super::{errors, filter};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;

const PAGE: usize = 100;
const PENDING: &str = "PendingConfirmation";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SubscribeRequest {
    topic_arn: String,
    protocol: String,
    #[serde(default)]
    endpoint: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    return_subscription_arn: bool,
}

/// Subscribes an endpoint. Queues and functions of the account are confirmed at once; people and
/// web servers must confirm by themselves.
pub(super) fn subscribe(call: &mut Call<'_>, request: SubscribeRequest) -> Result<Value, Fault> {
    call.region().sns.topic(&request.topic_arn)?;
    check_endpoint(&request.protocol, &request.endpoint)?;
    for (name, value) in &request.attributes {
        check_attribute(&request.protocol, name, value)?;
    }
    let known = call.region().sns.subscriptions.values().find(|it| {
        it.topic == request.topic_arn
            && it.protocol == request.protocol
            && it.endpoint == request.endpoint
    });
    if let Some(known) = known {
        if !request.attributes.is_empty() && known.attributes != request.attributes {
            return Err(errors::invalid(
                "Attributes Reason: Subscription already exists with different attributes",
            ));
        }
        return Ok(answer(known, request.return_subscription_arn));
    }
    let subscription = Subscription {
        arn: format!("{}:{}", request.topic_arn, call.ids.uuid()),
        topic: request.topic_arn,
        owner: call.account.to_owned(),
        is_confirmed: matches!(request.protocol.as_str(), "sqs" | "lambda" | "firehose"),
        protocol: request.protocol,
        endpoint: request.endpoint,
        attributes: request.attributes,
        token: call.ids.hex(256),
        created: call.clock.now,
    };
    let confirmation = subscription.is_http().then(|| confirmation(call, &subscription));
    let response = answer(&subscription, request.return_subscription_arn);
    let sns = &mut call.region().sns;
    sns.outbox.extend(confirmation);
    sns.subscriptions.insert(subscription.arn.clone(), subscription);
    Ok(response)
}

fn answer(subscription: &Subscription, with_arn: bool) -> Value {
    let arn = match subscription.is_confirmed || with_arn {
        true => subscription.arn.as_str(),
        false => "pending confirmation",
    };
    json!({ "SubscriptionArn": arn })
}

fn check_endpoint(protocol: &str, endpoint: &str) -> Result<(), Fault> {
    let wrong = |what: &str| Err(errors::invalid(what));
    let is_arn = |service: &str| endpoint.starts_with(&format!("arn:aws:{service}:"));
    match protocol {
        "http" | "https" if !endpoint.starts_with(&format!("{protocol}://")) => {
            wrong("Endpoint must match the specified protocol")
        }
        "email" | "email-json" if !endpoint.contains('@') => wrong("Email address"),
        "sms" if !endpoint.trim_start_matches('+').bytes().all(|byte| byte.is_ascii_digit()) => {
            wrong(&format!("Invalid SMS endpoint: {endpoint}"))
        }
        "sqs" if !is_arn("sqs") => wrong("SQS endpoint ARN"),
        "lambda" if !is_arn("lambda") => wrong("Lambda endpoint ARN"),
        "firehose" if !is_arn("firehose") => wrong("Firehose endpoint ARN"),
        "application" => Err(errors::not_built("mobile devices")),
        "http" | "https" | "email" | "email-json" | "sms" | "sqs" | "lambda" | "firehose" => Ok(()),
        _ => wrong(&format!("Does not support this protocol string: {protocol}")),
    }
}

fn check_attribute(protocol: &str, name: &str, value: &str) -> Result<(), Fault> {
    let is_json = || serde_json::from_str::<Value>(value).is_ok_and(|value| value.is_object());
    match name {
        "FilterPolicy" => filter::check_policy(value)
            .map_err(|reason| errors::invalid(format!("FilterPolicy: {reason}"))),
        "FilterPolicyScope" if !filter::is_scope(value) => {
            Err(errors::invalid("FilterPolicyScope"))
        }
        "RawMessageDelivery" if !matches!(value, "true" | "false") => {
            Err(errors::invalid("RawMessageDelivery"))
        }
        "RawMessageDelivery"
            if value == "true" && !matches!(protocol, "http" | "https" | "sqs" | "firehose") =>
        {
            Err(errors::invalid(format!(
                "Attributes Reason: Delivery protocol [{protocol}] does not support raw message \
                 delivery."
            )))
        }
        "DeliveryPolicy" | "RedrivePolicy" if !value.is_empty() && !is_json() => {
            Err(errors::invalid(format!("{name}: not a valid JSON document")))
        }
        "DeliveryPolicy"
        | "FilterPolicyScope"
        | "RawMessageDelivery"
        | "RedrivePolicy"
        | "SubscriptionRoleArn" => Ok(()),
        _ => Err(errors::invalid("AttributeName")),
    }
}

/// What a web server is asked first, with the URL that it must visit.
fn confirmation(call: &mut Call<'_>, subscription: &Subscription) -> Post {
    let encoded = utf8_percent_encode(&subscription.topic, NON_ALPHANUMERIC);
    let url = format!(
        "{}/?Action=ConfirmSubscription&TopicArn={encoded}&Token={}",
        call.endpoint, subscription.token
    );
    let id = call.ids.uuid();
    let body = json!({
        "Type": "SubscriptionConfirmation",
        "MessageId": id,
        "Token": subscription.token,
        "TopicArn": subscription.topic,
        "Message": format!(
            "You have chosen to subscribe to the topic {}.\nTo confirm the subscription, visit \
             the SubscribeURL included in this message.",
            subscription.topic
        ),
        "SubscribeURL": url,
        "Timestamp": call.clock.now,
    });
    subscription.post("SubscriptionConfirmation", &id, body.to_string())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ConfirmRequest {
    topic_arn: String,
    token: String,
}

/// Confirms a subscription with the token that its endpoint was sent. Whoever has it need not sign,
/// so the topic's ARN says the region.
pub(super) fn confirm(call: &mut Call<'_>, request: ConfirmRequest) -> Result<Value, Fault> {
    let region = request.topic_arn.split(':').nth(3).unwrap_or(call.region).to_owned();
    let sns = &mut call.world.region(&region).sns;
    sns.topic(&request.topic_arn)?;
    let mut subscriptions = sns.subscriptions.values_mut();
    let found = subscriptions
        .find(|it| it.topic == request.topic_arn && it.token == request.token)
        .ok_or_else(|| errors::invalid("Token"))?;
    found.is_confirmed = true;
    Ok(json!({ "SubscriptionArn": found.arn }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SubscriptionRequest {
    subscription_arn: String,
}

/// Ends a subscription; one that is not there is no error.
pub(super) fn unsubscribe(
    call: &mut Call<'_>,
    request: SubscriptionRequest,
) -> Result<Value, Fault> {
    let sns = &mut call.region().sns;
    let topic = match sns.subscription(&request.subscription_arn) {
        Ok(subscription) => subscription.topic.clone(),
        Err(fault) if fault == errors::subscription_not_found() => return Ok(json!({})),
        Err(fault) => return Err(fault),
    };
    let State { topics, subscriptions, .. } = sns;
    subscriptions.remove(&request.subscription_arn);
    if let Some(topic) = topics.get_mut(&topic) {
        topic.deleted += 1;
    }
    Ok(json!({}))
}

/// A subscription's attributes with AWS's defaults.
pub(super) fn get_attributes(
    call: &mut Call<'_>,
    request: SubscriptionRequest,
) -> Result<Value, Fault> {
    let (account, region) = (call.account.to_owned(), call.region);
    let subscription = call.world.region(region).sns.subscription(&request.subscription_arn)?;
    let mut attributes = BTreeMap::from([
        ("RawMessageDelivery", "false".to_owned()),
        ("ConfirmationWasAuthenticated", subscription.is_confirmed.to_string()),
    ]);
    if subscription.filter_policy().is_some() {
        attributes.insert("FilterPolicyScope", filter::BY_ATTRIBUTES.to_owned());
    }
    let set = subscription.attributes.iter().filter(|(_, value)| !value.is_empty());
    attributes.extend(set.map(|(name, value)| (name.as_str(), value.clone())));
    attributes.extend([
        ("SubscriptionArn", subscription.arn.clone()),
        ("TopicArn", subscription.topic.clone()),
        ("Owner", subscription.owner.clone()),
        ("Protocol", subscription.protocol.clone()),
        ("Endpoint", subscription.endpoint.clone()),
        ("PendingConfirmation", (!subscription.is_confirmed).to_string()),
        ("SubscriptionPrincipal", format!("arn:aws:iam::{account}:root")),
    ]);
    Ok(json!({ "Attributes": attributes }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetRequest {
    subscription_arn: String,
    attribute_name: String,
    #[serde(default)]
    attribute_value: String,
}

/// Sets one attribute.
pub(super) fn set_attributes(call: &mut Call<'_>, request: SetRequest) -> Result<Value, Fault> {
    let subscription = call.region().sns.subscription(&request.subscription_arn)?;
    check_attribute(&subscription.protocol, &request.attribute_name, &request.attribute_value)?;
    subscription.attributes.insert(request.attribute_name, request.attribute_value);
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    topic_arn: Option<String>,
    next_token: Option<String>,
}

/// All subscriptions, or those of a topic.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<Value, Fault> {
    let sns = &call.region().sns;
    if let Some(arn) = &request.topic_arn {
        sns.topic(arn)?;
    }
    let wanted = sns
        .subscriptions
        .values()
        .filter(|it| request.topic_arn.as_ref().is_none_or(|arn| *arn == it.topic));
    let page = page(wanted, request.next_token.as_deref(), PAGE, |it| it.arn.clone())
        .map_err(errors::invalid_token)?;
    let views = page.items.into_iter().map(|it| {
        json!({
            "SubscriptionArn": if it.is_confirmed { it.arn.as_str() } else { PENDING },
            "Owner": it.owner,
            "Protocol": it.protocol,
            "Endpoint": it.endpoint,
            "TopicArn": it.topic,
        })
    });
    Ok(json!({ "Subscriptions": views.collect::<Vec<_>>(), "NextToken": page.next }))
}
