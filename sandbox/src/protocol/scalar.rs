//! Scalars between text and values: numbers, booleans, moments and bytes.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::{Number, Value};

use super::model::{Kind, Reference, Shape};

/// How a moment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampFormat {
    /// `2026-01-31T12:00:00Z`, with milliseconds where there are any.
    Iso8601,
    /// Seconds since 1970.
    Unix,
    /// `Sat, 31 Jan 2026 12:00:00 GMT`.
    Rfc822,
}

impl TimestampFormat {
    /// The format of one member: its own, its shape's, or else the protocol's.
    pub fn of(reference: &Reference, shape: &Shape, otherwise: Self) -> Self {
        match reference.timestamp_format.as_deref().or(shape.timestamp_format.as_deref()) {
            Some("iso8601") => Self::Iso8601,
            Some("unixTimestamp") => Self::Unix,
            Some("rfc822") => Self::Rfc822,
            _ => otherwise,
        }
    }
}

/// The name of a kind in an error message.
pub fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Structure => "Structure",
        Kind::List => "List",
        Kind::Map => "Map",
        Kind::String | Kind::Character => "String",
        Kind::Boolean => "Boolean",
        Kind::Byte => "Byte",
        Kind::Short => "Short",
        Kind::Integer => "Integer",
        Kind::Long => "Long",
        Kind::Float => "Float",
        Kind::Double => "Double",
        Kind::Timestamp => "Timestamp",
        Kind::Blob => "Blob",
    }
}

/// A scalar from the text of a form, a header or an XML element; none when it is not of the kind.
pub fn parse(kind: Kind, text: &str, format: TimestampFormat) -> Option<Value> {
    match kind {
        Kind::Structure | Kind::List | Kind::Map => None,
        Kind::String | Kind::Character => Some(Value::from(text)),
        Kind::Boolean => boolean(text).map(Value::from),
        Kind::Byte | Kind::Short | Kind::Integer | Kind::Long => {
            text.trim().parse().ok().filter(|number| fits(kind, *number)).map(Value::from)
        }
        Kind::Float | Kind::Double if is_special(text) => Some(Value::from(text)),
        Kind::Float | Kind::Double => {
            text.trim().parse().ok().and_then(Number::from_f64).map(Value::Number)
        }
        Kind::Timestamp => {
            moment(text.trim(), format).map(|moment| Value::from(moment.to_string()))
        }
        Kind::Blob => BASE64_STANDARD.decode(text.trim()).ok().map(|_| Value::from(text.trim())),
    }
}

/// The numbers that JSON cannot write, which stand as text in values.
pub fn is_special(text: &str) -> bool {
    matches!(text, "NaN" | "Infinity" | "-Infinity")
}

fn boolean(text: &str) -> Option<bool> {
    match text.trim() {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Whether a whole number is in the range of its kind.
pub fn fits(kind: Kind, number: i64) -> bool {
    match kind {
        Kind::Byte => i8::try_from(number).is_ok(),
        Kind::Short => i16::try_from(number).is_ok(),
        Kind::Integer => i32::try_from(number).is_ok(),
        _ => true,
    }
}

fn moment(text: &str, format: TimestampFormat) -> Option<Timestamp> {
    match format {
        TimestampFormat::Unix => text.parse().ok().and_then(from_seconds),
        TimestampFormat::Rfc822 => {
            rfc2822::DateTimeParser::new().parse_timestamp(text).ok().or_else(|| text.parse().ok())
        }
        TimestampFormat::Iso8601 => {
            text.parse().ok().or_else(|| text.parse().ok().and_then(from_seconds))
        }
    }
}

/// A moment from seconds since 1970, to the microsecond; none when it is out of range.
pub fn from_seconds(seconds: f64) -> Option<Timestamp> {
    let microseconds = (seconds * 1e6).round();
    let in_range = microseconds.is_finite() && microseconds.abs() < 9e18;
    in_range.then(|| Timestamp::from_microsecond(microseconds as i64).ok()).flatten()
}

/// A moment as JSON and CBOR have it: seconds, with a fraction where there is one.
pub fn seconds(moment: Timestamp) -> Number {
    let milliseconds = moment.as_millisecond();
    if milliseconds % 1000 == 0 {
        return Number::from(milliseconds / 1000);
    }
    Number::from_f64(milliseconds as f64 / 1000.0).unwrap_or_else(|| Number::from(0))
}

/// A moment as text.
pub fn print_moment(moment: Timestamp, format: TimestampFormat) -> String {
    match format {
        TimestampFormat::Unix => seconds(moment).to_string(),
        TimestampFormat::Rfc822 => rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&moment)
            .unwrap_or_else(|_| moment.to_string()),
        TimestampFormat::Iso8601 if moment.as_millisecond() % 1000 == 0 => {
            moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
        }
        TimestampFormat::Iso8601 => moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
    }
}

/// A scalar as the text of an XML element or a header. Values have been checked against the shape.
pub fn print(kind: Kind, value: &Value, format: TimestampFormat) -> String {
    match (kind, value) {
        (Kind::Timestamp, Value::String(text)) => {
            text.parse().map_or_else(|_| text.clone(), |moment| print_moment(moment, format))
        }
        _ => text(value),
    }
}

/// A value as text, strings without quotes.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// Whether a value is a scalar of the kind, in the form in which operations hand it over.
pub fn is(kind: Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::String | Kind::Character, Value::String(_))
        | (Kind::Boolean, Value::Bool(_))
        | (Kind::Float | Kind::Double, Value::Number(_)) => true,
        (Kind::Byte | Kind::Short | Kind::Integer | Kind::Long, Value::Number(number)) => {
            number.as_i64().is_some_and(|number| fits(kind, number))
        }
        (Kind::Float | Kind::Double, Value::String(text)) => is_special(text),
        (Kind::Timestamp, Value::String(text)) => text.parse::<Timestamp>().is_ok(),
        (Kind::Blob, Value::String(text)) => BASE64_STANDARD.decode(text).is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_every_format() {
        for format in [TimestampFormat::Iso8601, TimestampFormat::Unix, TimestampFormat::Rfc822] {
            let value = Value::from("2026-01-31T12:00:07Z");
            let text = print(Kind::Timestamp, &value, format);
            assert_eq!(parse(Kind::Timestamp, &text, format), Some(value), "{text}");
        }
    }

    #[test]
    fn milliseconds_are_written_where_there_are_any() {
        let print = |text: &str, format| print(Kind::Timestamp, &Value::from(text), format);
        assert_eq!(
            print("2026-01-31T12:00:07.25Z", TimestampFormat::Iso8601),
            "2026-01-31T12:00:07.250Z"
        );
        assert_eq!(print("2026-01-31T12:00:07.25Z", TimestampFormat::Unix), "1769860807.25");
        assert_eq!(
            print("2026-01-31T12:00:07Z", TimestampFormat::Rfc822),
            "Sat, 31 Jan 2026 12:00:07 GMT"
        );
    }

    #[test]
    fn numbers_out_of_range_and_words_for_booleans_are_refused() {
        let parse = |kind, text| parse(kind, text, TimestampFormat::Iso8601);
        assert_eq!(parse(Kind::Integer, "2147483648"), None);
        assert_eq!(parse(Kind::Long, "2147483648"), Some(Value::from(2_147_483_648_i64)));
        assert_eq!(parse(Kind::Boolean, "yes"), None);
        assert_eq!(parse(Kind::Boolean, "True"), Some(Value::from(true)));
        assert_eq!(parse(Kind::Blob, "not base64!"), None);
        assert_eq!(parse(Kind::Timestamp, "yesterday"), None);
    }
}
