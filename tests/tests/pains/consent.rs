//! Data is lost only with somebody's consent, which names the object; what is protected is not
//! lost at all.

use std::io::Write;
use std::process::{Command, Stdio};

use tests::{DOWN, ENVIRONMENT, Lab, UP};

use crate::stack::{self, is_read};

/// One object of each kind that holds data, but for the cluster.
const HOLDERS: &str = "
images: { type: ecr.repository, name: lab/images }
logs: { type: logs.log_group, name: /lab/logs }
secret: { type: secretsmanager.secret, name: lab-secret, generate: {}, recovery_window_in_days: 9 }
key: { type: kms.key, deletion_window_in_days: 8 }
";

/// The whole system, with a database that leaves a snapshot behind.
async fn with_database() -> Lab {
    let lab = Lab::new().await;
    lab.replace("config/lab.yaml", "final_snapshot: false", "final_snapshot: true");
    lab.converged().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_replaced_with_consent_and_after_a_snapshot() {
    let lab = with_database().await;
    lab.replace("stacks/db.yaml", "database: vitality", "database: other");
    let before = stack::calls(&lab).len();
    let words = [
        "db.cluster.cluster holds data and would be replaced",
        "--allow-replace db.cluster.cluster",
        "its data stays in the snapshot vitality-sandbox-db-cluster",
        "nothing was changed",
    ];
    stack::refused(&lab, &UP, &words).await;
    let another = ["--allow-replace", "db.cluster.instance"];
    stack::refused(&lab, &[&UP[..], &another].concat(), &words).await;
    assert!(stack::calls(&lab)[before..].iter().all(|call| is_read(call)));

    stack::converged(&lab, &["--allow-replace", "db.cluster.cluster"]).await;
    assert_eq!(snapshots(&lab).await.len(), 1);
}

/// Neither subnets nor a cluster can move to another VPC.
#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_replaced_with_its_network() {
    let lab = with_database().await;
    lab.replace("config/lab.yaml", "10.0.0.0/16", "10.30.0.0/16");
    let words = ["db.cluster.cluster holds data and would be replaced"];
    stack::refused(&lab, &UP, &words).await;
    stack::converged(&lab, &["--allow-replace", "db.cluster.cluster"]).await;
    assert_eq!(snapshots(&lab).await.len(), 1);
    let answer = lab.clients().await.ec2().describe_vpcs().send().await.unwrap();
    let networks = answer.vpcs().iter().filter_map(|vpc| vpc.cidr_block());
    assert_eq!(networks.filter(|network| *network == "10.30.0.0/16").count(), 1);
}

async fn snapshots(lab: &Lab) -> Vec<String> {
    let clients = lab.clients().await;
    let answer = clients.rds().describe_db_cluster_snapshots().send().await.unwrap();
    let names = answer.db_cluster_snapshots().iter();
    names.map(|one| one.db_cluster_snapshot_identifier().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_object_needs_a_consent_of_its_own() {
    let lab = stack::lab(HOLDERS).await.converged().await;
    stack::declare(&lab, "");
    let all = ["app.images", "app.logs", "app.secret", "app.key"];
    let hints = all.map(|address| format!("--allow-delete {address}"));
    let mut words = hints.each_ref().map(String::as_str).to_vec();
    words.extend([
        "it is empty",
        "its log lines go with it",
        "its value can be restored for 9 days",
        "what it has encrypted is lost for good after 8 days",
    ]);
    stack::refused(&lab, &UP, &words).await;

    let most = [&UP[..], &["--allow-delete", all[0], "--allow-delete", all[1]]].concat();
    let told = stack::refused(&lab, &most, &["app.secret holds data"]).await;
    assert!(!told.text.contains("app.images holds data"), "{}", told.text);

    let consent = all.map(|address| ["--allow-delete", address]).concat();
    stack::converged(&lab, &consent).await;
    let described = lab.clients().await.secretsmanager().describe_secret().secret_id("lab-secret");
    assert!(described.send().await.unwrap().deleted_date().is_some());
}

/// Runs the program on a terminal of its own, on which somebody types these lines.
async fn typed(lab: &Lab, arguments: &[&str], lines: &str) -> (bool, String) {
    let program = lab.command(arguments);
    let words = std::iter::once(program.get_program()).chain(program.get_args());
    let words = words.map(|word| format!("'{}'", word.to_str().unwrap()));
    let mut terminal = Command::new("script");
    terminal.args(["--quiet", "--return", "--command", &words.collect::<Vec<_>>().join(" ")]);
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => terminal.env(name, value),
            None => terminal.env_remove(name),
        };
    }
    let mut child = terminal
        .arg("/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("util-linux has `script`");
    let mut input = child.stdin.take().unwrap();
    input.write_all(lines.as_bytes()).unwrap();
    let ended = tokio::task::spawn_blocking(move || child.wait_with_output()).await.unwrap();
    drop(input);
    let ended = ended.unwrap();
    (ended.status.success(), String::from_utf8_lossy(&ended.stdout).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_the_typed_address_is_the_consent() {
    let lab = stack::lab("images: { type: ecr.repository, name: lab/images }").await;
    let lab = lab.converged().await;
    lab.replace(stack::FILE, "lab/images", "lab/pictures");
    let before = lab.objects().await;
    let up = ["up", ENVIRONMENT];

    let (done, text) = typed(&lab, &up, "yes\n").await;
    assert!(!done && text.contains("Type its address to consent"), "{text}");
    assert!(text.contains("nothing was changed"), "{text}");
    lab.holds(&before).await;

    let (done, text) = typed(&lab, &up, "app.images\ny\n").await;
    assert!(done, "{text}");
    stack::settled(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_protected_is_refused_by_name() {
    let lab = stack::lab(&HOLDERS.replace("lab/images", "lab/images, protect: true")).await;
    let lab = lab.converged().await;
    let consent = |flag| ["app.images", "app.logs"].map(|address| [flag, address]).concat();

    lab.replace(stack::FILE, "lab/images", "lab/pictures");
    let words = ["app.images is protected and would be replaced", "protect: false"];
    stack::refused(&lab, &[&UP[..], &consent("--allow-replace")].concat(), &words).await;

    stack::declare(&lab, "");
    let words = ["app.images is protected and would be deleted", "protect: false"];
    stack::refused(&lab, &[&UP[..], &consent("--allow-delete")].concat(), &words).await;

    stack::refused(&lab, &DOWN, &["protected: app.images", "nothing was deleted"]).await;
    // Said in the YAML, it counts: no `up` has to come first.
    stack::declare(&lab, &HOLDERS.replace("lab/images", "lab/images, protect: false"));
    lab.run(&DOWN).await.expect(0);
    assert!(!stack::state(&lab).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn protection_can_come_with_the_environment() {
    let lab = Lab::small().await;
    lab.replace("config/lab.yaml", "protect: false", "protect: true");
    let lab = lab.converged().await;
    stack::refused(&lab, &DOWN, &["protected: registry.api", "the environment's file"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_retained_stays_on_aws() {
    let lab = stack::lab(&HOLDERS.replace("lab/images", "lab/images, retain: true")).await;
    let lab = lab.converged().await;
    stack::declare(
        &lab,
        HOLDERS.replace("images: { type: ecr.repository, name: lab/images }", "").trim(),
    );
    let told = stack::converged(&lab, &[]).await.says(&["forget images", "which stays on AWS"]);
    assert!(!told.text.contains("holds data"), "{}", told.text);
    let repositories = lab.clients().await.ecr().describe_repositories().send().await.unwrap();
    assert_eq!(repositories.repositories().len(), 1);

    stack::declare(
        &lab,
        &HOLDERS
            .replace("/lab/logs", "/lab/logs, retain: true")
            .replace("images: { type: ecr.repository, name: lab/images }\n", ""),
    );
    lab.run(&DOWN).await.expect(0).says(&["forget logs"]);
    let groups = lab.clients().await.logs().describe_log_groups().send().await.unwrap();
    assert_eq!(groups.log_groups().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn down_needs_somebody_or_yes() {
    let lab = Lab::small().await.converged().await;
    let words = ["nobody is there to confirm", "--yes"];
    stack::refused(&lab, &["down", ENVIRONMENT], &words).await;
    stack::refused(&lab, &["down", ENVIRONMENT, "--json"], &words).await;

    let (done, text) = typed(&lab, &["down", ENVIRONMENT], "y\n").await;
    assert!(!done && text.contains("Type `lab`"), "{text}");
    let (done, text) = typed(&lab, &["down", ENVIRONMENT], "lab\n").await;
    assert!(done && !stack::state(&lab).exists(), "{text}");
}
