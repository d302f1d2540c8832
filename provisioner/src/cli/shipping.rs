//! What a run ships, remembered: so that one can see it, and go back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::migrations;
use super::session::Session;
use crate::address::Address;
use crate::aws::ecr::image::Image;
use crate::aws::s3::content::Content;
use crate::definition::{Declaration, Program};
use crate::engine::execute::Report;
use crate::engine::plan::{Action, Plan};
use crate::resource::Resource;
use crate::state::{Holder, Outcome, Release, Writer};

/// The kinds that are shipped: the property that names what they are, and those without which it
/// is only looked for, and not made.
const SHIPPED: &[(&str, &str, &[&str])] =
    &[(Image::KIND, "tag", &["recipe"]), (Content::KIND, "release", &["command", "folder"])];

/// What a run ships.
#[derive(Debug, Default)]
pub struct Shipping {
    /// The release that it goes back to.
    pub back_to: Option<u64>,
    /// Whether migrations may break the release that runs.
    pub force: bool,
    /// Whether to wait until it is everywhere.
    pub wait: bool,
}

/// The releases that a run has begun, by stack and number.
#[derive(Debug, Default)]
pub struct Begun(Vec<(String, u64)>);

impl Shipping {
    /// Remembers the releases that a plan begins: of every stack in which something shipped
    /// changes.
    pub fn begin(self, session: &Session, plan: &Plan, writer: &Writer) -> Begun {
        let stacks = shipping_stacks(plan);
        if stacks.is_empty() {
            return Begun::default();
        }
        let commit = commit(&session.cx.project);
        let holder = Holder::this_process("");
        let mut begun = Vec::new();
        for stack in stacks {
            let number = writer.read(|state| state.releases.next(&stack));
            // To go back takes no migration back.
            let migrations = match self.back_to {
                Some(_) => migrations::before(session, &stack).cloned().unwrap_or_default(),
                None => migrations::of_stack(&session.program, &stack),
            };
            let release = Release {
                number,
                stack: stack.clone(),
                at: Timestamp::now(),
                by: format!("{} on {}", holder.user, holder.host),
                commit: commit.clone(),
                objects: shipped(&session.program, &stack),
                migrations,
                outcome: Outcome::Begun,
                back_to: self.back_to,
            };
            writer.record(|state| state.releases.begin(release));
            begun.push((stack, number));
        }
        Begun(begun)
    }
}

impl Begun {
    /// Remembers what came of them. A stack whose service did not take the new version has not
    /// been released.
    pub fn end(self, report: &Report, writer: &Writer) {
        let failed = report.failed.iter().map(|failure| &failure.address);
        let unfinished: BTreeSet<&str> = failed
            .chain(report.skipped.iter().map(|(address, _)| address))
            .map(Address::stack)
            .collect();
        for (stack, number) in self.0 {
            let done = !unfinished.contains(stack.as_str());
            let outcome = if done { Outcome::Done } else { Outcome::Failed };
            writer.record(|state| state.releases.end(&stack, number, outcome));
        }
    }
}

/// Whether a kind is shipped.
pub fn is_shipped(kind: &str) -> bool {
    SHIPPED.iter().any(|(shipped, ..)| *shipped == kind)
}

/// The stacks that ship something.
pub fn stacks(program: &Program) -> BTreeSet<&str> {
    let ships = program.declarations.values().filter(|one| is_shipped(one.kind.name()));
    ships.map(|one| one.address.stack()).collect()
}

/// The stacks of which a plan ships something.
pub(super) fn shipping_stacks(plan: &Plan) -> BTreeSet<String> {
    let leaves = |action| matches!(action, Action::Delete | Action::Cleanup | Action::Forget);
    let steps = plan.steps.iter().filter(|step| is_shipped(&step.kind) && !leaves(step.action));
    steps.map(|step| step.address.stack().to_owned()).collect()
}

/// What a stack ships, by the properties that bring it back: `null` takes one away.
fn shipped(program: &Program, stack: &str) -> BTreeMap<Address, Json> {
    let of_stack = program.declarations.values().filter(|one| one.address.stack() == stack);
    of_stack.filter_map(|one| Some((one.address.clone(), identity(one)?))).collect()
}

fn identity(declaration: &Declaration) -> Option<Json> {
    let (_, name, without) = SHIPPED.iter().find(|(kind, ..)| *kind == declaration.kind.name())?;
    let properties = declaration.properties.evaluate(&|_, _| None);
    let mut identity = json!({ *name: properties[*name] });
    for name in *without {
        identity[*name] = Json::Null;
    }
    Some(identity)
}

/// The commit of the project's directory, with `+` where files differ from it.
pub(super) fn commit(project: &Path) -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(project).args(arguments).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then_some(text)
    };
    let commit = git(&["rev-parse", "HEAD"])?;
    let differs = !git(&["status", "--porcelain"])?.is_empty();
    Some(if differs { format!("{commit}+") } else { commit })
}
