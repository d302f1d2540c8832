//! What an audit came to, as text and as JSON lines.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use owo_colors::OwoColorize;
use serde_json::json;

use super::json;
use super::value::{count, flow};
use crate::audit::asff::Imported;
use crate::audit::files::{Condition, Verified};
use crate::audit::report::{Outcome, Report, Test, Tested};
use crate::compliance::control::Severity;

/// A report that was written.
pub struct Written<'a> {
    /// The report.
    pub report: &'a Report,
    /// Where it is.
    pub folder: &'a Path,
    /// The SHA-256 of its manifest.
    pub seal: &'a str,
    /// What Security Hub was told.
    pub imported: Option<&'a Imported>,
}

/// The findings for a terminal of this width, the worst first, and where the report is.
pub fn text(written: &Written<'_>, width: usize) -> String {
    let report = written.report;
    let mut out = String::new();
    let mut findings: Vec<(&Tested, &Test)> = report.findings().collect();
    findings.sort_by_key(|(control, test)| {
        (std::cmp::Reverse(control.severity), &control.id, &test.address)
    });
    for (control, test) in findings {
        for line in flow(&finding(control, test), width, 2) {
            let _ = writeln!(out, "{line}");
        }
    }
    for line in &report.method.unread {
        let code = line.code.as_deref().unwrap_or("no answer");
        let _ = writeln!(out, "{} {} could not be read: {code}", "?".yellow(), line.what);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let _ = writeln!(out, "{}", total(report));
    if let Some(trend) = &report.trend {
        let (new, mended) = (trend.new.len(), trend.mended.len());
        let _ = writeln!(
            out,
            "since {}: {new} new, {mended} mended",
            trend.ended.strftime("%F %R UTC")
        );
    }
    if let Some(imported) = written.imported {
        let _ = writeln!(
            out,
            "Security Hub took {}, {} of them archived",
            count(imported.taken, "finding"),
            imported.archived
        );
        for refused in &imported.refused {
            let _ = writeln!(out, "{} refused: {refused}", "✗".red());
        }
    }
    let _ = writeln!(out, "{}", written.folder.join("report.html").display().bold());
    let _ = write!(out, "{}", format!("manifest.json sha256 {}", written.seal).dimmed());
    out
}

fn finding(control: &Tested, test: &Test) -> [String; 4] {
    let word = control.severity.to_string();
    let severity = match control.severity {
        Severity::Critical | Severity::High => word.red().bold().to_string(),
        Severity::Medium => word.yellow().bold().to_string(),
        _ => word.bold().to_string(),
    };
    let expired =
        test.exception.as_ref().map(|it| format!(", its exception ended on {}", it.expires));
    [
        format!("{} {severity}", "✗".red()),
        control.id.bold().to_string(),
        test.address.clone(),
        format!("{}{}", control.title, expired.unwrap_or_default()).dimmed().to_string(),
    ]
}

fn total(report: &Report) -> String {
    let tally = report.tally();
    let tested = report.controls.iter().filter(|control| !control.tests.is_empty()).count();
    let mut parts = vec![format!("{} met", tally.passed)];
    let mut worst: BTreeMap<Severity, usize> = BTreeMap::new();
    report.findings().for_each(|(control, _)| *worst.entry(control.severity).or_default() += 1);
    match worst.is_empty() {
        true => parts.push("none not met".to_owned()),
        false => {
            let words = worst.iter().rev().map(|(severity, number)| format!("{number} {severity}"));
            let words = words.collect::<Vec<_>>().join(", ");
            parts.push(format!("{} not met ({words})", tally.failed));
        }
    }
    if tally.excepted > 0 {
        parts.push(format!("{} let pass by exceptions", tally.excepted));
    }
    if tally.unknown > 0 {
        parts.push(format!("{} that could not be tested", tally.unknown));
    }
    let objects = count(report.population.len(), "object");
    let assessed = report
        .criteria
        .iter()
        .filter(|it| !matches!(it.result, Outcome::NotAssessed | Outcome::NothingToTest))
        .count();
    let head = format!("{} on {objects}", count(tested, "control"));
    let criteria = format!("evidence for {assessed} of {} criteria", report.criteria.len());
    format!("{}: {}; {criteria}", head.bold(), parts.join(", "))
}

/// One line for each finding, then one for the report.
pub fn lines(written: &Written<'_>) -> Vec<String> {
    let report = written.report;
    let mut lines: Vec<String> = report
        .findings()
        .map(|(control, test)| {
            json::line(
                "finding",
                json!({
                    "control": control.id, "severity": control.severity, "address": test.address,
                    "criteria": control.criteria, "evidence": test.evidence, "fix": control.fix,
                }),
            )
        })
        .collect();
    let imported = written
        .imported
        .map(|it| json!({ "taken": it.taken, "archived": it.archived, "refused": it.refused }));
    lines.push(json::line(
        "audit",
        json!({
            "report": report.id, "folder": written.folder, "manifest_sha256": written.seal,
            "objects": report.population.len(), "tests": report.tally(), "drift": report.drift.len(),
            "new": report.trend.as_ref().map(|trend| trend.new.len()),
            "mended": report.trend.as_ref().map(|trend| trend.mended.len()),
            "unread": report.method.unread, "imported": imported,
        }),
    ));
    lines
}

/// How the files of a report are.
pub fn verified(verified: &Verified) -> String {
    let mut out = String::new();
    for (name, condition) in &verified.files {
        let (sign, word) = match condition {
            Condition::Intact => ("✓".green().to_string(), "as it was written"),
            Condition::Changed => ("✗".red().to_string(), "changed"),
            Condition::Missing => ("✗".red().to_string(), "missing"),
            Condition::Foreign => ("✗".red().to_string(), "not of the report"),
        };
        let _ = writeln!(out, "{sign} {name}: {word}");
    }
    let made = verified.manifest.made.strftime("%F %T UTC");
    let _ = write!(
        out,
        "report {} of {made}, manifest.json sha256 {}",
        verified.manifest.report, verified.sha256
    );
    out
}

/// The same as one line.
pub fn verified_line(verified: &Verified) -> String {
    json::line(
        "verified",
        json!({
            "report": verified.manifest.report, "made": verified.manifest.made,
            "manifest_sha256": verified.sha256, "intact": verified.is_intact(),
            "files": verified.files,
        }),
    )
}
