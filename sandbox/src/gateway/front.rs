//! The names that people open: a distribution's domain, a service's URL.
//!
//! A request to one of them is no call of AWS's API: nobody looks for a signature in it, neither
//! hook nor faults concern it, and it does not stand in the call log. Which front answers, the
//! `Host` decides. The names end in `.localhost`, which every browser takes to this machine.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures::future::BoxFuture;
use http::header::HOST;
use http::{HeaderMap, Request, Response, Uri};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::Body;

/// Who sent a request, among its extensions.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Something that answers the requests to names of its own.
pub trait Front: Send + Sync {
    /// Whether a name, without its port and in lower case, is one of its names.
    fn serves(&self, name: &str) -> bool;

    /// Answers a request, errors included. The request carries a [`Peer`].
    fn answer(&self, request: Request<Body>) -> BoxFuture<'_, Response<Body>>;
}

/// The front that a request is addressed to, if it is addressed to one.
pub fn find<'a>(
    fronts: &'a [Arc<dyn Front>],
    uri: &Uri,
    headers: &HeaderMap,
) -> Option<&'a Arc<dyn Front>> {
    let name = host_name(uri, headers).filter(|name| name.parse::<IpAddr>().is_err())?;
    fronts.iter().find(|front| front.serves(&name))
}

/// Lets a front answer.
pub async fn answer(front: &dyn Front, request: Request<Incoming>) -> Response<Body> {
    front.answer(request.map(|body| body.map_err(Into::into).boxed_unsync())).await
}

/// The name that a request is addressed to, without the port and in lower case.
pub fn host_name(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let header = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = header.or_else(|| uri.authority().map(|authority| authority.as_str()))?;
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    Some(name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use http::HeaderValue;

    use super::*;
    use crate::gateway::full;

    struct Under(&'static str);

    impl Front for Under {
        fn serves(&self, name: &str) -> bool {
            name.ends_with(self.0)
        }

        fn answer(&self, _: Request<Body>) -> BoxFuture<'_, Response<Body>> {
            async { Response::new(full("")) }.boxed()
        }
    }

    #[test]
    fn the_host_decides_who_answers() {
        let fronts: [Arc<dyn Front>; 2] =
            [Arc::new(Under(".one.localhost")), Arc::new(Under(".two.localhost"))];
        let found = |host: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static(host));
            let front = find(&fronts, &Uri::from_static("/"), &headers)?;
            fronts.iter().position(|candidate| Arc::ptr_eq(candidate, front))
        };
        assert_eq!(found("d1.one.localhost:4566"), Some(0));
        assert_eq!(found("D2.TWO.localhost"), Some(1));
        assert_eq!(found("localhost:4566"), None);
        assert_eq!(found("127.0.0.1:4566"), None);
    }
}
