//! The report as assessment results of the Open Security Controls Assessment Language 1.2.1.
//!
//! There is no catalog of SOC 2 in OSCAL, whose text is the AICPA's: controls have the numbers of
//! the criteria (`cc6.1`), and each of ours is an objective of them (`cc6.1_obj.rds.encrypted`).
//! What is not assessed is excluded by name, because a finding knows only satisfied and not.
//! <https://pages.nist.gov/OSCAL-Reference/models/v1.2.1/assessment-results/json-reference/>

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::report::{Criterion, Object, Outcome, Report, Test, Tested};
use crate::compliance::assess::Verdict;

const VERSION: &str = "1.2.1";
/// The namespace of properties that are not OSCAL's own.
const NAMESPACE: &str = env!("CARGO_PKG_REPOSITORY");

/// The document.
pub fn results(report: &Report) -> String {
    let method = &report.method;
    let document = json!({
        "assessment-results": {
            "uuid": report.id,
            "metadata": {
                "title": format!("Configuration of {}, held to controls", report.scope.environment),
                "last-modified": method.ended,
                "version": method.ended.to_string(),
                "oscal-version": VERSION,
                "props": [property("tool", &method.tool)],
            },
            "import-ap": { "href": format!("#{}", plan_id(report)) },
            "local-definitions": local_definitions(report),
            "results": [result(report)],
            "back-matter": { "resources": resources(report) },
        },
    });
    format!("{:#}\n", pruned(document))
}

/// What is assessed of each criterion: our controls, as objectives.
fn local_definitions(report: &Report) -> Json {
    let objectives = assessed(report).map(|criterion| {
        let controls = speaking(report, criterion);
        let parts: Vec<Json> = controls
            .map(|control| {
                json!({
                    "id": objective(criterion, control),
                    "name": "assessment-objective",
                    "title": line(&control.title),
                    "prose": control.expect,
                })
            })
            .collect();
        json!({ "control-id": control_id(criterion), "description": criterion.title, "parts": parts })
    });
    json!({ "objectives-and-methods": objectives.collect::<Vec<_>>() })
}

fn result(report: &Report) -> Json {
    let (scope, method) = (&report.scope, &report.method);
    let excluded = report.criteria.iter().filter(|it| !is_assessed(it));
    let excluded: Vec<Json> =
        excluded.map(|criterion| json!({ "control-id": control_id(criterion) })).collect();
    json!({
        "uuid": id(report, "result"),
        "title": format!("{} on {}", scope.environment, method.ended),
        "description": format!(
            "The configuration of {} objects of account {} in {}, read by {}. It is evidence for the \
             criteria, and says of none that it is met.",
            report.population.len(), scope.account, scope.region, method.caller,
        ),
        "start": method.began,
        "end": method.ended,
        "local-definitions": {
            "components": [component(report)],
            "inventory-items": report.population.iter().map(|it| item(report, it)).collect::<Vec<_>>(),
        },
        "reviewed-controls": {
            "control-selections": [{
                "description": "The trust services criteria, but for those that configuration says nothing of.",
                "include-all": {},
                "exclude-controls": excluded,
            }],
        },
        "observations": report.tests().map(|(it, test)| observation(report, it, test)).collect::<Vec<_>>(),
        "risks": report.findings().map(|(it, test)| risk(report, it, test)).collect::<Vec<_>>(),
        "findings": findings(report),
    })
}

/// What was looked at, as one thing.
fn component(report: &Report) -> Json {
    json!({
        "uuid": id(report, "system"),
        "type": "this-system",
        "title": line(&report.scope.environment),
        "description": format!("The environment, in account {} and {}.", report.scope.account, report.scope.region),
        "status": { "state": "operational" },
    })
}

fn item(report: &Report, object: &Object) -> Json {
    let name = object.arn.as_deref().unwrap_or(&object.id);
    json!({
        "uuid": item_id(report, &object.address),
        "description": format!("{} ({})", object.address, object.kind),
        "props": [property("address", &object.address), property("kind", &object.kind), property("name", name)],
        "implemented-components": [{ "component-uuid": id(report, "system") }],
    })
}

fn observation(report: &Report, control: &Tested, test: &Test) -> Json {
    let values = test.evidence.iter().map(|(name, value)| format!("{name} = {value}"));
    let values: Vec<String> = values.collect();
    let values = if values.is_empty() { "(none)".to_owned() } else { values.join("; ") };
    json!({
        "uuid": observation_id(report, control, test),
        "title": line(&format!("{} on {}", control.id, test.address)),
        "description": format!("{}: {}", control.title, super::csv::word(test)),
        "methods": ["TEST"],
        "types": ["control-objective"],
        "subjects": [{ "subject-uuid": item_id(report, &test.address), "type": "inventory-item" }],
        "relevant-evidence": [{
            "description": format!("{values}. Read with {}.", test.calls.join(", ")),
        }],
        "collected": report.method.ended,
    })
}

/// What is to be done about a test that was not met.
fn risk(report: &Report, control: &Tested, test: &Test) -> Json {
    json!({
        "uuid": id(report, &format!("risk {} {}", control.id, test.address)),
        "title": line(&format!("{} on {}", control.id, test.address)),
        "description": format!("Not so: {}.", control.title),
        "statement": control.fix,
        "props": [property("severity", &control.severity.to_string())],
        "status": "open",
        "related-observations": [{ "observation-uuid": observation_id(report, control, test) }],
    })
}

/// One finding for each objective that was tested.
fn findings(report: &Report) -> Vec<Json> {
    let pairs = assessed(report)
        .flat_map(|criterion| speaking(report, criterion).map(move |control| (criterion, control)));
    let tested = pairs.filter(|(_, control)| !control.tests.is_empty());
    tested.map(|(criterion, control)| finding(report, criterion, control)).collect()
}

fn finding(report: &Report, criterion: &Criterion, control: &Tested) -> Json {
    let observations = control
        .tests
        .iter()
        .map(|test| json!({ "observation-uuid": observation_id(report, control, test) }));
    let target = objective(criterion, control);
    json!({
        "uuid": id(report, &format!("finding {target}")),
        "title": line(&control.title),
        "description": format!("{} for {}, on {} objects.", control.id, criterion.id, control.tests.len()),
        "target": { "type": "objective-id", "target-id": target, "status": status(control) },
        "related-observations": observations.collect::<Vec<_>>(),
    })
}

/// What could not be tested is not satisfied. That an exception was approved does not satisfy it.
fn status(control: &Tested) -> Json {
    let has = |verdict: Verdict| control.tests.iter().any(|test| test.verdict == verdict);
    if has(Verdict::Fail) {
        json!({ "state": "not-satisfied", "reason": "fail" })
    } else if has(Verdict::Unknown) {
        json!({ "state": "not-satisfied", "reason": "other", "remarks": "Not all could be tested." })
    } else {
        json!({ "state": "satisfied", "reason": "pass" })
    }
}

/// The plan, which is the controls of the definition, and each of its files with its hash.
fn resources(report: &Report) -> Vec<Json> {
    let links = report.method.definitions.iter().map(|(path, hash)| {
        json!({ "href": path, "hashes": [{ "algorithm": "SHA-256", "value": hash }] })
    });
    let commit = report.method.commit.as_deref().unwrap_or("no commit");
    vec![json!({
        "uuid": plan_id(report),
        "title": "Controls and exceptions",
        "description": format!("The files that say what is assessed, as of {commit}."),
        "rlinks": links.collect::<Vec<_>>(),
    })]
}

fn assessed(report: &Report) -> impl Iterator<Item = &Criterion> {
    report.criteria.iter().filter(|criterion| is_assessed(criterion))
}

fn is_assessed(criterion: &Criterion) -> bool {
    !matches!(criterion.result, Outcome::NotAssessed | Outcome::NothingToTest)
}

fn speaking<'a>(report: &'a Report, criterion: &'a Criterion) -> impl Iterator<Item = &'a Tested> {
    report.controls.iter().filter(|control| criterion.controls.contains(&control.id))
}

fn control_id(criterion: &Criterion) -> String {
    criterion.id.to_ascii_lowercase()
}

fn objective(criterion: &Criterion, control: &Tested) -> String {
    format!("{}_obj.{}", control_id(criterion), control.id)
}

fn plan_id(report: &Report) -> String {
    id(report, "plan")
}

fn item_id(report: &Report, address: &str) -> String {
    id(report, &format!("item {address}"))
}

fn observation_id(report: &Report, control: &Tested, test: &Test) -> String {
    id(report, &format!("observation {} {}", control.id, test.address))
}

/// The id of a part of this report: the same whenever it is written.
fn id(report: &Report, part: &str) -> String {
    let name = format!("{NAMESPACE}#{} {part}", report.id);
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
}

fn property(name: &str, value: &str) -> Json {
    json!({ "name": name, "ns": NAMESPACE, "value": line(value) })
}

/// Text as OSCAL has it where it allows one line: not empty, nothing blank at its ends.
fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() { "-".to_owned() } else { words.join(" ") }
}

/// The same without empty lists, which OSCAL refuses.
fn pruned(value: Json) -> Json {
    match value {
        Json::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (name, pruned(value)));
            let is_kept = |value: &Json| value.as_array().is_none_or(|items| !items.is_empty());
            fields.filter(|(_, value)| is_kept(value)).collect()
        }
        Json::Array(items) => items.into_iter().map(pruned).collect(),
        other => other,
    }
}
