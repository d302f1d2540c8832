//! What every test of a kind needs: an endpoint, an owner, and the life that a kind leads.

use std::ops::Deref;
use std::time::Duration;

use provisioner::address::Address;
use provisioner::aws::{Clients, Connection, Context, Credentials};
use provisioner::engine::diff;
use provisioner::resource::{Change, Deleted, Id, Live, Owner, Resource, Status, TagChange, Tags};
use sandbox::{Options, Sandbox};
use serde::Serialize;
use serde_json::Value as Json;

const REGION: &str = "eu-central-1";
const ACCOUNT: &str = "123456789012";

/// An endpoint, and the context of calls to it.
pub struct World {
    cx: Context,
    sandbox: Option<(Sandbox, tempfile::TempDir)>,
}

impl World {
    pub async fn new() -> Self {
        if let Ok(endpoint) = std::env::var("PROVISION_TEST_ENDPOINT") {
            return Self { cx: context(endpoint, "test", "test").await, sandbox: None };
        }
        let directory = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::start(Options::new(directory.path())).await.unwrap();
        let keys = sandbox.credentials();
        let (access, secret) = (&keys.access_key_id, &keys.secret_access_key);
        let cx = context(sandbox.url().to_owned(), access, secret).await;
        Self { cx, sandbox: Some((sandbox, directory)) }
    }

    /// Whether the endpoint is a sandbox of ours, and so does what AWS documents. Elsewhere the
    /// test says what the endpoint lacks, and leaves that out.
    pub fn does_all(&self, what_others_lack: &str) -> bool {
        if self.sandbox.is_none() {
            eprintln!("left out: {what_others_lack}");
        }
        self.sandbox.is_some()
    }
}

impl Deref for World {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.cx
    }
}

async fn context(endpoint: String, access_key: &str, secret_key: &str) -> Context {
    let connection = Connection {
        region: REGION.to_owned(),
        endpoint: Some(endpoint),
        credentials: Credentials::Fixed {
            access_key: access_key.to_owned(),
            secret_key: secret_key.to_owned(),
        },
        attempt_timeout: Duration::from_secs(20),
    };
    Context {
        clients: Clients::connect(&connection).await.unwrap(),
        account: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        project: ".".into(),
    }
}

pub fn owner(name: &str) -> Owner {
    let address: Address = format!("test.{name}").parse().unwrap();
    let tags = [
        (Owner::ENVIRONMENT, "kinds"),
        (Owner::ADDRESS, address.as_str()),
        (Owner::LINEAGE, "00000000-0000-0000-0000-000000000000"),
        ("purpose", "test"),
    ];
    let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let token = uuid::Uuid::new_v4().to_string();
    Owner { address, prefix: "kinds".to_owned(), token, tags: tags.into() }
}

/// A definition, as YAML would give it.
pub fn spec<R: Resource>(json: Json) -> R {
    let kind = provisioner::resource::erase::<R>();
    let normal = kind.normalize(&json).unwrap_or_else(|problems| panic!("{problems:?}"));
    serde_json::from_value(normal).unwrap()
}

pub async fn read<R: Resource>(cx: &Context, id: &Id) -> Option<Live<R>> {
    R::read(cx, std::slice::from_ref(id)).await.unwrap().pop().unwrap()
}

pub async fn ready<R: Resource>(cx: &Context, id: &Id) -> Live<R> {
    for _ in 0..300 {
        match read::<R>(cx, id).await {
            Some(live) if live.status == Status::Ready => return live,
            Some(Live { status: Status::Failed(reason), .. }) => panic!("{id} failed: {reason}"),
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    panic!("{id} is not ready in time")
}

async fn gone<R: Resource>(cx: &Context, id: &Id) {
    for _ in 0..300 {
        if read::<R>(cx, id).await.is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{id} is not gone in time")
}

/// Makes an object as the engine does, and waits for it.
pub async fn made<R: Resource>(cx: &Context, name: &str, json: Json) -> Live<R> {
    let spec = spec::<R>(json);
    finished(cx, &spec, &owner(name)).await.1
}

async fn finished<R: Resource>(cx: &Context, spec: &R, owner: &Owner) -> (Id, Live<R>) {
    let created = spec.create(cx, owner).await.unwrap();
    let live = ready::<R>(cx, &created.id).await;
    if let Some(outputs) = &created.outputs {
        assert_eq!(json(outputs), json(&live.outputs), "the outputs of creation and read differ");
    }
    if !created.unfinished {
        return (created.id, live);
    }
    let change = change(spec, live, None, TagChange::default());
    spec.update(cx, &created.id, &change).await.unwrap();
    let live = ready::<R>(cx, &created.id).await;
    (created.id, live)
}

fn json<T: Serialize>(value: &T) -> Json {
    serde_json::to_value(value).unwrap()
}

/// What differs, as the engine sees it.
pub fn differences<R: Resource>(wanted: &R, live: &Live<R>, applied: Option<&R>) -> Vec<String> {
    let applied = applied.map(json);
    let changes = diff::properties(&json(wanted), &json(&live.spec), applied.as_ref(), &R::TRAITS);
    changes
        .into_iter()
        .map(|change| format!("{}: {} -> {}", change.path, change.before, change.after))
        .collect()
}

fn change<R: Resource>(
    wanted: &R,
    live: Live<R>,
    applied: Option<&R>,
    tags: TagChange,
) -> Change<R> {
    let applied = applied.map(json);
    let changes = diff::properties(&json(wanted), &json(&live.spec), applied.as_ref(), &R::TRAITS);
    let mut properties: Vec<_> =
        changes.iter().map(|change| change.property().to_owned()).collect();
    properties.dedup();
    Change { before: live.spec, properties, tags }
}

/// The life of an object: made, found, not made twice, changed to `changed` and in its tags, left
/// alone when nothing differs, deleted, and deleted again.
pub async fn life_cycle<R: Resource>(cx: &Context, name: &str, first: Json, changed: Json) {
    let (first, changed) = (spec::<R>(first), spec::<R>(changed));
    let owner = owner(name);
    let found = first.find(cx, &owner).await.unwrap();
    assert!(found.is_empty(), "{found:?} was there before");

    let (id, live) = finished(cx, &first, &owner).await;
    assert_eq!(differences(&first, &live, Some(&first)), [""; 0], "after the creation");
    assert!(live.tags.as_ref().is_none_or(|tags| owner.owns(tags)), "{:?}", live.tags);
    let found = first.find(cx, &owner).await.unwrap();
    // Settings without tags count as somebody else's, whoever asks.
    let plain = |found: &Id| Id::from(found.as_str().trim_end_matches("|adopted"));
    assert_eq!(found.iter().map(plain).collect::<Vec<_>>(), std::slice::from_ref(&id));
    // What is known by its parts is nobody's own.
    let stranger = first.find(cx, &self::owner("stranger")).await.unwrap();
    assert!(id.as_str().contains('|') || !stranger.contains(&id));

    let live = updated(cx, &id, live, (&first, &changed)).await;
    assert_eq!(differences(&changed, &live, Some(&changed)), [""; 0], "after the update");
    if let Some(tags) = &live.tags {
        assert_eq!(tags.get("new").map(String::as_str), Some("tag"));
        assert!(!tags.contains_key("purpose"), "{tags:?}");
    }
    let before = cx.clients.meter().total();
    let nothing = change(&changed, live, Some(&changed), TagChange::default());
    changed.update(cx, &id, &nothing).await.unwrap();
    assert_eq!(cx.clients.meter().total(), before, "an update of nothing makes a call");

    delete(cx, &changed, &id).await;
    delete(cx, &changed, &id).await;
    let found = changed.find(cx, &owner).await.unwrap();
    assert!(found.is_empty(), "{found:?} is still there");
}

async fn updated<R: Resource>(
    cx: &Context,
    id: &Id,
    live: Live<R>,
    (first, changed): (&R, &R),
) -> Live<R> {
    let tags = TagChange {
        set: Tags::from([("new".to_owned(), "tag".to_owned())]),
        remove: vec!["purpose".to_owned()],
    };
    let same = json(first) == json(changed);
    let change = change(changed, live, Some(first), tags);
    assert!(same || !change.properties.is_empty(), "the test changes nothing");
    changed.update(cx, id, &change).await.unwrap();
    ready::<R>(cx, id).await
}

/// The engine's update to `wanted` of an object that was seen as `live`.
pub async fn update<R: Resource>(
    cx: &Context,
    id: &Id,
    wanted: &R,
    (live, applied): (Live<R>, Option<&R>),
) {
    let change = change(wanted, live, applied, TagChange::default());
    wanted.update(cx, id, &change).await.unwrap();
}

/// Deletes an object, asking again while it is busy, and waits until it is gone.
pub async fn delete<R: Resource>(cx: &Context, spec: &R, id: &Id) {
    for _ in 0..300 {
        match spec.delete(cx, id).await {
            Ok(Deleted::Gone) => {
                return assert!(read::<R>(cx, id).await.is_none(), "{id} is still there");
            }
            Ok(Deleted::Pending) => return gone::<R>(cx, id).await,
            Err(error) if error.is_busy() => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("{id} is busy for too long")
}

/// Makes an object twice for one owner, as after a lost answer: there is one, and the second
/// attempt gives it, or says that it exists.
pub async fn made_twice<R: Resource>(cx: &Context, name: &str, definition: Json) {
    let (spec, owner) = (spec::<R>(definition), owner(name));
    let (id, _) = finished(cx, &spec, &owner).await;
    match spec.create(cx, &owner).await {
        Ok(second) => assert_eq!(second.id, id),
        Err(error) => assert!(error.is_already_exists(), "{error}"),
    }
    assert_eq!(spec.find(cx, &owner).await.unwrap(), std::slice::from_ref(&id));
    delete(cx, &spec, &id).await;
}

/// An object of which there can be one, made by somebody else as `theirs`: it is found when another
/// is asked for, changed to what `ours` says, and stays when that is deleted.
pub async fn adopted<R: Resource>(cx: &Context, theirs: Json, ours: Json) {
    let (theirs, ours) = (spec::<R>(theirs), spec::<R>(ours));
    let (id, _) = finished(cx, &theirs, &owner("theirs")).await;
    let owner = owner("ours");
    let error = ours.create(cx, &owner).await.err().unwrap();
    assert!(error.is_already_exists(), "{error}");
    let adopted = ours.find(cx, &owner).await.unwrap().pop().unwrap();
    assert_eq!(adopted.as_str(), format!("{id}|adopted"));
    let live = ready::<R>(cx, &adopted).await;
    assert_eq!(live.tags, None, "another's tags are theirs");
    update(cx, &adopted, &ours, (live, None)).await;
    let live = ready::<R>(cx, &adopted).await;
    assert_eq!(differences(&ours, &live, Some(&ours)), [""; 0]);
    assert_eq!(ours.delete(cx, &adopted).await.unwrap(), Deleted::Gone);
    assert!(read::<R>(cx, &id).await.is_some(), "{id} is gone");
    delete(cx, &theirs, &id).await;
}
