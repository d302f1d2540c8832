//! How the stacks' outputs change.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::Scope;
use crate::address::Address;
use crate::definition::Program;
use crate::state::State;
use crate::unknown;

/// One output that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputChange {
    /// `stack.output`.
    pub name: String,
    /// Its value after the last run; `null` where it had none.
    pub before: Json,
    /// Its value after this one: an [`unknown`] marker where only AWS can tell,
    /// `null` where it goes.
    pub after: Json,
}

/// The values of all outputs, with what is known of the objects'.
pub(crate) fn values(
    program: &Program,
    known: &BTreeMap<Address, Json>,
) -> BTreeMap<String, BTreeMap<String, Json>> {
    let lookup =
        |address: &Address, name: &str| known.get(address).map(|outputs| outputs[name].clone());
    let evaluate = |outputs: &BTreeMap<String, crate::value::Value>| {
        outputs.iter().map(|(name, value)| (name.clone(), value.evaluate(&lookup))).collect()
    };
    program.outputs.iter().map(|(stack, outputs)| (stack.clone(), evaluate(outputs))).collect()
}

/// The same without those that are not known yet.
pub(crate) fn known_values(
    program: &Program,
    known: &BTreeMap<Address, Json>,
) -> BTreeMap<String, BTreeMap<String, Json>> {
    let mut values = values(program, known);
    for outputs in values.values_mut() {
        outputs.retain(|_, value| !unknown::is_partial(value));
    }
    values
}

/// The outputs that differ from the state's. A run on some stacks leaves the others' alone, and
/// those that wait for objects which it does not make.
pub(super) fn changes(
    program: &Program,
    state: &State,
    known: &BTreeMap<Address, Json>,
    scope: &Scope,
) -> Vec<OutputChange> {
    let after = flat(&values(program, known));
    let before = flat(&state.outputs);
    let stacks = scope
        .only
        .as_ref()
        .map(|only| only.iter().map(Address::stack).collect::<std::collections::BTreeSet<_>>());
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| {
            let stack = name.split('.').next().unwrap_or(name);
            stacks.as_ref().is_none_or(|stacks| stacks.contains(stack))
        })
        .map(|name| OutputChange {
            name: name.clone(),
            before: before.get(name).cloned().unwrap_or_default(),
            after: after.get(name).cloned().unwrap_or_default(),
        })
        .filter(|change| change.before != change.after && will_come(&change.after, program, scope))
        .collect()
}

/// Whether this run makes everything that the value still waits for.
fn will_come(value: &Json, program: &Program, scope: &Scope) -> bool {
    let made_here = |origin: &str| {
        let mut addresses = program.declarations.keys();
        // An origin is an address and the name of an output.
        let of = |address: &&Address| {
            origin.strip_prefix(address.as_str()).is_some_and(|rest| rest.starts_with('.'))
        };
        addresses.rfind(of).is_none_or(|address| scope.holds(address))
    };
    unknown::all(value).into_iter().all(made_here)
}

fn flat(outputs: &BTreeMap<String, BTreeMap<String, Json>>) -> BTreeMap<String, Json> {
    outputs
        .iter()
        .flat_map(|(stack, outputs)| {
            outputs.iter().map(move |(name, value)| (format!("{stack}.{name}"), value.clone()))
        })
        .collect()
}
