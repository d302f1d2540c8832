//! What the controls came to.

use std::cmp::Reverse;

use maud::{Markup, html};
use serde_json::Value as Json;

use crate::audit::report::{Report, Tally, Test, Tested};
use crate::compliance::assess::{Validity, Verdict};
use crate::view::value::count;

/// What was not met, the worst first, then what is let pass.
pub fn exceptions(report: &Report) -> Markup {
    let mut open: Vec<&Tested> = having(report, |test| test.finding);
    open.sort_by_key(|control| (Reverse(control.severity), &control.id));
    let accepted = having(report, |test| test.verdict == Verdict::Fail && !test.finding);
    html! {
        @if open.is_empty() { p.good { "None: every test was met, or is let pass by an accepted exception." } }
        @for control in open { (finding(report, control, |test| test.finding)) }
        @if !accepted.is_empty() {
            h3 { "Accepted exceptions" }
            p { "Not met, and let pass by a decision that somebody answers for, until a day." }
            @for control in accepted {
                (finding(report, control, |test| test.verdict == Verdict::Fail && !test.finding))
            }
        }
    }
}

fn having(report: &Report, wanted: impl Fn(&Test) -> bool) -> Vec<&Tested> {
    report.controls.iter().filter(|control| control.tests.iter().any(&wanted)).collect()
}

fn finding(report: &Report, control: &Tested, wanted: impl Fn(&Test) -> bool) -> Markup {
    let tests: Vec<&Test> = control.tests.iter().filter(|test| wanted(test)).collect();
    html! {
        article class={ "finding " (control.severity) } {
            h3 { (control.title) ": not so for " (count(tests.len(), "object")) " of " (control.tests.len()) }
            p.meta {
                span.word { (control.severity) } " · " code { (control.id) } " · " (control.criteria.join(", "))
                @if !control.security_hub.is_empty() { " · Security Hub " (control.security_hub.join(", ")) }
            }
            p { "Expected: " code { (control.expect) } }
            (table(report, &tests))
            p { "To do: " (prose(&control.fix)) }
        }
    }
}

/// Every control with each of its tests; those with nothing to look at are told as well.
pub fn every(report: &Report) -> Markup {
    let (tested, idle): (Vec<&Tested>, Vec<&Tested>) =
        report.controls.iter().partition(|control| !control.tests.is_empty());
    html! {
        p { "Each control with every object that it was held to. What the condition looked at is "
            "shown with the values that it had." }
        @for control in tested {
            details {
                summary {
                    (standing(control)) " " (control.title) " "
                    span.soft { code { (control.id) } " · " (control.criteria.join(", ")) " · " (count(control.tests.len(), "object")) }
                }
                p { "Expected of every " code { (control.applies_to) }
                    @if let Some(when) = &control.when { " for which " code { (when) } } ": "
                    code { (control.expect) } }
                (table(report, &control.tests.iter().collect::<Vec<_>>()))
            }
        }
        @if !idle.is_empty() {
            p { "Without an object to look at: "
                @for (index, control) in idle.iter().enumerate() {
                    @if index > 0 { ", " } code { (control.id) }
                } "." }
        }
    }
}

fn standing(control: &Tested) -> Markup {
    let mut tally = Tally::default();
    control.tests.iter().for_each(|test| tally.count(test));
    match tally {
        Tally { failed: 1.., .. } => html! { span.word.bad { "✗ exception noted" } },
        Tally { unknown: 1.., .. } => html! { span.word.warn { "? incomplete" } },
        Tally { excepted: 1.., .. } => html! { span.word.soft { "~ accepted" } },
        _ => html! { span.word.good { "✓ no exception" } },
    }
}

fn table(report: &Report, tests: &[&Test]) -> Markup {
    let has_hub = tests.iter().any(|test| !test.security_hub.is_empty());
    html! {
        table.tests {
            thead { tr { th { "Result" } th { "Object" } th { "Values" }
                @if has_hub { th { "Security Hub" } } } }
            tbody { @for test in tests { tr {
                td data-name="Result" { (result(test)) }
                td data-name="Object" { (object(report, test)) }
                td data-name="Values" { (evidence(test)) }
                @if has_hub { td data-name="Security Hub" { (hub(test)) } }
            } } }
        }
        // A control reads the same kinds for each object.
        @if let Some(test) = tests.first() { p.meta { "Read with " (test.calls.join(", ")) } }
    }
}

/// How a test ended.
pub fn result(test: &Test) -> Markup {
    match test.verdict {
        Verdict::Pass => html! { span.word.good { "✓ met" } },
        Verdict::Unknown => html! { span.word.warn { "? not tested" } },
        Verdict::Fail if test.finding => html! { span.word.bad { "✗ not met" } },
        Verdict::Fail => html! { span.word.soft { "~ accepted" } },
    }
}

fn object(report: &Report, test: &Test) -> Markup {
    let arn = report.object(&test.address).and_then(|object| object.arn.as_deref());
    html! {
        (test.address)
        @if let Some(arn) = arn { br; code.soft { (arn) } }
        @if let Some(exception) = &test.exception {
            br;
            @match exception.validity {
                Validity::Holds => span.soft { "Accepted until " (exception.expires) },
                Validity::Expired => span.bad { "Its exception ended on " (exception.expires) },
            }
            ": " (exception.reason) " (" (exception.approved_by) ")"
        }
    }
}

fn evidence(test: &Test) -> Markup {
    html! {
        @for (index, (name, value)) in test.evidence.iter().enumerate() {
            @if index > 0 { br; }
            code { (name) ": " (shown(value)) }
            @if test.applied.contains(name) { span.soft { " (as applied)" } }
        }
    }
}

/// Text with `names` in it.
fn prose(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn shown(value: &Json) -> String {
    match value {
        Json::Null => "not set".to_owned(),
        other => other.to_string(),
    }
}

fn hub(test: &Test) -> Markup {
    html! {
        @for (index, finding) in test.security_hub.iter().enumerate() {
            @if index > 0 { br; }
            (finding.control) " " (finding.status)
            @if finding.workflow == "SUPPRESSED" { " (suppressed)" }
        }
    }
}
