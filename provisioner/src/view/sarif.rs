//! Findings as SARIF 2.1.0, which code hosts show beside the lines that they are about.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use serde_json::{Value as Json, json};

use super::check::Found;
use crate::compliance::assess::{Assessment, Verdict};
use crate::compliance::control::{Control, Severity};

/// The log of one run.
pub fn log(found: &Found<'_>) -> String {
    let rules: Vec<Json> = found.catalog.controls.iter().map(rule).collect();
    let failed = found.assessments.iter().filter(|one| one.verdict == Verdict::Fail);
    let results: Vec<Json> = failed.map(|one| result(one, found)).collect();
    let driver = json!({
        "name": "provision",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules,
    });
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "PROJECT": { "description": { "text": "The project's directory." } } },
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(control: &Control) -> Json {
    let tags: Vec<&String> = control.criteria.iter().chain(&control.security_hub).collect();
    json!({
        "id": control.id,
        "shortDescription": { "text": control.title },
        "fullDescription": { "text": format!("{}: {}", control.applies_to, control.expect.text()) },
        "help": { "text": control.fix },
        "defaultConfiguration": { "level": level(control.severity) },
        "properties": { "tags": tags, "security-severity": score(control.severity) },
    })
}

fn result(one: &Assessment<'_>, found: &Found<'_>) -> Json {
    let rules = found.catalog.controls.iter();
    let index = rules.take_while(|control| control.id != one.control.id).count();
    let mut result = json!({
        "ruleId": one.control.id,
        "ruleIndex": index,
        "level": level(one.control.severity),
        "message": { "text": format!("{}: not so for {}. {}", one.control.title, one.subject.address, one.control.fix) },
        "partialFingerprints": { "controlAndAddress/v1": format!("{} {}", one.control.id, one.subject.address) },
    });
    let location = one.span.and_then(|span| found.sources.place(span));
    if let Some(place) = location {
        result["locations"] = json!([{
            "physicalLocation": {
                "artifactLocation": { "uri": place.path, "uriBaseId": "PROJECT" },
                "region": { "startLine": place.line, "startColumn": place.column },
            },
            "logicalLocations": [{ "fullyQualifiedName": one.subject.address, "kind": "resource" }],
        }]);
    }
    if let Some((exception, _)) = one.exception.filter(|_| !one.is_finding()) {
        let why = format!(
            "{} ({}), until {}",
            exception.reason, exception.approved_by, exception.expires
        );
        result["suppressions"] =
            json!([{ "kind": "external", "status": "accepted", "justification": why }]);
    }
    result
}

/// SARIF's own three levels.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Informational => "note",
    }
}

/// What GitHub sorts by: over 9 is critical, from 7 high, from 4 medium.
/// <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.0",
        Severity::Low => "2.0",
        Severity::Informational => "0.0",
    }
}
