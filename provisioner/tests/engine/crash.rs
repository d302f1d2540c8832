//! A process that dies at every call and at every write of the state, before and after it has its
//! effect. The next run ends where the dead one would have ended.

use crate::environment::{Ended, Environment};
use crate::memory::{Fault, Rule};

const BEFORE: &str = r#"
  disk: { type: memory.disk, zone: x, secret: one }
  server: { type: memory.server, zone: x }
  upon: { type: memory.server, base: "${server.id}" }
  cluster: { type: memory.cluster, base: "${disk.id}" }
  bucket: { type: memory.bucket, uses: ["${upon.id}"] }
  link: { type: memory.link, base: "${server.id}", uses: ["${bucket.id}"] }
  old: { type: memory.disk, base: "${server.id}" }
"#;

/// Another zone for a disk and a server: one is replaced by deletion first with the cluster on it,
/// the other by creation first with the server on it.
const AFTER: &str = r#"
  disk: { type: memory.disk, zone: y, secret: one }
  server: { type: memory.server, zone: y }
  upon: { type: memory.server, base: "${server.id}" }
  cluster: { type: memory.cluster, base: "${disk.id}" }
  bucket: { type: memory.bucket, uses: ["${upon.id}"], secret: two }
  link: { type: memory.link, base: "${server.id}", uses: ["${bucket.id}"] }
  new: { type: memory.disk, base: "${server.id}" }
"#;

fn changed() -> Environment {
    let mut environment = Environment::up_with(BEFORE);
    environment.declare(AFTER);
    environment
}

/// Lets the run die at one point after another until it lives through the last, and has the next
/// run finish what it began.
fn die_at_every_point(
    prepare: impl Fn() -> Environment,
    inject: impl Fn(&Environment, usize),
    run: impl Fn(&Environment) -> Ended,
    check: impl Fn(&Environment),
) -> usize {
    for number in 0.. {
        let environment = prepare();
        inject(&environment, number);
        let ended = run(&environment);
        environment.world.calm();
        environment.store.calm();
        match ended {
            Ended::Died | Ended::NotWritten(_) => {}
            Ended::Reported { report, .. } => {
                assert!(report.is_complete(), "{report:#?}");
                check(&environment);
                return number;
            }
            other => panic!("{other:#?}"),
        }
        match run(&environment) {
            Ended::Reported { report, .. } if report.is_complete() => check(&environment),
            other => panic!("after the death at {number}: {other:#?}"),
        }
    }
    unreachable!("the numbers do not end")
}

fn die_at_every_call(
    prepare: impl Fn() -> Environment,
    run: impl Fn(&Environment) -> Ended,
    check: impl Fn(&Environment),
) {
    for fault in [Fault::DeathBefore, Fault::DeathAfter] {
        let inject = |environment: &Environment, number| {
            environment.world.inject(Rule::call(number, fault));
        };
        let calls = die_at_every_point(&prepare, inject, &run, &check);
        assert!(calls >= 8, "only {calls} calls were tried");
    }
}

fn die_at_every_write(
    prepare: impl Fn() -> Environment,
    run: impl Fn(&Environment) -> Ended,
    check: impl Fn(&Environment),
) {
    for fault in [Fault::DeathBefore, Fault::DeathAfter, Fault::CallLost, Fault::AnswerLost] {
        let inject = |environment: &Environment, number| environment.store.inject(number, fault);
        let writes = die_at_every_point(&prepare, inject, &run, &check);
        assert!(writes > 4, "only {writes} writes were tried");
    }
}

#[test]
fn up_dies_at_every_call() {
    die_at_every_call(
        || Environment::of(BEFORE),
        Environment::try_up,
        Environment::assert_converged,
    );
}

#[test]
fn up_dies_at_every_write() {
    die_at_every_write(
        || Environment::of(BEFORE),
        Environment::try_up,
        Environment::assert_converged,
    );
}

#[test]
fn a_change_dies_at_every_call() {
    die_at_every_call(changed, Environment::try_up, Environment::assert_converged);
}

#[test]
fn a_change_dies_at_every_write() {
    die_at_every_write(changed, Environment::try_up, Environment::assert_converged);
}

#[test]
fn a_change_that_died_at_any_call_can_be_taken_back() {
    for fault in [Fault::DeathBefore, Fault::DeathAfter] {
        for number in 0.. {
            let mut environment = changed();
            environment.world.inject(Rule::call(number, fault));
            let ended = environment.try_up();
            environment.world.calm();
            environment.declare(BEFORE);
            environment.up();
            environment.assert_converged();
            if !matches!(ended, Ended::Died) {
                break;
            }
        }
    }
}

#[test]
fn down_dies_at_every_call() {
    let prepare = || consenting(Environment::up_with(BEFORE));
    die_at_every_call(prepare, Environment::try_down, Environment::assert_empty);
}

#[test]
fn down_dies_at_every_write() {
    let prepare = || consenting(Environment::up_with(BEFORE));
    die_at_every_write(prepare, Environment::try_down, Environment::assert_empty);
}

#[test]
fn down_after_a_change_that_died_at_any_call_leaves_nothing() {
    for fault in [Fault::DeathBefore, Fault::DeathAfter] {
        for number in 0.. {
            let environment = consenting(changed());
            environment.world.inject(Rule::call(number, fault));
            let ended = environment.try_up();
            environment.world.calm();
            environment.down();
            environment.assert_empty();
            if !matches!(ended, Ended::Died) {
                break;
            }
        }
    }
}

fn consenting(mut environment: Environment) -> Environment {
    environment.scope.consent.insert("main.bucket".parse().unwrap());
    environment
}
