//! The whole repository in a folder of its own, as somebody has it who cloned it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use provisioner::aws::{Clients, Connection, Credentials};
use serde_json::Value;
use tests::{Ended, Run, program};

/// Building the program takes minutes, beside other tests more of them.
const PATIENCE: Duration = Duration::from_secs(1500);
/// In which environment the story happens.
pub const ENVIRONMENT: &str = "sandbox";

/// A fresh copy. It lies where the last one lay, because a compiler remembers paths.
pub struct Checkout {
    folder: PathBuf,
}

impl Checkout {
    pub async fn fresh() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shipped");
        let checkout = Self { folder };
        if checkout.folder.exists() {
            // A story that was killed may have left a sandbox behind, and all that ran in it.
            checkout.run(&["down", ENVIRONMENT, "--yes"]).await;
            checkout.run(&["sandbox", "stop"]).await;
            fs::remove_dir_all(&checkout.folder).unwrap();
        }
        for name in tracked() {
            copy(&repository().join(&name), &checkout.folder.join(&name));
        }
        checkout
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Changes a file: `from`, which is there, becomes `to`.
    pub fn replace(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from:?}");
        fs::write(self.path(name), text.replace(from, to)).unwrap();
    }

    /// Runs the program to its end.
    pub async fn run(&self, arguments: &[&str]) -> Ended {
        let mut command = Command::new(program());
        command.arg("--root").arg(&self.folder).args(arguments).current_dir(&self.folder);
        // Apart from the workspace's own: cargo can't tell two checkouts in one folder apart.
        command.env("CARGO_TARGET_DIR", self.folder.with_extension("target"));
        command.env_remove("AWS_PROFILE").env_remove("AWS_SESSION_TOKEN");
        Run::start(command).wait_for(PATIENCE).await
    }

    /// The process of its sandbox.
    pub fn sandbox(&self) -> u64 {
        let endpoint = fs::read_to_string(self.path(".local/sandbox/endpoint.json")).unwrap();
        serde_json::from_str::<Value>(&endpoint).unwrap()["pid"].as_u64().unwrap()
    }

    /// The value of an output.
    pub async fn output(&self, name: &str) -> String {
        self.run(&["outputs", ENVIRONMENT, name]).await.expect(0).out.trim().to_owned()
    }

    /// What a secret holds.
    pub async fn secret(&self, arn: &str) -> String {
        let secrets = self.clients().await;
        let answer = secrets.secretsmanager().get_secret_value().secret_id(arn).send().await;
        answer.unwrap().secret_string.unwrap()
    }

    /// A secret that is JSON.
    pub async fn json_secret(&self, arn: &str) -> Value {
        serde_json::from_str(&self.secret(arn).await).unwrap()
    }

    async fn clients(&self) -> Clients {
        let variables = self.run(&["sandbox", "env"]).await.expect(0).out;
        let value = |name: &str| {
            let start = format!("export {name}=");
            variables.lines().find_map(|line| line.strip_prefix(&start)).unwrap().to_owned()
        };
        let connection = Connection {
            region: "us-east-1".to_owned(),
            endpoint: Some(value("AWS_ENDPOINT_URL")),
            credentials: Credentials::Fixed {
                access_key: value("AWS_ACCESS_KEY_ID"),
                secret_key: value("AWS_SECRET_ACCESS_KEY"),
            },
            attempt_timeout: Duration::from_secs(30),
        };
        Clients::connect(&connection).await.unwrap()
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        // Where the story ended well it does not run any more.
        let mut stop = Command::new(program());
        let _ = stop.arg("--root").arg(&self.folder).args(["sandbox", "stop"]).output();
    }
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The files that git knows or would know.
fn tracked() -> Vec<String> {
    let mut list = Command::new("git");
    list.arg("-C").arg(repository());
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = list.output().unwrap();
    assert!(listed.status.success(), "{listed:?}");
    let names = String::from_utf8(listed.stdout).unwrap();
    let names = names.split('\0').filter(|name| repository().join(name).is_file());
    names.map(str::to_owned).collect()
}

/// Copies a file with its time, by which cargo knows what it has built.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(from, to).unwrap();
    let modified = fs::metadata(from).unwrap().modified().unwrap();
    File::options().write(true).open(to).unwrap().set_modified(modified).unwrap();
}
