//! SNS as its callers see it, and as alarms use it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::testing::Fixture;

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:ops";

fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.call("sns", "CreateTopic", json!({"Name": "ops"})).unwrap();
    fixture
}

fn subscribe(fixture: &mut Fixture, protocol: &str, endpoint: &str) -> Result<String, String> {
    let request = json!({"TopicArn": TOPIC, "Protocol": protocol, "Endpoint": endpoint,
        "ReturnSubscriptionArn": true});
    let subscribed = fixture.call("sns", "Subscribe", request).map_err(|fault| fault.message)?;
    Ok(subscribed["SubscriptionArn"].as_str().unwrap().to_owned())
}

fn messages(fixture: &mut Fixture) -> Vec<Value> {
    let kept = fixture.world.region("us-east-1").sns.messages();
    kept["topics"][TOPIC].as_array().unwrap().clone()
}

/// An alarm over a metric of which one is too much, acting on the topic.
fn alarm(fixture: &mut Fixture) {
    let alarm = json!({
        "AlarmName": "failing", "AlarmDescription": "something fails", "Namespace": "app",
        "MetricName": "failures", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
        "Threshold": 1.0, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching", "AlarmActions": [TOPIC], "OKActions": [TOPIC],
        "Dimensions": [{"Name": "service", "Value": "api"}],
    });
    fixture.call("monitoring", "PutMetricAlarm", alarm).unwrap();
}

fn fail(fixture: &mut Fixture) {
    let datum = json!({"MetricName": "failures", "Value": 1.0,
        "Dimensions": [{"Name": "service", "Value": "api"}]});
    let data = json!({"Namespace": "app", "MetricData": [datum]});
    fixture.call("monitoring", "PutMetricData", data).unwrap();
    fixture.call("monitoring", "DescribeAlarms", json!({})).unwrap();
}

/// The newest thing that an alarm's history says of actions.
fn last_action(fixture: &mut Fixture) -> String {
    let request = json!({"HistoryItemType": "Action", "MaxRecords": 1});
    let history = fixture.call("monitoring", "DescribeAlarmHistory", request).unwrap();
    history["AlarmHistoryItems"][0]["HistorySummary"].as_str().unwrap().to_owned()
}

#[test]
fn creating_a_topic_again_gives_the_same_one() {
    let mut fixture = fixture();
    let again = fixture.call("sns", "CreateTopic", json!({"Name": "ops"})).unwrap();
    assert_eq!(again["TopicArn"], TOPIC);
    let other = json!({"Name": "ops", "Attributes": {"DisplayName": "Operations"}});
    assert_eq!(fixture.fault("sns", "CreateTopic", other), "InvalidParameterException");
    for name in ["", "a b", "a.b", &"x".repeat(257)] {
        let fault = fixture.call("sns", "CreateTopic", json!({"Name": name})).unwrap_err();
        assert_eq!(fault.message, "Invalid parameter: Topic Name");
    }
}

#[test]
fn attributes_have_defaults_and_rules() {
    let mut fixture = fixture();
    let set = |name: &str, value: &str| json!({"TopicArn": TOPIC, "AttributeName": name, "AttributeValue": value});
    fixture.call("sns", "SetTopicAttributes", set("DisplayName", "Operations")).unwrap();
    let got = fixture.call("sns", "GetTopicAttributes", json!({"TopicArn": TOPIC})).unwrap();
    let attributes = &got["Attributes"];
    assert_eq!(attributes["DisplayName"], "Operations");
    assert_eq!(attributes["SubscriptionsConfirmed"], "0");
    assert!(attributes["Policy"].as_str().unwrap().contains("__default_policy_ID"));
    for (name, value) in [("Policy", "{}"), ("Colour", "red"), ("SignatureVersion", "3")] {
        let code = fixture.fault("sns", "SetTopicAttributes", set(name, value));
        assert_eq!(code, "InvalidParameterException", "{name}");
    }
    let other = json!({"TopicArn": format!("{TOPIC}x")});
    assert_eq!(fixture.fault("sns", "GetTopicAttributes", other), "NotFoundException");
}

#[test]
fn people_confirm_and_queues_need_not() {
    let mut fixture = fixture();
    let email = subscribe(&mut fixture, "email", "ops@example.com").unwrap();
    let queue = "arn:aws:sqs:us-east-1:123456789012:q";
    let queue = subscribe(&mut fixture, "sqs", queue).unwrap();
    let listed = |fixture: &mut Fixture| -> Vec<String> {
        let request = json!({"TopicArn": TOPIC});
        let listed = fixture.call("sns", "ListSubscriptionsByTopic", request).unwrap();
        let listed = listed["Subscriptions"].as_array().unwrap().iter();
        let mut arns: Vec<String> =
            listed.map(|it| it["SubscriptionArn"].as_str().unwrap().to_owned()).collect();
        arns.sort();
        arns
    };
    assert_eq!(listed(&mut fixture), ["PendingConfirmation".to_owned(), queue.clone()]);
    let kept = fixture.world.region("us-east-1").sns.messages();
    let token = kept["pending"][0]["Token"].clone();
    let wrong = json!({"TopicArn": TOPIC, "Token": "x"});
    assert_eq!(fixture.fault("sns", "ConfirmSubscription", wrong), "InvalidParameterException");
    let confirm = json!({"TopicArn": TOPIC, "Token": token});
    fixture.call("sns", "ConfirmSubscription", confirm).unwrap();
    let request = json!({"SubscriptionArn": email});
    let got = fixture.call("sns", "GetSubscriptionAttributes", request.clone()).unwrap();
    assert_eq!(got["Attributes"]["PendingConfirmation"], "false");
    fixture.call("sns", "Unsubscribe", request.clone()).unwrap();
    fixture.call("sns", "Unsubscribe", request).unwrap();
    assert_eq!(listed(&mut fixture), [queue]);
}

#[test]
fn nobody_waits_for_a_confirmation_longer_than_two_days() {
    let mut fixture = fixture();
    let email = subscribe(&mut fixture, "email", "ops@example.com").unwrap();
    fixture.pass(Duration::from_secs(49 * 60 * 60));
    let request = json!({"SubscriptionArn": email});
    assert_eq!(fixture.fault("sns", "GetSubscriptionAttributes", request), "NotFoundException");
}

#[test]
fn endpoints_have_rules() {
    let mut fixture = fixture();
    for (protocol, endpoint) in [
        ("email", "nobody"),
        ("https", "http://hook.localhost/"),
        ("sqs", "queue"),
        ("lambda", "arn:aws:sqs:us-east-1:123456789012:q"),
        ("pigeon", "roof"),
    ] {
        let fault = subscribe(&mut fixture, protocol, endpoint).unwrap_err();
        assert!(fault.starts_with("Invalid parameter: "), "{protocol}: {fault}");
    }
    let raw = json!({"TopicArn": TOPIC, "Protocol": "email", "Endpoint": "a@example.com",
        "Attributes": {"RawMessageDelivery": "true"}});
    assert_eq!(fixture.fault("sns", "Subscribe", raw), "InvalidParameterException");
}

#[test]
fn a_web_server_is_asked_and_then_told() {
    let mut fixture = fixture();
    subscribe(&mut fixture, "http", "http://hook.localhost:9000/sns").unwrap();
    let publish = json!({"TopicArn": TOPIC, "Message": "too early"});
    fixture.call("sns", "Publish", publish).unwrap();
    let posts = fixture.world.take_posts();
    assert_eq!(posts.len(), 1);
    let asked: Value = serde_json::from_str(&posts[0].body).unwrap();
    assert_eq!(asked["Type"], "SubscriptionConfirmation");
    let url = asked["SubscribeURL"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:4566/?Action=ConfirmSubscription&TopicArn=arn%3A"));
    let confirm = json!({"TopicArn": TOPIC, "Token": asked["Token"]});
    fixture.call("sns", "ConfirmSubscription", confirm).unwrap();
    let publish = json!({"TopicArn": TOPIC, "Message": "now", "Subject": "hear",
        "MessageAttributes": {"kind": {"DataType": "String", "StringValue": "test"}}});
    let id = fixture.call("sns", "Publish", publish).unwrap()["MessageId"].clone();
    let posts = fixture.world.take_posts();
    let told: Value = serde_json::from_str(&posts[0].body).unwrap();
    assert_eq!(
        told,
        json!({
            "Type": "Notification", "MessageId": id, "TopicArn": TOPIC, "Subject": "hear",
            "Message": "now", "Timestamp": "2026-01-01T00:00:00Z",
            "MessageAttributes": {"kind": {"Type": "String", "Value": "test"}},
        })
    );
    let has =
        |name: &str, value: &str| posts[0].headers.contains(&(name.to_owned(), value.to_owned()));
    assert!(has("x-amz-sns-message-type", "Notification"));
}

#[test]
fn messages_have_rules() {
    let mut fixture = fixture();
    for (more, message) in [
        (json!({"Message": ""}), "Empty message"),
        (json!({"Message": "a", "Subject": "two\nlines"}), "Subject"),
        (json!({"Message": "x".repeat(262_145)}), "Message too long"),
        (
            json!({"Message": "{\"sms\": \"a\"}", "MessageStructure": "json"}),
            "Message Structure - No default entry in JSON message body",
        ),
    ] {
        let mut request = more;
        request["TopicArn"] = json!(TOPIC);
        let fault = fixture.call("sns", "Publish", request).unwrap_err();
        assert_eq!(fault.message, format!("Invalid parameter: {message}"));
    }
    assert_eq!(messages(&mut fixture), [] as [Value; 0]);
}

#[test]
fn an_alarm_tells_its_topic() {
    let mut fixture = fixture();
    alarm(&mut fixture);
    fail(&mut fixture);
    let told = messages(&mut fixture);
    // That all is well since it was made, and then that it is not.
    assert_eq!(told.len(), 2);
    assert_eq!(told[1]["Subject"], "ALARM: \"failing\" in US East (N. Virginia)");
    let says: Value = serde_json::from_str(told[1]["Message"].as_str().unwrap()).unwrap();
    assert_eq!(says["NewStateValue"], "ALARM");
    assert_eq!(says["OldStateValue"], "OK");
    assert_eq!(says["AWSAccountId"], "123456789012");
    assert_eq!(says["AlarmDescription"], "something fails");
    let trigger = json!({
        "MetricName": "failures", "Namespace": "app", "StatisticType": "Statistic",
        "Statistic": "SUM", "Unit": null, "Dimensions": [{"name": "service", "value": "api"}],
        "Period": 60, "EvaluationPeriods": 1, "DatapointsToAlarm": 1, "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching", "EvaluateLowSampleCountPercentile": "",
    });
    assert_eq!(says["Trigger"], trigger);
    assert_eq!(last_action(&mut fixture), format!("Successfully executed action {TOPIC}"));
}

#[test]
fn an_alarm_without_actions_or_leave_tells_nobody() {
    let mut fixture = fixture();
    alarm(&mut fixture);
    let names = json!({"AlarmNames": ["failing"]});
    fixture.call("monitoring", "DisableAlarmActions", names.clone()).unwrap();
    fail(&mut fixture);
    // That all was well is all that was said.
    assert_eq!(messages(&mut fixture).len(), 1);
    fixture.call("monitoring", "EnableAlarmActions", names).unwrap();
    // A policy that names others only.
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish",
        "Resource": TOPIC}]});
    let set = json!({"TopicArn": TOPIC, "AttributeName": "Policy",
        "AttributeValue": policy.to_string()});
    fixture.call("sns", "SetTopicAttributes", set).unwrap();
    let state = json!({"AlarmName": "failing", "StateValue": "OK", "StateReason": "a drill"});
    fixture.call("monitoring", "SetAlarmState", state).unwrap();
    assert_eq!(messages(&mut fixture).len(), 1);
    assert!(last_action(&mut fixture).contains("not authorized to perform: SNS:Publish"));
}

#[test]
fn deleting_a_topic_takes_its_subscriptions_along() {
    let mut fixture = fixture();
    subscribe(&mut fixture, "email", "ops@example.com").unwrap();
    let topic = json!({"TopicArn": TOPIC});
    fixture.call("sns", "DeleteTopic", topic.clone()).unwrap();
    fixture.call("sns", "DeleteTopic", topic).unwrap();
    let listed = fixture.call("sns", "ListSubscriptions", json!({})).unwrap();
    assert_eq!(listed["Subscriptions"], json!([]));
}
