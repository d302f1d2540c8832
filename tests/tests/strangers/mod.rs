//! Programs that nobody here wrote, run against a sandbox of their own.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use sandbox::{Options, Sandbox};
use tempfile::TempDir;
use tokio::process::Command;

/// A sandbox, and the Python scripts that drive it.
pub struct Stranger {
    sandbox: Sandbox,
    _directory: TempDir,
}

impl Stranger {
    /// A fresh sandbox; none, and a word about it, when the Python module is not installed.
    pub async fn python(module: &str) -> Option<Self> {
        let import = format!("import {module}");
        let probe = Command::new("python3").args(["-c", &import]).stderr(Stdio::null()).status();
        if !probe.await.is_ok_and(|status| status.success()) {
            eprintln!("skipped: python3 with {module} is not installed");
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::start(Options::new(directory.path())).await.unwrap();
        Some(Self { sandbox, _directory: directory })
    }

    /// Runs a script of `tests/strangers/` to its end, which must be a good one.
    pub async fn run(self, script: &str, arguments: &[&str]) {
        let output = Command::new("python3")
            .arg(scripts().join(script))
            .args(arguments)
            .env("AWS_ENDPOINT_URL", self.sandbox.url())
            .env("AWS_ACCESS_KEY_ID", &self.sandbox.credentials().access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &self.sandbox.credentials().secret_access_key)
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("AWS_PAGER", "")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .await
            .unwrap();
        self.sandbox.stop().await.unwrap();
        let (stdout, stderr) = (output.stdout, output.stderr);
        let told = [String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)].concat();
        assert!(output.status.success(), "{script}:\n{told}");
    }
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("strangers")
}
