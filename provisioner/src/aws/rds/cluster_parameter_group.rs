//! `rds.cluster_parameter_group`: settings that all members of a cluster share.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_rds::types as rds;
use aws_sdk_rds::types::{ApplyMethod, Parameter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scalar::Scalar;
use super::{completed, described, list_tags, owned, sync_tags, to_tags};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// How many parameters one call changes.
const BATCH: usize = 20;

/// A group of parameters of a cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterParameterGroup {
    /// Its name. Default: the environment's prefix, the address and the family, so that a group of
    /// the next family can be made before this one goes. A change replaces.
    #[schemars(length(min = 1, max = 255), regex(pattern = r"^[a-z][a-z0-9-]*$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The engine and its major version, e.g. `aurora-postgresql16`. A change replaces.
    pub family: String,
    /// What it is for. Default: the address. A change replaces.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Parameters by name. Where given, the group sets these and no others: one that is taken out
    /// goes back to the engine's default. Those that the engine can change in flight take effect
    /// at once, the others when an instance is restarted. Default: whatever it sets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<BTreeMap<String, Scalar>>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

impl Resource for ClusterParameterGroup {
    const KIND: &'static str = "rds.cluster_parameter_group";
    const TRAITS: Traits = Traits {
        immutable: &["name", "family", "description"],
        // As a whole: a parameter too many is a difference.
        compare: &[("parameters", Compare::Policy)],
        clearable: &["parameters"],
        create_first: true,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let name = rds::DbClusterParameterGroup::db_cluster_parameter_group_name;
        let groups = described(ids, name, |name| describe(cx, name)).await?;
        completed(groups, |group| live(cx, group)).await
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let name = self.name(owner);
        let groups = Error::optional(describe(cx, Some(name.clone())).await)?;
        let Some(group) = groups.unwrap_or_default().pop() else { return Ok(Vec::new()) };
        let tags = list_tags(cx, group.db_cluster_parameter_group_arn().unwrap_or_default());
        let tags = Error::optional(tags.await)?.unwrap_or_default();
        Ok(owner.owns(&tags).then_some(Id(name)).into_iter().collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name(owner);
        let description = self.description.clone().unwrap_or_else(|| owner.address.to_string());
        let answer = cx
            .clients
            .rds()
            .create_db_cluster_parameter_group()
            .db_cluster_parameter_group_name(&name)
            .db_parameter_group_family(&self.family)
            .description(description)
            .set_tags(Some(to_tags(&owner.tags)))
            .send()
            .await?;
        let (operation, member) = ("rds:CreateDBClusterParameterGroup", "DBClusterParameterGroup");
        let group =
            answer.db_cluster_parameter_group.ok_or_else(|| Error::missing(operation, member))?;
        // No cluster runs with it yet, so none has to be told which parameters need a restart.
        let parameters = self.parameters.iter().flatten().collect::<Vec<_>>();
        set(cx, &name, &parameters, &HashMap::new()).await.map_err(Error::after_creation)?;
        Ok(Created::ready(name, outputs(&group)))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if change.has("parameters") {
            let live = change.before.parameters.clone().unwrap_or_default();
            self.sync(cx, id.as_str(), &live).await?;
        }
        sync_tags(cx, &format!("cluster-pg:{id}"), &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.rds().delete_db_cluster_parameter_group();
        let request = request.db_cluster_parameter_group_name(id.as_str());
        Error::optional(request.send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl ClusterParameterGroup {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| {
            let family = self.family.replace('.', "-");
            format!("{}-{family}", owner.name(255 - family.len() - 1))
        })
    }

    /// Sets the parameters that differ from the live ones and resets those that are too many.
    async fn sync(&self, cx: &Context, group: &str, live: &BTreeMap<String, Scalar>) -> Result<()> {
        let wanted = self.parameters.clone().unwrap_or_default();
        let set: Vec<_> =
            wanted.iter().filter(|(name, value)| live.get(*name) != Some(value)).collect();
        let reset: Vec<_> = live.keys().filter(|name| !wanted.contains_key(*name)).collect();
        let names = set.iter().map(|(name, _)| *name).chain(reset.iter().copied());
        let methods = apply_methods(cx, group, names.cloned().collect()).await?;
        self::set(cx, group, &set, &methods).await?;
        for batch in reset.chunks(BATCH) {
            let batch = batch.iter().map(|name| parameter(name, None, &methods)).collect();
            let request = cx.clients.rds().reset_db_cluster_parameter_group();
            let request = request.db_cluster_parameter_group_name(group);
            request.set_parameters(Some(batch)).send().await?;
        }
        Ok(())
    }
}

type Methods = HashMap<String, ApplyMethod>;

async fn set(
    cx: &Context,
    group: &str,
    parameters: &[(&String, &Scalar)],
    methods: &Methods,
) -> Result<()> {
    for batch in parameters.chunks(BATCH) {
        let batch = batch.iter().map(|(name, value)| parameter(name, Some(value), methods));
        let request = cx.clients.rds().modify_db_cluster_parameter_group();
        let request = request.db_cluster_parameter_group_name(group);
        request.set_parameters(Some(batch.collect())).send().await?;
    }
    Ok(())
}

fn parameter(name: &str, value: Option<&Scalar>, methods: &Methods) -> Parameter {
    // A restart is right for both sorts of parameters, in flight only for one.
    let method = methods.get(name).cloned().unwrap_or(ApplyMethod::PendingReboot);
    Parameter::builder()
        .parameter_name(name)
        .set_parameter_value(value.map(|value| value.0.clone()))
        .apply_method(method)
        .build()
}

/// How each of these parameters can be changed.
async fn apply_methods(cx: &Context, group: &str, names: Vec<String>) -> Result<Methods> {
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let filter = rds::Filter::builder().name("parameter-name").set_values(Some(names)).build();
    let request = cx.clients.rds().describe_db_cluster_parameters().filters(filter);
    let request = request.db_cluster_parameter_group_name(group);
    let parameters: Vec<Parameter> =
        request.into_paginator().items().send().collect::<Result<_, _>>().await?;
    let method = |parameter: Parameter| {
        let dynamic = parameter.apply_type() == Some("dynamic");
        let method = if dynamic { ApplyMethod::Immediate } else { ApplyMethod::PendingReboot };
        Some((parameter.parameter_name?, method))
    };
    Ok(parameters.into_iter().filter_map(method).collect())
}

async fn describe(cx: &Context, name: Option<String>) -> Result<Vec<rds::DbClusterParameterGroup>> {
    let request = cx.clients.rds().describe_db_cluster_parameter_groups();
    let request = request.set_db_cluster_parameter_group_name(name);
    Ok(request.into_paginator().items().send().collect::<Result<_, _>>().await?)
}

async fn live(
    cx: &Context,
    group: rds::DbClusterParameterGroup,
) -> Result<Live<ClusterParameterGroup>> {
    let outputs = outputs(&group);
    let (tags, parameters) =
        futures::try_join!(list_tags(cx, &outputs.arn), set_parameters(cx, &outputs.name))?;
    let spec = ClusterParameterGroup {
        name: Some(outputs.name.clone()),
        family: owned(group.db_parameter_group_family()).unwrap_or_default(),
        description: owned(group.description()),
        parameters: Some(parameters),
    };
    Ok(Live { spec, outputs, tags: Some(tags), status: Status::Ready })
}

/// The parameters that somebody has set; the engine has hundreds of others.
async fn set_parameters(cx: &Context, group: &str) -> Result<BTreeMap<String, Scalar>> {
    let request = cx.clients.rds().describe_db_cluster_parameters();
    let request = request.db_cluster_parameter_group_name(group).source("user");
    let parameters: Vec<Parameter> =
        request.into_paginator().items().send().collect::<Result<_, _>>().await?;
    let pair = |parameter: Parameter| {
        Some((parameter.parameter_name?, Scalar(parameter.parameter_value?)))
    };
    Ok(parameters.into_iter().filter_map(pair).collect())
}

fn outputs(group: &rds::DbClusterParameterGroup) -> Outputs {
    Outputs {
        name: owned(group.db_cluster_parameter_group_name()).unwrap_or_default(),
        arn: owned(group.db_cluster_parameter_group_arn()).unwrap_or_default(),
    }
}
