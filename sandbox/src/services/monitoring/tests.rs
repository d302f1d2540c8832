//! CloudWatch as its callers see it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::testing::Fixture;

const MINUTE: Duration = Duration::from_secs(60);

fn call(fixture: &mut Fixture, name: &str, request: Value) -> Result<Value, Fault> {
    fixture.call("monitoring", name, request)
}

fn put(fixture: &mut Fixture, value: f64) {
    let datum = json!({"MetricName": "latency", "Value": value, "Unit": "Milliseconds"});
    let request = json!({"Namespace": "app", "MetricData": [datum]});
    call(fixture, "PutMetricData", request).unwrap();
}

/// An alarm over the sum of a minute's latency; `more` may say it otherwise.
fn alarm(fixture: &mut Fixture, name: &str, more: Value) -> Result<Value, Fault> {
    let mut request = json!({
        "AlarmName": name, "Namespace": "app", "MetricName": "latency", "Statistic": "Sum",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 10.0,
        "ComparisonOperator": "GreaterThanThreshold",
    });
    for (key, value) in more.as_object().unwrap() {
        request[key] = value.clone();
    }
    call(fixture, "PutMetricAlarm", request)
}

fn described(fixture: &mut Fixture, name: &str) -> Value {
    let types = ["MetricAlarm", "CompositeAlarm"];
    let request = json!({"AlarmNames": [name], "AlarmTypes": types});
    let found = call(fixture, "DescribeAlarms", request).unwrap();
    let mut both = ["MetricAlarms", "CompositeAlarms"].into_iter();
    both.find_map(|kind| found[kind].get(0)).unwrap().clone()
}

fn state(fixture: &mut Fixture, name: &str) -> String {
    described(fixture, name)["StateValue"].as_str().unwrap().to_owned()
}

#[test]
fn an_alarm_goes_where_the_data_say() {
    let mut fixture = Fixture::new();
    alarm(&mut fixture, "slow", json!({})).unwrap();
    assert_eq!(state(&mut fixture, "slow"), "INSUFFICIENT_DATA");
    put(&mut fixture, 8.0);
    assert_eq!(state(&mut fixture, "slow"), "OK");
    put(&mut fixture, 8.0);
    let slow = described(&mut fixture, "slow");
    assert_eq!(slow["StateValue"], "ALARM");
    assert_eq!(
        slow["StateReason"],
        "Threshold Crossed: 1 out of the last 1 datapoints [16.0 (01/01/26 00:00:00)] was greater \
         than the threshold (10.0) (minimum 1 datapoint for OK -> ALARM transition)."
    );
    // Two spare periods later nothing is known any more.
    fixture.pass(MINUTE * 5);
    let slow = described(&mut fixture, "slow");
    assert_eq!(slow["StateValue"], "INSUFFICIENT_DATA");
    assert_eq!(slow["StateReason"], "Insufficient Data: 1 datapoint was unknown.");
}

#[test]
fn so_many_of_so_many_datapoints_must_breach() {
    let mut fixture = Fixture::new();
    let more = json!({"EvaluationPeriods": 3, "DatapointsToAlarm": 2});
    alarm(&mut fixture, "slow", more).unwrap();
    for (value, expected) in
        [(20.0, "INSUFFICIENT_DATA"), (1.0, "OK"), (20.0, "ALARM"), (1.0, "OK"), (1.0, "OK")]
    {
        put(&mut fixture, value);
        assert_eq!(state(&mut fixture, "slow"), expected);
        fixture.pass(MINUTE);
    }
}

#[test]
fn history_tells_every_change() {
    let mut fixture = Fixture::new();
    alarm(&mut fixture, "slow", json!({"TreatMissingData": "notBreaching"})).unwrap();
    put(&mut fixture, 20.0);
    fixture.pass(MINUTE * 10);
    call(&mut fixture, "DeleteAlarms", json!({"AlarmNames": ["slow"]})).unwrap();
    let request = json!({"AlarmName": "slow", "ScanBy": "TimestampAscending"});
    let history = call(&mut fixture, "DescribeAlarmHistory", request).unwrap();
    let items = history["AlarmHistoryItems"].as_array().unwrap();
    let summaries: Vec<&str> =
        items.iter().map(|item| item["HistorySummary"].as_str().unwrap()).collect();
    assert_eq!(
        summaries,
        [
            "Alarm \"slow\" created",
            "Alarm updated from INSUFFICIENT_DATA to OK",
            "Alarm updated from OK to ALARM",
            "Alarm updated from ALARM to OK",
            "Alarm \"slow\" deleted",
        ]
    );
    // Nobody called for ten minutes, yet it is known when the data ran out.
    assert_eq!(items[3]["Timestamp"], "2026-01-01T00:04:00Z");
    let first = json!({"AlarmName": "slow", "HistoryItemType": "StateUpdate", "MaxRecords": 1});
    let newest = call(&mut fixture, "DescribeAlarmHistory", first).unwrap();
    assert_eq!(newest["AlarmHistoryItems"][0]["HistorySummary"], summaries[3]);
    assert!(newest["NextToken"].is_string());
}

#[test]
fn composite_alarms_follow_their_children() {
    let mut fixture = Fixture::new();
    alarm(&mut fixture, "slow", json!({})).unwrap();
    alarm(&mut fixture, "idle", json!({"ComparisonOperator": "LessThanThreshold"})).unwrap();
    let rule = |rule: &str| json!({"AlarmName": "both", "AlarmRule": rule});
    let fault = call(&mut fixture, "PutCompositeAlarm", rule("ALARM(nobody)")).unwrap_err();
    assert_eq!(fault.code, "ValidationError");
    call(&mut fixture, "PutCompositeAlarm", rule("ALARM(slow) AND NOT ALARM(idle)")).unwrap();
    assert_eq!(state(&mut fixture, "both"), "OK");
    put(&mut fixture, 11.0);
    assert_eq!(state(&mut fixture, "both"), "ALARM");
    let request = json!({"AlarmNames": ["slow"]});
    let fault = call(&mut fixture, "DeleteAlarms", request).unwrap_err();
    assert_eq!(
        fault.message,
        "Cannot delete slow as there are composite alarm(s) depending on it."
    );
    let children = json!({"ChildrenOfAlarmName": "both"});
    let children = call(&mut fixture, "DescribeAlarms", children).unwrap();
    assert_eq!(children["MetricAlarms"].as_array().unwrap().len(), 2);
    let all = json!({"AlarmNames": ["both", "slow", "idle"]});
    call(&mut fixture, "DeleteAlarms", all).unwrap();
}

#[test]
fn a_state_set_by_hand_lasts_until_the_next_evaluation() {
    let mut fixture = Fixture::new();
    alarm(&mut fixture, "slow", json!({})).unwrap();
    put(&mut fixture, 1.0);
    let set = json!({"AlarmName": "slow", "StateValue": "ALARM", "StateReason": "a drill"});
    assert_eq!(state(&mut fixture, "slow"), "OK");
    call(&mut fixture, "SetAlarmState", set.clone()).unwrap();
    assert_eq!(described(&mut fixture, "slow")["StateReason"], "a drill");
    fixture.pass(MINUTE);
    assert_eq!(state(&mut fixture, "slow"), "OK");
    let unknown = json!({"AlarmName": "no", "StateValue": "OK", "StateReason": ""});
    assert_eq!(fixture.fault("monitoring", "SetAlarmState", unknown), "ResourceNotFound");
}

#[test]
fn an_alarm_over_an_expression_compares_its_one_result() {
    let mut fixture = Fixture::new();
    let stat = |name: &str| {
        json!({"Metric": {"Namespace": "app", "MetricName": name},
        "Period": 60, "Stat": "Sum"})
    };
    let request = json!({
        "AlarmName": "rate", "EvaluationPeriods": 1, "Threshold": 5.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold", "Metrics": [
            {"Id": "bad", "MetricStat": stat("errors"), "ReturnData": false},
            {"Id": "all", "MetricStat": stat("requests"), "ReturnData": false},
            {"Id": "rate", "Expression": "100 * bad / all", "Label": "errors in percent"},
        ],
    });
    call(&mut fixture, "PutMetricAlarm", request).unwrap();
    let data = json!([{"MetricName": "requests", "Values": [1.0], "Counts": [200.0]},
        {"MetricName": "errors", "Value": 10.0}]);
    let data = json!({"Namespace": "app", "MetricData": data});
    call(&mut fixture, "PutMetricData", data).unwrap();
    assert_eq!(state(&mut fixture, "rate"), "ALARM");
}

#[test]
fn an_alarm_over_a_band_knows_the_unusual() {
    let mut fixture = Fixture::new();
    let stat = json!({"Metric": {"Namespace": "app", "MetricName": "latency"}, "Period": 60,
        "Stat": "Average"});
    let request = json!({
        "AlarmName": "odd", "EvaluationPeriods": 1, "ThresholdMetricId": "band",
        "ComparisonOperator": "GreaterThanUpperThreshold", "Metrics": [
            {"Id": "m", "MetricStat": stat, "ReturnData": true},
            {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m, 2)", "ReturnData": true},
        ],
    });
    call(&mut fixture, "PutMetricAlarm", request).unwrap();
    for minute in 0..20 {
        put(&mut fixture, 10.0 + f64::from(minute % 3));
        let expected = if minute < 15 { "INSUFFICIENT_DATA" } else { "OK" };
        assert_eq!(state(&mut fixture, "odd"), expected, "{minute}");
        fixture.pass(MINUTE);
    }
    put(&mut fixture, 40.0);
    assert_eq!(state(&mut fixture, "odd"), "ALARM");
}

#[test]
fn alarms_have_rules() {
    let mut fixture = Fixture::new();
    for more in [
        json!({"Period": 45}),
        json!({"EvaluationPeriods": 1441}),
        json!({"DatapointsToAlarm": 2}),
        json!({"TreatMissingData": "explode"}),
        json!({"AlarmActions": ["topic"]}),
        json!({"ExtendedStatistic": "p99"}),
        json!({"ComparisonOperator": "GreaterThanUpperThreshold"}),
        json!({"Metrics": [{"Id": "a", "Expression": "1"}]}),
    ] {
        let fault = alarm(&mut fixture, "a", more.clone()).unwrap_err();
        assert_eq!(fault.code, "ValidationError", "{more}");
    }
    let found = call(&mut fixture, "DescribeAlarms", json!({})).unwrap();
    assert_eq!(found["MetricAlarms"], json!([]));
}

#[test]
fn alarms_are_found_by_what_they_have() {
    let mut fixture = Fixture::new();
    let topic = "arn:aws:sns:us-east-1:123456789012:ops";
    alarm(&mut fixture, "a-1", json!({"AlarmActions": [topic]})).unwrap();
    alarm(&mut fixture, "a-2", json!({"MetricName": "other"})).unwrap();
    alarm(&mut fixture, "b", json!({"Dimensions": [{"Name": "s", "Value": "x"}]})).unwrap();
    let mut names = |request: Value| -> Vec<String> {
        let found = call(&mut fixture, "DescribeAlarms", request).unwrap();
        let alarms = found["MetricAlarms"].as_array().unwrap();
        alarms.iter().map(|alarm| alarm["AlarmName"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(json!({"AlarmNamePrefix": "a-"})), ["a-1", "a-2"]);
    assert_eq!(names(json!({"ActionPrefix": "arn:aws:sns"})), ["a-1"]);
    assert_eq!(names(json!({"StateValue": "ALARM"})), [""; 0]);
    assert_eq!(names(json!({"AlarmTypes": ["CompositeAlarm"]})), [""; 0]);
    let metric = json!({"Namespace": "app", "MetricName": "latency"});
    let found = call(&mut fixture, "DescribeAlarmsForMetric", metric).unwrap();
    assert_eq!(found["MetricAlarms"][0]["AlarmName"], "a-1");
    assert_eq!(found["MetricAlarms"].as_array().unwrap().len(), 1);
}

#[test]
fn statistics_and_data_are_of_what_was_put() {
    let mut fixture = Fixture::new();
    for value in [1.0, 3.0] {
        put(&mut fixture, value);
        put(&mut fixture, value * 10.0);
        fixture.pass(MINUTE);
    }
    let (start, end) = ("2026-01-01T00:00:00Z", "2026-01-01T00:10:00Z");
    let request = json!({
        "Namespace": "app", "MetricName": "latency", "StartTime": start, "EndTime": end,
        "Period": 60, "Statistics": ["Sum", "Maximum"], "ExtendedStatistics": ["p50"],
    });
    let statistics = call(&mut fixture, "GetMetricStatistics", request.clone()).unwrap();
    assert_eq!(
        statistics["Datapoints"][1],
        json!({
            "Timestamp": "2026-01-01T00:01:00Z", "Unit": "Milliseconds", "Sum": 33.0,
            "Maximum": 30.0, "ExtendedStatistics": {"p50": 3.0},
        })
    );
    let mut long = request;
    long["EndTime"] = json!("2026-01-04T00:00:00Z");
    let fault = call(&mut fixture, "GetMetricStatistics", long).unwrap_err();
    assert!(fault.message.starts_with("You have requested up to 4,320 datapoints"));
    let stat = json!({"Metric": {"Namespace": "app", "MetricName": "latency"}, "Period": 60,
        "Stat": "Sum"});
    let mut request = json!({
        "StartTime": start, "EndTime": end, "MaxDatapoints": 3, "MetricDataQueries": [
            {"Id": "m", "MetricStat": stat}, {"Id": "e", "Expression": "m * 2"},
        ],
    });
    let data = call(&mut fixture, "GetMetricData", request.clone()).unwrap();
    let results = &data["MetricDataResults"];
    assert_eq!(results[0]["Values"], json!([33.0, 11.0]));
    assert_eq!(results[0]["Label"], "latency");
    assert_eq!(results[1]["Values"], json!([66.0]));
    assert_eq!(results[1]["StatusCode"], "PartialData");
    request["NextToken"] = data["NextToken"].clone();
    let rest = call(&mut fixture, "GetMetricData", request).unwrap();
    assert_eq!(rest["MetricDataResults"][0]["Values"], json!([22.0]));
    assert_eq!(rest.get("NextToken"), None);
}

#[test]
fn measurements_have_rules() {
    let mut fixture = Fixture::new();
    for (datum, code) in [
        (json!({}), "MissingRequiredParameterException"),
        (json!({"Value": 1.0, "Values": [1.0]}), "InvalidParameterCombinationException"),
        (json!({"Value": "NaN"}), "InvalidParameterValueException"),
        (json!({"Values": [1.0], "Counts": [1.0, 2.0]}), "InvalidParameterValueException"),
        (json!({"Value": 1, "StorageResolution": 5}), "InvalidParameterValueException"),
        (
            json!({"Value": 1, "Timestamp": "2025-01-01T00:00:00Z"}),
            "InvalidParameterValueException",
        ),
        (
            json!({"Value": 1, "Timestamp": "2026-01-02T00:00:00Z"}),
            "InvalidParameterValueException",
        ),
    ] {
        let mut datum = datum;
        datum["MetricName"] = json!("m");
        let good = json!({"MetricName": "m", "Value": 1.0});
        let request = json!({"Namespace": "app", "MetricData": [good, datum]});
        assert_eq!(fixture.fault("monitoring", "PutMetricData", request), code, "{datum}");
    }
    let metrics = call(&mut fixture, "ListMetrics", json!({})).unwrap();
    assert_eq!(metrics["Metrics"], json!([]));
}

#[test]
fn metrics_are_listed_by_their_dimensions_until_they_are_old() {
    let mut fixture = Fixture::new();
    for value in ["a", "b"] {
        let datum = json!({"MetricName": "m", "Value": 1.0,
            "Dimensions": [{"Name": "z", "Value": "1"}, {"Name": "d", "Value": value}]});
        let request = json!({"Namespace": "app", "MetricData": [datum]});
        call(&mut fixture, "PutMetricData", request).unwrap();
    }
    let mut count = |request: Value| {
        let listed = call(&mut fixture, "ListMetrics", request).unwrap();
        listed["Metrics"].as_array().unwrap().len()
    };
    assert_eq!(count(json!({"Namespace": "app"})), 2);
    assert_eq!(count(json!({"Dimensions": [{"Name": "d", "Value": "a"}]})), 1);
    assert_eq!(count(json!({"Dimensions": [{"Name": "d"}], "MetricName": "m"})), 2);
    assert_eq!(count(json!({"MetricName": "other"})), 0);
    fixture.pass(Duration::from_secs(4 * 60 * 60));
    let recent = json!({"RecentlyActive": "PT3H"});
    let listed = call(&mut fixture, "ListMetrics", recent).unwrap();
    assert_eq!(listed["Metrics"], json!([]));
}

#[test]
fn dashboards_are_held_to_their_structure() {
    let mut fixture = Fixture::new();
    let dashboard =
        |body: &Value| json!({"DashboardName": "main", "DashboardBody": body.to_string()});
    let widget = |kind: &str, properties: Value| {
        json!({"widgets": [{"type": kind, "x": 0, "y": 0, "width": 6, "height": 6,
            "properties": properties}]})
    };
    let good = widget(
        "metric",
        json!({"region": "us-east-1", "metrics": [["app", "latency", "d", "1", {"stat": "p99"}],
            [{"expression": "m1 * 2"}]]}),
    );
    call(&mut fixture, "PutDashboard", dashboard(&good)).unwrap();
    let got = call(&mut fixture, "GetDashboard", json!({"DashboardName": "main"})).unwrap();
    assert_eq!(got["DashboardBody"], good.to_string());
    assert_eq!(got["DashboardArn"], "arn:aws:cloudwatch::123456789012:dashboard/main");
    for (body, path) in [
        (json!({}), "\"\""),
        (widget("text", json!({})), "\"/widgets/0/properties\""),
        (widget("graph", json!({})), "\"/widgets/0/type\""),
        (widget("metric", json!({"metrics": []})), "\"/widgets/0/properties\""),
        (
            widget("metric", json!({"region": "r", "metrics": [["app"]]})),
            "\"/widgets/0/properties/metrics/0\"",
        ),
        (
            json!({"widgets": [{"type": "text", "width": 25, "properties": {"markdown": ""}}]}),
            "\"/widgets/0/width\"",
        ),
    ] {
        let fault = call(&mut fixture, "PutDashboard", dashboard(&body)).unwrap_err();
        assert_eq!(fault.code, "DashboardInvalidInputError");
        assert!(fault.message.contains(&format!("\"dataPath\": {path},")), "{}", fault.message);
    }
    let no_json = json!({"DashboardName": "main", "DashboardBody": "{"});
    let fault = call(&mut fixture, "PutDashboard", no_json).unwrap_err();
    assert_eq!(fault.message, "The field DashboardBody must be a valid JSON object");
    let both = json!({"DashboardNames": ["main", "none"]});
    assert_eq!(fixture.fault("monitoring", "DeleteDashboards", both), "DashboardNotFoundError");
    call(&mut fixture, "DeleteDashboards", json!({"DashboardNames": ["main"]})).unwrap();
    let listed = call(&mut fixture, "ListDashboards", json!({})).unwrap();
    assert_eq!(listed["DashboardEntries"], json!([]));
}

#[test]
fn detectors_are_known_by_their_metric() {
    let mut fixture = Fixture::new();
    let single = json!({"Namespace": "app", "MetricName": "latency", "Stat": "Average"});
    let request = json!({"SingleMetricAnomalyDetector": single});
    call(&mut fixture, "PutAnomalyDetector", request.clone()).unwrap();
    let described = json!({"Namespace": "app"});
    let found = call(&mut fixture, "DescribeAnomalyDetectors", described).unwrap();
    assert_eq!(found["AnomalyDetectors"][0]["SingleMetricAnomalyDetector"]["Stat"], "Average");
    assert_eq!(found["AnomalyDetectors"][0]["StateValue"], "PENDING_TRAINING");
    // The older way of naming it means the same.
    call(&mut fixture, "DeleteAnomalyDetector", single).unwrap();
    let code = fixture.fault("monitoring", "DeleteAnomalyDetector", request);
    assert_eq!(code, "ResourceNotFoundException");
}

#[test]
fn alarms_and_dashboards_have_tags() {
    let mut fixture = Fixture::new();
    let tags = json!({"Tags": [{"Key": "owner", "Value": "ops"}]});
    alarm(&mut fixture, "slow", tags).unwrap();
    let body = json!({"DashboardName": "main", "DashboardBody": "{\"widgets\": []}"});
    call(&mut fixture, "PutDashboard", body).unwrap();
    for arn in [
        "arn:aws:cloudwatch:us-east-1:123456789012:alarm:slow",
        "arn:aws:cloudwatch::123456789012:dashboard/main",
    ] {
        let tag = json!({"ResourceARN": arn, "Tags": [{"Key": "a", "Value": "1"}]});
        call(&mut fixture, "TagResource", tag).unwrap();
        let untag = json!({"ResourceARN": arn, "TagKeys": ["owner"]});
        call(&mut fixture, "UntagResource", untag).unwrap();
        let listed = call(&mut fixture, "ListTagsForResource", json!({"ResourceARN": arn}));
        assert_eq!(listed.unwrap()["Tags"], json!([{"Key": "a", "Value": "1"}]));
    }
    let other = json!({"ResourceARN": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:no"});
    let code = fixture.fault("monitoring", "ListTagsForResource", other);
    assert_eq!(code, "ResourceNotFoundException");
}
