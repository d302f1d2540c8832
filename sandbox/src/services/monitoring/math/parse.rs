//! The grammar of expressions.

use super::operator::Operator;
use super::{Problem, function};

/// An expression as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Number(f64),
    /// In quotes.
    Text(String),
    /// Another query's id, or a word that a function knows.
    Name(String),
    List(Vec<Expression>),
    Negative(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    Call(String, Vec<Expression>),
}

/// Reads an expression.
///
/// # Errors
/// Where it stops being one.
pub(super) fn parse(text: &str) -> Result<Expression, Problem> {
    let mut parser = Parser { text, at: 0 };
    let expression = parser.binary(0)?;
    parser.skip_spaces();
    if parser.rest().is_empty() { Ok(expression) } else { Err(Problem::Syntax(parser.at)) }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip_spaces(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Goes past a text if it comes next.
    fn take(&mut self, wanted: &str) -> bool {
        self.skip_spaces();
        let is_next = self.rest().starts_with(wanted);
        if is_next {
            self.at += wanted.len();
        }
        is_next
    }

    fn expect(&mut self, wanted: &str) -> Result<(), Problem> {
        if self.take(wanted) { Ok(()) } else { Err(Problem::Syntax(self.at)) }
    }

    /// The longest text whose letters all satisfy something.
    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let rest = self.rest();
        let length = rest.find(|letter| !wanted(letter)).unwrap_or(rest.len());
        let taken = rest[..length].to_owned();
        self.at += length;
        taken
    }

    /// Operators that bind at least as strongly as `least`.
    fn binary(&mut self, least: u8) -> Result<Expression, Problem> {
        let mut left = self.unary()?;
        while let Some(operator) = self.operator(least) {
            let right = self.binary(operator.strength + 1)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn operator(&mut self, least: u8) -> Option<Operator> {
        self.skip_spaces();
        let found = Operator::first_of(self.rest()).filter(|found| found.strength >= least)?;
        self.at += found.sign.len();
        Some(found)
    }

    fn unary(&mut self) -> Result<Expression, Problem> {
        if self.take("-") {
            return Ok(Expression::Negative(Box::new(self.binary(super::operator::POWER)?)));
        }
        self.primary()
    }

    fn primary(&mut self) -> Result<Expression, Problem> {
        self.skip_spaces();
        let start = self.at;
        match self.rest().chars().next() {
            Some('(') => {
                self.at += 1;
                let inner = self.binary(0)?;
                self.expect(")").map(|()| inner)
            }
            Some('[') => {
                self.at += 1;
                self.items("]").map(Expression::List)
            }
            Some(quote @ ('"' | '\'')) => {
                self.at += 1;
                let text = self.take_while(|letter| letter != quote);
                self.expect(&quote.to_string()).map(|()| Expression::Text(text))
            }
            Some(first) if first.is_ascii_digit() || first == '.' => {
                let digits = self.take_while(|letter| letter.is_ascii_digit() || letter == '.');
                digits.parse().map(Expression::Number).map_err(|_| Problem::Syntax(start))
            }
            Some(first) if first.is_ascii_alphabetic() => self.name(),
            _ => Err(Problem::Syntax(start)),
        }
    }

    fn name(&mut self) -> Result<Expression, Problem> {
        let name = self.take_while(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if self.take("(") {
            if !function::is_known(&name) {
                return Err(Problem::NotComputed(name));
            }
            return Ok(Expression::Call(name, self.items(")")?));
        }
        Ok(Expression::Name(name))
    }

    /// What stands between commas, up to the end.
    fn items(&mut self, end: &str) -> Result<Vec<Expression>, Problem> {
        let mut items = Vec::new();
        if self.take(end) {
            return Ok(items);
        }
        loop {
            items.push(self.binary(0)?);
            if self.take(end) {
                return Ok(items);
            }
            self.expect(",")?;
        }
    }
}
