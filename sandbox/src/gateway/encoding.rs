//! Compressed requests: clients send long bodies of metrics with `Content-Encoding: gzip`.

use std::io::Read;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::Request;
use http::header::CONTENT_ENCODING;

use crate::fault::Fault;

/// The request with its body as it was before it was compressed, at most `limit` bytes long. Its
/// signature, which covers what was sent, must have been checked before.
///
/// # Errors
/// When the body is not what its header says, or too long.
pub fn plain(request: Request<Bytes>, limit: usize) -> Result<Request<Bytes>, Fault> {
    if request.headers().get(CONTENT_ENCODING).is_none_or(|encoding| encoding != "gzip") {
        return Ok(request);
    }
    let mut body = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    GzDecoder::new(request.body().as_ref())
        .take(most)
        .read_to_end(&mut body)
        .map_err(|_| malformed("The body is not valid gzip."))?;
    if body.len() > limit {
        return Err(malformed("The body is too large."));
    }
    Ok(request.map(|_| Bytes::from(body)))
}

fn malformed(message: &str) -> Fault {
    Fault::new("SerializationException", message)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn request(encoding: &str, body: Vec<u8>) -> Request<Bytes> {
        Request::post("/").header("content-encoding", encoding).body(body.into()).unwrap()
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn only_what_is_compressed_is_unpacked() {
        let body = |request| plain(request, 10).map(|plain| plain.into_body().to_vec());
        assert_eq!(body(request("gzip", gzip(b"a=1"))).unwrap(), b"a=1");
        assert_eq!(body(request("aws-chunked", b"a=1".to_vec())).unwrap(), b"a=1");
        assert_eq!(body(request("gzip", gzip(b"0123456789"))).unwrap(), b"0123456789");
    }

    #[test]
    fn what_is_broken_or_too_long_is_refused() {
        for body in [b"a=1".to_vec(), gzip(&[b'a'; 11]), Vec::new()] {
            let fault = plain(request("gzip", body), 10).unwrap_err();
            assert_eq!(fault.code, "SerializationException");
        }
    }
}
