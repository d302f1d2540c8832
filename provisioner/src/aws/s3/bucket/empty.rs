//! What a bucket holds: counted, and deleted.

use std::fmt;

use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use crate::aws::{Context, Error};
use crate::resource::Result;

/// How many versions S3 lists, and deletes, in one call.
const PAGE: usize = 1000;

/// How many object versions and delete markers there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    Exactly(usize),
    /// More than one call shows.
    Over(usize),
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(1) => f.write_str("1 object version"),
            Self::Exactly(count) => write!(f, "{count} object versions"),
            Self::Over(count) => write!(f, "more than {count} object versions"),
        }
    }
}

/// What a bucket holds, as far as one call shows; `None` where it is gone.
pub(super) async fn count(cx: &Context, bucket: &str) -> Result<Option<Count>> {
    let page = page(cx, bucket, None).await?;
    Ok(page.map(|page| match identifiers(&page).len() {
        count if page.is_truncated() == Some(true) => Count::Over(count),
        count => Count::Exactly(count),
    }))
}

/// Whether a bucket is there and holds nothing.
pub(super) async fn is_empty(cx: &Context, bucket: &str) -> Result<bool> {
    Ok(count(cx, bucket).await? == Some(Count::Exactly(0)))
}

/// Deletes every version of every object. Whether the bucket is still there.
pub(super) async fn delete_all(cx: &Context, bucket: &str) -> Result<bool> {
    let mut last = None;
    loop {
        let Some(page) = page(cx, bucket, last.as_ref()).await? else { return Ok(false) };
        let versions = identifiers(&page);
        if !versions.is_empty() {
            delete(cx, bucket, versions).await?;
        }
        if page.is_truncated() != Some(true) {
            return Ok(true);
        }
        last = Some(page);
    }
}

async fn page(
    cx: &Context,
    bucket: &str,
    last: Option<&ListObjectVersionsOutput>,
) -> Result<Option<ListObjectVersionsOutput>> {
    let next = |marker: fn(&ListObjectVersionsOutput) -> Option<&str>| {
        last.and_then(marker).map(str::to_owned)
    };
    let request = cx.clients.s3().list_object_versions().bucket(bucket).max_keys(PAGE as i32);
    let request = request
        .set_key_marker(next(ListObjectVersionsOutput::next_key_marker))
        .set_version_id_marker(next(ListObjectVersionsOutput::next_version_id_marker));
    Error::optional(request.send().await.map_err(Error::from))
}

fn identifiers(page: &ListObjectVersionsOutput) -> Vec<(String, String)> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let versions = page.versions().iter().map(|it| (text(it.key()), text(it.version_id())));
    let markers = page.delete_markers().iter().map(|it| (text(it.key()), text(it.version_id())));
    versions.chain(markers).collect()
}

/// # Errors
/// Also when S3 refused only some: its answer is then no error by itself.
async fn delete(cx: &Context, bucket: &str, versions: Vec<(String, String)>) -> Result<()> {
    let object = |(key, version): &(String, String)| {
        Ok::<_, Error>(ObjectIdentifier::builder().key(key).version_id(version).build()?)
    };
    let objects = versions.iter().map(object).collect::<Result<_>>()?;
    let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build()?;
    let answer = cx.clients.s3().delete_objects().bucket(bucket).delete(delete).send().await;
    let Some(answer) = Error::optional(answer.map_err(Error::from))? else { return Ok(()) };
    match answer.errors().first() {
        None => Ok(()),
        Some(refusal) => {
            let key = refusal.key().unwrap_or_default();
            let message = format!("{}: {key}", refusal.message().unwrap_or_default());
            Err(Error::with_code(refusal.code().unwrap_or_default(), message))
        }
    }
}
