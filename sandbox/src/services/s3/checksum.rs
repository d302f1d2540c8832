//! The checksums that S3 keeps of objects and parts.
//!
//! A client names an algorithm and sends the value in a header, in a trailer after the body, or
//! not at all; S3 checks it. For an object without any, S3 computes CRC64NVME by itself.

use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::{Checksum, ChecksumAlgorithm, ChecksumType};
use s3s::{S3Result, TrailingHeaders};

use super::errors;

/// The algorithms, in the order in which S3 lists them.
pub const ALGORITHMS: [&str; 5] = ["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"];

/// What a client says of the checksum.
#[derive(Debug, Default)]
pub struct Announced {
    pub algorithm: Option<ChecksumAlgorithm>,
    pub values: Checksum,
    pub trailers: Option<TrailingHeaders>,
    /// The header `x-amz-trailer`: the trailers to come.
    pub trailer_names: String,
}

impl Announced {
    /// The algorithms to compute: those announced, or S3's own choice.
    pub fn algorithms(&self) -> Vec<&'static str> {
        let named: Vec<_> = ALGORITHMS.into_iter().filter(|name| self.names(name)).collect();
        if named.is_empty() { vec!["CRC64NVME"] } else { named }
    }

    fn names(&self, algorithm: &str) -> bool {
        self.algorithm.as_ref().is_some_and(|named| named.as_str() == algorithm)
            || value(&self.values, algorithm).is_some()
            || self.trailer_names.to_ascii_uppercase().contains(&trailer(algorithm))
    }

    /// Compares with what was computed.
    ///
    /// # Errors
    /// `BadDigest` for the first that differs.
    pub fn verify(&self, computed: &Checksum) -> S3Result<()> {
        for algorithm in ALGORITHMS {
            let sent = value(&self.values, algorithm).map(str::to_owned);
            let expected = sent.or_else(|| self.trailing(algorithm));
            if expected.is_some_and(|expected| value(computed, algorithm) != Some(&expected)) {
                return Err(errors::bad_digest(algorithm));
            }
        }
        Ok(())
    }

    fn trailing(&self, algorithm: &str) -> Option<String> {
        let name = trailer(algorithm).to_ascii_lowercase();
        let read = |headers: &http::HeaderMap| {
            headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        self.trailers.as_ref()?.read(read).flatten()
    }
}

fn trailer(algorithm: &str) -> String {
    format!("X-AMZ-CHECKSUM-{algorithm}")
}

/// The value of one algorithm.
pub fn value<'a>(checksum: &'a Checksum, algorithm: &str) -> Option<&'a str> {
    match algorithm {
        "CRC32" => checksum.checksum_crc32.as_deref(),
        "CRC32C" => checksum.checksum_crc32c.as_deref(),
        "SHA1" => checksum.checksum_sha1.as_deref(),
        "SHA256" => checksum.checksum_sha256.as_deref(),
        "CRC64NVME" => checksum.checksum_crc64nvme.as_deref(),
        _ => None,
    }
}

/// The algorithms of which there is a value.
pub fn algorithms_of(checksum: &Checksum) -> Vec<ChecksumAlgorithm> {
    ALGORITHMS
        .into_iter()
        .filter(|name| value(checksum, name).is_some())
        .map(ChecksumAlgorithm::from_static)
        .collect()
}

/// Several checksums of one body at once.
pub struct Digests(ChecksumHasher);

impl Digests {
    /// Of the named algorithms.
    pub fn new(algorithms: Vec<&str>) -> Self {
        let has = |name| algorithms.contains(&name);
        Self(ChecksumHasher {
            crc32: has("CRC32").then(Crc32::new),
            crc32c: has("CRC32C").then(Crc32c::new),
            sha1: has("SHA1").then(Sha1::new),
            sha256: has("SHA256").then(Sha256::new),
            crc64nvme: has("CRC64NVME").then(Crc64Nvme::new),
        })
    }

    /// Takes more of the body.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The values, in base64.
    pub fn finish(self) -> Checksum {
        let mut checksum = self.0.finalize();
        checksum.checksum_type = Some(ChecksumType::from_static(ChecksumType::FULL_OBJECT));
        checksum
    }
}

/// The checksum of a multipart upload made of its parts' checksums: `VALUE-COUNT`.
pub fn composite(algorithm: &str, parts: &[Vec<u8>]) -> Checksum {
    let mut digests = Digests::new(vec![algorithm]);
    parts.iter().for_each(|part| digests.update(part));
    let mut checksum = digests.finish();
    let values = [
        &mut checksum.checksum_crc32,
        &mut checksum.checksum_crc32c,
        &mut checksum.checksum_sha1,
        &mut checksum.checksum_sha256,
    ];
    for value in values.into_iter().flatten() {
        value.push_str(&format!("-{}", parts.len()));
    }
    checksum.checksum_type = Some(ChecksumType::from_static(ChecksumType::COMPOSITE));
    checksum
}

/// Collects the checksum members that inputs and outputs spell alike.
macro_rules! checksum_values {
    ($input:expr) => {
        s3s::dto::Checksum {
            checksum_crc32: $input.checksum_crc32.clone(),
            checksum_crc32c: $input.checksum_crc32c.clone(),
            checksum_crc64nvme: $input.checksum_crc64nvme.clone(),
            checksum_sha1: $input.checksum_sha1.clone(),
            checksum_sha256: $input.checksum_sha256.clone(),
            checksum_type: None,
        }
    };
}
pub(super) use checksum_values;

/// What a request that carries a body announces.
macro_rules! announced_body {
    ($request:expr) => {
        $crate::services::s3::body::Announced {
            length: $request.input.content_length,
            md5: $request.input.content_md5.clone(),
            checksum: $crate::services::s3::checksum::Announced {
                algorithm: $request.input.checksum_algorithm.clone(),
                values: $crate::services::s3::checksum::checksum_values!($request.input),
                trailers: $request.trailing_headers.clone(),
                trailer_names: $crate::services::s3::text_header(
                    &$request.headers,
                    "x-amz-trailer",
                ),
            },
        }
    };
}
pub(super) use announced_body;
