//! The event history: management events of the gateway's own log, newest first.
//!
//! It has what the log still keeps, which ends with the sandbox. Events are there at once, where
//! AWS takes minutes. The log knows no request parameters, so events have neither these nor
//! resources: nothing is found by `ResourceName` or `ResourceType`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::errors;
use super::event::Event;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;

/// The largest page, and the one by itself.
const PAGE: i64 = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LookupRequest {
    #[serde(default)]
    lookup_attributes: Vec<Attribute>,
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    event_category: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    attribute_key: String,
    attribute_value: String,
}

/// The events that fit. Insights are never found, because nothing looks for them.
pub(super) fn lookup(call: &mut Call<'_>, request: LookupRequest) -> Result<Value, Fault> {
    let limit = request.limit()?;
    let attribute = request.attribute()?;
    let (from, to) = (request.start_time, request.end_time);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(errors::time_range());
    }
    let query = request.query();
    let token = request.next_token.as_deref().map(|token| {
        token.strip_prefix(&query).and_then(|rest| rest.strip_prefix('.')).ok_or_else(errors::token)
    });
    let events = if request.event_category.is_some() { Vec::new() } else { Event::all(call) };
    let fits = |event: &Event| {
        from.is_none_or(|from| event.time >= from)
            && to.is_none_or(|to| event.time <= to)
            && attribute.is_none_or(|attribute| attribute.fits(event))
    };
    // Pages ascend by their key: the newest event has the lowest.
    let key = |event: &Event| format!("{:020}", u64::MAX - event.number);
    let events = events.into_iter().filter(fits);
    let page = page(events, token.transpose()?, limit, key).map_err(|_| errors::token())?;
    let views: Vec<Value> = page.items.iter().map(Event::view).collect();
    Ok(json!({ "Events": views, "NextToken": page.next.map(|next| format!("{query}.{next}")) }))
}

impl LookupRequest {
    fn limit(&self) -> Result<usize, Fault> {
        let limit = self.max_results.unwrap_or(PAGE);
        let is_valid = (1..=PAGE).contains(&limit);
        usize::try_from(limit).ok().filter(|_| is_valid).ok_or_else(|| errors::max_results(limit))
    }

    fn attribute(&self) -> Result<Option<&Attribute>, Fault> {
        match self.lookup_attributes.as_slice() {
            [] => Ok(None),
            [one] if one.is_valid() => Ok(Some(one)),
            [one] => Err(errors::lookup_attribute(&one.attribute_key)),
            _ => Err(errors::lookup_attributes()),
        }
    }

    /// What a token is good for: the same question.
    fn query(&self) -> String {
        let attributes = self.lookup_attributes.iter();
        let attributes: Vec<_> =
            attributes.map(|it| (&it.attribute_key, &it.attribute_value)).collect();
        let all = (attributes, self.start_time, self.end_time, &self.event_category);
        let digest = Sha256::digest(format!("{all:?}"));
        digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Attribute {
    fn is_valid(&self) -> bool {
        let value = self.attribute_value.as_str();
        match self.attribute_key.as_str() {
            "ReadOnly" => matches!(value, "true" | "false"),
            _ => !value.is_empty(),
        }
    }

    fn fits(&self, event: &Event) -> bool {
        let value = Some(self.attribute_value.as_str());
        match self.attribute_key.as_str() {
            "EventId" => value == Some(&event.id),
            "EventName" => value == Some(&event.name),
            "EventSource" => value == Some(&event.source),
            "ReadOnly" => value == Some(if event.is_read_only { "true" } else { "false" }),
            "Username" => value == event.username(),
            "AccessKeyId" => value == event.access_key(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::log::Entry;
    use crate::testing::Fixture;

    /// A second after the one before it, in the history of a fixture.
    fn happen(fixture: &Fixture, service: &str, operation: &str, change: impl FnOnce(&mut Entry)) {
        let number = fixture.log.begin(service, operation);
        let second = i64::try_from(number).unwrap();
        let mut entry = Entry {
            number,
            at: Timestamp::from_second(second).unwrap(),
            service: service.to_owned(),
            operation: operation.to_owned(),
            region: "us-east-1".to_owned(),
            access_key: "AKIDEXAMPLE".to_owned(),
            status: Some(200),
            code: None,
            executed: true,
            milliseconds: 1.0,
            request_id: format!("request-{number}"),
            user_agent: "test/1".to_owned(),
            message: None,
        };
        change(&mut entry);
        fixture.log.end(entry);
    }

    fn lookup(fixture: &mut Fixture, request: Value) -> Value {
        fixture.call("cloudtrail", "LookupEvents", request).unwrap()
    }

    fn names(found: &Value) -> Vec<&str> {
        let events = found["Events"].as_array().unwrap().iter();
        events.map(|event| event["EventName"].as_str().unwrap()).collect()
    }

    #[test]
    fn management_events_of_the_region_come_newest_first() {
        let mut fixture = Fixture::new();
        happen(&fixture, "ec2", "CreateVpc", |_| {});
        happen(&fixture, "ec2", "DeleteVpc", |entry| entry.region = "eu-west-1".to_owned());
        happen(&fixture, "iam", "CreateRole", |entry| entry.region = "eu-west-1".to_owned());
        happen(&fixture, "ec2", "Unknown", |entry| entry.status = Some(403));
        happen(&fixture, "ec2", "DescribeVpcs", |entry| {
            (entry.status, entry.executed) = (None, false);
        });
        for operation in ["PutObject", "ListObjectsV2", "HeadBucket", "PutPublicAccessBlock"] {
            happen(&fixture, "s3", operation, |_| {});
        }
        happen(&fixture, "s3", "CreateBucket", |entry| {
            entry.code = Some("SignatureDoesNotMatch".to_owned());
        });
        for (service, operation) in [
            ("monitoring", "PutMetricData"),
            ("logs", "PutLogEvents"),
            ("sns", "Publish"),
            ("secretsmanager", "GetSecretValue"),
        ] {
            happen(&fixture, service, operation, |_| {});
        }
        let found = lookup(&mut fixture, json!({}));
        let expected = ["GetSecretValue", "PutBucketPublicAccessBlock", "CreateRole", "CreateVpc"];
        assert_eq!(names(&found), expected);
    }

    #[test]
    fn an_event_tells_who_and_what_and_why_it_failed() {
        let mut fixture = Fixture::new();
        happen(&fixture, "ec2", "DeleteVpc", |entry| {
            entry.status = Some(400);
            entry.fail("DependencyViolation", "it has dependencies");
        });
        happen(&fixture, "rds", "CreateDBCluster", |entry| {
            entry.fail("ValidationError", "the password is hunter2");
        });
        let found = lookup(&mut fixture, json!({}));
        assert!(!found.to_string().contains("hunter2"));
        let event = &found["Events"][1];
        assert_eq!(event["ReadOnly"], "false");
        assert_eq!(event["Username"], "sandbox");
        let record: Value =
            serde_json::from_str(event["CloudTrailEvent"].as_str().unwrap()).unwrap();
        assert_eq!(record["eventID"], event["EventId"]);
        assert_eq!(record["eventTime"], "1970-01-01T00:00:01Z");
        assert_eq!(record["errorCode"], "DependencyViolation");
        assert_eq!(record["errorMessage"], "it has dependencies");
        assert_eq!(record["userIdentity"]["arn"], "arn:aws:iam::123456789012:user/sandbox");
        assert_eq!((&record["userAgent"], &record["readOnly"]), (&json!("test/1"), &json!(false)));
    }

    #[test]
    fn one_attribute_and_a_time_narrow_it_down() {
        let mut fixture = Fixture::new();
        happen(&fixture, "ec2", "CreateVpc", |_| {});
        happen(&fixture, "kms", "DescribeKey", |_| {});
        happen(&fixture, "kms", "CreateKey", |entry| entry.access_key = "ASIAFORGOTTEN".to_owned());
        let all = lookup(&mut fixture, json!({}));
        let id = all["Events"][0]["EventId"].as_str().unwrap();
        for (key, value, expected) in [
            ("EventName", "CreateVpc", vec!["CreateVpc"]),
            ("EventSource", "kms.amazonaws.com", vec!["CreateKey", "DescribeKey"]),
            ("ReadOnly", "true", vec!["DescribeKey"]),
            ("Username", "sandbox", vec!["DescribeKey", "CreateVpc"]),
            ("AccessKeyId", "ASIAFORGOTTEN", vec!["CreateKey"]),
            ("EventId", id, vec!["CreateKey"]),
            ("ResourceName", "vpc-1", vec![]),
        ] {
            let attribute = json!([{"AttributeKey": key, "AttributeValue": value}]);
            let found = lookup(&mut fixture, json!({"LookupAttributes": attribute}));
            assert_eq!(names(&found), expected, "{key}");
        }
        let second = |second| Timestamp::from_second(second).unwrap();
        let window = json!({"StartTime": second(2), "EndTime": second(2)});
        assert_eq!(names(&lookup(&mut fixture, window)), ["DescribeKey"]);
        assert_eq!(names(&lookup(&mut fixture, json!({"EventCategory": "insight"}))), [""; 0]);
    }

    #[test]
    fn pages_go_on_where_they_ended_whatever_happens_meanwhile() {
        let mut fixture = Fixture::new();
        for operation in ["CreateVpc", "DescribeVpcs", "DeleteVpc"] {
            happen(&fixture, "ec2", operation, |_| {});
        }
        let first = lookup(&mut fixture, json!({"MaxResults": 2}));
        assert_eq!(names(&first), ["DeleteVpc", "DescribeVpcs"]);
        happen(&fixture, "ec2", "CreateSubnet", |_| {});
        let token = &first["NextToken"];
        let second = lookup(&mut fixture, json!({"MaxResults": 2, "NextToken": token}));
        assert_eq!((names(&second), &second["NextToken"]), (vec!["CreateVpc"], &Value::Null));
        let attribute = json!([{"AttributeKey": "ReadOnly", "AttributeValue": "true"}]);
        let other = json!({"LookupAttributes": attribute, "NextToken": token});
        let code = fixture.fault("cloudtrail", "LookupEvents", other);
        assert_eq!(code, "InvalidNextTokenException", "it is of another question");
    }

    #[test]
    fn what_aws_refuses_is_refused() {
        let mut fixture = Fixture::new();
        let one = json!({"AttributeKey": "EventName", "AttributeValue": "CreateVpc"});
        let odd = json!({"AttributeKey": "ReadOnly", "AttributeValue": "maybe"});
        for (request, code) in [
            (json!({"LookupAttributes": [one, one]}), "InvalidLookupAttributesException"),
            (json!({"LookupAttributes": [odd]}), "InvalidLookupAttributesException"),
            (
                json!({"StartTime": "2026-01-02T00:00:00Z", "EndTime": "2026-01-01T00:00:00Z"}),
                "InvalidTimeRangeException",
            ),
            (json!({"MaxResults": 0}), "InvalidMaxResultsException"),
            (json!({"MaxResults": 51}), "InvalidMaxResultsException"),
            (json!({"NextToken": "token"}), "InvalidNextTokenException"),
        ] {
            assert_eq!(fixture.fault("cloudtrail", "LookupEvents", request), code);
        }
    }
}
