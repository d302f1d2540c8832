//! Values, durations and counts as a person reads them. Nothing that a value holds is left out.

use std::time::Duration;

use console::measure_text_width;
use serde_json::{Map, Value as Json};

use crate::unknown;

/// What fits in a line of a block.
const FITS: usize = 76;

/// A value in one line, whole. What only AWS can tell is shown as where it will come from.
pub fn inline(value: &Json) -> String {
    if let Some(origin) = unknown::origin(value) {
        return format!("‹{origin}›");
    }
    match value {
        Json::String(text) => format!("{text:?}"),
        Json::Array(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        Json::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Json::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}: {}", inline(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Json::Null => "(none)".to_owned(),
        other => other.to_string(),
    }
}

/// A value in as many lines as it takes to read it, in the manner of YAML. Text that is a JSON
/// document is shown as what it says.
pub fn block(value: &Json) -> Vec<String> {
    if let Some(document) = document(value) {
        return block(&document);
    }
    match value {
        Json::Object(fields) if unknown::origin(value).is_none() && !fields.is_empty() => {
            map_block(fields)
        }
        Json::Array(items) if !items.is_empty() => items.iter().flat_map(item_block).collect(),
        Json::String(text) if text.trim_end().contains('\n') => {
            let lines = text.lines().map(|line| format!("  {}", clean(line)));
            std::iter::once("|".to_owned()).chain(lines).collect()
        }
        _ => vec![inline(value)],
    }
}

fn map_block(fields: &Map<String, Json>) -> Vec<String> {
    fields.iter().flat_map(|(name, value)| named(name, value, FITS)).collect()
}

/// A value in one line where that fits, else in a block.
pub fn lines_of(value: &Json, width: usize) -> Vec<String> {
    let line = inline(value);
    if fits(value, &line, width) { vec![line] } else { block(value) }
}

/// `name: value` where it fits, else the value's lines below the name.
pub fn named(name: &str, value: &Json, width: usize) -> Vec<String> {
    let line = format!("{name}: {}", inline(value));
    let lines = match fits(value, &line, width) {
        true => return vec![line],
        false => block(value),
    };
    match lines.as_slice() {
        [only] => vec![format!("{name}: {only}")],
        _ => std::iter::once(format!("{name}:"))
            .chain(lines.iter().map(|line| format!("  {line}")))
            .collect(),
    }
}

fn item_block(item: &Json) -> Vec<String> {
    let mark = |(index, line): (usize, String)| match index {
        0 => format!("- {line}"),
        _ => format!("  {line}"),
    };
    lines_of(item, FITS).into_iter().enumerate().map(mark).collect()
}

fn fits(value: &Json, line: &str, width: usize) -> bool {
    let one_line = document(value).is_none()
        && value.as_str().is_none_or(|text| !text.trim_end().contains('\n'));
    one_line && line.chars().count() <= width
}

/// The document that a text is, if it is JSON: a policy, a rule.
fn document(value: &Json) -> Option<Json> {
    let text = value.as_str().filter(|text| text.starts_with(['{', '[']))?;
    let document: Json = serde_json::from_str(text).ok()?;
    (document.is_object() || document.is_array()).then_some(document)
}

/// An output as a script wants it: text without quotes, anything else as JSON.
pub fn raw(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Text from outside without what could drive a terminal.
pub fn clean(text: &str) -> String {
    let shown = |c: char| match c {
        '\t' | '\n' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(shown).collect()
}

/// `0.4s`, `12s`, `3m05s`, `2h03m`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match time.as_secs() {
        0..=9 => format!("{seconds:.1}s"),
        10..=59 => format!("{}s", time.as_secs()),
        whole @ 60..=3599 => format!("{}m{:02}s", whole / 60, whole % 60),
        whole => format!("{}h{:02}m", whole / 3600, whole / 60 % 60),
    }
}

/// `3 ms`, `1,240 ms`: for what is compared rather than waited for.
pub fn milliseconds(time: Duration) -> String {
    let digits = time.as_millis().to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    format!("{} ms", groups.join(","))
}

/// `1 object`, `2 objects`.
pub fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// Text in lines of a bearable width.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Styled words in lines of this width: what does not fit goes to the next one, that far in.
pub fn flow(words: &[String], width: usize, indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.iter().filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if measure_text_width(line) + 1 + measure_text_width(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(line) => {
                line.truncate(line.trim_end().len());
                lines.push(format!("{:indent$}{word}", ""));
            }
            None => lines.push(word.clone()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;

    #[test]
    fn values_in_one_line() {
        assert_eq!(inline(&json!({ "a": [1, "x"] })), r#"{ a: [1, "x"] }"#);
        assert_eq!(inline(&unknown::marker("a.b.id")), "‹a.b.id›");
        assert_eq!(inline(&json!("x".repeat(2000))).len(), 2002);
        assert_eq!(inline(&json!("\u{1b}[31m")), r#""\u{1b}[31m""#);
    }

    #[test]
    fn a_policy_takes_the_lines_that_it_needs() {
        let policy = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups"],
                "Resource": [unknown::marker("network.main.flow_log_group.arn")],
            }],
        });
        let shown = named("policy", &policy, 72).join("\n");
        assert_snapshot!(shown, @r#"
        policy:
          Version: "2012-10-17"
          Statement:
            - Effect: "Allow"
              Action:
                - "logs:CreateLogStream"
                - "logs:PutLogEvents"
                - "logs:DescribeLogGroups"
              Resource: [‹network.main.flow_log_group.arn›]
        "#);
        let text = json!(policy["Statement"][0]["Action"].to_string());
        assert_snapshot!(named("actions", &text, 72).join("\n"), @r#"
        actions:
          - "logs:CreateLogStream"
          - "logs:PutLogEvents"
          - "logs:DescribeLogGroups"
        "#);
    }

    #[test]
    fn durations_for_people() {
        let shown = [0.44, 12.6, 59.9, 185.0, 7400.0]
            .map(|seconds| duration(Duration::from_secs_f64(seconds)));
        assert_eq!(shown, ["0.4s", "12s", "59s", "3m05s", "2h03m"]);
        let compared =
            [0, 999, 1_240, 61_234_567].map(|it| milliseconds(Duration::from_millis(it)));
        assert_eq!(compared, ["0 ms", "999 ms", "1,240 ms", "61,234,567 ms"]);
    }

    #[test]
    fn what_does_not_fit_goes_to_the_next_line() {
        let words = ["- delete", "\u{1b}[2mec2.vpc\u{1b}[0m", "", "vpc-1"].map(str::to_owned);
        assert_eq!(flow(&words, 80, 4).len(), 1);
        assert_snapshot!(anstream::adapter::strip_str(&flow(&words, 16, 4).join("\n")), @"
        - delete ec2.vpc
            vpc-1
        ");
    }

    #[test]
    fn what_could_drive_a_terminal_is_taken_out() {
        assert_eq!(clean("a\u{1b}[2Jb\nc"), "a\u{fffd}[2Jb c");
    }
}
