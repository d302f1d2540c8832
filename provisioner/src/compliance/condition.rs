//! What a control demands, in the Common Expression Language.
//!
//! A condition sees the object as `resource`, its properties as the YAML writes them, and each
//! relation of the control as a list. What is not set does not meet a condition: where AWS's
//! default is good, the condition says so, `!has(resource.x) || resource.x`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cel::common::ast::{Expr, IdedExpr, LiteralValue};
use cel::objects::Key;
use cel::{Context, DeclarationError, ExecutionError, Program, Value};
use serde_json::Value as Json;

use super::functions;
use crate::unknown;

/// The name of the object that is looked at.
pub const RESOURCE: &str = "resource";
/// A text that no condition asks about.
const NOTHING_ASKED_FOR: &str = "\u{0}";

/// A condition that was understood.
#[derive(Debug)]
pub struct Condition {
    text: String,
    program: Program,
    /// The constants in it: what it asks about.
    constants: Vec<Json>,
    /// What it uses that is given from outside.
    variables: BTreeSet<String>,
    /// The properties that it takes, by variable.
    properties: BTreeMap<String, BTreeSet<String>>,
}

/// What came of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is met.
    Met,
    /// It is not.
    NotMet,
    /// That depends on values which only AWS can give.
    Open,
}

/// Why a condition can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConditionError {
    /// It is not of the language.
    #[error("it can't be read: {0}")]
    Syntax(String),
    /// It gives something else than true or false.
    #[error("it gives {0} instead of true or false")]
    NotBoolean(String),
    /// It fails on the values that it was given.
    #[error("it can't be evaluated")]
    Evaluation(#[source] Box<ExecutionError>),
    /// The functions that it may call could not be declared.
    #[error("its functions can't be declared")]
    Functions(#[source] Box<DeclarationError>),
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// When the text is not of the language.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let program = Program::compile(text).map_err(|errors| {
            let first = errors.errors.first();
            ConditionError::Syntax(first.map_or_else(|| errors.to_string(), |one| one.msg.clone()))
        })?;
        let mut found = Found::default();
        found.visit(program.expression());
        let Found { constants, properties, bound } = found;
        let references = program.references();
        let used = references.variables().into_iter().filter(|name| !bound.contains(*name));
        let variables = used.map(str::to_owned).collect();
        drop(references);
        Ok(Self { text: text.to_owned(), program, constants, variables, properties })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The variables that it uses.
    pub fn variables(&self) -> &BTreeSet<String> {
        &self.variables
    }

    /// The properties that it takes of a variable.
    pub fn properties(&self, variable: &str) -> impl Iterator<Item = &str> {
        self.properties.get(variable).into_iter().flatten().map(String::as_str)
    }

    /// The properties that it takes of anything but the object itself.
    pub fn properties_of_others(&self) -> BTreeSet<&str> {
        let others = self.properties.iter().filter(|(variable, _)| *variable != RESOURCE);
        others.flat_map(|(_, properties)| properties).map(String::as_str).collect()
    }

    /// Whether an object meets it.
    ///
    /// A value that is not known yet may be anything that the condition asks about, or nothing of
    /// it: when all of these give the same, that is the answer.
    ///
    /// # Errors
    /// When the condition fails on values that are known.
    pub fn evaluate(&self, variables: &BTreeMap<&str, Json>) -> Result<Outcome, ConditionError> {
        if !variables.values().any(unknown::is_partial) {
            return Ok(if self.is_met(variables)? { Outcome::Met } else { Outcome::NotMet });
        }
        let fixed = [Json::from(NOTHING_ASKED_FOR), Json::from(vec![NOTHING_ASKED_FOR])];
        let mut outcome = None;
        for candidate in fixed.iter().chain(&self.constants) {
            let known = variables.iter().map(|(name, value)| (*name, replace(value, candidate)));
            // A value of another type than the condition works with says nothing.
            let Ok(met) = self.is_met(&known.collect()) else { continue };
            if outcome.is_some_and(|before| before != met) {
                return Ok(Outcome::Open);
            }
            outcome = Some(met);
        }
        Ok(match outcome {
            Some(true) => Outcome::Met,
            Some(false) => Outcome::NotMet,
            None => Outcome::Open,
        })
    }

    fn is_met(&self, variables: &BTreeMap<&str, Json>) -> Result<bool, ConditionError> {
        let mut context = Context::default();
        functions::add_to(&mut context)
            .map_err(|error| ConditionError::Functions(Box::new(error)))?;
        for (name, value) in variables {
            context.add_variable_from_value(*name, to_cel(value));
        }
        match self.program.execute(&context) {
            Ok(Value::Bool(met)) => Ok(met),
            Ok(other) => Err(ConditionError::NotBoolean(other.type_of().to_string())),
            Err(ExecutionError::NoSuchKey(_)) => Ok(false),
            Err(error) => Err(ConditionError::Evaluation(Box::new(error))),
        }
    }
}

/// The value with every unknown in it replaced.
fn replace(value: &Json, candidate: &Json) -> Json {
    match value {
        _ if unknown::origin(value).is_some() => candidate.clone(),
        Json::Array(items) => items.iter().map(|item| replace(item, candidate)).collect(),
        Json::Object(fields) => {
            let fields = fields.iter();
            fields.map(|(name, value)| (name.clone(), replace(value, candidate))).collect()
        }
        other => other.clone(),
    }
}

/// As the language sees it: every whole number is an `int`.
fn to_cel(value: &Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::String(Arc::new(text.clone())),
        Json::Array(items) => Value::List(Arc::new(items.iter().map(to_cel).collect())),
        Json::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let fields = fields.map(|(name, value)| (Key::from(name.as_str()), to_cel(value)));
            Value::Map(fields.collect::<std::collections::HashMap<_, _>>().into())
        }
    }
}

/// What stands in an expression.
#[derive(Default)]
struct Found {
    constants: Vec<Json>,
    properties: BTreeMap<String, BTreeSet<String>>,
    /// The variables of its own loops.
    bound: BTreeSet<String>,
}

impl Found {
    fn visit(&mut self, expression: &IdedExpr) {
        match &expression.expr {
            Expr::Literal(literal) => self.constants.extend(constant(literal)),
            Expr::Select(select) => {
                if let Expr::Ident(name) = &select.operand.expr {
                    self.properties.entry(name.clone()).or_default().insert(select.field.clone());
                }
                self.visit(&select.operand);
            }
            Expr::Call(call) => call
                .target
                .iter()
                .map(|target| &**target)
                .chain(&call.args)
                .for_each(|part| self.visit(part)),
            Expr::List(list) => list.elements.iter().for_each(|element| self.visit(element)),
            Expr::Comprehension(loops) => {
                let own = [&loops.iter_var, &loops.accu_var];
                self.bound.extend(own.into_iter().chain(&loops.iter_var2).cloned());
                let parts = [
                    &loops.iter_range,
                    &loops.accu_init,
                    &loops.loop_cond,
                    &loops.loop_step,
                    &loops.result,
                ];
                parts.into_iter().for_each(|part| self.visit(part));
            }
            _ => {}
        }
    }
}

fn constant(literal: &LiteralValue) -> Option<Json> {
    match literal {
        LiteralValue::Boolean(value) => Some(Json::from(*value.inner())),
        LiteralValue::Int(value) => Some(Json::from(*value.inner())),
        LiteralValue::Double(value) => Some(Json::from(*value.inner())),
        LiteralValue::String(value) => Some(Json::from(value.inner())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn outcome(condition: &str, resource: Json) -> Outcome {
        let condition = Condition::parse(condition).unwrap();
        condition.evaluate(&BTreeMap::from([(RESOURCE, resource)])).unwrap()
    }

    #[test]
    fn what_is_not_set_does_not_meet_a_condition() {
        assert_eq!(outcome("resource.encrypted == true", json!({})), Outcome::NotMet);
        assert_eq!(
            outcome("resource.encrypted == true", json!({"encrypted": null})),
            Outcome::NotMet
        );
        let default = "!has(resource.encrypted) || resource.encrypted";
        assert_eq!(outcome(default, json!({})), Outcome::Met);
        assert_eq!(outcome(default, json!({"encrypted": false})), Outcome::NotMet);
    }

    #[test]
    fn one_item_that_meets_it_is_enough_wherever_it_stands() {
        let condition = "resource.rules.exists(rule, rule.statement.name == 'common')";
        let rules = json!({"rules": [{"statement": {}}, {"statement": {"name": "common"}}, {}]});
        assert_eq!(outcome(condition, rules), Outcome::Met);
        assert_eq!(outcome(condition, json!({"rules": [{"statement": {}}]})), Outcome::NotMet);
    }

    #[test]
    fn what_is_unknown_matters_only_where_it_could_decide() {
        let unknown = unknown::marker("db.key.arn");
        let condition = "resource.key != '' && resource.days >= 7";
        let with = |days: i64| json!({"key": unknown, "days": days});
        assert_eq!(outcome(condition, with(1)), Outcome::NotMet);
        assert_eq!(outcome(condition, with(7)), Outcome::Open);
        assert_eq!(
            outcome("resource.image.contains('@sha256:')", json!({"image": unknown})),
            Outcome::Open
        );
        assert_eq!(
            outcome("resource.images.size() > 0", json!({"images": [unknown]})),
            Outcome::Met
        );
    }

    #[test]
    fn its_own_loops_are_no_variables() {
        let condition = Condition::parse("rules.all(rule, rule.port in resource.ports)").unwrap();
        let variables: Vec<&str> = condition.variables().iter().map(String::as_str).collect();
        assert_eq!(variables, ["resource", "rules"]);
        assert_eq!(condition.properties(RESOURCE).collect::<Vec<_>>(), ["ports"]);
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        assert!(matches!(Condition::parse("resource.a =="), Err(ConditionError::Syntax(_))));
        let number = Condition::parse("resource.a").unwrap();
        let error = number.evaluate(&BTreeMap::from([(RESOURCE, json!({"a": 1}))])).unwrap_err();
        assert_eq!(error.to_string(), "it gives int instead of true or false");
    }
}
