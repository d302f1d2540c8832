//! Text to declarations: what an environment's YAML says, checked as far as it can be without AWS.
//!
//! `load` (text to values with spans) → `expand` (`for_each`, `when`, components) → `resolve`
//! (references bound, properties checked against the kinds' schemas) → [`Program`].

mod bind;
pub mod component;
mod constant;
mod cycle;
pub mod diagnostic;
mod each;
pub mod environment;
mod expand;
pub mod interpolate;
mod json;
pub mod list;
mod load;
mod option;
pub mod program;
mod resolve;
mod scalar;
pub mod schema;
mod secret;
pub mod source;
mod stack;
mod substitute;
mod yaml;

use std::collections::HashMap;
use std::path::Path;

pub use component::Components;
pub use diagnostic::{Diagnostic, Diagnostics, Label, Severity};
pub use environment::{Endpoint, Environment, StateLocation};
pub use load::{File, Files, environments, find};
pub use program::{Declaration, Program};
pub use source::{Place, Source, Sources};

use serde_json::Value as Json;

use crate::resource::Kinds;
use crate::value::Value;

/// A definition without errors.
pub struct Definition {
    /// What it declares.
    pub program: Program,
    /// The files, for places in them.
    pub sources: Sources,
    /// What somebody should look at.
    pub warnings: Diagnostics,
}

/// A definition with errors.
#[derive(Debug, thiserror::Error)]
#[error("the definitions have mistakes")]
pub struct Refusal {
    /// The files, for places in them.
    pub sources: Sources,
    /// Every error and warning, by file and place.
    pub diagnostics: Diagnostics,
}

/// What an environment declares, from the files below the project's directory.
///
/// # Errors
/// Every mistake in the files, by file and place.
pub fn program(
    root: &Path,
    environment: &str,
    kinds: &Kinds,
    components: &Components,
) -> Result<Definition, Refusal> {
    match find(root, environment) {
        Ok(files) => compile(root, environment, files, kinds, components),
        Err(diagnostics) => Err(Refusal { sources: Sources::default(), diagnostics }),
    }
}

/// What an environment declares, from files that were read already.
///
/// # Errors
/// Every mistake in the files, by file and place.
pub fn compile(
    root: &Path,
    environment: &str,
    files: Files,
    kinds: &Kinds,
    components: &Components,
) -> Result<Definition, Refusal> {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let loaded = load::load(files.environment, &mut sources, &mut diagnostics);
    let values: Vec<_> = files
        .stacks
        .into_iter()
        .map(|file| load::load(file, &mut sources, &mut diagnostics))
        .collect();
    let program =
        environment::read(root, environment, loaded, &mut diagnostics).map(|environment| {
            let stacks = read_stacks(&values, &environment, &mut diagnostics);
            let mut expander = expand::Expander {
                environment: &environment,
                kinds,
                components,
                diagnostics: &mut diagnostics,
                expanded: expand::Expanded::default(),
            };
            stacks.iter().for_each(|stack| expander.stack(stack));
            let expanded = expander.expanded;
            resolve::resolve(environment, &expanded, &stacks, &mut diagnostics)
        });
    let failed = diagnostics.has_errors();
    let diagnostics = diagnostics.sorted();
    match program {
        Some(program) if !failed => Ok(Definition { program, sources, warnings: diagnostics }),
        _ => Err(Refusal { sources, diagnostics }),
    }
}

/// A file as JSON, with its references as text: what a validator of JSON Schema sees.
///
/// # Errors
/// Where the text is not YAML that the language allows.
pub fn as_written(file: File) -> Result<Json, Refusal> {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    match load::load(file, &mut sources, &mut diagnostics) {
        (_, Some(value)) if !diagnostics.has_errors() => Ok(json::to_json(&value)),
        _ => Err(Refusal { sources, diagnostics: diagnostics.sorted() }),
    }
}

fn read_stacks(
    values: &[(crate::value::FileId, Option<Value>)],
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Vec<stack::Stack> {
    let constants = constant::Constants { environment };
    let mut stacks: Vec<stack::Stack> = Vec::new();
    let mut names = HashMap::new();
    for (file, value) in values {
        let Some(value) = value else { continue };
        let Some(stack) = stack::read(*file, value, &constants, diagnostics) else { continue };
        if let Some(first) = names.insert(stack.name.clone(), stack.span) {
            let detail = format!("`{}` is the name of two stacks.", stack.name);
            diagnostics.push(
                Diagnostic::error("Duplicate stack", stack.span, detail)
                    .label(first, "first used here"),
            );
            continue;
        }
        stacks.push(stack);
    }
    stacks
}
