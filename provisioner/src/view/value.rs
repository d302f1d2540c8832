//! Values and durations as a person reads them.

use std::time::Duration;

use serde_json::Value as Json;

use crate::unknown;

/// The longest text that is shown whole.
const LONGEST: usize = 100;

/// A value in one line.
pub fn inline(value: &Json) -> String {
    if unknown::origin(value).is_some() {
        return "(known after apply)".to_owned();
    }
    match value {
        Json::String(text) => quoted(text),
        Json::Array(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        Json::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}: {}", inline(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Json::Null => "(none)".to_owned(),
        other => other.to_string(),
    }
}

/// An output as a script wants it: text without quotes, anything else as JSON.
pub fn raw(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(LONGEST).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    format!("{shown:?}{more}")
}

/// `0.4s`, `12s`, `3m05s`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match time.as_secs() {
        0..=9 => format!("{seconds:.1}s"),
        10..=59 => format!("{seconds:.0}s"),
        whole => format!("{}m{:02}s", whole / 60, whole % 60),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_in_one_line() {
        assert_eq!(inline(&json!({ "a": [1, "x"] })), r#"{ a: [1, "x"] }"#);
        assert_eq!(inline(&unknown::marker("a.b.id")), "(known after apply)");
        assert!(inline(&json!("x".repeat(200))).ends_with('…'));
    }

    #[test]
    fn durations_for_people() {
        let shown = [0.44, 12.6, 185.0].map(|s| duration(Duration::from_secs_f64(s)));
        assert_eq!(shown, ["0.4s", "13s", "3m05s"]);
    }
}
