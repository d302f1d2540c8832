//! Compression at the edge, of the types and sizes that CloudFront documents.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// The sizes that are worth it, in bytes.
const SIZES: std::ops::RangeInclusive<usize> = 1000..=10_000_000;
/// Brotli's quality and window for what is compressed on the way.
const BROTLI_QUALITY: u32 = 5;
const BROTLI_WINDOW: u32 = 22;
const BUFFER: usize = 4096;

/// Those of CloudFront's list that are not text.
const TYPES: [&str; 22] = [
    "application/dash+xml",
    "application/eot",
    "application/font",
    "application/font-sfnt",
    "application/javascript",
    "application/json",
    "application/opentype",
    "application/otf",
    "application/pdf",
    "application/pkcs7-mime",
    "application/protobuf",
    "application/rss+xml",
    "application/truetype",
    "application/ttf",
    "application/vnd.apple.mpegurl",
    "application/vnd.mapbox-vector-tile",
    "application/vnd.ms-fontobject",
    "application/wasm",
    "application/xhtml+xml",
    "application/xml",
    "font/ttf",
    "image/svg+xml",
];

/// Whether CloudFront compresses such a response.
pub(super) fn is_worthwhile(status: StatusCode, headers: &HeaderMap, size: usize) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let is_listed = kind.starts_with("text/") || TYPES.contains(&kind);
    [200, 403, 404].contains(&status.as_u16())
        && SIZES.contains(&size)
        && is_listed
        && !headers.contains_key(header::CONTENT_ENCODING)
}

/// The body in an encoding, with the headers that say so. A strong tag becomes a weak one, since
/// the bytes are no longer the origin's.
pub(super) fn compress(headers: &mut HeaderMap, body: &Bytes, encoding: &'static str) -> Bytes {
    let compressed = match encoding {
        "br" => brotli(body),
        _ => gzip(body),
    };
    let Ok(compressed) = compressed else { return body.clone() };
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    headers.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::ACCEPT_RANGES);
    let tag = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
    if let Some(weak) = tag.filter(|tag| tag.starts_with('"')).map(|tag| format!("W/{tag}"))
        && let Ok(weak) = HeaderValue::from_str(&weak)
    {
        headers.insert(header::ETAG, weak);
    }
    compressed.into()
}

fn gzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body)?;
    encoder.finish()
}

fn brotli(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder =
        brotli::CompressorWriter::new(Vec::new(), BUFFER, BROTLI_QUALITY, BROTLI_WINDOW);
    encoder.write_all(body)?;
    Ok(encoder.into_inner())
}
