//! Manifests: what an image consists of, and what refers to it.

use http::header::CONTENT_TYPE;
use http::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::answer::{Answer, Refusal};
use super::path::{Digest, Reference};
use super::{Asked, collect};
use crate::gateway::Body;
use crate::services::ecr::image;
use crate::services::ecr::state::{Image, Repository};

/// The longest manifest that ECR takes.
const MOST: usize = 4 << 20;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

impl Asked<'_> {
    /// `/v2/NAME/manifests/REFERENCE`.
    pub async fn manifest(
        &self,
        name: &str,
        reference: &Reference,
        body: Body,
    ) -> Result<Response<Body>, Refusal> {
        match self.head.method {
            Method::PUT => self.put_manifest(name, reference, collect(body, MOST).await?),
            Method::GET | Method::HEAD => self.get_manifest(name, reference),
            _ => Err(Refusal::unsupported()),
        }
    }

    fn get_manifest(&self, name: &str, reference: &Reference) -> Result<Response<Body>, Refusal> {
        let found = self.repository(name, |repository| {
            let digest = match reference {
                Reference::Digest(digest) => digest.as_str().to_owned(),
                Reference::Tag(tag) => repository.tagged(tag)?.to_owned(),
            };
            repository.images.get(&digest).map(|image| (digest, image.clone()))
        })?;
        let (digest, image) = found.ok_or_else(|| {
            let message = "Requested image not found";
            Refusal::new(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN", message)
        })?;
        let answer = Answer::new(StatusCode::OK)
            .header("content-type", &image.media_type)
            .header("docker-content-digest", &digest);
        match self.head.method {
            Method::HEAD => Ok(answer.length(image.manifest.len() as u64)),
            _ => Ok(answer.text(image.manifest)),
        }
    }

    fn put_manifest(
        &self,
        name: &str,
        reference: &Reference,
        bytes: Vec<u8>,
    ) -> Result<Response<Body>, Refusal> {
        let invalid =
            |message: &str| Refusal::new(StatusCode::BAD_REQUEST, "MANIFEST_INVALID", message);
        let text = String::from_utf8(bytes).map_err(|_| invalid("the manifest is not text"))?;
        let manifest: Value =
            serde_json::from_str(&text).map_err(|_| invalid("the manifest is not JSON"))?;
        self.check_layers(name, &manifest)?;
        let media_type = self.head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let (tag, digest) = match reference {
            Reference::Tag(tag) => (Some(tag.clone()), None),
            Reference::Digest(digest) => (None, Some(digest.as_str().to_owned())),
        };
        let pushed = image::Pushed {
            manifest: text,
            media_type: media_type.map(str::to_owned),
            tag,
            digest,
        };
        let digest = self.call(|call| image::push(call, name, pushed))?;
        self.registry.core.touch();
        let mut answer = Answer::new(StatusCode::CREATED)
            .header("location", format!("/v2/{name}/manifests/{digest}"))
            .header("docker-content-digest", &digest);
        if let Some(subject) = subject(&manifest) {
            answer = answer.header("oci-subject", subject);
        }
        Ok(answer.empty())
    }

    /// Everything that a manifest consists of has to be there before it.
    fn check_layers(&self, name: &str, manifest: &Value) -> Result<(), Refusal> {
        let layers = manifest["layers"].as_array().into_iter().flatten();
        // What others distribute is not in the registry.
        let own = layers.filter(|layer| layer["urls"].is_null());
        let parts = own.chain(manifest.get("config"));
        let digests: Vec<&str> = parts.filter_map(|part| part["digest"].as_str()).collect();
        let missing = self.repository(name, |repository| {
            let missing = digests.iter().find(|digest| !repository.layers.contains_key(**digest));
            missing.map(|digest| (*digest).to_owned())
        })?;
        match missing {
            None => Ok(()),
            Some(digest) => {
                let message = format!("the layer {digest} is not in the repository '{name}'");
                Err(Refusal::new(StatusCode::NOT_FOUND, "MANIFEST_BLOB_UNKNOWN", message))
            }
        }
    }

    /// `/v2/NAME/referrers/DIGEST`: signatures, bills of materials and the like.
    pub fn referrers(&self, name: &str, digest: &Digest) -> Result<Response<Body>, Refusal> {
        let wanted = self.query("artifactType");
        let found = self.repository(name, |repository| descriptors(repository, digest))?;
        let manifests: Vec<Value> = found
            .into_iter()
            .filter(|one| wanted.as_ref().is_none_or(|wanted| one["artifactType"] == **wanted))
            .collect();
        let mut answer = Answer::new(StatusCode::OK).header("content-type", INDEX);
        if wanted.is_some() {
            answer = answer.header("oci-filters-applied", "artifactType");
        }
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests });
        Ok(answer.json(&index))
    }
}

fn subject(manifest: &Value) -> Option<&str> {
    manifest["subject"]["digest"].as_str()
}

/// The manifests whose subject is `digest`.
fn descriptors(repository: &Repository, digest: &Digest) -> Vec<Value> {
    let descriptor = |(own, image): (&String, &Image)| {
        let manifest: Value = serde_json::from_str(&image.manifest).ok()?;
        let about = subject(&manifest)? == digest.as_str();
        about.then(|| {
            let mut descriptor = json!({
                "mediaType": image.media_type,
                "digest": own,
                "size": image.manifest.len(),
                "artifactType": image.artifact_type,
            });
            if let Some(annotations) = manifest.get("annotations") {
                descriptor["annotations"] = annotations.clone();
            }
            descriptor
        })
    };
    repository.images.iter().filter_map(descriptor).collect()
}
