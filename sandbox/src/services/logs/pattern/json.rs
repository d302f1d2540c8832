//! Conditions on JSON: `{ $.status >= 500 && ($.path = "/api/*" || $.user NOT EXISTS) }`.

use std::fmt;

use serde_json::Value;

use super::super::errors;
use crate::fault::Fault;
use crate::services::wildcard;

/// What must hold of an event.
#[derive(Debug, PartialEq)]
pub(in super::super) enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Compare(Selector, Comparison, Operand),
    /// `IS NULL`, `IS TRUE`, `IS FALSE`.
    Is(Selector, Value),
    Exists(Selector, bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, PartialEq)]
pub(in super::super) enum Operand {
    Number(f64),
    /// May have wildcards.
    Text(String),
}

/// A place in a document: `$.a.b[0]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Selector(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    Item(usize),
}

/// Longer signs before those that they begin with.
const COMPARISONS: &[(&str, Comparison)] = &[
    ("!=", Comparison::NotEqual),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("=", Comparison::Equal),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

impl Selector {
    /// Reads a whole text as a selector.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut parser = Parser { rest: text };
        let selector = parser.selector()?;
        if parser.rest.is_empty() { Ok(selector) } else { Err(errors::invalid_pattern()) }
    }

    /// What is at the place; none where there is no such place.
    pub fn find<'a>(&self, event: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(event, |value, step| match step {
            Step::Member(name) => value.get(name),
            Step::Item(index) => value.get(index),
        })
    }

    /// The text of what is at the place in a message.
    pub fn extract(&self, message: &str) -> Option<String> {
        let event: Value = serde_json::from_str(message).ok()?;
        self.find(&event).map(text)
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        self.0.iter().try_for_each(|step| match step {
            Step::Member(name) => write!(f, ".{name}"),
            Step::Item(index) => write!(f, "[{index}]"),
        })
    }
}

/// A value as text, strings without their quotes.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Condition {
    /// Whether it holds; what is not there satisfies no comparison.
    pub fn holds(&self, event: &Value) -> bool {
        match self {
            Self::And(left, right) => left.holds(event) && right.holds(event),
            Self::Or(left, right) => left.holds(event) || right.holds(event),
            Self::Compare(selector, comparison, operand) => {
                selector.find(event).is_some_and(|value| compare(value, *comparison, operand))
            }
            Self::Is(selector, wanted) => selector.find(event) == Some(wanted),
            Self::Exists(selector, wanted) => selector.find(event).is_some() == *wanted,
        }
    }

    /// The places that it speaks of.
    pub fn selectors(&self) -> Vec<&Selector> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.selectors().into_iter().chain(right.selectors()).collect()
            }
            Self::Compare(selector, ..) | Self::Is(selector, _) | Self::Exists(selector, _) => {
                vec![selector]
            }
        }
    }
}

fn compare(value: &Value, comparison: Comparison, operand: &Operand) -> bool {
    match operand {
        Operand::Number(wanted) => value.as_f64().is_some_and(|value| match comparison {
            Comparison::Equal => value == *wanted,
            Comparison::NotEqual => value != *wanted,
            Comparison::Less => value < *wanted,
            Comparison::LessOrEqual => value <= *wanted,
            Comparison::Greater => value > *wanted,
            Comparison::GreaterOrEqual => value >= *wanted,
        }),
        Operand::Text(wanted) => value.as_str().is_some_and(|value| {
            let is_equal = wildcard::matches(wanted, value);
            if comparison == Comparison::NotEqual { !is_equal } else { is_equal }
        }),
    }
}

/// Reads what stands between the braces.
pub(super) fn parse(text: &str) -> Result<Condition, Fault> {
    let mut parser = Parser { rest: text };
    let condition = parser.either()?;
    parser.skip_spaces();
    if parser.rest.is_empty() { Ok(condition) } else { Err(errors::invalid_pattern()) }
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, wanted: &str) -> bool {
        self.skip_spaces();
        let after = self.rest.strip_prefix(wanted);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let length = self.rest.find(|letter| !wanted(letter)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn either(&mut self) -> Result<Condition, Fault> {
        let mut condition = self.both()?;
        while self.take("||") {
            condition = Condition::Or(Box::new(condition), Box::new(self.both()?));
        }
        Ok(condition)
    }

    fn both(&mut self) -> Result<Condition, Fault> {
        let mut condition = self.single()?;
        while self.take("&&") {
            condition = Condition::And(Box::new(condition), Box::new(self.single()?));
        }
        Ok(condition)
    }

    fn single(&mut self) -> Result<Condition, Fault> {
        if self.take("(") {
            let condition = self.either()?;
            return if self.take(")") { Ok(condition) } else { Err(errors::invalid_pattern()) };
        }
        let selector = self.selector()?;
        if self.take("NOT EXISTS") {
            return Ok(Condition::Exists(selector, false));
        }
        if self.take("EXISTS") {
            return Ok(Condition::Exists(selector, true));
        }
        if self.take("IS") {
            let values = [("NULL", Value::Null), ("TRUE", true.into()), ("FALSE", false.into())];
            let found = values.into_iter().find(|(word, _)| self.take(word));
            let (_, value) = found.ok_or_else(errors::invalid_pattern)?;
            return Ok(Condition::Is(selector, value));
        }
        let found = COMPARISONS.iter().find(|(sign, _)| self.take(sign));
        let (_, comparison) = found.ok_or_else(errors::invalid_pattern)?;
        let operand = self.operand()?;
        let is_ordering = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        if is_ordering && matches!(operand, Operand::Text(_)) {
            return Err(errors::invalid_pattern());
        }
        Ok(Condition::Compare(selector, *comparison, operand))
    }

    fn selector(&mut self) -> Result<Selector, Fault> {
        let mut steps = Vec::new();
        if !self.take("$") {
            return Err(errors::invalid_pattern());
        }
        loop {
            if let Some(after) = self.rest.strip_prefix('.') {
                self.rest = after;
                let name =
                    self.take_while(|letter| letter.is_alphanumeric() || "_-@".contains(letter));
                if name.is_empty() {
                    return Err(errors::invalid_pattern());
                }
                steps.push(Step::Member(name.to_owned()));
            } else if let Some(after) = self.rest.strip_prefix('[') {
                let (inside, after) = after.split_once(']').ok_or_else(errors::invalid_pattern)?;
                self.rest = after;
                let quoted = inside.strip_prefix('\'').and_then(|name| name.strip_suffix('\''));
                steps.push(match quoted {
                    Some(name) => Step::Member(name.to_owned()),
                    None => Step::Item(inside.parse().map_err(|_| errors::invalid_pattern())?),
                });
            } else if steps.is_empty() {
                return Err(errors::invalid_pattern());
            } else {
                return Ok(Selector(steps));
            }
        }
    }

    fn operand(&mut self) -> Result<Operand, Fault> {
        if self.take("%") {
            return Err(errors::pattern_not_built());
        }
        if self.take("\"") {
            let (text, after) = self.rest.split_once('"').ok_or_else(errors::invalid_pattern)?;
            self.rest = after;
            return Ok(Operand::Text(text.to_owned()));
        }
        let word = self.take_while(|letter| !letter.is_whitespace() && !"()&|".contains(letter));
        match word.parse() {
            Ok(number) => Ok(Operand::Number(number)),
            Err(_) if word.is_empty() => Err(errors::invalid_pattern()),
            Err(_) => Ok(Operand::Text(word.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Pattern;

    const EVENT: &str = r#"{"status": 503, "path": "/api/cars", "user": null, "slow": true,
        "tags": ["a", "b"], "db": {"wait_ms": 12.5, "pool-size": 3}}"#;

    fn matches(pattern: &str) -> bool {
        Pattern::parse(pattern).unwrap().matches(EVENT)
    }

    #[test]
    fn conditions_hold_or_not() {
        for pattern in [
            "{ $.status = 503 }",
            "{$.status>=500&&$.status<600}",
            "{ $.path = \"/api/*\" }",
            "{ $.path = *cars }",
            "{ $.path != \"/health\" }",
            "{ $.user IS NULL }",
            "{ $.slow IS TRUE && $.other NOT EXISTS }",
            "{ $.tags[1] = b }",
            "{ $.db.wait_ms > 1.2e1 }",
            "{ $.db.pool-size = 3 && $['slow'] IS TRUE }",
            "{ $.status = 200 || ($.status = 503 && $.slow IS TRUE) }",
        ] {
            assert!(matches(pattern), "{pattern}");
        }
        for pattern in [
            "{ $.status = 500 }",
            "{ $.status = \"503\" }",
            "{ $.missing != 5 }",
            "{ $.tags[2] = * }",
            "{ $.slow IS FALSE }",
            "{ $.path = /API/* }",
        ] {
            assert!(!matches(pattern), "{pattern}");
        }
        assert!(!Pattern::parse("{ $.a = 1 }").unwrap().matches("no JSON"));
    }

    #[test]
    fn what_a_pattern_looks_at_can_be_had() {
        let pattern = Pattern::parse("{ $.status > 500 || $.path = x || $.none = 1 }").unwrap();
        let extracted: Vec<_> = pattern.extract(EVENT).into_iter().collect();
        let expected = [("$.path", "/api/cars"), ("$.status", "503")];
        assert_eq!(extracted, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }

    #[test]
    fn broken_and_unbuilt_patterns_are_refused() {
        for (pattern, code) in [
            ("{ $.a = 1", "InvalidParameterException"),
            ("{ a = 1 }", "InvalidParameterException"),
            ("{ $.a }", "InvalidParameterException"),
            ("{ $.a > x }", "InvalidParameterException"),
            ("{ $.a = 1 && }", "InvalidParameterException"),
            ("{ $. = 1 }", "InvalidParameterException"),
            ("{ $.a IS 5 }", "InvalidParameterException"),
            ("{ $.a = %x% }", "NotImplemented"),
            ("[ip, user]", "NotImplemented"),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap_err().code, code, "{pattern}");
        }
    }
}
