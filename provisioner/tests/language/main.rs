//! The language: what it accepts, what it makes of it, and what it says of what it refuses.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod arbitrary;
mod kinds;
mod meaning;
mod mistakes;
mod repository;

use std::path::Path;

use provisioner::definition::{self, Definition, File, Files, Refusal};
use provisioner::view::diagnostic::{self, Paint};

/// An environment that needs nothing.
const ENVIRONMENT: &str = "\
region: eu-central-1
prefix: acme
endpoint: sandbox
size: 4
sizes: { small: 1, large: 8 }
zones: [a, b]
availability_zones: [eu-central-1a, eu-central-1b]
";

fn compile_with(
    environment: impl Into<Vec<u8>>,
    stacks: &[(&str, &[u8])],
) -> Result<Definition, Refusal> {
    let stacks = stacks.iter().map(|(path, text)| File::new(format!("stacks/{path}"), *text));
    let files =
        Files { environment: File::new("config/dev.yaml", environment), stacks: stacks.collect() };
    definition::compile(Path::new("/project"), "dev", files, &kinds::kinds(), &kinds::components())
}

fn compile(stack: &str) -> Result<Definition, Refusal> {
    compile_with(ENVIRONMENT, &[("main.yaml", stack.as_bytes())])
}

/// A stack's diagnostics, as a person sees them; empty when there are none.
fn complaints(stack: &str) -> String {
    rendered(compile(stack))
}

fn rendered(result: Result<Definition, Refusal>) -> String {
    match result {
        Ok(definition) => diagnostic::human(
            &definition.warnings,
            &definition.sources,
            Paint::Plain,
            diagnostic::WIDTH,
        ),
        Err(refusal) => diagnostic::human(
            &refusal.diagnostics,
            &refusal.sources,
            Paint::Plain,
            diagnostic::WIDTH,
        ),
    }
}

/// A stack without mistakes.
fn accepted(stack: &str) -> Definition {
    match compile(stack) {
        Ok(definition) => definition,
        refused => panic!("{}", rendered(refused)),
    }
}
