//! Which service and region a request is for: its credential scope says so.

use http::HeaderMap;
use http::Uri;
use http::header::{AUTHORIZATION, HOST};

use crate::protocol::form;
use crate::services::s3control;

/// What a signature says of itself: `KEY/20260131/us-east-1/ec2/aws4_request`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The access key.
    pub access_key: String,
    /// The day, `YYYYMMDD`.
    pub date: String,
    /// The region.
    pub region: String,
    /// The service, as AWS names it in scopes: `ec2`, `logs`, `monitoring`.
    pub service: String,
}

/// A signature and what it covers, as the request states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Who signed, and for what.
    pub scope: Scope,
    /// The names of the headers that are covered, in lower case and sorted.
    pub signed_headers: Vec<String>,
    /// The signature, in hexadecimal.
    pub signature: String,
    /// Whether it stands in the query string.
    pub presigned: bool,
}

/// Why no signature could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is none.
    #[error("Request is missing Authentication Token")]
    Missing,
    /// There is something else.
    #[error("Authorization header or query parameters are incomplete: {0}")]
    Incomplete(&'static str),
}

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Reads the signature of a request, from its header or its query string.
///
/// # Errors
/// When there is none, or it is not of the form that AWS documents.
pub fn read(uri: &Uri, headers: &HeaderMap) -> Result<Signature, ReadError> {
    if let Some(header) = headers.get(AUTHORIZATION) {
        let text = header.to_str().map_err(|_| ReadError::Incomplete("not text"))?;
        return from_header(text);
    }
    from_query(uri.query().unwrap_or_default())
}

fn from_header(text: &str) -> Result<Signature, ReadError> {
    let parameters = text
        .strip_prefix(ALGORITHM)
        .ok_or(ReadError::Incomplete("AWS4-HMAC-SHA256 is expected"))?;
    let find = |name: &str| {
        let pairs = parameters.split(',').filter_map(|pair| pair.trim().split_once('='));
        pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.trim())
    };
    Ok(Signature {
        scope: scope(find("Credential").ok_or(ReadError::Incomplete("Credential is missing"))?)?,
        signed_headers: names(
            find("SignedHeaders").ok_or(ReadError::Incomplete("SignedHeaders is missing"))?,
        ),
        signature: find("Signature")
            .ok_or(ReadError::Incomplete("Signature is missing"))?
            .to_owned(),
        presigned: false,
    })
}

fn from_query(query: &str) -> Result<Signature, ReadError> {
    let find = |name: &str| query_parameter(query, name);
    let credential = find("X-Amz-Credential").ok_or(ReadError::Missing)?;
    Ok(Signature {
        scope: scope(&credential)?,
        signed_headers: names(
            &find("X-Amz-SignedHeaders")
                .ok_or(ReadError::Incomplete("X-Amz-SignedHeaders is missing"))?,
        ),
        signature: find("X-Amz-Signature")
            .ok_or(ReadError::Incomplete("X-Amz-Signature is missing"))?,
        presigned: true,
    })
}

/// A parameter of a query string, without its encoding.
pub fn query_parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).and_then(|(_, value)| form::decode(value).ok())
}

fn scope(credential: &str) -> Result<Scope, ReadError> {
    let parts: Vec<&str> = credential.split('/').collect();
    let [access_key, date, region, service, "aws4_request"] = parts.as_slice() else {
        return Err(ReadError::Incomplete(
            "Credential must be KEY/DATE/REGION/SERVICE/aws4_request",
        ));
    };
    Ok(Scope {
        access_key: (*access_key).to_owned(),
        date: (*date).to_owned(),
        region: (*region).to_owned(),
        service: (*service).to_owned(),
    })
}

fn names(list: &str) -> Vec<String> {
    list.split(';').map(str::to_ascii_lowercase).collect()
}

/// Whether an unsigned request is addressed to a service other than S3.
pub fn is_an_api_call(uri: &Uri, headers: &HeaderMap) -> bool {
    let form = headers
        .get(http::header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    form || headers.contains_key("x-amz-target")
        || headers.contains_key("smithy-protocol")
        || uri.query().is_some_and(|query| query_parameter(query, "Action").is_some())
}

/// Whether a request that is signed for S3 concerns the account rather than a bucket: its path is
/// of S3 Control, and it says which account.
pub fn is_for_s3_control(uri: &Uri, headers: &HeaderMap) -> bool {
    uri.path().starts_with(s3control::PREFIX) && headers.contains_key("x-amz-account-id")
}

/// Whether the `Host` names this machine, so that no web page can reach the sandbox by a name of
/// its own that resolves to a loopback address.
pub fn is_local(uri: &Uri, headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let Some(host) = host.or_else(|| uri.authority().map(|authority| authority.as_str())) else {
        return false;
    };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let address = name.parse::<std::net::IpAddr>();
    name == "localhost" || name.ends_with(".localhost") || address.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn host(name: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(name).unwrap());
        is_local(&Uri::from_static("/"), &headers)
    }

    #[test]
    fn only_names_of_this_machine_are_local() {
        for name in ["localhost", "localhost:4566", "127.0.0.1:1", "[::1]:80", "bucket.localhost:1"]
        {
            assert!(host(name), "{name}");
        }
        for name in
            ["evil.example", "evil.example:80", "localhost.evil.example", "10.0.0.1", "[::2]"]
        {
            assert!(!host(name), "{name}");
        }
    }

    #[test]
    fn a_header_is_taken_apart() {
        let signature = from_header(
            "AWS4-HMAC-SHA256 Credential=AKID/20260131/eu-west-1/ec2/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature=abc",
        )
        .unwrap();
        assert_eq!(signature.scope.service, "ec2");
        assert_eq!(signature.scope.region, "eu-west-1");
        assert_eq!(signature.signed_headers, ["host", "x-amz-date"]);
    }

    #[test]
    fn what_is_missing_is_told() {
        let read = |query: &'static str| read(&query.parse().unwrap(), &HeaderMap::new());
        assert_eq!(read("/"), Err(ReadError::Missing));
        assert_eq!(
            read("/?X-Amz-Credential=A%2F20260131%2Fr%2Fsts%2Faws4_request"),
            Err(ReadError::Incomplete("X-Amz-SignedHeaders is missing"))
        );
    }
}
