//! Ctrl-C: once to finish what is under way, twice to stop now.

use tokio_util::sync::CancellationToken;

/// Cancels `stop` at the first interruption and `now` at the second.
pub fn watch(stop: CancellationToken, now: CancellationToken) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        interruption().await;
        stop.cancel();
        interruption().await;
        now.cancel();
    })
}

/// SIGINT from a terminal, SIGTERM from a CI runner that gives up.
async fn interruption() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        result = tokio::signal::ctrl_c() => if result.is_err() {
            std::future::pending::<()>().await;
        },
        _ = terminate.recv() => {}
    }
}
