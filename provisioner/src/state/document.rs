//! The state on disk. These structs are the format, and nothing else uses them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Deposed, Entry, State, Status, StoreError};
use crate::address::Address;
use crate::resource::{Id, Tags};

/// The newest format that this version writes and reads.
const FORMAT: u64 = 1;

/// What every format begins with; read before anything else.
#[derive(Deserialize)]
struct Header {
    format: u64,
    #[serde(default)]
    written_by: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentV1 {
    format: u64,
    written_by: String,
    environment: String,
    lineage: String,
    serial: u64,
    objects: Vec<ObjectV1>,
    outputs: BTreeMap<String, BTreeMap<String, Json>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectV1 {
    address: Address,
    kind: String,
    status: StatusV1,
    inputs: Json,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    tags: Tags,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    depends_on: BTreeSet<Address>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    protect: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    retain: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    deposed: Vec<DeposedV1>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum StatusV1 {
    Creating {
        token: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<Id>,
    },
    Ready {
        id: Id,
        outputs: Json,
    },
    Updating {
        id: Id,
        outputs: Json,
    },
    Deleting {
        id: Id,
    },
    Failed {
        id: Id,
        reason: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeposedV1 {
    id: Id,
    inputs: Json,
    outputs: Json,
}

/// The document of a state: sorted, one value a line, so that a diff of two can be read.
///
/// # Errors
/// When a value has no JSON form, or the state breaks one of its invariants.
pub fn encode(state: &State, location: &str) -> Result<Vec<u8>, StoreError> {
    let corrupt = |reason| StoreError::Corrupt { location: location.to_owned(), reason };
    verify(state).map_err(corrupt)?;
    let document = DocumentV1::from(state);
    let mut bytes = serde_json::to_vec_pretty(&document).map_err(|e| corrupt(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The state of a document.
///
/// # Errors
/// Empty, corrupt and too new are different errors, and none of them is "no state".
pub fn decode(bytes: &[u8], location: &str) -> Result<State, StoreError> {
    let location = location.to_owned();
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(StoreError::Empty { location });
    }
    let corrupt = |reason: String| StoreError::Corrupt { location: location.clone(), reason };
    let header: Header = serde_json::from_slice(bytes).map_err(|e| corrupt(e.to_string()))?;
    if header.format > FORMAT {
        let (found, written_by) = (header.format, header.written_by);
        return Err(StoreError::TooNew { location, found, known: FORMAT, written_by });
    }
    if header.format != FORMAT {
        return Err(corrupt(format!("there is no format {}", header.format)));
    }
    let document: DocumentV1 =
        serde_json::from_slice(bytes).map_err(|error| corrupt(error.to_string()))?;
    let objects = document.objects.len();
    let state = State::from(document);
    if state.entries.len() != objects {
        return Err(corrupt("an address stands in it twice".to_owned()));
    }
    verify(&state).map_err(corrupt)?;
    Ok(state)
}

/// The invariants of [`State`] that can be seen in the document alone.
fn verify(state: &State) -> Result<(), String> {
    let mut seen = BTreeMap::new();
    for (address, entry) in &state.entries {
        for id in entry.ids() {
            if let Some(other) = seen.insert((&entry.kind, id), address) {
                return Err(format!("{other} and {address} are both {} {id}", entry.kind));
            }
        }
    }
    if state.lineage.is_empty() {
        return Err("it has no lineage".to_owned());
    }
    Ok(())
}

impl From<&State> for DocumentV1 {
    fn from(state: &State) -> Self {
        Self {
            format: FORMAT,
            written_by: env!("CARGO_PKG_VERSION").to_owned(),
            environment: state.environment.clone(),
            lineage: state.lineage.clone(),
            serial: state.serial,
            objects: state.entries.iter().map(ObjectV1::from).collect(),
            outputs: state.outputs.clone(),
        }
    }
}

impl From<(&Address, &Entry)> for ObjectV1 {
    fn from((address, entry): (&Address, &Entry)) -> Self {
        Self {
            address: address.clone(),
            kind: entry.kind.clone(),
            status: entry.status.clone().into(),
            inputs: entry.inputs.clone(),
            tags: entry.tags.clone(),
            depends_on: entry.depends_on.clone(),
            protect: entry.protect,
            retain: entry.retain,
            deposed: entry.deposed.iter().cloned().map(DeposedV1::from).collect(),
        }
    }
}

impl From<DocumentV1> for State {
    fn from(document: DocumentV1) -> Self {
        Self {
            environment: document.environment,
            lineage: document.lineage,
            serial: document.serial,
            entries: document.objects.into_iter().map(<(Address, Entry)>::from).collect(),
            outputs: document.outputs,
        }
    }
}

impl From<ObjectV1> for (Address, Entry) {
    fn from(object: ObjectV1) -> Self {
        let entry = Entry {
            kind: object.kind,
            inputs: object.inputs,
            tags: object.tags,
            depends_on: object.depends_on,
            protect: object.protect,
            retain: object.retain,
            status: object.status.into(),
            deposed: object.deposed.into_iter().map(Deposed::from).collect(),
        };
        (object.address, entry)
    }
}

impl From<Status> for StatusV1 {
    fn from(status: Status) -> Self {
        match status {
            Status::Creating { token, id } => Self::Creating { token, id },
            Status::Ready { id, outputs } => Self::Ready { id, outputs },
            Status::Updating { id, outputs } => Self::Updating { id, outputs },
            Status::Deleting { id } => Self::Deleting { id },
            Status::Failed { id, reason } => Self::Failed { id, reason },
        }
    }
}

impl From<StatusV1> for Status {
    fn from(status: StatusV1) -> Self {
        match status {
            StatusV1::Creating { token, id } => Self::Creating { token, id },
            StatusV1::Ready { id, outputs } => Self::Ready { id, outputs },
            StatusV1::Updating { id, outputs } => Self::Updating { id, outputs },
            StatusV1::Deleting { id } => Self::Deleting { id },
            StatusV1::Failed { id, reason } => Self::Failed { id, reason },
        }
    }
}

impl From<Deposed> for DeposedV1 {
    fn from(deposed: Deposed) -> Self {
        Self { id: deposed.id, inputs: deposed.inputs, outputs: deposed.outputs }
    }
}

impl From<DeposedV1> for Deposed {
    fn from(deposed: DeposedV1) -> Self {
        Self { id: deposed.id, inputs: deposed.inputs, outputs: deposed.outputs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by version 0.1.0; kept for ever.
    const FIXTURE: &[u8] = include_bytes!("fixtures/v1.json");

    #[test]
    fn a_document_of_format_1_reads_and_writes_back_to_the_byte() {
        let state = decode(FIXTURE, "fixture").unwrap();
        assert_eq!(state.entries.len(), 5);
        let written = encode(&state, "fixture").unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), std::str::from_utf8(FIXTURE).unwrap());
    }

    #[test]
    fn each_way_of_being_unreadable_is_an_error_of_its_own() {
        let refuse = |bytes: &[u8]| decode(bytes, "here").unwrap_err();
        assert!(matches!(refuse(b" \n"), StoreError::Empty { .. }));
        assert!(matches!(refuse(&FIXTURE[..FIXTURE.len() / 2]), StoreError::Corrupt { .. }));
        assert!(matches!(refuse(b"[]"), StoreError::Corrupt { .. }));
        let newer = br#"{"format": 99, "written_by": "7.0.0", "whatever": 1}"#;
        let error = refuse(newer);
        assert!(matches!(&error, StoreError::TooNew { found: 99, .. }), "{error}");
    }

    #[test]
    fn two_addresses_for_one_object_are_corrupt() {
        let mut state = decode(FIXTURE, "fixture").unwrap();
        let (_, twin) =
            state.entries.first_key_value().map(|(a, e)| (a.clone(), e.clone())).unwrap();
        state.entries.insert("other.twin".parse().unwrap(), twin);
        assert!(matches!(encode(&state, "here"), Err(StoreError::Corrupt { .. })));
    }
}
