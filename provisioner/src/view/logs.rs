//! Log lines: for a person on a terminal, for the tools behind a pipe, and for machines.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use owo_colors::{OwoColorize, Style};
use serde_json::{Map, Value as Json, json};

use super::json;
use super::value::raw;
use crate::aws::logs::Event;

/// The longest name of a log stream that is shown whole.
const LONGEST: usize = 24;
/// How much is shown of an id.
const SHORT: usize = 8;
/// How long a name of hexadecimal digits is at least an id.
const ID: usize = 16;
/// The colours of sources, one after the other.
const SOURCES: [fn() -> Style; 6] = [
    || Style::new().cyan(),
    || Style::new().green(),
    || Style::new().magenta(),
    || Style::new().blue(),
    || Style::new().bright_cyan(),
    || Style::new().bright_magenta(),
];
/// What programs call the message of a line that is JSON.
const MESSAGES: [&str; 3] = ["message", "msg", "fields.message"];
/// What programs call how bad it is.
const LEVELS: [&str; 3] = ["level", "severity", "lvl"];
/// What a person need not be told twice, or at all.
const HIDDEN: [&str; 5] = ["timestamp", "time", "ts", "@timestamp", "target"];

/// Where a line comes from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// What writes to the group, where there are several.
    pub label: Option<&'a str>,
    /// The log group.
    pub group: &'a str,
}

/// How lines are written.
#[derive(Debug, Clone)]
pub enum Form {
    /// For a person: the local time, and lines of JSON as what they say.
    Terminal(TimeZone),
    /// For what reads a pipe: whole times, and messages as they are.
    Plain(TimeZone),
    /// One JSON object a line.
    Json,
}

/// An event as lines of text, without the last end of line.
pub fn line(form: &Form, source: Source<'_>, event: &Event) -> String {
    match form {
        Form::Terminal(zone) => terminal(zone, source, event),
        Form::Plain(zone) => {
            let time = event.time.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z");
            format!("{time} {} {}", name(source, event), event.message)
        }
        Form::Json => json::line("log", object(source, event)),
    }
}

fn object(source: Source<'_>, event: &Event) -> Json {
    json!({
        "time": event.time,
        "group": source.group,
        "stream": event.stream,
        "id": event.id,
        "message": event.message,
    })
}

fn terminal(zone: &TimeZone, source: Source<'_>, event: &Event) -> String {
    let time = time(event.time, &Timestamp::now().to_zoned(zone.clone()));
    let name = name(source, event);
    let message = match serde_json::from_str(&event.message) {
        Ok(Json::Object(fields)) => said(fields).unwrap_or_else(|| safe(&event.message)),
        _ => safe(&event.message),
    };
    format!("{} {} {message}", time.dimmed(), name.style(color(&name)))
}

/// The time of day, behind the day where it is not today.
fn time(time: Timestamp, now: &jiff::Zoned) -> String {
    let time = time.to_zoned(now.time_zone().clone());
    let form = if time.date() == now.date() { "%H:%M:%S%.3f" } else { "%b %d %H:%M:%S%.3f" };
    time.strftime(form).to_string()
}

/// What wrote it, in short: `instance/5f2c0a9b…` is `5f2c0a9b`.
fn name(source: Source<'_>, event: &Event) -> String {
    let stream = event.stream.rsplit('/').next().unwrap_or_default();
    let is_id = stream.len() >= ID && stream.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let short: String = stream.chars().take(if is_id { SHORT } else { LONGEST }).collect();
    match source.label {
        Some(label) => format!("{label}/{}", super::value::clean(&short)),
        None => super::value::clean(&short),
    }
}

/// A colour that a name has in every run.
fn color(name: &str) -> Style {
    let sum: usize = name.bytes().map(usize::from).sum();
    SOURCES[sum % SOURCES.len()]()
}

/// What a line of JSON says, where it has a message: how bad, what, and all else as `name=value`.
fn said(mut fields: Map<String, Json>) -> Option<String> {
    if let Some(Json::Object(inner)) = fields.remove("fields") {
        fields.extend(inner);
    }
    let message = MESSAGES.iter().find_map(|name| fields.remove(*name))?;
    let level = LEVELS.iter().find_map(|name| fields.remove(*name));
    let rest = fields.iter().filter(|(name, _)| !HIDDEN.contains(&name.as_str()));
    let rest = rest.map(|(name, value)| {
        format!(" {}{}", format!("{}=", safe(name)).dimmed(), safe(&raw(value)))
    });
    let level = level.map(|level| leveled(&safe(&raw(&level)))).unwrap_or_default();
    Some(format!("{level}{}{}", safe(&raw(&message)), rest.collect::<String>()))
}

fn leveled(level: &str) -> String {
    let style = match level.to_ascii_lowercase().as_str() {
        "error" | "fatal" | "critical" => Style::new().red().bold(),
        "warn" | "warning" => Style::new().yellow().bold(),
        "info" => Style::new().green(),
        _ => Style::new().dimmed(),
    };
    format!("{} ", format!("{level:<5}").style(style))
}

/// Text that can do nothing to a terminal: who sends requests has a say in what is logged. Lines
/// after the first are indented.
fn safe(text: &str) -> String {
    let shown = |c: char| if c.is_control() && c != '\t' { '\u{fffd}' } else { c };
    let plain = without_styles(text);
    let lines = plain.lines().map(|line| line.chars().map(shown).collect::<String>());
    lines.collect::<Vec<_>>().join("\n    ")
}

/// The text without what colours it or moves the cursor, `ESC [ 3 1 m`. Other sequences go on until
/// their end, or that of the text: they would hide what stands behind them.
fn without_styles(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |shown, part| {
        let end = part.trim_start_matches(|c| ('\u{20}'..='\u{3f}').contains(&c));
        shown + end.strip_prefix(|c| ('\u{40}'..='\u{7e}').contains(&c)).unwrap_or(end)
    })
}

#[cfg(test)]
mod tests {
    use console::strip_ansi_codes;

    use super::*;

    const SOURCE: Source<'_> = Source { label: None, group: "/aws/apprunner/api/1/application" };

    fn event(stream: &str, message: &str) -> Event {
        Event {
            time: "2026-11-23T14:05:06.789Z".parse().unwrap(),
            stream: stream.to_owned(),
            id: "1".to_owned(),
            message: message.to_owned(),
        }
    }

    fn shown(message: &str) -> String {
        let text = line(&Form::Terminal(TimeZone::UTC), SOURCE, &event("events", message));
        let text = strip_ansi_codes(&text).into_owned();
        text.split_once(" events ").unwrap().1.to_owned()
    }

    #[test]
    fn a_line_of_json_is_shown_as_what_it_says() {
        let line = r#"{"timestamp":"2026-11-23T14:05:06Z","level":"WARN","message":"slow","target":"app::http","path":"/cars","ms":812}"#;
        assert_eq!(shown(line), "WARN  slow path=/cars ms=812");
        let nested = r#"{"level":"INFO","fields":{"message":"ready","port":8080}}"#;
        assert_eq!(shown(nested), "INFO  ready port=8080");
    }

    #[test]
    fn all_else_is_shown_as_it_is() {
        for line in ["plain", r#"{"action":"BLOCK"}"#, "[1]", "{\"half\":"] {
            assert_eq!(shown(line), line);
        }
    }

    #[test]
    fn what_is_logged_does_nothing_to_a_terminal() {
        assert_eq!(
            shown("\u{1b}[31mred\u{1b}[0m\u{7} \u{1b}]0;title"),
            "red\u{fffd} \u{fffd}]0;title"
        );
        assert_eq!(shown("first\n  second"), "first\n      second");
        let line = r#"{"message":"GET \u001b[2J/"}"#;
        assert_eq!(shown(line), "GET /");
    }

    #[test]
    fn a_pipe_gets_whole_times_and_messages_as_they_are() {
        let form = Form::Plain(TimeZone::fixed(jiff::tz::offset(2)));
        let event = event("instance/0123456789abcdef0123456789abcdef", r#"{"message":"ready"}"#);
        assert_eq!(
            line(&form, SOURCE, &event),
            r#"2026-11-23T16:05:06.789+02:00 01234567 {"message":"ready"}"#
        );
        let labelled = Source { label: Some("main.service"), ..SOURCE };
        assert!(line(&form, labelled, &event).contains(" main.service/01234567 {"));
    }

    #[test]
    fn the_day_is_shown_where_it_is_another() {
        let now: jiff::Zoned = "2026-11-23T15:00:00+00:00[UTC]".parse().unwrap();
        assert_eq!(time("2026-11-23T14:05:06.7Z".parse().unwrap(), &now), "14:05:06.700");
        assert_eq!(time("2026-11-22T14:05:06Z".parse().unwrap(), &now), "Nov 22 14:05:06.000");
    }
}
