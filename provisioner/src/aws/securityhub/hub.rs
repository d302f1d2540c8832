//! `securityhub.hub`: Security Hub, switched on in an account and region.

use aws_sdk_securityhub::operation::describe_hub::DescribeHubOutput;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::adopted::{LEFT, is_adopted, name, owned_or_adopted, seen};
use crate::aws::read::one_by_one;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Resource, Result, Status, TagChange, Tags,
    Traits,
};

/// Security Hub in a region. One that is on already is adopted: what is said here is changed, and
/// it is never switched off.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hub {
    /// Whether controls that AWS adds to enabled standards are enabled by themselves. Default
    /// `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_enable_controls: Option<bool>,
    /// Whether a control gives one finding, `SECURITY_CONTROL` (AWS's default), or one for each
    /// standard that has it, `STANDARD_CONTROL`.
    #[schemars(extend("enum" = ["SECURITY_CONTROL", "STANDARD_CONTROL"]))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control_finding_generator: Option<String>,
    /// Whether switching it on enables the standards that AWS has chosen. Default `false`:
    /// `securityhub.standard` says which.
    #[serde(default)]
    pub enable_default_standards: bool,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its ARN.
    pub arn: String,
}

impl Resource for Hub {
    const KIND: &'static str = "securityhub.hub";
    const TRAITS: Traits =
        Traits { compare: &[("enable_default_standards", Compare::WriteOnly)], ..Traits::DEFAULT };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let found = one_by_one(ids, |id| async move { read_one(cx, &Id::from(id)).await }).await?;
        Ok(ids.iter().zip(found).map(|(id, live)| Some(seen(id, live?))).collect())
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let arn = cx.arn("securityhub", "hub/default");
        let Some(live) = read_one(cx, &Id::from(arn.as_str())).await? else {
            return Ok(Vec::new());
        };
        let ours = live.tags.is_some_and(|tags| owner.owns(&tags));
        Ok(vec![owned_or_adopted(&arn, ours)])
    }

    /// New controls are enabled by themselves until another call says otherwise.
    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let request = cx.clients.securityhub().enable_security_hub();
        request
            .enable_default_standards(self.enable_default_standards)
            .set_control_finding_generator(self.generator())
            .set_tags(Some(owner.tags.clone().into_iter().collect()))
            .send()
            .await?;
        let arn = cx.arn("securityhub", "hub/default");
        if self.auto_enable_controls == Some(false) {
            return Ok(Created::unfinished(arn));
        }
        Ok(Created::ready(arn.as_str(), Outputs { arn: arn.clone() }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if change.has_any(&["auto_enable_controls", "control_finding_generator"]) {
            let request = cx.clients.securityhub().update_security_hub_configuration();
            request
                .set_auto_enable_controls(self.auto_enable_controls)
                .set_control_finding_generator(self.generator())
                .send()
                .await?;
        }
        sync_tags(cx, name(id), &change.tags).await
    }

    /// Its standards, their settings and the findings go with it.
    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        if is_adopted(id) {
            return Ok(LEFT);
        }
        let answer = cx.clients.securityhub().disable_security_hub().send().await;
        Error::optional(answer.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl Hub {
    fn generator(&self) -> Option<aws_sdk_securityhub::types::ControlFindingGenerator> {
        self.control_finding_generator.as_deref().map(Into::into)
    }
}

async fn read_one(cx: &Context, id: &Id) -> Result<Option<Live<Hub>>> {
    let arn = name(id);
    let answer = cx.clients.securityhub().describe_hub().hub_arn(arn).send().await;
    let Some(hub) = Error::optional(answer.map_err(Error::from))? else { return Ok(None) };
    // Whose an adopted one is does not matter any more.
    let tags = if is_adopted(id) { None } else { list_tags(cx, arn).await? };
    Ok(Some(live(arn, &hub, tags)))
}

fn live(arn: &str, hub: &DescribeHubOutput, tags: Option<Tags>) -> Live<Hub> {
    let spec = Hub {
        auto_enable_controls: hub.auto_enable_controls(),
        control_finding_generator: hub
            .control_finding_generator()
            .map(|generator| generator.as_str().to_owned()),
        enable_default_standards: false,
    };
    Live { spec, outputs: Outputs { arn: arn.to_owned() }, tags, status: Status::Ready }
}

async fn list_tags(cx: &Context, arn: &str) -> Result<Option<Tags>> {
    let answer = cx.clients.securityhub().list_tags_for_resource().resource_arn(arn).send().await;
    let answer = Error::optional(answer.map_err(Error::from))?;
    Ok(answer.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
}

async fn sync_tags(cx: &Context, arn: &str, change: &TagChange) -> Result<()> {
    let client = cx.clients.securityhub();
    if !change.set.is_empty() {
        let tags = Some(change.set.clone().into_iter().collect());
        client.tag_resource().resource_arn(arn).set_tags(tags).send().await?;
    }
    if !change.remove.is_empty() {
        let keys = Some(change.remove.clone());
        client.untag_resource().resource_arn(arn).set_tag_keys(keys).send().await?;
    }
    Ok(())
}
