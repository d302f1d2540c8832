//! Why a request is not valid, and the error with which each service says so.

use std::fmt;

use super::Protocol;
use crate::fault::Fault;

/// Why a request cannot be handed to its operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// The body is not what the protocol asks for.
    Malformed(String),
    /// A value of another type than the model's.
    WrongType {
        /// Where: `Tags.1.Key`.
        path: Path,
        /// What was found.
        found: String,
        /// The name of the type that belongs there.
        expected: &'static str,
    },
    /// A parameter that the model does not have; only EC2 minds.
    Unknown(String),
    /// Constraints of the model that do not hold; all that were found.
    Violations(Vec<Violation>),
}

/// A constraint of the model that does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// Where.
    pub path: Path,
    /// The value as text; none when it is missing.
    pub value: Option<String>,
    /// What should hold.
    pub constraint: Constraint,
}

/// What the model demands of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Constraint {
    /// It must be there.
    Required,
    /// It must be one of these.
    OneOf(Vec<String>),
    /// It must be at least so long, or have so many items.
    AtLeastLong(f64),
    /// It must be at most so long, or have so many items.
    AtMostLong(f64),
    /// It must not be less.
    AtLeast(f64),
    /// It must not be more.
    AtMost(f64),
}

/// A place inside a request, by member names; items of lists are counted from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Path(Vec<String>);

impl Path {
    /// A place inside this one.
    #[must_use]
    pub fn join(&self, step: impl Into<String>) -> Self {
        let mut steps = self.0.clone();
        steps.push(step.into());
        Self(steps)
    }

    /// As AWS's validation writes it: `tags.1.member.key`, first letters in lower case.
    fn as_validation_writes_it(&self) -> String {
        let steps = self.0.iter().map(|step| {
            if step.bytes().all(|byte| byte.is_ascii_digit()) {
                return format!("{step}.member");
            }
            let mut letters = step.chars();
            letters
                .next()
                .map(|first| first.to_lowercase().chain(letters).collect())
                .unwrap_or_default()
        });
        steps.collect::<Vec<String>>().join(".")
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required => write!(f, "Member must not be null"),
            Self::OneOf(values) => {
                write!(f, "Member must satisfy enum value set: [{}]", values.join(", "))
            }
            Self::AtLeastLong(length) => {
                write!(f, "Member must have length greater than or equal to {length}")
            }
            Self::AtMostLong(length) => {
                write!(f, "Member must have length less than or equal to {length}")
            }
            Self::AtLeast(value) => {
                write!(f, "Member must have value greater than or equal to {value}")
            }
            Self::AtMost(value) => {
                write!(f, "Member must have value less than or equal to {value}")
            }
        }
    }
}

impl Refusal {
    /// The error that the service answers.
    pub fn fault(&self, service: &str, protocol: Protocol) -> Fault {
        match self {
            Self::Malformed(what) => malformed(protocol, what),
            Self::Unknown(name) => {
                Fault::new("UnknownParameter", format!("The parameter {name} is not recognized"))
            }
            Self::WrongType { path, found, expected } => {
                wrong_type(service, protocol, path, found, expected)
            }
            Self::Violations(violations) if speaks_of_parameters(service) => {
                violations.first().map_or_else(|| Fault::internal("no violation"), parameter_fault)
            }
            Self::Violations(violations) => {
                Fault::new(validation_code(service, protocol), validation_message(violations))
            }
        }
    }
}

/// EC2 and RDS have one error a parameter; the others validate the request as a whole.
fn speaks_of_parameters(service: &str) -> bool {
    matches!(service, "ec2" | "rds")
}

fn parameter_fault(violation: &Violation) -> Fault {
    let Violation { path, value, constraint } = violation;
    let value = value.as_deref().unwrap_or_default();
    let invalid = |rest: &str| {
        Fault::new(
            "InvalidParameterValue",
            format!("Value ({value}) for parameter {path} is invalid.{rest}"),
        )
    };
    match constraint {
        Constraint::Required => {
            Fault::new("MissingParameter", format!("The request must contain the parameter {path}"))
        }
        Constraint::OneOf(_) => invalid(""),
        Constraint::AtLeastLong(length) => {
            invalid(&format!(" Expecting a length of at least {length}."))
        }
        Constraint::AtMostLong(length) => {
            invalid(&format!(" Expecting a length of at most {length}."))
        }
        Constraint::AtLeast(least) => {
            invalid(&format!(" Expecting a value greater than or equal to {least}."))
        }
        Constraint::AtMost(most) => {
            invalid(&format!(" Expecting a value less than or equal to {most}."))
        }
    }
}

fn validation_code(service: &str, protocol: Protocol) -> &'static str {
    match (service, protocol) {
        ("ecr" | "ecs" | "logs", _) => "InvalidParameterException",
        ("apprunner", _) => "InvalidRequestException",
        ("cloudfront", _) => "InvalidArgument",
        ("securityhub", _) => "InvalidInputException",
        ("sns", _) => "InvalidParameter",
        ("wafv2", _) => "WAFInvalidParameterException",
        (_, Protocol::Query | Protocol::Ec2) => "ValidationError",
        _ => "ValidationException",
    }
}

fn validation_message(violations: &[Violation]) -> String {
    let count = violations.len();
    let plural = if count == 1 { "" } else { "s" };
    let each = violations.iter().map(|violation| {
        let value =
            violation.value.as_ref().map_or("null".to_owned(), |value| format!("'{value}'"));
        format!(
            "Value {value} at '{}' failed to satisfy constraint: {}",
            violation.path.as_validation_writes_it(),
            violation.constraint
        )
    });
    format!("{count} validation error{plural} detected: {}", each.collect::<Vec<_>>().join("; "))
}

fn malformed(protocol: Protocol, what: &str) -> Fault {
    let code = match protocol {
        Protocol::Query | Protocol::Ec2 => "MalformedQueryString",
        Protocol::RestXml => "MalformedInput",
        Protocol::Json | Protocol::RestJson | Protocol::Cbor => "SerializationException",
    };
    Fault::new(code, what)
}

fn wrong_type(
    service: &str,
    protocol: Protocol,
    path: &Path,
    found: &str,
    expected: &str,
) -> Fault {
    match protocol {
        Protocol::Ec2 => Fault::new(
            "InvalidParameterValue",
            format!("Invalid value '{found}' for {path}. Expecting a value of type {expected}."),
        ),
        Protocol::Query if speaks_of_parameters(service) => Fault::new(
            "InvalidParameterValue",
            format!("Invalid value '{found}' for {path}: {expected} expected"),
        ),
        Protocol::Query | Protocol::RestXml => Fault::new(
            "MalformedInput",
            format!("{found} at {path} cannot be converted to {expected}"),
        ),
        Protocol::Json | Protocol::RestJson | Protocol::Cbor => Fault::new(
            "SerializationException",
            format!("{found} at '{path}' can not be converted to {expected}"),
        ),
    }
}
