//! A plan as text for a terminal, and as Markdown for a pull request.

use std::fmt::Write;

use owo_colors::{OwoColorize, Style};

use super::value::inline;
use crate::engine::diff::PropertyChange;
use crate::engine::plan::{Action, Plan, Refusal, Step};

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

/// The plan for a terminal.
pub fn text(plan: &Plan) -> String {
    let mut out = String::new();
    let mut stack = None;
    for step in &plan.steps {
        if stack != Some(step.address.stack()) {
            stack = Some(step.address.stack());
            let _ = writeln!(out, "\n{}", step.address.stack().bold());
        }
        write_step(&mut out, step);
    }
    write_outputs(&mut out, plan);
    for refusal in &plan.refusals {
        let (what, way_out) = refusal_text(refusal);
        let _ = writeln!(out, "\n{} {what}\n  {} {way_out}", "✗".red(), "hint:".cyan());
    }
    let _ = write!(out, "\n{}", summary(plan).bold());
    out.trim_start_matches('\n').to_owned()
}

fn write_step(out: &mut String, step: &Step) {
    let (sign, word, style) = look(step.action);
    let id = step.id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
    let _ = writeln!(
        out,
        "  {} {} {}{}{}",
        sign.style(style),
        word.style(style),
        step.address.path().bold(),
        format!(" {}", step.kind).dimmed(),
        id.dimmed(),
    );
    if let Some(reason) = &step.reason {
        let _ = writeln!(out, "      because {reason}");
    }
    for change in &step.changes {
        write_change(out, step.action, change);
    }
    for (key, value) in &step.tags.set {
        let _ = writeln!(out, "      tag {key}: {value:?}");
    }
    for key in &step.tags.remove {
        let _ = writeln!(out, "      tag {key}: {}", "removed".red());
    }
}

fn write_change(out: &mut String, action: Action, change: &PropertyChange) {
    let after = inline(&change.after);
    if action == Action::Create {
        let _ = writeln!(out, "      {}: {after}", change.path);
        return;
    }
    let before = inline(&change.before);
    let forces = if change.replaces { " (forces replacement)" } else { "" };
    let _ = writeln!(
        out,
        "      {}: {} {} {}{}",
        change.path,
        before.dimmed(),
        "→".dimmed(),
        after,
        forces.magenta(),
    );
}

fn write_outputs(out: &mut String, plan: &Plan) {
    if plan.outputs.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", "outputs".bold());
    for change in &plan.outputs {
        let _ = match (&change.before, &change.after) {
            (serde_json::Value::Null, after) => {
                writeln!(out, "  {} {}: {}", "+".green(), change.name, inline(after))
            }
            (before, serde_json::Value::Null) => {
                writeln!(out, "  {} {}: {}", "-".red(), change.name, inline(before).dimmed())
            }
            (before, after) => writeln!(
                out,
                "  {} {}: {} → {}",
                "~".yellow(),
                change.name,
                inline(before).dimmed(),
                inline(after)
            ),
        };
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

fn past(action: Action) -> &'static str {
    match action {
        Action::Delete | Action::Cleanup => "deleted",
        _ => "replaced",
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
    format!("{}; {} unchanged", counts.join(", "), plan.unchanged)
}

/// The plan for a pull request: the summary, and the steps folded away.
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
        let _ = writeln!(
            out,
            "| {word} | `{}` | {} | {} |",
            step.address,
            step.kind,
            markdown_changes(step)
        );
    }
    for change in &plan.outputs {
        let (before, after) = (inline(&change.before), inline(&change.after));
        let change_text = format!("`{}` → `{}`", cell(&before), cell(&after));
        let _ = writeln!(out, "| output | `{}` | | {change_text} |", change.name);
    }
    out
}

fn markdown_changes(step: &Step) -> String {
    if step.action == Action::Create {
        return step.reason.clone().unwrap_or_default();
    }
    let reason = step.reason.iter().map(|reason| cell(reason));
    let changes = step.changes.iter().map(|change| {
        let (before, after) = (inline(&change.before), inline(&change.after));
        let forces = if change.replaces { " **forces replacement**" } else { "" };
        format!("`{}`: `{}` → `{}`{forces}", change.path, cell(&before), cell(&after))
    });
    let tags = step.tags.set.keys().chain(&step.tags.remove).map(|key| format!("tag `{key}`"));
    reason.chain(changes).chain(tags).collect::<Vec<_>>().join("<br>")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('`', "'")
}
