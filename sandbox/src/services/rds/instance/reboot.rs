//! `RebootDBInstance`.

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
    #[serde(rename = "ForceFailover", default)]
    failover: bool,
}

/// The server restarts, and static parameters take effect.
pub(crate) fn reboot(call: &mut Call<'_>, request: Request) -> Result<Single, Fault> {
    let until = call.clock.after(typical::INSTANCE_REBOOT);
    let live = call.databases;
    let rds = &mut call.region().rds;
    let identifier = describe::find(rds, &request.identifier)?.identifier.clone();
    if request.failover {
        return Err(errors::invalid_combination(
            "Cannot specify ForceFailover when instance is not configured for MultiAZ",
        ));
    }
    if let Some(instance) = rds.instances.get_mut(&identifier) {
        if !instance.lifecycle.is_available() {
            return Err(errors::instance_state(format!(
                "Instance {identifier} is not in the available state."
            )));
        }
        instance.lifecycle = Lifecycle::under_way(Phase::Rebooting, until).awaiting(live);
        instance.restarts += 1;
        instance.awaits_reboot = false;
    }
    describe::single(rds, &identifier)
}
