//! CloudFront's edge: serves the distributions at their names.
//!
//! A request's way, each step in its own file: the distribution by its `Host` and the behavior by
//! its path ([`site`]) → the web ACL ([`firewall`]) → the cache ([`cache`], [`freshness`]), told apart by what the
//! policies choose ([`choice`]) → the origin ([`fetch`]): a bucket by way of its policy, or a
//! server ([`server`]) → the page in place of an error → compression ([`compress`]), the headers
//! of the response headers policy ([`headers`]), ranges and preconditions ([`response`]).
//!
//! What differs from AWS: there is one edge, it speaks HTTP/1.1 without TLS, and its names lie
//! under `.localhost`, which browsers take for secure; so `redirect-to-https` and `https-only`
//! let every request through. Nobody's country is known. An invalidation takes effect when it is
//! created, and errors of behaviors that cache nothing are not kept.

mod cache;
mod choice;
mod compress;
mod counted;
mod fetch;
mod firewall;
mod freshness;
mod headers;
mod page;
mod response;
mod server;
mod site;

use std::net::Ipv4Addr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};

use crate::gateway::core::Core;
use crate::gateway::front::{self, Front, Peer};
use crate::gateway::{Body, full};
use crate::services::cloudfront::{CustomErrorResponse, DOMAIN};
use crate::services::s3::S3;
use crate::services::wafv2::evaluation::Limiter;
use cache::Cache;
use choice::Viewer;
use fetch::Ask;
use firewall::Arrival;
use response::Reply;
use site::{Route, Site};

/// The edge.
pub struct Edge {
    core: Arc<Core>,
    s3: Arc<S3>,
    cache: Cache,
    limiter: Limiter,
}

impl Front for Edge {
    fn serves(&self, name: &str) -> bool {
        name.ends_with(DOMAIN)
            || self.core.with_world(|world| world.global.cloudfront.serving(name).is_some())
    }

    fn answer(&self, request: Request<Body>) -> BoxFuture<'_, Response<Body>> {
        self.respond(request).boxed()
    }
}

impl Edge {
    /// An edge before a sandbox's buckets.
    pub fn new(core: Arc<Core>, s3: Arc<S3>) -> Self {
        Self { core, s3, cache: Cache::default(), limiter: Limiter::default() }
    }

    async fn respond(&self, request: Request<Body>) -> Response<Body> {
        let id = request_id();
        let (head, body) = request.into_parts();
        let name = front::host_name(&head.uri, &head.headers).unwrap_or_default();
        let reply = match Site::find(&self.core, &name) {
            Some(site) if site.config.enabled => {
                let reply = self.serve(&site, &head, body, &id).await;
                counted::request(&self.core.meter, &site.id, &reply);
                reply
            }
            Some(_) => page::DISABLED.reply(&id),
            None => page::NO_DISTRIBUTION.reply(&id),
        };
        reply.finish(&head.method, &id)
    }

    async fn serve(&self, site: &Site, head: &Parts, body: Body, id: &str) -> Reply {
        let path = site.object(head.uri.path());
        let peer = head.extensions.get::<Peer>();
        let viewer = Viewer {
            headers: &head.headers,
            query: head.uri.query(),
            address: peer.map(|Peer(address)| address.to_string()).unwrap_or_default(),
        };
        let route = site.route(&self.core, &path);
        let ask =
            Ask { site, route: &route, viewer: &viewer, method: &head.method, path: &path, id };
        let reply = match self.admit(&ask, head, body).await {
            Ok(body) => self.fetch(&ask, body).await,
            Err(refused) => refused,
        };
        let mut reply = self.replaced(&ask, reply).await.for_viewer(&head.method, &head.headers);
        if let Some(policy) = &route.response_headers {
            headers::apply(policy, &head.method, &head.headers, &mut reply.headers);
        }
        reply
    }

    /// The body of a request that may go on; else the response that it ends with.
    async fn admit(&self, ask: &Ask<'_>, head: &Parts, body: Body) -> Result<Body, Reply> {
        let mut body = body;
        if !ask.site.config.web_acl_id.is_empty() {
            let peer = head.extensions.get::<Peer>();
            let address = peer.map_or(Ipv4Addr::LOCALHOST.into(), |Peer(address)| address.ip());
            let (seen, whole) =
                firewall::peek(body).await.map_err(|_| page::BAD_REQUEST.reply(ask.id))?;
            let arrival = Arrival { head, address, id: ask.id };
            if let Some(blocked) = self.guard(ask.site, &arrival, &seen) {
                return Err(blocked);
            }
            body = whole;
        }
        match refusal(ask.route, &head.method) {
            Some(problem) => Err(problem.reply(ask.id)),
            None => Ok(body),
        }
    }

    /// The page that the distribution shows in place of an error.
    async fn replaced(&self, ask: &Ask<'_>, reply: Reply) -> Reply {
        let Some(own) = custom_error(ask.site, &reply) else { return reply };
        let path = own.response_page_path.as_str();
        let route = ask.site.route(&self.core, path);
        let page = Ask { route: &route, path, method: &Method::GET, ..*ask };
        let page = self.fetch(&page, full("")).await;
        if page.is_error() {
            return reply;
        }
        let status =
            own.response_code.parse().ok().and_then(|code| StatusCode::from_u16(code).ok());
        Reply { status: status.unwrap_or(reply.status), origin: "Error", ..page }
    }
}

fn custom_error<'a>(site: &'a Site, reply: &Reply) -> Option<&'a CustomErrorResponse> {
    let mut responses = site.config.custom_error_responses.iter();
    responses.find(|it| it.error_code == reply.status.as_u16() && !it.response_page_path.is_empty())
}

fn refusal(route: &Route, method: &Method) -> Option<page::Problem> {
    const KNOWN: [Method; 7] = [
        Method::GET,
        Method::HEAD,
        Method::OPTIONS,
        Method::PUT,
        Method::POST,
        Method::PATCH,
        Method::DELETE,
    ];
    if !KNOWN.contains(method) {
        return Some(page::BAD_REQUEST);
    }
    let allowed = &route.behavior.allowed_methods.methods;
    let is_allowed = allowed.iter().any(|allowed| allowed == method.as_str());
    (!is_allowed).then_some(page::METHOD)
}

/// An opaque id, as long as CloudFront's.
fn request_id() -> String {
    let bytes: [u8; 40] = crate::call::Ids::random().bytes();
    format!("{}==", URL_SAFE_NO_PAD.encode(bytes))
}
