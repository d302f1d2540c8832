//! What a kind of AWS object is: how to read, find, create, change and delete it.
//!
//! A kind implements [`Resource`], typed by its own struct. The engine works with [`Kind`], the
//! same with its types erased to JSON; [`erase`] makes one from the other.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::address::Address;
use crate::aws::{Context, Error};

mod erased;
mod watch;

pub(crate) use erased::schema_of;
pub use erased::{Change as ErasedChange, Created as ErasedCreated, Kind, Kinds, Observed, erase};
pub use watch::{Traffic, Watch};

/// What AWS calls an object: an id, a name or an ARN, whichever its API takes. Objects without
/// an identifier of their own join their parts with `|`, e.g. `rtb-1|0.0.0.0/0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(pub String);

impl Id {
    /// The text that AWS knows.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts of a joined id.
    pub fn parts<const N: usize>(&self) -> Option<[&str; N]> {
        self.0.split('|').collect::<Vec<_>>().try_into().ok()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Id {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// Whose an object is: what a kind needs to name it, to tag it, and to find it again.
#[derive(Debug, Clone)]
pub struct Owner {
    /// The declared address.
    pub address: Address,
    /// The prefix of the environment's names, e.g. `vitality-dev`.
    pub prefix: String,
    /// The same for every attempt at one creation, another for the next creation.
    pub token: String,
    /// Every tag to set: the user's, and the three that say whose it is.
    pub tags: Tags,
}

impl Owner {
    /// The tag that names the environment.
    pub const ENVIRONMENT: &'static str = "provision:environment";
    /// The tag that names the address.
    pub const ADDRESS: &'static str = "provision:address";
    /// The tag that names the state's lineage.
    pub const LINEAGE: &'static str = "provision:lineage";

    /// Whether a tag of this key says whose an object is.
    pub fn is_identity(key: &str) -> bool {
        [Self::ENVIRONMENT, Self::ADDRESS, Self::LINEAGE].contains(&key)
    }

    /// A name for the object where the YAML gives none, see [`default_name`].
    pub fn name(&self, limit: usize) -> String {
        default_name(&self.prefix, &self.address, limit)
    }

    /// The tags that prove ownership, as filters for a search by tags.
    pub fn identity(&self) -> impl Iterator<Item = (&str, &str)> {
        [Self::ENVIRONMENT, Self::ADDRESS]
            .into_iter()
            .filter_map(|key| self.tags.get(key).map(|value| (key, value.as_str())))
    }

    /// Whether an object with these tags is this owner's.
    pub fn owns(&self, tags: &Tags) -> bool {
        self.identity().all(|(key, value)| tags.get(key).is_some_and(|found| found == value))
    }
}

/// The prefix and the address with hyphens (`vitality-dev-db-cluster`), cut to `limit` characters
/// with a hash that keeps it unique.
pub fn default_name(prefix: &str, address: &Address, limit: usize) -> String {
    let plain: String = format!("{prefix}-{address}")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    if plain.len() <= limit {
        return plain;
    }
    let hash = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, plain.as_bytes());
    let hash = &hash.simple().to_string()[..8];
    let keep = limit.saturating_sub(hash.len() + 1);
    format!("{}-{hash}", plain[..keep].trim_end_matches('-'))
}

/// A live object, in the shape of what YAML says of it.
#[derive(Debug, Clone)]
pub struct Live<R: Resource> {
    /// Its properties as the YAML would write them.
    pub spec: R,
    /// What others can refer to.
    pub outputs: R::Outputs,
    /// Its tags, or `None` where AWS has none for this kind.
    pub tags: Option<Tags>,
    /// Whether it can be used.
    pub status: Status,
}

/// Whether an object can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It can.
    Ready,
    /// It can, and AWS is still bringing it to all of its places; AWS's own word for that.
    Spreading(String),
    /// Not yet; AWS's own word for what it does.
    Working(String),
    /// Never; AWS's own reason.
    Failed(String),
}

/// What a creation gave.
#[derive(Debug, Clone)]
pub struct Created<O> {
    /// The new object.
    pub id: Id,
    /// Its outputs, where AWS's answer said that it is ready; `None` while it is still under way.
    pub outputs: Option<O>,
    /// Whether AWS takes the rest of its properties only when it is ready: the engine then
    /// compares and calls [`Resource::update`].
    pub unfinished: bool,
}

impl<O> Created<O> {
    /// AWS accepted; the engine polls [`Resource::read`] until the object is ready.
    pub fn pending(id: impl Into<Id>) -> Self {
        Self { id: id.into(), outputs: None, unfinished: false }
    }

    /// AWS accepted, but takes a part of the properties only when the object is ready.
    pub fn unfinished(id: impl Into<Id>) -> Self {
        Self { id: id.into(), outputs: None, unfinished: true }
    }

    /// The answer showed the object ready.
    pub fn ready(id: impl Into<Id>, outputs: O) -> Self {
        Self { id: id.into(), outputs: Some(outputs), unfinished: false }
    }
}

/// What a deletion came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// It is gone, or was not there.
    Gone,
    /// AWS accepted; the engine polls [`Resource::read`] until the object is gone.
    Pending,
}

/// What to change on a live object.
#[derive(Debug, Clone)]
pub struct Change<R> {
    /// The object as it is.
    pub before: R,
    /// The top-level properties that differ, by name.
    pub properties: Vec<String>,
    /// The tags that differ.
    pub tags: TagChange,
}

impl<R> Change<R> {
    /// Whether a top-level property differs.
    pub fn has(&self, property: &str) -> bool {
        self.properties.iter().any(|changed| changed == property)
    }

    /// Whether any of these top-level properties differs.
    pub fn has_any(&self, properties: &[&str]) -> bool {
        properties.iter().any(|property| self.has(property))
    }
}

/// Which tags to set and which to take away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagChange {
    /// New tags and new values.
    pub set: Tags,
    /// Keys to remove.
    pub remove: Vec<String>,
}

impl TagChange {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.remove.is_empty()
    }
}

/// How a property is compared where equality of JSON would show false drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// A list whose order means nothing.
    Set,
    /// A JSON policy document, as text or as an object, compared by what it means.
    Policy,
    /// Text whose case means nothing.
    CaseInsensitive,
    /// A version that AWS raises by itself and can't lower: the live one may be newer within the
    /// same major version, and more exact.
    Version,
    /// A map that holds what is declared and nothing else.
    Whole,
    /// AWS does not give it back: compared with what was last applied.
    WriteOnly,
    /// Of an object that was there before, somebody else's choice: compared where reading gives it.
    Ours,
}

/// What a kind is, beside its properties. Constants of the kind, read by the engine.
#[derive(Debug, Clone, Copy)]
pub struct Traits {
    /// Top-level properties whose change replaces the object.
    pub immutable: &'static [&'static str],
    /// Properties compared by meaning. A path's steps are joined by dots; `*` is any list item.
    /// `tags` may be [`Compare::WriteOnly`] where reading them costs a call an object.
    pub compare: &'static [(&'static str, Compare)],
    /// Properties that are taken away on AWS when they are taken out of the YAML, by their paths as
    /// in [`Self::compare`]. Any other property that leaves the YAML stays on AWS as it is.
    pub clearable: &'static [&'static str],
    /// Properties that say only how a deletion is made: they hold as the YAML has them then, not
    /// as they were last applied.
    pub deletion: &'static [&'static str],
    /// A replacement or deletion loses data: needs consent.
    pub holds_data: bool,
    /// A replacement is made before the old object is deleted: names allow both at once.
    pub create_first: bool,
    /// Requests come to it: one that is no longer declared goes when those that are new in the same
    /// component are there.
    pub serves: bool,
    /// How long AWS typically takes to create it.
    pub create_time: Duration,
    /// How long AWS typically takes to delete it.
    pub delete_time: Duration,
}

impl Traits {
    /// An object that AWS makes at once, that may be changed freely and holds no data.
    pub const DEFAULT: Self = Self {
        immutable: &[],
        compare: &[],
        clearable: &[],
        deletion: &[],
        holds_data: false,
        create_first: false,
        serves: false,
        create_time: Duration::from_secs(1),
        delete_time: Duration::from_secs(1),
    };
}

/// A rule that a definition breaks and a schema can't express.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The property, e.g. `ingress.0.from_port`; empty for the object as a whole.
    pub path: String,
    /// A full sentence: what is wrong and why.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem with one property.
    pub fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), hint: None }
    }

    /// The same with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The answer of a call to AWS.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One kind of AWS object: what YAML may say of it, and how to read, create, change and delete it.
///
/// The struct is the YAML: every field is documented with its meaning, range, default and whether
/// a change replaces. Optional fields are `Option` with
/// `#[serde(default, skip_serializing_if = "Option::is_none")]`; unknown fields are denied.
///
/// # Guarantees that an implementation gives
/// - Missing is not an error: `read` gives `None`, `delete` gives [`Deleted::Gone`].
/// - Every method may be called again after any failure: what was done is found done.
/// - Nothing waits, sleeps or retries: that is the engine's.
pub trait Resource: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// Its name in YAML, e.g. `ec2.subnet`.
    const KIND: &'static str;
    /// What the engine must know of it.
    const TRAITS: Traits = Traits::DEFAULT;
    /// What others can refer to: `${subnet.id}`. Field names are the outputs' names.
    type Outputs: Serialize + DeserializeOwned + JsonSchema + Send + Sync;

    /// Rules that the schema can't express, checked before anything is touched.
    fn validate(&self) -> Vec<Problem> {
        Vec::new()
    }

    /// The live objects behind `ids`, in order; `None` where one is gone (or going for good: AWS
    /// shows some deleted objects for an hour). One call for many wherever AWS has one.
    fn read(
        cx: &Context,
        ids: &[Id],
    ) -> impl Future<Output = Result<Vec<Option<Live<Self>>>>> + Send
    where
        Self: Sized;

    /// The objects that an interrupted run may have made for this owner: by token, name or
    /// ownership tags. What bears the name but not the tags is somebody else's and is left out.
    fn find(&self, cx: &Context, owner: &Owner) -> impl Future<Output = Result<Vec<Id>>> + Send;

    /// Asks AWS for it, tags included; returns as soon as AWS accepts.
    ///
    /// # Errors
    /// [`Error::is_already_exists`] when the name is taken: the engine then asks [`Self::find`].
    fn create(
        &self,
        cx: &Context,
        owner: &Owner,
    ) -> impl Future<Output = Result<Created<Self::Outputs>>> + Send;

    /// Makes the live object what `self` says. Makes no call for what is not in `change`.
    fn update(
        &self,
        cx: &Context,
        id: &Id,
        change: &Change<Self>,
    ) -> impl Future<Output = Result<()>> + Send
    where
        Self: Sized;

    /// Whether a change of properties has come to what was asked for; `live` is the object now
    /// that it is ready again. For services that take a change back when it does not work, and are
    /// ready with what they had before.
    ///
    /// # Errors
    /// Why not, with AWS's own words for it.
    fn confirm(
        &self,
        _cx: &Context,
        _id: &Id,
        _live: &Self,
    ) -> impl Future<Output = Result<()>> + Send
    where
        Self: Sized,
    {
        std::future::ready(Ok(()))
    }

    /// How a change of these properties is watched after it was confirmed: for services whose new
    /// version may be healthy, and fail its users all the same. `None`: not at all.
    fn watch(&self, _changed: &[String], _outputs: &Self::Outputs) -> Option<Watch> {
        None
    }

    /// What AWS has counted of its requests since a moment; `None` while that is nothing.
    fn traffic(
        _cx: &Context,
        _outputs: &Self::Outputs,
        _since: Timestamp,
    ) -> impl Future<Output = Result<Option<Traffic>>> + Send {
        std::future::ready(Ok(None))
    }

    /// Asks AWS to delete it. `self` is what was last applied.
    fn delete(&self, cx: &Context, id: &Id) -> impl Future<Output = Result<Deleted>> + Send;

    /// What a deletion does to the data, for a person who must agree to it: how many images go,
    /// or which snapshot stays. `self` is what was last applied.
    fn loss(&self, _cx: &Context, _id: &Id) -> impl Future<Output = Result<Option<String>>> + Send {
        std::future::ready(Ok(None))
    }

    /// What stands in the way of a deletion that AWS refused, named for a person: the network
    /// interfaces that use a security group, the images in a repository.
    fn blockers(_cx: &Context, _id: &Id) -> impl Future<Output = Result<Vec<String>>> + Send {
        std::future::ready(Ok(Vec::new()))
    }
}
