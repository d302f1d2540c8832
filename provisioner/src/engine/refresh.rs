//! What is there: every known object, read in bulk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};

use crate::address::Address;
use crate::aws::{Context, Error, noted};
use crate::resource::{Id, Kind, Kinds, Observed, Owner};
use crate::state::{Entry, State, Status};

/// How many ids one read is given: AWS's Describes take 200 filter values or more.
pub(super) const BATCH: usize = 200;

/// What was found on AWS, by kind and id. What is not in it does not exist.
#[derive(Debug, Clone, Default)]
pub struct World {
    objects: BTreeMap<(String, Id), Observed>,
    /// Objects of interrupted creations, found again.
    pub found: BTreeMap<Address, Id>,
    /// The operations that each kind was read with, as `service:Operation`.
    calls: BTreeMap<&'static str, BTreeSet<String>>,
}

impl World {
    /// The object of this kind and id.
    pub fn get(&self, kind: &str, id: &Id) -> Option<&Observed> {
        self.objects.get(&(kind.to_owned(), id.clone()))
    }

    /// The operations that objects of a kind were read with, as `service:Operation`.
    pub fn calls(&self, kind: &str) -> impl Iterator<Item = &str> {
        self.calls.get(kind).into_iter().flatten().map(String::as_str)
    }

    fn add(&mut self, batch: Read) {
        self.objects.extend(batch.objects);
        self.calls.entry(batch.kind).or_default().extend(batch.calls);
    }

    /// How many objects were found.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }
}

/// The known objects could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The state names a kind that this version does not have.
    #[error("{address} is of the kind `{kind}`, which this version of provision does not know")]
    UnknownKind {
        /// The object.
        address: Address,
        /// The kind.
        kind: String,
    },
    /// AWS did not answer as it should.
    #[error("could not read {what}")]
    Read {
        /// The kind and how many, or the address.
        what: String,
        /// Why not.
        #[source]
        source: Error,
    },
    /// Two objects bear the tags of one address.
    #[error("{address} stands for {count} objects on AWS ({ids}): two runs made one each")]
    Twins {
        /// The address.
        address: Address,
        /// How many.
        count: usize,
        /// Which.
        ids: String,
    },
}

/// Reads every object that the state knows, and looks for those whose creation was interrupted.
///
/// # Errors
/// When anything can't be read: what could not be read is never taken for gone.
pub async fn refresh(
    cx: &Context,
    kinds: &Kinds,
    state: &State,
    identity: impl Fn(&Address, &Entry, &str) -> Owner,
    parallel: usize,
) -> Result<World, RefreshError> {
    let found = find_interrupted(cx, kinds, state, identity, parallel).await?;
    let batches = batches(kinds, state, &found)?;
    let read = stream::iter(batches).map(|batch| read(cx, batch)).buffer_unordered(parallel);
    let read: Vec<Read> = read.try_collect().await?;
    let mut world = World { found, ..World::default() };
    read.into_iter().for_each(|batch| world.add(batch));
    Ok(world)
}

/// What can be read, and for each kind that can't why not: for who looks and changes nothing.
///
/// # Errors
/// When the state names a kind that is not known.
pub async fn survey(
    cx: &Context,
    kinds: &Kinds,
    state: &State,
    parallel: usize,
) -> Result<(World, BTreeMap<String, Error>), RefreshError> {
    let batches = batches(kinds, state, &BTreeMap::new())?;
    let read = stream::iter(batches).map(|batch| async move {
        let kind = batch.kind.name();
        (kind, read(cx, batch).await)
    });
    let read: Vec<_> = read.buffer_unordered(parallel).collect().await;
    let (mut world, mut unread) = (World::default(), BTreeMap::new());
    for (kind, result) in read {
        match result {
            Ok(batch) => world.add(batch),
            Err(RefreshError::Read { source, .. }) => {
                unread.insert(kind.to_owned(), source);
            }
            Err(error) => return Err(error),
        }
    }
    Ok((world, unread))
}

struct Batch {
    kind: Arc<dyn Kind>,
    ids: Vec<Id>,
}

fn batches(
    kinds: &Kinds,
    state: &State,
    found: &BTreeMap<Address, Id>,
) -> Result<Vec<Batch>, RefreshError> {
    let mut ids: BTreeMap<&str, (Arc<dyn Kind>, Vec<Id>)> = BTreeMap::new();
    for (address, entry) in &state.entries {
        let found = found.get(address).map(|id| (entry.kind.as_str(), id));
        for (name, id) in entry.objects().chain(found) {
            let kind = kind_of(kinds, address, name)?;
            let (_, ids) = ids.entry(kind.name()).or_insert_with(|| (Arc::clone(kind), Vec::new()));
            ids.push(id.clone());
        }
    }
    Ok(ids
        .into_values()
        .flat_map(|(kind, ids)| {
            ids.chunks(BATCH)
                .map(|chunk| Batch { kind: Arc::clone(&kind), ids: chunk.to_vec() })
                .collect::<Vec<_>>()
        })
        .collect())
}

/// What a batch came to.
struct Read {
    kind: &'static str,
    objects: Vec<((String, Id), Observed)>,
    calls: BTreeSet<String>,
}

async fn read(cx: &Context, batch: Batch) -> Result<Read, RefreshError> {
    let kind = batch.kind.name();
    let what = || format!("{} × {kind}", batch.ids.len());
    let (objects, calls) = noted(batch.kind.read(cx, &batch.ids)).await;
    let objects = objects.map_err(|source| RefreshError::Read { what: what(), source })?;
    let keys = batch.ids.iter().map(|id| (kind.to_owned(), id.clone()));
    let objects = keys.zip(objects).filter_map(|(key, object)| Some((key, object?))).collect();
    Ok(Read { kind, objects, calls })
}

/// An intent without an id: the call may have left before the run died.
async fn find_interrupted(
    cx: &Context,
    kinds: &Kinds,
    state: &State,
    identity: impl Fn(&Address, &Entry, &str) -> Owner,
    parallel: usize,
) -> Result<BTreeMap<Address, Id>, RefreshError> {
    let mut searches = Vec::new();
    for (address, entry) in &state.entries {
        if let Status::Creating { token, id: None } = &entry.status {
            let kind = Arc::clone(kind_of(kinds, address, &entry.kind)?);
            searches.push((address, entry, kind, identity(address, entry, token)));
        }
    }
    let found = stream::iter(searches)
        .map(|(address, entry, kind, owner)| async move {
            let ids = kind.find(cx, &entry.inputs, &owner).await.map_err(|source| {
                RefreshError::Read { what: format!("what {address} left behind"), source }
            })?;
            Ok(one_of(address, unclaimed(entry, ids))?.map(|id| (address.clone(), id)))
        })
        .buffer_unordered(parallel);
    found.try_filter_map(|found| async move { Ok(found) }).try_collect().await
}

/// The candidates that the entry does not hold already as replaced ones.
pub(super) fn unclaimed(entry: &Entry, mut ids: Vec<Id>) -> Vec<Id> {
    ids.retain(|id| entry.deposed.iter().all(|old| old.kind != entry.kind || old.id != *id));
    ids
}

fn one_of(address: &Address, mut ids: Vec<Id>) -> Result<Option<Id>, RefreshError> {
    if ids.len() > 1 {
        let list = ids.iter().map(Id::as_str).collect::<Vec<_>>().join(", ");
        return Err(RefreshError::Twins { address: address.clone(), count: ids.len(), ids: list });
    }
    Ok(ids.pop())
}

fn kind_of<'a>(
    kinds: &'a Kinds,
    address: &Address,
    kind: &str,
) -> Result<&'a Arc<dyn Kind>, RefreshError> {
    kinds.get(kind).ok_or_else(|| RefreshError::UnknownKind {
        address: address.clone(),
        kind: kind.to_owned(),
    })
}
