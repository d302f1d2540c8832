//! `config/<environment>.yaml`: where an environment is, and the values that its stacks use.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::diagnostic::{Diagnostic, Diagnostics, nearest};
use super::interpolate;
use super::load::start_of;
use super::option::{Scalar, parse_duration};
use super::schema::Checker;
use super::substitute::{Binder, substitute};
use crate::resource::{Tags, schema_of};
use crate::value::{FileId, Node, Reference, Span, Step, Value};

/// How many objects are worked on at once where the file does not say.
const PARALLEL: u16 = 32;
/// How long one attempt at a call may take where the file does not say.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// The keys of an environment's file that have a meaning of their own. Every other key is free,
/// for `${config.…}`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(super) struct Settings {
    /// The AWS account that it belongs to, twelve digits, in quotes. A run with the credentials of
    /// another account is refused. May be left out where `endpoint` is set.
    #[schemars(regex(pattern = r"^[0-9]{12}$"))]
    account: Option<String>,
    /// The region, e.g. `eu-central-1`.
    #[schemars(regex(pattern = r"^[a-z]{2}(-[a-z]+)+-[0-9]+$"))]
    region: String,
    /// What the names of its objects begin with. Default: the environment's name.
    #[schemars(regex(pattern = r"^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$"))]
    prefix: Option<String>,
    /// Where AWS answers: `sandbox`, or the address of something that speaks like AWS. Default:
    /// AWS itself.
    #[schemars(regex(pattern = r"^(sandbox|https?://.+)$"))]
    endpoint: Option<String>,
    /// Where the state is kept. Each environment has a folder of its own
    /// there. Default: `.provision` beside `config`.
    state: Option<State>,
    /// Tags of every object.
    #[serde(default)]
    tags: BTreeMap<String, Scalar>,
    /// How many objects are worked on at once. Default: 32.
    #[schemars(range(min = 1, max = 512))]
    parallel: Option<u16>,
    /// How long one attempt at a call may take, e.g. `10s`. Default: `30s`.
    attempt_timeout: Option<String>,
    /// The availability zones to use, in order. Default: the first three of the region.
    #[schemars(length(min = 1))]
    #[expect(dead_code, reason = "read from the file's value, which keeps its place")]
    availability_zones: Option<Vec<String>>,
}

/// Where the state is kept.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum State {
    /// A directory on this machine, from the project's.
    Local(PathBuf),
    /// An S3 bucket.
    S3(Bucket),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Bucket {
    /// The bucket's name. It should keep versions.
    #[schemars(length(min = 3, max = 63))]
    bucket: String,
    /// What the keys of its objects begin with; the environment's name follows. Default: nothing.
    prefix: Option<String>,
    /// The bucket's region, where it is not the environment's.
    region: Option<String>,
}

/// One environment.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The file's name without its ending.
    pub name: String,
    /// The project's directory.
    pub root: PathBuf,
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

/// Reads an environment's file.
///
/// `None` when a key that has a meaning can't be used; the reasons are among the diagnostics then.
pub(super) fn read(
    root: &Path,
    name: &str,
    (file, value): (FileId, Option<Value>),
    diagnostics: &mut Diagnostics,
) -> Option<Environment> {
    let value = value?;
    if !matches!(value.node, Node::Map(_)) {
        let detail = "An environment's file is a map: `region` at least.";
        diagnostics.push(Diagnostic::error("Wrong type", start_of(file), detail));
        return None;
    }
    let value =
        substitute(&value, &mut Names { known: &[("name", name)], diagnostics, last: false });
    let settings = settings(&value, diagnostics)?;
    let mut environment = assemble(root, name, &settings, &value, diagnostics)?;
    let account = environment.account.clone().unwrap_or_default();
    let known = [
        ("name", name),
        ("account", account.as_str()),
        ("region", &environment.region.clone()),
        ("prefix", &environment.prefix.clone()),
    ];
    environment.config = substitute(&value, &mut Names { known: &known, diagnostics, last: true });
    Some(environment)
}

/// The keys with a meaning, checked.
fn settings(value: &Value, diagnostics: &mut Diagnostics) -> Option<Settings> {
    let schema = schema_of::<Settings>();
    let known = schema["properties"].as_object().into_iter().flat_map(|map| map.keys());
    let known: Vec<&str> = known.map(String::as_str).collect();
    let Node::Map(fields) = &value.node else { return None };
    for (name, field) in fields {
        if let Some(meant) = nearest(name, known.iter().copied())
            && name != meant
            && !fields.contains_key(meant)
            && !known.contains(&name.as_str())
        {
            let detail = format!("`{name}` has no meaning of its own, but `{meant}` has.");
            diagnostics.push(
                Diagnostic::warning("Similar key", field.key, detail)
                    .hint(format!("did you mean `{meant}`?")),
            );
        }
    }
    let problems = Checker::before_binding().check(value, &schema, "environment");
    if !problems.is_empty() {
        diagnostics.extend(problems);
        return None;
    }
    let json = value.evaluate(&|_, _| None);
    match serde_json::from_value(json) {
        Ok(settings) => Some(settings),
        Err(error) => {
            let detail = format!("The environment's file can't be used: {error}.");
            diagnostics.push(Diagnostic::error("Wrong type", value.span, detail));
            None
        }
    }
}

fn assemble(
    root: &Path,
    name: &str,
    settings: &Settings,
    value: &Value,
    diagnostics: &mut Diagnostics,
) -> Option<Environment> {
    let endpoint = match settings.endpoint.as_deref() {
        None => Endpoint::Aws,
        Some("sandbox") => Endpoint::Sandbox,
        Some(url) => Endpoint::Url(url.trim_end_matches('/').to_owned()),
    };
    if endpoint == Endpoint::Aws && settings.account.is_none() {
        let detail = "An environment on AWS names its `account`, so that a run with other \
                      credentials is refused.";
        diagnostics.push(Diagnostic::error("Missing property", first_line(value), detail));
        return None;
    }
    let attempt_timeout = match settings.attempt_timeout.as_deref() {
        None => ATTEMPT_TIMEOUT,
        Some(text) => parse_duration(
            text,
            "attempt_timeout",
            value.nearest("attempt_timeout").span,
            diagnostics,
        )?,
    };
    Some(Environment {
        name: name.to_owned(),
        root: root.to_owned(),
        account: settings.account.clone(),
        region: settings.region.clone(),
        prefix: settings.prefix.clone().unwrap_or_else(|| name.to_owned()),
        endpoint,
        state: state_location(root, settings.state.as_ref()),
        tags: settings.tags.iter().map(|(key, tag)| (key.clone(), tag.to_string())).collect(),
        parallel: usize::from(settings.parallel.unwrap_or(PARALLEL)),
        attempt_timeout,
        config: value.clone(),
    })
}

fn first_line(value: &Value) -> Span {
    Span { end: value.span.start, ..value.span }
}

fn state_location(root: &Path, state: Option<&State>) -> StateLocation {
    match state {
        None => StateLocation::Local(root.join(".provision")),
        Some(State::Local(directory)) => StateLocation::Local(root.join(directory)),
        Some(State::S3(bucket)) => StateLocation::S3 {
            bucket: bucket.bucket.clone(),
            prefix: bucket.prefix.clone().unwrap_or_default(),
            region: bucket.region.clone(),
        },
    }
}

/// `${env.…}` inside the environment's own file.
struct Names<'a> {
    known: &'a [(&'static str, &'a str)],
    diagnostics: &'a mut Diagnostics,
    /// Whether what is not known now never will be.
    last: bool,
}

impl Binder for Names<'_> {
    fn bind(&mut self, reference: &Reference) -> Option<Value> {
        if let [Step::Name(first), Step::Name(name)] = reference.path.as_slice()
            && first == "env"
            && let Some((_, text)) = self.known.iter().find(|(known, _)| known == name)
        {
            return Some(Value { node: Node::String((*text).to_owned()), span: reference.span });
        }
        if self.last {
            let path = interpolate::display(&reference.path);
            let detail = format!(
                "`{path}` is not known here: an environment's file comes first, and can only \
                 refer to the environment itself."
            );
            self.diagnostics.push(
                Diagnostic::error("Unknown reference", reference.span, detail)
                    .hint("there are `env.name`, `env.account`, `env.region`, `env.prefix`"),
            );
        }
        None
    }

    fn diagnostics(&mut self) -> &mut Diagnostics {
        self.diagnostics
    }
}

/// The schema of the keys that have a meaning.
pub(super) fn settings_schema() -> Json {
    schema_of::<Settings>()
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
    /// In a directory on this machine, which may hold several environments'.
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
