//! `ModifyDBCluster`.

use serde::Deserialize;

use super::super::credential::{self, PasswordRequest};
use super::super::engine::Release;
use super::super::lifecycle::{Lifecycle, Phase, typical};
use super::super::monitoring::MonitoringRequest;
use super::super::unbuilt::Unbuilt;
use super::super::{errors, names, network, window};
use super::create::{Single, check_network, parameter_group};
use super::placement::check_security_groups;
use super::settings::SettingsRequest;
use super::view::View;
use super::{Cluster, Pending, describe};
use crate::call::Call;
use crate::fault::Fault;

#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    #[serde(rename = "DBClusterIdentifier")]
    identifier: String,
    #[serde(rename = "NewDBClusterIdentifier")]
    new_identifier: Option<String>,
    #[serde(rename = "ApplyImmediately", default)]
    immediately: bool,
    #[serde(rename = "EngineVersion")]
    engine_version: Option<String>,
    #[serde(rename = "AllowMajorVersionUpgrade", default)]
    major_upgrade: bool,
    #[serde(rename = "DBInstanceParameterGroupName")]
    instance_parameter_group: Option<String>,
    #[serde(rename = "DBClusterParameterGroupName")]
    parameter_group: Option<String>,
    #[serde(rename = "VpcSecurityGroupIds")]
    security_groups: Option<Vec<String>>,
    #[serde(rename = "RotateMasterUserPassword", default)]
    rotate_password: bool,
    #[serde(flatten)]
    password: PasswordRequest,
    #[serde(flatten)]
    settings: SettingsRequest,
    #[serde(flatten)]
    monitoring: MonitoringRequest,
    #[serde(flatten)]
    unbuilt: Unbuilt,
}

pub(crate) fn modify(call: &mut Call<'_>, mut request: Request) -> Result<Single, Fault> {
    request.unbuilt.refuse()?;
    let old = describe::find(&call.region().rds, &request.identifier)?.clone();
    old.check_available()?;
    let pending = request.pending(call, &old)?;
    if pending.iam_authentication.is_some() {
        request.settings.iam_database_authentication = None;
    }
    let mut new = request.resolve(call, &old)?;
    request.keep_password(call, &old, &mut new)?;
    schedule(call, &mut new, pending, request.immediately);
    store(call, &old, new)
}

impl Request {
    /// The cluster after the changes that AWS makes at once.
    fn resolve(&self, call: &mut Call<'_>, old: &Cluster) -> Result<Cluster, Fault> {
        let mut new = old.clone();
        let release = Release::find(Some(&old.engine_version))?;
        new.settings = self.settings.apply(&old.settings, release)?;
        self.monitoring.apply(call, &mut new.settings.monitoring)?;
        let group = call.region().rds.subnet_groups.get(&old.subnet_group).cloned();
        check_network(&new.settings, group.as_ref().is_some_and(|group| group.is_dual()))?;
        if let Some(wanted) = &self.security_groups {
            let vpc = group.map(|group| group.vpc).unwrap_or_default();
            check_security_groups(&call.region().ec2, wanted, &vpc)?;
            new.security_groups.clone_from(wanted);
        }
        if self.engine_version.is_none() && self.parameter_group.is_some() {
            let given = self.parameter_group.as_deref();
            new.parameter_group = parameter_group(call, given, &release.family())?;
        }
        Ok(new)
    }

    fn keep_password(
        &self,
        call: &mut Call<'_>,
        old: &Cluster,
        new: &mut Cluster,
    ) -> Result<(), Fault> {
        if self.rotate_password {
            if !self.immediately {
                return Err(errors::invalid_combination(
                    "You must specify ApplyImmediately when rotating the master user password.",
                ));
            }
            return credential::rotate(call, &old.master, &old.arn);
        }
        new.master = self.password.change(call, &old.master, &old.arn)?;
        Ok(())
    }

    /// The changes that AWS makes in the maintenance window, unless they are to be immediate.
    fn pending(&self, call: &mut Call<'_>, old: &Cluster) -> Result<Pending, Fault> {
        let mut pending = old.pending.clone().unwrap_or_default();
        if let Some(identifier) = self.rename(call, old)? {
            pending.identifier = Some(identifier);
        }
        if let Some(release) = self.upgrade(old)? {
            pending.engine_version = Some(release.version());
            let given = self.parameter_group.as_deref().or_else(|| {
                let same = old.release().is_some_and(|old| old.major == release.major);
                same.then_some(old.parameter_group.as_str())
            });
            pending.parameter_group = Some(parameter_group(call, given, &release.family())?);
        }
        let current = old.settings.iam_database_authentication_enabled;
        if let Some(wanted) = self.settings.iam_database_authentication {
            pending.iam_authentication = Some(wanted).filter(|wanted| *wanted != current);
        }
        Ok(pending)
    }

    fn rename(&self, call: &mut Call<'_>, old: &Cluster) -> Result<Option<String>, Fault> {
        let Some(given) = &self.new_identifier else { return Ok(None) };
        let new = names::identifier("NewDBClusterIdentifier", given, 63)?;
        if new == old.identifier {
            return Ok(None);
        }
        if call.region().rds.clusters.contains_key(&new) {
            return Err(errors::cluster_exists());
        }
        Ok(Some(new))
    }

    fn upgrade(&self, old: &Cluster) -> Result<Option<Release>, Fault> {
        let Some(wanted) = &self.engine_version else { return Ok(None) };
        let target = Release::find(Some(wanted))?;
        let current = Release::find(Some(&old.engine_version))?;
        if target == current {
            return Ok(None);
        }
        if old.writer.is_none() {
            return Err(errors::cluster_state(
                "Cannot modify engine version without a primary instance in DB cluster",
            ));
        }
        if !current.upgrades_to(target) {
            return Err(errors::invalid_combination(format!(
                "Cannot upgrade aurora-postgresql from {} to {}",
                current.version(),
                target.version()
            )));
        }
        if target.major != current.major && !self.major_upgrade {
            return Err(errors::invalid_combination(
                "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major \
                 version.",
            ));
        }
        if self.instance_parameter_group.is_some() && target.major == current.major {
            return Err(errors::invalid_combination(
                "DBInstanceParameterGroupName is only valid for major version upgrades.",
            ));
        }
        Ok(Some(target))
    }
}

/// Sets the cluster to work, and says when what is pending is due.
fn schedule(call: &Call<'_>, cluster: &mut Cluster, mut pending: Pending, immediately: bool) {
    let now = call.clock.now;
    let upgrading = immediately && pending.engine_version.is_some();
    let (phase, takes) = if upgrading {
        (Phase::Upgrading, typical::ENGINE_UPGRADE)
    } else {
        (Phase::Modifying, typical::CLUSTER_CHANGE)
    };
    let until = call.clock.after(takes);
    cluster.lifecycle = Lifecycle::under_way(phase, until);
    pending.due = if immediately {
        until
    } else {
        window::next_start(&cluster.settings.preferred_maintenance_window, now)
    };
    cluster.pending = (!pending.is_empty()).then_some(pending);
}

/// Puts the changed cluster in the place of the old one, and passes on what its instances share.
fn store(call: &mut Call<'_>, old: &Cluster, new: Cluster) -> Result<Single, Fault> {
    let now = call.clock.now;
    let region = call.region();
    let rds = &mut region.rds;
    for instance in rds.instances.values_mut().filter(|one| one.cluster == old.identifier) {
        network::regroup(&mut region.ec2, &instance.interface, &new.security_groups);
        instance.awaits_reboot |= new.parameter_group != old.parameter_group;
        if new.settings.monitoring != old.settings.monitoring {
            instance.monitoring = new.settings.monitoring.clone();
        }
    }
    let view = View::new(rds, &new, now);
    rds.clusters.insert(new.identifier.clone(), new);
    Ok(Single::new(view))
}
