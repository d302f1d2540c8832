//! `cloudfront.distribution`: what CloudFront serves, under which names, and from where.
//!
//! A creation or change is done when all of CloudFront's places know of it: only then may what it
//! led to before go.

use aws_sdk_cloudfront::types as cf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{list_tags, mark, sync_tags, to_tags};
use crate::aws::read::one_by_one;
use crate::aws::{Context, Error, partition, url};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

mod behavior;
mod live;
mod origin;
mod request;
mod validate;

pub use behavior::{
    Behavior, EventType, FunctionAssociation, LambdaAssociation, Method, ViewerProtocolPolicy,
};
pub use origin::{CustomOrigin, Origin, OriginProtocolPolicy, SslProtocol};

/// The hosted zone in which Route 53 finds every distribution, for an alias record.
const HOSTED_ZONE: &str = "Z2FDTNDATAQYW2";

/// A distribution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// Whether it answers. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// What it is for. Default: whose it is.
    #[schemars(length(max = 128))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Further names under which it answers, e.g. `www.example.com`; the certificate must cover
    /// them, and DNS must lead them to `domain_name`. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aliases: Option<Vec<String>>,
    /// What `/` stands for, e.g. `index.html`. Default: nothing.
    #[schemars(length(max = 255), regex(pattern = r"^[^/]"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_root_object: Option<String>,
    /// From where it takes what it serves, at least one.
    #[schemars(length(min = 1, max = 25))]
    pub origins: Vec<Origin>,
    /// What it does with requests that no other behavior is for.
    pub default_cache_behavior: Behavior,
    /// What it does with requests for some paths; the first that fits holds. Default: none.
    #[schemars(length(max = 75))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered_cache_behaviors: Option<Vec<Behavior>>,
    /// What it answers instead of errors, of whichever origin. Default: the errors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_error_responses: Option<Vec<ErrorResponse>>,
    /// From which places it serves. Default `PriceClass_All`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_class: Option<PriceClass>,
    /// Up to which version of HTTP. Default `http2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_version: Option<HttpVersion>,
    /// Whether it answers by IPv6 as well. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_ipv6_enabled: Option<bool>,
    /// The certificate for `aliases`. Default: CloudFront's own, for its own name only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub viewer_certificate: Option<ViewerCertificate>,
    /// From which countries it is asked. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geo_restriction: Option<GeoRestriction>,
    /// Where it records each request. Default: nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logging: Option<Logging>,
    /// The ARN of the web ACL before it, of scope `CLOUDFRONT`. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_acl_id: Option<String>,
}

/// What is answered instead of an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorResponse {
    /// The status of the origin's answer, or of the refusal of a web ACL.
    #[schemars(extend("enum" = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]))]
    pub error_code: i32,
    /// The path of the page that is answered instead. Default: the error's own.
    #[schemars(regex(pattern = r"^/"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_page_path: Option<String>,
    /// With which status. Goes together with `response_page_path`.
    #[schemars(range(min = 200, max = 599))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_code: Option<i32>,
    /// For how many seconds it is kept. Default 10.
    #[schemars(range(min = 0))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_caching_min_ttl: Option<i64>,
}

/// From which places a distribution serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PriceClass {
    /// North America, Europe and Israel.
    #[serde(rename = "PriceClass_100")]
    Cheapest,
    /// All but South America, Australia and New Zealand.
    #[serde(rename = "PriceClass_200")]
    Most,
    /// All.
    #[serde(rename = "PriceClass_All")]
    All,
}

/// Up to which version of HTTP a distribution answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HttpVersion {
    /// 1.1
    #[serde(rename = "http1.1")]
    Http11,
    /// 2
    Http2,
    /// 3, not 2
    Http3,
    /// 2 and 3
    Http2And3,
}

/// The certificate for a distribution's further names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewerCertificate {
    /// The ARN of a certificate in us-east-1.
    #[schemars(regex(pattern = r"^arn:"))]
    pub acm_certificate_arn: String,
    /// The oldest TLS with which one may come, and with which ciphers. Default `TLSv1.2_2021`.
    #[schemars(extend("enum" = [
        "TLSv1", "TLSv1_2016", "TLSv1.1_2016", "TLSv1.2_2018", "TLSv1.2_2019", "TLSv1.2_2021",
        "TLSv1.2_2025", "TLSv1.3_2025",
    ]))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_protocol_version: Option<String>,
    /// How it is chosen: `sni-only` (default), or for old clients `vip`, an address of its own at
    /// 600 dollars a month.
    #[schemars(extend("enum" = ["sni-only", "vip", "static-ip"]))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssl_support_method: Option<String>,
}

/// From which countries a distribution is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GeoRestriction {
    /// Whether only from these (`whitelist`) or from all but these (`blacklist`).
    #[schemars(extend("enum" = ["whitelist", "blacklist"]))]
    pub restriction_type: String,
    /// Two-letter codes of countries, e.g. `DE`.
    #[schemars(length(min = 1), inner(regex(pattern = r"^[A-Z]{2}$")))]
    pub locations: Vec<String>,
}

/// Where requests are recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Logging {
    /// The bucket's host name, e.g. `logs.s3.amazonaws.com`. The bucket must have access control
    /// lists (`object_ownership: BucketOwnerPreferred`).
    pub bucket: String,
    /// What the keys of the records begin with. Default: nothing.
    #[schemars(length(max = 256))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Whether cookies are recorded. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_cookies: Option<bool>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `E…`
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its own name, e.g. `d111111abcdef8.cloudfront.net`.
    pub domain_name: String,
    /// Where to find it: under the first of its `aliases`, else under its own name.
    pub url: String,
    /// The hosted zone of its own name, for an alias record in Route 53.
    pub hosted_zone_id: String,
}

impl Resource for Distribution {
    const KIND: &'static str = "cloudfront.distribution";
    const TRAITS: Traits = Traits {
        compare: &[
            ("aliases", Compare::Set),
            ("origins", Compare::Set),
            ("origins.*.custom_origin_config.origin_ssl_protocols", Compare::Set),
            ("default_cache_behavior.allowed_methods", Compare::Set),
            ("default_cache_behavior.cached_methods", Compare::Set),
            ("default_cache_behavior.function_associations", Compare::Set),
            ("default_cache_behavior.lambda_function_associations", Compare::Set),
            ("default_cache_behavior.trusted_key_groups", Compare::Set),
            ("ordered_cache_behaviors.*.allowed_methods", Compare::Set),
            ("ordered_cache_behaviors.*.cached_methods", Compare::Set),
            ("ordered_cache_behaviors.*.function_associations", Compare::Set),
            ("ordered_cache_behaviors.*.lambda_function_associations", Compare::Set),
            ("ordered_cache_behaviors.*.trusted_key_groups", Compare::Set),
            ("custom_error_responses", Compare::Set),
            ("geo_restriction.locations", Compare::Set),
        ],
        clearable: &[
            "aliases",
            "default_root_object",
            "origins.*.origin_access_control_id",
            "default_cache_behavior.origin_request_policy_id",
            "default_cache_behavior.response_headers_policy_id",
            "default_cache_behavior.function_associations",
            "default_cache_behavior.lambda_function_associations",
            "default_cache_behavior.trusted_key_groups",
            "default_cache_behavior.realtime_log_config_arn",
            "ordered_cache_behaviors",
            "ordered_cache_behaviors.*.origin_request_policy_id",
            "ordered_cache_behaviors.*.response_headers_policy_id",
            "ordered_cache_behaviors.*.function_associations",
            "ordered_cache_behaviors.*.lambda_function_associations",
            "ordered_cache_behaviors.*.trusted_key_groups",
            "ordered_cache_behaviors.*.realtime_log_config_arn",
            "custom_error_responses",
            "viewer_certificate",
            "geo_restriction",
            "logging",
            "web_acl_id",
        ],
        create_time: std::time::Duration::from_secs(240),
        delete_time: std::time::Duration::from_secs(300),
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        self.problems()
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        one_by_one(ids, |id| read_one(cx, id)).await
    }

    /// Only those that bear the comment can be ours: asks for the tags of these.
    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let comment = self.comment(owner);
        let mut pages = cx.clients.cloudfront().list_distributions().into_paginator().send();
        let mut ours = Vec::new();
        while let Some(page) = pages.next().await {
            let list = page?.distribution_list.and_then(|list| list.items).unwrap_or_default();
            for distribution in list.into_iter().filter(|it| it.comment == comment) {
                let tags = Error::optional(list_tags(cx, &distribution.arn).await)?;
                if owner.owns(&tags.unwrap_or_default()) {
                    ours.push(Id(distribution.id));
                }
            }
        }
        Ok(ours)
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let mut config = request::blank(&owner.token, self.comment(owner))?;
        self.write(&mut config, |_| true)?;
        let config = cf::DistributionConfigWithTags::builder()
            .distribution_config(config)
            .tags(to_tags(&owner.tags)?)
            .build();
        let request = cx.clients.cloudfront().create_distribution_with_tags();
        let answer = request.distribution_config_with_tags(config).send().await?;
        let made = answer.distribution.ok_or_else(|| {
            Error::missing("cloudfront:CreateDistributionWithTags", "Distribution")
        })?;
        Ok(Created::pending(made.id))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if !change.properties.is_empty() {
            let Some(live) = get(cx, id.as_str()).await? else { return Err(gone(id)) };
            let mut config = live.config;
            self.write(&mut config, |property| change.has(property))?;
            put(cx, id, config, live.etag).await?;
        }
        sync_tags(cx, &arn(cx, id.as_str()), &change.tags).await
    }

    /// CloudFront deletes only what is disabled, and known in all its places to be so. Until then
    /// this says that it is busy, and is called again.
    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let Some(mut live) = get(cx, id.as_str()).await? else { return Ok(Deleted::Gone) };
        if live.config.enabled {
            live.config.enabled = false;
            let answer = put(cx, id, live.config, live.etag).await?;
            let Some(distribution) = answer.distribution else { return Err(still_served(id)) };
            (live.etag, live.distribution) = (answer.e_tag, distribution);
        }
        if !is_deployed(&live.distribution) {
            return Err(still_served(id));
        }
        let request = cx.clients.cloudfront().delete_distribution().id(id.as_str());
        let answer = request.set_if_match(live.etag).send().await;
        Error::optional(answer.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl Distribution {
    fn comment(&self, owner: &Owner) -> String {
        self.comment.clone().unwrap_or_else(|| mark(owner).chars().take(128).collect())
    }
}

async fn read_one(cx: &Context, id: &str) -> Result<Option<Live<Distribution>>> {
    let arn = arn(cx, id);
    let tags = async { Error::optional(list_tags(cx, &arn).await) };
    let (found, tags) = futures::try_join!(get(cx, id), tags)?;
    Ok(found.map(|found| Live {
        spec: Distribution::from_aws(&found.config),
        outputs: outputs(&found.distribution),
        tags: Some(tags.unwrap_or_default()),
        // Its name answers from the first place that has it on. One that is on its way out does not.
        status: match is_deployed(&found.distribution) {
            true => Status::Ready,
            false if found.config.enabled => Status::Spreading(found.distribution.status),
            false => Status::Working(found.distribution.status),
        },
    }))
}

/// A distribution as CloudFront gives it, taken apart.
struct Found {
    distribution: cf::Distribution,
    config: cf::DistributionConfig,
    etag: Option<String>,
}

async fn get(cx: &Context, id: &str) -> Result<Option<Found>> {
    let answer = cx.clients.cloudfront().get_distribution().id(id).send().await;
    let Some(answer) = Error::optional(answer.map_err(Error::from))? else { return Ok(None) };
    let missing = |member| Error::missing("cloudfront:GetDistribution", member);
    let distribution = answer.distribution.ok_or_else(|| missing("Distribution"))?;
    let config = distribution.distribution_config.clone();
    let config = config.ok_or_else(|| missing("DistributionConfig"))?;
    Ok(Some(Found { distribution, config, etag: answer.e_tag }))
}

async fn put(
    cx: &Context,
    id: &Id,
    config: cf::DistributionConfig,
    etag: Option<String>,
) -> Result<aws_sdk_cloudfront::operation::update_distribution::UpdateDistributionOutput> {
    let request = cx.clients.cloudfront().update_distribution().id(id.as_str());
    Ok(request.set_if_match(etag).distribution_config(config).send().await?)
}

fn is_deployed(distribution: &cf::Distribution) -> bool {
    distribution.status == "Deployed"
}

fn outputs(distribution: &cf::Distribution) -> Outputs {
    let config = distribution.distribution_config.as_ref();
    let aliases = config.and_then(|config| config.aliases()).map(|aliases| aliases.items());
    let alias = aliases.unwrap_or_default().iter().find(|alias| !alias.starts_with('*'));
    Outputs {
        id: distribution.id.clone(),
        arn: distribution.arn.clone(),
        domain_name: distribution.domain_name.clone(),
        url: url::of_host(alias.unwrap_or(&distribution.domain_name)),
        hosted_zone_id: HOSTED_ZONE.to_owned(),
    }
}

fn arn(cx: &Context, id: &str) -> String {
    format!("arn:{}:cloudfront::{}:distribution/{id}", partition(&cx.region), cx.account)
}

fn gone(id: &Id) -> Error {
    Error::with_code("NoSuchDistribution", format!("{id} is gone"))
}

fn still_served(id: &Id) -> Error {
    let message = format!("not all of CloudFront's places know yet that {id} is disabled");
    Error::with_code("DistributionNotDisabled", message)
}
