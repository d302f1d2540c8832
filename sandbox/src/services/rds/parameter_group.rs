//! DB cluster parameter groups: named sets of parameters that differ from the engine's defaults.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::listing::{Criterion, Listing};
use super::state::State;
use super::{engine, errors, names};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

/// The resource part of a cluster parameter group's ARN.
pub(super) const KIND: &str = "cluster-pg";

/// A DB cluster parameter group that a customer made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ParameterGroup {
    /// In lower case.
    pub name: String,
    /// The engine and its major version, `aurora-postgresql16`.
    pub family: String,
    /// What the customer says of it.
    pub description: String,
    /// `arn:aws:rds:REGION:ACCOUNT:cluster-pg:NAME`.
    pub arn: String,
    /// The parameters that differ from the engine's defaults, by name.
    pub values: BTreeMap<String, Setting>,
    /// The customer's tags.
    pub tags: Tags,
}

/// The value that a customer gave a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// The value, as text.
    pub value: String,
    /// When it takes effect.
    pub method: ApplyMethod,
}

/// When a parameter takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplyMethod {
    /// At once; for dynamic parameters only.
    Immediate,
    /// After the next reboot.
    PendingReboot,
}

impl ParameterGroup {
    /// What AWS gives a cluster that asks for no group of its own.
    pub(super) fn default_name(family: &str) -> String {
        format!("default.{family}")
    }

    fn is_default(&self) -> bool {
        self.name.starts_with("default.")
    }
}

/// AWS's own group of a family; nobody changes it.
pub(super) fn default_group(call: &Call<'_>, family: &str) -> ParameterGroup {
    let name = ParameterGroup::default_name(family);
    ParameterGroup {
        arn: call.arn("rds", &format!("{KIND}:{name}")),
        description: format!("Default cluster parameter group for {family}"),
        family: family.to_owned(),
        name,
        values: BTreeMap::new(),
        tags: Tags::default(),
    }
}

/// The group of that name or ARN, a customer's or AWS's own.
pub(super) fn find(call: &mut Call<'_>, given: &str) -> Option<ParameterGroup> {
    let name = names::existing(KIND, given);
    let default = engine::families().find(|family| ParameterGroup::default_name(family) == name);
    match default {
        Some(family) => Some(default_group(call, &family)),
        None => call.region().rds.parameter_groups.get(&name).cloned(),
    }
}

/// The customer's group of that name, to be `verb`ed; AWS's own groups stay as they are.
pub(super) fn find_mut<'a>(
    call: &'a mut Call<'_>,
    given: &str,
    verb: &str,
) -> Result<&'a mut ParameterGroup, Fault> {
    let group = find(call, given).ok_or_else(|| errors::parameter_group_not_found(given))?;
    if group.is_default() {
        return Err(errors::invalid_value(format!(
            "Default DBClusterParameterGroup cannot be {verb}: {}",
            group.name
        )));
    }
    call.region()
        .rds
        .parameter_groups
        .get_mut(&group.name)
        .ok_or_else(|| errors::parameter_group_not_found(given))
}

#[derive(Debug, Serialize)]
struct View {
    #[serde(rename = "DBClusterParameterGroupName")]
    name: String,
    #[serde(rename = "DBParameterGroupFamily")]
    family: String,
    #[serde(rename = "Description")]
    description: String,
    #[serde(rename = "DBClusterParameterGroupArn")]
    arn: String,
}

impl From<&ParameterGroup> for View {
    fn from(group: &ParameterGroup) -> Self {
        Self {
            name: group.name.clone(),
            family: group.family.clone(),
            description: group.description.clone(),
            arn: group.arn.clone(),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Single {
    #[serde(rename = "DBClusterParameterGroup")]
    group: View,
}

#[derive(Debug, Deserialize)]
pub(super) struct CreateRequest {
    #[serde(rename = "DBClusterParameterGroupName")]
    name: String,
    #[serde(rename = "DBParameterGroupFamily")]
    family: String,
    #[serde(rename = "Description")]
    description: String,
    #[serde(rename = "Tags", default)]
    tags: Vec<Tag>,
}

pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<Single, Fault> {
    let name = names::identifier("DBClusterParameterGroupName", &request.name, 255)?;
    if !engine::families().any(|family| family == request.family) {
        return Err(errors::invalid_value(format!(
            "ParameterGroupFamily {} is not a valid parameter group family",
            request.family
        )));
    }
    let tags = Tags::new(request.tags).map_err(|error| errors::invalid_tags(&error))?;
    let arn = call.arn("rds", &format!("{KIND}:{name}"));
    let groups = &mut call.region().rds.parameter_groups;
    if groups.contains_key(&name) {
        return Err(errors::parameter_group_exists(&name));
    }
    let group = ParameterGroup {
        name: name.clone(),
        family: request.family,
        description: request.description,
        arn,
        values: BTreeMap::new(),
        tags,
    };
    let single = Single { group: View::from(&group) };
    groups.insert(name, group);
    Ok(single)
}

#[derive(Debug, Deserialize)]
pub(super) struct DescribeRequest {
    #[serde(rename = "DBClusterParameterGroupName")]
    name: Option<String>,
    #[serde(flatten)]
    listing: Listing,
}

#[derive(Debug, Serialize)]
pub(super) struct Many {
    #[serde(rename = "Marker", skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    #[serde(rename = "DBClusterParameterGroups")]
    groups: Vec<View>,
}

pub(super) fn describe(call: &mut Call<'_>, request: DescribeRequest) -> Result<Many, Fault> {
    let mut groups: Vec<ParameterGroup> = match &request.name {
        Some(name) => {
            vec![find(call, name).ok_or_else(|| errors::parameter_group_not_found(name))?]
        }
        None => {
            let own: Vec<_> = call.region().rds.parameter_groups.values().cloned().collect();
            engine::families().map(|family| default_group(call, &family)).chain(own).collect()
        }
    };
    groups.sort_by(|one, two| one.name.cmp(&two.name));
    let none: &[Criterion<ParameterGroup>] = &[];
    let page = request.listing.page(request.listing.select(&groups, none)?, |g| g.name.clone())?;
    Ok(Many { marker: page.next, groups: page.items.into_iter().map(View::from).collect() })
}

#[derive(Debug, Deserialize)]
pub(super) struct DeleteRequest {
    #[serde(rename = "DBClusterParameterGroupName")]
    name: String,
}

pub(super) fn delete(call: &mut Call<'_>, request: DeleteRequest) -> Result<(), Fault> {
    let name = find_mut(call, &request.name, "deleted")?.name.clone();
    let rds: &mut State = &mut call.region().rds;
    if rds.clusters.values().any(|cluster| cluster.parameter_group == name) {
        return Err(errors::parameter_group_in_use(&name));
    }
    rds.parameter_groups.remove(&name);
    Ok(())
}
