//! The kinds of the world: alike but for how they are named, and how fast and in which order they
//! come and go.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use provisioner::aws::{Context, Error};
use provisioner::resource::{
    Compare, Deleted, ErasedChange, ErasedCreated, Id, Kind, Kinds, Observed, Owner, Problem,
    Result, Traffic, Traits, Watch,
};
use serde_json::{Map, Value as Json, json};

use super::object::Phase;
use super::{Call, Fault, Inner, Object, Operation, World};

const TRAITS: Traits = Traits {
    immutable: &["zone", "base"],
    compare: &[("uses", Compare::Set), ("secret", Compare::WriteOnly)],
    clearable: &["note", "base"],
    ..Traits::DEFAULT
};

/// How a kind tells its objects apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Identity {
    /// Every creation makes another object.
    Fresh,
    /// Every creation makes another object, but for one with an earlier one's token.
    Token,
    /// By a name, of which there is one.
    Name,
    /// By what it joins: `base` and the first of `uses`. It has no tags.
    Joined,
}

struct Nature {
    name: &'static str,
    identity: Identity,
    /// How many calls of anybody its creation, change and deletion take.
    ticks: u64,
    traits: Traits,
}

/// - `disk`: the old one goes before the new one comes.
/// - `server`: the new one comes first.
/// - `bucket`: has a name that no other may have, and holds data.
/// - `cluster`: takes its time, and serves.
/// - `link`: joins two objects, and bears no tags.
const NATURES: [Nature; 5] = [
    Nature { name: "memory.disk", identity: Identity::Fresh, ticks: 0, traits: TRAITS },
    Nature {
        name: "memory.server",
        identity: Identity::Token,
        ticks: 0,
        traits: Traits { create_first: true, ..TRAITS },
    },
    Nature {
        name: "memory.bucket",
        identity: Identity::Name,
        ticks: 0,
        traits: Traits { immutable: &["zone", "base", "name"], holds_data: true, ..TRAITS },
    },
    Nature {
        name: "memory.cluster",
        identity: Identity::Token,
        ticks: 3,
        traits: Traits { serves: true, ..TRAITS },
    },
    Nature {
        name: "memory.link",
        identity: Identity::Joined,
        ticks: 0,
        traits: Traits { immutable: &["zone", "base", "uses"], ..TRAITS },
    },
];

static SCHEMA: LazyLock<Json> = LazyLock::new(|| {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "name": { "type": "string" },
            "zone": { "type": "string" },
            "size": { "type": "integer" },
            "note": { "type": "string" },
            "secret": { "type": "string" },
            "base": { "type": "string" },
            "uses": { "type": "array", "items": { "type": "string" } },
        },
    })
});

static OUTPUTS: LazyLock<Json> = LazyLock::new(|| {
    json!({
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": { "type": "string" },
            "zone": { "type": "string" },
            "size": { "type": "integer" },
        },
    })
});

/// The kinds of a world.
pub(super) fn kinds(world: &World) -> Kinds {
    NATURES.iter().fold(Kinds::default(), |kinds, nature| {
        kinds.with(Arc::new(MemoryKind { nature, world: world.clone() }))
    })
}

struct MemoryKind {
    nature: &'static Nature,
    world: World,
}

impl MemoryKind {
    fn call(&self, operation: Operation, subject: impl Into<String>) -> Call {
        Call { operation, subject: subject.into() }
    }

    /// An object by its address, for the calls that know the id alone.
    fn call_by_id(&self, operation: Operation, id: &Id) -> Call {
        let inner = self.world.lock();
        let address = inner.objects.get(id).map(|object| object.address.to_string());
        self.call(operation, address.unwrap_or_else(|| id.to_string()))
    }

    /// The id that a definition determines, where it does.
    fn natural_id(&self, properties: &Json, owner: &Owner) -> Option<Id> {
        match self.nature.identity {
            Identity::Fresh | Identity::Token => None,
            Identity::Name => {
                let name = properties["name"].as_str().map(str::to_owned);
                Some(Id(name.unwrap_or_else(|| owner.name(63))))
            }
            Identity::Joined => {
                let part = |value: &Json| value.as_str().unwrap_or_default().to_owned();
                Some(Id(format!("{}|{}", part(&properties["base"]), part(&properties["uses"][0]))))
            }
        }
    }

    /// The same in every run, whatever the order in which objects are made.
    fn next_id(&self, inner: &mut Inner, owner: &Owner) -> Id {
        let short = self.nature.name.trim_start_matches("memory.");
        let start = format!("{short}-{}", owner.address.path());
        let count = inner.made.entry(start.clone()).or_default();
        *count += 1;
        Id(format!("{start}-{count}"))
    }

    fn made(&self, id: Id, object: &Object) -> ErasedCreated {
        match object.phase {
            Phase::Ready => ErasedCreated::ready(id.clone(), object.outputs(id.as_str())),
            _ => ErasedCreated::pending(id),
        }
    }

    fn insert(&self, inner: &mut Inner, properties: &Json, owner: &Owner) -> Result<ErasedCreated> {
        let mut existing = inner.objects.iter().filter(|(_, object)| {
            object.kind == self.nature.name && object.token == owner.token && !object.is_going()
        });
        if self.nature.identity == Identity::Token
            && let Some((id, object)) = existing.next()
        {
            if properties.as_object() != Some(&object.properties) {
                let message = "the token came before with other properties";
                return Err(Error::with_code("IdempotentParameterMismatch", message));
            }
            return Ok(self.made(id.clone(), object));
        }
        let natural = self.natural_id(properties, owner);
        if natural.as_ref().is_some_and(|id| inner.objects.contains_key(id)) {
            return Err(Error::with_code("EntityAlreadyExists", "the name is taken"));
        }
        let id = natural.unwrap_or_else(|| self.next_id(inner, owner));
        let object = Object {
            kind: self.nature.name,
            address: owner.address.clone(),
            properties: properties.as_object().cloned().unwrap_or_default(),
            tags: (self.nature.identity != Identity::Joined).then(|| owner.tags.clone()),
            token: owner.token.clone(),
            phase: match inner.struck {
                Some(Fault::GivesUp) => Phase::Failed("no capacity".to_owned()),
                Some(Fault::Stuck) => Phase::ReadyAt(u64::MAX),
                _ => self.takes_time(inner.tick),
            },
        };
        if let Some(base) = object.base()
            && inner.objects.get(&Id::from(base)).is_none_or(Object::is_going)
        {
            inner.violations.push(format!("{} was made before its base {base}", owner.address));
            return Err(Error::with_code("ValidationException", "there is no such base"));
        }
        let made = self.made(id.clone(), &object);
        inner.objects.insert(id, object);
        Ok(made)
    }

    fn takes_time(&self, tick: u64) -> Phase {
        match self.nature.ticks {
            0 => Phase::Ready,
            ticks => Phase::ReadyAt(tick + ticks),
        }
    }

    fn modify(
        &self,
        inner: &mut Inner,
        id: &Id,
        properties: &Json,
        change: &ErasedChange,
    ) -> Result<()> {
        let (tick, taken_back) = (inner.tick, inner.struck == Some(Fault::TakenBack));
        let Some(object) = inner.objects.get_mut(id).filter(|object| !object.is_going()) else {
            return Err(Error::with_code("ValidationException", "it is gone"));
        };
        if object.is_busy(tick) {
            // After a lost answer, the engine can't know that the change is under way.
            let has = |name: &String| object.properties.get(name) == properties.get(name);
            if !change.properties.iter().all(has) {
                inner.violations.push(format!("{id} was changed before it was ready"));
            }
            return Err(Error::with_code("IncorrectState", "pending"));
        }
        if let Some(name) = change.properties.iter().find(|name| self.is_immutable(name)) {
            inner.violations.push(format!("`{name}` of {id} was to be changed"));
            return Err(Error::with_code("ValidationException", "it can't be changed"));
        }
        for name in change.properties.iter().filter(|_| !taken_back) {
            match &properties[name] {
                Json::Null => drop(object.properties.remove(name)),
                value => drop(object.properties.insert(name.clone(), value.clone())),
            }
        }
        if let Some(tags) = &mut object.tags {
            tags.extend(change.tags.set.clone());
            tags.retain(|key, _| !change.tags.remove.contains(key));
        }
        object.phase = self.takes_time(tick);
        Ok(())
    }

    fn is_immutable(&self, name: &str) -> bool {
        self.nature.traits.immutable.contains(&name)
    }

    fn take_away(&self, inner: &mut Inner, id: &Id) -> Result<Deleted> {
        let above = inner.objects.values().find(|object| object.base() == Some(id.as_str()));
        if let Some(object) = above {
            if object.is_ours() {
                inner.violations.push(format!("{id} was to go before {}", object.address));
            }
            return Err(Error::with_code("DependencyViolation", "something stands on it"));
        }
        let tick = inner.tick;
        let Some(object) = inner.objects.get_mut(id) else { return Ok(Deleted::Gone) };
        if object.is_busy(tick) {
            return Err(Error::with_code("IncorrectState", "pending"));
        }
        match self.nature.ticks {
            0 => {
                inner.objects.remove(id);
                Ok(Deleted::Gone)
            }
            ticks => {
                if !object.is_going() {
                    object.phase = Phase::GoneAt(tick + ticks);
                }
                Ok(Deleted::Pending)
            }
        }
    }
}

impl Kind for MemoryKind {
    fn name(&self) -> &'static str {
        self.nature.name
    }

    fn traits(&self) -> &Traits {
        &self.nature.traits
    }

    fn schema(&self) -> &Json {
        &SCHEMA
    }

    fn outputs_schema(&self) -> &Json {
        &OUTPUTS
    }

    fn normalize(&self, properties: &Json) -> Result<Json, Vec<Problem>> {
        if properties["size"].as_i64().is_some_and(|size| size < 1) {
            return Err(vec![Problem::at("size", "Nothing is smaller than 1.")]);
        }
        let given = properties.as_object().into_iter().flatten().filter(|(_, v)| !v.is_null());
        Ok(given.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into())
    }

    fn read<'a>(
        &'a self,
        _: &'a Context,
        ids: &'a [Id],
    ) -> BoxFuture<'a, Result<Vec<Option<Observed>>>> {
        let call = self.call(Operation::Read, format!("{} × {}", ids.len(), self.nature.name));
        let look = |inner: &mut Inner| {
            let object = |id: &Id| {
                let object = inner.objects.get(id)?;
                (object.kind == self.nature.name).then(|| object.observed(id.as_str(), inner.tick))
            };
            Ok(ids.iter().map(object).collect())
        };
        self.world.call(call, look).boxed()
    }

    fn find<'a>(
        &'a self,
        _: &'a Context,
        properties: &'a Json,
        owner: &'a Owner,
    ) -> BoxFuture<'a, Result<Vec<Id>>> {
        let natural = self.natural_id(properties, owner);
        let search = move |inner: &mut Inner| {
            // By tags alone, nothing would tell that there is one already.
            if inner.struck == Some(Fault::Blind) && self.nature.identity != Identity::Fresh {
                return Ok(Vec::new());
            }
            let found = inner.objects.iter().filter(|(id, object)| {
                object.kind == self.nature.name
                    && !object.is_going()
                    && natural.as_ref().is_none_or(|natural| natural == *id)
                    && object.tags.as_ref().is_none_or(|tags| owner.owns(tags))
            });
            Ok(found.map(|(id, _)| id.clone()).collect())
        };
        self.world.call(self.call(Operation::Find, owner.address.as_str()), search).boxed()
    }

    fn create<'a>(
        &'a self,
        _: &'a Context,
        properties: &'a Json,
        owner: &'a Owner,
    ) -> BoxFuture<'a, Result<ErasedCreated>> {
        let call = self.call(Operation::Create, owner.address.as_str());
        self.world.call(call, |inner| self.insert(inner, properties, owner)).boxed()
    }

    fn update<'a>(
        &'a self,
        _: &'a Context,
        id: &'a Id,
        properties: &'a Json,
        change: &'a ErasedChange,
    ) -> BoxFuture<'a, Result<()>> {
        let call = self.call_by_id(Operation::Update, id);
        self.world.call(call, |inner| self.modify(inner, id, properties, change)).boxed()
    }

    /// Only a cluster takes a change back.
    fn confirm<'a>(
        &'a self,
        _: &'a Context,
        id: &'a Id,
        properties: &'a Json,
        live: &'a Json,
    ) -> BoxFuture<'a, Result<()>> {
        let (wanted, found) = (&properties["size"], &live["size"]);
        let same = wanted.is_null() || wanted == found || self.nature.ticks == 0;
        let taken_back = || Err(Error::invalid(format!("the change of {id} was taken back")));
        std::future::ready(if same { Ok(()) } else { taken_back() }).boxed()
    }

    /// Only a cluster with such a note.
    fn watch(&self, properties: &Json, _: &[String], _: &Json) -> Option<Watch> {
        let watched = properties["note"] == "watched" && self.nature.traits.serves;
        watched.then(|| Watch {
            time: Duration::from_millis(10),
            urls: Vec::new(),
            max_5xx_percent: 1.0,
            max_p99: None,
        })
    }

    fn traffic<'a>(
        &'a self,
        _: &'a Context,
        outputs: &'a Json,
        _: Timestamp,
    ) -> BoxFuture<'a, Result<Option<Traffic>>> {
        let count = |inner: &mut Inner| {
            let failed = if inner.struck == Some(Fault::Useless) { 60 } else { 1 };
            Ok(Some(Traffic { requests: 100, failed, p99: None }))
        };
        let id = Id::from(outputs["id"].as_str().unwrap_or_default());
        self.world.call(self.call_by_id(Operation::Traffic, &id), count).boxed()
    }

    fn delete<'a>(
        &'a self,
        _: &'a Context,
        id: &'a Id,
        _: &'a Json,
    ) -> BoxFuture<'a, Result<Deleted>> {
        let call = self.call_by_id(Operation::Delete, id);
        self.world.call(call, |inner| self.take_away(inner, id)).boxed()
    }

    fn blockers<'a>(&'a self, _: &'a Context, id: &'a Id) -> BoxFuture<'a, Result<Vec<String>>> {
        let look = |inner: &mut Inner| {
            let blocking = inner.objects.iter().filter(|(_, o)| o.base() == Some(id.as_str()));
            Ok(blocking.map(|(id, _)| id.to_string()).collect())
        };
        self.world.call(self.call_by_id(Operation::Blockers, id), look).boxed()
    }
}
