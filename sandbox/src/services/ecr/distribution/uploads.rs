//! Uploads: in one piece, in pieces, taken up after a break, or saved because another repository
//! has the blob.

use http::header::CONTENT_RANGE;
use http::{Method, Response, StatusCode};
use uuid::Uuid;

use super::Asked;
use super::answer::{Answer, Refusal};
use super::blobs::Upload;
use super::path::Digest;
use crate::gateway::Body;

impl Asked<'_> {
    /// `POST /v2/NAME/blobs/uploads/`.
    pub async fn begin_upload(&self, name: String, body: Body) -> Result<Response<Body>, Refusal> {
        if self.head.method != Method::POST {
            return Err(Refusal::unsupported());
        }
        self.repository(&name, |_| ())?;
        if let (Some(digest), Some(from)) = (self.digest("mount")?, self.query("from"))
            && let Some(size) = self.size_in(&from, &digest)
        {
            return self.keep(&name, &digest, size);
        }
        let upload = Upload { region: self.region.clone(), repository: name, id: Uuid::new_v4() };
        self.registry.blobs.begin(&upload).await?;
        match self.digest("digest")? {
            Some(digest) => self.finish(&upload, &digest, body).await,
            None => Ok(under_way(&upload, StatusCode::ACCEPTED, 0)),
        }
    }

    /// `/v2/NAME/blobs/uploads/ID`.
    pub async fn upload(
        &self,
        name: String,
        id: Uuid,
        body: Body,
    ) -> Result<Response<Body>, Refusal> {
        let upload = Upload { region: self.region.clone(), repository: name, id };
        let blobs = &self.registry.blobs;
        match self.head.method.as_str() {
            "GET" => {
                let progress = blobs.progress(&upload).await?;
                Ok(under_way(&upload, StatusCode::NO_CONTENT, progress))
            }
            "PATCH" => {
                self.check_range(&upload).await?;
                let progress = blobs.extend(&upload, body).await?;
                Ok(under_way(&upload, StatusCode::ACCEPTED, progress))
            }
            "PUT" => {
                self.check_range(&upload).await?;
                let digest = self.digest("digest")?.ok_or_else(Refusal::digest_invalid)?;
                self.finish(&upload, &digest, body).await
            }
            "DELETE" => {
                blobs.cancel(&upload).await?;
                Ok(Answer::new(StatusCode::NO_CONTENT).empty())
            }
            _ => Err(Refusal::unsupported()),
        }
    }

    async fn finish(
        &self,
        upload: &Upload,
        digest: &Digest,
        body: Body,
    ) -> Result<Response<Body>, Refusal> {
        self.registry.blobs.extend(upload, body).await?;
        let size = self.registry.blobs.finish(upload, digest).await?;
        self.keep(&upload.repository, digest, size)
    }

    /// Notes that the repository has the blob.
    fn keep(&self, name: &str, digest: &Digest, size: u64) -> Result<Response<Body>, Refusal> {
        self.repository(name, |repository| {
            repository.layers.insert(digest.as_str().to_owned(), size);
        })?;
        self.registry.core.touch();
        Ok(Answer::new(StatusCode::CREATED)
            .header("location", format!("/v2/{name}/blobs/{}", digest.as_str()))
            .header("docker-content-digest", digest.as_str())
            .empty())
    }

    fn size_in(&self, name: &str, digest: &Digest) -> Option<u64> {
        let find =
            |repository: &mut super::Repository| repository.layers.get(digest.as_str()).copied();
        self.repository(name, find).ok().flatten()
    }

    /// A digest of the query string; refused if it is there, but is none.
    fn digest(&self, name: &str) -> Result<Option<Digest>, Refusal> {
        match self.query(name) {
            None => Ok(None),
            Some(text) => Digest::parse(&text).map(Some).ok_or_else(Refusal::digest_invalid),
        }
    }

    /// A piece has to begin where the last one ended.
    async fn check_range(&self, upload: &Upload) -> Result<(), Refusal> {
        let Some(range) = self.head.headers.get(CONTENT_RANGE) else { return Ok(()) };
        let text = range.to_str().unwrap_or_default().trim_start_matches("bytes ");
        let begin = text.split('-').next().and_then(|begin| begin.parse::<u64>().ok());
        let progress = self.registry.blobs.progress(upload).await?;
        if begin == Some(progress) {
            return Ok(());
        }
        let message = format!("the next byte to come is number {progress}");
        let status = StatusCode::RANGE_NOT_SATISFIABLE;
        Err(Refusal::new(status, "BLOB_UPLOAD_INVALID", message)
            .header("location", location(upload))
            .header("range", received(progress)))
    }
}

fn under_way(upload: &Upload, status: StatusCode, progress: u64) -> Response<Body> {
    Answer::new(status)
        .header("location", location(upload))
        .header("range", received(progress))
        .header("docker-upload-uuid", upload.id.to_string())
        .empty()
}

fn location(upload: &Upload) -> String {
    format!("/v2/{}/blobs/uploads/{}", upload.repository, upload.id)
}

/// The range of what has come: both ends belong to it, so nothing at all looks like the first byte.
fn received(progress: u64) -> String {
    format!("0-{}", progress.saturating_sub(1))
}
