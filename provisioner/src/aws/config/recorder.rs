//! `config.recorder`: which kinds of resources AWS Config records. It records when a
//! `config.recorder_status` lets it.

use aws_sdk_config::types as config;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::the_recorder;
use crate::aws::adopted::{LEFT, adopted, is_adopted, name, refuse_existing};
use crate::aws::word::{from_word, word};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// A region's recorder. One that is there already is adopted: what is said here is changed, and it
/// is never deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recorder {
    /// Its name. Default `default`. A change replaces; one that is there keeps its own.
    #[schemars(length(min = 1, max = 256))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The role as which it looks at resources and delivers: Security Hub wants the one that is
    /// linked to AWS Config, see `iam.service_linked_role`.
    #[schemars(regex(pattern = r"^arn:"))]
    pub role_arn: String,
    /// Which kinds of resources. Default: all, the global ones included.
    #[serde(default = "RecordingGroup::everything")]
    pub recording_group: RecordingGroup,
    /// How often. Default: at every change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_mode: Option<RecordingMode>,
}

/// Which kinds of resources are recorded: all, some, or all but some.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordingGroup {
    /// Whether all kinds are. Default `false`.
    #[serde(default)]
    pub all_supported: bool,
    /// Whether global kinds are among all: IAM's, which one region of an account should record.
    /// Default `false`.
    #[serde(default)]
    pub include_global_resource_types: bool,
    /// The kinds to record, e.g. `AWS::S3::Bucket`, where not all are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resource_types: Vec<String>,
    /// The kinds to leave out, where all others are recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusion_by_resource_types: Vec<String>,
}

/// How often resources are recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordingMode {
    /// `CONTINUOUS`, at every change, or `DAILY`.
    pub recording_frequency: Frequency,
    /// Kinds that are recorded otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recording_mode_overrides: Vec<Override>,
}

/// Kinds that are recorded otherwise than the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The kinds.
    pub resource_types: Vec<String>,
    /// How often.
    pub recording_frequency: Frequency,
}

/// When resources are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Frequency {
    /// At every change.
    Continuous,
    /// Once a day, where something changed.
    Daily,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its name.
    pub name: String,
}

impl Resource for Recorder {
    const KIND: &'static str = "config.recorder";
    const TRAITS: Traits = Traits {
        immutable: &["name"],
        compare: &[
            ("name", Compare::Ours),
            ("recording_group.resource_types", Compare::Set),
            ("recording_group.exclusion_by_resource_types", Compare::Set),
            ("recording_mode.recording_mode_overrides", Compare::Set),
            ("recording_mode.recording_mode_overrides.*.resource_types", Compare::Set),
        ],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let group = &self.recording_group;
        let ways = [
            group.all_supported,
            !group.resource_types.is_empty(),
            !group.exclusion_by_resource_types.is_empty(),
        ];
        let mut problems = Vec::new();
        if ways.iter().filter(|way| **way).count() != 1 {
            let message = "Either all kinds are recorded, or some, or all but some.";
            problems.push(Problem::at("recording_group", message).hint(
                "give one of all_supported: true, resource_types, exclusion_by_resource_types",
            ));
        }
        if group.include_global_resource_types && !group.all_supported {
            let path = "recording_group.include_global_resource_types";
            problems.push(Problem::at(path, "Global kinds are recorded with all kinds only."));
        }
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let recorder = the_recorder(cx).await?;
        let named = |id: &Id| recorder.as_ref().filter(|it| it.name() == Some(name(id)));
        Ok(ids.iter().map(|id| named(id).map(|recorder| live(id, recorder))).collect())
    }

    async fn find(&self, cx: &Context, _owner: &Owner) -> Result<Vec<Id>> {
        let recorder = the_recorder(cx).await?;
        Ok(recorder.and_then(|it| it.name).map(|name| adopted(&name)).into_iter().collect())
    }

    /// AWS would change a recorder that has the name.
    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        if the_recorder(cx).await?.is_some() {
            return refuse_existing("a recorder of AWS Config");
        }
        let name = self.name.clone().unwrap_or_else(|| "default".to_owned());
        let tag = |(key, value)| config::Tag::builder().key(key).value(value).build();
        let request = cx.clients.config_service().put_configuration_recorder();
        let request = request.set_tags(Some(owner.tags.iter().map(tag).collect()));
        request.configuration_recorder(self.request(&name)?).send().await?;
        Ok(Created::ready(name.as_str(), Outputs { name: name.clone() }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if change.properties.is_empty() {
            return Ok(());
        }
        // What is put is all there is: what is not said stays as it was.
        let mode = self.recording_mode.clone().or_else(|| change.before.recording_mode.clone());
        let whole = Self { recording_mode: mode, ..self.clone() };
        let request = cx.clients.config_service().put_configuration_recorder();
        request.configuration_recorder(whole.request(name(id))?).send().await?;
        Ok(())
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        if is_adopted(id) {
            return Ok(LEFT);
        }
        let request = cx.clients.config_service().delete_configuration_recorder();
        let answer = request.configuration_recorder_name(id.as_str()).send().await;
        Error::optional(answer.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl RecordingGroup {
    fn everything() -> Self {
        Self {
            all_supported: true,
            include_global_resource_types: true,
            resource_types: Vec::new(),
            exclusion_by_resource_types: Vec::new(),
        }
    }

    fn request(&self) -> config::RecordingGroup {
        let excluded = (!self.exclusion_by_resource_types.is_empty()).then(|| {
            let types = Some(types(&self.exclusion_by_resource_types));
            config::ExclusionByResourceTypes::builder().set_resource_types(types).build()
        });
        let included = Some(&self.resource_types).filter(|list| !list.is_empty());
        let strategy = match (&excluded, included) {
            (Some(_), _) => config::RecordingStrategyType::ExclusionByResourceTypes,
            (_, Some(_)) => config::RecordingStrategyType::InclusionByResourceTypes,
            _ => config::RecordingStrategyType::AllSupportedResourceTypes,
        };
        config::RecordingGroup::builder()
            .all_supported(self.all_supported)
            .include_global_resource_types(self.include_global_resource_types)
            .set_resource_types(included.map(|list| types(list)))
            .set_exclusion_by_resource_types(excluded)
            .recording_strategy(config::RecordingStrategy::builder().use_only(strategy).build())
            .build()
    }

    fn from_aws(group: &config::RecordingGroup) -> Self {
        let excluded = group.exclusion_by_resource_types();
        Self {
            all_supported: group.all_supported(),
            include_global_resource_types: group.include_global_resource_types(),
            resource_types: words(group.resource_types()),
            exclusion_by_resource_types: excluded
                .map(|excluded| words(excluded.resource_types()))
                .unwrap_or_default(),
        }
    }
}

impl RecordingMode {
    fn request(&self) -> Result<config::RecordingMode> {
        let overrides = self.recording_mode_overrides.iter().map(|one| {
            config::RecordingModeOverride::builder()
                .set_description(one.description.clone())
                .set_resource_types(Some(types(&one.resource_types)))
                .recording_frequency(word(&one.recording_frequency).as_str().into())
                .build()
        });
        let overrides = overrides.collect::<std::result::Result<Vec<_>, _>>()?;
        let overrides = Some(overrides).filter(|list| !list.is_empty());
        let mode = config::RecordingMode::builder()
            .recording_frequency(word(&self.recording_frequency).as_str().into());
        Ok(mode.set_recording_mode_overrides(overrides).build()?)
    }

    fn from_aws(mode: &config::RecordingMode) -> Option<Self> {
        let overrides = mode.recording_mode_overrides().iter().filter_map(|one| {
            Some(Override {
                description: one.description().map(str::to_owned),
                resource_types: words(one.resource_types()),
                recording_frequency: from_word(one.recording_frequency().as_str())?,
            })
        });
        Some(Self {
            recording_frequency: from_word(mode.recording_frequency().as_str())?,
            recording_mode_overrides: overrides.collect(),
        })
    }
}

impl Recorder {
    fn request(&self, name: &str) -> Result<config::ConfigurationRecorder> {
        let mode = self.recording_mode.as_ref().map(RecordingMode::request).transpose()?;
        Ok(config::ConfigurationRecorder::builder()
            .name(name)
            .role_arn(&self.role_arn)
            .recording_group(self.recording_group.request())
            .set_recording_mode(mode)
            .build())
    }
}

fn types(names: &[String]) -> Vec<config::ResourceType> {
    names.iter().map(|name| name.as_str().into()).collect()
}

fn words(types: &[config::ResourceType]) -> Vec<String> {
    types.iter().map(|kind| kind.as_str().to_owned()).collect()
}

fn live(id: &Id, recorder: &config::ConfigurationRecorder) -> Live<Recorder> {
    let group = recorder.recording_group().map(RecordingGroup::from_aws);
    let spec = Recorder {
        name: recorder.name().filter(|_| !is_adopted(id)).map(str::to_owned),
        role_arn: recorder.role_arn().unwrap_or_default().to_owned(),
        recording_group: group.unwrap_or_else(RecordingGroup::everything),
        recording_mode: recorder.recording_mode().and_then(RecordingMode::from_aws),
    };
    let outputs = Outputs { name: name(id).to_owned() };
    Live { spec, outputs, tags: None, status: Status::Ready }
}
