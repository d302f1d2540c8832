//! `guardduty.detector`: what looks at an account's logs for intruders.

use std::collections::BTreeMap;

use aws_sdk_guardduty::operation::get_detector::GetDetectorOutput;
use aws_sdk_guardduty::types as guardduty;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::adopted::{LEFT, is_adopted, name, owned_or_adopted, seen};
use crate::aws::read::one_by_one;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, TagChange, Tags,
};

/// A region's detector. One that is there already is adopted: what is said here is changed, and it
/// is never deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Detector {
    /// Whether it looks. Default `true`.
    #[serde(default = "on")]
    pub enable: bool,
    /// How often findings that go on are told again: `FIFTEEN_MINUTES`, `ONE_HOUR` or `SIX_HOURS`
    /// (AWS's default).
    #[schemars(extend("enum" = ["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"]))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding_publishing_frequency: Option<String>,
    /// What it looks at beside CloudTrail's management events, flow logs and DNS, each `ENABLED` or
    /// `DISABLED`: `S3_DATA_EVENTS`, `EKS_AUDIT_LOGS`, `EBS_MALWARE_PROTECTION`,
    /// `RDS_LOGIN_EVENTS`, `LAMBDA_NETWORK_LOGS`, `EKS_RUNTIME_MONITORING`, `RUNTIME_MONITORING`.
    /// Those that are not named stay as they are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub features: BTreeMap<String, FeatureStatus>,
    /// Where `RUNTIME_MONITORING` puts its agents by itself: `EKS_ADDON_MANAGEMENT`,
    /// `ECS_FARGATE_AGENT_MANAGEMENT`, `EC2_AGENT_MANAGEMENT`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub runtime_monitoring_agents: BTreeMap<String, FeatureStatus>,
}

/// Whether a detector looks at something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FeatureStatus {
    /// It does.
    Enabled,
    /// It does not.
    Disabled,
}

const fn on() -> bool {
    true
}

const RUNTIME: &str = "RUNTIME_MONITORING";
const FEATURES: [&str; 7] = [
    "S3_DATA_EVENTS",
    "EKS_AUDIT_LOGS",
    "EBS_MALWARE_PROTECTION",
    "RDS_LOGIN_EVENTS",
    "LAMBDA_NETWORK_LOGS",
    "EKS_RUNTIME_MONITORING",
    RUNTIME,
];
const AGENTS: [&str; 3] =
    ["EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"];

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its id, 32 hexadecimal digits.
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

impl Resource for Detector {
    const KIND: &'static str = "guardduty.detector";
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let unknown = |property: &'static str, names: &[&str], given: &BTreeMap<String, _>| {
            let strange: Vec<String> =
                given.keys().filter(|name| !names.contains(&name.as_str())).cloned().collect();
            let hint = format!("one of {}", names.join(", "));
            strange.into_iter().map(move |name| {
                let message = format!("GuardDuty has no `{name}`.");
                Problem::at(format!("{property}.{name}"), message).hint(hint.clone())
            })
        };
        let features = unknown("features", &FEATURES, &self.features);
        let agents = unknown("runtime_monitoring_agents", &AGENTS, &self.runtime_monitoring_agents);
        features.chain(agents).collect()
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let names: Vec<Id> = ids.iter().map(|id| Id::from(name(id))).collect();
        let found = one_by_one(&names, |id| read_one(cx, id)).await?;
        Ok(ids.iter().zip(found).map(|(id, live)| Some(seen(id, live?))).collect())
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let answer = cx.clients.guardduty().list_detectors().send().await?;
        let Some(id) = answer.detector_ids().first() else { return Ok(Vec::new()) };
        let live = read_one(cx, id).await?;
        let ours = |live: Live<Self>| live.tags.is_some_and(|tags| owner.owns(&tags));
        Ok(live.map(|live| owned_or_adopted(id, ours(live))).into_iter().collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let request = cx.clients.guardduty().create_detector().enable(self.enable);
        let answer = request
            .client_token(&owner.token)
            .set_finding_publishing_frequency(self.frequency())
            .set_features(self.request())
            .set_tags(Some(owner.tags.clone().into_iter().collect()))
            .send()
            .await?;
        let id = answer.detector_id.unwrap_or_default();
        Ok(Created::ready(id.as_str(), outputs(cx, &id)))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if !change.properties.is_empty() {
            let features = change.has_any(&["features", "runtime_monitoring_agents"]);
            let request = cx.clients.guardduty().update_detector().detector_id(name(id));
            request
                .enable(self.enable)
                .set_finding_publishing_frequency(self.frequency())
                .set_features(self.request().filter(|_| features))
                .send()
                .await?;
        }
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        if is_adopted(id) {
            return Ok(LEFT);
        }
        let answer = cx.clients.guardduty().delete_detector().detector_id(id.as_str()).send().await;
        Error::optional(answer.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl Detector {
    fn frequency(&self) -> Option<guardduty::FindingPublishingFrequency> {
        self.finding_publishing_frequency.as_deref().map(Into::into)
    }

    /// The features that are named; agents without their feature name it.
    fn request(&self) -> Option<Vec<guardduty::DetectorFeatureConfiguration>> {
        let agents = self.runtime_monitoring_agents.iter().map(|(name, status)| {
            guardduty::DetectorAdditionalConfiguration::builder()
                .name(name.as_str().into())
                .status(to_aws(*status))
                .build()
        });
        let agents: Vec<_> = agents.collect();
        let mut named: BTreeMap<&str, Option<FeatureStatus>> = BTreeMap::new();
        if !agents.is_empty() {
            named.insert(RUNTIME, None);
        }
        named.extend(self.features.iter().map(|(name, status)| (name.as_str(), Some(*status))));
        let features = named.into_iter().map(|(name, status)| {
            let agents = (name == RUNTIME && !agents.is_empty()).then(|| agents.clone());
            guardduty::DetectorFeatureConfiguration::builder()
                .name(name.into())
                .set_status(status.map(to_aws))
                .set_additional_configuration(agents)
                .build()
        });
        Some(features.collect::<Vec<_>>()).filter(|features| !features.is_empty())
    }
}

fn to_aws(status: FeatureStatus) -> guardduty::FeatureStatus {
    match status {
        FeatureStatus::Enabled => guardduty::FeatureStatus::Enabled,
        FeatureStatus::Disabled => guardduty::FeatureStatus::Disabled,
    }
}

fn from_aws(status: Option<&guardduty::FeatureStatus>) -> FeatureStatus {
    match status {
        Some(guardduty::FeatureStatus::Enabled) => FeatureStatus::Enabled,
        _ => FeatureStatus::Disabled,
    }
}

async fn read_one(cx: &Context, id: &str) -> Result<Option<Live<Detector>>> {
    let answer = cx.clients.guardduty().get_detector().detector_id(id).send().await;
    let answer = Error::optional(answer.map_err(Error::from))?;
    Ok(answer.map(|detector| live(cx, id, &detector)))
}

fn live(cx: &Context, id: &str, detector: &GetDetectorOutput) -> Live<Detector> {
    let mut features = BTreeMap::new();
    let mut agents = BTreeMap::new();
    for feature in detector.features() {
        let Some(name) = feature.name() else { continue };
        features.insert(name.as_str().to_owned(), from_aws(feature.status()));
        if name.as_str() == RUNTIME {
            let of = feature.additional_configuration().iter();
            agents.extend(
                of.filter_map(|it| Some((it.name()?.as_str().to_owned(), from_aws(it.status())))),
            );
        }
    }
    let frequency = detector.finding_publishing_frequency();
    let spec = Detector {
        enable: detector.status() == Some(&guardduty::DetectorStatus::Enabled),
        finding_publishing_frequency: frequency.map(|it| it.as_str().to_owned()),
        features,
        runtime_monitoring_agents: agents,
    };
    let tags: Tags = detector.tags().cloned().unwrap_or_default().into_iter().collect();
    Live { spec, outputs: outputs(cx, id), tags: Some(tags), status: Status::Ready }
}

fn outputs(cx: &Context, id: &str) -> Outputs {
    Outputs { id: id.to_owned(), arn: cx.arn("guardduty", &format!("detector/{id}")) }
}

async fn sync_tags(cx: &Context, id: &Id, change: &TagChange) -> Result<()> {
    let (guardduty, arn) = (cx.clients.guardduty(), outputs(cx, name(id)).arn);
    if !change.set.is_empty() {
        let tags = Some(change.set.clone().into_iter().collect());
        guardduty.tag_resource().resource_arn(&arn).set_tags(tags).send().await?;
    }
    if !change.remove.is_empty() {
        let keys = Some(change.remove.clone());
        guardduty.untag_resource().resource_arn(&arn).set_tag_keys(keys).send().await?;
    }
    Ok(())
}
