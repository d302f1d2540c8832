//! `DeleteDBInstance`, for members of Aurora clusters.

use serde::Deserialize;

use super::super::errors;
use super::super::lifecycle::{Lifecycle, Phase, typical};
use super::create::Single;
use super::describe;
use crate::call::Call;
use crate::fault::Fault;

#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    #[serde(rename = "DBInstanceIdentifier")]
    identifier: String,
    #[serde(rename = "FinalDBSnapshotIdentifier")]
    snapshot: Option<String>,
}

/// AWS lets the last instance of a cluster go, and so here: the volume stays with the cluster.
pub(crate) fn delete(call: &mut Call<'_>, request: Request) -> Result<Single, Fault> {
    if request.snapshot.is_some() {
        return Err(errors::invalid_combination(
            "FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance.",
        ));
    }
    let until = call.clock.after(typical::INSTANCE_DELETION);
    let rds = &mut call.region().rds;
    let instance = describe::find(rds, &request.identifier)?;
    let (identifier, cluster) = (instance.identifier.clone(), instance.cluster.clone());
    if instance.lifecycle.is_deleting() {
        return Err(errors::instance_state(format!(
            "Instance {identifier} is already being deleted."
        )));
    }
    if let Some(instance) = rds.instances.get_mut(&identifier) {
        instance.lifecycle = Lifecycle::under_way(Phase::Deleting, until);
    }
    let writes = rds
        .clusters
        .get(&cluster)
        .is_some_and(|cluster| cluster.writer.as_deref() == Some(identifier.as_str()));
    if writes {
        rds.elect_writer(&cluster);
    }
    describe::single(rds, &identifier)
}
