use insta::assert_snapshot;

use super::*;
use crate::aws::Error;
use crate::engine::plan::Action;

fn event(progress: Progress) -> String {
    let event = Event { address: "db.cluster".parse().unwrap(), action: Action::Create, progress };
    line("event", event_body(&event))
}

#[test]
fn every_event() {
    let elapsed = Duration::from_millis(1500);
    let lines = [
        Progress::Started { expected: elapsed },
        Progress::Working { status: "creating".to_owned() },
        Progress::Finished { elapsed, id: Some("c-1".to_owned()) },
        Progress::Failed { elapsed, brief: "Quota".to_owned(), error: "Quota: full".to_owned() },
        Progress::Skipped { because: Some("db.role".parse().unwrap()) },
        Progress::Skipped { because: None },
    ];
    assert_snapshot!(lines.map(event).join("\n"), @r#"
    {"version":1,"type":"event","address":"db.cluster","action":"create","progress":"started","expected_seconds":1.5}
    {"version":1,"type":"event","address":"db.cluster","action":"create","progress":"working","status":"creating"}
    {"version":1,"type":"event","address":"db.cluster","action":"create","progress":"finished","seconds":1.5,"id":"c-1"}
    {"version":1,"type":"event","address":"db.cluster","action":"create","progress":"failed","seconds":1.5,"brief":"Quota","error":"Quota: full"}
    {"version":1,"type":"event","address":"db.cluster","action":"create","progress":"skipped","because":"db.role"}
    {"version":1,"type":"event","address":"db.cluster","action":"create","progress":"skipped","because":null}
    "#);
}

#[test]
fn an_error_keeps_what_aws_said() {
    let failure = Failure::of(&Error::with_code("VpcLimitExceeded", "no more")).hint("ask");
    assert_snapshot!(line("error", failure.json(None)), @r#"{"version":1,"type":"error","message":"VpcLimitExceeded: no more","causes":[],"hint":"ask","aws":{"operation":null,"code":"VpcLimitExceeded","message":"no more","request_id":null},"address":null,"place":null}"#);
}
