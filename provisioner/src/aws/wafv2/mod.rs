//! AWS WAF.

use std::collections::HashMap;

use aws_sdk_wafv2::Client;
use aws_sdk_wafv2::types as waf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Context, Error};
use crate::resource::{Id, Result, TagChange, Tags};

pub mod web_acl;

/// The region of all that stands before CloudFront.
const CLOUDFRONT_REGION: &str = "us-east-1";

/// What a web ACL can stand before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Scope {
    /// Distributions. It is kept in us-east-1, whatever the environment's region.
    CloudFront,
    /// Load balancers, App Runner's services, APIs and user pools of the environment's region.
    Regional,
}

impl Scope {
    fn to_aws(self) -> waf::Scope {
        match self {
            Self::CloudFront => waf::Scope::Cloudfront,
            Self::Regional => waf::Scope::Regional,
        }
    }

    fn client(self, cx: &Context) -> Client {
        match self {
            Self::CloudFront => cx.clients.wafv2_in(CLOUDFRONT_REGION),
            Self::Regional => cx.clients.wafv2().clone(),
        }
    }
}

/// What an ARN says: `arn:aws:wafv2:us-east-1:123456789012:global/webacl/NAME/ID`.
#[derive(Debug, Clone, Copy)]
struct Named<'a> {
    scope: Scope,
    name: &'a str,
    id: &'a str,
}

impl<'a> Named<'a> {
    fn parse(arn: &'a Id) -> Result<Self> {
        let object = arn.as_str().splitn(6, ':').nth(5).unwrap_or_default();
        let parts: Vec<&str> = object.split('/').collect();
        match parts[..] {
            ["global", _, name, id] => Ok(Self { scope: Scope::CloudFront, name, id }),
            ["regional", _, name, id] => Ok(Self { scope: Scope::Regional, name, id }),
            _ => Err(Error::invalid(format!("`{arn}` is no ARN of WAF's"))),
        }
    }
}

/// The tags of what may have gone meanwhile.
async fn list_tags(client: &Client, arn: &str) -> Result<Tags> {
    let (mut tags, mut marker) = (Tags::new(), None);
    loop {
        let request = client.list_tags_for_resource().resource_arn(arn).set_next_marker(marker);
        let Some(answer) = Error::optional(request.send().await.map_err(Error::from))? else {
            return Ok(tags);
        };
        let page = answer.tag_info_for_resource.and_then(|info| info.tag_list);
        tags.extend(page.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)));
        marker = answer.next_marker.filter(|marker| !marker.is_empty());
        if marker.is_none() {
            return Ok(tags);
        }
    }
}

async fn sync_tags(client: &Client, arn: &str, change: &TagChange) -> Result<()> {
    if !change.set.is_empty() {
        let tags = Some(to_tags(&change.set)?);
        client.tag_resource().resource_arn(arn).set_tags(tags).send().await?;
    }
    if !change.remove.is_empty() {
        let keys = Some(change.remove.clone());
        client.untag_resource().resource_arn(arn).set_tag_keys(keys).send().await?;
    }
    Ok(())
}

fn to_tags(tags: &Tags) -> Result<Vec<waf::Tag>> {
    let tag = |(key, value)| Ok(waf::Tag::builder().key(key).value(value).build()?);
    tags.iter().map(tag).collect()
}

/// The items of a list that AWS leaves out when it is empty.
fn filled<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

/// The entries of a map that AWS leaves out when it is empty.
fn filled_map<T>(entries: HashMap<String, T>) -> Option<HashMap<String, T>> {
    (!entries.is_empty()).then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_says_what_it_names() {
        let arn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/site/a-b".into();
        let named = Named::parse(&arn).unwrap();
        assert_eq!((named.scope, named.name, named.id), (Scope::CloudFront, "site", "a-b"));
        let arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/ipset/office/c".into();
        assert_eq!(Named::parse(&arn).unwrap().scope, Scope::Regional);
        assert!(Named::parse(&"site".into()).is_err());
    }
}
