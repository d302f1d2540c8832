use provisioner::aws::Context;
use provisioner::aws::ecr::image::Image;
use provisioner::aws::ecr::repository::Repository;
use provisioner::resource::{Deleted, Resource};
use serde_json::json;

use crate::harness::{World, life_cycle, owner, spec};

#[tokio::test]
async fn repository() {
    let spec = json!({
        "image_tag_mutability": "IMMUTABLE",
        "scan_on_push": false,
        "encryption": { "type": "AES256" },
        "lifecycle_policy": { "rules": [{
            "rulePriority": 1,
            "selection": { "tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 3 },
            "action": { "type": "expire" },
        }]},
    });
    let changed = json!({
        "image_tag_mutability": "MUTABLE",
        "scan_on_push": true,
        "repository_policy": { "Version": "2012-10-17", "Statement": [{
            "Sid": "pull", "Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage",
        }]},
    });
    life_cycle::<Repository>(&*World::new().await, "repository", spec, changed).await;
}

/// A project whose image is a text, with a repository for it.
async fn project(world: &World) -> (tempfile::TempDir, Context, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("source"), "one").unwrap();
    let cx = Context { project: folder.path().to_owned(), ..(**world).clone() };
    let repository = format!("kinds/{}", uuid::Uuid::new_v4().simple());
    let create = cx.clients.ecr().create_repository().repository_name(&repository);
    create.send().await.unwrap();
    (folder, cx, repository)
}

fn image(repository: &str, tag: &str) -> Image {
    spec(json!({
        "repository": repository,
        "tag": tag,
        "recipe": {
            "command": ["sh", "-c", "echo built >> builds && cp source \"$0\"", "{output}"],
            "container": { "arguments": ["serve"], "ports": [3001] },
        },
    }))
}

#[tokio::test]
async fn an_image_is_built_once_and_stays_when_it_is_no_longer_declared() {
    let world = World::new().await;
    if !world.does_all("a registry behind GetAuthorizationToken") {
        return;
    }
    let (folder, cx, repository) = project(&world).await;
    let image = image(&repository, "one");
    assert!(image.find(&cx, &owner("image")).await.unwrap().is_empty());
    let created = image.create(&cx, &owner("image")).await.unwrap();
    let outputs = created.outputs.unwrap();
    assert!(outputs.uri.ends_with(&format!("/{repository}@{}", outputs.digest)), "{outputs:?}");

    let live = Image::read(&cx, &[created.id.clone(), "no/such|one".into()]).await.unwrap();
    assert_eq!(live[0].as_ref().unwrap().outputs, outputs);
    assert!(live[1].is_none());
    assert_eq!(image.find(&cx, &owner("image")).await.unwrap(), vec![created.id.clone()]);

    let again = image.create(&cx, &owner("other")).await.unwrap();
    assert_eq!(again.outputs.unwrap(), outputs);
    let builds = std::fs::read_to_string(folder.path().join("builds")).unwrap();
    assert_eq!(builds, "built\n");

    assert_eq!(image.delete(&cx, &created.id).await.unwrap(), Deleted::Gone);
    assert!(Image::read(&cx, &[created.id]).await.unwrap()[0].is_some());
}

#[tokio::test]
async fn the_same_sources_give_the_same_digest_and_only_what_changed_is_pushed() {
    let world = World::new().await;
    if !world.does_all("a registry behind GetAuthorizationToken") {
        return;
    }
    let (folder, cx, repository) = project(&world).await;
    let digest = async |tag: &str| {
        let created = image(&repository, tag).create(&cx, &owner("image")).await.unwrap();
        created.outputs.unwrap().digest
    };
    let one = digest("one").await;
    assert_eq!(digest("two").await, one);
    std::fs::write(folder.path().join("source"), "three").unwrap();
    assert_ne!(digest("three").await, one);
}

#[tokio::test]
async fn a_build_that_fails_says_what_the_command_said() {
    let world = World::new().await;
    let (_folder, cx, repository) = project(&world).await;
    let mut image = image(&repository, "one");
    image.recipe.as_mut().unwrap().command =
        ["sh", "-c", "echo no such crate >&2; exit 2", "{output}"].map(str::to_owned).into();
    let error = image.create(&cx, &owner("image")).await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("exit status: 2") && cause.ends_with("no such crate"), "{cause}");
    assert!(!error.is_transient(), "another try would end alike");
}
