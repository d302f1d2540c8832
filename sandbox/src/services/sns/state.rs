//! What exists: topics with the last messages of each, subscriptions, and what is on its way to
//! the endpoints on this machine.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors;
use crate::call::Ids;
use crate::fault::Fault;
use crate::services::policy::{Document, Purpose};
use crate::services::tags::Tags;

/// How many messages of a topic are kept for whoever wants to read them.
const MOST_MESSAGES: usize = 100;
/// How long AWS waits for a confirmation.
const PATIENCE: Duration = Duration::from_secs(48 * 60 * 60);

/// The topics and subscriptions of one region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) topics: BTreeMap<String, Topic>,
    pub(super) subscriptions: BTreeMap<String, Subscription>,
    /// What is to be sent to endpoints on this machine, oldest first.
    pub(super) outbox: Vec<Post>,
    /// How many messages came from services of AWS's.
    sequence: u64,
}

/// A topic.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Topic {
    pub arn: String,
    pub owner: String,
    /// Those that were set.
    pub attributes: BTreeMap<String, String>,
    pub tags: Tags,
    /// The last of them, oldest first.
    pub messages: Vec<Message>,
    /// How many subscriptions were taken away.
    pub deleted: u64,
}

/// What was published.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Message {
    /// Which one.
    pub message_id: String,
    /// When.
    pub timestamp: Timestamp,
    /// The line for emails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What it says.
    pub message: String,
    /// What filters look at.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub message_attributes: BTreeMap<String, Value>,
}

/// Somebody who wants to hear of a topic.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Subscription {
    pub arn: String,
    pub topic: String,
    pub owner: String,
    pub protocol: String,
    pub endpoint: String,
    pub attributes: BTreeMap<String, String>,
    /// What its endpoint was told, and confirms with.
    pub token: String,
    pub is_confirmed: bool,
    pub created: Timestamp,
}

/// An HTTP request that is to be made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Post {
    /// The endpoint.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl State {
    /// Takes away subscriptions that nobody confirmed in time.
    pub fn settle(&mut self, now: Timestamp) {
        self.subscriptions.retain(|_, subscription| {
            let until = subscription.created.checked_add(PATIENCE).unwrap_or(Timestamp::MAX);
            subscription.is_confirmed || now < until
        });
    }

    /// Whether something is to be sent.
    pub fn has_posts(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// What is to be sent, once.
    pub fn take_outbox(&mut self) -> Vec<Post> {
        std::mem::take(&mut self.outbox)
    }

    /// Every topic's last messages, and the tokens that confirm what is pending.
    pub fn messages(&self) -> Value {
        let topics: BTreeMap<&String, &Vec<Message>> =
            self.topics.values().map(|topic| (&topic.arn, &topic.messages)).collect();
        let pending = self.subscriptions.values().filter(|it| !it.is_confirmed).map(|it| {
            json!({
                "SubscriptionArn": it.arn,
                "TopicArn": it.topic,
                "Protocol": it.protocol,
                "Endpoint": it.endpoint,
                "Token": it.token,
            })
        });
        json!({ "topics": topics, "pending": pending.collect::<Vec<_>>() })
    }

    /// Whether there is such a topic and a service of AWS's may publish to it.
    pub fn lets(&self, service: &str, arn: &str) -> bool {
        self.topics.get(arn).is_some_and(|topic| topic.lets(service))
    }

    /// Publishes for a service of AWS's, e.g. `cloudwatch.amazonaws.com`, as far as the topic lets
    /// it; gives the message's id.
    ///
    /// # Errors
    /// When there is no such topic, its policy does not allow the service, or its key does not.
    pub fn publish_for(
        &mut self,
        service: &str,
        arn: &str,
        subject: Option<String>,
        message: String,
        now: Timestamp,
    ) -> Result<String, Fault> {
        let topic = self.topic(arn)?;
        if !topic.lets(service) {
            return Err(errors::not_authorized(service, arn));
        }
        // The policy of the key that AWS provides lets no service use it.
        let key = topic.attributes.get("KmsMasterKeyId");
        if key.is_some_and(|key| key.ends_with("alias/aws/sns")) {
            return Err(errors::key_denied());
        }
        self.sequence += 1;
        let id = Ids::derived(arn, self.sequence);
        let message_attributes = BTreeMap::new();
        let message = Message {
            message_id: id.clone(),
            timestamp: now,
            subject,
            message,
            message_attributes,
        };
        self.publish(arn, message)?;
        Ok(id)
    }

    /// Keeps a message, and puts it into the outbox for those who want it.
    pub(super) fn publish(&mut self, arn: &str, message: Message) -> Result<(), Fault> {
        let subscriptions = self.subscriptions.values().filter(|it| it.topic == arn);
        let posts: Vec<Post> =
            subscriptions.filter_map(|subscription| subscription.notification(&message)).collect();
        let topic = self.topic_mut(arn)?;
        topic.messages.push(message);
        let surplus = topic.messages.len().saturating_sub(MOST_MESSAGES);
        topic.messages.drain(..surplus);
        self.outbox.extend(posts);
        Ok(())
    }

    pub(super) fn topic(&self, arn: &str) -> Result<&Topic, Fault> {
        self.topics.get(arn).ok_or_else(errors::topic_not_found)
    }

    pub(super) fn topic_mut(&mut self, arn: &str) -> Result<&mut Topic, Fault> {
        self.topics.get_mut(arn).ok_or_else(errors::topic_not_found)
    }

    pub(super) fn subscription(&mut self, arn: &str) -> Result<&mut Subscription, Fault> {
        if arn.split(':').count() < 6 {
            let parts = arn.split(':').count();
            return Err(errors::invalid(format!(
                "SubscriptionArn Reason: An ARN must have at least 6 elements, not {parts}"
            )));
        }
        self.subscriptions.get_mut(arn).ok_or_else(errors::subscription_not_found)
    }
}

impl Topic {
    /// The policy that was set, or else AWS's own: everything for the owner.
    pub fn policy(&self) -> String {
        self.attributes.get("Policy").cloned().unwrap_or_else(|| {
            json!({
                "Version": "2008-10-17",
                "Id": "__default_policy_ID",
                "Statement": [{
                    "Sid": "__default_statement_ID",
                    "Effect": "Allow",
                    "Principal": { "AWS": "*" },
                    "Action": [
                        "SNS:GetTopicAttributes",
                        "SNS:SetTopicAttributes",
                        "SNS:AddPermission",
                        "SNS:RemovePermission",
                        "SNS:DeleteTopic",
                        "SNS:Subscribe",
                        "SNS:ListSubscriptionsByTopic",
                        "SNS:Publish",
                    ],
                    "Resource": self.arn,
                    "Condition": { "StringEquals": { "AWS:SourceOwner": self.owner } },
                }],
            })
            .to_string()
        })
    }

    /// Whether a service may publish. Alarms act for the account, so that AWS's own policy is
    /// enough for them; others must be named.
    fn lets(&self, service: &str) -> bool {
        let Ok(policy) = Document::parse(&self.policy(), Purpose::Resource) else { return false };
        let acts_for_account = service == "cloudwatch.amazonaws.com";
        policy.allows_service(service)
            || policy.is_public()
            || (acts_for_account && policy.allows_account(&self.owner, "SNS:Publish"))
    }
}

impl Subscription {
    /// The request that brings a message, where the endpoint wants it and is an HTTP server.
    fn notification(&self, message: &Message) -> Option<Post> {
        let is_raw = self.attributes.get("RawMessageDelivery").is_some_and(|raw| raw == "true");
        if !self.is_confirmed || !self.is_http() || !self.wants(message) {
            return None;
        }
        let mut body = serde_json::to_value(message).unwrap_or_default();
        body["Type"] = json!("Notification");
        body["TopicArn"] = json!(self.topic);
        let body = if is_raw { message.message.clone() } else { body.to_string() };
        let mut post = self.post("Notification", &message.message_id, body);
        if is_raw {
            post.headers.push(("x-amz-sns-rawdelivery".to_owned(), "true".to_owned()));
        }
        post.headers.push(("x-amz-sns-subscription-arn".to_owned(), self.arn.clone()));
        Some(post)
    }

    pub fn is_http(&self) -> bool {
        matches!(self.protocol.as_str(), "http" | "https")
    }

    /// A request of a type to the endpoint.
    pub fn post(&self, kind: &str, id: &str, body: String) -> Post {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Post {
            url: self.endpoint.clone(),
            headers: vec![
                header("content-type", "text/plain; charset=UTF-8"),
                header("user-agent", "Amazon Simple Notification Service Agent"),
                header("x-amz-sns-message-type", kind),
                header("x-amz-sns-message-id", id),
                header("x-amz-sns-topic-arn", &self.topic),
            ],
            body,
        }
    }
}
