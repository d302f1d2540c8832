//! The log groups of an environment, or of a part of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::super::Failed;
use super::super::session::Session;
use crate::address::Address;
use crate::aws::logs::log_group::LogGroup;
use crate::aws::logs::{Missing, groups_of};
use crate::definition::diagnostic::did_you_mean;
use crate::resource::Resource;
use crate::state::{Entry, State};
use crate::view::View;

/// How many objects are listed that have a log group.
const LISTED: usize = 12;

/// A log group.
pub(super) struct Group {
    /// Its name.
    pub name: String,
    /// What writes to it; where there is more than one that does.
    pub label: Option<String>,
}

/// The log groups that are written to by what has this name, or lies in it: a stack, a component or
/// an object. Without a name, by anything.
///
/// # Errors
/// When nothing has the name, or nothing of it writes to a log group.
pub(super) fn of(session: &Session, name: Option<&str>) -> Result<Vec<Group>, Failed> {
    let state = &session.state;
    let groups = groups(state, name);
    match name {
        _ if !groups.is_empty() => Ok(groups),
        None => Err(Failed::new("nothing that this environment holds writes to a log group")
            .hint("`provision up` makes what is declared")),
        Some(name) => {
            let declared = session.program.declarations.keys();
            Err(has_none(name, declared.chain(state.entries.keys()), state))
        }
    }
}

fn is_in(address: &Address, name: Option<&str>) -> bool {
    let Some(name) = name else { return true };
    let rest = address.as_str().strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', ':']))
}

/// Each log group once, under the name of what writes to it: a log group's own only where nothing
/// does.
fn groups(state: &State, name: Option<&str>) -> Vec<Group> {
    let writers = writers(state, name);
    let several = writers.values().collect::<BTreeSet<_>>().len() > 1;
    let stacks: BTreeSet<&str> = writers.values().map(|address| address.stack()).collect();
    let label = |address: &Address| match stacks.len() {
        1 => address.path().to_owned(),
        _ => address.to_string(),
    };
    let group = |(name, writer)| Group { name, label: several.then(|| label(writer)) };
    writers.iter().map(|(name, writer)| group((name.clone(), *writer))).collect()
}

/// What writes to which log group.
fn writers<'a>(state: &'a State, name: Option<&str>) -> BTreeMap<String, &'a Address> {
    let mut objects: Vec<(&Address, &Entry)> =
        state.entries.iter().filter(|(address, _)| is_in(address, name)).collect();
    objects.sort_by_key(|(_, entry)| entry.kind == LogGroup::KIND);
    let mut writers = BTreeMap::new();
    for (address, entry) in objects {
        let outputs = entry.status.outputs().unwrap_or(&Json::Null);
        for group in groups_of(&entry.kind, entry.status.id(), &entry.inputs, outputs) {
            writers.entry(group).or_insert(address);
        }
    }
    writers
}

/// That what has this name has no log group, and what has one; or that nothing has the name.
fn has_none<'a>(name: &str, addresses: impl Iterator<Item = &'a Address>, state: &State) -> Failed {
    let addresses: BTreeSet<&Address> = addresses.collect();
    let with: BTreeSet<&Address> = writers(state, None).into_values().collect();
    if addresses.iter().any(|address| is_in(address, Some(name))) {
        let failed = Failed::new(format!("`{name}` writes to no log group"));
        return failed.hint(listed(&with));
    }
    let names = addresses.iter().flat_map(|it| [it.stack(), it.component(), it.as_str()]);
    let failed = Failed::new(format!("nothing is called `{name}`"));
    match did_you_mean(name, names.collect::<BTreeSet<_>>()) {
        Some(hint) => failed.hint(hint),
        None => failed,
    }
}

fn listed(with: &BTreeSet<&Address>) -> String {
    if with.is_empty() {
        return "nothing else does either: `provision up` makes what is declared".to_owned();
    }
    let mut names: Vec<String> =
        with.iter().take(LISTED).map(|address| format!("`{address}`")).collect();
    if with.len() > LISTED {
        names.push(format!("{} more", with.len() - LISTED));
    }
    format!("these do: {}", names.join(", "))
}

/// That nothing can be shown, since nothing is there.
pub(super) fn none_exists(groups: &[Group]) -> Failed {
    let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    Failed::new(format!(
        "nothing was written yet: {} {} not exist",
        names.join(" and "),
        if names.len() == 1 { "does" } else { "do" },
    ))
    .hint("a service's log group comes with its first line; `--follow` waits for it")
}

/// Tells which log groups are not there.
pub(super) fn tell(missing: &Missing, groups: &[Group], view: &mut dyn View) {
    for index in missing {
        view.note(&format!("the log group {} does not exist yet", groups[*index].name));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::Id;
    use crate::state::Status;

    fn entry(kind: &str, id: &str, outputs: Json) -> Entry {
        Entry {
            kind: kind.to_owned(),
            inputs: json!({}),
            tags: BTreeMap::new(),
            depends_on: BTreeSet::new(),
            protect: false,
            retain: false,
            status: Status::Ready { id: Id::from(id), outputs },
            deposed: Vec::new(),
        }
    }

    fn state(entries: Vec<(&str, Entry)>) -> State {
        let mut state = State::new("dev");
        state.entries =
            entries.into_iter().map(|(name, entry)| (name.parse().unwrap(), entry)).collect();
        state
    }

    fn some() -> State {
        let express = entry("ecs.express_service", "arn:1", json!({ "log_group": "/acme/api" }));
        state(vec![
            ("api.main.log", entry("logs.log_group", "/acme/api", json!({}))),
            ("api.main.service", express),
            ("api.audit", entry("logs.log_group", "/acme/audit", json!({}))),
            ("api.audits", entry("logs.log_group", "/acme/audits", json!({}))),
            ("api.each:a", entry("logs.log_group", "/acme/each/a", json!({}))),
            ("network.vpc", entry("ec2.vpc", "vpc-1", json!({}))),
        ])
    }

    fn labels(name: Option<&str>) -> Vec<(String, Option<String>)> {
        groups(&some(), name).into_iter().map(|group| (group.name, group.label)).collect()
    }

    fn one(name: &str) -> Vec<(String, Option<String>)> {
        vec![(name.to_owned(), None)]
    }

    #[test]
    fn a_group_is_named_after_what_writes_to_it() {
        let found = labels(Some("api"));
        let found: Vec<&str> = found.iter().map(|(_, label)| label.as_deref().unwrap()).collect();
        assert_eq!(found, ["main.service", "audit", "audits", "each:a"]);
        assert_eq!(labels(Some("api.main")), one("/acme/api"), "one writer needs no name");
    }

    #[test]
    fn a_name_is_a_stack_a_component_or_an_object() {
        assert_eq!(labels(Some("api.audit")), one("/acme/audit"));
        assert_eq!(labels(Some("api.each")), one("/acme/each/a"));
        assert_eq!(labels(Some("api.main.log")), one("/acme/api"));
        assert_eq!(labels(None).len(), 4);
        assert!(labels(Some("network")).is_empty() && labels(Some("ap")).is_empty());
    }

    #[test]
    fn what_has_none_is_told_what_has_one() {
        let state = some();
        let said = |name| {
            let Failed::Other(failure) = has_none(name, state.entries.keys(), &state) else {
                unreachable!()
            };
            (failure.message, failure.hint.unwrap())
        };
        let (message, hint) = said("network.vpc");
        assert_eq!(message, "`network.vpc` writes to no log group");
        assert_eq!(hint, "these do: `api.audit`, `api.audits`, `api.each:a`, `api.main.service`");
        assert_eq!(said("netwrk").1, "did you mean `network`?");
    }
}
