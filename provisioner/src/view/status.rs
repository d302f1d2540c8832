//! What an environment holds, as a table.

use std::fmt::Write;

use owo_colors::OwoColorize;
use serde::Serialize;

use super::value::{clean, count, flow};
use crate::engine::refresh::World;
use crate::resource::Status as Condition;
use crate::state::State;

/// How far in the addresses stand: behind a sign.
const INDENT: usize = 4;
/// What separates two columns.
const GAP: usize = 2;
/// What most ids take: `subnet-0a1b2c3d4e5f67890`.
const ID: usize = 24;

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
            Some(Condition::Spreading(word) | Condition::Working(word)) => (word.clone(), None),
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

/// The table: a block for each stack, ids last because they are long. In a terminal of so many
/// columns, the kinds are left out where there is no room for most ids beside them, and what does
/// not fit even then stands below.
pub fn text(rows: &[Row], state: &State, columns: Option<usize>) -> String {
    let table = Table::new(rows, columns);
    let mut out = String::new();
    let mut stack = "";
    for row in rows {
        let own = row.address.split('.').next().unwrap_or_default();
        if own != stack {
            let gap = if stack.is_empty() { "" } else { "\n" };
            let _ = writeln!(out, "{gap}{}", own.bold());
            stack = own;
        }
        for line in table.lines(row) {
            let _ = writeln!(out, "{line}");
        }
    }
    let gap = if rows.is_empty() { "" } else { "\n" };
    let total = count(rows.len(), "object");
    let of = format!("state {} of lineage {}", state.serial, state.lineage);
    let _ = write!(out, "{gap}{} in {}; {}", total.bold(), state.environment, of.dimmed());
    out
}

/// The widths of the columns.
struct Table {
    address: usize,
    kind: Option<usize>,
    status: usize,
    columns: usize,
}

impl Table {
    fn new(rows: &[Row], columns: Option<usize>) -> Self {
        let width = |of: fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or(0);
        let columns = columns.unwrap_or(usize::MAX);
        let address = width(|row| path(row).chars().count());
        let kind = width(|row| row.kind.len());
        let status = width(|row| row.status.chars().count());
        let room = columns.saturating_sub(INDENT + address + GAP + kind + GAP + status + GAP);
        Self { address, kind: (room >= ID).then_some(kind), status, columns }
    }

    fn lines(&self, row: &Row) -> Vec<String> {
        let (sign, word) = signed(&row.status);
        // Nothing stands behind the last word.
        let gap = row.id.as_ref().map_or(0, |_| self.status - row.status.chars().count());
        let (name, address) = (path(row), self.address);
        let kind = self.kind.map(|kind| format!("  {:kind$}", row.kind.dimmed()));
        let line =
            format!("  {sign} {name:address$}{}  {word}{:gap$}", kind.unwrap_or_default(), "");
        let words = [line, row.id.iter().map(|id| format!(" {}", id.dimmed())).collect()];
        let mut lines = flow(&words, self.columns, INDENT + 1);
        let reason = row.reason.iter().map(|reason| clean(reason).red().to_string());
        lines.extend(reason.map(|reason| format!("{:1$}{reason}", "", INDENT + 2)));
        lines
    }
}

fn path(row: &Row) -> &str {
    row.address.split_once('.').map_or(row.address.as_str(), |(_, path)| path)
}

fn signed(status: &str) -> (String, String) {
    match status {
        "ready" => ("✓".green().to_string(), status.green().to_string()),
        "gone" | "failed" => ("✗".red().to_string(), status.red().to_string()),
        _ => ("…".yellow().to_string(), status.yellow().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn a_block_for_each_stack() {
        let shown = |columns| strip_str(&text(&rows(), &state(), columns)).to_string();
        assert_snapshot!(shown(None), @"
        db
          ✗ cluster   rds.cluster       failed    id-of-db.cluster
              no capacity
          … group     rds.subnet_group  creating

        network
          ✗ subnet:a  ec2.subnet        gone      id-of-network.subnet:a
          ✓ vpc       ec2.vpc           ready     id-of-network.vpc

        4 objects in dev; state 0 of lineage lineage
        ");
        assert_eq!(shown(Some(66)), shown(None));
        assert_snapshot!(shown(Some(42)), @"
        db
          ✗ cluster   failed    id-of-db.cluster
              no capacity
          … group     creating

        network
          ✗ subnet:a  gone
              id-of-network.subnet:a
          ✓ vpc       ready     id-of-network.vpc

        4 objects in dev; state 0 of lineage lineage
        ");
    }

    fn state() -> State {
        State { lineage: "lineage".to_owned(), ..State::new("dev") }
    }

    fn rows() -> [Row; 4] {
        let row = |address: &str, kind: &str, status: &str, reason: Option<&str>| Row {
            address: address.to_owned(),
            kind: kind.to_owned(),
            id: (status != "creating").then(|| format!("id-of-{address}")),
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
        };
        [
            row("db.cluster", "rds.cluster", "failed", Some("no capacity")),
            row("db.group", "rds.subnet_group", "creating", None),
            row("network.subnet:a", "ec2.subnet", "gone", None),
            row("network.vpc", "ec2.vpc", "ready", None),
        ]
    }
}
