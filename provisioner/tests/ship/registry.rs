//! Debian's registry, in a folder and on a port of its own.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub struct Registry {
    pub address: SocketAddr,
    process: Child,
}

impl Registry {
    /// A registry that is ready, or none where the machine lacks the programs.
    pub async fn start(folder: &Path) -> Option<Self> {
        for program in ["docker-registry", "skopeo"] {
            if Command::new(program).arg("--version").output().is_err() {
                eprintln!("skipped: there is no {program}");
                return None;
            }
        }
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let data = folder.join("registry");
        let config = format!(
            "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: {address}\n",
            data.display()
        );
        let file = folder.join("registry.yaml");
        std::fs::write(&file, config).unwrap();
        let process = Command::new("docker-registry")
            .arg("serve")
            .arg(file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let registry = Self { address, process };
        for _ in 0..500 {
            if tokio::net::TcpStream::connect(address).await.is_ok() {
                return Some(registry);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the registry does not listen");
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
