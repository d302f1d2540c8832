//! `DeleteDBCluster`.

use serde::Deserialize;

use super::super::lifecycle::{Lifecycle, Phase, typical};
use super::super::{errors, snapshot};
use super::create::Single;
use super::describe;
use super::view::View;
use crate::call::Call;
use crate::fault::Fault;

#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    #[serde(rename = "DBClusterIdentifier")]
    identifier: String,
    #[serde(rename = "SkipFinalSnapshot", default)]
    skip_snapshot: bool,
    #[serde(rename = "FinalDBSnapshotIdentifier")]
    snapshot: Option<String>,
}

pub(crate) fn delete(call: &mut Call<'_>, request: Request) -> Result<Single, Fault> {
    let now = call.clock.now;
    let rds = &call.region().rds;
    let cluster = describe::find(rds, &request.identifier)?.clone();
    let identifier = cluster.identifier.clone();
    if cluster.settings.deletion_protection {
        return Err(errors::invalid_combination(
            "Cannot delete protected Cluster, please disable deletion protection and try again.",
        ));
    }
    cluster.check_available()?;
    if rds.members(&identifier).any(|instance| !instance.lifecycle.is_deleting()) {
        return Err(errors::cluster_state(
            "Cluster cannot be deleted, it still contains DB instances in non-deleting state.",
        ));
    }
    let last = rds.members(&identifier).filter_map(|one| one.lifecycle.until()).max();
    let mut until = call.clock.after(typical::CLUSTER_DELETION).max(last.unwrap_or(now));
    if let Some(name) = request.final_snapshot()? {
        until = until.max(snapshot::take(call, &cluster, name)?);
    }
    let rds = &mut call.region().rds;
    let view = match rds.clusters.get_mut(&identifier) {
        None => return Err(errors::cluster_not_found(&identifier)),
        Some(cluster) => {
            cluster.lifecycle = Lifecycle::under_way(Phase::Deleting, until);
            cluster.clone()
        }
    };
    Ok(Single::new(View::new(rds, &view, now)))
}

impl Request {
    /// The name of the last snapshot. One of the two must be said: a name, or that there is none.
    fn final_snapshot(&self) -> Result<Option<&str>, Fault> {
        match (self.skip_snapshot, self.snapshot.as_deref()) {
            (true, Some(_)) => Err(errors::invalid_combination(
                "FinalDBSnapshotIdentifier can not be specified when skipping final snapshot.",
            )),
            (true, None) => Ok(None),
            (false, Some(name)) => Ok(Some(name)),
            (false, None) => Err(errors::invalid_combination(
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
            )),
        }
    }
}
