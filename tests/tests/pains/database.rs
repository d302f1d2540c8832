//! Last snapshots that stand in each other's way, and protection that leaves a cluster without an
//! instance.

use tests::{DOWN, Lab, UP};

use crate::stack;

const CONFIG: &str = "config/lab.yaml";

/// The whole system, with what the environment says of the database replaced.
async fn lab(said: &str) -> Lab {
    let lab = Lab::new().await;
    lab.replace(CONFIG, "final_snapshot: false", said);
    lab
}

/// The names of all snapshots of clusters.
async fn snapshots(lab: &Lab) -> Vec<String> {
    let clients = lab.clients().await;
    let answer = clients.rds().describe_db_cluster_snapshots().send().await.unwrap();
    let names = answer.db_cluster_snapshots().iter();
    names.map(|one| one.db_cluster_snapshot_identifier().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_down_leaves_a_snapshot_under_a_name_of_its_own() {
    let lab = lab("final_snapshot: true").await;
    for count in [1, 2] {
        lab.run(&UP).await.expect(0);
        let cluster = stack::id(&lab, "db.cluster.cluster");
        let told = lab.run(&DOWN).await.expect(0);
        let names = snapshots(&lab).await;
        assert_eq!(names.len(), count, "{names:?}");
        assert!(names.iter().all(|name| name.starts_with(&format!("{cluster}-final-"))));
        let stays =
            |name: &String| told.text.contains(&format!("its data stays in the snapshot {name}"));
        assert_eq!(names.iter().filter(|name| stays(name)).count(), 1, "{}", told.text);
        assert!(!stack::state(&lab).exists());
    }
}

/// Nobody has to apply `final_snapshot: false` before it counts, nor the contrary.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_environment_says_of_the_snapshot_counts_at_once() {
    let lab = lab("final_snapshot: true").await;
    lab.run(&UP).await.expect(0);
    lab.replace(CONFIG, "final_snapshot: true", "final_snapshot: false");
    lab.run(&DOWN).await.expect(0).says(&["its data goes with it: `final_snapshot` is false"]);
    assert_eq!(snapshots(&lab).await, [""; 0]);

    lab.run(&UP).await.expect(0);
    lab.replace(CONFIG, "final_snapshot: false", "final_snapshot: true");
    lab.run(&DOWN).await.expect(0);
    assert_eq!(snapshots(&lab).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn protection_that_we_switched_on_we_switch_off() {
    let lab = lab("final_snapshot: true").await;
    let protected = "deletion_protection: true";
    lab.replace("stacks/db.yaml", "deletion_protection: ${config.protect}", protected);
    lab.run(&UP).await.expect(0);
    let cluster = stack::id(&lab, "db.cluster.cluster");
    let clients = lab.clients().await;
    let request = clients.rds().delete_db_cluster().db_cluster_identifier(&cluster);
    let by_hand = request.skip_final_snapshot(true).send().await.unwrap_err();
    assert_eq!(by_hand.into_service_error().meta().code(), Some("InvalidParameterCombination"));
    lab.run(&DOWN).await.expect(0);
    assert_eq!(snapshots(&lab).await.len(), 1);
}

/// AWS itself lets the last instance of a protected cluster go.
#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_somebody_else_protected_keeps_its_last_instance() {
    let lab = lab("final_snapshot: true").await;
    lab.run(&UP).await.expect(0);
    let cluster = stack::id(&lab, "db.cluster.cluster");
    let clients = lab.clients().await;
    let request = clients.rds().modify_db_cluster().db_cluster_identifier(&cluster);
    request.deletion_protection(true).apply_immediately(true).send().await.unwrap();

    let words = ["db.cluster.instance", "protected against deletion", "--no-deletion-protection"];
    lab.run(&DOWN).await.expect(1).says(&words);
    let instances = clients.rds().describe_db_instances().send().await.unwrap();
    assert_eq!(instances.db_instances().len(), 1);

    let request = clients.rds().modify_db_cluster().db_cluster_identifier(&cluster);
    request.deletion_protection(false).apply_immediately(true).send().await.unwrap();
    lab.run(&DOWN).await.expect(0);
    assert!(!stack::state(&lab).exists());
}
