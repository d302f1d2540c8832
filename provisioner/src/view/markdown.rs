//! A plan as Markdown for a pull request: the summary, a table, and every difference folded away.

use std::fmt::Write;

use super::change;
use super::plan::{
    UNKNOWN, common_tags, common_tags_line, has_unknown, look, output_line, refusal_text, summary,
};
use super::value::{count, inline};
use crate::engine::plan::{Action, Plan, Step};

/// The longest change that stands in the table itself.
const CELL: usize = 120;
/// The width of the folded differences.
const WIDTH: usize = 100;

/// The plan for a pull request.
pub fn markdown(plan: &Plan) -> String {
    let mut out = format!("### `{}`: {}\n", plan.environment, summary(plan));
    for refusal in &plan.refusals {
        let (what, way_out) = refusal_text(refusal);
        let _ = writeln!(out, "\n> **Refused:** {what}. To go on, {way_out}.");
    }
    if plan.steps.is_empty() && plan.outputs.is_empty() {
        return out;
    }
    let _ = writeln!(out, "\n| | object | kind | change |\n| --- | --- | --- | --- |");
    for step in &plan.steps {
        let (_, word, _) = look(step.action);
        let (address, kind) = (&step.address, &step.kind);
        let _ = writeln!(out, "| {word} | `{address}` | {kind} | {} |", cells(step));
    }
    for change in &plan.outputs {
        let (before, after) = output_line(change);
        let text = format!("{} → {}", code(&before), code(&after));
        let _ = writeln!(out, "| output | `{}` | | {text} |", change.name);
    }
    write_details(&mut out, plan);
    out
}

/// What a table's cell says of a step.
fn cells(step: &Step) -> String {
    let reason = step.reason.iter().map(|reason| escape(reason));
    if step.action == Action::Create {
        return reason.collect();
    }
    let changes = step.changes.iter().map(|change| {
        let (before, after) = (inline(&change.before), inline(&change.after));
        let forces = if change.replaces { " **forces replacement**" } else { "" };
        match before.len() + after.len() {
            0..=CELL => format!("`{}`: {} → {}{forces}", change.path, code(&before), code(&after)),
            _ => format!("`{}`: see below{forces}", change.path),
        }
    });
    let tags =
        step.tags.set.keys().chain(&step.tags.remove).map(|key| format!("tag {}", code(key)));
    let loss = step.loss.iter().map(|loss| escape(loss));
    reason.chain(loss).chain(changes).chain(tags).collect::<Vec<_>>().join("<br>")
}

/// Every property of what is created and changed, folded.
fn write_details(out: &mut String, plan: &Plan) {
    let common = common_tags(plan);
    let shown: Vec<&Step> = plan
        .steps
        .iter()
        .filter(|step| !step.changes.is_empty() || !step.tags.is_empty())
        .collect();
    if shown.is_empty() {
        return;
    }
    let title = format!("Properties of {}", count(shown.len(), "object"));
    let _ = writeln!(out, "\n<details><summary>{title}</summary>\n\n````diff");
    for step in shown {
        let (sign, word, _) = look(step.action);
        let _ = writeln!(out, "{sign} {word} {} {}", step.address, step.kind);
        for change in &step.changes {
            let lines = match step.action {
                Action::Create => change::set(&change.path, &change.after, WIDTH),
                _ => change::lines(change, WIDTH),
            };
            for line in lines {
                let _ = writeln!(out, "    {}", anstream::adapter::strip_str(&line));
            }
        }
        for (key, value) in step.tags.set.iter().filter(|(key, _)| !common.contains_key(*key)) {
            let _ = writeln!(out, "    tag {key}: {value:?}");
        }
        for key in &step.tags.remove {
            let _ = writeln!(out, "    tag {key}: removed");
        }
    }
    let _ = writeln!(out, "````\n");
    let unknown = has_unknown(plan).then(|| UNKNOWN.to_owned());
    for line in common_tags_line(&common).into_iter().chain(unknown) {
        let _ = writeln!(out, "{}\n", escape(&line));
    }
    let _ = writeln!(out, "</details>");
}

/// Code in a table's cell, whatever it holds.
fn code(text: &str) -> String {
    match text.contains('`') {
        true => format!("`` {} ``", text.replace('|', "\\|")),
        false => format!("`{}`", text.replace('|', "\\|")),
    }
}

fn escape(text: &str) -> String {
    super::value::clean(text).replace('|', "\\|").replace('<', "&lt;")
}
