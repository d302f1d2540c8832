//! What AWS says beside the controls, what was looked at, and how.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::Value as Json;

use crate::audit::hub::{Finding, Hub, Standard};
use crate::audit::report::{Read, Report, Test, Tested, Trail};
use crate::compliance::assess::Verdict;

/// What Security Hub says, and where it says something else than our controls.
pub fn security_hub(report: &Report) -> Markup {
    let read = &report.security_hub;
    let Some(hub) = &read.value else { return unread(read) };
    let Some(hub) = hub else {
        return html! { p { "Security Hub is off in this account and region, so that there is nothing to "
        "hold these tests against." } };
    };
    let differ: Vec<(&Tested, &Test, &Finding)> = report
        .tests()
        .flat_map(|(control, test)| test.security_hub.iter().map(move |it| (control, test, it)))
        .filter(|(_, test, finding)| differs(test, finding))
        .collect();
    let compared = report.tests().map(|(_, test)| test.security_hub.len()).sum::<usize>();
    html! {
        p { "Read with " (read.calls.join(", ")) "." }
        (standards(&hub.standards))
        (numbers(report, hub))
        h3 { "Where it says something else" }
        @if compared == 0 { p { "Security Hub has looked at none of the objects in scope yet. It looks at "
            "new ones within a day." } }
        @else if differ.is_empty() { p { (compared) " tests were compared; none differs." } }
        @else {
            p { (compared) " tests were compared; " (differ.len()) " differ." }
            table {
                thead { tr { th { "Object" } th { "This report" } th { "Security Hub" } th { "Looked at" } } }
                tbody { @for (control, test, finding) in differ { tr {
                    td data-name="Object" { (test.address) }
                    td data-name="This report" { code { (control.id) } " " (super::findings::result(test)) }
                    td data-name="Security Hub" { (finding.control) " " (finding.status) " (" (finding.workflow) ")" }
                    td data-name="Looked at" { (time(finding.observed)) }
                } } }
            }
        }
    }
}

/// A warning or a check that is not available says neither.
fn differs(test: &Test, finding: &Finding) -> bool {
    matches!(
        (test.verdict, finding.status.as_str()),
        (Verdict::Pass, "FAILED") | (Verdict::Fail, "PASSED")
    )
}

fn standards(standards: &[Standard]) -> Markup {
    html! {
        @if standards.is_empty() { p { "No standard is enabled." } }
        @else {
            table {
                thead { tr { th { "Standard" } th { "Status" } th { "Controls switched off, and why" } } }
                tbody { @for standard in standards { tr {
                    td data-name="Standard" { (standard.name) }
                    td data-name="Status" { (standard.status) @if let Some(reason) = &standard.reason { br; span.warn { (reason) } } }
                    td data-name="Switched off" {
                        @if standard.disabled.is_empty() { "none" }
                        @for (control, reason) in &standard.disabled { (control) ": " (reason) br; }
                    }
                } } }
            }
        }
    }
}

/// How its findings stand, on the objects in scope and on everything else of the account.
fn numbers(report: &Report, hub: &Hub) -> Markup {
    let ours: Vec<&str> = report.population.iter().filter_map(|it| it.arn.as_deref()).collect();
    let mut counts: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for (resource, findings) in &hub.findings {
        let column = usize::from(!ours.contains(&resource.as_str()));
        for finding in findings {
            let word =
                if finding.workflow == "SUPPRESSED" { "suppressed" } else { &finding.status };
            counts.entry(word).or_default()[column] += 1;
        }
    }
    html! {
        @if !counts.is_empty() {
            table {
                thead { tr { th { "Findings of its controls" } th.number { "Objects in scope" } th.number { "The rest of the account" } } }
                tbody { @for (word, [scope, rest]) in counts { tr {
                    td { (word) } td.number data-name="In scope" { (scope) } td.number data-name="The rest" { (rest) }
                } } }
            }
        }
    }
}

/// Whether everything is as it was left, whether anything is wrong now, and whether that is recorded.
pub fn operation(report: &Report) -> Markup {
    html! {
        h3 { "Changed by hand" }
        @if report.drift.is_empty() { p { "Every object is as " code { "provision" } " left it." } }
        @else {
            table {
                thead { tr { th { "Object" } th { "Property" } th { "Applied" } th { "Found" } } }
                tbody { @for drift in &report.drift {
                    @if drift.gone { tr { td data-name="Object" { (drift.address) } td { "The object is gone." } td {} td {} } }
                    @for change in &drift.changes { tr {
                        td data-name="Object" { (drift.address) }
                        td data-name="Property" { code { (change.property) } }
                        td data-name="Applied" { code { (change.applied) } }
                        td data-name="Found" { code { (change.found) } }
                    } }
                } }
            }
        }
        @if !report.missing.is_empty() {
            p { "Declared, and not there: " (report.missing.join(", ")) "." }
        }
        h3 { "Alarms" }
        (alarms(report))
        h3 { "Trails" }
        (trails(report))
    }
}

fn alarms(report: &Report) -> Markup {
    let Some(alarms) = &report.alarms.value else { return unread(&report.alarms) };
    html! {
        @if alarms.is_empty() { p { "The environment has no alarms." } }
        @else { table {
            thead { tr { th { "Alarm" } th { "State" } th { "Since" } th { "Tells somebody" } } }
            tbody { @for alarm in alarms { tr {
                td data-name="Alarm" { (alarm.name) }
                td data-name="State" { span class=(if alarm.state == "ALARM" { "word bad" } else { "" }) { (alarm.state) } }
                td data-name="Since" { (time(alarm.since)) }
                td data-name="Tells somebody" { (if alarm.notifies { "yes" } else { "no" }) }
            } } }
        } }
    }
}

fn trails(report: &Report) -> Markup {
    let Some(trails) = &report.trails.value else { return unread(&report.trails) };
    let yes = |is: bool| if is { "yes" } else { "no" };
    html! {
        @if trails.is_empty() { p.bad { "No trail records what happens in this account and region." } }
        @else { table {
            thead { tr { th { "Trail" } th { "Logs" } th { "Every region" } th { "Validated" } th { "Last delivery" } } }
            tbody { @for trail in trails { tr {
                td data-name="Trail" { (trail.name) br; code.soft { (trail.arn) } }
                td data-name="Logs" { (yes(trail.is_logging)) }
                td data-name="Every region" { (yes(trail.is_multi_region)) }
                td data-name="Validated" { (yes(trail.is_validated)) }
                td data-name="Last delivery" { (delivery(trail)) }
            } } }
        } }
    }
}

fn delivery(trail: &Trail) -> Markup {
    html! {
        (time(trail.delivered))
        @if let Some(error) = &trail.error { br; span.bad { (error) } }
    }
}

/// Every object in scope.
pub fn population(report: &Report) -> Markup {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    report.population.iter().for_each(|object| *kinds.entry(&object.kind).or_default() += 1);
    html! {
        p { (report.population.len()) " objects of " (kinds.len()) " kinds: "
            @for (index, (kind, number)) in kinds.iter().enumerate() {
                @if index > 0 { ", " } (number) " " code { (kind) }
            } ". Their properties are in report.json." }
        table {
            thead { tr { th { "Address" } th { "Kind" } th { "ARN, or id where there is none" } th { "Declared in" } } }
            tbody { @for object in &report.population { tr {
                td data-name="Address" { (object.address) }
                td data-name="Kind" { (object.kind) }
                td data-name="ARN" { code { (object.arn.as_deref().unwrap_or(&object.id)) }
                    @if object.properties == Json::Null { br; span.warn { "could not be read" } } }
                td data-name="Declared in" { (object.declared.as_deref().unwrap_or("no file any more")) }
            } } }
        }
    }
}

/// What was called, what could not be read, and what the controls were read from.
pub fn method(report: &Report) -> Markup {
    let method = &report.method;
    html! {
        h3 { "Could not be read" }
        @if method.unread.is_empty() { p { "Nothing: every call was answered, to its last page." } }
        @else { table {
            thead { tr { th { "What" } th { "AWS's answer" } th { "Request" } } }
            tbody { @for unread in &method.unread { tr {
                td data-name="What" { (unread.what) }
                td data-name="Answer" { (unread.code.as_deref().unwrap_or("none")) ": " (unread.message) }
                td data-name="Request" { (unread.request_id.as_deref().unwrap_or("")) }
            } } }
        } }
        h3 { "Calls" }
        p { @for (index, (operation, number)) in method.calls.iter().enumerate() {
            @if index > 0 { ", " } code { (operation) } " × " (number)
        } }
        h3 { "Controls and exceptions" }
        table {
            thead { tr { th { "File" } th { "SHA-256" } } }
            tbody { @for (path, hash) in &method.definitions { tr {
                td data-name="File" { (path) } td data-name="SHA-256" { code { (hash) } }
            } } }
        }
    }
}

fn unread<T>(read: &Read<T>) -> Markup {
    let unread = read.unread.as_ref();
    html! {
        @if let Some(unread) = unread {
            p.warn { (unread.what) " could not be read: " (unread.code.as_deref().unwrap_or("no answer"))
                ": " (unread.message) }
        }
    }
}

fn time(time: Option<jiff::Timestamp>) -> String {
    time.map_or_else(|| "never".to_owned(), |time| time.strftime("%F %R UTC").to_string())
}
