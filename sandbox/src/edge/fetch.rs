//! One path's response: from the cache, or from an origin and into the cache.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use percent_encoding::percent_decode_str;

use super::cache::{Kept, Key, LARGEST};
use super::choice::Viewer;
use super::page::Problem;
use super::response::{Content, Reply};
use super::server;
use super::site::{Route, Site};
use super::{Edge, compress, freshness};
use crate::gateway::{Body, BodyError, full};
use crate::services::cloudfront::{ERROR_CACHING_SECONDS, Origin};
use crate::services::s3::{OriginRequest, Signer};

/// A request on its way to an origin.
pub(super) struct Ask<'a> {
    pub site: &'a Site,
    pub route: &'a Route,
    pub viewer: &'a Viewer<'a>,
    pub method: &'a Method,
    pub path: &'a str,
    pub id: &'a str,
}

impl Ask<'_> {
    /// Whether the response may be kept, and may have been.
    fn is_cached(&self) -> bool {
        let methods = &self.route.behavior.allowed_methods.cached_methods;
        let reads = self.method == Method::GET || self.method == Method::HEAD;
        reads
            && self.route.cache.max_ttl > 0
            && methods.iter().any(|method| method == self.method.as_str())
    }

    fn key(&self) -> Key {
        Key {
            distribution: self.site.id.clone(),
            path: self.path.to_owned(),
            request: self.route.forwarding.key(self.viewer),
        }
    }
}

impl Edge {
    /// The response for a path, errors of the origin included.
    pub(super) async fn fetch(&self, ask: &Ask<'_>, body: Body) -> Reply {
        if !ask.is_cached() {
            return self.pass_on(ask, body).await;
        }
        let key = ask.key();
        let kept = self.cache.get(&key);
        let kept = kept.filter(|kept| {
            let forgotten = ask.site.is_invalidated(&self.core, ask.path, kept.since);
            if forgotten {
                self.cache.forget(&key);
            }
            !forgotten
        });
        match kept {
            Some(kept) if kept.is_fresh(ask.site.now) => from_cache(&kept, ask, "Hit"),
            Some(kept) => self.refresh(ask, key, &kept).await,
            None if ask.method == Method::HEAD => self.pass_on(ask, full("")).await,
            None => self.load(ask, key, None).await,
        }
    }

    /// From the origin to the viewer, without a stay.
    async fn pass_on(&self, ask: &Ask<'_>, body: Body) -> Reply {
        let mut extra = HeaderMap::new();
        for name in [header::RANGE, header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE] {
            if let Some(value) = ask.viewer.headers.get(&name).filter(|_| !ask.is_cached()) {
                extra.insert(name, value.clone());
            }
        }
        match self.ask_origin(ask, extra, body).await {
            Ok(response) => {
                let (head, body) = response.into_parts();
                Reply::new(head.status, head.headers, Content::Stream(body), "Miss")
            }
            Err(problem) => problem.reply(ask.id),
        }
    }

    /// Asks the origin whether what was kept still holds. An origin that fails leaves it in use.
    async fn refresh(&self, ask: &Ask<'_>, key: Key, kept: &Arc<Kept>) -> Reply {
        let mut conditions = HeaderMap::new();
        if let Some(tag) = kept.headers.get(header::ETAG) {
            conditions.insert(header::IF_NONE_MATCH, strong(tag));
        }
        if let Some(modified) = kept.headers.get(header::LAST_MODIFIED) {
            conditions.insert(header::IF_MODIFIED_SINCE, modified.clone());
        }
        let reply = self.load(ask, key.clone(), Some(conditions)).await;
        if reply.status == StatusCode::NOT_MODIFIED {
            let fresh_for = freshness::fresh_for(&kept.headers, &ask.route.cache, ask.site.now);
            let renewed = Arc::new(Kept { since: ask.site.now, fresh_for, ..(**kept).clone() });
            self.cache.put(key, renewed.clone());
            return from_cache(&renewed, ask, "RefreshHit");
        }
        if reply.status.is_server_error() && kept.status.is_success() {
            self.cache.put(key, kept.clone());
            return from_cache(kept, ask, "Hit");
        }
        reply
    }

    /// From the origin into the cache, unless it may not be kept or is too large.
    async fn load(&self, ask: &Ask<'_>, key: Key, conditions: Option<HeaderMap>) -> Reply {
        let get = Ask { method: &Method::GET, ..*ask };
        let response = match self.ask_origin(&get, conditions.unwrap_or_default(), full("")).await {
            Ok(response) => response,
            Err(problem) => return self.keep_problem(ask, key, &problem),
        };
        let (mut head, body) = response.into_parts();
        if head.status == StatusCode::NOT_MODIFIED {
            return Reply::new(head.status, head.headers, Content::Whole(Bytes::new()), "Miss");
        }
        let body = match collect(&head.headers, body).await {
            Ok(Collected::Whole(body)) => body,
            Ok(Collected::TooLarge(body)) => return self.stream(ask, head, body).await,
            Err(_) => return super::page::BROKEN.reply(ask.id),
        };
        let body = compressed(ask, head.status, &mut head.headers, body);
        let fresh_for = self.fresh_for(ask, head.status, &head.headers);
        let kept = Kept {
            status: head.status,
            headers: head.headers,
            body,
            since: ask.site.now,
            fresh_for,
        };
        let reply =
            from_cache(&kept, ask, if kept.status.as_u16() < 400 { "Miss" } else { "Error" });
        if !fresh_for.is_zero() {
            self.cache.put(key, Arc::new(kept));
        }
        Reply { age: None, ..reply }
    }

    /// CloudFront remembers for a while that an origin could not be reached.
    fn keep_problem(&self, ask: &Ask<'_>, key: Key, problem: &Problem) -> Reply {
        let reply = problem.reply(ask.id);
        let fresh_for = self.fresh_for(ask, reply.status, &reply.headers);
        if let Content::Whole(body) = &reply.content
            && !fresh_for.is_zero()
        {
            let kept = Kept {
                status: reply.status,
                headers: reply.headers.clone(),
                body: body.clone(),
                since: ask.site.now,
                fresh_for,
            };
            self.cache.put(key, Arc::new(kept));
        }
        reply
    }

    /// What is too large to be kept: a range of it is asked for again, as a range.
    async fn stream(&self, ask: &Ask<'_>, head: http::response::Parts, body: Body) -> Reply {
        let Some(range) = ask.viewer.headers.get(header::RANGE) else {
            return Reply::new(head.status, head.headers, Content::Stream(body), "Miss");
        };
        drop(body);
        let extra = HeaderMap::from_iter([(header::RANGE, range.clone())]);
        match self.ask_origin(ask, extra, full("")).await {
            Ok(response) => {
                let (head, body) = response.into_parts();
                Reply::new(head.status, head.headers, Content::Stream(body), "Miss")
            }
            Err(problem) => problem.reply(ask.id),
        }
    }

    fn fresh_for(&self, ask: &Ask<'_>, status: StatusCode, headers: &HeaderMap) -> Duration {
        let now = ask.site.now;
        if status.is_success() || status.is_redirection() {
            return freshness::fresh_for(headers, &ask.route.cache, now);
        }
        let responses = &ask.site.config.custom_error_responses;
        let own = responses.iter().find(|it| it.error_code == status.as_u16());
        let least = own.map_or(ERROR_CACHING_SECONDS, |it| it.error_caching_min_ttl);
        freshness::error_fresh_for(headers, least, now)
    }

    /// Asks the behavior's origin or, of a group, the second when the first fails.
    async fn ask_origin(
        &self,
        ask: &Ask<'_>,
        extra: HeaderMap,
        body: Body,
    ) -> Result<Response<Body>, Problem> {
        let target = &ask.route.behavior.target_origin_id;
        let groups = &ask.site.config.origin_groups;
        let Some(group) = groups.iter().find(|group| group.id == *target) else {
            return self.ask_one(ask, target, extra, body).await;
        };
        let [first, second] = group.members.0.as_slice() else {
            return Err(super::page::UNREACHABLE);
        };
        let answer = self.ask_one(ask, &first.origin_id, extra.clone(), body).await;
        let status = match &answer {
            Ok(response) => response.status().as_u16(),
            Err(problem) => problem.status.as_u16(),
        };
        let may_repeat = [Method::GET, Method::HEAD, Method::OPTIONS].contains(ask.method);
        if may_repeat && group.failover_criteria.status_codes.contains(&status) {
            return self.ask_one(ask, &second.origin_id, extra, full("")).await;
        }
        answer
    }

    async fn ask_one(
        &self,
        ask: &Ask<'_>,
        origin: &str,
        extra: HeaderMap,
        body: Body,
    ) -> Result<Response<Body>, Problem> {
        let origin = ask.site.config.origins.iter().find(|candidate| candidate.id == origin);
        let origin = origin.ok_or(super::page::UNREACHABLE)?;
        let mut response = match origin.bucket() {
            Some(bucket) => self.ask_bucket(ask, origin, bucket, &extra).await,
            None => server::ask(origin, request(ask, origin, extra, body)).await?,
        };
        server::drop_hop_by_hop(response.headers_mut());
        Ok(response)
    }

    async fn ask_bucket(
        &self,
        ask: &Ask<'_>,
        origin: &Origin,
        bucket: &str,
        extra: &HeaderMap,
    ) -> Response<Body> {
        let path = format!("{}{}", origin.origin_path, ask.path);
        let key = percent_decode_str(path.trim_start_matches('/')).decode_utf8_lossy();
        let signer = Signer { distribution: &ask.site.arn, account: &self.core.account };
        let signs = ask.site.signs(&self.core, &origin.origin_access_control_id);
        let request = OriginRequest {
            bucket,
            key: &key,
            method: ask.method,
            headers: extra,
            signer: signs.then_some(signer),
        };
        self.s3.answer_edge(request).await
    }
}

/// A tag that was made weak by compression names the origin's version still.
fn strong(tag: &HeaderValue) -> HeaderValue {
    let text = tag.to_str().unwrap_or_default().trim_start_matches("W/");
    HeaderValue::from_str(text).unwrap_or_else(|_| tag.clone())
}

fn from_cache(kept: &Kept, ask: &Ask<'_>, origin: &'static str) -> Reply {
    let origin = if kept.status.as_u16() < 400 { origin } else { "Error" };
    let content = Content::Whole(kept.body.clone());
    let mut reply = Reply::new(kept.status, kept.headers.clone(), content, origin);
    reply.age = Some(kept.age(ask.site.now).as_secs());
    reply
}

fn compressed(ask: &Ask<'_>, status: StatusCode, headers: &mut HeaderMap, body: Bytes) -> Bytes {
    let encodings = ask.route.forwarding.encodings(ask.viewer.headers);
    match encodings.first() {
        Some(encoding)
            if ask.route.behavior.compress
                && compress::is_worthwhile(status, headers, body.len()) =>
        {
            compress::compress(headers, &body, encoding)
        }
        _ => body,
    }
}

/// The request as a custom origin gets it.
fn request(ask: &Ask<'_>, origin: &Origin, extra: HeaderMap, body: Body) -> Request<Body> {
    let query = ask.route.forwarding.query(ask.viewer.query);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let reads = ask.method == Method::GET || ask.method == Method::HEAD;
    let mut headers = ask.route.forwarding.headers(ask.viewer, reads);
    headers.extend(extra);
    let own = origin.custom_headers.iter();
    let own = own.map(|it| (it.header_name.clone(), it.header_value.clone()));
    let ip = ask.viewer.address.rsplit_once(':').map_or("", |(ip, _)| ip);
    let before = ask.viewer.headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let chain = before.map_or_else(|| ip.to_owned(), |before| format!("{before}, {ip}"));
    let made = [
        ("x-forwarded-for".to_owned(), chain),
        ("via".to_owned(), "1.1 cloudfront.localhost (CloudFront)".to_owned()),
        ("x-amz-cf-id".to_owned(), ask.id.to_owned()),
    ];
    for (name, value) in made.into_iter().chain(own) {
        let pair = name.parse::<header::HeaderName>().ok().zip(HeaderValue::from_str(&value).ok());
        headers.extend(pair);
    }
    let host = ask.viewer.headers.get(header::HOST).filter(|_| ask.route.forwarding.takes_host());
    headers.extend(host.map(|host| (header::HOST, host.clone())));
    // The length tells the body's end; without one it is sent in chunks.
    if let Some(length) = ask.viewer.headers.get(header::CONTENT_LENGTH).filter(|_| !reads) {
        headers.insert(header::CONTENT_LENGTH, length.clone());
    }
    let mut request = Request::new(body);
    *request.method_mut() = ask.method.clone();
    let target = format!("{}{}{query}", origin.origin_path, ask.path);
    *request.uri_mut() = target.parse().unwrap_or_default();
    *request.headers_mut() = headers;
    request
}

enum Collected {
    Whole(Bytes),
    TooLarge(Body),
}

/// Reads a body into memory, unless it is too large for that; then it is as it was.
async fn collect(headers: &HeaderMap, mut body: Body) -> Result<Collected, BodyError> {
    let announced =
        headers.get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > LARGEST) {
        return Ok(Collected::TooLarge(body));
    }
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            read.extend_from_slice(&data);
        }
        if read.len() > LARGEST {
            let begun = stream::iter([Ok(Frame::data(read.freeze()))]);
            let rest = http_body_util::BodyStream::new(body);
            return Ok(Collected::TooLarge(StreamBody::new(begun.chain(rest)).boxed_unsync()));
        }
    }
    Ok(Collected::Whole(read.freeze()))
}
