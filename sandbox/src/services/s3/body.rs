//! Bodies: in, to a file, with their digests; out, a range of a file.

use std::io::SeekFrom;
use std::ops::Range;
use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::{Bytes, BytesMut};
use futures::{StreamExt, TryStreamExt};
use http_body_util::StreamBody;
use hyper::body::Frame;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{ContentLength, ContentMD5, StreamingBlob};
use s3s::{Body, S3Error, S3Result, StdError};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::checksum::Digests;
use super::store::{Staged, Store};
use super::{checksum, errors};

/// How much of a file is read at a time.
const CHUNK: usize = 64 * 1024;

/// What a client says of a body before it sends it.
#[derive(Debug, Default)]
pub struct Announced {
    pub length: Option<ContentLength>,
    pub md5: Option<ContentMD5>,
    pub checksum: checksum::Announced,
}

/// A body on disk.
#[derive(Debug)]
pub struct Received {
    pub file: Staged,
    pub size: u64,
    pub md5: [u8; 16],
    pub checksum: s3s::dto::Checksum,
}

/// Takes a body in, and refuses it when it is not what was announced.
///
/// # Errors
/// `IncompleteBody`, `InvalidDigest`, `BadDigest`, and what the signature of the payload says.
pub async fn receive(
    store: &Store,
    body: Option<StreamingBlob>,
    announced: Announced,
) -> S3Result<Received> {
    let expected_md5 = announced.md5.as_deref().map(decode_md5).transpose()?;
    let file = store.stage();
    let mut output = File::create(file.path()).await.map_err(errors::disk)?;
    let mut digests = Digests::new(announced.checksum.algorithms());
    let mut md5 = Md5::new();
    let mut size = 0;
    if let Some(mut body) = body {
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(broken_body)?;
            md5.update(&chunk);
            digests.update(&chunk);
            size += chunk.len() as u64;
            output.write_all(&chunk).await.map_err(errors::disk)?;
        }
    }
    output.flush().await.map_err(errors::disk)?;
    let md5 = md5.finalize();
    if announced.length.is_some_and(|length| u64::try_from(length) != Ok(size)) {
        return Err(errors::incomplete_body());
    }
    if expected_md5.is_some_and(|expected| expected != md5) {
        return Err(errors::bad_content_md5());
    }
    let checksum = digests.finish();
    announced.checksum.verify(&checksum)?;
    Ok(Received { file, size, md5, checksum })
}

fn decode_md5(text: &str) -> S3Result<[u8; 16]> {
    let bytes = BASE64_STANDARD.decode(text).map_err(|_| errors::invalid_digest())?;
    bytes.try_into().map_err(|_| errors::invalid_digest())
}

/// The protocol library keeps its error types to itself; their names are all there is to tell a
/// forged payload from a broken connection.
fn broken_body(error: StdError) -> S3Error {
    let text = error.to_string();
    let mut fault = if text.ends_with("Sha256Mismatch") {
        errors::content_hash_mismatch()
    } else if text.ends_with("SignatureMismatch") {
        errors::signature_does_not_match()
    } else {
        errors::incomplete_body()
    };
    fault.set_source(error);
    fault
}

/// A range of a file as a body.
///
/// # Errors
/// When the file cannot be read.
pub async fn send(mut file: File, range: Range<u64>) -> S3Result<StreamingBlob> {
    file.seek(SeekFrom::Start(range.start)).await.map_err(errors::disk)?;
    let reader = file.take(range.end - range.start);
    let chunks = futures::stream::try_unfold(reader, |mut reader| async move {
        let mut chunk = BytesMut::with_capacity(CHUNK);
        let read = reader.read_buf(&mut chunk).await?;
        Ok::<_, std::io::Error>((read > 0).then(|| (chunk.freeze(), reader)))
    });
    let frames = chunks.map_ok(Frame::<Bytes>::data);
    Ok(StreamingBlob::from(Body::http_body_unsync(StreamBody::new(frames))))
}

/// A source that was removed since it was found is a conflict, not a fault.
fn gone(error: std::io::Error) -> S3Error {
    match error.kind() {
        std::io::ErrorKind::NotFound => errors::operation_aborted(),
        _ => errors::disk(error),
    }
}

/// Writes ranges of files one after the other into a staged file, with their digests.
///
/// # Errors
/// `OperationAborted` when a source is gone; when a file cannot be read or written.
pub async fn join(
    store: &Store,
    sources: Vec<(PathBuf, Range<u64>)>,
    mut digests: Digests,
) -> S3Result<Received> {
    let file = store.stage();
    let mut output = File::create(file.path()).await.map_err(errors::disk)?;
    let mut md5 = Md5::new();
    let mut size = 0;
    for (path, range) in sources {
        let input = File::open(path).await.map_err(gone)?;
        let mut input = send(input, range).await?;
        while let Some(chunk) = input.next().await {
            let chunk = chunk.map_err(|error| errors::disk(std::io::Error::other(error)))?;
            md5.update(&chunk);
            digests.update(&chunk);
            size += chunk.len() as u64;
            output.write_all(&chunk).await.map_err(errors::disk)?;
        }
    }
    output.flush().await.map_err(errors::disk)?;
    Ok(Received { file, size, md5: md5.finalize(), checksum: digests.finish() })
}
