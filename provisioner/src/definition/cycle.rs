//! Objects that wait for each other for ever.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use petgraph::graphmap::DiGraphMap;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::resolve::Dependencies;
use crate::address::Address;

/// Reports each group of objects that depend on each other, with one whole cycle through it.
pub(super) fn refuse(
    dependencies: &BTreeMap<Address, Dependencies>,
    diagnostics: &mut Diagnostics,
) {
    let mut graph: DiGraphMap<&str, ()> = DiGraphMap::new();
    for (address, on) in dependencies {
        for other in on.keys() {
            graph.add_edge(address.as_str(), other.as_str(), ());
        }
    }
    for group in petgraph::algo::tarjan_scc(&graph) {
        let first = group.iter().copied().min().unwrap_or_default();
        if group.len() > 1 || graph.contains_edge(first, first) {
            report(&shortest(first, &group, &graph), dependencies, diagnostics);
        }
    }
}

/// The shortest way from an object back to itself.
fn shortest<'a>(
    first: &'a str,
    group: &[&'a str],
    graph: &DiGraphMap<&'a str, ()>,
) -> Vec<&'a str> {
    let within: HashSet<&str> = group.iter().copied().collect();
    let mut from: HashMap<&str, &str> = HashMap::new();
    let mut queue = VecDeque::from([first]);
    while let Some(here) = queue.pop_front() {
        for next in graph.neighbors(here).filter(|next| within.contains(next)) {
            if next == first {
                let mut way = vec![here];
                while let Some(before) = way.last().and_then(|last| from.get(last)) {
                    way.push(before);
                }
                way.reverse();
                return way;
            }
            from.entry(next).or_insert_with(|| {
                queue.push_back(next);
                here
            });
        }
    }
    vec![first]
}

fn report(
    way: &[&str],
    dependencies: &BTreeMap<Address, Dependencies>,
    diagnostics: &mut Diagnostics,
) {
    let steps = way.iter().zip(way.iter().cycle().skip(1));
    let places = steps.filter_map(|(address, next)| {
        let span = dependencies.get(*address)?.get(*next)?;
        Some((*address, *next, *span))
    });
    let places: Vec<_> = places.collect();
    let Some((_, _, span)) = places.first() else { return };
    let circle: Vec<&str> = way.iter().chain(way.first()).copied().collect();
    let detail = format!(
        "These objects wait for each other, so none could ever be made: {}.",
        circle.join(" → ")
    );
    let mut diagnostic = Diagnostic::error("Cycle", *span, detail);
    for (address, next, span) in places.iter().skip(1) {
        diagnostic = diagnostic.label(*span, format!("`{address}` needs `{next}`"));
    }
    diagnostics.push(diagnostic);
}
