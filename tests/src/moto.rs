//! A project on moto, for what must not only please our own sandbox.

use std::net::TcpListener;
use std::ops::Deref;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Project;

/// How long the server may take to start: Python imports a lot.
const PATIENCE: Duration = Duration::from_secs(90);

/// A project with a moto server of its own.
pub struct Moto {
    project: Project,
    server: Child,
}

impl Deref for Moto {
    type Target = Project;

    fn deref(&self) -> &Project {
        &self.project
    }
}

impl Moto {
    /// A server on a free port; `None` where `moto_server` is not installed.
    ///
    /// # Panics
    /// When it is installed and does not answer.
    pub async fn start() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Command::new("moto_server")
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let keys = ("test".to_owned(), "test".to_owned());
        let folder = tempfile::tempdir().unwrap();
        let project = Project::new(folder, "moto", &format!("http://127.0.0.1:{port}"), keys);
        let moto = Self { project, server };
        let began = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(began.elapsed() < PATIENCE, "moto does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Some(moto)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // One that has died by itself needs no end.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
