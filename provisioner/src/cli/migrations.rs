//! Whether the release that runs can live with the migrations of the next one.

use std::collections::BTreeMap;

use super::Failed;
use super::session::Session;
use super::shipping::shipping_stacks;
use crate::address::Address;
use crate::aws::ecr::image::{Image, Migrations};
use crate::definition::Program;
use crate::engine::plan::Plan;
use crate::resource::Resource;
use crate::ship::migrations::{self, Files, Finding};
use crate::view::Failure;

/// The migrations that a stack's images bring along.
pub fn of_stack(program: &Program, stack: &str) -> BTreeMap<Address, Files> {
    declared(program, stack).map(|(address, migrations)| (address, migrations.files)).collect()
}

/// The migrations of a stack's last release that came to run; `None` where none did.
pub fn before<'a>(session: &'a Session, stack: &str) -> Option<&'a BTreeMap<Address, Files>> {
    session.state.releases.current(stack).map(|release| &release.migrations)
}

/// Refuses a plan whose migrations the running release can't live with.
///
/// # Errors
/// With each statement and its place; or when a migration can't be read.
pub fn check(session: &Session, plan: &Plan) -> Result<(), Failed> {
    let mut lines = Vec::new();
    for stack in shipping_stacks(plan) {
        let Some(before) = before(session, &stack) else { continue };
        for (address, now) in declared(&session.program, &stack) {
            let Some(before) = before.get(&address) else { continue };
            let folder = session.cx.project.join(&now.folder);
            let found = migrations::check(&folder, before).map_err(|error| {
                Failed::new(format!("the migrations in `{}` can't be read: {error}", now.folder))
            })?;
            lines.extend(found.iter().map(|finding| line(&now.folder, finding)));
        }
    }
    if lines.is_empty() { Ok(()) } else { Err(refused(lines)) }
}

fn declared(program: &Program, stack: &str) -> impl Iterator<Item = (Address, Migrations)> {
    let images = program.declarations.values();
    let images =
        images.filter(move |one| one.kind.name() == Image::KIND && one.address.stack() == stack);
    images.filter_map(|one| {
        let migrations = one.properties.evaluate(&|_, _| None)["migrations"].take();
        Some((one.address.clone(), serde_json::from_value(migrations).ok()?))
    })
}

fn line(folder: &str, finding: &Finding) -> String {
    let Finding { file, line, column, text, why } = finding;
    let place = format!("{folder}/{file}:{line}:{column}");
    if text.is_empty() { format!("{place}: {why}") } else { format!("{place}: {why}\n  {text}") }
}

fn refused(lines: Vec<String>) -> Failed {
    let message = "the release that runs can't live with these migrations; nothing was changed";
    Failed::Other(Failure { causes: lines, ..Failure::new(message) }).hint(
        "ship in two steps: first a release that does without what goes, or fills what is to be \
         required, then the migration. `--force-migrations` ships them at once, and requests of \
         the old release may fail until the new one has taken over",
    )
}
