//! A way to a server that breaks once, in the middle of a transfer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub struct Breaking {
    address: SocketAddr,
    seen: Arc<Seen>,
}

struct Seen {
    breaks_after: u64,
    bytes: AtomicU64,
    broken: AtomicBool,
}

impl Breaking {
    /// Breaks the connection over which the byte of that number comes.
    pub async fn start(to: SocketAddr, breaks_after: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen {
            breaks_after,
            bytes: AtomicU64::new(0),
            broken: AtomicBool::new(false),
        });
        let shared = seen.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, to, shared.clone()));
            }
        });
        Self { address, seen }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn has_broken(&self) -> bool {
        self.seen.broken.load(Ordering::SeqCst)
    }

    /// How many bytes clients have sent.
    pub fn bytes(&self) -> u64 {
        self.seen.bytes.load(Ordering::SeqCst)
    }
}

async fn carry(client: TcpStream, to: SocketAddr, seen: Arc<Seen>) {
    let Ok(server) = TcpStream::connect(to).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let back = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let mut buffer = vec![0; 64 << 10];
    while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
        let total = seen.bytes.fetch_add(read as u64, Ordering::SeqCst) + read as u64;
        if total > seen.breaks_after && !seen.broken.swap(true, Ordering::SeqCst) {
            break;
        }
        if to_server.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
    back.abort();
}
