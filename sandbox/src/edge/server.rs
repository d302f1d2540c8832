//! Custom origins: HTTP servers under `.localhost`.
//!
//! Every such name is this machine, at the port that the domain name carries or else at the
//! origin's port for plain HTTP: nothing under `.localhost` speaks TLS. Other names are not
//! reached, so that a sandbox sends nothing anywhere.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Request, Response, header};
use http_body_util::BodyExt;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::page::{self, Problem};
use crate::gateway::Body;
use crate::services::cloudfront::Origin;

/// The port of plain HTTP, where a configuration names none.
const HTTP: u16 = 80;

/// Asks an origin. The request's path and headers are complete, but for the host.
pub(super) async fn ask(
    origin: &Origin,
    mut request: Request<Body>,
) -> Result<Response<Body>, Problem> {
    let address = address(origin).ok_or(page::ELSEWHERE)?;
    if !request.headers().contains_key(header::HOST)
        && let Ok(host) = HeaderValue::from_str(&origin.domain_name)
    {
        request.headers_mut().insert(header::HOST, host);
    }
    let silence = origin.custom_origin_config.as_ref().map_or(30, |it| it.origin_read_timeout);
    let stream = connect(origin, address).await?;
    let exchange = exchange(stream, request);
    match timeout(Duration::from_secs(silence), exchange).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => {
            tracing::debug!(%error, origin = origin.domain_name, "an origin gave no response");
            Err(page::BROKEN)
        }
        Err(_) => Err(page::TIMEOUT),
    }
}

fn address(origin: &Origin) -> Option<SocketAddr> {
    let (name, port) = match origin.domain_name.rsplit_once(':') {
        Some((name, port)) => (name, port.parse().ok()?),
        None => {
            let config = origin.custom_origin_config.as_ref();
            (origin.domain_name.as_str(), config.map_or(HTTP, |config| config.http_port))
        }
    };
    let is_here = name == "localhost" || name.ends_with(".localhost");
    is_here.then(|| (Ipv4Addr::LOCALHOST, port).into())
}

/// Tries as often, and each time as long, as the origin's configuration says.
async fn connect(origin: &Origin, address: SocketAddr) -> Result<TcpStream, Problem> {
    let patience = Duration::from_secs(origin.connection_timeout);
    let mut problem = page::UNREACHABLE;
    for _ in 0..origin.connection_attempts.max(1) {
        match timeout(patience, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(_)) => problem = page::UNREACHABLE,
            Err(_) => problem = page::TIMEOUT,
        }
    }
    Err(problem)
}

async fn exchange(
    stream: TcpStream,
    request: Request<Body>,
) -> Result<Response<Body>, hyper::Error> {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the response's body.
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to an origin ended early");
        }
    });
    let response = sender.send_request(request).await?;
    Ok(response.map(|body| body.map_err(Into::into).boxed_unsync()))
}

/// The headers that concern one connection only, and stay with it.
pub(super) fn drop_hop_by_hop(headers: &mut HeaderMap) {
    for name in [
        header::CONNECTION,
        header::PROXY_AUTHENTICATE,
        header::TE,
        header::TRAILER,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
    ] {
        headers.remove(name);
    }
    headers.remove("keep-alive");
}
