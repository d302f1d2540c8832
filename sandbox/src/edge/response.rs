//! A response on its way to the viewer: ranges, preconditions, and what CloudFront puts into every
//! one.

use std::ops::Range;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

use super::freshness::moment;
use crate::gateway::{Body, full};

/// A body that is in memory, or one that comes as it will.
pub(super) enum Content {
    Whole(Bytes),
    Stream(Body),
}

/// A response, and where it came from.
pub(super) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub content: Content,
    /// `Hit`, `Miss`, `RefreshHit` or `Error`.
    pub origin: &'static str,
    /// How long it was kept, in seconds.
    pub age: Option<u64>,
}

impl Reply {
    pub(super) fn new(
        status: StatusCode,
        headers: HeaderMap,
        content: Content,
        origin: &'static str,
    ) -> Self {
        Self { status, headers, content, origin, age: None }
    }

    pub(super) fn is_error(&self) -> bool {
        self.status.is_client_error() || self.status.is_server_error()
    }

    /// The part that a viewer asks for, or nothing when the viewer has it already.
    pub(super) fn for_viewer(mut self, method: &Method, asked: &HeaderMap) -> Self {
        let reads = method == Method::GET || method == Method::HEAD;
        if self.status != StatusCode::OK || !reads {
            return self;
        }
        if is_known(&self.headers, asked) {
            self.status = StatusCode::NOT_MODIFIED;
            for name in [header::CONTENT_LENGTH, header::CONTENT_TYPE, header::CONTENT_ENCODING] {
                self.headers.remove(name);
            }
            self.content = Content::Whole(Bytes::new());
            return self;
        }
        match (&self.content, asked.get(header::RANGE)) {
            (Content::Whole(body), Some(range)) if may_range(&self.headers, asked) => {
                let body = body.clone();
                self.slice(&body, range)
            }
            _ => self,
        }
    }

    fn slice(mut self, body: &Bytes, range: &HeaderValue) -> Self {
        let length = body.len();
        match range.to_str().ok().and_then(|text| byte_range(text, length)) {
            // More than one range, or none that can be understood: the whole.
            None => self,
            Some(None) => {
                self.status = StatusCode::RANGE_NOT_SATISFIABLE;
                self.set(header::CONTENT_RANGE, &format!("bytes */{length}"));
                self.content = Content::Whole(Bytes::new());
                self
            }
            Some(Some(range)) => {
                self.status = StatusCode::PARTIAL_CONTENT;
                let last = range.end - 1;
                self.set(header::CONTENT_RANGE, &format!("bytes {}-{last}/{length}", range.start));
                self.content = Content::Whole(body.slice(range));
                self
            }
        }
    }

    pub(super) fn set(&mut self, name: header::HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }

    /// The response as it goes out. `request_id` is CloudFront's.
    pub(super) fn finish(mut self, method: &Method, request_id: &str) -> Response<Body> {
        let server = format!("{}.cloudfront.localhost", &request_id[..7].to_ascii_lowercase());
        let via = format!("1.1 {server} (CloudFront)");
        self.set(header::VIA, &via);
        let cache = format!("{} from cloudfront", self.origin);
        for (name, value) in
            [("x-cache", cache.as_str()), ("x-amz-cf-pop", "LCL50-P1"), ("x-amz-cf-id", request_id)]
        {
            self.set(header::HeaderName::from_static(name), value);
        }
        if let Some(age) = self.age {
            self.set(header::AGE, &age.to_string());
        }
        if !self.headers.contains_key(header::DATE) {
            let now = jiff::Timestamp::now();
            self.set(header::DATE, &now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
        }
        self.headers.remove(header::TRANSFER_ENCODING);
        self.headers.remove(header::CONNECTION);
        let has_body = method != Method::HEAD
            && self.status != StatusCode::NOT_MODIFIED
            && self.status != StatusCode::NO_CONTENT;
        if let Content::Whole(body) = &self.content
            && has_body
        {
            let length = body.len().to_string();
            self.set(header::CONTENT_LENGTH, &length);
        }
        let mut response = Response::new(match self.content {
            Content::Whole(body) if has_body => full(body),
            Content::Stream(body) if has_body => body,
            _ => full(""),
        });
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// Whether a viewer has the response already: its tag, or else its time, says so.
fn is_known(headers: &HeaderMap, asked: &HeaderMap) -> bool {
    let text = |headers: &HeaderMap, name| {
        headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::to_owned)
    };
    if let Some(tags) = text(asked, header::IF_NONE_MATCH) {
        let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let Some(own) = text(headers, header::ETAG) else { return false };
        return tags.split(',').any(|tag| tag.trim() == "*" || strong(tag) == strong(&own));
    }
    let since = text(asked, header::IF_MODIFIED_SINCE).and_then(|text| moment(&text));
    let modified = text(headers, header::LAST_MODIFIED).and_then(|text| moment(&text));
    since.zip(modified).is_some_and(|(since, modified)| modified <= since)
}

/// `If-Range` names the version of which a part is wanted.
fn may_range(headers: &HeaderMap, asked: &HeaderMap) -> bool {
    let Some(condition) = asked.get(header::IF_RANGE) else { return true };
    headers.get(header::ETAG) == Some(condition)
        || headers.get(header::LAST_MODIFIED) == Some(condition)
}

/// The bytes that `bytes=A-B`, `bytes=A-` or `bytes=-N` asks for; `Some(None)` when there are none.
fn byte_range(text: &str, length: usize) -> Option<Option<Range<usize>>> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    if last.contains(',') {
        return None;
    }
    let range = match (first.is_empty(), last.is_empty()) {
        (true, true) => return None,
        (true, false) => length.saturating_sub(last.parse().ok()?)..length,
        (false, true) => first.parse().ok()?..length,
        (false, false) => {
            let last: usize = last.parse().ok()?;
            first.parse().ok()?..last.saturating_add(1).min(length)
        }
    };
    Some((range.start < range.end).then_some(range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_within_the_body() {
        for (text, expected) in [
            ("bytes=0-3", Some(Some(0..4))),
            ("bytes=8-", Some(Some(8..10))),
            ("bytes=-4", Some(Some(6..10))),
            ("bytes=-40", Some(Some(0..10))),
            ("bytes=5-99", Some(Some(5..10))),
            ("bytes=10-", Some(None)),
            ("bytes=0-1,3-4", None),
            ("items=0-1", None),
        ] {
            assert_eq!(byte_range(text, 10), expected, "{text}");
        }
    }
}
