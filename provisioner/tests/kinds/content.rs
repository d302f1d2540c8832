use aws_sdk_s3::types::VersioningConfiguration;
use provisioner::aws::Context;
use provisioner::aws::s3::content::Content;
use provisioner::resource::{Change, Deleted, Resource, TagChange};
use serde_json::json;

use crate::harness::{World, owner, spec};

/// A bucket, and a project with a site.
async fn project(world: &World) -> (tempfile::TempDir, Context, String) {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "index.html", "home");
    write(&folder, "cars/index.html", "cars");
    write(&folder, "_next/static/a1.js", "a");
    let cx = Context { project: folder.path().to_owned(), ..(**world).clone() };
    let bucket = format!("kinds-{}", uuid::Uuid::new_v4().simple());
    let region = aws_sdk_s3::types::CreateBucketConfiguration::builder()
        .location_constraint(cx.region.as_str().into())
        .build();
    let create = cx.clients.s3().create_bucket().bucket(&bucket);
    create.create_bucket_configuration(region).send().await.unwrap();
    (folder, cx, bucket)
}

fn write(folder: &tempfile::TempDir, name: &str, text: &str) {
    let path = folder.path().join("site").join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn content(bucket: &str, release: &str) -> Content {
    spec(json!({
        "bucket": bucket,
        "release": release,
        "command": ["cp", "-r", "site", "{output}"],
        "immutable": ["_next/static/*"],
    }))
}

async fn keys(cx: &Context, bucket: &str) -> Vec<String> {
    let listed = cx.clients.s3().list_objects_v2().bucket(bucket).send().await.unwrap();
    let keys = listed.contents().iter().map(|object| object.key().unwrap().to_owned());
    keys.filter(|key| !key.starts_with(".provision/")).collect()
}

#[tokio::test]
async fn a_site_comes_changes_and_goes() {
    let world = World::new().await;
    let (folder, cx, bucket) = project(&world).await;
    let first = content(&bucket, "one");
    assert!(first.find(&cx, &owner("content")).await.unwrap().is_empty());
    let created = first.create(&cx, &owner("content")).await.unwrap();
    assert_eq!(created.outputs.unwrap().files, 5);
    let served = ["_next/static/a1.js", "cars", "cars/", "cars/index.html", "index.html"];
    assert_eq!(keys(&cx, &bucket).await, served);
    let page = cx.clients.s3().get_object().bucket(&bucket).key("cars/").send().await.unwrap();
    assert_eq!(page.content_type(), Some("text/html; charset=utf-8"));
    assert_eq!(page.cache_control(), Some("public, max-age=0, must-revalidate"));
    assert_eq!(first.find(&cx, &owner("content")).await.unwrap(), vec![created.id.clone()]);
    assert!(first.find(&cx, &owner("other")).await.unwrap().is_empty());
    let live =
        Content::read(&cx, &[created.id.clone(), "no-such-bucket-here".into()]).await.unwrap();
    assert_eq!(live[0].as_ref().unwrap().spec.release, "one");
    assert!(live[1].is_none());

    write(&folder, "index.html", "new home");
    std::fs::remove_dir_all(folder.path().join("site/cars")).unwrap();
    let second = content(&bucket, "two");
    let change = Change {
        before: first,
        properties: vec!["release".to_owned()],
        tags: TagChange::default(),
    };
    let etag = async |key: &str| {
        let head = cx.clients.s3().head_object().bucket(&bucket).key(key).send().await.unwrap();
        head.last_modified().copied()
    };
    let untouched = etag("_next/static/a1.js").await;
    second.update(&cx, &created.id, &change).await.unwrap();
    let served = ["_next/static/a1.js", "index.html"];
    assert_eq!(keys(&cx, &bucket).await, served);
    assert_eq!(etag("_next/static/a1.js").await, untouched);
    let live = Content::read(&cx, std::slice::from_ref(&created.id)).await.unwrap();
    assert_eq!(live[0].as_ref().unwrap().spec.release, "two");

    assert_eq!(second.delete(&cx, &created.id).await.unwrap(), Deleted::Gone);
    assert!(keys(&cx, &bucket).await.is_empty());
    assert_eq!(second.delete(&cx, &created.id).await.unwrap(), Deleted::Gone);
}

#[tokio::test]
async fn an_interrupted_change_is_no_release_and_is_taken_up() {
    let world = World::new().await;
    let (folder, cx, bucket) = project(&world).await;
    let first = content(&bucket, "one");
    let id = first.create(&cx, &owner("content")).await.unwrap().id;
    std::fs::remove_dir_all(folder.path().join("site/cars")).unwrap();
    // A distribution that does not exist: the change stops after the upload.
    let mut second = content(&bucket, "two");
    second.distribution_id = Some("ENOSUCH".to_owned());
    let change = Change {
        before: first,
        properties: vec!["release".to_owned()],
        tags: TagChange::default(),
    };
    second.update(&cx, &id, &change).await.unwrap_err();
    let live = Content::read(&cx, std::slice::from_ref(&id)).await.unwrap();
    assert_eq!(live[0].as_ref().unwrap().spec.release, "", "there is something left to do");
    assert!(keys(&cx, &bucket).await.contains(&"cars/".to_owned()), "old pages still lead there");

    second.distribution_id = None;
    second.update(&cx, &id, &change).await.unwrap();
    assert!(!keys(&cx, &bucket).await.contains(&"cars/".to_owned()));
}

#[tokio::test]
async fn a_bucket_that_keeps_versions_goes_back_without_a_build() {
    let world = World::new().await;
    let (folder, cx, bucket) = project(&world).await;
    let versions = VersioningConfiguration::builder().status("Enabled".into()).build();
    let put = cx.clients.s3().put_bucket_versioning().bucket(&bucket);
    put.versioning_configuration(versions).send().await.unwrap();
    let first = content(&bucket, "one");
    let id = first.create(&cx, &owner("content")).await.unwrap().id;
    write(&folder, "index.html", "new home");
    write(&folder, "_next/static/b2.js", "b");
    std::fs::remove_dir_all(folder.path().join("site/cars")).unwrap();
    let change = |before| Change {
        before,
        properties: vec!["release".to_owned()],
        tags: TagChange::default(),
    };
    let second = content(&bucket, "two");
    second.update(&cx, &id, &change(first)).await.unwrap();

    let back: Content = spec(json!({ "bucket": bucket, "release": "one" }));
    back.update(&cx, &id, &change(second)).await.unwrap();
    let served = ["_next/static/a1.js", "cars", "cars/", "cars/index.html", "index.html"];
    assert_eq!(keys(&cx, &bucket).await, served);
    let get = cx.clients.s3().get_object().bucket(&bucket).key("index.html");
    let page = get.send().await.unwrap();
    assert_eq!(page.content_type(), Some("text/html; charset=utf-8"));
    assert_eq!(page.body.collect().await.unwrap().into_bytes(), "home");

    let unknown: Content = spec(json!({ "bucket": bucket, "release": "never" }));
    let error = unknown.update(&cx, &id, &change(back)).await.unwrap_err();
    assert!(error.to_string().contains("has never had the release `never`"), "{error}");
}
