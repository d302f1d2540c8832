//! Where a project's state is kept, seen past the program.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use provisioner::aws::Clients;

use crate::{ENVIRONMENT, Project};

/// The bucket of the projects that keep their state in S3.
const BUCKET: &str = "lab-state";

/// The kinds of places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// In the project's own folder.
    Locally,
    /// In a bucket of the project's endpoint.
    InS3,
}

/// The place of an environment's `state.json` and `lock.json`.
pub enum Place {
    /// A folder.
    Folder(PathBuf),
    /// A bucket.
    Bucket(Clients),
}

impl Place {
    /// Lets the project keep its state there. A bucket is made.
    pub async fn prepare(project: &Project, kept: Kept) -> Self {
        if kept == Kept::Locally {
            return Self::Folder(project.path(".provision").join(ENVIRONMENT));
        }
        let clients = project.clients().await;
        clients.s3().create_bucket().bucket(BUCKET).send().await.unwrap();
        project.configure(&format!("state: {{ s3: {{ bucket: {BUCKET}, prefix: state }} }}"));
        Self::Bucket(clients)
    }

    /// The content of the file of this name; `None` where there is none.
    pub async fn get(&self, name: &str) -> Option<Vec<u8>> {
        match self {
            Self::Folder(folder) => match fs::read(folder.join(name)) {
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                content => Some(content.unwrap()),
            },
            Self::Bucket(clients) => {
                let object = clients.s3().get_object().bucket(BUCKET).key(key(name)).send().await;
                match object {
                    Ok(object) => Some(object.body.collect().await.unwrap().to_vec()),
                    Err(error) if error.as_service_error().unwrap().is_no_such_key() => None,
                    Err(error) => panic!("{error:?}"),
                }
            }
        }
    }

    /// The content of the file of this name as JSON.
    pub async fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&self.get(name).await.unwrap()).unwrap()
    }

    /// Writes the file of this name.
    pub async fn put(&self, name: &str, content: impl Into<Vec<u8>>) {
        let content: Vec<u8> = content.into();
        match self {
            Self::Folder(folder) => {
                fs::create_dir_all(folder).unwrap();
                fs::write(folder.join(name), content).unwrap();
            }
            Self::Bucket(clients) => {
                let request = clients.s3().put_object().bucket(BUCKET).key(key(name));
                request.body(content.into()).send().await.unwrap();
            }
        }
    }

    /// Deletes the file of this name.
    pub async fn delete(&self, name: &str) {
        match self {
            Self::Folder(folder) => fs::remove_file(folder.join(name)).unwrap(),
            Self::Bucket(clients) => {
                let request = clients.s3().delete_object().bucket(BUCKET).key(key(name));
                request.send().await.unwrap();
            }
        }
    }
}

fn key(name: &str) -> String {
    format!("state/{ENVIRONMENT}/{name}")
}

/// Makes two tests of each story, an `async fn(Kept)`: with the state in a folder, and in S3.
#[macro_export]
macro_rules! in_each_place {
    ($($story:ident)*) => {
        mod in_a_folder {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                super::$story($crate::Kept::Locally).await;
            })*
        }
        mod in_s3 {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                super::$story($crate::Kept::InS3).await;
            })*
        }
    };
}
