//! Which step waits for which.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::graph::Dag;
use super::plan::{Action, Plan, Step};
use crate::address::Address;
use crate::definition::Program;
use crate::resource::Kinds;
use crate::state::State;

/// The plan's steps as nodes of a graph; a replacement is two.
pub(super) struct Schedule {
    pub nodes: Vec<Node>,
    pub dag: Dag,
}

/// One thing to do.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub step: Step,
    pub part: Part,
    /// Whether something goes when this is done, that the world may have used through it until
    /// then: it is done when it is everywhere.
    pub hands_over: bool,
}

/// Which half of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Create, update or resume the object.
    Make,
    /// Delete it before anything takes its place.
    Unmake,
    /// Delete what another object has replaced.
    Cleanup,
    /// Drop it from the state.
    Forget,
}

impl Schedule {
    /// Orders a plan. `program` is `None` when everything goes.
    pub(super) fn new(
        plan: &Plan,
        program: Option<&Program>,
        state: &State,
        kinds: &Kinds,
    ) -> Self {
        let mut builder = Builder::default();
        for step in &plan.steps {
            builder.add(step);
        }
        if let Some(program) = program {
            builder.creations(program);
        }
        builder.deletions(&dependents(state));
        builder.handovers(kinds);
        builder.mark_handovers();
        Self { nodes: builder.nodes, dag: builder.dag }
    }

    /// Objects whose steps wait for each other, where there are such.
    pub(super) fn cycle(&self) -> Option<Vec<Address>> {
        let nodes = self.dag.cycle()?;
        let mut addresses: Vec<Address> =
            nodes.into_iter().map(|node| self.nodes[node].step.address.clone()).collect();
        addresses.dedup();
        Some(addresses)
    }

    /// How long AWS typically takes for all of it, with as much at once as the order allows.
    pub(super) fn expected(&self, kinds: &Kinds) -> Duration {
        self.dag.critical_path(|index| {
            let node = &self.nodes[index];
            let Some(kind) = kinds.get(&node.step.kind) else { return Duration::ZERO };
            match node.part {
                Part::Make => kind.traits().create_time,
                Part::Unmake | Part::Cleanup => kind.traits().delete_time,
                Part::Forget => Duration::ZERO,
            }
        })
    }
}

/// For each address of the state, what was made with its help.
fn dependents(state: &State) -> BTreeMap<&Address, BTreeSet<&Address>> {
    let mut dependents: BTreeMap<&Address, BTreeSet<&Address>> = BTreeMap::new();
    for (address, entry) in &state.entries {
        for on in entry.needs() {
            dependents.entry(on).or_default().insert(address);
        }
    }
    dependents
}

#[derive(Default)]
struct Builder {
    nodes: Vec<Node>,
    dag: Dag,
    make: BTreeMap<Address, usize>,
    unmake: BTreeMap<Address, usize>,
    cleanup: BTreeMap<Address, Vec<usize>>,
}

impl Builder {
    fn add(&mut self, step: &Step) {
        match step.action {
            Action::Create | Action::Resume | Action::Update => self.add_make(step),
            Action::Delete => self.add_unmake(step),
            Action::ReplaceDeleteFirst => {
                self.add_unmake(step);
                self.add_make(step);
            }
            Action::ReplaceCreateFirst => {
                self.add_make(step);
                self.add_cleanup(step);
            }
            Action::Cleanup => self.add_cleanup(step),
            Action::Forget => {
                self.node(step, Part::Forget);
            }
        }
    }

    fn node(&mut self, step: &Step, part: Part) -> usize {
        self.nodes.push(Node { step: step.clone(), part, hands_over: false });
        self.dag.add_node()
    }

    fn add_make(&mut self, step: &Step) {
        let node = self.node(step, Part::Make);
        self.make.insert(step.address.clone(), node);
    }

    fn add_unmake(&mut self, step: &Step) {
        let node = self.node(step, Part::Unmake);
        self.unmake.insert(step.address.clone(), node);
    }

    fn add_cleanup(&mut self, step: &Step) {
        let node = self.node(step, Part::Cleanup);
        self.cleanup.entry(step.address.clone()).or_default().push(node);
    }

    /// An object is made after what it needs, and after what it takes the place of is gone.
    fn creations(&mut self, program: &Program) {
        for (address, &node) in &self.make {
            let declaration = program.declarations.get(address);
            for on in declaration.into_iter().flat_map(|declaration| &declaration.depends_on) {
                if let Some(&first) = self.make.get(on) {
                    self.dag.add_edge(first, node);
                }
            }
            if let Some(&gone) = self.unmake.get(address) {
                self.dag.add_edge(gone, node);
            }
        }
    }

    /// An object is deleted after whatever was made with its help is gone, or was changed so that
    /// it needs it no more.
    fn deletions(&mut self, dependents: &BTreeMap<&Address, BTreeSet<&Address>>) {
        let none = BTreeSet::new();
        for (address, &node) in &self.unmake {
            let replaced = self.make.contains_key(address);
            for user in dependents.get(address).unwrap_or(&none) {
                for &before in self.gone_before(user, !replaced).iter() {
                    self.dag.add_edge(before, node);
                }
            }
        }
        for (address, nodes) in &self.cleanup {
            let own = self.make.get(address).into_iter().copied();
            let users = dependents.get(address).unwrap_or(&none).iter();
            let before: Vec<usize> =
                users.flat_map(|user| self.gone_before(user, true)).chain(own).collect();
            for &node in nodes {
                before.iter().for_each(|&before| self.dag.add_edge(before, node));
            }
        }
    }

    /// What serves requests and is no longer declared goes after what is new beside it, unless the
    /// new one waits for it.
    fn handovers(&mut self, kinds: &Kinds) {
        let serves = |node: usize| {
            kinds.get(&self.nodes[node].step.kind).is_some_and(|kind| kind.traits().serves)
        };
        let mut handovers = Vec::new();
        for (old, &gone) in &self.unmake {
            let new = self.make.iter().filter(|(new, _)| new.component() == old.component());
            let new = new.filter(|(_, made)| serves(gone) && serves(**made));
            handovers.extend(new.map(|(_, &made)| (made, gone)));
        }
        for (made, gone) in handovers {
            if !self.dag.reaches(gone, made) {
                self.dag.add_edge(made, gone);
            }
        }
    }

    /// What is changed before something else goes.
    fn mark_handovers(&mut self) {
        let goes = |node: &usize| matches!(self.nodes[*node].part, Part::Unmake | Part::Cleanup);
        let made = self.make.values();
        let marked: Vec<usize> =
            made.copied().filter(|node| self.dag.dependents[*node].iter().any(goes)).collect();
        for node in marked {
            self.nodes[node].hands_over = true;
        }
    }

    /// The nodes after which `user` does not use what it was made with any more.
    fn gone_before(&self, user: &Address, or_changed: bool) -> Vec<usize> {
        let unmade = self.unmake.get(user).into_iter();
        let cleaned = self.cleanup.get(user).into_iter().flatten();
        let made = self.make.get(user).filter(|_| or_changed).into_iter();
        unmade.chain(cleaned).chain(made).copied().collect()
    }
}
