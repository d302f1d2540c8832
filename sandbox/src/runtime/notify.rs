//! Messages of SNS on their way to web servers on this machine.
//!
//! Every name under `.localhost` is this machine. Other endpoints are not reached, so that a
//! sandbox sends nothing anywhere.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri, header};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::gateway::core::Core;
use crate::services::sns::Post;

/// How often a delivery is tried again, as AWS does by default.
const RETRIES: usize = 3;
/// How long AWS waits between.
const PAUSE: Duration = Duration::from_secs(20);
/// How long an endpoint may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Why a message did not arrive.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the endpoint is not on this machine")]
    Elsewhere,
    #[error("the endpoint cannot be reached")]
    Unreachable(#[from] std::io::Error),
    #[error("the endpoint broke off")]
    Broken(#[from] hyper::Error),
    #[error("the request has no form")]
    Malformed(#[from] http::Error),
    #[error("the endpoint answered {0}")]
    Refused(u16),
    #[error("the endpoint did not answer in time")]
    Silent(#[from] tokio::time::error::Elapsed),
}

/// Sends what there is to send, until the sandbox stops.
pub async fn keep(core: Arc<Core>) {
    let mut changes = core.watch();
    let mut deliveries = JoinSet::new();
    loop {
        let posts = core.with_world(|world| world.take_posts());
        for post in posts {
            let scale = core.time_scale();
            deliveries.spawn(deliver(post, PAUSE.mul_f64(scale.max(0.0))));
        }
        tokio::select! {
            () = core.stop.cancelled() => return,
            // The core holds the other end for as long as there is anything to send.
            _ = changes.changed() => {}
            Some(_) = deliveries.join_next() => {}
        }
    }
}

async fn deliver(post: Post, pause: Duration) {
    for attempt in 0..=RETRIES {
        let sent = timeout(PATIENCE, send(&post)).await;
        match sent.map_err(Failure::from).and_then(|sent| sent) {
            Ok(()) => return,
            Err(Failure::Elsewhere) => return,
            Err(error) => tracing::debug!(%error, attempt, url = post.url, "a message is not sent"),
        }
        sleep(pause).await;
    }
}

async fn send(post: &Post) -> Result<(), Failure> {
    let uri: Uri = post.url.parse().map_err(http::Error::from)?;
    let stream = TcpStream::connect(address(&uri).ok_or(Failure::Elsewhere)?).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to an endpoint ended early");
        }
    });
    let host = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::post(path).header(header::HOST, host);
    for (name, value) in &post.headers {
        request = request.header(name, value);
    }
    let response = sender.send_request(request.body(Full::new(Bytes::from(post.body.clone())))?);
    let status = response.await?.status();
    if status.is_success() { Ok(()) } else { Err(Failure::Refused(status.as_u16())) }
}

fn address(uri: &Uri) -> Option<SocketAddr> {
    let host = uri.host()?;
    let is_here = host == "localhost" || host == "127.0.0.1" || host.ends_with(".localhost");
    let is_plain = uri.scheme_str() == Some("http");
    (is_here && is_plain).then(|| (Ipv4Addr::LOCALHOST, uri.port_u16().unwrap_or(80)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_reached() {
        let reached = |url: &'static str| address(&Uri::from_static(url)).map(|it| it.port());
        assert_eq!(reached("http://hook.localhost:8080/alarms"), Some(8080));
        assert_eq!(reached("http://127.0.0.1/"), Some(80));
        for url in
            ["http://example.com/", "http://localhost.example.com/", "https://hook.localhost/"]
        {
            assert_eq!(reached(url), None, "{url}");
        }
    }
}
