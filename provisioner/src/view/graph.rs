//! The graph of an environment: what waits for what, as Mermaid, DOT and JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Value as Json, json};

use crate::address::Address;
use crate::definition::Program;
use crate::engine::graph::dependencies_first;

pub use super::svg::svg;

/// What waits for what. An edge that a longer way implies is left out: a route waits for its
/// table, and so for the table's VPC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    /// The environment.
    pub environment: String,
    /// The objects, each after what it depends on.
    pub nodes: Vec<Node>,
    /// From what is needed to what needs it, by index.
    pub edges: Vec<(usize, usize)>,
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its address.
    pub address: Address,
    /// Its kind.
    pub kind: String,
}

impl Graph {
    /// The graph of what is declared; of these addresses alone where some are given.
    pub fn new(program: &Program, only: Option<&BTreeSet<Address>>) -> Self {
        let shown = |address: &&Address| only.is_none_or(|only| only.contains(*address));
        let order: Vec<&Address> = dependencies_first(program).into_iter().filter(shown).collect();
        let index: BTreeMap<&Address, usize> =
            order.iter().enumerate().map(|(index, address)| (*address, index)).collect();
        let needs: Vec<BTreeSet<usize>> = order
            .iter()
            .map(|address| {
                let needs = &program.declarations[*address].depends_on;
                needs.iter().filter_map(|need| index.get(need).copied()).collect()
            })
            .collect();
        let node = |address: &&Address| Node {
            address: (*address).clone(),
            kind: program.declarations[*address].kind.name().to_owned(),
        };
        Self {
            environment: program.environment.name.clone(),
            nodes: order.iter().map(node).collect(),
            edges: reduced(&needs),
        }
    }

    /// The stacks with the indices of their objects: what others need first, as far as that can be
    /// said of whole stacks.
    pub fn stacks(&self) -> Vec<(&str, Vec<usize>)> {
        let mut rest: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, node) in self.nodes.iter().enumerate() {
            rest.entry(node.address.stack()).or_default().push(index);
        }
        let stack = |index: usize| self.nodes[index].address.stack();
        let mut stacks = Vec::with_capacity(rest.len());
        while !rest.is_empty() {
            let waits = |name: &str| {
                let into = |(first, then): &&(usize, usize)| {
                    stack(*then) == name
                        && stack(*first) != name
                        && rest.contains_key(stack(*first))
                };
                self.edges.iter().filter(into).count()
            };
            let next = rest.keys().copied().min_by_key(|name| waits(name));
            stacks.extend(next.and_then(|name| rest.remove_entry(name)));
        }
        stacks
    }
}

/// The edges that no longer way implies. `needs` is in an order in which needs come first.
fn reduced(needs: &[BTreeSet<usize>]) -> Vec<(usize, usize)> {
    let mut above: Vec<BTreeSet<usize>> = Vec::with_capacity(needs.len());
    let mut edges = Vec::new();
    for (node, needs) in needs.iter().enumerate() {
        let implied: BTreeSet<usize> =
            needs.iter().flat_map(|need| above[*need].iter().copied()).collect();
        edges.extend(needs.difference(&implied).map(|need| (*need, node)));
        above.push(needs | &implied);
    }
    edges
}

/// The graph for Mermaid, which GitHub draws in Markdown.
pub fn mermaid(graph: &Graph) -> String {
    let mut out = "flowchart LR\n".to_owned();
    for (number, (stack, nodes)) in graph.stacks().into_iter().enumerate() {
        let _ = writeln!(out, "  subgraph s{number}[\"{stack}\"]");
        for index in nodes {
            let node = &graph.nodes[index];
            let (name, kind) = (node.address.path(), &node.kind);
            let _ = writeln!(out, "    n{index}[\"{name}<br/><small>{kind}</small>\"]");
        }
        out.push_str("  end\n");
    }
    for (first, then) in &graph.edges {
        let _ = writeln!(out, "  n{first} --> n{then}");
    }
    out.trim_end().to_owned()
}

/// The graph for Graphviz.
pub fn dot(graph: &Graph) -> String {
    let mut out = format!("digraph \"{}\" {{\n  rankdir=LR;\n", graph.environment);
    out.push_str("  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11];\n");
    for (number, (stack, nodes)) in graph.stacks().into_iter().enumerate() {
        let _ = writeln!(out, "  subgraph cluster_{number} {{\n    label=\"{stack}\";");
        for index in nodes {
            let node = &graph.nodes[index];
            let (address, name) = (&node.address, node.address.path());
            let _ = writeln!(out, "    \"{address}\" [label=\"{name}\\n{}\"];", node.kind);
        }
        out.push_str("  }\n");
    }
    for (first, then) in &graph.edges {
        let (first, then) = (&graph.nodes[*first].address, &graph.nodes[*then].address);
        let _ = writeln!(out, "  \"{first}\" -> \"{then}\";");
    }
    out.push('}');
    out
}

/// The graph for machines: `nodes` and `edges`, each edge from what is needed to what needs it.
pub fn json(graph: &Graph) -> Json {
    let node = |node: &Node| json!({ "address": node.address, "kind": node.kind });
    let edge = |(first, then): &(usize, usize)| json!({ "from": graph.nodes[*first].address, "to": graph.nodes[*then].address });
    json!({
        "environment": graph.environment,
        "nodes": graph.nodes.iter().map(node).collect::<Vec<_>>(),
        "edges": graph.edges.iter().map(edge).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
pub(super) mod tests;
