//! Auto scaling configurations: how many instances a service has.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::revisions::{Kind, Revision};
use super::state::State;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;
use crate::services::tags::{Tag, Tags};

pub(super) const KIND: Kind = "autoscalingconfiguration";
/// How errors call it.
const WHAT: &str = "Auto scaling configuration";
/// The one that AWS makes in every region, and its id.
const DEFAULT: &str = "DefaultConfiguration";
const DEFAULT_ID: &str = "00000000000000000000000000000001";

/// How many instances a service has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoScaling {
    /// How many requests an instance answers at once before another is started; 1 to 200.
    pub concurrency: u32,
    /// How many instances there are at least; 1 to 25.
    pub min: u32,
    /// How many there are at most.
    pub max: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    auto_scaling_configuration_name: String,
    max_concurrency: Option<u32>,
    min_size: Option<u32>,
    max_size: Option<u32>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// What an operation on one configuration answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Answer {
    auto_scaling_configuration: View,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    #[serde(flatten)]
    summary: Summary,
    latest: bool,
    max_concurrency: u32,
    min_size: u32,
    max_size: u32,
    deleted_at: Option<Timestamp>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    auto_scaling_configuration_arn: String,
    auto_scaling_configuration_name: String,
    auto_scaling_configuration_revision: u32,
    /// AWS sends it in lower case, other than its model says.
    status: &'static str,
    created_at: Timestamp,
    has_associated_service: bool,
    is_default: bool,
}

/// The state, with the configuration that AWS makes by itself.
pub(super) fn state<'a>(call: &'a mut Call<'_>) -> &'a mut State {
    let arn = call.arn("apprunner", &format!("{KIND}/{DEFAULT}/1/{DEFAULT_ID}"));
    let created = call.clock.now;
    let state = &mut call.region().apprunner;
    if state.default_scaling.is_none() {
        state.default_scaling = Some(arn.clone());
        state.scaling.add(Revision {
            arn,
            name: DEFAULT.to_owned(),
            number: 1,
            created,
            deleted: None,
            tags: Tags::default(),
            content: AutoScaling { concurrency: 100, min: 1, max: 25 },
        });
    }
    state
}

/// The configuration of an ARN that a service can have; without an ARN, the default one.
pub(super) fn usable(
    call: &mut Call<'_>,
    arn: Option<&str>,
) -> Result<Revision<AutoScaling>, Fault> {
    let state = state(call);
    let arn = arn.or(state.default_scaling.as_deref()).unwrap_or_default();
    let found = state.scaling.find(arn).filter(|revision| revision.deleted.is_none());
    found.cloned().ok_or_else(|| errors::invalid(format!("{WHAT} not found for the ARN: {arn}")))
}

/// Makes the next revision of a name.
pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<Answer, Fault> {
    let tags = Tags::new(request.tags).map_err(errors::invalid_tags)?;
    let content = AutoScaling {
        concurrency: request.max_concurrency.unwrap_or(100),
        min: request.min_size.unwrap_or(1),
        max: request.max_size.unwrap_or(25),
    };
    if content.min > content.max {
        return Err(errors::invalid("MinSize must not be greater than MaxSize."));
    }
    let name = request.auto_scaling_configuration_name;
    let state = state(call);
    state.scaling.check_room(&name)?;
    let number = state.scaling.next_number(&name);
    let revision = Revision::new(call, KIND, name, number, content).tagged(tags);
    let arn = revision.arn.clone();
    call.region().apprunner.scaling.add(revision);
    answer(&call.region().apprunner, &arn)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ArnRequest {
    auto_scaling_configuration_arn: String,
}

/// Describes a revision, also one that was deleted not long ago.
pub(super) fn describe(call: &mut Call<'_>, request: ArnRequest) -> Result<Answer, Fault> {
    answer(state(call), &request.auto_scaling_configuration_arn)
}

/// Makes a revision the one of services that name none.
pub(super) fn make_default(call: &mut Call<'_>, request: ArnRequest) -> Result<Answer, Fault> {
    let state = state(call);
    let arn = &request.auto_scaling_configuration_arn;
    let found = state.scaling.find(arn).filter(|revision| revision.deleted.is_none());
    let found = found.ok_or_else(|| errors::not_found(WHAT, arn))?.arn.clone();
    state.default_scaling = Some(found.clone());
    answer(state, &found)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteRequest {
    auto_scaling_configuration_arn: String,
    #[serde(default)]
    delete_all_revisions: bool,
}

/// Deletes a revision, or all of a name, unless a service has it or it is the default.
pub(super) fn delete(call: &mut Call<'_>, request: DeleteRequest) -> Result<Answer, Fault> {
    let now = call.clock.now;
    let state = state(call);
    let arn = &request.auto_scaling_configuration_arn;
    let found = state.scaling.find(arn).filter(|revision| revision.deleted.is_none());
    let found = found.ok_or_else(|| errors::not_found(WHAT, arn))?;
    let doomed: Vec<String> = match request.delete_all_revisions {
        true => state.scaling.named(&found.name).map(|revision| revision.arn.clone()).collect(),
        false => vec![found.arn.clone()],
    };
    let answered = found.arn.clone();
    for arn in &doomed {
        if state.default_scaling.as_ref() == Some(arn) {
            return Err(errors::default_scaling(arn));
        }
        if state.has_scaling(arn) {
            return Err(errors::in_use(WHAT, arn));
        }
    }
    doomed.iter().for_each(|arn| state.scaling.delete(arn, now));
    answer(state, &answered)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    auto_scaling_configuration_name: Option<String>,
    latest_only: Option<bool>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    auto_scaling_configuration_summary_list: Vec<Summary>,
    next_token: Option<String>,
}

/// Lists the newest revision of each name, or all of them.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let state = &*state(call);
    let name = request.auto_scaling_configuration_name.as_deref();
    let listed = state.scaling.listed(name, request.latest_only.unwrap_or(true));
    let limit = request.max_results.unwrap_or(usize::MAX);
    let page = page(listed, request.next_token.as_deref(), limit, |revision| revision.key())
        .map_err(errors::invalid_token)?;
    Ok(ListResponse {
        auto_scaling_configuration_summary_list: page
            .items
            .into_iter()
            .map(|revision| summary(state, revision))
            .collect(),
        next_token: page.next,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ServicesRequest {
    auto_scaling_configuration_arn: String,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ServicesResponse {
    service_arn_list: Vec<String>,
    next_token: Option<String>,
}

/// Lists the services that have a revision.
pub(super) fn services(
    call: &mut Call<'_>,
    request: ServicesRequest,
) -> Result<ServicesResponse, Fault> {
    let state = &*state(call);
    let arn = &request.auto_scaling_configuration_arn;
    let arn = &state.scaling.find(arn).ok_or_else(|| errors::not_found(WHAT, arn))?.arn;
    let listed = state.services().filter(|service| service.uses_scaling(arn));
    let limit = request.max_results.unwrap_or(usize::MAX);
    let page = page(listed, request.next_token.as_deref(), limit, |service| service.id.clone())
        .map_err(errors::invalid_token)?;
    Ok(ServicesResponse {
        service_arn_list: page.items.into_iter().map(|service| service.arn.clone()).collect(),
        next_token: page.next,
    })
}

fn answer(state: &State, arn: &str) -> Result<Answer, Fault> {
    let revision = state.scaling.find(arn).ok_or_else(|| errors::not_found(WHAT, arn))?;
    Ok(Answer {
        auto_scaling_configuration: View {
            summary: summary(state, revision),
            latest: state.scaling.is_latest(revision),
            max_concurrency: revision.content.concurrency,
            min_size: revision.content.min,
            max_size: revision.content.max,
            deleted_at: revision.deleted,
        },
    })
}

fn summary(state: &State, revision: &Revision<AutoScaling>) -> Summary {
    Summary {
        auto_scaling_configuration_arn: revision.arn.clone(),
        auto_scaling_configuration_name: revision.name.clone(),
        auto_scaling_configuration_revision: revision.number,
        status: if revision.deleted.is_some() { "inactive" } else { "active" },
        created_at: revision.created,
        has_associated_service: state.has_scaling(&revision.arn),
        is_default: state.default_scaling.as_ref() == Some(&revision.arn),
    }
}
