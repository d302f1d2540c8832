//! A project in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use provisioner::aws::{Clients, Connection, Credentials};

use crate::{ENVIRONMENT, Ended, Run};

/// The stacks that need nothing but AWS. The others are built from sources, which no folder of a
/// test has: they have a story of their own.
const STACKS: [&str; 3] = ["network", "db", "registry"];

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
        for stack in STACKS {
            let file = format!("stacks/{stack}.yaml");
            fs::copy(repository().join(&file), project.path(&file)).unwrap();
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

    /// Where what speaks like AWS answers.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
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

    /// Writes a stack with these resources, and nothing else of it.
    pub fn stack(&self, stack: &str, resources: &str) {
        let resources = match resources.trim() {
            "" => "{}".to_owned(),
            _ => resources.lines().map(|line| format!("\n  {line}")).collect(),
        };
        let text = format!("stack: {stack}\nresources: {resources}\n");
        self.write(&format!("stacks/{stack}.yaml"), &text);
    }

    /// Takes a resource out of a stack's file.
    ///
    /// # Panics
    /// When the file has none of the name.
    pub fn remove(&self, name: &str, resource: &str) {
        let (text, head) = (self.read(name), format!("  {resource}:"));
        let mut is_inside = false;
        let kept = text.lines().filter(|line| {
            if !line.starts_with("   ") {
                is_inside = line.starts_with(&head);
            }
            !is_inside
        });
        let kept: String = kept.map(|line| format!("{line}\n")).collect();
        assert_ne!(kept, text, "{name} has no {resource}");
        self.write(name, &kept);
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

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The program, which stands two folders above the tests: `scripts/test.sh` builds it first.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().join("provision")
}
