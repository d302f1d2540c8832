//! `RestoreDBClusterFromSnapshot`.

use serde::Deserialize;

use super::super::engine::Release;
use super::super::lifecycle::typical;
use super::super::{errors, keys, names, snapshot};
use super::create::{Common, Single, build, check_engine};
use super::settings::Settings;
use crate::call::Call;
use crate::fault::Fault;

#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    #[serde(rename = "DBClusterIdentifier")]
    identifier: String,
    #[serde(rename = "SnapshotIdentifier")]
    snapshot: String,
    #[serde(rename = "Engine")]
    engine: String,
    #[serde(rename = "EngineVersion")]
    engine_version: Option<String>,
    #[serde(rename = "EngineMode")]
    engine_mode: Option<String>,
    #[serde(rename = "KmsKeyId")]
    key: Option<String>,
    #[serde(flatten)]
    common: Common,
}

pub(crate) fn restore(call: &mut Call<'_>, request: Request) -> Result<Single, Fault> {
    check_engine(&request.engine, request.engine_mode.as_deref())?;
    let name = names::existing(snapshot::KIND, &request.snapshot);
    let snapshots = &call.region().rds.snapshots;
    let source = snapshots.get(&name).cloned();
    let source = source.ok_or_else(|| errors::snapshot_not_found(&request.snapshot))?;
    if !source.lifecycle.is_available() {
        return Err(errors::snapshot_state(format!(
            "The cluster snapshot {name} is not in the available state."
        )));
    }
    let taken = Release::find(Some(&source.engine_version))?;
    let mut draft = request.common.draft(call, &request.identifier)?;
    draft.release = match request.engine_version.as_deref() {
        None => taken,
        Some(version) => Release::find(Some(version))?,
    };
    if draft.release != taken && !taken.upgrades_to(draft.release) {
        return Err(errors::invalid_combination(format!(
            "A snapshot of version {} cannot be restored with version {}.",
            taken.version(),
            draft.release.version()
        )));
    }
    draft.key = match (request.key.as_deref(), source.key) {
        (Some(key), _) => Some(keys::resolve(call, Some(key), keys::RDS)?),
        (None, key) => key,
    };
    draft.source = Some(source.arn);
    draft.database = source.database;
    draft.takes = typical::CLUSTER_RESTORE;
    draft.defaults = Settings {
        port: source.port,
        storage_type: source.storage_type,
        iam_database_authentication_enabled: source.iam_authentication,
        ..Settings::default()
    };
    let resolved = request.common.resolve(call, &draft)?;
    Ok(build(call, draft, resolved, source.master))
}
