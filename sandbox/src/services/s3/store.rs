//! The buckets in memory and on disk, behind one lock.
//!
//! Everything lies under `s3/` in the sandbox's directory:
//!
//! ```text
//! staging/N                        a body on its way in; emptied at the start
//! buckets/NAME/bucket.json         the bucket and its sub-resources
//! buckets/NAME/versions/N          the bytes of a version (N is its sequence number)
//! buckets/NAME/versions/N.json     what S3 knows of it; its presence makes the version exist
//! buckets/NAME/uploads/ID/upload.json, PART.json, N
//! ```
//!
//! Each file is written beside its place and renamed into it, bytes before the document that names
//! them, and before memory changes. So a sandbox that is killed at any instruction finds each
//! object whole or not at all, and a write costs the same however many objects there are.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use s3s::S3Result;
use s3s::dto::{Owner, Timestamp};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::load;
use super::state::{Bucket, NULL_VERSION, Part, Settings, State, Upload, Version};
use super::{errors, hex};

/// S3's contents.
pub struct Store {
    root: PathBuf,
    account: String,
    owner: Owner,
    state: Mutex<State>,
    sequence: AtomicU64,
}

/// A file under `staging/`, removed with its value unless it was moved into its place.
#[derive(Debug)]
pub struct Staged {
    path: PathBuf,
}

impl Staged {
    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn move_to(self, place: &Path) -> io::Result<()> {
        std::fs::rename(&self.path, place)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // It is gone already when it was moved into its place.
        std::fs::remove_file(&self.path).ok();
    }
}

impl Store {
    /// Reads what a former sandbox left in `root`.
    pub fn open(root: PathBuf, account: &str) -> io::Result<Self> {
        let loaded = load::load(&root)?;
        Ok(Self {
            root,
            account: account.to_owned(),
            owner: canonical_user(account),
            state: Mutex::new(loaded.state),
            sequence: AtomicU64::new(loaded.next_sequence),
        })
    }

    /// Forgets everything.
    pub fn reset(&self) -> io::Result<()> {
        let mut state = self.lock();
        std::fs::remove_dir_all(&self.root)?;
        load::prepare(&self.root)?;
        *state = State::default();
        Ok(())
    }

    /// The account, twelve digits.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The account, as access control lists name it.
    pub fn owner(&self) -> Owner {
        self.owner.clone()
    }

    /// Exclusive access to what exists.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a bucket.
    pub fn read<T>(&self, name: &str, read: impl FnOnce(&Bucket) -> S3Result<T>) -> S3Result<T> {
        read(self.lock().buckets.get(name).ok_or_else(errors::no_such_bucket)?)
    }

    /// Changes a bucket, with the means to write each change to disk first.
    pub fn write<T>(
        &self,
        name: &str,
        write: impl FnOnce(&mut Writer<'_>) -> S3Result<T>,
    ) -> S3Result<T> {
        let mut state = self.lock();
        let bucket = state.buckets.get_mut(name).ok_or_else(errors::no_such_bucket)?;
        write(&mut Writer { directory: self.directory(name), store: self, bucket })
    }

    /// Adds a bucket.
    pub fn add(&self, state: &mut State, bucket: Bucket) -> S3Result<()> {
        let directory = self.directory(&bucket.name);
        let add = || {
            std::fs::create_dir_all(directory.join("versions"))?;
            std::fs::create_dir_all(directory.join("uploads"))?;
            self.write_json(&directory.join("bucket.json"), &bucket)
        };
        add().map_err(errors::disk)?;
        state.buckets.insert(bucket.name.clone(), bucket);
        Ok(())
    }

    /// Takes a bucket away; whether it may go is the caller's to know.
    pub fn remove(&self, state: &mut State, name: &str) -> S3Result<()> {
        let grave = self.stage();
        std::fs::rename(self.directory(name), grave.path()).map_err(errors::disk)?;
        state.buckets.remove(name);
        std::fs::remove_dir_all(grave.path()).map_err(errors::disk)
    }

    /// A place for a body on its way in.
    pub fn stage(&self) -> Staged {
        Staged { path: self.root.join("staging").join(self.next().to_string()) }
    }

    /// Where the bytes of a version are.
    pub fn bytes_of(&self, bucket: &str, version: &Version) -> PathBuf {
        self.directory(bucket).join("versions").join(version.sequence.to_string())
    }

    /// Where the bytes of a part are.
    pub fn bytes_of_part(&self, bucket: &str, upload: &str, part: &Part) -> PathBuf {
        self.directory(bucket).join("uploads").join(upload).join(part.sequence.to_string())
    }

    /// The next number in the one order of all versions, parts and staged bodies.
    pub fn next(&self) -> u64 {
        self.sequence.fetch_add(1, Ordering::Relaxed)
    }

    fn directory(&self, bucket: &str) -> PathBuf {
        self.root.join("buckets").join(bucket)
    }

    fn write_json(&self, place: &Path, value: &impl Serialize) -> io::Result<()> {
        let staged = self.stage();
        std::fs::write(staged.path(), serde_json::to_vec(value)?)?;
        staged.move_to(place)
    }
}

/// A locked bucket, and the way to change it on disk and in memory.
pub struct Writer<'a> {
    store: &'a Store,
    directory: PathBuf,
    bucket: &'a mut Bucket,
}

impl Writer<'_> {
    /// The bucket as it is.
    pub fn bucket(&self) -> &Bucket {
        self.bucket
    }

    /// Changes sub-resources.
    pub fn change(&mut self, change: impl FnOnce(&mut Settings)) -> S3Result<()> {
        let before = self.bucket.settings.clone();
        change(&mut self.bucket.settings);
        let place = self.directory.join("bucket.json");
        self.store.write_json(&place, &*self.bucket).map_err(|error| {
            self.bucket.settings = before;
            errors::disk(error)
        })
    }

    /// A version of `key` that is about to be put, under the id that the bucket's versioning asks.
    pub fn draft(&self, key: &str) -> Version {
        let id = if self.bucket.keeps_versions() { version_id() } else { NULL_VERSION.to_owned() };
        Version {
            sequence: self.store.next(),
            key: key.to_owned(),
            id,
            last_modified: now(),
            content: None,
        }
    }

    /// Puts a version, with its bytes unless it is a delete marker. A null version replaces the
    /// former one.
    pub fn put(&mut self, version: Version, bytes: Option<Staged>) -> S3Result<()> {
        if let Some(bytes) = bytes {
            let place = self.store.bytes_of(&self.bucket.name, &version);
            bytes.move_to(&place).map_err(errors::disk)?;
        }
        self.save(&version)?;
        let replaced = match version.id.as_str() {
            NULL_VERSION => self.bucket.remove(&version.key, NULL_VERSION),
            _ => None,
        };
        self.bucket.insert(version);
        replaced.map_or(Ok(()), |old| self.discard(&old))
    }

    /// Changes a version's tags.
    pub fn set_tags(&mut self, key: &str, id: &str, tags: Vec<s3s::dto::Tag>) -> S3Result<()> {
        let version = self.bucket.version(key, id).ok_or_else(errors::no_such_version)?;
        let mut changed = version.clone();
        if let Some(content) = &mut changed.content {
            content.attributes.tags = tags;
        }
        self.save(&changed)?;
        let versions = self.bucket.objects.entry(key.to_owned()).or_default();
        versions.iter_mut().filter(|version| version.id == id).for_each(|version| {
            *version = changed.clone();
        });
        Ok(())
    }

    /// Removes a version for good.
    pub fn remove(&mut self, key: &str, id: &str) -> S3Result<Option<Version>> {
        let Some(version) = self.bucket.remove(key, id) else { return Ok(None) };
        self.discard(&version)?;
        Ok(Some(version))
    }

    /// Starts an upload.
    pub fn start_upload(&mut self, upload: Upload) -> S3Result<()> {
        let directory = self.upload_directory(&upload.id);
        std::fs::create_dir_all(&directory).map_err(errors::disk)?;
        let document = directory.join("upload.json");
        self.store.write_json(&document, &upload).map_err(errors::disk)?;
        self.bucket.uploads.insert(upload.id.clone(), upload);
        Ok(())
    }

    /// Puts a part in place of the one with its number.
    pub fn put_part(&mut self, upload: &str, part: Part, bytes: Staged) -> S3Result<()> {
        let directory = self.upload_directory(upload);
        let document = directory.join(format!("{}.json", part.number));
        bytes
            .move_to(&directory.join(part.sequence.to_string()))
            .and_then(|()| self.store.write_json(&document, &part))
            .map_err(errors::disk)?;
        let upload = self.bucket.uploads.get_mut(upload).ok_or_else(errors::no_such_upload)?;
        let Some(old) = upload.parts.insert(part.number, part) else { return Ok(()) };
        remove_file(&directory.join(old.sequence.to_string()))
    }

    /// Ends an upload, completed or not, and removes its parts.
    pub fn end_upload(&mut self, upload: &str) -> S3Result<()> {
        self.bucket.uploads.remove(upload);
        let grave = self.store.stage();
        std::fs::rename(self.upload_directory(upload), grave.path()).map_err(errors::disk)?;
        std::fs::remove_dir_all(grave.path()).map_err(errors::disk)
    }

    fn upload_directory(&self, upload: &str) -> PathBuf {
        self.directory.join("uploads").join(upload)
    }

    fn document_of(&self, version: &Version) -> PathBuf {
        self.directory.join("versions").join(format!("{}.json", version.sequence))
    }

    fn save(&self, version: &Version) -> S3Result<()> {
        self.store.write_json(&self.document_of(version), version).map_err(errors::disk)
    }

    fn discard(&self, version: &Version) -> S3Result<()> {
        remove_file(&self.document_of(version))?;
        match version.content {
            Some(_) => remove_file(&self.store.bytes_of(&self.bucket.name, version)),
            None => Ok(()),
        }
    }
}

fn remove_file(path: &Path) -> S3Result<()> {
    std::fs::remove_file(path).map_err(errors::disk)
}

/// Now, as S3 stamps it.
pub fn now() -> Timestamp {
    std::time::SystemTime::now().into()
}

/// A new version id: 32 characters, as AWS's are.
fn version_id() -> String {
    crate::call::Ids::random().mixed(32)
}

/// The canonical user of an account: 64 hexadecimal digits that follow from its number.
fn canonical_user(account: &str) -> Owner {
    Owner { id: Some(hex(&Sha256::digest(account))), display_name: None }
}
