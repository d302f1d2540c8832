//! The recorder: what is recorded, as which role.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors;
use super::state::Course;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;

/// What AWS calls a recorder that has been given no name.
const DEFAULT_NAME: &str = "default";

/// A recorder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Recorder {
    pub name: String,
    pub arn: String,
    pub role: String,
    pub group: RecordingGroup,
    /// In the model's own form.
    pub mode: Value,
}

/// Which kinds of resources are recorded.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct RecordingGroup {
    all_supported: bool,
    include_global_resource_types: bool,
    resource_types: Vec<String>,
    exclusion_by_resource_types: Option<Kinds>,
    recording_strategy: Option<Strategy>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Kinds {
    resource_types: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Strategy {
    use_only: String,
}

const ALL: &str = "ALL_SUPPORTED_RESOURCE_TYPES";
const SOME: &str = "INCLUSION_BY_RESOURCE_TYPES";
const BUT: &str = "EXCLUSION_BY_RESOURCE_TYPES";

impl RecordingGroup {
    /// All kinds but the global ones, which AWS takes where nothing is said.
    fn usual() -> Self {
        Self { all_supported: true, ..Self::default() }
    }

    /// The group with the strategy that it comes to. AWS: all kinds, these, or all but these.
    fn checked(mut self) -> Result<Self, Fault> {
        let excluded = self.exclusion_by_resource_types.as_ref();
        let excludes = excluded.is_some_and(|kinds| !kinds.resource_types.is_empty());
        let includes = !self.resource_types.is_empty();
        let strategy = match (self.all_supported, includes, excludes) {
            (true, false, false) => ALL,
            (false, true, false) => SOME,
            (false, false, true) => BUT,
            _ => return Err(errors::recording_group()),
        };
        let wanted = self.recording_strategy.as_ref();
        let is_odd = wanted.is_some_and(|wanted| wanted.use_only != strategy);
        if is_odd || (self.include_global_resource_types && !self.all_supported) {
            return Err(errors::recording_group());
        }
        self.recording_strategy = Some(Strategy { use_only: strategy.to_owned() });
        self.exclusion_by_resource_types.get_or_insert_default();
        Ok(self)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    configuration_recorder: RecorderRequest,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecorderRequest {
    name: Option<String>,
    #[serde(rename = "roleARN")]
    role: Option<String>,
    recording_group: Option<RecordingGroup>,
    recording_mode: Option<Value>,
}

/// Makes the region's recorder, which does not record until it is started, or changes it.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<Empty, Fault> {
    let request = request.configuration_recorder;
    let name = request.name.unwrap_or_else(|| DEFAULT_NAME.to_owned());
    if name.is_empty() {
        return Err(errors::recorder_name(&name));
    }
    let former = call.region().config.recorder.clone();
    if former.as_ref().is_some_and(|former| former.name != name) {
        return Err(errors::another_recorder(&name));
    }
    let role = request.role.unwrap_or_default();
    if !call.global().iam.role_trusts(&role, "config.amazonaws.com") {
        return Err(errors::role(&role));
    }
    let group = request.recording_group.unwrap_or_else(RecordingGroup::usual).checked()?;
    let mode =
        request.recording_mode.unwrap_or_else(|| json!({ "recordingFrequency": "CONTINUOUS" }));
    let arn = former.map(|former| former.arn).unwrap_or_else(|| {
        let id = call.ids.mixed(16).to_lowercase();
        call.arn("config", &format!("configuration-recorder/{name}/{id}"))
    });
    call.region().config.recorder = Some(Recorder { name, arn, role, group, mode });
    Ok(Empty {})
}

impl Recorder {
    fn view(&self) -> Value {
        json!({
            "arn": self.arn,
            "name": self.name,
            "roleARN": self.role,
            "recordingGroup": self.group,
            "recordingMode": self.mode,
            "recordingScope": "PAID",
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRequest {
    #[serde(default)]
    pub configuration_recorder_names: Vec<String>,
    pub arn: Option<String>,
}

/// The recorder that a request asks for, if any is there; one that it names must be.
pub(super) fn wanted<'a>(
    call: &'a mut Call<'_>,
    request: &DescribeRequest,
) -> Result<Option<&'a Recorder>, Fault> {
    let config = &call.region().config;
    for name in &request.configuration_recorder_names {
        config.recorder(name)?;
    }
    match &request.arn {
        Some(arn) => {
            let recorder = config.recorder.as_ref().filter(|recorder| recorder.arn == *arn);
            recorder.map(Some).ok_or_else(|| errors::recorder_not_found(arn))
        }
        None => Ok(config.recorder.as_ref()),
    }
}

/// The region's recorder: one, or none.
pub(super) fn describe(call: &mut Call<'_>, request: DescribeRequest) -> Result<Value, Fault> {
    let recorder = wanted(call, &request)?;
    let views: Vec<Value> = recorder.into_iter().map(Recorder::view).collect();
    Ok(json!({ "ConfigurationRecorders": views }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RecorderName {
    pub configuration_recorder_name: String,
}

/// Deletes the recorder, recording or not.
pub(super) fn delete(call: &mut Call<'_>, request: RecorderName) -> Result<Empty, Fault> {
    let config = &mut call.region().config;
    config.recorder(&request.configuration_recorder_name)?;
    config.recorder = None;
    config.course = Course::default();
    Ok(Empty {})
}
