//! The order of what depends on what.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::address::Address;
use crate::definition::Program;

/// Every declared address, each after what it depends on; ties in the order of names.
pub fn dependencies_first(program: &Program) -> Vec<&Address> {
    let mut order = Vec::with_capacity(program.declarations.len());
    let mut seen = BTreeSet::new();
    for root in program.declarations.keys() {
        let mut stack = vec![(root, false)];
        while let Some((address, done)) = stack.pop() {
            if done {
                order.push(address);
            } else if seen.insert(address) {
                stack.push((address, true));
                let needs = program.declarations.get(address).map(|found| &found.depends_on);
                stack.extend(needs.into_iter().flatten().rev().map(|need| (need, false)));
            }
        }
    }
    order.retain(|address| program.declarations.contains_key(*address));
    order
}

/// These stacks' addresses and everything that they depend on.
pub fn with_dependencies(program: &Program, stacks: &BTreeSet<String>) -> BTreeSet<Address> {
    let roots = program.declarations.keys().filter(|address| stacks.contains(address.stack()));
    let mut open: Vec<&Address> = roots.collect();
    let mut reached = BTreeSet::new();
    while let Some(address) = open.pop() {
        if reached.insert(address.clone())
            && let Some(declaration) = program.declarations.get(address)
        {
            open.extend(&declaration.depends_on);
        }
    }
    reached
}

/// A directed graph of numbered nodes, for the walk.
#[derive(Debug, Clone, Default)]
pub(super) struct Dag {
    /// For each node, the nodes that must wait for it.
    pub dependents: Vec<BTreeSet<usize>>,
    /// For each node, how many it waits for.
    pub waits: Vec<usize>,
}

impl Dag {
    pub(super) fn add_node(&mut self) -> usize {
        self.dependents.push(BTreeSet::new());
        self.waits.push(0);
        self.dependents.len() - 1
    }

    /// `then` waits for `first`.
    pub(super) fn add_edge(&mut self, first: usize, then: usize) {
        if first != then && self.dependents[first].insert(then) {
            self.waits[then] += 1;
        }
    }

    /// Whether `then` waits for `first`, or for what waits for it.
    pub(super) fn reaches(&self, first: usize, then: usize) -> bool {
        let (mut seen, mut open) = (BTreeSet::new(), vec![first]);
        while let Some(node) = open.pop() {
            if node == then {
                return true;
            }
            if seen.insert(node) {
                open.extend(&self.dependents[node]);
            }
        }
        false
    }

    /// Nodes each of which waits for the next and the last for the first, where there are such.
    pub(super) fn cycle(&self) -> Option<Vec<usize>> {
        let stuck = self.stuck();
        let mut first = vec![None; stuck.len()];
        for node in (0..stuck.len()).filter(|node| stuck[*node]) {
            for &next in &self.dependents[node] {
                first[next] = Some(node);
            }
        }
        // Each of these nodes waits for another of them, so that a way back never ends.
        let mut here = stuck.iter().position(|stuck| *stuck)?;
        let mut way = Vec::new();
        let mut seen = BTreeMap::new();
        while let Entry::Vacant(place) = seen.entry(here) {
            place.insert(way.len());
            way.push(here);
            here = first[here]?;
        }
        Some(way.split_off(seen[&here]))
    }

    /// For each node, whether it waits for itself or for one that does.
    fn stuck(&self) -> Vec<bool> {
        let mut waits = self.waits.clone();
        let mut ready: Vec<usize> = (0..waits.len()).filter(|node| waits[*node] == 0).collect();
        while let Some(node) = ready.pop() {
            for &next in &self.dependents[node] {
                waits[next] -= 1;
                if waits[next] == 0 {
                    ready.push(next);
                }
            }
        }
        waits.into_iter().map(|waits| waits > 0).collect()
    }

    /// The longest path, with `cost` of each node.
    pub(super) fn critical_path(
        &self,
        cost: impl Fn(usize) -> std::time::Duration,
    ) -> std::time::Duration {
        let mut waits = self.waits.clone();
        let mut finish: BTreeMap<usize, std::time::Duration> = BTreeMap::new();
        let mut ready: Vec<usize> = (0..waits.len()).filter(|node| waits[*node] == 0).collect();
        let mut longest = std::time::Duration::ZERO;
        while let Some(node) = ready.pop() {
            let end = finish.get(&node).copied().unwrap_or_default() + cost(node);
            longest = longest.max(end);
            for &next in &self.dependents[node] {
                let start = finish.entry(next).or_default();
                *start = end.max(*start);
                waits[next] -= 1;
                if waits[next] == 0 {
                    ready.push(next);
                }
            }
        }
        longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dag(nodes: usize, edges: &[(usize, usize)]) -> Dag {
        let mut dag = Dag::default();
        (0..nodes).for_each(|_| {
            dag.add_node();
        });
        edges.iter().for_each(|&(first, then)| dag.add_edge(first, then));
        dag
    }

    #[test]
    fn a_cycle_is_found_without_what_hangs_on_it() {
        assert_eq!(dag(3, &[(0, 1), (1, 2), (0, 2)]).cycle(), None);
        assert!(dag(3, &[(0, 1), (1, 2)]).reaches(0, 2) && !dag(3, &[(0, 1)]).reaches(1, 0));
        let mut cycle = dag(6, &[(0, 1), (1, 2), (2, 3), (3, 1), (3, 4), (4, 5)]).cycle().unwrap();
        cycle.sort();
        assert_eq!(cycle, [1, 2, 3]);
    }
}
