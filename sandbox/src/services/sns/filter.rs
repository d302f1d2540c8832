//! Filter policies: which messages a subscription wants.

use serde_json::{Map, Value};

use super::state::{Message, Subscription};
use crate::services::events::Pattern;

/// What a policy looks at, and otherwise.
const SCOPE: &str = "FilterPolicyScope";
/// Unless a subscription says so, it is the attributes.
pub(super) const BY_ATTRIBUTES: &str = "MessageAttributes";
const BY_BODY: &str = "MessageBody";

/// Checks a policy; an empty one, `{}` in AWS's documentation, takes away what there was.
pub(super) fn check_policy(text: &str) -> Result<(), String> {
    if is_empty(text) { Ok(()) } else { Pattern::parse(text).map(|_| ()) }
}

fn is_empty(text: &str) -> bool {
    matches!(text.trim(), "" | "{}")
}

/// Whether there is such a scope.
pub(super) fn is_scope(text: &str) -> bool {
    matches!(text, BY_ATTRIBUTES | BY_BODY)
}

impl Subscription {
    /// The policy, where one was set.
    pub(super) fn filter_policy(&self) -> Option<&String> {
        self.attributes.get("FilterPolicy").filter(|policy| !is_empty(policy))
    }

    /// Whether it wants a message. A body that is no JSON satisfies no policy.
    pub(super) fn wants(&self, message: &Message) -> bool {
        let Some(policy) = self.filter_policy() else { return true };
        let Ok(policy) = Pattern::parse(policy) else { return false };
        let by_body = self.attributes.get(SCOPE).is_some_and(|scope| scope == BY_BODY);
        let seen = if by_body {
            serde_json::from_str(&message.message).ok()
        } else {
            Some(attributes(message))
        };
        seen.is_some_and(|seen| policy.matches(&seen))
    }
}

/// A message's attributes as values of their types.
fn attributes(message: &Message) -> Value {
    let typed = |attribute: &Value| {
        let text = attribute["Value"].as_str().unwrap_or_default();
        let kind = attribute["Type"].as_str().unwrap_or_default();
        let is_json = kind == "String.Array" || kind.starts_with("Number");
        let parsed = is_json.then(|| serde_json::from_str(text).ok()).flatten();
        parsed.unwrap_or_else(|| Value::from(text))
    };
    let attributes = message.message_attributes.iter();
    Value::Object(attributes.map(|(name, it)| (name.clone(), typed(it))).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::Fixture;

    const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:ops";

    /// How many of three messages reach a web server with a filter policy.
    fn brought(policy: Value, scope: &str) -> usize {
        let mut fixture = Fixture::new();
        fixture.call("sns", "CreateTopic", json!({"Name": "ops"})).unwrap();
        let attributes = json!({"FilterPolicy": policy.to_string(), "FilterPolicyScope": scope});
        let request = json!({"TopicArn": TOPIC, "Protocol": "http", "Attributes": attributes,
            "Endpoint": "http://hook.localhost/"});
        fixture.call("sns", "Subscribe", request).unwrap();
        let token = fixture.world.region("us-east-1").sns.messages()["pending"][0]["Token"].clone();
        let confirm = json!({"TopicArn": TOPIC, "Token": token});
        fixture.call("sns", "ConfirmSubscription", confirm).unwrap();
        fixture.world.take_posts();
        for (kind, level) in [("alarm", "1"), ("alarm", "5"), ("note", "5")] {
            let attributes = json!({
                "kind": {"DataType": "String", "StringValue": kind},
                "level": {"DataType": "Number", "StringValue": level},
                "tags": {"DataType": "String.Array", "StringValue": "[\"a\", \"b\"]"},
            });
            let message = json!({"state": {"kind": kind}}).to_string();
            let publish =
                json!({"TopicArn": TOPIC, "Message": message, "MessageAttributes": attributes});
            fixture.call("sns", "Publish", publish).unwrap();
        }
        fixture.world.take_posts().len()
    }

    #[test]
    fn only_what_is_wanted_is_brought() {
        assert_eq!(brought(json!({"kind": ["alarm"]}), BY_ATTRIBUTES), 2);
        assert_eq!(brought(json!({"level": [{"numeric": [">", 3]}]}), BY_ATTRIBUTES), 2);
        assert_eq!(brought(json!({"kind": ["note"], "tags": ["b"]}), BY_ATTRIBUTES), 1);
        assert_eq!(brought(json!({"tags": ["c"]}), BY_ATTRIBUTES), 0);
        assert_eq!(brought(json!({"state": {"kind": ["alarm"]}}), BY_BODY), 2);
    }

    #[test]
    fn policies_have_a_form() {
        let mut fixture = Fixture::new();
        fixture.call("sns", "CreateTopic", json!({"Name": "ops"})).unwrap();
        for (name, value) in
            [("FilterPolicy", "{\"kind\": \"alarm\"}"), ("FilterPolicyScope", "Everything")]
        {
            let request = json!({"TopicArn": TOPIC, "Protocol": "email",
                "Endpoint": "ops@example.com", "Attributes": {name: value}});
            let code = fixture.fault("sns", "Subscribe", request);
            assert_eq!(code, "InvalidParameterException", "{name}");
        }
    }
}
