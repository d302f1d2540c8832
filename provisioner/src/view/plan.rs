//! A plan as text for a terminal.

use std::fmt::Write;

use owo_colors::{OwoColorize, Style};
use serde_json::Value as Json;

use super::change;
use super::value::{flow, inline};
use crate::engine::diff::PropertyChange;
use crate::engine::plan::{Action, OutputChange, Plan, Refusal, Step};
use crate::resource::Tags;

/// How far the properties of a step stand in.
const INDENT: usize = 6;

/// What the marks of unknown values mean.
pub(super) const UNKNOWN: &str = "‹…› is known after apply";

/// How an action is shown: a sign, a word, a colour.
pub(super) fn look(action: Action) -> (&'static str, &'static str, Style) {
    match action {
        Action::Create => ("+", "create", Style::new().green()),
        Action::Resume => ("»", "resume", Style::new().green()),
        Action::Update => ("~", "update", Style::new().yellow()),
        Action::ReplaceDeleteFirst => ("∓", "replace", Style::new().magenta()),
        Action::ReplaceCreateFirst => ("±", "replace", Style::new().magenta()),
        Action::Delete => ("-", "delete", Style::new().red()),
        Action::Cleanup => ("-", "clean up", Style::new().red()),
        Action::Forget => ("○", "forget", Style::new().dimmed()),
    }
}

/// The plan for a terminal of this width: what each object needs, by stack in the order of the
/// walk, then the outputs and what is refused.
pub fn text(plan: &Plan, width: usize) -> String {
    let mut out = String::new();
    let common = common_tags(plan);
    for stack in stacks(plan) {
        let _ = writeln!(out, "\n{}", stack.bold());
        for step in plan.steps.iter().filter(|step| step.address.stack() == stack) {
            write_step(&mut out, step, &common, width);
        }
    }
    if let Some(line) = common_tags_line(&common) {
        let _ = writeln!(out, "\n{}", line.dimmed());
    }
    write_outputs(&mut out, &plan.outputs, width);
    for refusal in &plan.refusals {
        let (what, way_out) = refusal_text(refusal);
        let _ = writeln!(out, "\n{} {what}\n  {} {way_out}", "✗".red(), "hint:".cyan().bold());
    }
    if has_unknown(plan) {
        let _ = writeln!(out, "\n{}", UNKNOWN.dimmed());
    }
    let _ = write!(out, "\n{}", summary(plan).bold());
    out.trim_start_matches('\n').to_owned()
}

/// The stacks in the order in which the plan first touches them.
fn stacks(plan: &Plan) -> Vec<&str> {
    let mut stacks: Vec<&str> = Vec::new();
    for step in &plan.steps {
        if !stacks.contains(&step.address.stack()) {
            stacks.push(step.address.stack());
        }
    }
    stacks
}

/// The tags that every new object gets; said once instead of with each.
pub(super) fn common_tags(plan: &Plan) -> Tags {
    let mut created = plan.steps.iter().filter(|step| step.action == Action::Create);
    let (Some(first), Some(second)) = (created.next(), created.next()) else {
        return Tags::new();
    };
    let mut common = first.tags.set.clone();
    for step in std::iter::once(second).chain(created) {
        common.retain(|key, value| step.tags.set.get(key) == Some(value));
    }
    common
}

/// `every new object is tagged project=vitality`, where there are such tags.
pub(super) fn common_tags_line(common: &Tags) -> Option<String> {
    let tags: Vec<String> = common.iter().map(|(key, value)| format!("{key}={value}")).collect();
    (!tags.is_empty()).then(|| format!("every new object is tagged {}", tags.join(", ")))
}

/// Whether the plan shows values that only AWS can tell.
pub(super) fn has_unknown(plan: &Plan) -> bool {
    let mut changes = plan.steps.iter().flat_map(|step| &step.changes);
    changes.any(|change| crate::unknown::is_partial(&change.after))
        || plan.outputs.iter().any(|change| crate::unknown::is_partial(&change.after))
}

fn write_step(out: &mut String, step: &Step, common: &Tags, width: usize) {
    let (sign, word, style) = look(step.action);
    let title =
        format!("  {} {} {}", sign.style(style), word.style(style), step.address.path().bold());
    let words = [title].into_iter().chain(about(step));
    for text in flow(&words.collect::<Vec<_>>(), width, INDENT) {
        let _ = writeln!(out, "{text}");
    }
    let mut line = |text: &str| {
        let _ = writeln!(out, "{:INDENT$}{text}", "");
    };
    if let Some(reason) = &step.reason {
        line(&format!("because {}", super::value::clean(reason)));
    }
    if let Some(loss) = &step.loss {
        line(&super::value::clean(loss).red().to_string());
    }
    for change in &step.changes {
        change_lines(step.action, change, width - INDENT).iter().for_each(|text| line(text));
    }
    for (key, value) in &step.tags.set {
        if step.action != Action::Create || common.get(key) != Some(value) {
            line(&format!("tag {key}: {value:?}"));
        }
    }
    for key in &step.tags.remove {
        line(&format!("tag {key}: {}", "removed".red()));
    }
}

/// The kind and the id, and what the action does with that object.
fn about(step: &Step) -> Vec<String> {
    let note = match step.action {
        Action::ReplaceCreateFirst => "the new one first",
        Action::ReplaceDeleteFirst => "the old one goes first",
        Action::Cleanup => "which an earlier replacement left",
        Action::Forget => "which stays on AWS",
        _ => "",
    };
    let comma = if note.is_empty() { "" } else { "," };
    let words = match &step.id {
        Some(id) => vec![step.kind.clone(), format!("{id}{comma}"), note.to_owned()],
        None => vec![format!("{}{comma}", step.kind), note.to_owned()],
    };
    let shown = words.iter().filter(|word| !word.is_empty());
    shown.map(|word| word.dimmed().to_string()).collect()
}

fn change_lines(action: Action, change: &PropertyChange, width: usize) -> Vec<String> {
    match action {
        Action::Create => change::set(&change.path, &change.after, width),
        _ => change::lines(change, width),
    }
}

fn write_outputs(out: &mut String, outputs: &[OutputChange], width: usize) {
    if outputs.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", "outputs".bold());
    for change in outputs {
        let property = PropertyChange {
            path: change.name.clone(),
            before: change.before.clone(),
            after: change.after.clone(),
            replaces: false,
        };
        let (sign, lines) = match (&change.before, &change.after) {
            (Json::Null, after) => {
                ("+".green().to_string(), change::set(&change.name, after, width - 4))
            }
            (before, Json::Null) => {
                ("-".red().to_string(), change::set(&change.name, before, width - 4))
            }
            _ => ("~".yellow().to_string(), change::lines(&property, width - 4)),
        };
        for (index, line) in lines.iter().enumerate() {
            let sign = if index == 0 { sign.as_str() } else { " " };
            let _ = writeln!(out, "  {sign} {line}");
        }
    }
}

/// What is refused, and how it could be done.
pub fn refusal_text(refusal: &Refusal) -> (String, String) {
    match refusal {
        Refusal::Protected { address, action } => (
            format!("{address} is protected and would be {}", past(*action)),
            "set `protect: false` on it, run `up`, and try again".to_owned(),
        ),
        Refusal::NeedsConsent { address, action } => (
            format!("{address} holds data and would be {}", past(*action)),
            match action {
                Action::Delete => format!("allow it with `--allow-delete {address}`"),
                _ => format!("allow it with `--allow-replace {address}`"),
            },
        ),
    }
}

/// What an action did, or did not come to.
pub(super) fn past(action: Action) -> &'static str {
    match action {
        Action::Create | Action::Resume => "created",
        Action::Update => "updated",
        Action::ReplaceCreateFirst | Action::ReplaceDeleteFirst => "replaced",
        Action::Delete | Action::Cleanup => "deleted",
        Action::Forget => "forgotten",
    }
}

/// `4 to create, 1 to update; 12 unchanged`.
pub fn summary(plan: &Plan) -> String {
    const GROUPS: [(&[Action], &str); 6] = [
        (&[Action::Create], "to create"),
        (&[Action::Resume], "to resume"),
        (&[Action::Update], "to update"),
        (&[Action::ReplaceCreateFirst, Action::ReplaceDeleteFirst], "to replace"),
        (&[Action::Delete, Action::Cleanup], "to delete"),
        (&[Action::Forget], "to forget"),
    ];
    let counts = GROUPS
        .iter()
        .map(|(actions, word)| (plan.count(actions), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"));
    let mut counts: Vec<String> = counts.collect();
    if counts.is_empty() {
        let what = if plan.outputs.is_empty() { "Nothing to do" } else { "Only outputs change" };
        counts.push(what.to_owned());
    }
    match plan.unchanged {
        0 => counts.join(", "),
        unchanged => format!("{}; {unchanged} unchanged", counts.join(", ")),
    }
}

/// An output's change in one line.
pub(super) fn output_line(change: &OutputChange) -> (String, String) {
    (inline(&change.before), inline(&change.after))
}

#[cfg(test)]
mod tests;
