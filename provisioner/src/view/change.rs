//! One property that differs: before and after, in one line or line by line.

use owo_colors::OwoColorize;
use serde_json::Value as Json;

use super::value::{block, inline, named};
use crate::engine::diff::PropertyChange;

/// How many lines around a difference are shown.
const CONTEXT: usize = 2;
/// The largest table of the comparison; what is larger is shown as gone and come.
const LARGEST: usize = 4_000_000;

/// What a creation sets.
pub(super) fn set(name: &str, value: &Json, width: usize) -> Vec<String> {
    named(name, value, width)
}

/// What a change does: `name: before → after` where that fits, else the lines that differ.
pub(super) fn lines(change: &PropertyChange, width: usize) -> Vec<String> {
    let forces = if change.replaces { " (forces replacement)" } else { "" };
    let (before, after) = (inline(&change.before), inline(&change.after));
    let line = format!("{}: {before} → {after}{forces}", change.path);
    if line.chars().count() <= width && !line.contains("\\n") {
        let arrow = "→".dimmed();
        return vec![format!(
            "{}: {} {arrow} {after}{}",
            change.path,
            before.dimmed(),
            forces.magenta()
        )];
    }
    let mut lines = vec![format!("{}:{}", change.path, forces.magenta())];
    lines.extend(difference(&block(&change.before), &block(&change.after)));
    lines
}

/// The lines of both, what is common once, far from any difference only counted.
fn difference(before: &[String], after: &[String]) -> Vec<String> {
    let edits = edits(before, after);
    let near = |index: usize| {
        let from = index.saturating_sub(CONTEXT);
        edits[from..edits.len().min(index + CONTEXT + 1)].iter().any(|edit| edit.differs())
    };
    let mut lines = Vec::new();
    let mut hidden = 0;
    for (index, edit) in edits.iter().enumerate() {
        if edit.differs() || near(index) {
            close_gap(&mut lines, &mut hidden);
            lines.push(edit.line());
        } else {
            hidden += 1;
        }
    }
    close_gap(&mut lines, &mut hidden);
    lines
}

fn close_gap(lines: &mut Vec<String>, hidden: &mut usize) {
    if *hidden > 0 {
        let what = if *hidden == 1 { "line" } else { "lines" };
        lines.push(format!("    {}", format!("… {hidden} {what} as before").dimmed()));
        *hidden = 0;
    }
}

#[derive(Clone, Copy)]
enum Edit<'a> {
    Keep(&'a str),
    Remove(&'a str),
    Add(&'a str),
}

impl Edit<'_> {
    fn differs(self) -> bool {
        !matches!(self, Self::Keep(_))
    }

    fn line(self) -> String {
        match self {
            Self::Keep(line) => format!("    {}", line.dimmed()),
            Self::Remove(line) => format!("  {} {}", "-".red(), line.red()),
            Self::Add(line) => format!("  {} {}", "+".green(), line.green()),
        }
    }
}

/// The fewest removals and additions that make one the other.
fn edits<'a>(before: &'a [String], after: &'a [String]) -> Vec<Edit<'a>> {
    let (rows, columns) = (before.len(), after.len());
    if rows.saturating_mul(columns) > LARGEST {
        let gone = before.iter().map(|line| Edit::Remove(line));
        return gone.chain(after.iter().map(|line| Edit::Add(line))).collect();
    }
    let common = common(before, after);
    let (mut row, mut column) = (0, 0);
    let mut edits = Vec::with_capacity(rows + columns);
    while row < rows && column < columns {
        if before[row] == after[column] {
            edits.push(Edit::Keep(&before[row]));
            (row, column) = (row + 1, column + 1);
        } else if common[row + 1][column] >= common[row][column + 1] {
            edits.push(Edit::Remove(&before[row]));
            row += 1;
        } else {
            edits.push(Edit::Add(&after[column]));
            column += 1;
        }
    }
    edits.extend(before[row..].iter().map(|line| Edit::Remove(line)));
    edits.extend(after[column..].iter().map(|line| Edit::Add(line)));
    edits
}

/// For each pair of places, how many lines the rests have in common.
fn common(before: &[String], after: &[String]) -> Vec<Vec<u32>> {
    let mut table = vec![vec![0; after.len() + 1]; before.len() + 1];
    for row in (0..before.len()).rev() {
        for column in (0..after.len()).rev() {
            table[row][column] = match before[row] == after[column] {
                true => table[row + 1][column + 1] + 1,
                false => table[row + 1][column].max(table[row][column + 1]),
            };
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;

    fn shown(before: Json, after: Json) -> String {
        let change = PropertyChange { path: "rules".to_owned(), before, after, replaces: false };
        anstream::adapter::strip_str(&lines(&change, 80).join("\n")).to_string()
    }

    #[test]
    fn a_short_change_is_one_line() {
        assert_eq!(shown(json!(1), json!([2])), "rules: 1 → [2]");
    }

    #[test]
    fn a_long_change_shows_the_lines_that_differ() {
        let rules = |days: u32, last: &str| {
            let rule = |number| {
                json!({ "rulePriority": number, "countNumber": days * number,
                        "description": "Images that are left over from a push that failed" })
            };
            json!([rule(1), rule(2), rule(3), { "action": { "type": last }, "untouched":
                "a description that is long enough to stand on a line of its own, I think" }])
        };
        assert_snapshot!(shown(rules(7, "expire"), rules(7, "keep")), @r#"
        rules:
            … 7 lines as before
              countNumber: 21
              description: "Images that are left over from a push that failed"
          - - action: { type: "expire" }
          + - action: { type: "keep" }
              untouched: "a description that is long enough to stand on a line of its own, I think"
        "#);
    }

    #[test]
    fn a_long_text_is_shown_whole() {
        let shown = shown(json!("a".repeat(90)), json!("b".repeat(90)));
        assert_eq!(shown.lines().count(), 3);
        assert!(shown.contains(&"a".repeat(90)) && shown.contains(&"b".repeat(90)));
    }
}
