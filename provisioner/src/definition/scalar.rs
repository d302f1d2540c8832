//! What a plain YAML scalar means: the core schema of YAML 1.2, in which `no` and `on` are text.

use serde_json::Number;

use crate::value::Node;

/// Why a plain scalar means nothing that can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScalarError {
    /// A number that begins with a zero, such as an account's id.
    #[error("is a number that begins with a zero, which reading it would drop")]
    LeadingZero,
    /// A number that doesn't fit.
    #[error("is a number that does not fit into 64 bits")]
    TooLarge,
    /// `.inf` or `.nan`.
    #[error("is no number that AWS could be sent")]
    NotFinite,
}

/// The meaning of an unquoted scalar.
///
/// # Errors
/// When it is a number by YAML's rules, but none that can be kept as it is written.
pub fn plain(text: &str) -> Result<Node, ScalarError> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Node::Null),
        "true" | "True" | "TRUE" => return Ok(Node::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Node::Bool(false)),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return Ok(Node::String(text.to_owned()));
    }
    Ok(number(text)?.map_or_else(|| Node::String(text.to_owned()), Node::Number))
}

fn number(text: &str) -> Result<Option<Number>, ScalarError> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && !digits.is_empty()
            && digits.chars().all(|c| c.is_digit(radix))
        {
            let number = u64::from_str_radix(digits, radix).map_err(|_| ScalarError::TooLarge)?;
            return Ok(Some(number.into()));
        }
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(ScalarError::NotFinite);
    }
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return integer(text, unsigned).map(Some);
    }
    if !is_float(unsigned) {
        return Ok(None);
    }
    let float: f64 = text.parse().map_err(|_| ScalarError::TooLarge)?;
    Number::from_f64(float).map(Some).ok_or(ScalarError::TooLarge)
}

fn integer(text: &str, digits: &str) -> Result<Number, ScalarError> {
    if digits.len() > 1 && digits.starts_with('0') {
        return Err(ScalarError::LeadingZero);
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    match (text.parse::<u64>(), text.parse::<i64>()) {
        (Ok(number), _) => Ok(number.into()),
        (_, Ok(number)) => Ok(number.into()),
        _ => Err(ScalarError::TooLarge),
    }
}

/// `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent_fits
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_core_schema() {
        for (text, number) in [
            ("0", json!(0)),
            ("-7", json!(-7)),
            ("+7", json!(7)),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("1.5", json!(1.5)),
            (".5", json!(0.5)),
            ("1.", json!(1.0)),
            ("1e3", json!(1000.0)),
            ("-2.5E-1", json!(-0.25)),
            ("18446744073709551615", json!(u64::MAX)),
            ("-9223372036854775808", json!(i64::MIN)),
        ] {
            let Node::Number(found) = plain(text).unwrap() else { panic!("{text} is a number") };
            assert_eq!(json!(found), number, "{text}");
        }
        assert_eq!(plain("~"), Ok(Node::Null));
        assert_eq!(plain("True"), Ok(Node::Bool(true)));
    }

    #[test]
    fn what_only_looks_like_a_value_is_text() {
        for text in [
            "no",
            "No",
            "on",
            "yes",
            "off",
            "y",
            "n",
            "1_000",
            "12:30:45",
            "1.2.3",
            "10.0.0.0/16",
            "-",
            ".",
            "+",
            "0b1",
            "0xZZ",
            "1e",
            "e3",
            "nul",
            "tRue",
            "-.e1",
            "2024-01-01",
            "0x",
        ] {
            assert_eq!(plain(text), Ok(Node::String(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_number_that_would_change_is_refused() {
        assert_eq!(plain("012345678901"), Err(ScalarError::LeadingZero));
        assert_eq!(plain("-007"), Err(ScalarError::LeadingZero));
        assert_eq!(plain("18446744073709551616"), Err(ScalarError::TooLarge));
        assert_eq!(plain("1e999"), Err(ScalarError::TooLarge));
        assert_eq!(plain("-.inf"), Err(ScalarError::NotFinite));
        assert_eq!(plain(".nan"), Err(ScalarError::NotFinite));
    }
}
