//! `sns.subscription`: who is told what is said to a topic.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::policy::Document;
use crate::aws::read::one_by_one;
use crate::aws::word::{from_word, word};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// A subscription. It bears no tags; a topic has one for each endpoint.
///
/// Who gets e-mails, or answers by HTTP, has to confirm it once, and is told nothing before. One
/// that nobody confirms goes by itself after two days, and is then made again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// The topic's ARN. A change replaces.
    #[schemars(regex(pattern = r"^arn:"))]
    pub topic_arn: String,
    /// How it is told. A change replaces.
    pub protocol: Protocol,
    /// To whom: an address, a URL or an ARN. A change replaces.
    #[schemars(length(min = 1))]
    pub endpoint: String,
    /// Which messages are told. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter_policy: Option<Document>,
    /// What the filter looks at: `MessageAttributes` (the default) or `MessageBody`.
    #[schemars(extend("enum" = ["MessageAttributes", "MessageBody"]))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter_policy_scope: Option<String>,
    /// Whether queues, streams and URLs get the message alone, without what SNS says of it. Default
    /// `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_message_delivery: Option<bool>,
}

/// How a subscriber is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// A letter for people.
    Email,
    /// A letter for programs.
    EmailJson,
    /// A POST request.
    Http,
    /// A POST request over TLS.
    Https,
    /// A short message.
    Sms,
    /// A queue of SQS.
    Sqs,
    /// A function.
    Lambda,
    /// A stream of Firehose.
    Firehose,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its ARN.
    pub arn: String,
    /// Whether somebody still has to confirm it.
    pub pending_confirmation: bool,
}

/// Properties and the names that SNS has for them.
const ATTRIBUTES: [(&str, &str); 3] = [
    ("filter_policy", "FilterPolicy"),
    ("filter_policy_scope", "FilterPolicyScope"),
    ("raw_message_delivery", "RawMessageDelivery"),
];

impl Resource for Subscription {
    const KIND: &'static str = "sns.subscription";
    const TRAITS: Traits = Traits {
        immutable: &["topic_arn", "protocol", "endpoint"],
        compare: &[("filter_policy", Compare::Whole)],
        clearable: &["filter_policy"],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let start = match self.protocol {
            Protocol::Http => "http://",
            Protocol::Https => "https://",
            Protocol::Sqs | Protocol::Lambda | Protocol::Firehose => "arn:",
            _ => "",
        };
        if self.endpoint.starts_with(start) {
            return Vec::new();
        }
        let message = format!("With this protocol an endpoint begins with `{start}`.");
        vec![Problem::at("endpoint", message)]
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        one_by_one(ids, |arn| async move {
            Ok(attributes(cx, arn).await?.and_then(|attributes| live(arn, &attributes)))
        })
        .await
    }

    /// SNS lists one that nobody has confirmed without its ARN; whoever subscribes again is told it.
    async fn find(&self, cx: &Context, _: &Owner) -> Result<Vec<Id>> {
        let request = cx.clients.sns().list_subscriptions_by_topic().topic_arn(&self.topic_arn);
        let pages = request.into_paginator().send().try_collect().await.map_err(Error::from);
        let pages = Error::optional(pages)?.unwrap_or_default();
        let all = pages.into_iter().flat_map(|page| page.subscriptions.unwrap_or_default());
        let protocol = word(&self.protocol);
        let same = all.filter(|one| {
            one.protocol() == Some(&protocol) && one.endpoint() == Some(&self.endpoint)
        });
        let arns = same.filter_map(|one| one.subscription_arn);
        Ok(arns.filter(|arn| arn.starts_with("arn:")).map(Id).collect())
    }

    async fn create(&self, cx: &Context, _: &Owner) -> Result<Created<Outputs>> {
        let attributes = ATTRIBUTES.iter().filter_map(|(property, attribute)| {
            Some(((*attribute).to_owned(), self.attribute(property)?))
        });
        let request = cx.clients.sns().subscribe().topic_arn(&self.topic_arn);
        let request = request.protocol(word(&self.protocol));
        let request = request.endpoint(&self.endpoint).set_attributes(Some(attributes.collect()));
        let answer = request.return_subscription_arn(true).send().await?;
        let arn = answer.subscription_arn;
        Ok(Created::pending(arn.ok_or_else(|| Error::missing("sns:Subscribe", "SubscriptionArn"))?))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        for (property, attribute) in ATTRIBUTES.iter().filter(|(property, _)| change.has(property))
        {
            let request = cx.clients.sns().set_subscription_attributes();
            let request = request.subscription_arn(id.as_str()).attribute_name(*attribute);
            // An empty policy lets everything through.
            let value = self.attribute(property).unwrap_or_else(|| "{}".to_owned());
            request.attribute_value(value).send().await?;
        }
        Ok(())
    }

    /// One that nobody has confirmed can't be ended, and goes by itself.
    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.sns().unsubscribe().subscription_arn(id.as_str());
        match request.send().await.map_err(Error::from) {
            Ok(_) => Ok(Deleted::Gone),
            Err(error) if error.is_not_found() => Ok(Deleted::Gone),
            Err(error) => match attributes(cx, id.as_str()).await? {
                None => Ok(Deleted::Gone),
                Some(attributes) if is_pending(&attributes) => Ok(Deleted::Gone),
                Some(_) => Err(error),
            },
        }
    }
}

impl Subscription {
    /// A property as SNS takes it.
    fn attribute(&self, property: &str) -> Option<String> {
        match property {
            "filter_policy" => self.filter_policy.as_ref().map(Document::to_aws),
            "filter_policy_scope" => self.filter_policy_scope.clone(),
            _ => self.raw_message_delivery.map(|raw| raw.to_string()),
        }
    }
}

async fn attributes(cx: &Context, arn: &str) -> Result<Option<HashMap<String, String>>> {
    let request = cx.clients.sns().get_subscription_attributes().subscription_arn(arn);
    let answer = Error::optional(request.send().await.map_err(Error::from))?;
    Ok(answer.map(|answer| answer.attributes.unwrap_or_default()))
}

fn is_pending(attributes: &HashMap<String, String>) -> bool {
    attributes.get("PendingConfirmation").is_some_and(|pending| pending == "true")
}

fn live(arn: &str, attributes: &HashMap<String, String>) -> Option<Live<Subscription>> {
    let text = |name: &str| attributes.get(name).cloned();
    let filter = text("FilterPolicy").filter(|policy| policy != "{}");
    let spec = Subscription {
        topic_arn: text("TopicArn")?,
        protocol: from_word(&text("Protocol")?)?,
        endpoint: text("Endpoint")?,
        filter_policy: filter.map(|policy| Document::from_aws(&policy)),
        filter_policy_scope: text("FilterPolicyScope")
            .or_else(|| Some("MessageAttributes".to_owned())),
        raw_message_delivery: Some(text("RawMessageDelivery").is_some_and(|raw| raw == "true")),
    };
    let outputs = Outputs { arn: arn.to_owned(), pending_confirmation: is_pending(attributes) };
    Some(Live { spec, outputs, tags: None, status: Status::Ready })
}
