//! `s3.bucket_policy`: who else may do what with a bucket's objects.
//!
//! An object of its own rather than a property of the bucket, because it may name what needs the
//! bucket first, e.g. a distribution.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::read::one_by_one;
use crate::aws::{Context, Document, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// A bucket's policy. A bucket has at most one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BucketPolicy {
    /// The bucket's name. A change replaces.
    #[schemars(length(min = 3, max = 63))]
    pub bucket: String,
    /// The policy, at most 20 KB.
    pub policy: Document,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// The bucket's name. Whoever needs the policy in force refers to this.
    pub bucket: String,
}

impl Resource for BucketPolicy {
    const KIND: &'static str = "s3.bucket_policy";
    const TRAITS: Traits = Traits {
        immutable: &["bucket"],
        compare: &[("policy", Compare::Policy)],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        one_by_one(ids, |bucket| read_one(cx, bucket)).await
    }

    /// The policy has no tags; one that says just what is declared is taken for the one that an
    /// interrupted run put there.
    async fn find(&self, cx: &Context, _owner: &Owner) -> Result<Vec<Id>> {
        let live = read_one(cx, &self.bucket).await?;
        let same = live.is_some_and(|live| live.spec.policy == self.policy);
        Ok(same.then(|| Id(self.bucket.clone())).into_iter().collect())
    }

    async fn create(&self, cx: &Context, _owner: &Owner) -> Result<Created<Outputs>> {
        if let Some(live) = read_one(cx, &self.bucket).await?
            && live.spec.policy != self.policy
        {
            let message = "the bucket has another policy, which putting this one would delete";
            return Err(Error::with_code("BucketPolicyAlreadyExists", message));
        }
        self.put(cx, &self.bucket).await?;
        Ok(Created::ready(self.bucket.as_str(), Outputs { bucket: self.bucket.clone() }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if change.has("policy") { self.put(cx, id.as_str()).await } else { Ok(()) }
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let answer = cx.clients.s3().delete_bucket_policy().bucket(id.as_str()).send().await;
        Error::optional(answer.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl BucketPolicy {
    async fn put(&self, cx: &Context, bucket: &str) -> Result<()> {
        let request = cx.clients.s3().put_bucket_policy().bucket(bucket);
        request.policy(self.policy.to_aws()).send().await?;
        Ok(())
    }
}

async fn read_one(cx: &Context, bucket: &str) -> Result<Option<Live<BucketPolicy>>> {
    let answer = cx.clients.s3().get_bucket_policy().bucket(bucket).send().await;
    let answer = Error::optional(Error::where_set(answer.map_err(Error::from)))?;
    let policy = answer.flatten().and_then(|answer| answer.policy);
    Ok(policy.map(|policy| Live {
        spec: BucketPolicy { bucket: bucket.to_owned(), policy: Document::from_aws(&policy) },
        outputs: Outputs { bucket: bucket.to_owned() },
        tags: None,
        status: Status::Ready,
    }))
}
