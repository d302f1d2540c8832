//! Blobs on disk, by what they hash to, and uploads on their way there.
//!
//! ```text
//! ecr/blobs/DIGITS                     a layer or a configuration, whole
//! ecr/uploads/REGION/REPOSITORY/ID     what has come of one so far
//! ```
//!
//! A blob is renamed into its place when its digest has been checked. Which repository has it
//! stands in the world.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use bytes::BytesMut;
use futures::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

use super::answer::Refusal;
use super::path::Digest;
use crate::gateway::{Body, BodyError};

/// How much of a file is read at a time.
const CHUNK: usize = 64 * 1024;

/// The registry's directory.
pub struct Blobs {
    root: PathBuf,
}

/// An upload: to which repository of which region.
#[derive(Debug, Clone)]
pub struct Upload {
    pub region: String,
    pub repository: String,
    pub id: Uuid,
}

impl Blobs {
    /// Blobs under `root`, which is made when it is first needed.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Removes the blobs that are not among `layers`.
    pub fn sweep(&self, layers: &BTreeSet<&str>) -> io::Result<()> {
        let entries = match std::fs::read_dir(self.root.join("blobs")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let digest = format!("sha256:{}", entry.file_name().to_string_lossy());
            if !layers.contains(digest.as_str()) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Forgets all of them.
    pub fn reset(&self) -> io::Result<()> {
        match std::fs::remove_dir_all(&self.root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            outcome => outcome,
        }
    }

    fn place(&self, digest: &Digest) -> PathBuf {
        self.root.join("blobs").join(digest.digits())
    }

    fn upload(&self, upload: &Upload) -> PathBuf {
        let repository = utf8_percent_encode(&upload.repository, NON_ALPHANUMERIC).to_string();
        let folder = self.root.join("uploads").join(&upload.region).join(repository);
        folder.join(upload.id.to_string())
    }

    /// Begins an upload.
    pub async fn begin(&self, upload: &Upload) -> Result<(), Refusal> {
        let path = self.upload(upload);
        let folder = path.parent().unwrap_or(&self.root);
        tokio::fs::create_dir_all(folder).await.map_err(|error| Refusal::disk(&error))?;
        File::create(path).await.map(drop).map_err(|error| Refusal::disk(&error))
    }

    /// How much of it has come.
    pub async fn progress(&self, upload: &Upload) -> Result<u64, Refusal> {
        match tokio::fs::metadata(self.upload(upload)).await {
            Ok(metadata) => Ok(metadata.len()),
            Err(_) => Err(Refusal::upload_unknown()),
        }
    }

    /// Adds what comes, and gives how much there is then. What has come before a connection broke
    /// stays, so that the client can go on from there.
    pub async fn extend(&self, upload: &Upload, mut body: Body) -> Result<u64, Refusal> {
        let mut options = OpenOptions::new();
        let mut file = options
            .append(true)
            .open(self.upload(upload))
            .await
            .map_err(|_| Refusal::upload_unknown())?;
        let mut broken = None;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame.map_err(|error| broken = Some(error.to_string())) else { break };
            if let Ok(data) = frame.into_data() {
                file.write_all(&data).await.map_err(|error| Refusal::disk(&error))?;
            }
        }
        file.flush().await.map_err(|error| Refusal::disk(&error))?;
        match broken {
            None => self.progress(upload).await,
            Some(why) => Err(Refusal::new(
                http::StatusCode::BAD_REQUEST,
                "BLOB_UPLOAD_INVALID",
                format!("the upload broke off: {why}"),
            )),
        }
    }

    /// Ends an upload: what has come is the blob `digest` from now on. Gives its size.
    pub async fn finish(&self, upload: &Upload, digest: &Digest) -> Result<u64, Refusal> {
        let size = self.progress(upload).await?;
        let (path, place) = (self.upload(upload), self.place(digest));
        let hashed = hash(path.clone()).await.map_err(|error| Refusal::disk(&error))?;
        if hashed != digest.digits() {
            return Err(Refusal::digest_invalid());
        }
        let settle = async {
            tokio::fs::create_dir_all(self.root.join("blobs")).await?;
            tokio::fs::rename(path, place).await
        };
        settle.await.map_err(|error| Refusal::disk(&error))?;
        Ok(size)
    }

    /// Gives an upload up.
    pub async fn cancel(&self, upload: &Upload) -> Result<(), Refusal> {
        let removed = tokio::fs::remove_file(self.upload(upload)).await;
        removed.map_err(|_| Refusal::upload_unknown())
    }

    /// A blob's bytes, as they are read.
    pub async fn read(&self, digest: &Digest) -> Result<Body, Refusal> {
        let file = File::open(self.place(digest)).await.map_err(|_| Refusal::blob_unknown())?;
        let chunks = stream::try_unfold(file, |mut file| async move {
            let mut chunk = BytesMut::with_capacity(CHUNK);
            let read = file
                .read_buf(&mut chunk)
                .await
                .map_err(|error| -> BodyError { Box::new(error) })?;
            Ok::<_, BodyError>((read > 0).then(|| (Frame::data(chunk.freeze()), file)))
        });
        Ok(StreamBody::new(chunks).boxed_unsync())
    }
}

async fn hash(path: PathBuf) -> io::Result<String> {
    let hashed = tokio::task::spawn_blocking(move || {
        let mut hasher = Sha256::new();
        let mut file = std::fs::File::open(path)?;
        io::copy(&mut file, &mut Hashing(&mut hasher))?;
        Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    });
    hashed.await.map_err(io::Error::other)?
}

struct Hashing<'a>(&'a mut Sha256);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
