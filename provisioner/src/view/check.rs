//! What controls found, as text and as JSON lines.

use std::collections::BTreeMap;
use std::fmt::Write;

use owo_colors::OwoColorize;
use serde_json::{Value as Json, json};

use super::json;
use super::value::{count, flow, wrap};
use crate::compliance::assess::{Assessment, Validity, Verdict};
use crate::compliance::catalog::Catalog;
use crate::compliance::control::{Control, Severity};
use crate::definition::Sources;
use crate::unknown;

/// What controls found, with the files that it is about.
pub struct Found<'a> {
    /// The controls.
    pub catalog: &'a Catalog,
    /// What they came to.
    pub assessments: &'a [Assessment<'a>],
    /// The files.
    pub sources: &'a Sources,
}

/// The findings for a terminal of this width, the worst first; with `all`, everything else too.
pub fn text(found: &Found<'_>, all: bool, width: usize) -> String {
    let mut out = String::new();
    let shown = |one: &&Assessment<'_>| all || one.is_finding() || has_expired(one);
    let mut groups: BTreeMap<_, Vec<&Assessment<'_>>> = BTreeMap::new();
    for one in found.assessments.iter().filter(shown) {
        let control = one.control;
        let group = (!one.is_finding(), std::cmp::Reverse(control.severity), control.id.as_str());
        groups.entry(group).or_default().push(one);
    }
    for group in groups.values() {
        let _ = writeln!(out, "{}", block(group, found.sources, width));
    }
    out.push_str(&total(found));
    out
}

fn block(group: &[&Assessment<'_>], sources: &Sources, width: usize) -> String {
    let Some(control) = group.first().map(|one| one.control) else { return String::new() };
    let mut references = control.criteria.clone();
    references.extend(control.security_hub.iter().cloned());
    let head = [
        severity(control.severity),
        control.id.bold().to_string(),
        control.title.clone(),
        references.join(" ").dimmed().to_string(),
    ];
    let mut out = flow(&head, width, 2).join("\n");
    for one in group {
        for line in flow(&object(one, sources), width - 2, 4) {
            let _ = write!(out, "\n  {line}");
        }
    }
    if group.iter().any(|one| one.is_finding()) {
        let fix = wrap(&control.fix, width - 7).join("\n       ");
        let _ = write!(out, "\n  {} {fix}", "fix:".cyan().bold());
    }
    out.push('\n');
    out
}

fn severity(severity: Severity) -> String {
    let word = severity.to_string();
    match severity {
        Severity::Critical | Severity::High => word.red().bold().to_string(),
        Severity::Medium => word.yellow().bold().to_string(),
        _ => word.bold().to_string(),
    }
}

/// One object: how it stands, which it is, where it is declared, and what was seen.
fn object(one: &Assessment<'_>, sources: &Sources) -> Vec<String> {
    let sign = match one.verdict {
        Verdict::Pass => "✓".green().to_string(),
        Verdict::Unknown => "?".yellow().to_string(),
        Verdict::Fail if one.is_finding() => "✗".red().to_string(),
        Verdict::Fail => "~".dimmed().to_string(),
    };
    let mut words = vec![format!("{sign} {}", one.subject.address)];
    let place = one.span.and_then(|span| sources.place(span));
    words.extend(place.map(|place| place.to_string().dimmed().to_string()));
    words.extend(one.evidence.iter().map(|(name, value)| format!("{name}: {}", seen(value))));
    if let Some((exception, validity)) = one.exception {
        let until = match validity {
            Validity::Holds => format!("let pass until {}", exception.expires),
            Validity::Expired => format!("its exception ended on {}", exception.expires),
        };
        words.push(format!("{until}: {} ({})", exception.reason, exception.approved_by));
    }
    words
}

/// A value in few words: what is long is for the JSON.
fn seen(value: &Json) -> String {
    const LONGEST: usize = 60;
    if value.is_null() {
        return "not set".to_owned();
    }
    if let Some(origin) = unknown::origin(value) {
        return format!("(of {origin})");
    }
    let text = super::value::clean(&value.to_string());
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn has_expired(one: &Assessment<'_>) -> bool {
    one.exception.is_some_and(|(_, validity)| validity == Validity::Expired)
}

fn total(found: &Found<'_>) -> String {
    let Summary { objects, met, findings, excepted, unknown } = summary(found);
    let demands = format!(
        "{} on {}",
        count(found.catalog.controls.len(), "control"),
        count(objects, "object")
    );
    let mut parts = vec![format!("{met} met")];
    let worst: Vec<String> =
        findings.iter().rev().map(|(severity, number)| format!("{number} {severity}")).collect();
    match worst.is_empty() {
        true => parts.push("none not met".to_owned()),
        false => parts.push(format!(
            "{} not met ({})",
            findings.values().sum::<usize>(),
            worst.join(", ")
        )),
    }
    if excepted > 0 {
        parts.push(format!("{excepted} let pass by exceptions"));
    }
    if unknown > 0 {
        parts.push(format!("{unknown} that only AWS can tell"));
    }
    format!("{}: {}", demands.bold(), parts.join(", "))
}

#[derive(Default)]
struct Summary {
    objects: usize,
    met: usize,
    findings: BTreeMap<Severity, usize>,
    excepted: usize,
    unknown: usize,
}

fn summary(found: &Found<'_>) -> Summary {
    let objects: std::collections::BTreeSet<_> =
        found.assessments.iter().map(|one| &one.subject.address).collect();
    let mut summary = Summary { objects: objects.len(), ..Summary::default() };
    for one in found.assessments {
        match one.verdict {
            Verdict::Pass => summary.met += 1,
            Verdict::Unknown => summary.unknown += 1,
            Verdict::Fail if one.is_finding() => {
                *summary.findings.entry(one.control.severity).or_default() += 1
            }
            Verdict::Fail => summary.excepted += 1,
        }
    }
    summary
}

/// One line for each control and object, then one with the numbers.
pub fn lines(found: &Found<'_>) -> Vec<String> {
    let one = |one: &Assessment<'_>| {
        let Control { id, title, severity, criteria, security_hub, fix, .. } = one.control;
        let place = one.span.and_then(|span| found.sources.place(span));
        let exception = one.exception.map(|(exception, validity)| {
            json!({
                "reason": exception.reason, "approved_by": exception.approved_by,
                "expires": exception.expires, "validity": validity,
            })
        });
        json::line(
            "assessment",
            json!({
                "control": id, "title": title, "severity": severity, "criteria": criteria,
                "security_hub": security_hub, "address": one.subject.address, "verdict": one.verdict,
                "finding": one.is_finding(), "evidence": one.evidence, "exception": exception,
                "file": place.map(|place| place.path), "line": place.map(|place| place.line),
                "column": place.map(|place| place.column), "fix": fix,
            }),
        )
    };
    let mut lines: Vec<String> = found.assessments.iter().map(one).collect();
    let Summary { objects, met, findings, excepted, unknown } = summary(found);
    let findings: BTreeMap<String, usize> =
        findings.iter().map(|(severity, number)| (severity.to_string(), *number)).collect();
    lines.push(json::line(
        "check",
        json!({
            "controls": found.catalog.controls.len(), "objects": objects, "met": met,
            "findings": findings, "excepted": excepted, "unknown": unknown,
        }),
    ));
    lines
}
