//! Pushing images to a registry that nobody here wrote: Debian's `docker-registry`, read back with
//! `skopeo`. Without the two, the tests say so and are left out.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "what is left out is said to whoever runs it")]

mod breaking;
mod registry;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use breaking::Breaking;
use provisioner::aws::{Clients, Connection, Credentials};
use provisioner::ship::image::{Container, Referrer, assemble};
use provisioner::ship::layout::Layout;
use provisioner::ship::registry::{Pushed, Repository};
use provisioner::ship::sbom;
use registry::Registry;
use sandbox::{Options, Sandbox};
use serde_json::{Value, json};

/// Whoever may push here.
const TOKEN: &str = "QVdTOnRva2Vu";

fn image(binary: &[u8], folder: &Path) -> Layout {
    let container = Container {
        arguments: vec!["serve".to_owned()],
        ports: vec![3001],
        labels: [("org.opencontainers.image.title".to_owned(), "app".to_owned())].into(),
        ..Container::default()
    };
    let lock = "[[package]]\nname = \"app\"\nversion = \"1.0.0\"\n";
    let bill = sbom::of_cargo(lock, "app").unwrap();
    let bill = Referrer { media_type: sbom::MEDIA_TYPE, content: bill };
    assemble(binary, &container, &[bill], folder).unwrap()
}

/// Bytes that can't be compressed.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..length.div_ceil(8)).flat_map(|_| next()).collect()
}

fn skopeo(arguments: &[&str]) -> Value {
    let output = Command::new("skopeo").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

#[tokio::test]
async fn skopeo_reads_what_was_pushed_and_nothing_is_sent_twice() {
    let folder = tempfile::tempdir().unwrap();
    let Some(registry) = Registry::start(folder.path()).await else { return };
    let repository = Repository::new(&registry.url(), "acme/api", TOKEN).unwrap();
    let layout = image(b"#!one", &folder.path().join("one"));
    let first = repository.push(&layout, "one").await.unwrap();
    assert_eq!(first, Pushed { sent: 5, there: 0 });
    assert_eq!(repository.push(&layout, "again").await.unwrap(), Pushed { sent: 0, there: 5 });
    let other = image(b"#!two", &folder.path().join("two"));
    let second = repository.push(&other, "two").await.unwrap();
    assert_eq!(second, Pushed { sent: 2, there: 3 }, "the program and its configuration alone");

    let reference = format!("docker://{}/acme/api:one", registry.address);
    let inspected = skopeo(&["inspect", "--tls-verify=false", &reference]);
    let (expected, bill) = layout.manifests().unwrap();
    assert_eq!(inspected["Digest"], expected.digest);
    assert_eq!(inspected["Labels"]["org.opencontainers.image.title"], "app");
    let config = skopeo(&["inspect", "--tls-verify=false", "--config", &reference]);
    assert_eq!(config["config"]["User"], "65532:65532");
    assert_eq!(config["config"]["Entrypoint"], json!(["/app"]));
    let bill = format!("docker://{}/acme/api@{}", registry.address, bill[0].digest);
    let bill = skopeo(&["inspect", "--tls-verify=false", "--raw", &bill]);
    assert_eq!(bill["subject"]["digest"], expected.digest);

    // Unpacked by another's hand, it has the file with its mode.
    let copy = folder.path().join("copy");
    let target = format!("dir:{}", copy.display());
    skopeo(&["copy", "--quiet", "--src-tls-verify=false", &reference, &target]);
    let layer = copy.join(inspected["Layers"][1].as_str().unwrap().trim_start_matches("sha256:"));
    let listed = Command::new("tar").args(["-tvzf"]).arg(layer).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(
        listed.starts_with("-rwxr-xr-x 0/0 ") && listed.trim_end().ends_with(" app"),
        "{listed}"
    );
}

#[tokio::test]
async fn an_archive_that_others_made_is_pushed_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let Some(registry) = Registry::start(folder.path()).await else { return };
    let repository = Repository::new(&registry.url(), "acme/api", TOKEN).unwrap();
    let layout = image(b"#!one", &folder.path().join("one"));
    repository.push(&layout, "one").await.unwrap();
    let archive = folder.path().join("archive.tar");
    let from = format!("docker://{}/acme/api:one", registry.address);
    let to = format!("oci-archive:{}:one", archive.display());
    skopeo(&["copy", "--quiet", "--src-tls-verify=false", &from, &to]);

    let unpacked = Layout::unpack(&archive, &folder.path().join("unpacked")).unwrap();
    let elsewhere = Repository::new(&registry.url(), "acme/other", TOKEN).unwrap();
    elsewhere.push(&unpacked, "two").await.unwrap();
    let reference = format!("docker://{}/acme/other:two", registry.address);
    let inspected = skopeo(&["inspect", "--tls-verify=false", &reference]);
    assert_eq!(inspected["Digest"], layout.manifests().unwrap().0.digest);
}

#[tokio::test]
async fn an_upload_is_completed_although_its_connection_broke() {
    let folder = tempfile::tempdir().unwrap();
    let Some(registry) = Registry::start(folder.path()).await else { return };
    let layout = image(&noise(20 << 20), &folder.path().join("one"));
    let breaking = Breaking::start(registry.address, 10 << 20).await;
    let repository = Repository::new(&breaking.url(), "acme/api", TOKEN).unwrap();
    repository.push(&layout, "one").await.unwrap();
    assert!(breaking.has_broken());
    let reference = format!("docker://{}/acme/api:one", registry.address);
    let inspected = skopeo(&["inspect", "--tls-verify=false", &reference]);
    assert_eq!(inspected["Digest"], layout.manifests().unwrap().0.digest);
}

/// Debian's registry gives up an upload of which a piece was cut; one that does not is asked how
/// far it came.
#[tokio::test]
async fn an_upload_goes_on_where_its_connection_broke() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(Options::new(folder.path().join("sandbox"))).await.unwrap();
    let keys = sandbox.credentials();
    let credentials = Credentials::Fixed {
        access_key: keys.access_key_id.clone(),
        secret_key: keys.secret_access_key.clone(),
    };
    let connection = Connection {
        region: "eu-central-1".to_owned(),
        endpoint: Some(sandbox.url().to_owned()),
        credentials,
        attempt_timeout: Duration::from_secs(20),
    };
    let clients = Clients::connect(&connection).await.unwrap();
    clients.ecr().create_repository().repository_name("acme/api").send().await.unwrap();
    let answer = clients.ecr().get_authorization_token().send().await.unwrap();
    let token = answer.authorization_data()[0].authorization_token().unwrap();

    let layout = image(&noise(40 << 20), &folder.path().join("one"));
    let address = sandbox.url().trim_start_matches("http://").parse().unwrap();
    let breaking = Breaking::start(address, 20 << 20).await;
    let repository = Repository::new(&breaking.url(), "acme/api", token).unwrap();
    repository.push(&layout, "one").await.unwrap();
    assert!(breaking.has_broken());
    let sent = breaking.bytes();
    assert!(sent < (50 << 20), "{sent} bytes for 40 MiB: what had arrived was sent again");
    let images = clients.ecr().describe_images().repository_name("acme/api").send().await.unwrap();
    let digests: Vec<_> = images.image_details().iter().map(|image| image.image_digest()).collect();
    assert!(digests.contains(&Some(layout.manifests().unwrap().0.digest.as_str())));
}

#[tokio::test]
async fn a_refusal_keeps_the_registry_s_words() {
    let folder = tempfile::tempdir().unwrap();
    let Some(registry) = Registry::start(folder.path()).await else { return };
    let repository = Repository::new(&registry.url(), "Not/A/Name", TOKEN).unwrap();
    let layout = image(b"#!one", &folder.path().join("one"));
    let error = repository.push(&layout, "one").await.unwrap_err();
    assert!(error.to_string().contains("refused (404"), "{error}");
}
