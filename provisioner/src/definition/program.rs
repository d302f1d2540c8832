//! What the definition phases end in, and the engine begins with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::Environment;
use crate::address::Address;
use crate::resource::{Kind, Tags};
use crate::value::{Span, Value};

/// Everything that one environment declares, checked and bound.
///
/// 1. Every reference is bound to an output that its resource's kind has.
/// 2. `depends_on` of each declaration names declared addresses only, and holds every address
///    that its properties refer to.
/// 3. There is no cycle.
#[derive(Clone)]
pub struct Program {
    /// The environment.
    pub environment: Environment,
    /// The objects, by address.
    pub declarations: BTreeMap<Address, Declaration>,
    /// The outputs, by stack and name.
    pub outputs: BTreeMap<String, BTreeMap<String, Value>>,
}

/// One declared object.
#[derive(Clone)]
pub struct Declaration {
    /// Its name.
    pub address: Address,
    /// What it is.
    pub kind: Arc<dyn Kind>,
    /// Its properties: a map, perhaps with references to other objects' outputs.
    pub properties: Value,
    /// What must be ready before it: by reference or by `depends_on`.
    pub depends_on: BTreeSet<Address>,
    /// Refuse to delete or replace it.
    pub protect: bool,
    /// Leave it on AWS when it is taken out of the YAML.
    pub retain: bool,
    /// The longest that its creation, change or deletion may take.
    pub timeout: Option<Duration>,
    /// The user's tags, the environment's included.
    pub tags: Tags,
    /// Where it stands.
    pub span: Span,
}
