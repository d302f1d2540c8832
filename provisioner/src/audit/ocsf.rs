//! The tests as compliance findings (class 2003) of the Open Cybersecurity Schema Framework 1.8.0.
//!
//! <https://schema.ocsf.io/1.8.0/classes/compliance_finding>

use serde_json::{Value as Json, json};

use super::report::{Report, Test, Tested};
use crate::aws::partition;
use crate::compliance::assess::Verdict;
use crate::compliance::control::Severity;

const VERSION: &str = "1.8.0";
const CATEGORY: u32 = 2;
const CLASS: u32 = 2003;
/// A new finding; every report tells all of them anew.
const CREATE: u32 = 1;

/// The events, as one list.
pub fn events(report: &Report) -> String {
    let events: Vec<Json> =
        report.tests().map(|(control, test)| event(report, control, test)).collect();
    format!("{:#}\n", Json::from(events))
}

fn event(report: &Report, control: &Tested, test: &Test) -> Json {
    let (severity_id, severity) = severity(control.severity);
    let (status_id, status) = status(test);
    let result = match test.verdict {
        Verdict::Pass => (1, "Pass"),
        Verdict::Fail => (3, "Fail"),
        Verdict::Unknown => (0, "Unknown"),
    };
    let time = report.method.ended.as_millisecond();
    let uid = format!("{} {} {}", report.scope.environment, control.id, test.address);
    let mut event = json!({
        "activity_id": CREATE,
        "activity_name": "Create",
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Compliance Finding",
        "type_uid": CLASS * 100 + CREATE,
        "type_name": "Compliance Finding: Create",
        "time": time,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "metadata": {
            "version": VERSION,
            "uid": format!("{} {uid}", report.id),
            "profiles": ["cloud"],
            "product": {
                "name": "provision",
                "vendor_name": "provision",
                "version": env!("CARGO_PKG_VERSION"),
            },
        },
        "cloud": {
            "provider": "AWS",
            "region": report.scope.region,
            "account": { "uid": report.scope.account, "type": "AWS Account", "type_id": 10 },
            "cloud_partition": partition(&report.scope.region),
        },
        "finding_info": {
            "uid": uid,
            "title": control.title,
            "desc": control.expect,
            "created_time": time,
            "types": ["Software and Configuration Checks"],
        },
        "compliance": {
            "control": control.id,
            "standards": ["SOC 2"],
            "requirements": control.criteria,
            "status_id": result.0,
            "status": result.1,
            "assessments": [{
                "name": control.id,
                "desc": control.expect,
                "meets_criteria": test.verdict == Verdict::Pass,
            }],
        },
        "resources": [resource(report, control, test)],
        "remediation": { "desc": control.fix },
        "evidences": [{ "data": test.evidence }],
    });
    if let Some(exception) = &test.exception {
        event["comment"] = json!(format!(
            "{} ({}), until {}",
            exception.reason, exception.approved_by, exception.expires
        ));
    }
    event
}

fn resource(report: &Report, control: &Tested, test: &Test) -> Json {
    let object = report.object(&test.address);
    let uid = object.map(|object| object.arn.as_deref().unwrap_or(&object.id));
    json!({
        "uid": uid.unwrap_or(&test.address),
        "name": test.address,
        "type": control.applies_to,
        "region": report.scope.region,
        "cloud_partition": partition(&report.scope.region),
    })
}

fn severity(severity: Severity) -> (u32, &'static str) {
    match severity {
        Severity::Informational => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

/// What has to be done about it.
fn status(test: &Test) -> (u32, &'static str) {
    match test.verdict {
        Verdict::Pass => (4, "Resolved"),
        Verdict::Fail if test.finding => (1, "New"),
        Verdict::Fail => (3, "Suppressed"),
        Verdict::Unknown => (0, "Unknown"),
    }
}
