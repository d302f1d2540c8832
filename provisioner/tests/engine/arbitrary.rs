//! Any sequence of declarations, with any faults on the way, ends in what is declared.

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::environment::{Ended, Environment};
use crate::memory::{Fault, Rule};

const SLOTS: usize = 12;
const KINDS: [&str; 4] = ["disk", "server", "bucket", "cluster"];
const FAULTS: [Fault; 12] = [
    Fault::THROTTLED,
    Fault::REFUSED,
    Fault::DENIED,
    Fault::EXPIRED,
    Fault::CallLost,
    Fault::AnswerLost,
    Fault::DeathBefore,
    Fault::DeathAfter,
    Fault::Stop,
    Fault::GivesUp,
    Fault::Blind,
    Fault::NOT_FOUND,
];
/// How many runs without faults may be needed: one to finish, and one for what a value that was
/// not known at the plan has changed.
const CLEAN_RUNS: usize = 2;

/// One declared object. It stands on and uses objects of lower slots alone.
#[derive(Debug, Clone)]
struct Thing {
    kind: &'static str,
    zone: u8,
    size: u8,
    secret: bool,
    base: Option<usize>,
    uses: std::collections::BTreeSet<usize>,
}

/// A change of what is declared, and what goes wrong in the run that follows.
#[derive(Debug, Clone)]
struct Round {
    changes: Vec<(usize, Option<Thing>)>,
    calls: Vec<(usize, Fault)>,
    write: Option<(usize, Fault)>,
    parallel: usize,
    /// Whether the run deletes everything instead.
    down: bool,
}

fn thing() -> impl Strategy<Value = Thing> {
    let kind = proptest::sample::select(KINDS.to_vec());
    let base = option::weighted(0.6, 0..SLOTS);
    (kind, 0..2u8, 1..3u8, any::<bool>(), base, btree_set(0..SLOTS, 0..3)).prop_map(
        |(kind, zone, size, secret, base, uses)| Thing { kind, zone, size, secret, base, uses },
    )
}

fn round() -> impl Strategy<Value = Round> {
    let changes = vec((0..SLOTS, option::weighted(0.8, thing())), 1..8);
    let fault = || proptest::sample::select(FAULTS.to_vec());
    let calls = vec((0..40usize, fault()), 0..4);
    let deadly = proptest::sample::select(vec![
        Fault::DeathBefore,
        Fault::DeathAfter,
        Fault::CallLost,
        Fault::AnswerLost,
    ]);
    let write = option::weighted(0.3, (0..20usize, deadly));
    let down = proptest::bool::weighted(0.15);
    (changes, calls, write, 1..8usize, down).prop_map(|(changes, calls, write, parallel, down)| {
        Round { changes, calls, write, parallel, down }
    })
}

/// A name whose order has nothing to do with that of the slots.
fn name(slot: usize) -> String {
    format!("n{:02}", slot * 7 % SLOTS)
}

/// The YAML of what is declared.
fn text(slots: &[Option<Thing>]) -> String {
    let there = |slot: &usize| slots[*slot].is_some();
    let mut text = String::new();
    for (slot, thing) in slots.iter().enumerate() {
        let Some(thing) = thing else { continue };
        let lower = |other: &usize| *other < slot && there(other);
        let id = |other: usize| format!("\"${{{}.id}}\"", name(other));
        let uses: Vec<String> = thing.uses.iter().copied().filter(lower).map(id).collect();
        text += &format!("  {}:\n    type: memory.{}\n", name(slot), thing.kind);
        text += &format!("    zone: z{}\n    size: {}\n", thing.zone, thing.size);
        text += &format!("    secret: s{}\n    uses: [{}]\n", thing.secret, uses.join(", "));
        if let Some(base) = thing.base.filter(lower) {
            text += &format!("    base: {}\n", id(base));
        }
    }
    text
}

fn run(rounds: Vec<Round>) {
    let mut environment = Environment::of("  {}\n");
    environment.scope.consent =
        (0..SLOTS).map(|slot| format!("main.{}", name(slot)).parse().unwrap()).collect();
    let mut slots = vec![None; SLOTS];
    for round in rounds {
        for (slot, thing) in round.changes {
            slots[slot] = thing;
        }
        environment.declare(&text(&slots));
        for (number, fault) in round.calls {
            environment.world.inject(Rule::call(number, fault));
        }
        if let Some((number, fault)) = round.write {
            environment.store.inject(number, fault);
        }
        environment.parallel = round.parallel;
        let ended = if round.down { environment.try_down() } else { environment.try_up() };
        let planned = !matches!(ended, Ended::Refused(_) | Ended::NotPlanned(_));
        assert!(planned || ended.is_entangled(), "{ended:#?}");
        environment.world.calm();
        environment.store.calm();
    }
    if environment.try_up().is_entangled() {
        environment.down();
    }
    for _ in 0..CLEAN_RUNS {
        environment.up();
        if environment.plan().is_empty() {
            break;
        }
    }
    environment.assert_converged();
    environment.down();
    environment.assert_empty();
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_world_becomes_what_is_declared(rounds in vec(round(), 1..6)) {
        run(rounds);
    }
}

/// The same few in every run of the tests; others, and more, by `PROPTEST_CASES`.
fn config() -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..Default::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return config;
    }
    ProptestConfig { cases: 40, rng_seed: RngSeed::Fixed(1), ..config }
}
