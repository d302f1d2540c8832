//! What somebody changed by hand, as text.

use std::fmt::Write;

use owo_colors::OwoColorize;

use super::value::inline;
use crate::engine::drift::Drift;

/// The drift for a terminal.
pub fn text(drifted: &[Drift], total: usize) -> String {
    let mut out = String::new();
    for drift in drifted {
        let sign = if drift.gone { "-".red().to_string() } else { "~".yellow().to_string() };
        let what = if drift.gone { " is gone from AWS" } else { "" };
        let _ = writeln!(
            out,
            "{sign} {} {}{what}",
            drift.address.bold(),
            format!("{} ({})", drift.kind, drift.id).dimmed(),
        );
        for change in &drift.changes {
            let (before, after) = (inline(&change.before), inline(&change.after));
            let _ = writeln!(out, "    {}: {} → {after}", change.path, before.dimmed());
        }
        for (key, value) in &drift.tags.set {
            let _ = writeln!(out, "    tag {key}: {value:?} was changed or removed");
        }
    }
    let _ = match drifted.len() {
        0 => write!(out, "{} objects, all as they were left", total),
        count => write!(out, "\n{count} of {total} objects changed by hand"),
    };
    out
}
