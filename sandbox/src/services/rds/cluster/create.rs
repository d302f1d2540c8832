//! `CreateDBCluster`.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::super::credential::{self, MasterUser, PasswordRequest};
use super::super::engine::{self, Release};
use super::super::lifecycle::{Lifecycle, Phase, typical};
use super::super::monitoring::MonitoringRequest;
use super::super::parameter_group::{self, ParameterGroup};
use super::super::unbuilt::Unbuilt;
use super::super::{errors, keys, names};
use super::placement::{Placement, PlacementRequest};
use super::settings::{Settings, SettingsRequest};
use super::view::View;
use super::{Cluster, KIND};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    #[serde(rename = "DBClusterIdentifier")]
    identifier: String,
    #[serde(rename = "Engine")]
    engine: String,
    #[serde(rename = "EngineVersion")]
    engine_version: Option<String>,
    #[serde(rename = "EngineMode")]
    engine_mode: Option<String>,
    #[serde(rename = "DatabaseName")]
    database: Option<String>,
    #[serde(rename = "MasterUsername")]
    master_username: Option<String>,
    #[serde(rename = "StorageEncrypted")]
    encrypted: Option<bool>,
    #[serde(rename = "KmsKeyId")]
    key: Option<String>,
    #[serde(flatten)]
    password: PasswordRequest,
    #[serde(flatten)]
    common: Common,
}

/// What a new cluster takes from a request, whether it is empty or restored.
#[derive(Debug, Deserialize)]
pub(crate) struct Common {
    #[serde(rename = "DBClusterParameterGroupName")]
    parameter_group: Option<String>,
    #[serde(rename = "Tags", default)]
    tags: Vec<Tag>,
    #[serde(flatten)]
    placement: PlacementRequest,
    #[serde(flatten)]
    settings: SettingsRequest,
    #[serde(flatten)]
    monitoring: MonitoringRequest,
    #[serde(flatten)]
    unbuilt: Unbuilt,
}

#[derive(Debug, Serialize)]
pub(crate) struct Single {
    #[serde(rename = "DBCluster")]
    cluster: View,
}

pub(crate) fn create(call: &mut Call<'_>, request: Request) -> Result<Single, Fault> {
    check_engine(&request.engine, request.engine_mode.as_deref())?;
    let mut draft = request.common.draft(call, &request.identifier)?;
    draft.release = Release::find(request.engine_version.as_deref())?;
    draft.key = encryption(call, request.encrypted, request.key.as_deref())?;
    draft.database = database_name(request.database)?;
    let name = credential::check_name(request.master_username.as_deref())?;
    let resolved = request.common.resolve(call, &draft)?;
    let master = request.password.create(call, name, &draft.arn)?;
    Ok(build(call, draft, resolved, master))
}

/// What is known of a new cluster before its settings are.
pub(crate) struct Draft {
    pub identifier: String,
    pub arn: String,
    pub release: Release,
    pub database: Option<String>,
    pub key: Option<String>,
    pub defaults: Settings,
    pub takes: std::time::Duration,
    pub source: Option<String>,
}

/// What a request's common part comes to.
pub(crate) struct Resolved {
    parameter_group: String,
    placement: Placement,
    settings: Settings,
    tags: Tags,
}

impl Common {
    /// The identifier, which must be free, and AWS's defaults for the rest.
    pub(crate) fn draft(&self, call: &mut Call<'_>, identifier: &str) -> Result<Draft, Fault> {
        self.unbuilt.refuse()?;
        let identifier = names::identifier("DBClusterIdentifier", identifier, 63)?;
        if call.region().rds.clusters.contains_key(&identifier) {
            return Err(errors::cluster_exists());
        }
        Ok(Draft {
            arn: call.arn("rds", &format!("{KIND}:{identifier}")),
            identifier,
            release: Release::find(None)?,
            database: None,
            key: None,
            defaults: Settings::default(),
            takes: typical::CLUSTER_CREATION,
            source: None,
        })
    }

    /// Checks the rest of the request against what exists.
    pub(crate) fn resolve(self, call: &mut Call<'_>, draft: &Draft) -> Result<Resolved, Fault> {
        let tags = Tags::new(self.tags).map_err(|error| errors::invalid_tags(&error))?;
        let family = draft.release.family();
        let group = self.parameter_group;
        let parameter_group = parameter_group(call, group.as_deref(), &family)?;
        let placement = self.placement.resolve(call)?;
        let mut settings = self.settings.apply(&draft.defaults, draft.release)?;
        self.monitoring.apply(call, &mut settings.monitoring)?;
        check_network(&settings, placement.dual)?;
        Ok(Resolved { parameter_group, placement, settings, tags })
    }
}

/// Puts a cluster that has passed every check into the world.
pub(crate) fn build(
    call: &mut Call<'_>,
    draft: Draft,
    resolved: Resolved,
    master: MasterUser,
) -> Single {
    let token = call.world.region(call.region).rds.endpoint_token(call.ids);
    let now = call.clock.now;
    let cluster = Cluster {
        resource_id: format!("cluster-{}", call.ids.upper(26)),
        created: now,
        lifecycle: Lifecycle::under_way(Phase::Creating, call.clock.after(draft.takes)),
        domain: format!("{token}.{}.rds.amazonaws.com", call.region),
        engine_version: draft.release.version(),
        identifier: draft.identifier,
        arn: draft.arn,
        database: draft.database,
        key: draft.key,
        master,
        subnet_group: resolved.placement.subnet_group,
        zones: resolved.placement.zones,
        security_groups: resolved.placement.security_groups,
        parameter_group: resolved.parameter_group,
        settings: resolved.settings,
        writer: None,
        pending: None,
        tags: resolved.tags,
        block: call.databases.then(|| any_block(call)),
        source: draft.source,
    };
    let rds = &mut call.region().rds;
    let single = Single::new(View::new(rds, &cluster, now));
    rds.clusters.insert(cluster.identifier.clone(), cluster);
    single
}

/// 256 addresses of this machine's loopback network: as likely as not nobody else's, and where
/// they are somebody's after all, the servers say so when they start.
fn any_block(call: &mut Call<'_>) -> Ipv4Addr {
    let [b, c] = call.ids.bytes();
    Ipv4Addr::new(127, 64 + b % 64, c, 0)
}

impl Single {
    pub(crate) fn new(cluster: View) -> Self {
        Self { cluster }
    }
}

/// Refuses engines and modes that the sandbox does not build.
pub(crate) fn check_engine(name: &str, mode: Option<&str>) -> Result<(), Fault> {
    if !["aurora-postgresql", "aurora-mysql", "mysql", "postgres"].contains(&name) {
        return Err(errors::invalid_value(format!("Invalid DB engine: {name}")));
    }
    if name != engine::ENGINE {
        return Err(errors::not_built(&format!("the engine {name}")));
    }
    match mode {
        None | Some("provisioned") => Ok(()),
        Some(mode) => Err(errors::invalid_value(format!(
            "The engine mode {mode} you requested is currently unavailable."
        ))),
    }
}

/// A group of the right family, or AWS's own.
pub(crate) fn parameter_group(
    call: &mut Call<'_>,
    given: Option<&str>,
    family: &str,
) -> Result<String, Fault> {
    let Some(given) = given else { return Ok(ParameterGroup::default_name(family)) };
    let group = parameter_group::find(call, given)
        .ok_or_else(|| errors::cluster_parameter_group_not_found(given))?;
    if group.family != family {
        return Err(errors::invalid_combination(format!(
            "The Parameter Group {} with DBParameterGroupFamily {} can't be used for this \
             instance. Please use a Parameter Group with DBParameterGroupFamily {family}",
            group.name, group.family
        )));
    }
    Ok(group.name)
}

/// AWS: encrypted with the key given, or with `aws/rds`; a key needs encryption.
pub(crate) fn encryption(
    call: &mut Call<'_>,
    encrypted: Option<bool>,
    key: Option<&str>,
) -> Result<Option<String>, Fault> {
    match (encrypted.unwrap_or(false), key) {
        (false, None) => Ok(None),
        (false, Some(_)) => Err(errors::invalid_combination(
            "StorageEncrypted must be enabled when a KmsKeyId is specified.",
        )),
        (true, key) => keys::resolve(call, key, keys::RDS).map(Some),
    }
}

/// Refuses a network type that the subnets do not carry.
pub(crate) fn check_network(settings: &Settings, dual: bool) -> Result<(), Fault> {
    if settings.network_type == "DUAL" && !dual {
        return Err(errors::network_type_not_supported());
    }
    Ok(())
}

/// AWS: up to 63 letters, digits and underscores, a letter or underscore first.
fn database_name(name: Option<String>) -> Result<Option<String>, Fault> {
    let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(None) };
    let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !letters || !first || name.len() > 63 {
        return Err(errors::invalid_value(
            "DatabaseName must begin with a letter and contain only alphanumeric characters.",
        ));
    }
    if ["postgres", "rdsadmin", "template0", "template1"].contains(&name.as_str()) {
        return Err(errors::invalid_value(format!(
            "DatabaseName {name} cannot be used. It is a reserved word for this engine"
        )));
    }
    Ok(Some(name))
}
