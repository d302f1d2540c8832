//! Two runs at once, and `provision unlock`.

use std::sync::Arc;

use insta::assert_snapshot;
use provisioner::state::{LocalStore, Lock, LockFile};

use crate::project::Project;

/// The lock of `dev`, held by this process.
async fn hold(file: &Arc<dyn LockFile>) -> Lock {
    Lock::take(Arc::clone(file), "provision up dev").await.unwrap()
}

#[test]
fn the_second_run_is_refused_with_who_holds_the_lock() {
    let project = Project::new();
    let file: Arc<dyn LockFile> = Arc::new(LocalStore::new(&project.path(".provision"), "dev"));
    let lock = project.block_on(hold(&file));
    assert_snapshot!(project.run("up dev --yes"), @"
    exit 4
    ── stderr
    error: .provision/dev/lock.json is locked by [HOLDER] (process [PID]) running `provision up
      dev` since [TIMESTAMP]
      hint: wait for it to end; if it is dead, the lock lapses within a minute, or `provision
            unlock` breaks it
    ");
    assert_snapshot!(project.run("unlock dev"), @"
    exit 1
    ── stderr
    locked by [HOLDER] (process [PID]) running `provision up dev` since [TIMESTAMP]

    error: nobody is there to confirm
      hint: give `--yes` where no terminal is
    ");
    assert_eq!(project.run("plan dev").code, 0, "what changes nothing needs no lock");
    assert_snapshot!(project.run("unlock dev --yes"), @"
    exit 0
    ── stderr
    locked by [HOLDER] (process [PID]) running `provision up dev` since [TIMESTAMP]
    the lock is broken
    ");
    assert_eq!(project.run("up dev --yes").code, 0);
    assert_snapshot!(project.run("unlock dev"), @"
    exit 0
    ── stderr
    nobody holds the lock
    ");
    drop(lock);
}

#[test]
fn a_lock_that_is_none_is_refused_and_can_be_removed() {
    let project = Project::new().up();
    project.write(".provision/dev/lock.json", "{}");
    let refused = project.run("up dev --yes");
    assert_snapshot!(refused, @"
    exit 1
    ── stderr
    error: the lock at .provision/dev/lock.json can't be understood
      missing field `id` at line 1 column 2
      hint: `provision unlock` removes it
    ");
    assert_snapshot!(project.run("unlock dev --yes"), @"
    exit 0
    ── stderr
    warning: the lock at .provision/dev/lock.json can't be understood
    the lock is broken
    ");
    assert_eq!(project.run("up dev --yes").code, 0);
}
