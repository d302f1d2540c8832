//! `config/<environment>.yaml`: where an environment is, and the values that its stacks use.

use std::path::PathBuf;
use std::time::Duration;

use crate::resource::Tags;
use crate::value::{Node, Value};

/// One environment.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The file's name without its ending.
    pub name: String,
    /// The account that it belongs to, twelve digits; a run as anybody else is refused. `None`
    /// only where the endpoint is not AWS's.
    pub account: Option<String>,
    /// The region.
    pub region: String,
    /// What the names of its objects begin with.
    pub prefix: String,
    /// Where AWS answers.
    pub endpoint: Endpoint,
    /// Where the state is kept.
    pub state: StateLocation,
    /// Tags of every object.
    pub tags: Tags,
    /// How many objects are worked on at once.
    pub parallel: usize,
    /// How long one attempt at a call may take.
    pub attempt_timeout: Duration,
    /// The whole file, for `${config.…}`.
    pub config: Value,
}

impl Environment {
    /// The availability zones to use, in order: `availability_zones` of the file, or the first
    /// three of the region.
    pub fn availability_zones(&self) -> Vec<String> {
        match &self.config.nearest("availability_zones").node {
            Node::List(zones) => zones
                .iter()
                .filter_map(|zone| match &zone.node {
                    Node::String(name) => Some(name.clone()),
                    _ => None,
                })
                .collect(),
            _ => ["a", "b", "c"].iter().map(|zone| format!("{}{zone}", self.region)).collect(),
        }
    }
}

/// Where AWS answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// At AWS's own addresses.
    Aws,
    /// At another address that speaks like it.
    Url(String),
    /// In the sandbox, started where it does not run.
    Sandbox,
}

/// Where the state is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateLocation {
    /// In a directory on this machine.
    Local(PathBuf),
    /// In a bucket.
    S3 {
        /// Its name.
        bucket: String,
        /// What the keys begin with.
        prefix: String,
        /// Its region, where it is not the environment's.
        region: Option<String>,
    },
}
