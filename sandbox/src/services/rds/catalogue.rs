//! What RDS offers, and the lists that are empty here: engine versions, instance classes, global
//! clusters, pending maintenance.

use serde::{Deserialize, Serialize};

use super::engine::{self, Release};
use super::errors;
use super::listing::{Criterion, Listing};
use crate::call::Call;
use crate::fault::Fault;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VersionsRequest {
    engine: Option<String>,
    engine_version: Option<String>,
    #[serde(rename = "DBParameterGroupFamily")]
    family: Option<String>,
    #[serde(default)]
    default_only: bool,
    #[serde(flatten)]
    listing: Listing,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Versions {
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    #[serde(rename = "DBEngineVersions")]
    versions: Vec<Version>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Version {
    engine: &'static str,
    major_engine_version: String,
    engine_version: String,
    #[serde(rename = "DBParameterGroupFamily")]
    family: String,
    #[serde(rename = "DBEngineDescription")]
    engine_description: &'static str,
    #[serde(rename = "DBEngineVersionDescription")]
    version_description: String,
    valid_upgrade_target: Vec<Upgrade>,
    exportable_log_types: [&'static str; 3],
    supports_log_exports_to_cloudwatch_logs: bool,
    supports_read_replica: bool,
    supported_engine_modes: [&'static str; 1],
    supported_feature_names: [&'static str; 3],
    status: &'static str,
    supports_parallel_query: bool,
    supports_global_databases: bool,
    tag_list: [String; 0],
    supports_babelfish: bool,
    supports_limitless_database: bool,
    supports_certificate_rotation_without_restart: bool,
    #[serde(rename = "SupportedCACertificateIdentifiers")]
    authorities: [&'static str; 3],
    supports_local_write_forwarding: bool,
    supports_integrations: bool,
    serverless_v2_features_support: Capacities,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Upgrade {
    engine: &'static str,
    engine_version: String,
    description: String,
    auto_upgrade: bool,
    is_major_version_upgrade: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Capacities {
    min_capacity: f64,
    max_capacity: f64,
}

fn description(release: Release) -> String {
    format!("Aurora PostgreSQL (Compatible with PostgreSQL {})", release.version())
}

impl From<Release> for Version {
    fn from(release: Release) -> Self {
        Self {
            engine: engine::ENGINE,
            major_engine_version: release.major.to_string(),
            engine_version: release.version(),
            family: release.family(),
            engine_description: "Aurora PostgreSQL",
            version_description: description(release),
            valid_upgrade_target: upgrades(release),
            exportable_log_types: engine::LOG_TYPES,
            supports_log_exports_to_cloudwatch_logs: true,
            supports_read_replica: false,
            supported_engine_modes: ["provisioned"],
            supported_feature_names: ["Comprehend", "Lambda", "s3Import"],
            status: "available",
            supports_parallel_query: false,
            supports_global_databases: false,
            tag_list: [],
            supports_babelfish: false,
            supports_limitless_database: false,
            supports_certificate_rotation_without_restart: true,
            authorities: engine::AUTHORITIES,
            supports_local_write_forwarding: false,
            supports_integrations: false,
            serverless_v2_features_support: Capacities {
                min_capacity: release.smallest_capacity(),
                max_capacity: 256.0,
            },
        }
    }
}

fn upgrades(from: Release) -> Vec<Upgrade> {
    let upgrade = |target: Release| Upgrade {
        engine: engine::ENGINE,
        engine_version: target.version(),
        description: description(target),
        auto_upgrade: target.major == from.major && target.is_default(),
        is_major_version_upgrade: target.major != from.major,
    };
    engine::releases().filter(|target| from.upgrades_to(*target)).map(upgrade).collect()
}

const VERSION_FILTERS: &[Criterion<Version>] = &[
    ("db-parameter-group-family", |version| vec![&version.family]),
    ("engine", |version| vec![version.engine]),
    ("engine-mode", |_| vec!["provisioned"]),
    ("engine-version", |version| vec![&version.engine_version]),
    ("status", |version| vec![version.status]),
];

/// A version in the request is one release, or a major version with all of its releases.
pub(super) fn versions(_: &mut Call<'_>, request: VersionsRequest) -> Result<Versions, Fault> {
    let engine_matches = request.engine.as_deref().is_none_or(|name| name == engine::ENGINE);
    let wanted = |release: &Release| {
        engine_matches
            && request.engine_version.as_ref().is_none_or(|version| {
                release.version() == *version || release.major.to_string() == *version
            })
            && request.family.as_ref().is_none_or(|family| release.family() == *family)
            && (!request.default_only || is_default(*release, request.engine_version.is_some()))
    };
    let mut all: Vec<Version> =
        engine::releases().filter(|release| wanted(release)).map(Version::from).collect();
    let kept: Vec<String> = request
        .listing
        .select(&all, VERSION_FILTERS)?
        .into_iter()
        .map(|version| version.engine_version.clone())
        .collect();
    all.retain(|version| kept.contains(&version.engine_version));
    let page = request.listing.page(all, |version| sortable(&version.engine_version))?;
    Ok(Versions { marker: page.next, versions: page.items })
}

/// The engine's one default, or the default of the major version that the request names.
fn is_default(release: Release, named: bool) -> bool {
    if named { release.is_default() } else { release.is_engine_default() }
}

/// `16.6` as `00016.00006`, so that text sorts as the numbers do.
fn sortable(version: &str) -> String {
    let parts: Vec<String> = version.split('.').map(|part| format!("{part:0>5}")).collect();
    parts.join(".")
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OptionsRequest {
    engine: String,
    engine_version: Option<String>,
    #[serde(rename = "DBInstanceClass")]
    class: Option<String>,
    license_model: Option<String>,
    vpc: Option<bool>,
    #[serde(flatten)]
    listing: Listing,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Options {
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    #[serde(rename = "OrderableDBInstanceOptions")]
    options: Vec<Orderable>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Orderable {
    engine: &'static str,
    engine_version: String,
    #[serde(rename = "DBInstanceClass")]
    class: String,
    license_model: &'static str,
    availability_zones: Vec<Zone>,
    #[serde(rename = "MultiAZCapable")]
    multi_az_capable: bool,
    read_replica_capable: bool,
    vpc: bool,
    supports_storage_encryption: bool,
    storage_type: &'static str,
    supports_iops: bool,
    supports_storage_throughput: bool,
    supports_enhanced_monitoring: bool,
    #[serde(rename = "SupportsIAMDatabaseAuthentication")]
    supports_iam_authentication: bool,
    supports_performance_insights: bool,
    available_processor_features: [String; 0],
    supported_engine_modes: [&'static str; 1],
    supports_storage_autoscaling: bool,
    supports_kerberos_authentication: bool,
    outpost_capable: bool,
    supports_global_databases: bool,
    supported_network_types: [&'static str; 2],
    supports_clusters: bool,
    supports_dedicated_log_volume: bool,
    supports_http_endpoint: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Zone {
    name: String,
}

impl Orderable {
    fn new(region: &str, release: Release, class: &str, storage_type: &'static str) -> Self {
        let zone = |letter| Zone { name: format!("{region}{letter}") };
        Self {
            engine: engine::ENGINE,
            engine_version: release.version(),
            class: class.to_owned(),
            license_model: "postgresql-license",
            availability_zones: ["a", "b", "c"].map(zone).into(),
            multi_az_capable: false,
            read_replica_capable: false,
            vpc: true,
            supports_storage_encryption: true,
            storage_type,
            supports_iops: false,
            supports_storage_throughput: false,
            supports_enhanced_monitoring: true,
            supports_iam_authentication: true,
            supports_performance_insights: true,
            available_processor_features: [],
            supported_engine_modes: ["provisioned"],
            supports_storage_autoscaling: false,
            supports_kerberos_authentication: false,
            outpost_capable: false,
            supports_global_databases: false,
            supported_network_types: ["IPV4", "DUAL"],
            supports_clusters: true,
            supports_dedicated_log_volume: false,
            supports_http_endpoint: true,
        }
    }

    fn key(&self) -> String {
        format!("{}/{}/{}", sortable(&self.engine_version), self.class, self.storage_type)
    }
}

/// Of orderable options AWS gives so many at once.
const MOST_OPTIONS: usize = 10_000;

pub(super) fn options(call: &mut Call<'_>, request: OptionsRequest) -> Result<Options, Fault> {
    if request.engine != engine::ENGINE {
        return Err(errors::not_built(&format!("the engine {}", request.engine)));
    }
    let suits = |wanted: &Option<String>, value: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted == value)
    };
    let sold = suits(&request.license_model, "postgresql-license") && request.vpc.unwrap_or(true);
    let releases = engine::releases()
        .filter(|release| sold && suits(&request.engine_version, &release.version()));
    let mut classes = engine::classes();
    classes.retain(|class| suits(&request.class, class));
    let all = releases.flat_map(|release| {
        let region = call.region;
        classes.iter().flat_map(move |class| {
            ["aurora", "aurora-iopt1"]
                .map(|storage| Orderable::new(region, release, class, storage))
        })
    });
    let page = request.listing.page_up_to(MOST_OPTIONS, all, Orderable::key)?;
    Ok(Options { marker: page.next, options: page.items })
}

#[derive(Debug, Deserialize)]
pub(super) struct GlobalClustersRequest {
    #[serde(rename = "GlobalClusterIdentifier")]
    identifier: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GlobalClusters {
    global_clusters: [String; 0],
}

/// No operation makes a global cluster here, so there is none to describe.
pub(super) fn global_clusters(
    _: &mut Call<'_>,
    request: GlobalClustersRequest,
) -> Result<GlobalClusters, Fault> {
    match request.identifier {
        Some(identifier) => Err(errors::global_cluster_not_found(&identifier)),
        None => Ok(GlobalClusters { global_clusters: [] }),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct MaintenanceRequest {
    #[serde(rename = "ResourceIdentifier")]
    resource: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Maintenance {
    pending_maintenance_actions: [String; 0],
}

/// AWS's own maintenance: nothing here needs any.
pub(super) fn maintenance(
    call: &mut Call<'_>,
    request: MaintenanceRequest,
) -> Result<Maintenance, Fault> {
    let rds = &call.region().rds;
    let known = |arn: &String| {
        rds.clusters.values().any(|cluster| cluster.arn == *arn)
            || rds.instances.values().any(|instance| instance.arn == *arn)
    };
    match request.resource.filter(|arn| !known(arn)) {
        Some(arn) => Err(errors::resource_not_found(&arn)),
        None => Ok(Maintenance { pending_maintenance_actions: [] }),
    }
}
