//! Names that are taken: by what is ours, which is taken back, or by somebody's, which is not
//! touched unless somebody says so.

use provisioner::aws::Clients;
use tests::{ENVIRONMENT, Lab, UP};

use crate::stack;

const SECRET: &str = "secret: { type: secretsmanager.secret, name: lab-secret, generate: {} }";

/// What an error must say beside its own words: where, and what AWS said.
const PLACE: [&str; 2] = ["--> stacks/app.yaml:", "request "];

async fn value(clients: &Clients) -> String {
    let request = clients.secretsmanager().get_secret_value().secret_id("lab-secret");
    request.send().await.unwrap().secret_string.unwrap()
}

/// Somebody else's secret of the same name.
async fn foreign(lab: &Lab) -> (Clients, String) {
    let clients = lab.clients().await;
    let request = clients.secretsmanager().create_secret().name("lab-secret");
    let made = request.secret_string("of somebody").send().await.unwrap();
    (clients, made.arn.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_secret_of_ours_comes_back_with_its_value() {
    let lab = stack::lab(SECRET).await.converged().await;
    let (clients, arn) = (lab.clients().await, stack::id(&lab, "app.secret"));
    let before = value(&clients).await;
    stack::declare(&lab, "");
    stack::converged(&lab, &["--allow-delete", "app.secret"]).await;

    stack::declare(&lab, &SECRET.replace("generate", "description: again, generate"));
    stack::converged(&lab, &[]).await;
    assert_eq!((stack::id(&lab, "app.secret"), value(&clients).await), (arn, before));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_secret_of_somebody_else_is_asked_about() {
    let lab = stack::lab(SECRET).await;
    let (clients, arn) = foreign(&lab).await;
    clients.secretsmanager().delete_secret().secret_id(&arn).send().await.unwrap();

    lab.run(&UP).await.expect(1).says(&PLACE).says(&[
        "app.secret could not be created",
        "secretsmanager:CreateSecret failed with InvalidRequestException",
        "restore-secret",
        "--force-delete-without-recovery",
        "is the deleted secret yours?",
    ]);
    let described = clients.secretsmanager().describe_secret().secret_id(&arn).send().await;
    assert!(described.unwrap().deleted_date().is_some());

    // One of the ways out.
    clients.secretsmanager().restore_secret().secret_id(&arn).send().await.unwrap();
    lab.run(&["import", ENVIRONMENT, "app.secret", &arn]).await.expect(0);
    stack::converged(&lab, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_somebody_else_is_taken_over_only_by_import() {
    let lab = stack::lab(&SECRET.replace(", generate: {}", "")).await;
    let (clients, arn) = foreign(&lab).await;
    lab.run(&UP)
        .await
        .expect(1)
        .says(&PLACE)
        .says(&["ResourceExistsException", "provision import lab app.secret ID"]);
    lab.run(&["import", ENVIRONMENT, "app.secret", &arn]).await.expect(0);
    stack::converged(&lab, &[]).await;
    assert_eq!(value(&clients).await, "of somebody");
}

const GROUP: &str = "logs: { type: logs.log_group, name: /lab/logs, retention_in_days: 30 }";

#[tokio::test(flavor = "multi_thread")]
async fn a_log_group_of_somebody_else_is_taken_over_only_by_import() {
    let lab = stack::lab(GROUP).await;
    let clients = lab.clients().await;
    clients.logs().create_log_group().log_group_name("/lab/logs").send().await.unwrap();
    lab.run(&UP).await.expect(1).says(&PLACE).says(&[
        "app.logs could not be created",
        "logs:CreateLogGroup failed with ResourceAlreadyExistsException",
        "provision import lab app.logs ID",
    ]);
    let retention = || async {
        let groups = clients.logs().describe_log_groups().send().await.unwrap();
        groups.log_groups()[0].retention_in_days()
    };
    assert_eq!(retention().await, None);

    lab.run(&["import", ENVIRONMENT, "app.logs", "/lab/logs"]).await.expect(0);
    lab.run(&["plan", ENVIRONMENT]).await.expect(0).says(&["retention_in_days", "30"]);
    stack::converged(&lab, &[]).await;
    assert_eq!(retention().await, Some(30));
}

/// The state is lost, and with it all knowledge of what is there but for the names and the tags.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_ours_is_adopted() {
    let lab = stack::lab(&format!("{GROUP}\n{SECRET}\nimages: {{ type: ecr.repository }}")).await;
    let lab = lab.converged().await;
    let (before, arn) = (lab.objects().await, stack::id(&lab, "app.secret"));
    std::fs::remove_dir_all(lab.path(".provision")).unwrap();
    lab.replace(stack::FILE, "retention_in_days: 30", "retention_in_days: 60");
    stack::converged(&lab, &[]).await;
    lab.holds(&before).await;
    assert_eq!(stack::id(&lab, "app.secret"), arn);
}
