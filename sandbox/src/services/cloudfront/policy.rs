//! The life that policies and origin access controls share: create, get, update with the right
//! version, list, delete unless a distribution uses them.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::behavior::CacheBehavior;
use super::errors;
use super::listing::{self, Listed};
use super::state::{Collection, State};
use crate::call::Call;
use crate::fault::Fault;

/// How AWS speaks of a kind of policy.
pub struct Rules {
    /// `CachePolicy`: the member of answers, and the end of error codes.
    pub kind: &'static str,
    /// `CachePolicies`.
    pub plural: &'static str,
    /// `cache policy`.
    pub noun: &'static str,
    /// Its place in the API's paths.
    pub path: &'static str,
    /// Whether it is a policy, with a time, a type and AWS's own among them.
    pub is_policy: bool,
}

/// The content of a policy.
pub trait Policy: Sized + Clone + PartialEq + Serialize + DeserializeOwned + 'static {
    /// How AWS speaks of it.
    const RULES: Rules;

    /// Its name.
    fn name(&self) -> &str;

    /// What AWS refuses.
    ///
    /// # Errors
    /// `InvalidArgument` and its like.
    fn check(&self) -> Result<(), Fault>;

    /// Where its kind is kept.
    fn collection(state: &mut State) -> &mut Collection<Self>;

    /// AWS's own, by their ids.
    fn managed() -> Vec<(&'static str, Self)>;

    /// The one that a behavior names.
    fn used_by(behavior: &CacheBehavior) -> Option<&str>;

    /// Whether a distribution uses it.
    fn is_used(state: &State, id: &str) -> bool {
        let mut behaviors = state.distributions.values().flat_map(|it| it.config.behaviors());
        behaviors.any(|behavior| Self::used_by(behavior) == Some(id))
    }
}

/// A policy with what CloudFront adds.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
pub struct Kept<P> {
    /// Its id.
    pub id: String,
    /// The version that a change must name.
    pub etag: String,
    /// When it last changed.
    pub modified: Timestamp,
    /// What it says.
    pub config: P,
}

/// When AWS made its own policies, as far as anybody can tell.
const LONG_AGO: Timestamp = Timestamp::constant(1_587_340_800, 0);

/// The content of a policy, AWS's own included.
pub fn find<P: Policy>(state: &mut State, id: &str) -> Option<P> {
    kept::<P>(state, id).map(|kept| kept.config)
}

fn kept<P: Policy>(state: &mut State, id: &str) -> Option<Kept<P>> {
    P::collection(state).get(id).cloned().or_else(|| managed(id))
}

fn managed<P: Policy>(id: &str) -> Option<Kept<P>> {
    let found = P::managed().into_iter().find(|(managed, _)| *managed == id);
    found.map(|(id, config)| of_aws(id, config))
}

fn of_aws<P>(id: &str, config: P) -> Kept<P> {
    Kept { id: id.to_owned(), etag: "E23ZP02F085DFQ".to_owned(), modified: LONG_AGO, config }
}

fn text<'a>(request: &'a Value, member: &str) -> &'a str {
    request[member].as_str().unwrap_or_default()
}

fn config_member<P: Policy>() -> String {
    format!("{}Config", P::RULES.kind)
}

fn checked<P: Policy>(request: &mut Value) -> Result<P, Fault> {
    let config: P = errors::read(request[config_member::<P>()].take())?;
    config.check()?;
    Ok(config)
}

fn view<P: Policy>(kept: &Kept<P>) -> Value {
    let mut view = Map::new();
    view.insert("Id".to_owned(), json!(kept.id));
    if P::RULES.is_policy {
        view.insert("LastModifiedTime".to_owned(), json!(kept.modified));
    }
    view.insert(config_member::<P>(), json!(kept.config));
    Value::Object(view)
}

fn answer<P: Policy>(kept: &Kept<P>) -> Value {
    json!({ P::RULES.kind: view(kept), "ETag": kept.etag })
}

pub(super) fn create<P: Policy>(call: &mut Call<'_>, mut request: Value) -> Result<Value, Fault> {
    let config: P = checked(&mut request)?;
    let id = if P::RULES.is_policy { call.ids.uuid() } else { format!("E{}", call.ids.upper(13)) };
    let kept =
        Kept { etag: errors::etag(call.ids), modified: call.clock.now, id: id.clone(), config };
    let state = &mut call.world.global.cloudfront;
    check_name::<P>(state, kept.config.name(), None)?;
    let mut response = answer(&kept);
    response["Location"] =
        json!(format!("https://cloudfront.amazonaws.com/2020-05-31/{}/{id}", P::RULES.path));
    P::collection(state).insert(id, kept);
    Ok(response)
}

fn check_name<P: Policy>(state: &mut State, name: &str, own: Option<&str>) -> Result<(), Fault> {
    let taken = P::collection(state)
        .values()
        .any(|kept| kept.config.name() == name && Some(kept.id.as_str()) != own);
    if taken { Err(errors::already_exists(&P::RULES)) } else { Ok(()) }
}

pub(super) fn get<P: Policy>(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    let found = kept::<P>(&mut call.global().cloudfront, text(&request, "Id"));
    found.map(|kept| answer(&kept)).ok_or_else(|| errors::no_such(&P::RULES))
}

pub(super) fn get_config<P: Policy>(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    let found = kept::<P>(&mut call.global().cloudfront, text(&request, "Id"));
    let kept = found.ok_or_else(|| errors::no_such(&P::RULES))?;
    Ok(json!({ config_member::<P>(): kept.config, "ETag": kept.etag }))
}

pub(super) fn update<P: Policy>(call: &mut Call<'_>, mut request: Value) -> Result<Value, Fault> {
    let config: P = checked(&mut request)?;
    let (etag, now) = (errors::etag(call.ids), call.clock.now);
    let state = &mut call.world.global.cloudfront;
    let id = text(&request, "Id");
    check_version::<P>(state, &request)?;
    check_name::<P>(state, config.name(), Some(id))?;
    let kept = P::collection(state).get_mut(id).ok_or_else(|| errors::no_such(&P::RULES))?;
    (kept.config, kept.etag, kept.modified) = (config, etag, now);
    Ok(answer(kept))
}

/// The policy is there, is not AWS's own, and is what the client last saw.
fn check_version<P: Policy>(state: &mut State, request: &Value) -> Result<(), Fault> {
    let id = text(request, "Id");
    if managed::<P>(id).is_some() {
        return Err(errors::managed_by_aws(&P::RULES));
    }
    let kept = P::collection(state).get(id).ok_or_else(|| errors::no_such(&P::RULES))?;
    errors::check_version(request["IfMatch"].as_str(), &kept.etag)
}

pub(super) fn delete<P: Policy>(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    let state = &mut call.global().cloudfront;
    check_version::<P>(state, &request)?;
    let id = text(&request, "Id");
    if P::is_used(state, id) {
        return Err(errors::in_use(&P::RULES));
    }
    P::collection(state).remove(id);
    Ok(Value::Null)
}

pub(super) fn list<P: Policy>(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    let wanted = request["Type"].as_str();
    let custom = P::collection(&mut call.global().cloudfront).values().cloned();
    let mut all: Vec<(&str, Kept<P>)> = custom.map(|kept| ("custom", kept)).collect();
    all.extend(P::managed().into_iter().map(|(id, config)| ("managed", of_aws(id, config))));
    all.retain(|(kind, _)| wanted.is_none_or(|wanted| wanted == *kind));
    all.sort_by(|(_, one), (_, other)| one.id.cmp(&other.id));
    let page = listing::page(all, &request, |(_, kept)| kept.id.clone())?;
    let is_policy = P::RULES.is_policy;
    let listed = page.map(|(kind, kept)| summary(kind, &kept));
    Ok(json!({ format!("{}List", P::RULES.kind): list_view(listed, is_policy) }))
}

/// Lists of policies say less of where they are than others do.
fn list_view(listed: Listed<Value>, is_policy: bool) -> Value {
    if is_policy { listed.brief() } else { listed.full() }
}

fn summary<P: Policy>(kind: &str, kept: &Kept<P>) -> Value {
    if P::RULES.is_policy {
        return json!({ "Type": kind, P::RULES.kind: view(kept) });
    }
    let mut summary = json!(kept.config);
    summary["Id"] = json!(kept.id);
    summary
}
