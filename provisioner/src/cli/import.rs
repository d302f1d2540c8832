//! `provision import ENV ADDRESS ID`

use clap::Args;

use super::session::Session;
use super::state::stands_for;
use super::up::address;
use super::{ExitStatus, Failed, Global};
use crate::address::Address;
use crate::definition::diagnostic::nearest;
use crate::engine::diff;
use crate::resource::Id;
use crate::state::{Entry, Status};
use crate::view::View;

const UNDECLARED: &str = "write it into a stack first: an object that no YAML declares would be \
                          deleted by the next `up`";

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
        let address = address(&self.address)?;
        let program = std::sync::Arc::clone(&session.program);
        let declared = program.declarations.get(&address).ok_or_else(|| {
            let names = program.declarations.keys().map(Address::as_str);
            let advice = nearest(address.as_str(), names)
                .map_or_else(|| UNDECLARED.to_owned(), |name| format!("did you mean `{name}`?"));
            Failed::new(format!("{address} is not declared")).hint(advice)
        })?;
        if let Some(other) = session.state.entries.get(&address) {
            return Err(Failed::new(stands_for(&address, other))
                .hint(format!("`provision state rm {} {address}` forgets that one", self.env)));
        }
        let id = Id::from(self.id.as_str());
        let found = declared.kind.read(&session.cx, std::slice::from_ref(&id)).await?;
        let live = found.into_iter().flatten().next().ok_or_else(|| {
            let (kind, cx) = (declared.kind.name(), &session.cx);
            let place = format!("account {}, region {}", cx.account, cx.region);
            Failed::new(format!("there is no {kind} {id} on AWS ({place})"))
                .hint("check the id, and that the object is of this account and region")
                .at(declared.span, &session.declared.sources)
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
