//! EventBridge as its callers see it.

use serde_json::{Value, json};

use crate::testing::Fixture;

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:ops";

/// A world with a rule for the app's failures, and a topic as its target.
fn fixture(target: Value) -> Fixture {
    let mut fixture = Fixture::new();
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish",
        "Resource": TOPIC}]});
    let topic = json!({"Name": "ops", "Attributes": {"Policy": policy.to_string()}});
    fixture.call("sns", "CreateTopic", topic).unwrap();
    rule(&mut fixture, &json!({"source": ["app"], "detail": {"level": [{"numeric": [">", 3]}]}}));
    let mut target = target;
    target["Id"] = json!("topic");
    target["Arn"] = json!(TOPIC);
    let targets = json!({"Rule": "failures", "Targets": [target]});
    fixture.call("events", "PutTargets", targets).unwrap();
    fixture
}

fn rule(fixture: &mut Fixture, pattern: &Value) {
    let rule = json!({"Name": "failures", "EventPattern": pattern.to_string()});
    fixture.call("events", "PutRule", rule).unwrap();
}

fn happen(fixture: &mut Fixture, level: u32) -> Value {
    let detail = json!({"level": level}).to_string();
    let entry = json!({"Source": "app", "DetailType": "failure", "Detail": detail});
    fixture.call("events", "PutEvents", json!({"Entries": [entry]})).unwrap()
}

fn told(fixture: &mut Fixture) -> Vec<String> {
    let kept = fixture.world.region("us-east-1").sns.messages();
    let messages = kept["topics"][TOPIC].as_array().unwrap().iter();
    messages.map(|message| message["Message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn events_that_match_reach_the_topic() {
    let mut fixture = fixture(json!({}));
    happen(&mut fixture, 3);
    let put = happen(&mut fixture, 5);
    let told = told(&mut fixture);
    assert_eq!(told.len(), 1);
    let event: Value = serde_json::from_str(&told[0]).unwrap();
    let expected = json!({
        "version": "0", "id": put["Entries"][0]["EventId"], "detail-type": "failure",
        "source": "app", "account": "123456789012", "time": "2026-01-01T00:00:00Z",
        "region": "us-east-1", "resources": [], "detail": {"level": 5},
    });
    assert_eq!(event, expected);
}

#[test]
fn targets_choose_what_they_are_sent() {
    for (target, expected) in [
        (json!({"Input": "{\"a\": 1}"}), "{\"a\": 1}"),
        (json!({"InputPath": "$.detail"}), "{\"level\":5}"),
        (
            json!({"InputTransformer": {"InputPathsMap": {"n": "$.detail.level"},
                "InputTemplate": "\"level <n>\""}}),
            "\"level 5\"",
        ),
    ] {
        let mut fixture = fixture(target);
        happen(&mut fixture, 5);
        assert_eq!(told(&mut fixture), [expected]);
    }
}

#[test]
fn a_rule_that_is_off_does_nothing() {
    let mut fixture = fixture(json!({}));
    fixture.call("events", "DisableRule", json!({"Name": "failures"})).unwrap();
    happen(&mut fixture, 5);
    assert_eq!(told(&mut fixture).len(), 0);
    fixture.call("events", "EnableRule", json!({"Name": "failures"})).unwrap();
    happen(&mut fixture, 5);
    assert_eq!(told(&mut fixture).len(), 1);
}

#[test]
fn a_topic_that_does_not_let_it_hears_nothing() {
    let mut fixture = fixture(json!({}));
    let set = json!({"TopicArn": TOPIC, "AttributeName": "Policy", "AttributeValue": ""});
    assert_eq!(fixture.fault("sns", "SetTopicAttributes", set), "InvalidParameterException");
    fixture.call("sns", "DeleteTopic", json!({"TopicArn": TOPIC})).unwrap();
    fixture.call("sns", "CreateTopic", json!({"Name": "ops"})).unwrap();
    happen(&mut fixture, 5);
    assert_eq!(told(&mut fixture).len(), 0);
}

#[test]
fn an_alarm_is_an_event() {
    let mut fixture = fixture(json!({}));
    let pattern = json!({"source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"state": {"value": ["ALARM"]}}});
    rule(&mut fixture, &pattern);
    let alarm = json!({
        "AlarmName": "drill", "Namespace": "app", "MetricName": "m", "Statistic": "Sum",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
    });
    fixture.call("monitoring", "PutMetricAlarm", alarm).unwrap();
    for state in ["OK", "ALARM"] {
        let set = json!({"AlarmName": "drill", "StateValue": state, "StateReason": "a drill"});
        fixture.call("monitoring", "SetAlarmState", set).unwrap();
    }
    let told = told(&mut fixture);
    assert_eq!(told.len(), 1);
    let event: Value = serde_json::from_str(&told[0]).unwrap();
    assert_eq!(event["detail"]["alarmName"], "drill");
    assert_eq!(event["detail"]["previousState"]["value"], "OK");
    let arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:drill";
    assert_eq!(event["resources"], json!([arn]));
}

#[test]
fn entries_are_refused_by_themselves() {
    let mut fixture = Fixture::new();
    let good = json!({"Source": "app", "DetailType": "x", "Detail": "{}"});
    let mut entries = vec![good.clone()];
    for (name, value) in [("Source", "aws.ec2"), ("Detail", "[]"), ("DetailType", "")] {
        let mut entry = good.clone();
        entry[name] = json!(value);
        entries.push(entry);
    }
    let put = fixture.call("events", "PutEvents", json!({"Entries": entries})).unwrap();
    assert_eq!(put["FailedEntryCount"], 3);
    let results = put["Entries"].as_array().unwrap();
    let codes: Vec<&Value> = results[1..].iter().map(|result| &result["ErrorCode"]).collect();
    assert_eq!(codes, ["NotAuthorizedForSourceException", "MalformedDetail", "InvalidArgument"]);
}

#[test]
fn rules_and_targets_have_rules() {
    let mut fixture = fixture(json!({}));
    for (request, code) in [
        (json!({"Name": "r"}), "ValidationException"),
        (json!({"Name": "a b", "EventPattern": "{\"a\": [1]}"}), "ValidationException"),
        (json!({"Name": "r", "EventPattern": "{\"a\": 1}"}), "InvalidEventPatternException"),
        (json!({"Name": "r", "ScheduleExpression": "rate(1 hour)"}), "NotImplemented"),
        (
            json!({"Name": "r", "EventPattern": "{\"a\": [1]}", "EventBusName": "other"}),
            "ResourceNotFoundException",
        ),
    ] {
        assert_eq!(fixture.fault("events", "PutRule", request.clone()), code, "{request}");
    }
    let name = json!({"Name": "failures"});
    assert_eq!(fixture.fault("events", "DeleteRule", name.clone()), "ValidationException");
    let two = json!({"Rule": "failures", "Targets": [{"Id": "a", "Arn": TOPIC, "Input": "{}",
        "InputPath": "$.detail"}]});
    assert_eq!(fixture.fault("events", "PutTargets", two), "ValidationException");
    let many: Vec<Value> = (0..5).map(|id| json!({"Id": id.to_string(), "Arn": TOPIC})).collect();
    let many = json!({"Rule": "failures", "Targets": many});
    assert_eq!(fixture.fault("events", "PutTargets", many), "LimitExceededException");
    let remove = json!({"Rule": "failures", "Ids": ["topic", "none"]});
    fixture.call("events", "RemoveTargets", remove).unwrap();
    fixture.call("events", "DeleteRule", name.clone()).unwrap();
    fixture.call("events", "DeleteRule", name.clone()).unwrap();
    assert_eq!(fixture.fault("events", "DescribeRule", name), "ResourceNotFoundException");
}

#[test]
fn a_rule_keeps_its_targets_and_tags_when_it_is_put_again() {
    let mut fixture = fixture(json!({}));
    let arn = "arn:aws:events:us-east-1:123456789012:rule/failures";
    let tags = json!({"ResourceARN": arn, "Tags": [{"Key": "a", "Value": "1"}]});
    fixture.call("events", "TagResource", tags).unwrap();
    rule(&mut fixture, &json!({"source": ["other"]}));
    let targets = fixture.call("events", "ListTargetsByRule", json!({"Rule": "failures"}));
    assert_eq!(targets.unwrap()["Targets"][0]["Id"], "topic");
    let listed = fixture.call("events", "ListTagsForResource", json!({"ResourceARN": arn}));
    assert_eq!(listed.unwrap()["Tags"][0]["Key"], "a");
}
