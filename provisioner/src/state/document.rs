//! The state on disk. These structs are the format, and nothing else uses them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Deposed, Entry, Releases, State, Status, StoreError};
use crate::address::Address;
use crate::resource::{Id, Tags};

/// The newest format that this version writes and reads. Format 2 has releases; a state without
/// any is written as format 1, which older versions read as well.
const FORMAT: u64 = 2;

/// What every format begins with; read before anything else.
#[derive(Deserialize)]
struct Header {
    format: u64,
    #[serde(default)]
    written_by: String,
}

// Borrowed when written: a state may be large, and is written often.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentV1<'a> {
    format: u64,
    written_by: Cow<'a, str>,
    environment: Cow<'a, str>,
    lineage: Cow<'a, str>,
    serial: u64,
    objects: Vec<ObjectV1<'a>>,
    outputs: Cow<'a, BTreeMap<String, BTreeMap<String, Json>>>,
    #[serde(default, skip_serializing_if = "has_none")]
    releases: Cow<'a, Releases>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectV1<'a> {
    address: Cow<'a, Address>,
    kind: Cow<'a, str>,
    status: StatusV1<'a>,
    inputs: Cow<'a, Json>,
    #[serde(default, skip_serializing_if = "is_empty_map")]
    tags: Cow<'a, Tags>,
    #[serde(default, skip_serializing_if = "is_empty_set")]
    depends_on: Cow<'a, BTreeSet<Address>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    protect: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    retain: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    deposed: Vec<DeposedV1<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum StatusV1<'a> {
    Creating {
        token: Cow<'a, str>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<Cow<'a, Id>>,
    },
    Ready {
        id: Cow<'a, Id>,
        outputs: Cow<'a, Json>,
    },
    Updating {
        id: Cow<'a, Id>,
        outputs: Cow<'a, Json>,
    },
    Deleting {
        id: Cow<'a, Id>,
    },
    Failed {
        id: Cow<'a, Id>,
        reason: Cow<'a, str>,
    },
    Gone,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeposedV1<'a> {
    kind: Cow<'a, str>,
    id: Cow<'a, Id>,
    inputs: Cow<'a, Json>,
    outputs: Cow<'a, Json>,
    #[serde(default, skip_serializing_if = "is_empty_map")]
    tags: Cow<'a, Tags>,
    #[serde(default, skip_serializing_if = "is_empty_set")]
    depends_on: Cow<'a, BTreeSet<Address>>,
}

#[expect(clippy::ptr_arg, reason = "serde hands over the field as it is")]
fn is_empty_map(map: &Cow<'_, Tags>) -> bool {
    map.is_empty()
}

#[expect(clippy::ptr_arg, reason = "serde hands over the field as it is")]
fn has_none(releases: &Cow<'_, Releases>) -> bool {
    releases.is_empty()
}

#[expect(clippy::ptr_arg, reason = "serde hands over the field as it is")]
fn is_empty_set(set: &Cow<'_, BTreeSet<Address>>) -> bool {
    set.is_empty()
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
    if header.format == 0 {
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
    let mut seen = HashMap::new();
    for (address, entry) in &state.entries {
        for (kind, id) in entry.objects() {
            if let Some(other) = seen.insert((kind, id), address) {
                return Err(format!("{other} and {address} are both {kind} {id}"));
            }
        }
        if entry.status == Status::Gone && entry.deposed.is_empty() {
            return Err(format!("{address} stands for nothing"));
        }
    }
    if state.lineage.is_empty() {
        return Err("it has no lineage".to_owned());
    }
    Ok(())
}

impl<'a> From<&'a State> for DocumentV1<'a> {
    fn from(state: &'a State) -> Self {
        Self {
            format: if state.releases.is_empty() { 1 } else { FORMAT },
            written_by: env!("CARGO_PKG_VERSION").into(),
            environment: state.environment.as_str().into(),
            lineage: state.lineage.as_str().into(),
            serial: state.serial,
            objects: state.entries.iter().map(ObjectV1::from).collect(),
            outputs: Cow::Borrowed(&state.outputs),
            releases: Cow::Borrowed(&state.releases),
        }
    }
}

impl<'a> From<(&'a Address, &'a Entry)> for ObjectV1<'a> {
    fn from((address, entry): (&'a Address, &'a Entry)) -> Self {
        Self {
            address: Cow::Borrowed(address),
            kind: entry.kind.as_str().into(),
            status: (&entry.status).into(),
            inputs: Cow::Borrowed(&entry.inputs),
            tags: Cow::Borrowed(&entry.tags),
            depends_on: Cow::Borrowed(&entry.depends_on),
            protect: entry.protect,
            retain: entry.retain,
            deposed: entry.deposed.iter().map(DeposedV1::from).collect(),
        }
    }
}

impl From<DocumentV1<'_>> for State {
    fn from(document: DocumentV1<'_>) -> Self {
        Self {
            environment: document.environment.into_owned(),
            lineage: document.lineage.into_owned(),
            serial: document.serial,
            entries: document.objects.into_iter().map(<(Address, Entry)>::from).collect(),
            outputs: document.outputs.into_owned(),
            releases: document.releases.into_owned(),
        }
    }
}

impl From<ObjectV1<'_>> for (Address, Entry) {
    fn from(object: ObjectV1<'_>) -> Self {
        let entry = Entry {
            kind: object.kind.into_owned(),
            inputs: object.inputs.into_owned(),
            tags: object.tags.into_owned(),
            depends_on: object.depends_on.into_owned(),
            protect: object.protect,
            retain: object.retain,
            status: object.status.into(),
            deposed: object.deposed.into_iter().map(Deposed::from).collect(),
        };
        (object.address.into_owned(), entry)
    }
}

impl<'a> From<&'a Status> for StatusV1<'a> {
    fn from(status: &'a Status) -> Self {
        use Cow::Borrowed;
        match status {
            Status::Creating { token, id } => {
                Self::Creating { token: token.as_str().into(), id: id.as_ref().map(Borrowed) }
            }
            Status::Ready { id, outputs } => {
                Self::Ready { id: Borrowed(id), outputs: Borrowed(outputs) }
            }
            Status::Updating { id, outputs } => {
                Self::Updating { id: Borrowed(id), outputs: Borrowed(outputs) }
            }
            Status::Deleting { id } => Self::Deleting { id: Borrowed(id) },
            Status::Failed { id, reason } => {
                Self::Failed { id: Borrowed(id), reason: reason.as_str().into() }
            }
            Status::Gone => Self::Gone,
        }
    }
}

impl From<StatusV1<'_>> for Status {
    fn from(status: StatusV1<'_>) -> Self {
        match status {
            StatusV1::Creating { token, id } => {
                Self::Creating { token: token.into_owned(), id: id.map(Cow::into_owned) }
            }
            StatusV1::Ready { id, outputs } => {
                Self::Ready { id: id.into_owned(), outputs: outputs.into_owned() }
            }
            StatusV1::Updating { id, outputs } => {
                Self::Updating { id: id.into_owned(), outputs: outputs.into_owned() }
            }
            StatusV1::Deleting { id } => Self::Deleting { id: id.into_owned() },
            StatusV1::Failed { id, reason } => {
                Self::Failed { id: id.into_owned(), reason: reason.into_owned() }
            }
            StatusV1::Gone => Self::Gone,
        }
    }
}

impl<'a> From<&'a Deposed> for DeposedV1<'a> {
    fn from(deposed: &'a Deposed) -> Self {
        Self {
            kind: deposed.kind.as_str().into(),
            id: Cow::Borrowed(&deposed.id),
            inputs: Cow::Borrowed(&deposed.inputs),
            outputs: Cow::Borrowed(&deposed.outputs),
            tags: Cow::Borrowed(&deposed.tags),
            depends_on: Cow::Borrowed(&deposed.depends_on),
        }
    }
}

impl From<DeposedV1<'_>> for Deposed {
    fn from(deposed: DeposedV1<'_>) -> Self {
        Self {
            kind: deposed.kind.into_owned(),
            id: deposed.id.into_owned(),
            inputs: deposed.inputs.into_owned(),
            outputs: deposed.outputs.into_owned(),
            tags: deposed.tags.into_owned(),
            depends_on: deposed.depends_on.into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by version 0.1.0; kept for ever.
    const FIXTURE: &[u8] = include_bytes!("fixtures/v1.json");
    const FIXTURE_2: &[u8] = include_bytes!("fixtures/v2.json");

    #[test]
    fn a_document_of_format_2_reads_and_writes_back_to_the_byte() {
        let state = decode(FIXTURE_2, "fixture").unwrap();
        assert_eq!(state.releases.of(None).count(), 2);
        let written = encode(&state, "fixture").unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), std::str::from_utf8(FIXTURE_2).unwrap());
    }

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
