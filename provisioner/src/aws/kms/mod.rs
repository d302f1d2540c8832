//! AWS Key Management Service.

use aws_sdk_kms::types::Tag;

use super::Context;
use crate::resource::{Result, TagChange, Tags};

pub mod key;

/// Aliases with the keys that they stand for, of one key or of all.
async fn list_aliases(cx: &Context, key: Option<&str>) -> Result<Vec<(String, String)>> {
    let request = cx.clients.kms().list_aliases().set_key_id(key.map(str::to_owned));
    let mut pages = request.into_paginator().items().send();
    let mut aliases = Vec::new();
    while let Some(alias) = pages.next().await {
        let alias = alias?;
        // AWS lists the aliases of its own keys before there is a key.
        aliases.extend(alias.alias_name.zip(alias.target_key_id));
    }
    Ok(aliases)
}

async fn list_tags(cx: &Context, key: &str) -> Result<Tags> {
    let request = cx.clients.kms().list_resource_tags().key_id(key);
    let mut pages = request.into_paginator().items().send();
    let mut tags = Tags::new();
    while let Some(tag) = pages.next().await {
        let tag = tag?;
        tags.insert(tag.tag_key, tag.tag_value);
    }
    Ok(tags)
}

async fn sync_tags(cx: &Context, key: &str, change: &TagChange) -> Result<()> {
    let kms = cx.clients.kms();
    if !change.set.is_empty() {
        let tags = to_tags(&change.set)?;
        kms.tag_resource().key_id(key).set_tags(Some(tags)).send().await?;
    }
    if !change.remove.is_empty() {
        let keys = Some(change.remove.clone());
        kms.untag_resource().key_id(key).set_tag_keys(keys).send().await?;
    }
    Ok(())
}

fn to_tags(tags: &Tags) -> Result<Vec<Tag>> {
    let tag = |(key, value)| Ok(Tag::builder().tag_key(key).tag_value(value).build()?);
    tags.iter().map(tag).collect()
}
