//! The trust services criteria, each with what speaks for it.

use maud::{Markup, html};

use crate::audit::report::{Criterion, Outcome, Report};
use crate::compliance::criteria::Evidence;

/// Those that configuration says something of, then those that were not assessed.
pub fn criteria(report: &Report) -> Markup {
    let (open, assessed): (Vec<&Criterion>, Vec<&Criterion>) =
        report.criteria.iter().partition(|it| it.result == Outcome::NotAssessed);
    html! {
        p { "“No exception noted” is about the tests alone. Where people's evidence is needed as well, "
            "it says so." }
        table {
            thead { tr { th { "Criterion" } th { "What it is about" } th { "Tested with" }
                th.number { "Objects" } th.number { "Tests" } th { "Result" } } }
            tbody { @for criterion in assessed { tr {
                td data-name="Criterion" { span.word { (criterion.id) } }
                td { (criterion.title) @if criterion.evidence != Evidence::Technical {
                    br; span.soft { (needs(criterion.evidence)) } } }
                td data-name="Tested with" { @for (index, control) in criterion.controls.iter().enumerate() {
                    @if index > 0 { ", " } code { (control) } } }
                td.number data-name="Objects" { (criterion.objects) }
                td.number data-name="Tests" { (criterion.tally.total()) }
                td data-name="Result" { (result(criterion)) }
            } } }
        }
        h3 { "Not assessed" }
        p { "Nothing in this report speaks for these: configuration can't show them." }
        table {
            thead { tr { th { "Criterion" } th { "What it is about" } th { "Evidence needed" } } }
            tbody { @for criterion in open { tr {
                td data-name="Criterion" { span.word { (criterion.id) } }
                td { (criterion.title) }
                td data-name="Evidence needed" { (needs(criterion.evidence)) }
            } } }
        }
    }
}

fn needs(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Technical => "None of our controls looks at it yet",
        Evidence::Partial => "Needs evidence of what people do as well",
        Evidence::Process => "Needs evidence of people and processes",
        Evidence::Inherited => "AWS's own SOC 2 report, from AWS Artifact",
    }
}

fn result(criterion: &Criterion) -> Markup {
    let tally = criterion.tally;
    match criterion.result {
        Outcome::NoExceptionNoted => html! {
            span.word.good { "No exception noted" }
            @if tally.excepted > 0 { br; (tally.excepted) " accepted" }
        },
        Outcome::ExceptionNoted => html! {
            span.word.bad { "Exceptions noted" } br; (tally.failed) " of " (tally.total())
        },
        Outcome::Incomplete => html! {
            span.word.warn { "Incomplete" } br; (tally.unknown) " could not be tested"
        },
        Outcome::NothingToTest => html! { span.soft { "Nothing to test" } },
        Outcome::NotAssessed => html! { span.soft { "Not assessed" } },
    }
}
