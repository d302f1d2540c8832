//! `cloudfront.response_headers_policy`: what headers CloudFront adds to answers, and removes.
//!
//! It has no tags. Where the YAML gives no comment, that says whose it is.

use std::collections::HashMap;

use aws_sdk_cloudfront::types as cf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mark;
use crate::aws::read::in_order;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

mod convert;
mod headers;

pub use headers::{
    ContentSecurityPolicy, ContentTypeOptions, Cors, CorsMethod, CustomHeader, FrameOption,
    FrameOptions, Referrer, ReferrerPolicy, SecurityHeaders, StrictTransportSecurity,
    XssProtection,
};

/// A response headers policy.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseHeadersPolicy {
    /// Its name, unique in the account. Default: the environment's prefix and the address.
    #[schemars(length(min = 1, max = 128), regex(pattern = r"^[A-Za-z0-9_-]+$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for. Default: whose it is.
    #[schemars(length(max = 128))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Headers that tell browsers what not to do. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_headers: Option<SecurityHeaders>,
    /// Headers that say what pages of other origins may do. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cors: Option<Cors>,
    /// Any other headers, at most ten. Default: none.
    #[schemars(length(max = 10))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_headers: Option<Vec<CustomHeader>>,
    /// Names of headers of the origin's that are taken away, at most ten. Default: none.
    #[schemars(length(max = 10))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove_headers: Option<Vec<String>>,
    /// Of how many per cent of the answers `Server-Timing` says what CloudFront did, 0 to 100 with
    /// up to four decimals. Default: of none.
    #[schemars(range(min = 0, max = 100))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_timing_sampling_rate: Option<f64>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its id.
    pub id: String,
}

impl Resource for ResponseHeadersPolicy {
    const KIND: &'static str = "cloudfront.response_headers_policy";
    const TRAITS: Traits = Traits {
        compare: &[
            ("cors.allow_origins", Compare::Set),
            ("cors.allow_methods", Compare::Set),
            ("cors.allow_headers", Compare::Set),
            ("cors.expose_headers", Compare::Set),
            ("custom_headers", Compare::Set),
            ("custom_headers.*.header", Compare::CaseInsensitive),
            ("remove_headers", Compare::Set),
            ("remove_headers.*", Compare::CaseInsensitive),
        ],
        clearable: &[
            "security_headers",
            "cors",
            "custom_headers",
            "remove_headers",
            "server_timing_sampling_rate",
        ],
        create_first: true,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let sets = self.security_headers.is_some()
            || self.cors.is_some()
            || self.custom_headers.is_some()
            || self.remove_headers.is_some()
            || self.server_timing_sampling_rate.is_some();
        let mut problems = Vec::new();
        if !sets {
            let message = "The policy neither adds nor removes a header.";
            problems.push(Problem::at("", message).hint("write e.g. security_headers"));
        }
        let names = self.custom_headers.iter().flatten().enumerate();
        for (index, header) in names {
            if let Some(property) = headers::has_its_own_property(&header.header) {
                problems.push(
                    Problem::at(
                        format!("custom_headers.{index}.header"),
                        format!("CloudFront refuses `{}` as a custom header.", header.header),
                    )
                    .hint(format!("write {property}")),
                );
            }
        }
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let all = list(cx).await?;
        let lives = all.iter().map(|policy| (policy.id.clone(), live(policy)));
        Ok(in_order(ids, lives.collect::<HashMap<_, _>>()))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let (name, comment) = (self.name(owner), self.comment(owner));
        let mut all = list(cx).await?;
        all.retain(|policy| {
            let config = policy.response_headers_policy_config.as_ref();
            config.is_some_and(|config| config.name == name && config.comment() == Some(&comment))
        });
        Ok(all.into_iter().map(|policy| Id(policy.id)).collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let config = self.to_aws(self.name(owner), self.comment(owner))?;
        let request = cx.clients.cloudfront().create_response_headers_policy();
        let answer = request.response_headers_policy_config(config).send().await?;
        let made = answer.response_headers_policy.ok_or_else(|| {
            Error::missing("cloudfront:CreateResponseHeadersPolicy", "ResponseHeadersPolicy")
        })?;
        Ok(Created::ready(made.id.as_str(), Outputs { id: made.id.clone() }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if change.properties.is_empty() {
            return Ok(());
        }
        // An update replaces the whole, so what the YAML does not say must be said as it is.
        let whole = self.over(&change.before, change);
        let [name, comment] =
            [&whole.name, &whole.comment].map(|it| it.clone().unwrap_or_default());
        let config = whole.to_aws(name, comment)?;
        let Some(etag) = etag(cx, id).await? else { return Err(gone(id)) };
        let request = cx.clients.cloudfront().update_response_headers_policy().id(id.as_str());
        request.if_match(etag).response_headers_policy_config(config).send().await?;
        Ok(())
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let Some(etag) = etag(cx, id).await? else { return Ok(Deleted::Gone) };
        let request = cx.clients.cloudfront().delete_response_headers_policy().id(id.as_str());
        Error::optional(request.if_match(etag).send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl ResponseHeadersPolicy {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(128))
    }

    fn comment(&self, owner: &Owner) -> String {
        self.comment.clone().unwrap_or_else(|| mark(owner).chars().take(128).collect())
    }

    /// What is there, with the changed properties as they are declared.
    fn over(&self, before: &Self, change: &Change<Self>) -> Self {
        fn pick<T: Clone>(changed: bool, new: &Option<T>, old: &Option<T>) -> Option<T> {
            if changed { new.clone() } else { old.clone() }
        }
        let has = |property| change.has(property);
        Self {
            name: pick(has("name"), &self.name, &before.name),
            comment: pick(has("comment"), &self.comment, &before.comment),
            security_headers: pick(
                has("security_headers"),
                &self.security_headers,
                &before.security_headers,
            ),
            cors: pick(has("cors"), &self.cors, &before.cors),
            custom_headers: pick(
                has("custom_headers"),
                &self.custom_headers,
                &before.custom_headers,
            ),
            remove_headers: pick(
                has("remove_headers"),
                &self.remove_headers,
                &before.remove_headers,
            ),
            server_timing_sampling_rate: pick(
                has("server_timing_sampling_rate"),
                &self.server_timing_sampling_rate,
                &before.server_timing_sampling_rate,
            ),
        }
    }
}

/// All of the account's own: there are at most twenty, which CloudFront gives in one call.
async fn list(cx: &Context) -> Result<Vec<cf::ResponseHeadersPolicy>> {
    let (mut all, mut marker) = (Vec::new(), None);
    loop {
        let request = cx.clients.cloudfront().list_response_headers_policies();
        let request = request.r#type(cf::ResponseHeadersPolicyType::Custom).set_marker(marker);
        let Some(list) = request.send().await?.response_headers_policy_list else {
            return Ok(all);
        };
        let items = list.items.unwrap_or_default().into_iter();
        all.extend(items.filter_map(|item| item.response_headers_policy));
        marker = list.next_marker;
        if marker.is_none() {
            return Ok(all);
        }
    }
}

fn live(policy: &cf::ResponseHeadersPolicy) -> Live<ResponseHeadersPolicy> {
    let config = policy.response_headers_policy_config.as_ref();
    Live {
        spec: config.map(ResponseHeadersPolicy::from_aws).unwrap_or_default(),
        outputs: Outputs { id: policy.id.clone() },
        tags: None,
        status: Status::Ready,
    }
}

async fn etag(cx: &Context, id: &Id) -> Result<Option<String>> {
    let request = cx.clients.cloudfront().get_response_headers_policy_config().id(id.as_str());
    let answer = Error::optional(request.send().await.map_err(Error::from))?;
    Ok(answer.and_then(|answer| answer.e_tag))
}

fn gone(id: &Id) -> Error {
    Error::with_code("NoSuchResponseHeadersPolicy", format!("{id} is gone"))
}
