//! One object.

use provisioner::address::Address;
use provisioner::resource::{Observed, Owner, Status, Tags};
use serde_json::{Map, Value as Json, json};

/// What AWS fills in where the YAML gives no size.
const DEFAULT_SIZE: u64 = 8;

/// One object.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Its kind.
    pub kind: &'static str,
    /// For which address it was made. AWS knows the tags alone; the tests know better.
    pub address: Address,
    /// Its properties.
    pub properties: Map<String, Json>,
    /// Its tags; `None` where its kind has none.
    pub tags: Option<Tags>,
    /// The token of its creation.
    pub token: String,
    /// How far it is.
    pub phase: Phase,
}

/// How far an object is.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Usable.
    Ready,
    /// Usable from this tick on.
    ReadyAt(u64),
    /// Gone from this tick on.
    GoneAt(u64),
    /// Never usable.
    Failed(String),
}

impl Object {
    /// Whether the object is no more.
    pub(super) fn is_gone_by(&self, tick: u64) -> bool {
        matches!(self.phase, Phase::GoneAt(end) if end <= tick)
    }

    /// Whether it is being deleted.
    pub fn is_going(&self) -> bool {
        matches!(self.phase, Phase::GoneAt(_))
    }

    /// Whether it can't be changed or deleted now.
    pub(super) fn is_busy(&self, tick: u64) -> bool {
        matches!(self.phase, Phase::ReadyAt(end) if end > tick)
    }

    /// Whether a run has made it.
    pub(super) fn is_ours(&self) -> bool {
        self.tags.as_ref().is_none_or(|tags| tags.contains_key(Owner::ADDRESS))
    }

    /// The id of the object without which it can't exist.
    pub(super) fn base(&self) -> Option<&str> {
        self.properties.get("base")?.as_str()
    }

    /// What AWS shows of it.
    pub(super) fn observed(&self, id: &str, tick: u64) -> Observed {
        let mut properties = self.properties.clone();
        properties.remove("secret");
        properties.insert("size".to_owned(), self.size());
        let status = match &self.phase {
            Phase::ReadyAt(end) if *end > tick => Status::Working("pending".to_owned()),
            Phase::Ready | Phase::ReadyAt(_) => Status::Ready,
            Phase::GoneAt(_) => Status::Working("deleting".to_owned()),
            Phase::Failed(reason) => Status::Failed(reason.clone()),
        };
        let outputs = self.outputs(id);
        Observed { properties: Json::Object(properties), outputs, tags: self.tags.clone(), status }
    }

    /// What others can refer to.
    pub fn outputs(&self, id: &str) -> Json {
        json!({ "id": id, "zone": self.properties.get("zone"), "size": self.size() })
    }

    fn size(&self) -> Json {
        self.properties.get("size").cloned().unwrap_or(json!(DEFAULT_SIZE))
    }
}
