//! Clusters: where services are. The one called `default` is made when it is first needed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors::{self, Failure};
use super::service::status::Status;
use super::state::State;
use super::tagging::{self, EcsTag};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;
use crate::services::tags::Tags;

/// The cluster of whoever names none.
pub(super) const DEFAULT: &str = "default";
/// How many a list has at most, and where nobody says how many.
const PAGE: usize = 100;

/// A cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cluster {
    /// The customer's name for it.
    pub name: String,
    /// With the name.
    pub arn: String,
    /// When it was made.
    pub created: Timestamp,
    pub(super) settings: Value,
    pub(super) configuration: Option<Value>,
    pub(super) capacity_providers: Vec<String>,
    pub(super) strategy: Value,
    pub(super) tags: Tags,
}

/// A cluster's name, of its name or ARN.
pub(super) fn name_of(text: Option<&str>) -> &str {
    let text = text.unwrap_or(DEFAULT);
    text.split_once(":cluster/").map_or(text, |(_, name)| name)
}

/// A cluster that is there; the default one comes into being when it is asked for.
pub(super) fn provide(call: &mut Call<'_>, named: Option<&str>) -> Result<Cluster, Fault> {
    let name = name_of(named);
    if name == DEFAULT && call.region().ecs.cluster(name).is_err() {
        let cluster = new(call, CreateRequest::default())?;
        call.region().ecs.clusters.insert(DEFAULT.to_owned(), cluster);
    }
    call.region().ecs.cluster(name).cloned()
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateRequest {
    cluster_name: Option<String>,
    #[serde(default)]
    tags: Vec<EcsTag>,
    settings: Option<Value>,
    configuration: Option<Value>,
    #[serde(default)]
    capacity_providers: Vec<String>,
    default_capacity_provider_strategy: Option<Value>,
}

#[derive(Serialize)]
pub(super) struct Answer {
    cluster: Value,
}

/// Makes a cluster; one of this name that is there already is the answer.
pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<Answer, Fault> {
    let cluster = new(call, request)?;
    let state = &mut call.region().ecs;
    let cluster = state.clusters.entry(cluster.name.clone()).or_insert(cluster).clone();
    Ok(Answer { cluster: view(state, &cluster, &Include::everything()) })
}

fn new(call: &mut Call<'_>, request: CreateRequest) -> Result<Cluster, Fault> {
    let name = request.cluster_name.unwrap_or_else(|| DEFAULT.to_owned());
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !(1..=255).contains(&name.len()) || !name.bytes().all(fits) {
        return Err(errors::invalid("Invalid cluster name."));
    }
    let without_insights = || json!([{ "name": "containerInsights", "value": "disabled" }]);
    Ok(Cluster {
        arn: call.arn("ecs", &format!("cluster/{name}")),
        name,
        created: call.clock.now,
        settings: request.settings.unwrap_or_else(without_insights),
        configuration: request.configuration,
        capacity_providers: request.capacity_providers,
        strategy: request.default_capacity_provider_strategy.unwrap_or_else(|| json!([])),
        tags: tagging::tags(request.tags)?,
    })
}

#[derive(Deserialize)]
pub(super) struct ClusterRequest {
    cluster: String,
}

/// Deletes a cluster without services.
pub(super) fn delete(call: &mut Call<'_>, request: ClusterRequest) -> Result<Answer, Fault> {
    let state = &mut call.region().ecs;
    let cluster = state.cluster(name_of(Some(&request.cluster)))?.clone();
    if state.services_in(&cluster.name).next().is_some() {
        return Err(errors::cluster_in_use());
    }
    state.clusters.remove(&cluster.name);
    let mut shown = view(state, &cluster, &Include::everything());
    shown["status"] = json!("INACTIVE");
    Ok(Answer { cluster: shown })
}

#[derive(Deserialize)]
pub(super) struct DescribeRequest {
    #[serde(default)]
    clusters: Vec<String>,
    #[serde(default)]
    include: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Description {
    clusters: Vec<Value>,
    failures: Vec<Failure>,
}

/// Describes clusters: the default one, if none is named.
pub(super) fn describe(
    call: &mut Call<'_>,
    request: DescribeRequest,
) -> Result<Description, Fault> {
    let named = match request.clusters.is_empty() {
        true => vec![DEFAULT.to_owned()],
        false => request.clusters,
    };
    let include = Include(request.include);
    let mut answer = Description { clusters: Vec::new(), failures: Vec::new() };
    for text in named {
        let name = name_of(Some(&text)).to_owned();
        let arn = call.arn("ecs", &format!("cluster/{name}"));
        let state = &call.region().ecs;
        match state.cluster(&name) {
            Ok(cluster) => answer.clusters.push(view(state, cluster, &include)),
            Err(_) => answer.failures.push(errors::missing(arn)),
        }
    }
    Ok(answer)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListRequest {
    next_token: Option<String>,
    max_results: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListResponse {
    cluster_arns: Vec<String>,
    next_token: Option<String>,
}

/// Lists the clusters.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let clusters = call.region().ecs.clusters.values();
    let limit = request.max_results.unwrap_or(PAGE).min(PAGE);
    let page = page(clusters, request.next_token.as_deref(), limit, |one| one.name.clone())
        .map_err(errors::invalid_token)?;
    let cluster_arns = page.items.into_iter().map(|cluster| cluster.arn.clone()).collect();
    Ok(ListResponse { cluster_arns, next_token: page.next })
}

/// What a description has beside the rest, because it was asked for.
struct Include(Vec<String>);

impl Include {
    fn everything() -> Self {
        Self(["TAGS", "SETTINGS", "CONFIGURATIONS"].map(str::to_owned).to_vec())
    }

    fn has(&self, field: &str) -> bool {
        self.0.iter().any(|one| one == field)
    }
}

fn view(state: &State, cluster: &Cluster, include: &Include) -> Value {
    let active = state.services_in(&cluster.name).filter(|one| one.status == Status::Active);
    let tasks = || state.services_in(&cluster.name).flat_map(|service| &service.tasks);
    let running = tasks().filter(|task| task.started.is_some()).count();
    let shown = |field: &str, value: &Value| include.has(field).then(|| value.clone());
    json!({
        "clusterArn": cluster.arn,
        "clusterName": cluster.name,
        "status": "ACTIVE",
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": running,
        "pendingTasksCount": tasks().count() - running,
        "activeServicesCount": active.count(),
        "statistics": [],
        "tags": if include.has("TAGS") { tagging::shown(&cluster.tags) } else { Vec::new() },
        "settings": shown("SETTINGS", &cluster.settings).unwrap_or_else(|| json!([])),
        "configuration": cluster.configuration.as_ref().and_then(|it| shown("CONFIGURATIONS", it)),
        "capacityProviders": cluster.capacity_providers,
        "defaultCapacityProviderStrategy": cluster.strategy,
    })
}
