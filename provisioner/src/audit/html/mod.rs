//! The report as one page that people read, on a screen of any width and on paper. It loads nothing
//! and runs nothing.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::report::{Outcome, Report};
use crate::view::value::count;

mod account;
mod criteria;
mod findings;

const STYLE: &str = include_str!("style.css");

/// The sections, by their anchors.
const SECTIONS: [(&str, &str); 9] = [
    ("summary", "Summary"),
    ("limits", "What this report says, and what it does not"),
    ("exceptions", "Exceptions noted"),
    ("criteria", "Trust services criteria"),
    ("security-hub", "Security Hub"),
    ("operation", "Drift, alarms and trails"),
    ("tests", "Every test"),
    ("population", "Population"),
    ("method", "How it was made"),
];

/// The page.
pub fn page(report: &Report) -> String {
    let scope = &report.scope;
    let title = format!("Compliance evidence: {}", scope.environment);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (title) }
                    p.lead {
                        "Account " (scope.account) ", " (scope.region) ", read on "
                        (report.method.began.strftime("%-d %B %Y from %H:%M:%S")) " to "
                        (report.method.ended.strftime("%H:%M:%S UTC"))
                    }
                    @if !report.is_of_aws() {
                        p.banner {
                            "Not AWS: this was read from " (scope.endpoint)
                            ". It shows how the tests work, and is evidence of nothing."
                        }
                    }
                    (identity(report))
                    nav aria-label="Contents" {
                        ol { @for (anchor, name) in SECTIONS { li { a href={ "#" (anchor) } { (name) } } } }
                    }
                }
                main {
                    (section("summary", &summary(report)))
                    (section("limits", &limits(report)))
                    (section("exceptions", &findings::exceptions(report)))
                    (section("criteria", &criteria::criteria(report)))
                    (section("security-hub", &account::security_hub(report)))
                    (section("operation", &account::operation(report)))
                    (section("tests", &findings::every(report)))
                    (section("population", &account::population(report)))
                    (section("method", &account::method(report)))
                }
                footer {
                    "Report " (report.id) ", made by " (report.method.tool)
                    ". The hashes of its files are in manifest.json; "
                    code { "provision audit verify" } " checks them."
                }
            }
        }
    };
    page.into_string()
}

fn section(anchor: &str, body: &Markup) -> Markup {
    let name = SECTIONS.iter().find(|(known, _)| *known == anchor).map_or(anchor, |(_, name)| name);
    html! { section id=(anchor) { h2 { (name) } (body) } }
}

fn identity(report: &Report) -> Markup {
    let method = &report.method;
    html! {
        dl {
            dt { "Read by" } dd { code { (method.caller) } }
            dt { "Tool" } dd { (method.tool) }
            dt { "Definition" } dd {
                @match &method.commit {
                    Some(commit) => {
                        code { (commit.trim_end_matches('+')) }
                        @if commit.ends_with('+') { ", with changes that are not committed" }
                    }
                    None => "of no commit",
                }
            }
            dt { "State" } dd { code { (report.scope.state.lineage) } ", version " (report.scope.state.serial) }
            dt { "Report" } dd { code { (report.id) } }
        }
    }
}

fn summary(report: &Report) -> Markup {
    let tally = report.tally();
    let tested = report.controls.iter().filter(|control| !control.tests.is_empty()).count();
    let of = |result: Outcome| report.criteria.iter().filter(|it| it.result == result).count();
    html! {
        div.tiles {
            (tile(report.population.len(), "objects in scope", ""))
            (tile(tally.total(), &format!("tests by {}", count(tested, "control")), ""))
            (tile(tally.passed, "without exception", "good"))
            (tile(tally.failed, "exceptions noted", if tally.failed > 0 { "bad" } else { "good" }))
            (tile(tally.excepted, "accepted, with a reason", ""))
            (tile(tally.unknown, "could not be tested", if tally.unknown > 0 { "warn" } else { "" }))
        }
        p {
            "Of " (report.criteria.len()) " trust services criteria, configuration gives evidence for "
            (of(Outcome::NoExceptionNoted) + of(Outcome::ExceptionNoted) + of(Outcome::Incomplete))
            ": no exception was noted for " (of(Outcome::NoExceptionNoted)) ", exceptions for "
            (of(Outcome::ExceptionNoted)) ", and " (of(Outcome::Incomplete)) " could not be tested in full. "
            (of(Outcome::NotAssessed)) " need evidence from people or from AWS and were not assessed."
        }
        @if let Some(trend) = &report.trend {
            p {
                "Since the report of " (trend.ended.strftime("%-d %B %Y, %H:%M UTC")) ": "
                (count(trend.new.len(), "new exception")) ", " (trend.mended.len()) " mended, "
                (trend.dropped.len()) " of objects or controls that are gone; " (trend.objects)
                " objects then, " (report.population.len()) " now. That report's hash is "
                code { (trend.sha256) } "."
            }
            @if !trend.new.is_empty() {
                p { "New: " @for (index, one) in trend.new.iter().enumerate() {
                    @if index > 0 { ", " } code { (one.control) } " on " code { (one.address) }
                } "." }
            }
            @if !trend.mended.is_empty() {
                p { "Mended: " @for (index, one) in trend.mended.iter().enumerate() {
                    @if index > 0 { ", " } code { (one.control) } " on " code { (one.address) }
                } "." }
            }
        } @else {
            p { "There is no earlier report to hold this one against." }
        }
    }
}

fn tile(number: usize, words: &str, class: &str) -> Markup {
    html! { div.tile { b class=(class) { (number) } span { (words) } } }
}

/// What an auditor has to know before anything else.
fn limits(report: &Report) -> Markup {
    html! {
        ul {
            li { "It shows how objects of one environment were configured at one moment. It says nothing "
                "of the time before and after; keep every report to show a period." }
            li { "It is evidence for criteria of SOC 2 (TSC 2017, points of focus of 2022). It says of no "
                "criterion that it is met: that is for an auditor to say, who also needs evidence from "
                "people and of processes." }
            li { "In scope are the objects that the environment's state names: all that "
                code { "provision" } " made or adopted there. What others made in the account is in scope "
                "only where Security Hub speaks of it." }
            li { "A test that could not be made is no test that was passed. "
                @if report.method.unread.is_empty() { "Everything that was asked for could be read." }
                @else { "What could not be read is listed under " a href="#method" { "How it was made" } "." } }
            li { "Values are as AWS gave them in this run, except those marked “as applied”, which AWS does "
                "not give back." }
        }
    }
}
