//! `s3.account_public_access_block`: that no bucket of the account is open to everybody, whatever
//! the bucket says.

use aws_sdk_s3control::types::PublicAccessBlockConfiguration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::adopted::{LEFT, adopted, is_adopted, name, refuse_existing};
use crate::aws::read::one_by_one;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// What S3 does in all buckets of the account about rights for everybody. A setting that is there
/// already is adopted: what is said here is changed, and it is never taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountPublicAccessBlock {
    /// Whether it refuses access control lists that let everybody in. Default `true`.
    #[serde(default = "on")]
    pub block_public_acls: bool,
    /// Whether it takes such lists for nothing. Default `true`.
    #[serde(default = "on")]
    pub ignore_public_acls: bool,
    /// Whether it refuses bucket policies that let everybody in. Default `true`.
    #[serde(default = "on")]
    pub block_public_policy: bool,
    /// Whether under such a policy only the account itself and AWS's services get in. Default
    /// `true`.
    #[serde(default = "on")]
    pub restrict_public_buckets: bool,
}

const fn on() -> bool {
    true
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// The account.
    pub account: String,
}

impl Resource for AccountPublicAccessBlock {
    const KIND: &'static str = "s3.account_public_access_block";
    const TRAITS: Traits = Traits::DEFAULT;
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let accounts: Vec<Id> = ids.iter().map(|id| Id::from(name(id))).collect();
        one_by_one(&accounts, |account| async move {
            Ok(get(cx, account).await?.map(|block| live(account, &block)))
        })
        .await
    }

    async fn find(&self, cx: &Context, _owner: &Owner) -> Result<Vec<Id>> {
        let there = get(cx, &cx.account).await?.is_some();
        Ok(there.then(|| adopted(&cx.account)).into_iter().collect())
    }

    /// S3 would put it in the place of what is there.
    async fn create(&self, cx: &Context, _owner: &Owner) -> Result<Created<Outputs>> {
        if get(cx, &cx.account).await?.is_some() {
            return refuse_existing("a public access block");
        }
        self.put(cx, &cx.account).await?;
        Ok(Created::ready(cx.account.as_str(), Outputs { account: cx.account.clone() }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if change.properties.is_empty() { Ok(()) } else { self.put(cx, name(id)).await }
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        if is_adopted(id) {
            return Ok(LEFT);
        }
        let request = cx.clients.s3control().delete_public_access_block();
        let answer = request.account_id(id.as_str()).send().await.map_err(Error::from);
        Error::optional(Error::where_set(answer))?;
        Ok(Deleted::Gone)
    }
}

impl AccountPublicAccessBlock {
    async fn put(&self, cx: &Context, account: &str) -> Result<()> {
        let block = PublicAccessBlockConfiguration::builder()
            .block_public_acls(self.block_public_acls)
            .ignore_public_acls(self.ignore_public_acls)
            .block_public_policy(self.block_public_policy)
            .restrict_public_buckets(self.restrict_public_buckets)
            .build();
        let request = cx.clients.s3control().put_public_access_block().account_id(account);
        request.public_access_block_configuration(block).send().await?;
        Ok(())
    }
}

async fn get(cx: &Context, account: &str) -> Result<Option<PublicAccessBlockConfiguration>> {
    let request = cx.clients.s3control().get_public_access_block().account_id(account);
    let answer = Error::where_set(request.send().await.map_err(Error::from))?;
    Ok(answer.and_then(|answer| answer.public_access_block_configuration))
}

fn live(account: &str, block: &PublicAccessBlockConfiguration) -> Live<AccountPublicAccessBlock> {
    let spec = AccountPublicAccessBlock {
        block_public_acls: block.block_public_acls().unwrap_or(false),
        ignore_public_acls: block.ignore_public_acls().unwrap_or(false),
        block_public_policy: block.block_public_policy().unwrap_or(false),
        restrict_public_buckets: block.restrict_public_buckets().unwrap_or(false),
    };
    let outputs = Outputs { account: account.to_owned() };
    Live { spec, outputs, tags: None, status: Status::Ready }
}
