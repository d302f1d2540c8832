//! Observability configurations: where a service's traces go.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::revisions::{Kind, Revision, Revisions};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;
use crate::services::tags::{Tag, Tags};

pub(super) const KIND: Kind = "observabilityconfiguration";
/// How errors call it.
const WHAT: &str = "Observability configuration";

/// Where a service's traces go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Observability {
    /// To X-Ray, or nowhere.
    pub trace_configuration: Option<TraceConfiguration>,
}

/// Who keeps traces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TraceConfiguration {
    /// `AWSXRAY`
    pub vendor: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    observability_configuration_name: String,
    trace_configuration: Option<TraceConfiguration>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// What an operation on one configuration answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Answer {
    observability_configuration: View,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    #[serde(flatten)]
    summary: Summary,
    trace_configuration: Option<TraceConfiguration>,
    latest: bool,
    status: &'static str,
    created_at: Timestamp,
    deleted_at: Option<Timestamp>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    observability_configuration_arn: String,
    observability_configuration_name: String,
    observability_configuration_revision: u32,
}

/// Makes the next revision of a name.
pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<Answer, Fault> {
    let tags = Tags::new(request.tags).map_err(errors::invalid_tags)?;
    let content = Observability { trace_configuration: request.trace_configuration };
    let name = request.observability_configuration_name;
    let kept = &call.region().apprunner.observability;
    kept.check_room(&name)?;
    let number = kept.next_number(&name);
    let revision = Revision::new(call, KIND, name, number, content).tagged(tags);
    let arn = revision.arn.clone();
    let kept = &mut call.region().apprunner.observability;
    kept.add(revision);
    answer(kept, &arn)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ArnRequest {
    observability_configuration_arn: String,
}

/// Describes a revision, also one that was deleted not long ago.
pub(super) fn describe(call: &mut Call<'_>, request: ArnRequest) -> Result<Answer, Fault> {
    let kept = &call.region().apprunner.observability;
    answer(kept, &request.observability_configuration_arn)
}

/// Deletes a revision that no service has.
pub(super) fn delete(call: &mut Call<'_>, request: ArnRequest) -> Result<Answer, Fault> {
    let now = call.clock.now;
    let state = &mut call.region().apprunner;
    let arn = &request.observability_configuration_arn;
    let found = state.observability.find(arn).filter(|revision| revision.deleted.is_none());
    let found = found.ok_or_else(|| errors::not_found(WHAT, arn))?.arn.clone();
    if state.has_observability(&found) {
        return Err(errors::in_use(WHAT, &found));
    }
    state.observability.delete(&found, now);
    answer(&state.observability, &found)
}

/// The configuration of an ARN that a service can have.
pub(super) fn usable(call: &mut Call<'_>, arn: &str) -> Result<String, Fault> {
    let found = call.region().apprunner.observability.find(arn);
    let found = found.filter(|revision| revision.deleted.is_none());
    let missing = || errors::invalid(format!("{WHAT} not found for the ARN: {arn}"));
    found.map(|revision| revision.arn.clone()).ok_or_else(missing)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    observability_configuration_name: Option<String>,
    latest_only: Option<bool>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    observability_configuration_summary_list: Vec<Summary>,
    next_token: Option<String>,
}

/// Lists the newest revision of each name, or all of them.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let kept = &call.region().apprunner.observability;
    let name = request.observability_configuration_name.as_deref();
    let listed = kept.listed(name, request.latest_only.unwrap_or(true));
    let limit = request.max_results.unwrap_or(usize::MAX);
    let page = page(listed, request.next_token.as_deref(), limit, |revision| revision.key())
        .map_err(errors::invalid_token)?;
    Ok(ListResponse {
        observability_configuration_summary_list: page.items.into_iter().map(summary).collect(),
        next_token: page.next,
    })
}

fn answer(kept: &Revisions<Observability>, arn: &str) -> Result<Answer, Fault> {
    let revision = kept.find(arn).ok_or_else(|| errors::not_found(WHAT, arn))?;
    Ok(Answer {
        observability_configuration: View {
            summary: summary(revision),
            trace_configuration: revision.content.trace_configuration.clone(),
            latest: kept.is_latest(revision),
            status: revision.status(),
            created_at: revision.created,
            deleted_at: revision.deleted,
        },
    })
}

fn summary(revision: &Revision<Observability>) -> Summary {
    Summary {
        observability_configuration_arn: revision.arn.clone(),
        observability_configuration_name: revision.name.clone(),
        observability_configuration_revision: revision.number,
    }
}
