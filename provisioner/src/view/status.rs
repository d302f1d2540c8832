//! What an environment holds, as a table.

use std::fmt::Write;

use owo_colors::OwoColorize;
use serde::Serialize;

use super::value::{clean, count};
use crate::engine::refresh::World;
use crate::resource::Status as Condition;
use crate::state::State;

/// One object of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its address.
    pub address: String,
    /// Its kind.
    pub kind: String,
    /// Its id, where it has one.
    pub id: Option<String>,
    /// `ready`, `gone`, `failed`, or AWS's or our word for what it does.
    pub status: String,
    /// AWS's reason for a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A row for each object, with AWS's word where it is not simply ready.
pub fn rows(state: &State, world: &World) -> Vec<Row> {
    let rows = state.entries.iter().map(|(address, entry)| {
        let id = entry.status.id().or_else(|| world.found.get(address));
        let live = id.and_then(|id| world.get(&entry.kind, id));
        let (status, reason) = match live.map(|live| &live.status) {
            None => ("gone".to_owned(), None),
            Some(Condition::Ready) => (entry.status.word().to_owned(), None),
            Some(Condition::Working(word)) => (word.clone(), None),
            Some(Condition::Failed(reason)) => ("failed".to_owned(), Some(reason.clone())),
        };
        Row {
            address: address.to_string(),
            kind: entry.kind.clone(),
            id: id.map(ToString::to_string),
            status,
            reason,
        }
    });
    rows.collect()
}

/// The table for a terminal: a block for each stack, ids last because they are long.
pub fn text(rows: &[Row], state: &State) -> String {
    let mut out = String::new();
    let width = |of: fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let address = width(|row| path(row).chars().count());
    let kind = width(|row| row.kind.len());
    let status = width(|row| row.status.chars().count());
    let mut stack = "";
    for row in rows {
        let own = row.address.split('.').next().unwrap_or_default();
        if own != stack {
            let gap = if stack.is_empty() { "" } else { "\n" };
            let _ = writeln!(out, "{gap}{}", own.bold());
            stack = own;
        }
        let (sign, word) = signed(&row.status, status);
        let id = row.id.iter().map(|id| format!("  {}", id.dimmed())).collect::<String>();
        let name = path(row);
        let _ = writeln!(out, "  {sign} {name:address$}  {:kind$}  {word}{id}", row.kind.dimmed());
        if let Some(reason) = &row.reason {
            let _ = writeln!(out, "      {}", clean(reason).red());
        }
    }
    let gap = if rows.is_empty() { "" } else { "\n" };
    let total = count(rows.len(), "object");
    let of = format!("state {} of lineage {}", state.serial, state.lineage);
    let _ = write!(out, "{gap}{} in {}; {}", total.bold(), state.environment, of.dimmed());
    out
}

fn path(row: &Row) -> &str {
    row.address.split_once('.').map_or(row.address.as_str(), |(_, path)| path)
}

fn signed(status: &str, width: usize) -> (String, String) {
    let word = format!("{status:width$}");
    match status {
        "ready" => ("✓".green().to_string(), word.green().to_string()),
        "gone" | "failed" => ("✗".red().to_string(), word.red().to_string()),
        _ => ("…".yellow().to_string(), word.yellow().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn a_block_for_each_stack() {
        let row = |address: &str, kind: &str, status: &str, reason: Option<&str>| Row {
            address: address.to_owned(),
            kind: kind.to_owned(),
            id: (status != "creating").then(|| format!("id-of-{address}")),
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
        };
        let rows = [
            row("db.cluster", "rds.cluster", "failed", Some("no capacity")),
            row("db.group", "rds.subnet_group", "creating", None),
            row("network.subnet:a", "ec2.subnet", "gone", None),
            row("network.vpc", "ec2.vpc", "ready", None),
        ];
        let state = State { lineage: "lineage".to_owned(), ..State::new("dev") };
        assert_snapshot!(strip_str(&text(&rows, &state)), @"
        db
          ✗ cluster   rds.cluster       failed    id-of-db.cluster
              no capacity
          … group     rds.subnet_group  creating

        network
          ✗ subnet:a  ec2.subnet        gone      id-of-network.subnet:a
          ✓ vpc       ec2.vpc           ready     id-of-network.vpc

        4 objects in dev; state 0 of lineage lineage
        ");
    }
}
