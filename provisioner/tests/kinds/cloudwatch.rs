use provisioner::aws::cloudwatch::alarm::Alarm;
use provisioner::aws::cloudwatch::composite_alarm::CompositeAlarm;
use provisioner::aws::cloudwatch::dashboard::Dashboard;
use provisioner::resource::Resource;
use serde_json::{Value as Json, json};

use crate::harness::{World, life_cycle, made, owner, spec};

const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:alarms";

fn alarm() -> Json {
    json!({
        "description": "the database is busy",
        "namespace": "AWS/RDS", "metric_name": "CPUUtilization",
        "dimensions": { "DBClusterIdentifier": "main" },
        "statistic": "Average", "period": 60, "evaluation_periods": 5, "datapoints_to_alarm": 3,
        "comparison_operator": "GreaterThanThreshold", "threshold": 80,
        "treat_missing_data": "notBreaching",
        "alarm_actions": [TOPIC], "ok_actions": [TOPIC],
    })
}

#[tokio::test]
async fn an_alarm_on_a_metric() {
    let world = World::new().await;
    let mut changed = alarm();
    changed["threshold"] = json!(90.5);
    changed["statistic"] = Json::Null;
    changed["extended_statistic"] = json!("p99");
    changed["ok_actions"] = Json::Null;
    life_cycle::<Alarm>(&world, "alarm", alarm(), changed).await;
}

#[tokio::test]
async fn an_alarm_on_what_is_made_of_several() {
    let world = World::new().await;
    let metric = |id: &str, name: &str| {
        json!({ "id": id, "return_data": false, "metric": {
            "namespace": "AWS/AppRunner", "metric_name": name, "period": 60, "stat": "Sum",
            "dimensions": { "ServiceName": "api" },
        } })
    };
    let alarm = |expression: &str| {
        json!({
            "metrics": [
                { "id": "share", "expression": expression, "label": "failures, %" },
                metric("failed", "5xxStatusResponses"),
                metric("all", "Requests"),
            ],
            "evaluation_periods": 3,
            "comparison_operator": "GreaterThanOrEqualToThreshold", "threshold": 5,
        })
    };
    let (first, changed) =
        (alarm("100 * failed / all"), alarm("IF(all > 20, 100 * failed / all, 0)"));
    life_cycle::<Alarm>(&world, "share", first, changed).await;
}

#[tokio::test]
async fn an_alarm_on_what_is_unusual() {
    let world = World::new().await;
    let alarm = |width: u8| {
        json!({
            "metrics": [
                { "id": "memory", "return_data": true, "metric": {
                    "namespace": "AWS/AppRunner", "metric_name": "MemoryUtilization",
                    "period": 300, "stat": "Average",
                } },
                { "id": "band", "expression": format!("ANOMALY_DETECTION_BAND(memory, {width})") },
            ],
            "threshold_metric_id": "band",
            "comparison_operator": "GreaterThanUpperThreshold",
            "evaluation_periods": 3,
        })
    };
    life_cycle::<Alarm>(&world, "unusual", alarm(2), alarm(3)).await;
}

/// CloudWatch would put ours in its place.
#[tokio::test]
async fn an_alarm_of_somebody_else_is_left_alone() {
    let world = World::new().await;
    let mut theirs = alarm();
    theirs["name"] = json!("busy");
    made::<Alarm>(&world, "theirs", theirs.clone()).await;
    let ours = spec::<Alarm>(theirs);
    let error = ours.create(&world, &owner("ours")).await.unwrap_err();
    assert!(error.is_already_exists(), "{error}");
    assert!(ours.find(&world, &owner("ours")).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_alarm_on_alarms() {
    let world = World::new().await;
    made::<Alarm>(&world, "one", alarm()).await;
    let rule = |rule: &str| json!({ "alarm_rule": rule, "alarm_actions": [TOPIC] });
    let first = rule(r#"ALARM("kinds-test-one")"#);
    let changed = rule(r#"NOT OK("kinds-test-one")"#);
    life_cycle::<CompositeAlarm>(&world, "together", first, changed).await;
}

#[tokio::test]
async fn dashboard() {
    let world = World::new().await;
    let page = |text: &str| {
        json!({ "body": { "widgets": [{
            "type": "text", "x": 0, "y": 0, "width": 6, "height": 3,
            "properties": { "markdown": text },
        }] } })
    };
    life_cycle::<Dashboard>(&world, "page", page("# one"), page("# two")).await;
}
