//! `provision import ENV ADDRESS ID`

use clap::Args;

use super::session::Session;
use super::{ExitStatus, Failed, Global};
use crate::address::Address;
use crate::engine::diff;
use crate::resource::Id;
use crate::state::{Entry, Status};
use crate::view::View;

/// Arguments of `import`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision import prod network.main.vpc vpc-0a1b2c3d4e5f67890
  provision import prod registry.api vitality-api

The object is only read. The next `plan` shows what differs from the YAML, and the next `up`
tags it as this environment's.")]
pub struct Import {
    /// The environment: the name of a file in `config/`.
    env: String,
    /// The declared address to give it.
    address: String,
    /// What AWS calls it: the id, name or ARN that the kind's page names.
    id: String,
}

impl Import {
    pub(super) async fn run(
        self,
        global: &Global,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        let command = format!("provision import {}", self.env);
        let mut session = Session::open(global, &self.env, Some(&command), view).await?;
        let result = self.take(&mut session, view).await;
        session.close(global, view).await?;
        result.map(|()| ExitStatus::Done)
    }

    async fn take(&self, session: &mut Session, view: &mut dyn View) -> Result<(), Failed> {
        let address: Address = self
            .address
            .parse()
            .map_err(|error| Failed::Other(crate::view::Failure::of(&error)))?;
        let program = std::sync::Arc::clone(&session.program);
        let declared = program.declarations.get(&address).ok_or_else(|| {
            Failed::new(format!("{address} is not declared"))
                .hint("write it into a stack first: an object that no YAML declares would be deleted by the next `up`")
        })?;
        if session.state.entries.contains_key(&address) {
            return Err(Failed::new(format!("{address} stands for another object already"))
                .hint(format!("`provision state rm {} {address}` forgets that one", self.env)));
        }
        let id = Id::from(self.id.as_str());
        let found = declared.kind.read(&session.cx, std::slice::from_ref(&id)).await?;
        let live = found.into_iter().flatten().next().ok_or_else(|| {
            Failed::new(format!("there is no {} {id} on AWS", declared.kind.name()))
        })?;
        let wanted = declared.properties.evaluate(&|address, name| {
            session.state.outputs_of(address).map(|outputs| outputs[name].clone())
        });
        let entry = Entry {
            kind: declared.kind.name().to_owned(),
            inputs: diff::taken_over(&live.properties, &wanted, declared.kind.traits()),
            tags: live.tags.unwrap_or_default(),
            depends_on: declared.depends_on.clone(),
            protect: declared.protect,
            retain: declared.retain,
            status: Status::Ready { id: id.clone(), outputs: live.outputs },
            deposed: Vec::new(),
        };
        session.state.entries.insert(address.clone(), entry);
        session.state.serial += 1;
        session.store.save(&session.state).await?;
        view.note(&format!("{address} now stands for {} {id}", declared.kind.name()));
        Ok(())
    }
}
