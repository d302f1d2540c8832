//! The endpoints of a cluster: an address that leads to whichever server it is meant for now.

use std::io;
use std::net::SocketAddrV4;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Accepts connections at an address for as long as it exists.
pub struct Endpoint {
    address: SocketAddrV4,
    servers: watch::Sender<Vec<SocketAddrV4>>,
    task: JoinHandle<()>,
}

impl Endpoint {
    /// Begins to listen; it leads nowhere yet.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub async fn open(address: SocketAddrV4) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let (servers, targets) = watch::channel(Vec::new());
        Ok(Self { address, servers, task: tokio::spawn(accept(listener, targets)) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddrV4 {
        self.address
    }

    /// Leads new connections to these servers, in turn.
    pub fn lead_to(&self, servers: Vec<SocketAddrV4>) {
        self.servers.send_if_modified(|current| {
            let differs = *current != servers;
            *current = servers;
            differs
        });
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, targets: watch::Receiver<Vec<SocketAddrV4>>) {
    let turn = Arc::new(AtomicUsize::new(0));
    loop {
        let Ok((client, _)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        };
        let (targets, turn) = (targets.clone(), turn.clone());
        tokio::spawn(async move {
            if let Err(error) = carry(client, &targets, &turn).await {
                tracing::debug!(%error, "a connection to a database ended early");
            }
        });
    }
}

/// Carries one connection to the next server in turn. Without one it is closed at once, as by a
/// database that restarts.
async fn carry(
    mut client: TcpStream,
    targets: &watch::Receiver<Vec<SocketAddrV4>>,
    turn: &AtomicUsize,
) -> io::Result<()> {
    let next = turn.fetch_add(1, Ordering::Relaxed);
    let target = {
        let targets = targets.borrow();
        let Some(target) = targets.get(next % targets.len().max(1)) else { return Ok(()) };
        *target
    };
    let mut server = TcpStream::connect(target).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}
