//! Tags, by the ARN of what carries them.

use serde::{Deserialize, Serialize};

use super::state::State;
use super::{cluster, errors, instance, names, parameter_group, proxy, snapshot, subnet_group};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

/// The tags of the object with an ARN.
fn find<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, Fault> {
    let own = call.arn("rds", "");
    let Some((kind, name)) = arn.strip_prefix(&own).and_then(|rest| rest.split_once(':')) else {
        return Err(errors::invalid_value(format!("Invalid resource name: {arn}")));
    };
    if kind == parameter_group::KIND && name.starts_with("default.") {
        return Err(errors::invalid_value(format!(
            "Tags can't be put on the default parameter group {name}."
        )));
    }
    of_kind(&mut call.region().rds, kind, &names::existing(kind, arn), name)
}

fn of_kind<'a>(
    rds: &'a mut State,
    kind: &str,
    name: &str,
    given: &str,
) -> Result<&'a mut Tags, Fault> {
    match kind {
        cluster::KIND => {
            let cluster = rds.clusters.get_mut(name).map(|cluster| &mut cluster.tags);
            cluster.ok_or_else(|| errors::cluster_not_found(given))
        }
        instance::KIND => {
            let instance = rds.instances.get_mut(name).map(|instance| &mut instance.tags);
            instance.ok_or_else(|| errors::instance_not_found(given))
        }
        snapshot::KIND => {
            let snapshot = rds.snapshots.get_mut(name).map(|snapshot| &mut snapshot.tags);
            snapshot.ok_or_else(|| errors::snapshot_not_found(given))
        }
        subnet_group::KIND => {
            let group = rds.subnet_groups.get_mut(name).map(|group| &mut group.tags);
            group.ok_or_else(|| errors::subnet_group_not_found(given))
        }
        parameter_group::KIND => {
            let group = rds.parameter_groups.get_mut(name).map(|group| &mut group.tags);
            group.ok_or_else(|| errors::parameter_group_not_found(given))
        }
        proxy::KIND => {
            let proxy = rds.proxies.values_mut().find(|proxy| proxy.id == name);
            proxy.map(|proxy| &mut proxy.tags).ok_or_else(|| errors::proxy_not_found(given))
        }
        proxy::TARGET_GROUP_KIND => {
            let proxy = rds.proxies.values_mut().find(|proxy| proxy.targets.id == name);
            proxy
                .map(|proxy| &mut proxy.targets.tags)
                .ok_or_else(|| errors::target_group_not_found("", given))
        }
        _ => Err(errors::invalid_value(format!("Invalid resource type: {kind}"))),
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AddRequest {
    resource_name: String,
    tags: Vec<Tag>,
}

pub(super) fn add(call: &mut Call<'_>, request: AddRequest) -> Result<(), Fault> {
    let tags = find(call, &request.resource_name)?;
    tags.add(request.tags).map_err(|error| errors::invalid_tags(&error))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RemoveRequest {
    resource_name: String,
    tag_keys: Vec<String>,
}

pub(super) fn remove(call: &mut Call<'_>, request: RemoveRequest) -> Result<(), Fault> {
    let tags = find(call, &request.resource_name)?;
    tags.remove(&request.tag_keys).map_err(|error| errors::invalid_tags(&error))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    resource_name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagList {
    tag_list: Vec<Tag>,
}

pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<TagList, Fault> {
    Ok(TagList { tag_list: find(call, &request.resource_name)?.list() })
}
