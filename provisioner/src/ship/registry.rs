//! Pushing an image to a registry: what is there already is not sent again, and what was sent
//! before a connection broke isn't either.
//!
//! <https://github.com/opencontainers/distribution-spec/blob/main/spec.md>

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use reqwest::header::{self, HeaderMap};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;

use super::layout::{Descriptor, Layout, LayoutError};

/// How much is sent at once: ECR takes pieces of 5 MiB and more, but for the last.
const PIECE: u64 = 8 << 20;
/// How many blobs are sent side by side.
const SIDE_BY_SIDE: usize = 4;
/// How often a blob is taken up again after its connection broke.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);
const CONNECT: Duration = Duration::from_secs(5);
const REQUEST: Duration = Duration::from_secs(120);

/// Why a registry did not take an image.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The registry's address makes no sense.
    #[error("`{0}` is no address of a registry")]
    Address(String),
    /// No client could be made.
    #[error("no client for the registry could be made")]
    Client(#[source] reqwest::Error),
    /// There was no answer.
    #[error("the registry did not answer")]
    Unreachable(#[source] reqwest::Error),
    /// The answer was no.
    #[error("the registry refused ({status} {code}): {message}")]
    Refused {
        /// The status of the answer.
        status: StatusCode,
        /// The specification's word for it, e.g. `NAME_UNKNOWN`.
        code: String,
        /// The registry's own.
        message: String,
    },
    /// The answer was not what the specification says.
    #[error("the registry's answer lacks {0}")]
    Answer(&'static str),
    /// The image could not be read.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A blob's file could not be read.
    #[error("{path} could not be read")]
    Files {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl RegistryError {
    /// The specification's word for a refusal.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => Some(code),
            _ => None,
        }
    }

    /// Whether another try may go better: the connection broke, or the registry is in trouble.
    fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Refused { status, .. } => {
                status.is_server_error()
                    || [StatusCode::TOO_MANY_REQUESTS, StatusCode::RANGE_NOT_SATISFIABLE]
                        .contains(status)
            }
            _ => false,
        }
    }
}

/// A repository of a registry, as somebody who may push to it.
pub struct Repository {
    client: Client,
    base: Url,
    authorization: String,
}

/// What a push did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Blobs that were sent.
    pub sent: usize,
    /// Blobs that were there.
    pub there: usize,
}

#[derive(Deserialize)]
struct Refusals {
    #[serde(default)]
    errors: Vec<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

impl Repository {
    /// A repository at a registry's address, e.g. `https://123456789012.dkr.ecr.us-east-1.amazonaws.com`,
    /// with a token for `Authorization: Basic`.
    ///
    /// # Errors
    /// When the address makes no sense, or the machine's certificates can't be read.
    pub fn new(registry: &str, name: &str, token: &str) -> Result<Self, RegistryError> {
        // The provider of every TLS connection here; whoever comes second finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let base = format!("{}/v2/{name}/", registry.trim_end_matches('/'));
        let base = Url::parse(&base).map_err(|_| RegistryError::Address(registry.to_owned()))?;
        let client = Client::builder().connect_timeout(CONNECT).timeout(REQUEST);
        let client = client.build().map_err(RegistryError::Client)?;
        Ok(Self { client, base, authorization: format!("Basic {token}") })
    }

    /// Pushes an image under a tag, and then what refers to it.
    ///
    /// # Errors
    /// When the registry refuses, or is out of reach for long.
    pub async fn push(&self, layout: &Layout, tag: &str) -> Result<Pushed, RegistryError> {
        let (image, referrers) = layout.manifests()?;
        let mut pushed = self.push_manifest(layout, &image, tag).await?;
        for referrer in &referrers {
            let more = self.push_manifest(layout, referrer, &referrer.digest).await?;
            pushed = Pushed { sent: pushed.sent + more.sent, there: pushed.there + more.there };
        }
        Ok(pushed)
    }

    /// Pushes what a manifest refers to, and then the manifest: nobody sees half an image.
    async fn push_manifest(
        &self,
        layout: &Layout,
        manifest: &Descriptor,
        reference: &str,
    ) -> Result<Pushed, RegistryError> {
        let (manifests, blobs) = layout.references(manifest)?;
        let mut pushed = Pushed::default();
        for one in &manifests {
            let more = Box::pin(self.push_manifest(layout, one, &one.digest)).await?;
            pushed = Pushed { sent: pushed.sent + more.sent, there: pushed.there + more.there };
        }
        let sending: Vec<_> = blobs.iter().map(|blob| self.push_blob(layout, blob)).collect();
        let sent: Vec<bool> = stream::iter(sending).buffered(SIDE_BY_SIDE).try_collect().await?;
        pushed.sent += sent.iter().filter(|sent| **sent).count();
        pushed.there += sent.iter().filter(|sent| !**sent).count();
        let bytes = layout.read(manifest)?;
        let mut tries = 0;
        loop {
            let put = self.request(Method::PUT, self.url(&format!("manifests/{reference}"))?);
            let put = put.header(header::CONTENT_TYPE, &manifest.media_type).body(bytes.clone());
            match answer(put).await {
                Ok(_) => return Ok(pushed),
                Err(error) if error.is_transient() && tries < TRIES => tries += 1,
                Err(error) => return Err(error),
            }
            tokio::time::sleep(PAUSE * 2u32.pow(tries)).await;
        }
    }

    /// Sends a blob unless the repository has it; says whether it was sent.
    async fn push_blob(&self, layout: &Layout, blob: &Descriptor) -> Result<bool, RegistryError> {
        let mut tries = 0;
        let mut upload = None;
        loop {
            // What a registry does not take up again begins anew.
            let taken_up = upload.is_some();
            match self.try_blob(layout, blob, &mut upload).await {
                Ok(sent) => return Ok(sent),
                Err(error) if (taken_up || error.is_transient()) && tries < TRIES => {}
                Err(error) => return Err(error),
            }
            tries += 1;
            tokio::time::sleep(PAUSE * 2u32.pow(tries)).await;
        }
    }

    async fn try_blob(
        &self,
        layout: &Layout,
        blob: &Descriptor,
        upload: &mut Option<Url>,
    ) -> Result<bool, RegistryError> {
        let (mut at, mut received) = match upload.take() {
            Some(at) => self.progress(at).await?,
            None if self.has(&blob.digest).await? => return Ok(false),
            None => {
                let begun = self.request(Method::POST, self.url("blobs/uploads/")?);
                let begun = begun.header(header::CONTENT_LENGTH, 0);
                (self.location(answer(begun).await?.headers())?, 0)
            }
        };
        let path = layout.path(blob)?;
        while received < blob.size {
            *upload = Some(at.clone());
            let piece = read_piece(&path, received)?;
            let end = received + piece.len() as u64;
            let patch = self
                .request(Method::PATCH, at)
                .header(header::CONTENT_TYPE, "application/octet-stream")
                .header(header::CONTENT_RANGE, format!("{received}-{}", end - 1))
                .body(piece);
            at = self.location(answer(patch).await?.headers())?;
            received = end;
        }
        *upload = Some(at.clone());
        at.query_pairs_mut().append_pair("digest", &blob.digest);
        let put = self.request(Method::PUT, at).header(header::CONTENT_LENGTH, 0);
        answer(put).await?;
        Ok(true)
    }

    /// Where an upload goes on, and after how many bytes.
    async fn progress(&self, at: Url) -> Result<(Url, u64), RegistryError> {
        let answer = answer(self.request(Method::GET, at)).await?;
        let range = answer.headers().get(header::RANGE).and_then(|range| range.to_str().ok());
        let last = range.and_then(|range| range.rsplit('-').next()?.parse::<u64>().ok());
        // Nothing at all and the first byte are told alike: `0-0`.
        let received = last.map_or(0, |last| if last == 0 { 0 } else { last + 1 });
        Ok((self.location(answer.headers())?, received))
    }

    async fn has(&self, digest: &str) -> Result<bool, RegistryError> {
        let head = self.request(Method::HEAD, self.url(&format!("blobs/{digest}"))?);
        match answer(head).await {
            Ok(_) => Ok(true),
            Err(RegistryError::Refused { status: StatusCode::NOT_FOUND, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url).header(header::AUTHORIZATION, &self.authorization)
    }

    fn url(&self, path: &str) -> Result<Url, RegistryError> {
        self.base.join(path).map_err(|_| RegistryError::Address(path.to_owned()))
    }

    fn location(&self, headers: &HeaderMap) -> Result<Url, RegistryError> {
        let location = headers.get(header::LOCATION).and_then(|location| location.to_str().ok());
        let location = location.and_then(|location| self.base.join(location).ok());
        // The token is for this registry alone.
        location
            .filter(|url| url.origin() == self.base.origin())
            .ok_or(RegistryError::Answer("a Location of its own"))
    }
}

async fn answer(request: RequestBuilder) -> Result<Response, RegistryError> {
    let response = request.send().await.map_err(RegistryError::Unreachable)?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = response.bytes().await.map_err(RegistryError::Unreachable)?;
    let refusals = serde_json::from_slice::<Refusals>(&body).map(|read| read.errors);
    let refusal = refusals.ok().and_then(|errors| errors.into_iter().next());
    let refusal = refusal.unwrap_or(Refusal {
        code: status.canonical_reason().unwrap_or("UNKNOWN").to_owned(),
        message: String::from_utf8_lossy(&body).trim().chars().take(300).collect(),
    });
    Err(RegistryError::Refused { status, code: refusal.code, message: refusal.message })
}

fn read_piece(path: &PathBuf, from: u64) -> Result<Vec<u8>, RegistryError> {
    let read = || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut piece = Vec::new();
        file.take(PIECE).read_to_end(&mut piece)?;
        match piece.is_empty() {
            true => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            false => Ok(piece),
        }
    };
    read().map_err(|source| RegistryError::Files { path: path.clone(), source })
}
