//! `cloudwatch.dashboard`: a page of CloudWatch's console.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::policy::Document;
use crate::aws::read::one_by_one;
use crate::aws::{Context, Error, partition};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// A dashboard. It bears no tags: one that has the name already is taken for this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dashboard {
    /// Its name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 1, max = 255), regex(pattern = r"^[A-Za-z0-9_-]+$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is on it: `widgets`, each with `type`, `x`, `y`, `width`, `height` and `properties`.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>
    pub body: Document,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Where it can be seen, by who may.
    pub url: String,
}

impl Resource for Dashboard {
    const KIND: &'static str = "cloudwatch.dashboard";
    const TRAITS: Traits =
        Traits { immutable: &["name"], compare: &[("body", Compare::Whole)], ..Traits::DEFAULT };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        one_by_one(ids, |name| async move {
            let request = cx.clients.cloudwatch().get_dashboard().dashboard_name(name);
            let answer = Error::optional(request.send().await.map_err(Error::from))?;
            Ok(answer.map(|answer| Live {
                spec: Self {
                    name: Some(name.to_owned()),
                    body: Document::from_aws(answer.dashboard_body().unwrap_or_default()),
                },
                outputs: outputs(cx, name),
                tags: None,
                status: Status::Ready,
            }))
        })
        .await
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let id = Id(self.name(owner));
        let found = Self::read(cx, std::slice::from_ref(&id)).await?;
        Ok(found.into_iter().flatten().map(|_| id.clone()).collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name(owner);
        self.put(cx, &name).await?;
        Ok(Created::ready(name.clone(), outputs(cx, &name)))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        match change.has("body") {
            true => self.put(cx, id.as_str()).await,
            false => Ok(()),
        }
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.cloudwatch().delete_dashboards().dashboard_names(id.as_str());
        Error::optional(request.send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl Dashboard {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(255))
    }

    /// CloudWatch takes a page with mistakes, and says what they are.
    async fn put(&self, cx: &Context, name: &str) -> Result<()> {
        let request = cx.clients.cloudwatch().put_dashboard().dashboard_name(name);
        let answer = request.dashboard_body(self.body.to_aws()).send().await?;
        let Some(mistake) = answer.dashboard_validation_messages().first() else { return Ok(()) };
        let path = mistake.data_path().unwrap_or_default();
        let message = mistake.message().unwrap_or_default();
        Err(Error::invalid(format!("CloudWatch finds a mistake in the body: {path}: {message}")))
    }
}

fn outputs(cx: &Context, name: &str) -> Outputs {
    let (partition, region) = (partition(&cx.region), &cx.region);
    Outputs {
        name: name.to_owned(),
        arn: format!("arn:{partition}:cloudwatch::{}:dashboard/{name}", cx.account),
        url: format!(
            "https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#dashboards/dashboard/{name}"
        ),
    }
}
