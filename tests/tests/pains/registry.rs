//! A registry that is not empty: how many images go is told, and one consent is enough.

use sandbox::gateway::hook::Phase;
use tests::{DOWN, ENVIRONMENT, Lab, UP};

use crate::stack;

const REPOSITORY: &str = "images: { type: ecr.repository, name: lab/images }";

/// A repository with so many images.
async fn filled(images: usize) -> Lab {
    let lab = stack::lab(REPOSITORY).await.converged().await;
    push(&lab, 0..images).await;
    lab
}

async fn push(lab: &Lab, numbers: std::ops::Range<usize>) {
    let clients = lab.clients().await;
    for number in numbers {
        let digest = format!("sha256:{number:064x}");
        let manifest = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "size": 2, "digest": digest },
            "layers": [],
        });
        let request = clients.ecr().put_image().repository_name("lab/images");
        let request = request.image_tag(format!("v{number}")).image_manifest(manifest.to_string());
        request.send().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn down_tells_the_images_and_takes_one_consent() {
    let lab = filled(3).await;
    let words = ["3 images go with it", "nobody is there to confirm", "--yes"];
    stack::refused(&lab, &["down", ENVIRONMENT], &words).await;
    lab.run(&DOWN).await.expect(0).says(&["3 images go with it"]);
    assert_eq!(lab.objects().await.get("ecr/repositories").copied().unwrap_or_default(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn up_tells_them_too() {
    let lab = filled(1).await;
    stack::declare(&lab, "");
    let words = ["1 image goes with it", "app.images holds data", "--allow-delete app.images"];
    stack::refused(&lab, &UP, &words).await;
    stack::converged(&lab, &["--allow-delete", "app.images"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_to_lose_images_does_not_cover_those_pushed_since() {
    let lab = filled(1).await;
    stack::declare(&lab, "");
    let file = lab.path("saved.plan").display().to_string();
    let consent = ["--allow-delete", "app.images"];
    lab.run(&[&["plan", ENVIRONMENT, "--out", &file], &consent[..]].concat()).await.expect(0);
    push(&lab, 1..2).await;
    let up = [&UP[..], &["--plan", &file], &consent].concat();
    stack::refused(&lab, &up, &["the world has moved", "app.images"]).await;
}

/// Nobody has to apply `force_delete` before it counts.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_yaml_says_of_deletions_counts_at_once() {
    let lab = filled(2).await;
    stack::declare(&lab, &REPOSITORY.replace(" }", ", force_delete: false }"));
    let words = [
        "it holds 2 images",
        "ecr:DeleteRepository",
        "RepositoryNotEmptyException",
        "force_delete: true",
    ];
    stack::refused(&lab, &DOWN, &words).await;
    stack::declare(&lab, REPOSITORY);
    lab.run(&DOWN).await.expect(0);
}

/// Between the look and the deletion, somebody pushes: the deletion was agreed to.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_repository_is_said_to_be_empty() {
    let lab = filled(0).await;
    let gate =
        lab.hold(|call, phase| call.operation == "DeleteRepository" && phase == Phase::Before);
    let run = lab.start(&DOWN);
    gate.reached().await;
    push(&lab, 0..1).await;
    gate.open();
    run.wait().await.expect(0).says(&["it is empty"]);
}
