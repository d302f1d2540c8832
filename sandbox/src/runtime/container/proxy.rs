//! What leads requests to a service's instances.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use futures::FutureExt;
use futures::future::BoxFuture;
use http::header::{CONNECTION, HOST, HeaderName, UPGRADE};
use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::counted::Counted;
use super::fleet::{Fleet, Turn};
use crate::gateway::front::{Front, Peer, host_name};
use crate::gateway::{Body, full};
use crate::meter::Meter;

/// What belongs to one connection and is not passed on.
const HOP_BY_HOP: &[HeaderName] = &[
    CONNECTION,
    UPGRADE,
    http::header::TE,
    http::header::TRAILER,
    http::header::TRANSFER_ENCODING,
    http::header::PROXY_AUTHENTICATE,
    http::header::PROXY_AUTHORIZATION,
];
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The services by the names that lead to them.
#[derive(Debug)]
pub struct Proxy {
    services: RwLock<BTreeMap<String, Arc<Led>>>,
    client: Client<HttpConnector, Body>,
    meter: Arc<Meter>,
}

/// A service that names lead to.
#[derive(Debug)]
pub struct Led {
    /// Who answers.
    pub fleet: Arc<Fleet>,
    /// As whom requests are counted.
    pub counted: Counted,
}

impl Proxy {
    /// One that leads nowhere yet.
    pub fn new(meter: Arc<Meter>) -> Arc<Self> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Arc::new(Self { services: RwLock::default(), client, meter })
    }

    /// Leads names to instances, and no others.
    pub fn set(&self, services: BTreeMap<String, Arc<Led>>) {
        *self.services.write().unwrap_or_else(PoisonError::into_inner) = services;
    }

    fn led(&self, name: &str) -> Option<Arc<Led>> {
        self.services.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    async fn forward(&self, request: Request<Body>) -> Response<Body> {
        let name = host_name(request.uri(), request.headers()).unwrap_or_default();
        let Some(led) = self.led(&name) else {
            return plain(StatusCode::NOT_FOUND, "There is no service of this name.\n");
        };
        let began = Instant::now();
        let response = self.lead(&name, &led.fleet, request).await;
        led.counted.request(&self.meter, response.status(), began.elapsed());
        response
    }

    /// Counts the instances of every service.
    pub fn count_instances(&self, meter: &Meter) {
        let services = self.services.read().unwrap_or_else(PoisonError::into_inner);
        let mut seen: Vec<&Counted> = Vec::new();
        for led in services.values() {
            // Several names may lead to one service.
            if !seen.contains(&&led.counted) {
                seen.push(&led.counted);
                led.counted.instances(meter, led.fleet.len());
            }
        }
    }

    async fn lead(&self, name: &str, fleet: &Fleet, request: Request<Body>) -> Response<Body> {
        let Some(turn) = fleet.next().await else {
            return plain(StatusCode::SERVICE_UNAVAILABLE, "No instance is ready.\n");
        };
        let Some(request) = readdress(request, turn.port()) else {
            return plain(StatusCode::BAD_REQUEST, "The request's target is not valid.\n");
        };
        match self.client.request(request).await {
            Ok(response) => keep_turn(response, turn),
            Err(error) => {
                tracing::debug!(%error, name, "an instance did not answer");
                plain(StatusCode::BAD_GATEWAY, "The instance did not answer.\n")
            }
        }
    }
}

impl Front for Proxy {
    fn serves(&self, name: &str) -> bool {
        name.ends_with(".awsapprunner.localhost") || name.ends_with(".on-aws.localhost")
    }

    fn answer(&self, request: Request<Body>) -> BoxFuture<'_, Response<Body>> {
        self.forward(request).boxed()
    }
}

/// The same request, to an instance. It keeps its `Host`, as with a load balancer of AWS's.
fn readdress(mut request: Request<Body>, port: u16) -> Option<Request<Body>> {
    let host = request.headers().get(HOST).cloned();
    let peer = request.extensions_mut().remove::<Peer>();
    let mut uri = std::mem::take(request.uri_mut()).into_parts();
    uri.scheme = Some(Scheme::HTTP);
    uri.authority = Some(Authority::try_from(format!("127.0.0.1:{port}")).ok()?);
    *request.uri_mut() = Uri::from_parts(uri).ok()?;
    let headers = request.headers_mut();
    strip(headers);
    if let Some(host) = host {
        headers.insert(HOST, host);
    }
    if let Some(Peer(peer)) = peer {
        let peer = peer.ip().to_string();
        let before = headers.get(FORWARDED_FOR).and_then(|value| value.to_str().ok());
        let all = before.map_or_else(|| peer.clone(), |before| format!("{before}, {peer}"));
        headers.insert(FORWARDED_FOR, HeaderValue::try_from(all).ok()?);
    }
    headers.entry(FORWARDED_PROTO).or_insert(HeaderValue::from_static("https"));
    Some(request)
}

fn strip(headers: &mut HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

/// Lets the turn last as long as the answer's body.
fn keep_turn(response: Response<hyper::body::Incoming>, turn: Turn) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    strip(&mut head.headers);
    let body = body.map_err(Into::into).map_frame(move |frame| {
        let _ = &turn;
        frame
    });
    Response::from_parts(head, body.boxed_unsync())
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    response
}
