//! An image from one static binary: a root with little else in it, and nobody's user.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::layer::{Layer, LayerBuilder};
use super::layout::{Descriptor, Layout, LayoutError, MANIFEST};

const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// Where the binary is in the image.
const BINARY: &str = "app";
/// The user of distroless's `nonroot`, which policies know as not being root.
const USER: u32 = 65532;

/// How the program in an image is run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Container {
    /// The arguments that it is run with, e.g. `[serve]`. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// Its environment; a service adds its own. Nothing secret: whoever may pull the image can
    /// read it. Default: none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// The ports at which it listens. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<u16>,
    /// What is said of the image, e.g. `org.opencontainers.image.licenses: Apache-2.0`. Default:
    /// nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// What else is said of an image, in a manifest of its own that refers to it.
#[derive(Debug)]
pub struct Referrer {
    /// The media type of what is said.
    pub media_type: &'static str,
    /// What is said.
    pub content: Json,
}

/// Writes an image of a binary, and what refers to it, into a folder.
///
/// # Errors
/// When the folder can't be written.
pub fn assemble(
    binary: &[u8],
    container: &Container,
    referrers: &[Referrer],
    folder: &Path,
) -> Result<Layout, LayoutError> {
    let layout = Layout::create(folder)?;
    let in_memory = |source: io::Error| LayoutError::Files { path: folder.to_owned(), source };
    // The surroundings change seldom, the program often: it is pushed alone then.
    let layers = [surroundings().map_err(in_memory)?, program(binary).map_err(in_memory)?];
    let config = layout.add(CONFIG, config(container, &layers).to_string().as_bytes())?;
    let layers = layers.iter().map(|layer| layout.add(LAYER, &layer.bytes));
    let layers = layers.collect::<Result<Vec<_>, _>>()?;
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers,
    });
    let image = layout.add(MANIFEST, manifest.to_string().as_bytes())?;
    let mut manifests = vec![image.clone()];
    for referrer in referrers {
        manifests.push(refer(&layout, &image, referrer)?);
    }
    layout.finish(&manifests)?;
    Ok(layout)
}

fn refer(
    layout: &Layout,
    image: &Descriptor,
    referrer: &Referrer,
) -> Result<Descriptor, LayoutError> {
    let nothing = layout.add(EMPTY, b"{}")?;
    let content = layout.add(referrer.media_type, referrer.content.to_string().as_bytes())?;
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": referrer.media_type,
        "config": nothing,
        "layers": [content],
        "subject": image,
    });
    layout.add(MANIFEST, manifest.to_string().as_bytes())
}

/// What a static program expects of its root: who it is, what `localhost` is, whom to trust.
fn surroundings() -> io::Result<Layer> {
    let mut layer = LayerBuilder::begin();
    layer.folder("etc", 0o755)?;
    let passwd = format!(
        "root:x:0:0:root:/:/sbin/nologin\nnonroot:x:{USER}:{USER}:nonroot:/:/sbin/nologin\n"
    );
    layer.file("etc/passwd", 0o644, passwd.as_bytes())?;
    let group = format!("root:x:0:\nnonroot:x:{USER}:\n");
    layer.file("etc/group", 0o644, group.as_bytes())?;
    layer.file("etc/hosts", 0o644, b"127.0.0.1 localhost\n::1 localhost\n")?;
    layer.file("etc/nsswitch.conf", 0o644, b"hosts: files dns\n")?;
    layer.folder("etc/ssl", 0o755)?;
    layer.folder("etc/ssl/certs", 0o755)?;
    layer.file("etc/ssl/certs/ca-certificates.crt", 0o644, authorities().as_bytes())?;
    layer.folder("tmp", 0o1777)?;
    layer.finish()
}

fn program(binary: &[u8]) -> io::Result<Layer> {
    let mut layer = LayerBuilder::begin();
    layer.file(BINARY, 0o755, binary)?;
    layer.finish()
}

/// Mozilla's certificate authorities, as OpenSSL reads them: the same on every machine.
fn authorities() -> String {
    let mut text = String::new();
    for certificate in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        let encoded = BASE64_STANDARD.encode(certificate.as_ref());
        let lines: Vec<String> = encoded
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line).into())
            .collect();
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----",
            lines.join("\n")
        );
    }
    text
}

fn config(container: &Container, layers: &[Layer]) -> Json {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let environment = container.environment.iter().map(|(name, value)| format!("{name}={value}"));
    let ports = container.ports.iter().map(|port| (format!("{port}/tcp"), json!({})));
    let diff_ids: Vec<&str> = layers.iter().map(|layer| layer.diff_id.as_str()).collect();
    json!({
        "architecture": architecture,
        "os": "linux",
        "config": {
            "User": format!("{USER}:{USER}"),
            "ExposedPorts": ports.collect::<serde_json::Map<_, _>>(),
            "Env": environment.collect::<Vec<_>>(),
            "Entrypoint": [format!("/{BINARY}")],
            "Cmd": container.arguments,
            "WorkingDir": "/",
            "Labels": container.labels,
        },
        "rootfs": { "type": "layers", "diff_ids": diff_ids },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_binary_gives_the_same_image_and_another_one_only_another_layer() {
        let folder = tempfile::tempdir().unwrap();
        let container = Container { arguments: vec!["serve".to_owned()], ..Container::default() };
        let image = |binary: &[u8], name: &str| {
            let referrer = Referrer { media_type: "text/plain", content: json!("about it") };
            let layout =
                assemble(binary, &container, &[referrer], &folder.path().join(name)).unwrap();
            let (image, about) = layout.manifests().unwrap();
            let (_, blobs) = layout.references(&image).unwrap();
            assert_eq!(about.len(), 1);
            let about: Json = serde_json::from_slice(&layout.read(&about[0]).unwrap()).unwrap();
            assert_eq!(about["subject"]["digest"], image.digest);
            (image, blobs)
        };
        let (one, blobs) = image(b"one", "a");
        assert_eq!(image(b"one", "b"), (one.clone(), blobs.clone()));
        let (two, others) = image(b"two", "c");
        assert_ne!(one.digest, two.digest);
        assert_eq!(blobs[1], others[1], "the surroundings stay");
        assert_ne!(blobs[2], others[2]);
    }

    #[test]
    fn the_authorities_are_certificates() {
        let text = authorities();
        assert!(text.matches("-----BEGIN CERTIFICATE-----").count() > 100);
        assert!(text.lines().all(|line| line.len() <= 64));
    }
}
