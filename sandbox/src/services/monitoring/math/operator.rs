//! Operators between numbers and time series.

use super::{Outcome, Points, Problem};

/// What stands between two operands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operator {
    pub sign: &'static str,
    /// What binds more strongly comes first.
    pub strength: u8,
    compute: fn(f64, f64) -> f64,
}

impl PartialEq for Operator {
    fn eq(&self, other: &Self) -> bool {
        self.sign == other.sign
    }
}

/// The strength of `^`.
pub(super) const POWER: u8 = 5;

pub(super) const MINUS: Operator = operator("-", 3, |a, b| a - b);

/// A sign that begins another comes after it.
const OPERATORS: &[Operator] = &[
    operator("&&", 1, and),
    operator("AND", 1, and),
    operator("||", 0, or),
    operator("OR", 0, or),
    operator(">=", 2, |a, b| truth(a >= b)),
    operator("<=", 2, |a, b| truth(a <= b)),
    operator("==", 2, |a, b| truth(a == b)),
    operator("!=", 2, |a, b| truth(a != b)),
    operator(">", 2, |a, b| truth(a > b)),
    operator("<", 2, |a, b| truth(a < b)),
    operator("+", 3, |a, b| a + b),
    MINUS,
    operator("*", 4, |a, b| a * b),
    operator("/", 4, |a, b| a / b),
    operator("^", POWER, f64::powf),
];

const fn operator(sign: &'static str, strength: u8, compute: fn(f64, f64) -> f64) -> Operator {
    Operator { sign, strength, compute }
}

fn truth(is_true: bool) -> f64 {
    if is_true { 1.0 } else { 0.0 }
}

fn and(a: f64, b: f64) -> f64 {
    truth(a != 0.0 && b != 0.0)
}

fn or(a: f64, b: f64) -> f64 {
    truth(a != 0.0 || b != 0.0)
}

impl Operator {
    /// The operator that a text begins with.
    pub fn first_of(text: &str) -> Option<Self> {
        OPERATORS.iter().find(|operator| text.starts_with(operator.sign)).copied()
    }
}

/// Applies an operator period by period; where an operand has no value, or the result is none, the
/// period has none.
pub(super) fn apply(operator: Operator, left: Outcome, right: Outcome) -> Result<Outcome, Problem> {
    let compute = operator.compute;
    Ok(match (left, right) {
        (Outcome::Scalar(a), Outcome::Scalar(b)) => Outcome::Scalar(compute(a, b)),
        (Outcome::Series(a), Outcome::Scalar(b)) => Outcome::Series(each(a, |a| compute(a, b))),
        (Outcome::Scalar(a), Outcome::Series(b)) => Outcome::Series(each(b, |b| compute(a, b))),
        (Outcome::Series(a), Outcome::Series(b)) => Outcome::Series(both(&a, &b, compute)),
        (Outcome::Many(series), Outcome::Scalar(b)) => {
            Outcome::Many(series.into_iter().map(|a| each(a, |a| compute(a, b))).collect())
        }
        (Outcome::Scalar(a), Outcome::Many(series)) => {
            Outcome::Many(series.into_iter().map(|b| each(b, |b| compute(a, b))).collect())
        }
        (Outcome::Many(series), Outcome::Series(b)) => {
            Outcome::Many(series.iter().map(|a| both(a, &b, compute)).collect())
        }
        (Outcome::Series(a), Outcome::Many(series)) => {
            Outcome::Many(series.iter().map(|b| both(&a, b, compute)).collect())
        }
        (Outcome::Many(_), Outcome::Many(_)) => return Err(Problem::Operands(operator.sign)),
    })
}

/// Computes something of every value.
pub(super) fn each(points: Points, compute: impl Fn(f64) -> f64) -> Points {
    let computed = points.into_iter().map(|(at, value)| (at, compute(value)));
    computed.filter(|(_, value)| value.is_finite()).collect()
}

fn both(left: &Points, right: &Points, compute: fn(f64, f64) -> f64) -> Points {
    let common = left.iter().filter_map(|(at, a)| Some((*at, compute(*a, *right.get(at)?))));
    common.filter(|(_, value)| value.is_finite()).collect()
}
