//! A project in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use provisioner::aws::{Clients, Connection, Credentials};

use crate::{ENVIRONMENT, Ended, Run};

/// The bucket of the projects that keep their state in S3.
const BUCKET: &str = "lab-state";

/// The repository's own stacks, with one environment, in a folder of its own.
pub struct Project {
    folder: tempfile::TempDir,
    endpoint: String,
    keys: (String, String),
}

impl Project {
    /// A project in `folder` whose environment is the repository's own of the name `like`, at
    /// another endpoint. The keys are an id and its secret.
    pub fn new(
        folder: tempfile::TempDir,
        like: &str,
        endpoint: &str,
        keys: (String, String),
    ) -> Self {
        let project = Self { folder, endpoint: endpoint.to_owned(), keys };
        fs::create_dir(project.path("stacks")).unwrap();
        for entry in fs::read_dir(repository().join("stacks")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), project.path("stacks").join(entry.file_name())).unwrap();
        }
        fs::create_dir(project.path("config")).unwrap();
        let config = repository().join(format!("config/{like}.yaml"));
        let config = fs::read_to_string(config).unwrap();
        let lines = config.lines().map(|line| match line.starts_with("endpoint: ") {
            true => format!("endpoint: {endpoint}\n"),
            false => format!("{line}\n"),
        });
        project.write(&project.config(), &lines.collect::<String>());
        project
    }

    /// A path in the project.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Reads a file of the project.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Writes a file of the project.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Changes a file of the project: every `from` becomes `to`.
    pub fn replace(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, &text.replace(from, to));
    }

    /// Adds lines to the environment's file.
    pub fn configure(&self, lines: &str) {
        let config = self.config();
        self.write(&config, &format!("{}\n{lines}\n", self.read(&config)));
    }

    fn config(&self) -> String {
        format!("config/{ENVIRONMENT}.yaml")
    }

    /// Leaves out all stacks but these.
    pub fn only(&self, stacks: &[&str]) {
        for entry in fs::read_dir(self.path("stacks")).unwrap() {
            let path = entry.unwrap().path();
            if !stacks.iter().any(|stack| path.file_stem().is_some_and(|name| name == *stack)) {
                fs::remove_file(path).unwrap();
            }
        }
    }

    /// Where the state is kept, when it is kept in the project.
    pub fn state(&self) -> PathBuf {
        self.path(".provision").join(ENVIRONMENT).join("state.json")
    }

    /// Keeps the state in a bucket, which is made: a key there is `state/lab/` and the file's name.
    pub async fn keep_state_in_s3(&self) -> Bucket {
        let clients = self.clients().await;
        clients.s3().create_bucket().bucket(BUCKET).send().await.unwrap();
        self.configure(&format!("state: {{ s3: {{ bucket: {BUCKET}, prefix: state }} }}"));
        Bucket(clients)
    }

    /// Clients of the endpoint, for a look past the program.
    pub async fn clients(&self) -> Clients {
        let (access_key, secret_key) = self.keys.clone();
        let connection = Connection {
            region: "us-east-1".to_owned(),
            endpoint: Some(self.endpoint.clone()),
            credentials: Credentials::Fixed { access_key, secret_key },
            attempt_timeout: std::time::Duration::from_secs(30),
        };
        Clients::connect(&connection).await.unwrap()
    }

    /// The program with these arguments, on this project and with its keys.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .arg("--root")
            .arg(self.folder.path())
            .args(arguments)
            .env("AWS_ACCESS_KEY_ID", &self.keys.0)
            .env("AWS_SECRET_ACCESS_KEY", &self.keys.1)
            .env_remove("AWS_SESSION_TOKEN")
            .env_remove("AWS_PROFILE");
        command
    }

    /// Starts the program.
    pub fn start(&self, arguments: &[&str]) -> Run {
        Run::start(self.command(arguments))
    }

    /// Runs the program to its end.
    pub async fn run(&self, arguments: &[&str]) -> Ended {
        self.start(arguments).wait().await
    }
}

/// The bucket of a state.
pub struct Bucket(Clients);

impl Bucket {
    /// The content of the environment's file of this name; `None` where there is none.
    pub async fn get(&self, name: &str) -> Option<Vec<u8>> {
        let object = self.0.s3().get_object().bucket(BUCKET).key(key(name)).send().await;
        match object {
            Ok(object) => Some(object.body.collect().await.unwrap().to_vec()),
            Err(error) if error.as_service_error().unwrap().is_no_such_key() => None,
            Err(error) => panic!("{error:?}"),
        }
    }

    /// Writes the environment's file of this name.
    pub async fn put(&self, name: &str, content: impl Into<Vec<u8>>) {
        let content: Vec<u8> = content.into();
        let request = self.0.s3().put_object().bucket(BUCKET).key(key(name));
        request.body(content.into()).send().await.unwrap();
    }

    /// Deletes the environment's file of this name.
    pub async fn delete(&self, name: &str) {
        self.0.s3().delete_object().bucket(BUCKET).key(key(name)).send().await.unwrap();
    }
}

fn key(name: &str) -> String {
    format!("state/{ENVIRONMENT}/{name}")
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The program, which stands two folders above the tests: `scripts/test.sh` builds it first.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().join("provision")
}
