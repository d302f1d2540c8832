//! Connections: a bounded number, each with limits, all drained at the end.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a client may take for the head of a request, and stay silent between two. Longer than
/// load balancers keep an idle connection (60 s), so that it is they who close it, and never we
/// while a request is on its way.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// How long to wait when no connection can be accepted, because files have run out.
const EXHAUSTED: Duration = Duration::from_millis(50);

/// What can be set about connections.
#[derive(Clone, Copy, Debug)]
pub struct Connections {
    /// How many there may be; more wait to be accepted.
    pub most: usize,
    /// How long requests may go on after the signal to stop.
    pub drain: Duration,
}

/// How connections end: after what is under way, or at once.
#[derive(Clone)]
struct Ends {
    stop: CancellationToken,
    over: CancellationToken,
}

/// Serves `router` on `listener` until `stop`, then lets what is under way finish. Idle connections
/// are closed at once, busy ones after their answer, all of them when the time to drain is over.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections: Connections,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(connections.most));
    let ends = Ends { stop, over: CancellationToken::new() };
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = ends.stop.cancelled() => break,
        };
        let Some((stream, place)) = accepted else { continue };
        let (router, ends) = (router.clone(), ends.clone());
        tasks.spawn(async move {
            connection(stream, router, ends).await;
            drop(place);
        });
    }
    drop(listener);
    tasks.close();
    if tokio::time::timeout(connections.drain, tasks.wait()).await.is_err() {
        tracing::warn!(connections = tasks.len(), "the time to drain is over");
        ends.over.cancel();
        tasks.wait().await;
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(EXHAUSTED).await;
            None
        }
    }
}

async fn connection(stream: TcpStream, router: Router, ends: Ends) {
    // Answers are small: waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        hyper::service::Service::call(&service, request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = ends.stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                outcome = connection => outcome,
                () = ends.over.cancelled() => return,
            }
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection ended badly");
    }
}
