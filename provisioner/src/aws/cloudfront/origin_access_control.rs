//! `cloudfront.origin_access_control`: how a distribution proves to an origin who it is.
//!
//! It has no tags. Where the YAML gives no description, that says whose it is.

use std::collections::HashMap;

use aws_sdk_cloudfront::types::{
    OriginAccessControlConfig, OriginAccessControlSigningProtocols as Protocols,
    OriginAccessControlSummary,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mark;
use crate::aws::read::in_order;
use crate::aws::word::{from_word, word};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// An origin access control.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OriginAccessControl {
    /// Its name, unique in the account. Default: the environment's prefix and the address.
    #[schemars(length(min = 1, max = 64))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for. Default: whose it is.
    #[schemars(length(max = 256))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What the origin is. Default `s3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_type: Option<OriginType>,
    /// Which requests are signed. Default `always`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_behavior: Option<SigningBehavior>,
}

/// What an origin is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OriginType {
    /// A bucket.
    #[default]
    S3,
    /// A function's URL.
    Lambda,
    /// A MediaStore container.
    MediaStore,
    /// A MediaPackage endpoint.
    MediaPackageV2,
}

/// Which requests to an origin are signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SigningBehavior {
    /// All.
    #[default]
    Always,
    /// None: the control is as good as not there.
    Never,
    /// Those that come without an `Authorization` of the viewer's.
    NoOverride,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `E…`
    pub id: String,
}

impl Resource for OriginAccessControl {
    const KIND: &'static str = "cloudfront.origin_access_control";
    const TRAITS: Traits = Traits { create_first: true, ..Traits::DEFAULT };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let all = list(cx).await?;
        let lives = all.iter().map(|summary| (summary.id.clone(), live(summary)));
        Ok(in_order(ids, lives.collect::<HashMap<_, _>>()))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let (name, description) = (self.name(owner), self.description(owner));
        let mut all = list(cx).await?;
        all.retain(|it| it.name == name && it.description == description);
        Ok(all.into_iter().map(|it| Id(it.id)).collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let config = self.to_aws(self.name(owner), self.description(owner))?;
        let request = cx.clients.cloudfront().create_origin_access_control();
        let answer = request.origin_access_control_config(config).send().await?;
        let made = answer.origin_access_control.ok_or_else(|| {
            Error::missing("cloudfront:CreateOriginAccessControl", "OriginAccessControl")
        })?;
        Ok(Created::ready(made.id.as_str(), Outputs { id: made.id.clone() }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if change.properties.is_empty() {
            return Ok(());
        }
        let before = &change.before;
        let kept = |new: &Option<String>, old: &Option<String>| {
            new.clone().or_else(|| old.clone()).unwrap_or_default()
        };
        let name = kept(&self.name, &before.name);
        let config = self.to_aws(name, kept(&self.description, &before.description))?;
        let Some(etag) = etag(cx, id).await? else { return Err(gone(id)) };
        let request = cx.clients.cloudfront().update_origin_access_control().id(id.as_str());
        request.if_match(etag).origin_access_control_config(config).send().await?;
        Ok(())
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let Some(etag) = etag(cx, id).await? else { return Ok(Deleted::Gone) };
        let request = cx.clients.cloudfront().delete_origin_access_control().id(id.as_str());
        Error::optional(request.if_match(etag).send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl OriginAccessControl {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(64))
    }

    fn description(&self, owner: &Owner) -> String {
        self.description.clone().unwrap_or_else(|| mark(owner))
    }

    fn to_aws(&self, name: String, description: String) -> Result<OriginAccessControlConfig> {
        let behavior = word(&self.signing_behavior.unwrap_or_default());
        let origin = word(&self.origin_type.unwrap_or_default());
        Ok(OriginAccessControlConfig::builder()
            .name(name)
            .description(description)
            .signing_protocol(Protocols::Sigv4)
            .signing_behavior(behavior.as_str().into())
            .origin_access_control_origin_type(origin.as_str().into())
            .build()?)
    }
}

/// All of the account: there are at most a hundred, which CloudFront gives in one call.
async fn list(cx: &Context) -> Result<Vec<OriginAccessControlSummary>> {
    let mut pages = cx.clients.cloudfront().list_origin_access_controls().into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let list = page?.origin_access_control_list;
        all.extend(list.and_then(|list| list.items).unwrap_or_default());
    }
    Ok(all)
}

fn live(summary: &OriginAccessControlSummary) -> Live<OriginAccessControl> {
    let origin = summary.origin_access_control_origin_type.as_str();
    Live {
        spec: OriginAccessControl {
            name: Some(summary.name.clone()),
            description: Some(summary.description.clone()),
            origin_type: from_word(origin),
            signing_behavior: from_word(summary.signing_behavior.as_str()),
        },
        outputs: Outputs { id: summary.id.clone() },
        tags: None,
        status: Status::Ready,
    }
}

async fn etag(cx: &Context, id: &Id) -> Result<Option<String>> {
    let request = cx.clients.cloudfront().get_origin_access_control_config().id(id.as_str());
    let answer = Error::optional(request.send().await.map_err(Error::from))?;
    Ok(answer.and_then(|answer| answer.e_tag))
}

fn gone(id: &Id) -> Error {
    Error::with_code("NoSuchOriginAccessControl", format!("{id} is gone"))
}
