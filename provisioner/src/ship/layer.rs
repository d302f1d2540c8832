//! One layer of an image: the same files, the same bytes.

use std::io::{self, Write};

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};

use super::source::hex;

/// A layer, ready to be pushed.
#[derive(Debug)]
pub struct Layer {
    /// Its bytes: a tar archive, compressed.
    pub bytes: Vec<u8>,
    /// The digest of the archive before it is compressed, which the image's configuration names.
    pub diff_id: String,
}

/// What a layer is made of: everything belongs to root and was never modified.
pub struct LayerBuilder {
    archive: Builder<Tee>,
}

impl LayerBuilder {
    /// An empty layer.
    pub fn begin() -> Self {
        // Neither a name nor a time in its head, so that the bytes follow from the content alone.
        let encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
        Self { archive: Builder::new(Tee { encoder, digest: Sha256::new() }) }
    }

    /// Adds a folder.
    ///
    /// # Errors
    /// When the path is none that an archive can have.
    pub fn folder(&mut self, path: &str, mode: u32) -> io::Result<()> {
        let mut header = header(EntryType::Directory, 0, mode);
        self.archive.append_data(&mut header, path, io::empty())
    }

    /// Adds a file.
    ///
    /// # Errors
    /// When the path is none that an archive can have.
    pub fn file(&mut self, path: &str, mode: u32, content: &[u8]) -> io::Result<()> {
        let mut header = header(EntryType::Regular, content.len() as u64, mode);
        self.archive.append_data(&mut header, path, content)
    }

    /// The layer.
    ///
    /// # Errors
    /// None that memory does not have.
    pub fn finish(self) -> io::Result<Layer> {
        let Tee { encoder, digest } = self.archive.into_inner()?;
        let diff_id = format!("sha256:{}", hex(&digest.finalize()));
        Ok(Layer { bytes: encoder.finish()?, diff_id })
    }
}

fn header(kind: EntryType, size: u64, mode: u32) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(mode);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header
}

/// Compresses what is written, and digests it.
struct Tee {
    encoder: GzEncoder<Vec<u8>>,
    digest: Sha256,
}

impl Write for Tee {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.encoder.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_follow_from_the_files() {
        let layer = |content: &[u8]| {
            let mut layer = LayerBuilder::begin();
            layer.folder("etc", 0o755).unwrap();
            layer.file("etc/hosts", 0o644, content).unwrap();
            layer.finish().unwrap()
        };
        let (one, two, other) = (layer(b"a"), layer(b"a"), layer(b"b"));
        assert_eq!((&one.bytes, &one.diff_id), (&two.bytes, &two.diff_id));
        assert_ne!(one.diff_id, other.diff_id);

        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(one.bytes.as_slice()));
        let entries = archive.entries().unwrap().map(|entry| {
            let entry = entry.unwrap();
            let header = entry.header();
            (
                entry.path().unwrap().display().to_string(),
                header.mode().unwrap(),
                header.mtime().unwrap(),
            )
        });
        let expected = [("etc".to_owned(), 0o755, 0), ("etc/hosts".to_owned(), 0o644, 0)];
        assert_eq!(entries.collect::<Vec<_>>(), expected);
    }
}
