//! `DescribeDBClusters`.

use serde::{Deserialize, Serialize};

use super::super::listing::{Criterion, Listing};
use super::super::{engine, errors, names};
use super::view::View;
use super::{Cluster, KIND};
use crate::call::Call;
use crate::fault::Fault;

#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    #[serde(rename = "DBClusterIdentifier")]
    identifier: Option<String>,
    #[serde(flatten)]
    listing: Listing,
}

#[derive(Debug, Serialize)]
pub(crate) struct Many {
    #[serde(rename = "Marker", skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    #[serde(rename = "DBClusters")]
    clusters: Vec<View>,
}

const FILTERS: &[Criterion<Cluster>] = &[
    ("clone-group-id", |_| Vec::new()),
    ("db-cluster-id", |cluster| vec![&cluster.identifier, &cluster.arn]),
    ("db-cluster-resource-id", |cluster| vec![&cluster.resource_id]),
    ("domain", |_| Vec::new()),
    ("engine", |_| vec![engine::ENGINE]),
];

pub(crate) fn describe(call: &mut Call<'_>, request: Request) -> Result<Many, Fault> {
    let now = call.clock.now;
    let rds = &call.region().rds;
    let wanted: Vec<&Cluster> = match &request.identifier {
        Some(given) => vec![find(rds, given)?],
        None => rds.clusters.values().collect(),
    };
    let selected = request.listing.select(wanted, FILTERS)?;
    let page = request.listing.page(selected, |cluster| cluster.identifier.clone())?;
    let clusters = page.items.into_iter().map(|cluster| View::new(rds, cluster, now)).collect();
    Ok(Many { marker: page.next, clusters })
}

/// The cluster of that identifier, ARN or resource identifier.
pub(crate) fn find<'a>(rds: &'a super::super::State, given: &str) -> Result<&'a Cluster, Fault> {
    rds.clusters
        .get(&names::existing(KIND, given))
        .or_else(|| rds.clusters.values().find(|cluster| cluster.resource_id == given))
        .ok_or_else(|| errors::cluster_not_found(given))
}
