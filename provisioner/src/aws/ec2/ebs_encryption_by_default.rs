//! `ec2.ebs_encryption_by_default`: that new volumes of a region are encrypted without being asked
//! to be.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::Context;
use crate::aws::adopted::{LEFT, adopted, is_adopted, name, refuse_existing};
use crate::aws::read::one_by_one;
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// Whether new EBS volumes of the region are encrypted. Where they are already, that is adopted,
/// and stays when this is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EbsEncryptionByDefault {
    /// Whether they are. Default `true`.
    #[serde(default = "on")]
    pub enabled: bool,
}

const fn on() -> bool {
    true
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// The region.
    pub region: String,
}

impl Resource for EbsEncryptionByDefault {
    const KIND: &'static str = "ec2.ebs_encryption_by_default";
    const TRAITS: Traits = Traits::DEFAULT;
    type Outputs = Outputs;

    /// The setting is always there, on or off.
    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let regions: Vec<Id> = ids.iter().map(|id| Id::from(name(id))).collect();
        one_by_one(&regions, |region| async move {
            let spec = Self { enabled: is_enabled(cx).await? };
            let outputs = Outputs { region: region.to_owned() };
            Ok(Some(Live { spec, outputs, tags: None, status: Status::Ready }))
        })
        .await
    }

    async fn find(&self, cx: &Context, _owner: &Owner) -> Result<Vec<Id>> {
        let there = is_enabled(cx).await? == self.enabled;
        Ok(there.then(|| adopted(&cx.region)).into_iter().collect())
    }

    async fn create(&self, cx: &Context, _owner: &Owner) -> Result<Created<Outputs>> {
        if is_enabled(cx).await? == self.enabled {
            return refuse_existing("this setting");
        }
        self.set(cx).await?;
        Ok(Created::ready(cx.region.as_str(), Outputs { region: cx.region.clone() }))
    }

    async fn update(&self, cx: &Context, _id: &Id, change: &Change<Self>) -> Result<()> {
        if change.has("enabled") { self.set(cx).await } else { Ok(()) }
    }

    /// Off is what AWS begins with.
    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        if is_adopted(id) {
            return Ok(LEFT);
        }
        Self { enabled: false }.set(cx).await?;
        Ok(Deleted::Gone)
    }
}

impl EbsEncryptionByDefault {
    async fn set(&self, cx: &Context) -> Result<()> {
        if self.enabled {
            cx.clients.ec2().enable_ebs_encryption_by_default().send().await?;
        } else {
            cx.clients.ec2().disable_ebs_encryption_by_default().send().await?;
        }
        Ok(())
    }
}

async fn is_enabled(cx: &Context) -> Result<bool> {
    let answer = cx.clients.ec2().get_ebs_encryption_by_default().send().await?;
    Ok(answer.ebs_encryption_by_default().unwrap_or(false))
}
