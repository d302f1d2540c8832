//! `DescribeDBInstances`.

use serde::{Deserialize, Serialize};

use super::super::listing::{Criterion, Listing};
use super::super::state::State;
use super::super::{engine, errors, names};
use super::view::View;
use super::{Instance, KIND};
use crate::call::Call;
use crate::fault::Fault;

#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    #[serde(rename = "DBInstanceIdentifier")]
    identifier: Option<String>,
    #[serde(flatten)]
    listing: Listing,
}

#[derive(Debug, Serialize)]
pub(crate) struct Many {
    #[serde(rename = "Marker", skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    #[serde(rename = "DBInstances")]
    instances: Vec<View>,
}

const FILTERS: &[Criterion<Instance>] = &[
    ("db-cluster-id", |instance| vec![&instance.cluster]),
    ("db-instance-id", |instance| vec![&instance.identifier, &instance.arn]),
    ("dbi-resource-id", |instance| vec![&instance.resource_id]),
    ("domain", |_| Vec::new()),
    ("engine", |_| vec![engine::ENGINE]),
];

pub(crate) fn describe(call: &mut Call<'_>, request: Request) -> Result<Many, Fault> {
    let rds = &call.region().rds;
    let wanted: Vec<&Instance> = match &request.identifier {
        Some(given) => vec![find(rds, given)?],
        None => rds.instances.values().collect(),
    };
    let listing = request
        .listing
        .with_names("db-cluster-id", |given| names::existing(super::super::cluster::KIND, given));
    let selected = listing.select(wanted, FILTERS)?;
    let page = listing.page(selected, |instance| instance.identifier.clone())?;
    let instances = page.items.into_iter().filter_map(|instance| view(rds, instance)).collect();
    Ok(Many { marker: page.next, instances })
}

/// The instance of that identifier, ARN or resource identifier.
pub(crate) fn find<'a>(rds: &'a State, given: &str) -> Result<&'a Instance, Fault> {
    rds.instances
        .get(&names::existing(KIND, given))
        .or_else(|| rds.instances.values().find(|instance| instance.resource_id == given))
        .ok_or_else(|| errors::instance_not_found(given))
}

fn view(rds: &State, instance: &Instance) -> Option<View> {
    let cluster = rds.clusters.get(&instance.cluster)?;
    Some(View::new(rds, cluster, instance))
}

/// The description of one instance.
pub(crate) fn single(rds: &State, identifier: &str) -> Result<super::create::Single, Fault> {
    let instance = find(rds, identifier)?;
    let view = view(rds, instance).ok_or_else(|| errors::cluster_not_found(&instance.cluster))?;
    Ok(super::create::Single::new(view))
}
