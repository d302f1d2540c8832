//! An image on disk, as an OCI image layout: blobs by their digests, and an index of what they are.
//!
//! <https://github.com/opencontainers/image-spec/blob/main/image-layout.md>

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::source::hex;

/// The media type of an image's manifest.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// What a layout holds could not be read, or was not written as the specification says.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// A file could not be read or written.
    #[error("{path} could not be used")]
    Files {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// It is no layout, or a broken one.
    #[error("{0}")]
    Invalid(String),
}

/// A blob and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What it is.
    pub media_type: String,
    /// `sha256:…`.
    pub digest: String,
    /// In bytes.
    pub size: u64,
}

#[derive(Debug, Deserialize)]
struct Index {
    manifests: Vec<Descriptor>,
}

#[derive(Debug, Deserialize)]
struct Manifest {
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
    #[serde(default)]
    manifests: Vec<Descriptor>,
}

/// A folder with an image, and with what refers to it.
#[derive(Debug, Clone)]
pub struct Layout(PathBuf);

impl Layout {
    /// Begins a layout in a folder, in place of what was there.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn create(folder: &Path) -> Result<Self, LayoutError> {
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(LayoutError::at(folder))?;
        }
        let blobs = folder.join("blobs/sha256");
        fs::create_dir_all(&blobs).map_err(LayoutError::at(&blobs))?;
        let layout = Self(folder.to_owned());
        layout
            .write("oci-layout", json!({ "imageLayoutVersion": "1.0.0" }).to_string().as_bytes())?;
        Ok(layout)
    }

    /// Takes apart an archive of a layout, as `docker buildx build --output type=oci` writes it.
    ///
    /// # Errors
    /// When it is none.
    pub fn unpack(archive: &Path, folder: &Path) -> Result<Self, LayoutError> {
        let layout = Self::create(folder)?;
        let file = File::open(archive).map_err(LayoutError::at(archive))?;
        // `unpack` refuses paths that lead out of the folder.
        tar::Archive::new(file).unpack(folder).map_err(LayoutError::at(archive))?;
        layout.index()?;
        Ok(layout)
    }

    /// Adds a blob.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn add(&self, media_type: &str, bytes: &[u8]) -> Result<Descriptor, LayoutError> {
        let digest = hex(&Sha256::digest(bytes));
        self.write(&format!("blobs/sha256/{digest}"), bytes)?;
        Ok(Descriptor {
            media_type: media_type.to_owned(),
            digest: format!("sha256:{digest}"),
            size: bytes.len() as u64,
        })
    }

    /// Names what the layout holds: the image first, then what refers to it.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn finish(&self, manifests: &[Descriptor]) -> Result<(), LayoutError> {
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests });
        self.write("index.json", index.to_string().as_bytes())
    }

    /// The image, and what refers to it.
    ///
    /// # Errors
    /// When there is none.
    pub fn manifests(&self) -> Result<(Descriptor, Vec<Descriptor>), LayoutError> {
        let mut manifests = self.index()?.manifests.into_iter();
        let image = manifests.next();
        let image = image.ok_or_else(|| LayoutError::Invalid("the layout is empty".to_owned()))?;
        Ok((image, manifests.collect()))
    }

    /// What a manifest refers to: other manifests, and blobs.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn references(
        &self,
        manifest: &Descriptor,
    ) -> Result<(Vec<Descriptor>, Vec<Descriptor>), LayoutError> {
        let bytes = self.read(manifest)?;
        let read: Manifest = serde_json::from_slice(&bytes).map_err(|error| {
            LayoutError::Invalid(format!("the manifest {} is not valid: {error}", manifest.digest))
        })?;
        let blobs = read.config.into_iter().chain(read.layers).collect();
        match manifest.media_type.as_str() {
            INDEX | DOCKER_LIST => Ok((read.manifests, Vec::new())),
            _ => Ok((Vec::new(), blobs)),
        }
    }

    /// A blob's bytes.
    ///
    /// # Errors
    /// When they can't be read, or are not those of the digest.
    pub fn read(&self, blob: &Descriptor) -> Result<Vec<u8>, LayoutError> {
        let path = self.path(blob)?;
        let bytes = fs::read(&path).map_err(LayoutError::at(&path))?;
        if format!("sha256:{}", hex(&Sha256::digest(&bytes))) != blob.digest {
            return Err(LayoutError::Invalid(format!("{} is not what it was", path.display())));
        }
        Ok(bytes)
    }

    /// The file of a blob.
    ///
    /// # Errors
    /// When the digest is none of SHA-256.
    pub fn path(&self, blob: &Descriptor) -> Result<PathBuf, LayoutError> {
        let digest = blob.digest.strip_prefix("sha256:");
        let digest = digest.filter(|digest| {
            digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        match digest {
            Some(digest) => Ok(self.0.join("blobs/sha256").join(digest)),
            None => Err(LayoutError::Invalid(format!("{} is no digest of SHA-256", blob.digest))),
        }
    }

    fn index(&self) -> Result<Index, LayoutError> {
        let path = self.0.join("index.json");
        let text = fs::read(&path).map_err(LayoutError::at(&path))?;
        serde_json::from_slice(&text).map_err(|error| {
            LayoutError::Invalid(format!("{} is no index: {error}", path.display()))
        })
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), LayoutError> {
        let path = self.0.join(name);
        fs::write(&path, bytes).map_err(LayoutError::at(&path))
    }
}

impl LayoutError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Files { path, source }
    }
}
