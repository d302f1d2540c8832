//! The registry itself: the API of the OCI distribution specification, which `docker push`,
//! `skopeo` and the rest speak, over the same images that ECR's operations show.
//!
//! <https://github.com/opencontainers/distribution-spec>. On AWS it answers at
//! `ACCOUNT.dkr.ecr.REGION.amazonaws.com`, and so the URIs of repositories say; here it answers
//! under `/v2/` at the sandbox's own address, which `GetAuthorizationToken` gives as the endpoint.
//! The password tells the region.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::json;

use crate::call::Call;
use crate::fault::Fault;
use crate::gateway::core::Core;
use crate::gateway::route::query_parameter;
use crate::gateway::{Body, HttpService};
use crate::protocol::Protocol;

mod answer;
mod blobs;
mod manifests;
mod path;
mod uploads;

use answer::{Answer, Refusal};
use blobs::Blobs;
use path::{Digest, Target};

use super::state::Repository;

/// The registry, to be put behind the gateway.
pub struct Distribution {
    core: Arc<Core>,
    blobs: Blobs,
}

/// One request, once it is known who asks.
struct Asked<'a> {
    registry: &'a Distribution,
    region: String,
    head: Parts,
}

impl Distribution {
    /// A registry over the images of `core`, with their layers under `folder`. Layers that went
    /// with their repositories are removed.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn open(core: Arc<Core>, folder: PathBuf) -> std::io::Result<Self> {
        let blobs = Blobs::new(folder);
        core.with_world(|world| blobs.sweep(&world.layers()))?;
        Ok(Self { core, blobs })
    }

    async fn answer(&self, request: Request<Body>) -> Result<Response<Body>, Refusal> {
        let (head, body) = request.into_parts();
        let target = Target::parse(head.uri.path()).ok_or_else(|| {
            let message = "there is nothing at this path of the registry";
            Refusal::new(StatusCode::NOT_FOUND, "NAME_INVALID", message)
        })?;
        let region = self.authenticate(&head.headers)?;
        let asked = Asked { registry: self, region, head };
        match target {
            Target::Base => Ok(Answer::new(StatusCode::OK).json(&json!({}))),
            Target::Catalog => Ok(asked.catalog()),
            Target::Tags(name) => asked.tags(&name),
            Target::Referrers(name, digest) => asked.referrers(&name, &digest),
            Target::Blob(name, digest) => asked.blob(&name, &digest).await,
            Target::Uploads(name) => asked.begin_upload(name, body).await,
            Target::Upload(name, id) => asked.upload(name, id, body).await,
            Target::Manifest(name, reference) => asked.manifest(&name, &reference, body).await,
        }
    }

    /// The region whose `GetAuthorizationToken` gave the password out.
    fn authenticate(&self, headers: &HeaderMap) -> Result<String, Refusal> {
        let now = Timestamp::now();
        let password = headers.get(AUTHORIZATION).and_then(|value| password(value.to_str().ok()?));
        let region = password.and_then(|password| {
            self.core.with_world(|world| world.region_of_password(&password, now))
        });
        region.ok_or_else(|| {
            let challenge =
                format!("Basic realm=\"{}/\",service=\"ecr.amazonaws.com\"", self.core.url);
            Refusal::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "Not Authorized")
                .header("www-authenticate", challenge)
        })
    }
}

/// The password of the user `AWS`.
fn password(header: &str) -> Option<String> {
    let (scheme, credentials) = header.split_once(' ')?;
    let decoded = BASE64_STANDARD.decode(credentials.trim()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let password = text.strip_prefix("AWS:")?;
    scheme.eq_ignore_ascii_case("basic").then(|| password.to_owned())
}

impl Asked<'_> {
    /// Does something as an operation of ECR would.
    fn call<T>(&self, act: impl FnOnce(&mut Call<'_>) -> T) -> T {
        self.registry.core.call(&self.region, "", act)
    }

    /// Looks at a repository.
    fn repository<T>(
        &self,
        name: &str,
        look: impl FnOnce(&mut Repository) -> T,
    ) -> Result<T, Refusal> {
        let found = self.call(|call| super::state::find(call, None, name).map(look));
        found.map_err(Refusal::from)
    }

    fn query(&self, name: &str) -> Option<String> {
        query_parameter(self.head.uri.query().unwrap_or_default(), name)
    }

    fn catalog(&self) -> Response<Body> {
        let names: Vec<String> =
            self.call(|call| call.region().ecr.repositories.keys().cloned().collect());
        Answer::new(StatusCode::OK).json(&json!({ "repositories": names }))
    }

    fn tags(&self, name: &str) -> Result<Response<Body>, Refusal> {
        let mut tags: Vec<String> = self.repository(name, |repository| {
            repository.images.values().flat_map(|image| image.tags.iter().cloned()).collect()
        })?;
        tags.sort();
        let after = self.query("last").unwrap_or_default();
        tags.retain(|tag| *tag > after);
        let limit = self.query("n").and_then(|n| n.parse().ok()).unwrap_or(usize::MAX);
        let mut answer = Answer::new(StatusCode::OK);
        if tags.len() > limit {
            tags.truncate(limit);
            let last = tags.last().map_or("", String::as_str);
            let next = format!("</v2/{name}/tags/list?n={limit}&last={last}>; rel=\"next\"");
            answer = answer.header("link", next);
        }
        Ok(answer.json(&json!({ "name": name, "tags": tags })))
    }

    async fn blob(&self, name: &str, digest: &Digest) -> Result<Response<Body>, Refusal> {
        let size =
            self.repository(name, |repository| repository.layers.get(digest.as_str()).copied())?;
        let size = size.ok_or_else(Refusal::blob_unknown)?;
        let answer = Answer::new(StatusCode::OK)
            .header("content-type", "application/octet-stream")
            .header("docker-content-digest", digest.as_str());
        match self.head.method {
            Method::HEAD => Ok(answer.length(size)),
            Method::GET => Ok(answer.body(self.registry.blobs.read(digest).await?, size)),
            _ => Err(Refusal::unsupported()),
        }
    }
}

impl HttpService for Distribution {
    fn name(&self) -> &'static str {
        "ecr"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Json
    }

    fn operation(&self, head: &Parts) -> &'static str {
        let target = Target::parse(head.uri.path());
        target.map_or("Unknown", |target| target.operation(&head.method))
    }

    fn call(&self, request: Request<Body>) -> BoxFuture<'_, Response<Body>> {
        let answer = async move {
            match self.answer(request).await {
                Ok(response) => response,
                Err(refusal) => refusal.answer(),
            }
        };
        answer.boxed()
    }

    fn fault(&self, fault: &Fault, _request_id: &str) -> Response<Body> {
        Refusal::from(fault.clone()).answer()
    }

    fn counts(&self) -> Vec<(&'static str, usize)> {
        // The images and their layers are counted with the world.
        Vec::new()
    }

    fn reset(&self) -> std::io::Result<()> {
        self.blobs.reset()
    }
}

/// A body in memory.
///
/// # Errors
/// When it is longer than `most`, or breaks off.
async fn collect(mut body: Body, most: usize) -> Result<Vec<u8>, Refusal> {
    let invalid =
        |message: String| Refusal::new(StatusCode::BAD_REQUEST, "MANIFEST_INVALID", message);
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| invalid(format!("the body broke off: {error}")))?;
        bytes.extend_from_slice(frame.data_ref().map_or(&[], |data| &data[..]));
        if bytes.len() > most {
            return Err(invalid(format!("the manifest is longer than {most} bytes")));
        }
    }
    Ok(bytes)
}
