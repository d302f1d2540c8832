//! Whether an instance is well.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http::header::HOST;
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::wanted::Health;

/// How soon one that starts is asked again: nobody wants to wait for AWS's five seconds here.
const SOON: Duration = Duration::from_millis(50);
/// How long one may take to become well, at least.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks an instance once.
pub async fn is_well(port: u16, health: &Health) -> bool {
    let ask = async {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?;
        let Some(path) = &health.path else { return Some(true) };
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        let connection = tokio::spawn(connection);
        let request = Request::get(path).header(HOST, format!("127.0.0.1:{port}"));
        let answer = sender.send_request(request.body(Empty::<Bytes>::new()).ok()?).await;
        connection.abort();
        let status = answer.ok()?.status();
        Some(status.is_success() || status.is_redirection())
    };
    matches!(tokio::time::timeout(health.timeout, ask).await, Ok(Some(true)))
}

/// Asks an instance until it is well; `false` if it does not become so, or `ended` says that it
/// is gone.
pub async fn becomes_well(port: u16, health: &Health, mut ended: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + PATIENCE.max(health.interval * health.unhealthy);
    let mut good = 0;
    while Instant::now() < deadline && !ended() {
        good = if is_well(port, health).await { good + 1 } else { 0 };
        if good >= health.healthy {
            return true;
        }
        tokio::time::sleep(SOON).await;
    }
    false
}
