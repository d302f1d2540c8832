//! What an environment holds, as a table.

use std::fmt::Write;

use owo_colors::OwoColorize;
use serde::Serialize;

use crate::engine::refresh::World;
use crate::resource::Status as Condition;
use crate::state::State;

/// One object of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    address: String,
    kind: String,
    id: Option<String>,
    status: String,
}

/// A row for each object, with AWS's word where it is not simply ready.
pub fn rows(state: &State, world: &World) -> Vec<Row> {
    let rows = state.entries.iter().map(|(address, entry)| {
        let id = entry.status.id().or_else(|| world.found.get(address));
        let live = id.and_then(|id| world.get(&entry.kind, id));
        let status = match live.map(|live| &live.status) {
            None => "gone".to_owned(),
            Some(Condition::Ready) => entry.status.word().to_owned(),
            Some(Condition::Working(word)) => word.clone(),
            Some(Condition::Failed(reason)) => format!("failed: {reason}"),
        };
        Row {
            address: address.to_string(),
            kind: entry.kind.clone(),
            id: id.map(ToString::to_string),
            status,
        }
    });
    rows.collect()
}

/// The table for a terminal.
pub fn text(rows: &[Row], state: &State) -> String {
    let mut out = String::new();
    let width = |of: fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let address = width(|row| row.address.chars().count());
    let kind = width(|row| row.kind.len());
    let id = width(|row| row.id.as_deref().unwrap_or("").chars().count());
    for row in rows {
        let status = match row.status.as_str() {
            "ready" => row.status.green().to_string(),
            "gone" => row.status.red().to_string(),
            other if other.starts_with("failed") => row.status.red().to_string(),
            _ => row.status.yellow().to_string(),
        };
        let shown_id = row.id.as_deref().unwrap_or("");
        let _ = writeln!(
            out,
            "{:address$}  {:kind$}  {:id$}  {status}",
            row.address.bold(),
            row.kind.dimmed(),
            shown_id,
        );
    }
    let _ = write!(
        out,
        "{}{} objects in {}; state {} of lineage {}",
        if rows.is_empty() { "" } else { "\n" },
        rows.len(),
        state.environment,
        state.serial,
        state.lineage,
    );
    out
}
