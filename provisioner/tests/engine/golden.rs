//! A plan and a report as text, for snapshots. What changes from run to run has no place in it.

use std::fmt::Write;

use provisioner::engine::Report;
use provisioner::engine::execute::chain;
use provisioner::engine::plan::{Action, Plan, Refusal, Step};
use provisioner::resource::Owner;
use provisioner::unknown;
use serde_json::Value as Json;

/// What a plan would do, one step after another.
pub fn plan(plan: &Plan) -> String {
    let mut text = String::new();
    plan.steps.iter().for_each(|step| write_step(&mut text, step));
    for change in &plan.outputs {
        let (before, after) = (value(&change.before), value(&change.after));
        let _ = writeln!(text, "output {}: {before} → {after}", change.name);
    }
    for refusal in &plan.refusals {
        let _ = match refusal {
            Refusal::Protected { address, .. } => writeln!(text, "refused: {address} is protected"),
            Refusal::NeedsConsent { address, .. } => {
                writeln!(text, "refused: {address} holds data")
            }
        };
    }
    let _ = writeln!(text, "{} unchanged", plan.unchanged);
    text
}

fn write_step(text: &mut String, step: &Step) {
    let id = step.id.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
    let _ = writeln!(text, "{} {} {}{id}", word(step.action), step.address, step.kind);
    if let Some(reason) = &step.reason {
        let _ = writeln!(text, "  because {reason}");
    }
    for change in &step.changes {
        let (before, after) = (value(&change.before), value(&change.after));
        let replaces = if change.replaces { ", replaces" } else { "" };
        let _ = writeln!(text, "  {}: {before} → {after}{replaces}", change.path);
    }
    let tags = step.tags.set.iter().filter(|(key, _)| *key != Owner::LINEAGE);
    for (key, value) in tags {
        let _ = writeln!(text, "  tag {key}: {value}");
    }
    for key in &step.tags.remove {
        let _ = writeln!(text, "  tag {key} goes");
    }
}

fn word(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Resume => "resume",
        Action::Update => "update",
        Action::ReplaceDeleteFirst => "replace (delete first)",
        Action::ReplaceCreateFirst => "replace (create first)",
        Action::Delete => "delete",
        Action::Cleanup => "clean up",
        Action::Forget => "forget",
    }
}

fn value(value: &Json) -> String {
    match (unknown::origin(value), value) {
        (Some(origin), _) => format!("‹{origin}›"),
        (None, Json::Array(items)) => {
            format!("[{}]", items.iter().map(self::value).collect::<Vec<_>>().join(", "))
        }
        _ => value.to_string(),
    }
}

/// What a run did not do, and why.
pub fn report(report: &Report) -> String {
    let mut text = format!("{} done\n", report.done);
    for failure in &report.failed {
        let (word, address) = (word(failure.action), &failure.address);
        let _ = writeln!(text, "could not {word} {address}: {}", chain(&failure.error));
    }
    for (address, because) in &report.skipped {
        let because = because.as_ref().map_or("the run was stopped", |address| address.as_str());
        let _ = writeln!(text, "left out {address} because of {because}");
    }
    text
}
