//! The controls of this repository, over objects of every kind: each fault is found, and nothing
//! else is.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use provisioner::compliance::assess::{Verdict, assess};
use provisioner::compliance::catalog::{self, Catalog};
use provisioner::compliance::population::Population;
use provisioner::components::components;
use provisioner::definition::{Diagnostics, File, Files, Sources, compile};
use provisioner::{aws, definition};

mod faults;

use faults::{FAULTS, Fault};

/// Where the repository is.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 24);

fn catalog() -> Catalog {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let catalog = catalog::read(Path::new(ROOT), &aws::kinds(), &mut sources, &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    assert!(catalog.controls.len() >= 60);
    catalog
}

/// Stacks with objects of every kind, each with all that it can have.
fn stacks() -> Vec<(String, String)> {
    let stack = |(name, file): (&str, &str)| {
        let path = Path::new(ROOT).join("tests/tests/pains").join(file);
        let resources = fs::read_to_string(path).unwrap();
        let resources: String = resources.lines().map(|line| format!("  {line}\n")).collect();
        (name.to_owned(), format!("stack: {name}\nresources:\n{resources}"))
    };
    let stacks = [
        ("app", "every_kind.yaml"),
        ("service", "every_kind_service.yaml"),
        ("site", "every_kind_site.yaml"),
        ("observability", "every_kind_observability.yaml"),
        ("account", "every_kind_account.yaml"),
    ];
    stacks.into_iter().map(stack).collect()
}

/// What is not met, as `control address`.
fn findings(catalog: &Catalog, stacks: &[(String, String)]) -> BTreeSet<String> {
    let file =
        |(name, text): &(String, String)| File::new(format!("stacks/{name}.yaml"), text.as_bytes());
    let files = Files {
        environment: File::new("config/lab.yaml", "region: us-east-1\nendpoint: sandbox\n"),
        stacks: stacks.iter().map(file).collect(),
    };
    let defined = compile(Path::new(ROOT), "lab", files, &aws::kinds(), &components());
    let defined: definition::Definition = defined.unwrap_or_else(|refusal| {
        let mistakes = refusal.diagnostics.iter().map(|mistake| mistake.detail.as_str());
        panic!("{:?}", mistakes.collect::<Vec<_>>())
    });
    let population = Population::declared(&defined.program);
    let assessments = assess(catalog, &population, "lab", TODAY).unwrap();
    let failed = assessments.iter().filter(|one| one.verdict == Verdict::Fail);
    failed.map(|one| format!("{} {}", one.control.id, one.subject.address)).collect()
}

#[test]
fn each_fault_is_found_and_nothing_else() {
    let (catalog, before) = (catalog(), stacks());
    let known = findings(&catalog, &before);
    let mut wrong = Vec::new();
    for Fault { stack, from, to, finds } in FAULTS {
        let mut after = before.clone();
        let (_, text) = after.iter_mut().find(|(name, _)| name == stack).unwrap();
        assert!(text.contains(from), "{stack} has no {from:?}");
        *text = text.replace(from, to);
        let now = findings(&catalog, &after);
        let found: BTreeSet<&str> = now.symmetric_difference(&known).map(String::as_str).collect();
        if found != finds.iter().copied().collect() {
            wrong.push(format!("{from:?} → {to:?}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A control that nothing fails, or that everything fails, would tell nobody anything.
#[test]
fn every_control_can_be_met_and_missed() {
    let (catalog, stacks) = (catalog(), stacks());
    let seeded = FAULTS.iter().flat_map(|fault| fault.finds).map(|one| (*one).to_owned());
    let missed: BTreeSet<String> = findings(&catalog, &stacks).into_iter().chain(seeded).collect();
    let missed: BTreeSet<&str> = missed.iter().filter_map(|one| one.split(' ').next()).collect();
    let never: Vec<&str> = catalog
        .controls
        .iter()
        .map(|control| control.id.as_str())
        .filter(|id| !missed.contains(id))
        .collect();
    assert_eq!(never, [""; 0], "give each of them a fault");
}

#[test]
fn what_the_stacks_of_this_repository_declare_has_no_grave_findings() {
    for environment in definition::environments(Path::new(ROOT)) {
        let kinds = aws::kinds();
        let defined = definition::program(Path::new(ROOT), &environment, &kinds, &components());
        let program = defined.unwrap_or_else(|refusal| panic!("{refusal:?}")).program;
        let (catalog, population) = (catalog(), Population::declared(&program));
        let assessments = assess(&catalog, &population, &environment, TODAY).unwrap();
        let grave = assessments
            .iter()
            .filter(|one| one.is_at_least(provisioner::compliance::control::Severity::High))
            .map(|one| format!("{} {}", one.control.id, one.subject.address));
        assert_eq!(grave.collect::<Vec<_>>(), [""; 0], "{environment}");
    }
}
