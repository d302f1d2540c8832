//! Invalidations: paths that the edges are to forget.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors;
use super::items::Items;
use super::listing;
use crate::call::Call;
use crate::fault::Fault;

/// How long AWS usually takes.
const TYPICAL: Duration = Duration::from_secs(20);
/// How many paths may be under way at a time.
const MOST_PATHS: usize = 3000;

/// Paths that the edges are to forget.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Invalidation {
    pub id: String,
    pub created: Timestamp,
    due: Option<Timestamp>,
    batch: Batch,
}

/// What a client asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch {
    paths: Items<String>,
    caller_reference: String,
}

impl Invalidation {
    /// Whether a path is to be forgotten. A `*` stands at the end only, for whatever follows.
    pub(super) fn covers(&self, path: &str) -> bool {
        self.batch.paths.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => path == pattern,
        })
    }

    pub(super) fn settle(&mut self, now: Timestamp) {
        self.due = self.due.filter(|due| *due > now);
    }

    pub(super) fn is_in_progress(&self) -> bool {
        self.due.is_some()
    }

    fn summary(&self) -> Value {
        let status = if self.is_in_progress() { "InProgress" } else { "Completed" };
        json!({ "Id": self.id, "CreateTime": self.created, "Status": status })
    }

    fn view(&self) -> Value {
        let mut view = self.summary();
        view["InvalidationBatch"] = json!(self.batch);
        view
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    distribution_id: String,
    invalidation_batch: Value,
}

/// Lets the edges forget paths. The same request again gives the same invalidation.
pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<Value, Fault> {
    let batch: Batch = errors::read(request.invalidation_batch)?;
    check(&batch)?;
    let id = format!("I{}", call.ids.upper(25));
    let (created, due) = (call.clock.now, call.clock.after(TYPICAL));
    let distribution = call.global().cloudfront.distribution_mut(&request.distribution_id)?;
    let former = distribution
        .invalidations
        .values()
        .find(|it| it.batch.caller_reference == batch.caller_reference);
    let invalidation = match former {
        Some(former) if former.batch == batch => former.clone(),
        Some(_) => {
            return Err(errors::invalid_argument(
                "Your request contains a caller reference that was used for a previous \
                 invalidation batch for the same distribution.",
            ));
        }
        None => Invalidation { id, created, due: Some(due).filter(|due| *due > created), batch },
    };
    let under_way = distribution.invalidations.values().filter(|it| it.is_in_progress());
    let paths: usize = under_way.map(|it| it.batch.paths.len()).sum();
    if paths + invalidation.batch.paths.len() > MOST_PATHS {
        return Err(errors::with_code(
            "TooManyInvalidationsInProgress",
            "You have exceeded the maximum number of allowable InProgress invalidation objects.",
        ));
    }
    let location = format!(
        "https://cloudfront.amazonaws.com/2020-05-31/distribution/{}/invalidation/{}",
        distribution.id, invalidation.id
    );
    let view = invalidation.view();
    distribution.invalidations.insert(invalidation.id.clone(), invalidation);
    Ok(json!({ "Location": location, "Invalidation": view }))
}

fn check(batch: &Batch) -> Result<(), Fault> {
    if batch.paths.is_empty() {
        return Err(errors::invalid_argument("Your request does not contain any paths."));
    }
    if batch.paths.len() > MOST_PATHS {
        return Err(errors::with_code(
            "BatchTooLarge",
            "Invalidation batch specified is too large.",
        ));
    }
    let is_path = |path: &String| {
        let star = path.find('*').is_none_or(|at| at + 1 == path.len());
        path.starts_with('/') && star
    };
    if batch.paths.iter().all(is_path) {
        return Ok(());
    }
    Err(errors::invalid_argument("Your request contains one or more invalid invalidation paths."))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetRequest {
    distribution_id: String,
    id: String,
}

pub(super) fn get(call: &mut Call<'_>, request: GetRequest) -> Result<Value, Fault> {
    let distribution = call.global().cloudfront.distribution(&request.distribution_id)?;
    let found = distribution.invalidations.get(&request.id);
    let found = found.ok_or_else(errors::no_such_invalidation)?;
    Ok(json!({ "Invalidation": found.view() }))
}

pub(super) fn list(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    let id = request["DistributionId"].as_str().unwrap_or_default();
    let distribution = call.global().cloudfront.distribution(id)?;
    let all: Vec<&Invalidation> = distribution.invalidations.values().collect();
    let page = listing::page(all, &request, |it| it.id.clone())?;
    Ok(json!({ "InvalidationList": page.map(Invalidation::summary).full() }))
}
