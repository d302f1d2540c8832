//! An image of the sandbox's registry, as a folder that a program can have as its root.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;
use serde::Deserialize;
use tar::{Archive, EntryType};

use crate::gateway::core::Core;

/// Why an image can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The repository does not have it.
    #[error("there is no image {0}")]
    Missing(String),
    /// It is not of the form that the specification gives.
    #[error("the image is not valid: {0}")]
    Invalid(String),
    /// Its files could not be read or written.
    #[error("the files of the image could not be used")]
    Files(#[from] io::Error),
}

/// Which image: its repository, and a digest or a tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageName {
    /// The region of the repository.
    pub region: String,
    /// The repository.
    pub repository: String,
    /// `sha256:…`, or a tag.
    pub reference: String,
}

impl std::fmt::Display for ImageName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let between = if self.reference.starts_with("sha256:") { '@' } else { ':' };
        write!(f, "{}{between}{}", self.repository, self.reference)
    }
}

/// An image on disk.
#[derive(Debug, Clone)]
pub struct Image {
    /// The folder to have as a root.
    pub root: PathBuf,
    /// What to run, with its arguments, where the service says nothing else.
    pub command: Vec<String>,
    /// What is run in any case, before a service's own command.
    pub entry_point: Vec<String>,
    /// Its environment, `NAME=value`.
    pub environment: Vec<String>,
    /// Where to run it.
    pub directory: String,
}

#[derive(Deserialize)]
struct Manifest {
    config: Descriptor,
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: String,
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(default)]
    config: Run,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Run {
    env: Option<Vec<String>>,
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
    working_dir: Option<String>,
}

/// Where images are, packed and unpacked.
#[derive(Debug, Clone)]
pub struct Images {
    /// The registry's blobs, each under the digits of its digest.
    pub blobs: PathBuf,
    /// A folder for each image.
    pub unpacked: PathBuf,
}

impl Images {
    /// The image, unpacked if it is not yet.
    ///
    /// # Errors
    /// When the registry lacks it, or it can't be unpacked.
    pub fn get(&self, core: &Core, name: &ImageName) -> Result<Image, ImageError> {
        let found = core.with_world(|world| {
            world.region(&name.region).ecr.manifest(&name.repository, &name.reference)
        });
        let (digest, manifest) = found.ok_or_else(|| ImageError::Missing(name.to_string()))?;
        let manifest: Manifest = serde_json::from_str(&manifest).map_err(invalid)?;
        let text = fs::read(self.blob(&manifest.config)?)?;
        let configuration: Configuration = serde_json::from_slice(&text).map_err(invalid)?;
        let digits = digest.trim_start_matches("sha256:");
        let root = self.unpacked.join(digits);
        if !root.exists() {
            self.unpack(&manifest.layers, &root)?;
        }
        let run = configuration.config;
        Ok(Image {
            root,
            entry_point: run.entrypoint.unwrap_or_default(),
            command: run.cmd.unwrap_or_default(),
            environment: run.env.unwrap_or_default(),
            directory: run.working_dir.filter(|at| !at.is_empty()).unwrap_or_else(|| "/".into()),
        })
    }

    /// Unpacks layers beside the place of the image, and then puts them there.
    fn unpack(&self, layers: &[Descriptor], root: &Path) -> Result<(), ImageError> {
        let part = root.with_extension("part");
        if part.exists() {
            fs::remove_dir_all(&part)?;
        }
        fs::create_dir_all(&part)?;
        for layer in layers {
            let file = File::open(self.blob(layer)?)?;
            let content: Box<dyn Read> = match layer.media_type.rsplit(['+', '.']).next() {
                Some("gzip") => Box::new(GzDecoder::new(file)),
                Some("tar") => Box::new(file),
                _ => {
                    let unknown = format!("layers of {} are not known", layer.media_type);
                    return Err(ImageError::Invalid(unknown));
                }
            };
            apply(Archive::new(content), &part)?;
        }
        for mount in ["dev", "proc", "tmp"] {
            fs::create_dir_all(part.join(mount))?;
        }
        Ok(fs::rename(&part, root)?)
    }

    fn blob(&self, blob: &Descriptor) -> Result<PathBuf, ImageError> {
        let digits = blob.digest.strip_prefix("sha256:").filter(|digits| {
            digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        let digits = digits.ok_or_else(|| ImageError::Invalid(blob.digest.clone()))?;
        Ok(self.blobs.join(digits))
    }
}

fn invalid(error: serde_json::Error) -> ImageError {
    ImageError::Invalid(error.to_string())
}

/// Puts a layer over those below it: a file `.wh.NAME` takes `NAME` away, `.wh..wh..opq` all that
/// a folder had. <https://github.com/opencontainers/image-spec/blob/main/layer.md>
fn apply<R: Read>(mut layer: Archive<R>, root: &Path) -> Result<(), ImageError> {
    // Nobody here is root inside: owners mean nothing, and set-uid would be wrong.
    layer.set_preserve_ownerships(false);
    layer.set_unpack_xattrs(false);
    for entry in layer.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        if path.components().any(|part| matches!(part, Component::ParentDir)) {
            return Err(ImageError::Invalid(format!("{} leads out of it", path.display())));
        }
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let folder = inside(root, path.parent().unwrap_or(Path::new("")))?;
        if name == ".wh..wh..opq" {
            for old in fs::read_dir(&folder)? {
                take_away(&old?.path())?;
            }
        } else if let Some(gone) = name.strip_prefix(".wh.") {
            take_away(&folder.join(gone))?;
        } else if !matches!(entry.header().entry_type(), EntryType::Char | EntryType::Block) {
            // Refuses what leads out through a link.
            entry.unpack_in(root)?;
        }
    }
    Ok(())
}

/// A folder of the image, which no link takes elsewhere.
fn inside(root: &Path, folder: &Path) -> Result<PathBuf, ImageError> {
    let place = root.join(folder.strip_prefix("/").unwrap_or(folder));
    if !place.exists() {
        return Ok(place);
    }
    let (place, root) = (place.canonicalize()?, root.canonicalize()?);
    match place.starts_with(root) {
        true => Ok(place),
        false => Err(ImageError::Invalid(format!("{} leads out of it", folder.display()))),
    }
}

fn take_away(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(data) if data.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use tar::{Builder, Header};

    use super::*;

    fn layer(files: &[(&str, &str)]) -> Vec<u8> {
        let mut archive = Builder::new(Vec::new());
        for (path, text) in files {
            let mut header = Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            archive.append_data(&mut header, path, text.as_bytes()).unwrap();
        }
        archive.into_inner().unwrap()
    }

    fn link(path: &str, target: &str) -> Vec<u8> {
        let mut archive = Builder::new(Vec::new());
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Symlink);
        header.set_size(0);
        archive.append_link(&mut header, path, target).unwrap();
        archive.into_inner().unwrap()
    }

    fn put(layers: &[Vec<u8>], root: &Path) -> Result<(), ImageError> {
        layers.iter().try_for_each(|layer| apply(Archive::new(layer.as_slice()), root))
    }

    #[test]
    fn a_layer_changes_and_takes_away_what_those_below_it_brought() {
        let root = tempfile::tempdir().unwrap();
        let below = layer(&[("a/one", "1"), ("a/two", "2"), ("b/three", "3"), ("c", "4")]);
        let above =
            layer(&[("a/.wh.one", ""), ("a/two", "22"), ("b/.wh..wh..opq", ""), ("b/new", "5")]);
        put(&[below, above], root.path()).unwrap();
        let read = |path: &str| fs::read_to_string(root.path().join(path)).ok();
        assert_eq!(read("a/one"), None);
        assert_eq!(read("a/two").as_deref(), Some("22"));
        assert_eq!(read("b/three"), None);
        assert_eq!(read("b/new").as_deref(), Some("5"));
        assert_eq!(read("c").as_deref(), Some("4"));
    }

    #[test]
    fn nothing_is_written_or_taken_away_elsewhere() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("kept"), "kept").unwrap();
        let root = tempfile::tempdir().unwrap();
        let way_out = link("out", outside.path().to_str().unwrap());
        let _ = put(&[way_out.clone(), layer(&[("out/new", "1")])], root.path());
        assert!(put(&[way_out, layer(&[("out/.wh.kept", "")])], root.path()).is_err());
        let names: Vec<_> = fs::read_dir(outside.path()).unwrap().flatten().collect();
        assert_eq!(names.len(), 1, "{names:?}");
    }
}
