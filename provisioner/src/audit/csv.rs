//! Every test as a row for a spreadsheet.

use serde_json::Value as Json;

use super::report::{Report, Test, Tested};
use crate::compliance::assess::Verdict;

const HEAD: [&str; 16] = [
    "result",
    "severity",
    "control",
    "title",
    "criteria",
    "address",
    "kind",
    "arn",
    "account",
    "region",
    "evidence",
    "calls",
    "exception",
    "security_hub",
    "fix",
    "tested",
];

/// The table, with a head.
pub fn table(report: &Report) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let rows = report.tests().map(|(control, test)| row(report, control, test));
    // A vector takes all that is written, and every row has the length of the head.
    for row in std::iter::once(HEAD.map(str::to_owned)).chain(rows) {
        let _ = writer.write_record(row.map(|cell| harmless(&cell)));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn row(report: &Report, control: &Tested, test: &Test) -> [String; 16] {
    let object = report.object(&test.address);
    let exception = test
        .exception
        .as_ref()
        .map(|it| format!("{} ({}), until {}", it.reason, it.approved_by, it.expires));
    let hub =
        test.security_hub.iter().map(|it| format!("{} {} {}", it.control, it.status, it.workflow));
    [
        word(test).to_owned(),
        control.severity.to_string(),
        control.id.clone(),
        control.title.clone(),
        control.criteria.join(" "),
        test.address.clone(),
        control.applies_to.clone(),
        object.and_then(|object| object.arn.clone()).unwrap_or_default(),
        report.scope.account.clone(),
        report.scope.region.clone(),
        Json::from_iter(test.evidence.clone()).to_string(),
        test.calls.join(" "),
        exception.unwrap_or_default(),
        hub.collect::<Vec<_>>().join("; "),
        control.fix.clone(),
        report.method.ended.to_string(),
    ]
}

/// How a test ended, in a word.
pub fn word(test: &Test) -> &'static str {
    match test.verdict {
        Verdict::Pass => "pass",
        Verdict::Unknown => "unknown",
        Verdict::Fail if test.finding => "fail",
        Verdict::Fail => "excepted",
    }
}

/// A cell that a spreadsheet does not take for a formula.
/// <https://owasp.org/www-community/attacks/CSV_Injection>
fn harmless(cell: &str) -> String {
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}
