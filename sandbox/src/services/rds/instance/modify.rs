//! `ModifyDBInstance`, for members of Aurora clusters.

use serde::Deserialize;

use super::super::lifecycle::{Lifecycle, Phase, typical};
use super::super::monitoring::MonitoringRequest;
use super::super::unbuilt::Unbuilt;
use super::super::{engine, errors, names, window};
use super::create::{Single, check_tier};
use super::{Instance, Pending, describe};
use crate::call::Call;
use crate::fault::Fault;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Request {
    #[serde(rename = "DBInstanceIdentifier")]
    identifier: String,
    #[serde(rename = "NewDBInstanceIdentifier")]
    new_identifier: Option<String>,
    #[serde(default)]
    apply_immediately: bool,
    #[serde(rename = "DBInstanceClass")]
    class: Option<String>,
    #[serde(rename = "CACertificateIdentifier")]
    authority: Option<String>,
    #[serde(rename = "CertificateRotationRestart")]
    _certificate_rotation_restart: Option<bool>,
    promotion_tier: Option<i64>,
    publicly_accessible: Option<bool>,
    auto_minor_version_upgrade: Option<bool>,
    copy_tags_to_snapshot: Option<bool>,
    preferred_maintenance_window: Option<String>,
    #[serde(flatten)]
    monitoring: MonitoringRequest,
    #[serde(flatten)]
    unbuilt: Unbuilt,
}

pub(crate) fn modify(call: &mut Call<'_>, request: Request) -> Result<Single, Fault> {
    request.unbuilt.refuse()?;
    let old = describe::find(&call.region().rds, &request.identifier)?.clone();
    if !old.lifecycle.is_available() {
        return Err(errors::instance_state(format!(
            "Database instance is not in available state: {} is {}.",
            old.identifier,
            old.lifecycle.phase().name()
        )));
    }
    let mut new = request.resolve(call, &old)?;
    let mut pending = request.pending(call, &old)?;
    let resizing = pending.class.is_some();
    let takes = if resizing { typical::INSTANCE_RESIZE } else { typical::INSTANCE_CHANGE };
    let until = call.clock.after(takes);
    if request.apply_immediately {
        pending.due = until;
        new.lifecycle = Lifecycle::under_way(Phase::Modifying, until);
    } else {
        pending.due = window::next_start(&new.maintenance_window, call.clock.now);
        if changes(&old, &new) {
            let until = call.clock.after(typical::INSTANCE_CHANGE);
            new.lifecycle = Lifecycle::under_way(Phase::Modifying, until);
        }
    }
    new.pending = (!pending.is_empty()).then_some(pending);
    let identifier = new.identifier.clone();
    let rds = &mut call.region().rds;
    rds.instances.insert(identifier.clone(), new);
    describe::single(rds, &identifier)
}

/// Whether something that AWS changes at once differs.
fn changes(old: &Instance, new: &Instance) -> bool {
    old.monitoring != new.monitoring || old.publicly_accessible != new.publicly_accessible
}

impl Request {
    /// The instance after the changes that AWS makes at once.
    fn resolve(&self, call: &mut Call<'_>, old: &Instance) -> Result<Instance, Fault> {
        let mut new = old.clone();
        check_tier(self.promotion_tier)?;
        new.promotion_tier = self.promotion_tier.unwrap_or(old.promotion_tier);
        let switches = [
            (self.publicly_accessible, &mut new.publicly_accessible),
            (self.auto_minor_version_upgrade, &mut new.auto_minor_version_upgrade),
            (self.copy_tags_to_snapshot, &mut new.copy_tags_to_snapshot),
        ];
        for (wanted, setting) in switches {
            *setting = wanted.unwrap_or(*setting);
        }
        if let Some(given) = &self.preferred_maintenance_window {
            new.maintenance_window = window::maintenance(given)?;
        }
        self.monitoring.apply(call, &mut new.monitoring)?;
        Ok(new)
    }

    /// The changes that AWS makes in the maintenance window, unless they are to be immediate.
    fn pending(&self, call: &mut Call<'_>, old: &Instance) -> Result<Pending, Fault> {
        let mut pending = old.pending.clone().unwrap_or_default();
        if let Some(given) = &self.new_identifier {
            let new = names::identifier("NewDBInstanceIdentifier", given, 63)?;
            if new != old.identifier && call.region().rds.instances.contains_key(&new) {
                return Err(errors::instance_exists());
            }
            pending.identifier = Some(new).filter(|new| *new != old.identifier);
        }
        if let Some(class) = &self.class {
            engine::check_class(class)?;
            self.check_serverless(call, old, class)?;
            pending.class = Some(class.clone()).filter(|class| *class != old.class);
        }
        if let Some(authority) = &self.authority {
            engine::check_authority(authority)?;
            let wanted = Some(authority.clone());
            pending.authority = wanted.filter(|authority| *authority != old.authority);
        }
        Ok(pending)
    }

    fn check_serverless(
        &self,
        call: &mut Call<'_>,
        old: &Instance,
        class: &str,
    ) -> Result<(), Fault> {
        let scales =
            call.region().rds.clusters.get(&old.cluster).is_some_and(|cluster| {
                cluster.settings.serverless_v2_scaling_configuration.is_some()
            });
        if class == engine::SERVERLESS && !scales {
            return Err(errors::cluster_state(
                "Set the Serverless v2 scaling configuration on the parent DB cluster before \
                 creating a Serverless v2 DB instance.",
            ));
        }
        Ok(())
    }
}
