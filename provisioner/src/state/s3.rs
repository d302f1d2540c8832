//! A state in a bucket, kept from lost updates by S3's conditional writes.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use futures::future::BoxFuture;
use tokio::sync::Mutex;

use super::local::check_order;
use super::store::{Content, Version};
use super::{LockFile, State, Store, StoreError, document};
use crate::aws::Error;

/// `s3://BUCKET/PREFIX/ENVIRONMENT/state.json` and `lock.json` beside it.
pub struct S3Store {
    client: Client,
    bucket: String,
    folder: String,
    /// The document as it was last read or written.
    seen: Mutex<Option<Seen>>,
}

/// What the next document must follow.
struct Seen {
    etag: Version,
    lineage: String,
    serial: u64,
}

impl Seen {
    fn new(etag: Version, state: &State) -> Self {
        Self { etag, lineage: state.lineage.clone(), serial: state.serial }
    }
}

impl S3Store {
    /// The store of one environment.
    pub fn new(client: Client, bucket: &str, prefix: &str, environment: &str) -> Self {
        let folder = match prefix.trim_matches('/') {
            "" => environment.to_owned(),
            prefix => format!("{prefix}/{environment}"),
        };
        Self { client, bucket: bucket.to_owned(), folder, seen: Mutex::default() }
    }

    fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }

    fn url(&self, name: &str) -> String {
        format!("s3://{}/{}", self.bucket, self.key(name))
    }

    async fn get(&self, name: &str) -> Result<Option<Content>, StoreError> {
        let unreachable = |source| self.unreachable(name, "read", source);
        let request = self.client.get_object().bucket(&self.bucket).key(self.key(name));
        let object = match request.send().await.map_err(Error::from) {
            Ok(object) => object,
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            Err(error) => return Err(unreachable(error.into())),
        };
        let version = Version(object.e_tag().unwrap_or_default().to_owned());
        let body = object.body.collect().await.map_err(|error| unreachable(error.into()))?;
        Ok(Some((body.to_vec(), version)))
    }

    /// Puts an object if it still has the expected version; `None` when it has another.
    async fn put(
        &self,
        name: &str,
        content: &[u8],
        expected: Option<&Version>,
    ) -> Result<Option<Version>, StoreError> {
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(self.key(name))
            .content_type("application/json")
            .body(ByteStream::from(content.to_vec()));
        let request = match expected {
            Some(version) => request.if_match(&version.0),
            None => request.if_none_match("*"),
        };
        match request.send().await.map_err(Error::from) {
            Ok(answer) => Ok(Some(Version(answer.e_tag().unwrap_or_default().to_owned()))),
            Err(error) if is_conflict(&error) => self.was_ours(name, content).await,
            Err(error) => Err(self.unreachable(name, "written", error.into())),
        }
    }

    /// After a lost answer the SDK asks again, and finds its own first write in the way.
    async fn was_ours(&self, name: &str, content: &[u8]) -> Result<Option<Version>, StoreError> {
        let there = self.get(name).await?;
        Ok(there.filter(|(bytes, _)| bytes == content).map(|(_, version)| version))
    }

    fn unreachable(
        &self,
        name: &str,
        verb: &'static str,
        source: Box<dyn std::error::Error + Send + Sync>,
    ) -> StoreError {
        StoreError::Unreachable { location: self.url(name), verb, source }
    }
}

/// 412 where the version differs, 409 where another write is under way.
fn is_conflict(error: &Error) -> bool {
    matches!(error.code(), Some("PreconditionFailed" | "ConditionalRequestConflict" | "NoSuchKey"))
}

impl Store for S3Store {
    fn location(&self) -> String {
        self.url("state.json")
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<State>, StoreError>> {
        Box::pin(async move {
            let Some((bytes, version)) = self.get("state.json").await? else { return Ok(None) };
            let state = document::decode(&bytes, &self.location())?;
            *self.seen.lock().await = Some(Seen::new(version, &state));
            Ok(Some(state))
        })
    }

    fn save<'a>(&'a self, state: &'a State) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let bytes = document::encode(state, &self.location())?;
            let mut seen = self.seen.lock().await;
            if let Some(there) = &*seen {
                check_order((&there.lineage, there.serial), state, self.location())?;
            }
            let etag = seen.as_ref().map(|seen| &seen.etag);
            match self.put("state.json", &bytes, etag).await? {
                Some(version) => {
                    *seen = Some(Seen::new(version, state));
                    Ok(())
                }
                None => Err(self.moved(state).await),
            }
        })
    }

    fn remove(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let request = self.client.delete_object().bucket(&self.bucket);
            let deleted = request.key(self.key("state.json")).send().await;
            deleted.map_err(|error| {
                self.unreachable("state.json", "written", Error::from(error).into())
            })?;
            *self.seen.lock().await = None;
            Ok(())
        })
    }
}

impl S3Store {
    /// Why the document is not the one that was read: another lineage, or another writer.
    async fn moved(&self, state: &State) -> StoreError {
        let location = self.location();
        match self.get("state.json").await {
            Ok(Some((bytes, _))) => match document::decode(&bytes, &location) {
                Ok(there) => check_order((&there.lineage, there.serial), state, location.clone())
                    .err()
                    .unwrap_or(StoreError::Moved { location }),
                Err(error) => error,
            },
            _ => StoreError::Moved { location },
        }
    }
}

impl LockFile for S3Store {
    fn lock_location(&self) -> String {
        self.url("lock.json")
    }

    fn read_lock(&self) -> BoxFuture<'_, Result<Option<Content>, StoreError>> {
        Box::pin(self.get("lock.json"))
    }

    fn write_lock<'a>(
        &'a self,
        content: &'a [u8],
        expected: Option<&'a Version>,
    ) -> BoxFuture<'a, Result<Option<Version>, StoreError>> {
        Box::pin(self.put("lock.json", content, expected))
    }

    fn delete_lock<'a>(&'a self, expected: &'a Version) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            // S3 deletes conditionally in directory buckets only: look first. A lock is taken
            // over only a minute after its last renewal, so nobody can slip in between.
            match self.get("lock.json").await? {
                Some((_, version)) if version == *expected => {}
                _ => return Ok(()),
            }
            let request = self.client.delete_object().bucket(&self.bucket);
            let deleted = request.key(self.key("lock.json")).send().await;
            deleted.map(drop).map_err(|error| {
                self.unreachable("lock.json", "written", Error::from(error).into())
            })
        })
    }
}
