//! What was shipped, as a table, the newest first.

use std::fmt::Write;

use serde_json::Value as Json;

use crate::state::Release;

/// How much of a commit and of a tag is shown.
const SHORT: usize = 12;

/// The table.
pub fn text(releases: &[&Release]) -> String {
    let rows: Vec<[String; 6]> = releases.iter().rev().map(|release| row(release)).collect();
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            // Writing to a string does not fail.
            let _ = write!(line, "{cell:<width$}  ");
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text.trim_end().to_owned()
}

fn row(release: &Release) -> [String; 6] {
    let outcome = match release.back_to {
        Some(number) => format!("{}, back to {number}", release.outcome.word()),
        None => release.outcome.word().to_owned(),
    };
    let commit = release.commit.as_deref().map_or_else(|| "no commit".to_owned(), short_commit);
    [
        format!("{} {}", release.stack, release.number),
        release.at.strftime("%Y-%m-%d %H:%M").to_string(),
        release.by.clone(),
        commit,
        what(release),
        outcome,
    ]
}

fn short_commit(commit: &str) -> String {
    let differs = if commit.ends_with('+') { "+" } else { "" };
    let short: String = commit.trim_end_matches('+').chars().take(SHORT).collect();
    format!("{short}{differs}")
}

/// The names of what was shipped.
fn what(release: &Release) -> String {
    let names = release.objects.values().filter_map(|properties| {
        let name = properties.as_object()?.values().find_map(Json::as_str)?;
        Some(name.chars().take(SHORT).collect::<String>())
    });
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::state::Outcome;

    #[test]
    fn the_newest_is_first() {
        let release = |number, commit: Option<&str>, outcome, back_to| Release {
            number,
            stack: "api".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            by: "ada on laptop".to_owned(),
            commit: commit.map(str::to_owned),
            objects: [(
                "api.image.image".parse().unwrap(),
                json!({ "tag": "5f2c0a9b8c7d6e5f4a3b", "recipe": null }),
            )]
            .into(),
            migrations: std::collections::BTreeMap::new(),
            outcome,
            back_to,
        };
        let one = release(1, Some("0123456789abcdef0123+"), Outcome::Done, None);
        let two = release(2, None, Outcome::Failed, Some(1));
        insta::assert_snapshot!(text(&[&one, &two]), @"
        api 2  1970-01-01 00:00  ada on laptop  no commit      5f2c0a9b8c7d  failed, back to 1
        api 1  1970-01-01 00:00  ada on laptop  0123456789ab+  5f2c0a9b8c7d  done
        ");
    }
}
