//! A lost state, rebuilt from the tags that every object carries.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::diff;
use super::graph::dependencies_first;
use super::owner::owner;
use super::plan::outputs;
use crate::address::Address;
use crate::aws::{Context, Error};
use crate::definition::{Declaration, Program};
use crate::resource::{Id, Observed, Owner};
use crate::state::{Entry, State, Status};
use crate::unknown;

/// What was found.
#[derive(Debug)]
pub struct Recovered {
    /// The state, with the lineage that the tags name.
    pub state: State,
    /// What is declared and was not found.
    pub missing: Vec<Address>,
    /// Addresses for which more than one object was found; none of them was taken.
    pub ambiguous: Vec<(Address, Vec<Id>)>,
}

/// Looks for every declared object, dependencies first: what bears no tags of its own is found by
/// what it belongs to.
///
/// # Errors
/// When AWS can't be asked.
pub async fn recover(cx: &Context, program: &Program) -> Result<Recovered, Error> {
    let mut search = Search {
        cx,
        program,
        outputs: BTreeMap::new(),
        found: Recovered {
            state: State::new(&program.environment.name),
            missing: Vec::new(),
            ambiguous: Vec::new(),
        },
        lineage: None,
    };
    for address in dependencies_first(program) {
        search.look_for(&program.declarations[address]).await?;
    }
    if let Some(lineage) = search.lineage {
        search.found.state.lineage = lineage;
    }
    search.found.state.outputs = outputs::known_values(program, &search.outputs);
    Ok(search.found)
}

struct Search<'a> {
    cx: &'a Context,
    program: &'a Program,
    outputs: BTreeMap<Address, Json>,
    found: Recovered,
    lineage: Option<String>,
}

impl Search<'_> {
    async fn look_for(&mut self, declaration: &Declaration) -> Result<(), Error> {
        let address = declaration.address.clone();
        let wanted = self.wanted(declaration);
        match self.candidates(declaration, &wanted).await?.as_slice() {
            [] => self.found.missing.push(address),
            [(id, live)] => self.take(declaration, &wanted, id.clone(), live.clone()),
            many => {
                let ids = many.iter().map(|(id, _)| id.clone()).collect();
                self.found.ambiguous.push((address, ids));
            }
        }
        Ok(())
    }

    /// What the YAML says of the object, with what is known of those that were found.
    fn wanted(&self, declaration: &Declaration) -> Json {
        let wanted = declaration.properties.evaluate(&|address: &Address, name: &str| {
            self.outputs.get(address).map(|outputs| outputs[name].clone())
        });
        declaration.kind.normalize(&wanted).unwrap_or(wanted)
    }

    /// The objects that bear the declaration's tags or natural key, and exist.
    async fn candidates(
        &self,
        declaration: &Declaration,
        wanted: &Json,
    ) -> Result<Vec<(Id, Observed)>, Error> {
        if unknown::is_partial(wanted) {
            return Ok(Vec::new());
        }
        let (environment, tags) = (&self.program.environment, &declaration.tags);
        let owner = owner(environment, "", &declaration.address, tags, "");
        let ids = declaration.kind.find(self.cx, wanted, &owner).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let objects = declaration.kind.read(self.cx, &ids).await?;
        Ok(ids.into_iter().zip(objects).filter_map(|(id, live)| Some((id, live?))).collect())
    }

    fn take(&mut self, declaration: &Declaration, wanted: &Json, id: Id, live: Observed) {
        let lineage = live.tags.as_ref().and_then(|tags| tags.get(Owner::LINEAGE));
        self.lineage = self.lineage.take().or_else(|| lineage.cloned());
        self.outputs.insert(declaration.address.clone(), live.outputs.clone());
        let entry = Entry {
            kind: declaration.kind.name().to_owned(),
            inputs: diff::recovered(&live.properties, wanted, declaration.kind.traits()),
            tags: declaration.tags.clone(),
            depends_on: declaration.depends_on.clone(),
            protect: declaration.protect,
            retain: declaration.retain,
            status: Status::Ready { id, outputs: live.outputs },
            deposed: Vec::new(),
        };
        self.found.state.entries.insert(declaration.address.clone(), entry);
    }
}
