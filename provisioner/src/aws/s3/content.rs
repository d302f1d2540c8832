//! `s3.content`: the files of a site in a bucket, as one object.
//!
//! A manifest in the bucket says what is there. It is written before anything is taken away, so
//! that a run which was interrupted is taken up where it stopped.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sdk_cloudfront::types::{InvalidationBatch, Paths};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use futures::{StreamExt, TryStreamExt, stream};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::read::one_by_one;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};
use crate::ship::build;
use crate::ship::content::{Entries, Entry, LocalFile, Manifest, compare, list};

/// Where the manifest is.
const MANIFEST: &str = ".provision/content.json";
/// Where those of all releases are, to go back to.
const RELEASES: &str = ".provision/releases/";
/// Where builds leave what they make, from the project's directory.
const FOLDER: &str = ".local/content";
/// How many files are uploaded side by side.
const SIDE_BY_SIDE: usize = 16;
/// How many keys one DeleteObjects takes.
const BATCH: usize = 1000;
/// From so many on, the whole site is invalidated: the first 1,000 paths a month are free, and
/// `/*` counts as one.
const MOST_PATHS: usize = 30;
/// How often CloudFront is asked whether it has forgotten.
const POLL: Duration = Duration::from_secs(1);

/// The files of a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The bucket, which has nothing else in it. A change replaces.
    pub bucket: String,
    /// What tells one state of the files from another, e.g. a digest of what they are built from.
    pub release: String,
    /// The command that builds them, run in the project's directory. `{output}` stands for the
    /// folder that it has to write. Either this or `folder`; without both, the files are those of a
    /// release that the bucket has had, which takes a bucket that keeps versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    /// The folder with the files, from the project's directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// The keys of files that never change under their name, which browsers may keep for a year;
    /// `*` stands for anything. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub immutable: Option<Vec<String>>,
    /// The CloudFront distribution that is told of what changes. Default: none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution_id: Option<String>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// What is served now.
    pub release: String,
    /// How many files.
    pub files: usize,
    /// How large they are together, in bytes.
    pub bytes: u64,
}

impl Resource for Content {
    const KIND: &'static str = "s3.content";
    const TRAITS: Traits = Traits {
        immutable: &["bucket"],
        compare: &[
            ("command", Compare::WriteOnly),
            ("folder", Compare::WriteOnly),
            ("immutable", Compare::WriteOnly),
            ("distribution_id", Compare::WriteOnly),
        ],
        create_time: Duration::from_secs(60),
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        if self.command.is_some() && self.folder.is_some() {
            let message = "The files come either from a `command` or from a `folder`.";
            return vec![Problem::at("command", message)];
        }
        let writes =
            |command: &Vec<String>| command.iter().any(|word| word.contains(build::OUTPUT));
        if self.command.as_ref().is_some_and(|command| !writes(command)) {
            let problem = Problem::at("command", "The command is not told where to write.");
            return vec![problem.hint("`{output}` stands for the folder that it has to write")];
        }
        Vec::new()
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let read =
            |bucket| async move { Ok(manifest(cx, bucket).await?.map(|one| live(bucket, &one))) };
        one_by_one(ids, read).await
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let found = manifest(cx, &self.bucket).await?;
        let ours = found.filter(|manifest| manifest.owner == names(owner));
        Ok(ours.map(|_| Id(self.bucket.clone())).into_iter().collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let before = manifest(cx, &self.bucket).await?.unwrap_or_default();
        let before = Manifest { owner: names(owner), ..before };
        let manifest = self.sync(cx, before).await?;
        Ok(Created::ready(self.bucket.clone(), outputs(&manifest)))
    }

    async fn update(&self, cx: &Context, _id: &Id, change: &Change<Self>) -> Result<()> {
        if change.has_any(&["release", "immutable"]) {
            let before = manifest(cx, &self.bucket).await?.unwrap_or_default();
            self.sync(cx, before).await?;
        }
        Ok(())
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let Some(manifest) = manifest(cx, id.as_str()).await? else { return Ok(Deleted::Gone) };
        let mut keys: Vec<String> = manifest.entries.into_keys().chain(manifest.gone).collect();
        keys.extend(releases(cx, id.as_str()).await?);
        // The manifest goes last, with what may be left to delete.
        keys.push(MANIFEST.to_owned());
        remove(cx, id.as_str(), &keys).await?;
        Ok(Deleted::Gone)
    }
}

impl Content {
    /// Brings the bucket from what it has to what it should have.
    async fn sync(&self, cx: &Context, before: Manifest) -> Result<Manifest> {
        let source = self.source(cx).await?;
        let mut entries = source.entries();
        let steps = compare(&before.entries, &entries);
        for (key, entry) in &mut entries {
            entry.version = before.entries.get(key).and_then(|old| old.version.clone());
        }
        self.upload(cx, &source, &steps.assets, &mut entries).await?;
        self.upload(cx, &source, &steps.pages, &mut entries).await?;
        let gone = before.gone.into_iter().chain(steps.gone);
        let mut after = Manifest {
            release: self.release.clone(),
            owner: before.owner,
            gone: gone.filter(|key| !entries.contains_key(key)).collect(),
            invalidate: before.invalidate.into_iter().chain(steps.invalidate).collect(),
            entries,
        };
        // A new site is known to nobody.
        if before.release.is_empty() {
            after.invalidate.clear();
        }
        self.write(cx, &format!("{RELEASES}{}.json", self.release), &after).await?;
        self.write(cx, MANIFEST, &after).await?;
        if after.gone.is_empty() && after.invalidate.is_empty() {
            return Ok(after);
        }
        self.invalidate(cx, &after.invalidate).await?;
        remove(cx, &self.bucket, &after.gone).await?;
        after.gone.clear();
        after.invalidate.clear();
        self.write(cx, MANIFEST, &after).await?;
        Ok(after)
    }

    /// The files, built where they are to be built.
    async fn source(&self, cx: &Context) -> Result<Source> {
        let folder = match (&self.command, &self.folder) {
            (Some(command), _) => self.build(&cx.project, command).await?,
            (None, Some(folder)) => cx.project.join(folder),
            (None, None) => return self.past(cx).await.map(Source::Bucket),
        };
        let immutable = self.immutable.clone().unwrap_or_default();
        let files = list(&folder, &immutable).map_err(|error| unreadable(&folder, error))?;
        Ok(Source::Files(files))
    }

    /// The files as they were in a release.
    async fn past(&self, cx: &Context) -> Result<Entries> {
        let key = format!("{RELEASES}{}.json", self.release);
        let manifest = read_manifest(cx, &self.bucket, &key).await?;
        let manifest = manifest.ok_or_else(|| {
            let message = format!("`{}` has never had the release `{}`", self.bucket, self.release);
            Error::invalid(message).conclusive()
        })?;
        Ok(manifest.entries)
    }

    async fn build(&self, project: &Path, command: &[String]) -> Result<PathBuf> {
        let folder = project.join(FOLDER);
        // The whole path, because the command runs elsewhere.
        let folder = std::fs::create_dir_all(&folder)
            .and_then(|()| folder.canonicalize())
            .map_err(|error| unreadable(&folder, error))?;
        let output = folder.join(&self.release);
        if output.exists() {
            std::fs::remove_dir_all(&output).map_err(|error| unreadable(&output, error))?;
        }
        build::run(project, command, &output).await.map_err(|error| {
            Error::from_source("the site could not be built", error).conclusive()
        })?;
        Ok(output)
    }

    async fn upload(
        &self,
        cx: &Context,
        source: &Source,
        keys: &[String],
        entries: &mut Entries,
    ) -> Result<()> {
        let uploads: Vec<_> = keys
            .iter()
            .map(|key| async move {
                let version = match source {
                    Source::Files(files) => self.put(cx, key, &files[key]).await?,
                    Source::Bucket(past) => self.restore(cx, key, &past[key]).await?,
                };
                Ok::<_, Error>((key, version))
            })
            .collect();
        let uploads = stream::iter(uploads).buffer_unordered(SIDE_BY_SIDE);
        let uploaded: Vec<(&String, Option<String>)> = uploads.try_collect().await?;
        for (key, version) in uploaded {
            if let Some(entry) = entries.get_mut(key) {
                entry.version = version;
            }
        }
        Ok(())
    }

    /// Puts an old version in front again.
    async fn restore(&self, cx: &Context, key: &str, entry: &Entry) -> Result<Option<String>> {
        let version = entry.version.as_ref().ok_or_else(|| {
            let message = format!("the bucket `{}` has kept no version of `{key}`", self.bucket);
            Error::invalid(message)
                .conclusive()
                .advise("one can go back only in a bucket that keeps versions")
        })?;
        let key_encoded = utf8_percent_encode(key, NON_ALPHANUMERIC);
        let from = format!("{}/{key_encoded}?versionId={version}", self.bucket);
        let request = cx.clients.s3().copy_object().bucket(&self.bucket).key(key);
        let answer = request.copy_source(from).send().await?;
        Ok(answer.version_id)
    }

    async fn put(&self, cx: &Context, key: &str, file: &LocalFile) -> Result<Option<String>> {
        let content = std::fs::read(&file.path).map_err(|error| unreadable(&file.path, error))?;
        let request = cx.clients.s3().put_object().bucket(&self.bucket).key(key);
        let answer = request
            .content_type(&file.entry.content_type)
            .cache_control(&file.entry.cache_control)
            .body(ByteStream::from(content))
            .send()
            .await?;
        Ok(answer.version_id)
    }

    async fn write(&self, cx: &Context, key: &str, manifest: &Manifest) -> Result<()> {
        let text = serde_json::to_vec(manifest)
            .map_err(|error| Error::invalid(format!("the manifest can't be written: {error}")))?;
        let request = cx.clients.s3().put_object().bucket(&self.bucket).key(key);
        let request = request.content_type("application/json").cache_control("no-store");
        request.body(ByteStream::from(text)).send().await?;
        Ok(())
    }

    /// Tells the CDN what changed, and waits until it has forgotten: only then may files go that
    /// its old pages need.
    async fn invalidate(&self, cx: &Context, paths: &[String]) -> Result<()> {
        let Some(distribution) = self.distribution_id.as_ref().filter(|_| !paths.is_empty()) else {
            return Ok(());
        };
        let all = ["/*".to_owned()];
        let paths = if paths.len() > MOST_PATHS { &all } else { paths };
        let count = i32::try_from(paths.len()).unwrap_or(i32::MAX);
        let paths = Paths::builder().quantity(count).set_items(Some(paths.to_vec())).build()?;
        // Another one each time: the same paths change again and again.
        let reference = uuid::Uuid::new_v4().to_string();
        let batch =
            InvalidationBatch::builder().paths(paths).caller_reference(reference).build()?;
        let cloudfront = cx.clients.cloudfront();
        let request = cloudfront.create_invalidation().distribution_id(distribution);
        let answer = request.invalidation_batch(batch).send().await?;
        let mut invalidation = answer.invalidation;
        while let Some(one) = invalidation.take().filter(|one| one.status() != "Completed") {
            tokio::time::sleep(POLL).await;
            let request = cloudfront.get_invalidation().distribution_id(distribution).id(one.id());
            invalidation = request.send().await?.invalidation;
        }
        Ok(())
    }
}

/// Where files come from.
enum Source {
    /// This machine.
    Files(BTreeMap<String, LocalFile>),
    /// The bucket's own past.
    Bucket(Entries),
}

impl Source {
    fn entries(&self) -> Entries {
        match self {
            Self::Files(files) => {
                files.iter().map(|(key, file)| (key.clone(), file.entry.clone())).collect()
            }
            Self::Bucket(entries) => entries.clone(),
        }
    }
}

fn names(owner: &Owner) -> [String; 2] {
    let tag = |key| owner.tags.get(key).cloned().unwrap_or_default();
    [tag(Owner::ENVIRONMENT), tag(Owner::ADDRESS)]
}

/// What the bucket says that it has; `None` where it says nothing, or is gone.
async fn manifest(cx: &Context, bucket: &str) -> Result<Option<Manifest>> {
    read_manifest(cx, bucket, MANIFEST).await
}

/// The keys of the releases' manifests.
async fn releases(cx: &Context, bucket: &str) -> Result<Vec<String>> {
    let request = cx.clients.s3().list_objects_v2().bucket(bucket).prefix(RELEASES);
    let pages: Vec<_> = request.into_paginator().send().try_collect().await?;
    let objects = pages.iter().flat_map(|page| page.contents());
    Ok(objects.filter_map(|object| object.key().map(str::to_owned)).collect())
}

async fn read_manifest(cx: &Context, bucket: &str, key: &str) -> Result<Option<Manifest>> {
    let request = cx.clients.s3().get_object().bucket(bucket).key(key);
    let Some(answer) = Error::optional(request.send().await.map_err(Error::from))? else {
        return Ok(None);
    };
    let body = answer.body.collect().await;
    let body = body.map_err(|error| Error::from_source("s3:GetObject broke off", error))?;
    let manifest = serde_json::from_slice(&body.into_bytes());
    manifest.map(Some).map_err(|error| {
        Error::invalid(format!("`{key}` in the bucket `{bucket}` is no manifest: {error}"))
            .advise("delete that object: everything is uploaded again then")
    })
}

fn live(bucket: &str, manifest: &Manifest) -> Live<Content> {
    let done = manifest.gone.is_empty() && manifest.invalidate.is_empty();
    let spec = Content {
        bucket: bucket.to_owned(),
        // An interrupted change is no release yet.
        release: if done { manifest.release.clone() } else { String::new() },
        command: None,
        folder: None,
        immutable: None,
        distribution_id: None,
    };
    Live { spec, outputs: outputs(manifest), tags: None, status: Status::Ready }
}

fn outputs(manifest: &Manifest) -> Outputs {
    Outputs {
        release: manifest.release.clone(),
        files: manifest.entries.len(),
        bytes: manifest.entries.values().map(|entry| entry.size).sum(),
    }
}

async fn remove(cx: &Context, bucket: &str, keys: &[String]) -> Result<()> {
    for keys in keys.chunks(BATCH) {
        let objects = keys.iter().map(|key| ObjectIdentifier::builder().key(key).build());
        let objects: Vec<_> = objects.collect::<Result<_, _>>()?;
        let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build()?;
        let request = cx.clients.s3().delete_objects().bucket(bucket).delete(delete);
        let answer = request.send().await?;
        if let Some(error) = answer.errors().first() {
            let (code, message) = (error.code(), error.message());
            let key = error.key().unwrap_or_default();
            let message = format!("{key}: {}", message.unwrap_or("it could not be deleted"));
            return Err(Error::with_code(code.unwrap_or("InternalError"), message));
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Error::from_source(format!("`{}` can't be read", path.display()), error)
}
