//! What somebody changed by hand, as text.

use std::fmt::Write;

use owo_colors::OwoColorize;

use super::change;
use super::value::{count, flow};
use crate::engine::drift::Drift;

/// The drift for a terminal of this width.
pub fn text(drifted: &[Drift], total: usize, width: usize) -> String {
    let mut out = String::new();
    for drift in drifted {
        let sign = if drift.gone { "-".red().to_string() } else { "~".yellow().to_string() };
        let what = if drift.gone { "is gone from AWS" } else { "" };
        let words = [
            format!("{sign} {}", drift.address.bold()),
            drift.kind.dimmed().to_string(),
            drift.id.dimmed().to_string(),
            what.to_owned(),
        ];
        for line in flow(&words, width, 4) {
            let _ = writeln!(out, "{line}");
        }
        for line in drift.changes.iter().flat_map(|change| change::lines(change, width - 4)) {
            let _ = writeln!(out, "    {line}");
        }
        for (key, value) in &drift.tags.set {
            let _ = writeln!(out, "    tag {key}: {value:?} was changed or removed");
        }
    }
    let _ = match drifted.len() {
        0 => write!(out, "{}, all as they were left", count(total, "object")),
        changed => {
            let hint = "`provision plan` shows what `up` would put back";
            let line = format!("{changed} of {} changed by hand", count(total, "object"));
            write!(out, "\n{}\n  {} {hint}", line.bold(), "hint:".cyan().bold())
        }
    };
    out
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;
    use crate::engine::diff::PropertyChange;
    use crate::resource::{Id, TagChange};

    fn drift(address: &str) -> Drift {
        Drift {
            address: address.parse().unwrap(),
            kind: "ec2.vpc".to_owned(),
            id: Id::from("vpc-1"),
            gone: false,
            changes: Vec::new(),
            tags: TagChange::default(),
        }
    }

    #[test]
    fn what_is_gone_and_what_differs() {
        let mut changed = drift("network.vpc");
        changed.changes.push(PropertyChange {
            path: "enable_dns_support".to_owned(),
            before: json!(true),
            after: json!(false),
            replaces: false,
        });
        changed.tags.set.insert("owner".to_owned(), "data".to_owned());
        let gone = Drift { gone: true, ..drift("network.eip") };
        assert_snapshot!(strip_str(&text(&[gone, changed], 9, 80)), @r#"
        - network.eip ec2.vpc vpc-1 is gone from AWS
        ~ network.vpc ec2.vpc vpc-1
            enable_dns_support: true → false
            tag owner: "data" was changed or removed

        2 of 9 objects changed by hand
          hint: `provision plan` shows what `up` would put back
        "#);
    }

    #[test]
    fn nothing() {
        assert_eq!(text(&[], 1, 80), "1 object, all as they were left");
    }
}
