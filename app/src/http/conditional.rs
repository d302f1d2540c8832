//! Entity tags, and requests that depend on them (RFC 9110, section 13).

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

use super::Problem;
use crate::cars::{Car, Precondition};

/// A strong entity tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityTag(String);

impl EntityTag {
    /// The tag of a car: its version, which rises with every change.
    pub fn of_car(car: &Car) -> Self {
        Self(format!("\"v{}\"", car.version))
    }

    /// The tag of a document that is what its bytes are.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let hash = Sha256::digest(bytes);
        let text: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("\"{text}\""))
    }

    fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

/// A JSON document with its tag; or only the tag, with 304, if the client has the document already.
pub fn revalidated(request: &HeaderMap, tag: &EntityTag, body: Vec<u8>) -> Response {
    let fresh = if_none_match(request, tag);
    let mut response = if fresh {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    let headers = response.headers_mut();
    // A cache may keep it, but has to ask whether it still holds.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Some(tag) = tag.header() {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn if_none_match(request: &HeaderMap, tag: &EntityTag) -> bool {
    listed(request, header::IF_NONE_MATCH)
        .any(|listed| listed == "*" || listed.trim_start_matches("W/") == tag.0)
}

/// Which versions of a car the client agrees to change.
///
/// # Errors
/// When the header is there, but names no tag. A tag that can't be one of a car matches none.
pub fn if_match(request: &HeaderMap) -> Result<Precondition, Problem> {
    if !request.contains_key(header::IF_MATCH) {
        return Ok(Precondition::Any);
    }
    let tags: Vec<_> = listed(request, header::IF_MATCH).collect();
    if tags.is_empty() {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "The header If-Match is empty."));
    }
    if tags.contains(&"*") {
        return Ok(Precondition::Any);
    }
    Ok(Precondition::Versions(tags.into_iter().filter_map(version).collect()))
}

fn version(tag: &str) -> Option<i64> {
    tag.strip_prefix("\"v")?.strip_suffix('"')?.parse().ok()
}

/// The members of a header that is a list of tags. None of ours has a comma in it.
fn listed(request: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    request
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn if_match_names_versions() {
        let read = |value| if_match(&headers(header::IF_MATCH, value)).unwrap();
        assert_eq!(if_match(&HeaderMap::new()).unwrap(), Precondition::Any);
        assert_eq!(read("*"), Precondition::Any);
        assert_eq!(read("\"v3\", \"v5\""), Precondition::Versions(vec![3, 5]));
        // A weak tag never matches strongly, and foreign ones match nothing.
        assert_eq!(read("W/\"v3\", \"abc\", v3"), Precondition::Versions(vec![]));
        assert!(if_match(&headers(header::IF_MATCH, " ,")).is_err());
    }

    #[test]
    fn if_none_match_compares_weakly() {
        let tag = EntityTag::of_bytes(b"x");
        let EntityTag(text) = tag.clone();
        let held = |value: &str| {
            let value = HeaderValue::from_str(value).unwrap();
            if_none_match(&HeaderMap::from_iter([(header::IF_NONE_MATCH, value)]), &tag)
        };
        assert!(held(&text) && held(&format!("W/{text}")) && held("*"));
        assert!(held(&format!("\"other\", {text}")));
        assert!(!held("\"other\""));
    }
}
