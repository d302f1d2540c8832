//! `iam.role`: what a service or a person may do, and who may become it.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types as iam;
use futures::future::try_join_all;
use percent_encoding::percent_decode_str;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::read::one_by_one;
use crate::aws::{Context, Document, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Resource, Result, Status, TagChange, Tags,
    Traits,
};

/// A role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its name, unique in the account. Default: the environment's prefix and the address. A
    /// change replaces.
    #[schemars(length(min = 1, max = 64), regex(pattern = r"^[\w+=,.@-]+$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A path that groups roles, e.g. `/service/`. Default `/`. A change replaces.
    #[schemars(length(max = 512), regex(pattern = r"^/([\x21-\x7e]*/)?$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Who may become it: a trust policy.
    pub assume_role_policy: Document,
    /// What it is for. Default: nothing.
    #[schemars(length(max = 1000))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// For how long one may be it, in seconds, 3600 (one hour, the default) to 43200 (twelve).
    #[schemars(range(min = 3600, max = 43200))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_session_duration: Option<i32>,
    /// The ARN of a policy that bounds what its other policies can allow. Default: none.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
    /// Policies of its own, by name. Where given, it has these and no others: what somebody adds
    /// by hand is drift. Default: whatever it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inline_policies: Option<BTreeMap<String, Document>>,
    /// The ARNs of the managed policies that are attached to it. Where given, these and no others.
    /// Default: whatever it has.
    #[schemars(inner(regex(pattern = r"^arn:")))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_policies: Option<BTreeSet<String>>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// `AROA…`, unlike the name never used twice.
    pub id: String,
}

impl Resource for Role {
    const KIND: &'static str = "iam.role";
    const TRAITS: Traits = Traits {
        immutable: &["name", "path"],
        compare: &[
            ("assume_role_policy", Compare::Policy),
            ("inline_policies", Compare::Policy),
            ("managed_policies", Compare::Set),
        ],
        clearable: &[
            "description",
            "max_session_duration",
            "permissions_boundary",
            "inline_policies",
            "managed_policies",
        ],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        one_by_one(ids, |name| read_one(cx, name)).await
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let name = self.name(owner);
        let answer = cx.clients.iam().get_role().role_name(&name).send().await;
        let answer = Error::optional(answer.map_err(Error::from))?;
        let role = answer.and_then(|answer| answer.role);
        let ours = role.is_some_and(|role| owner.owns(&tags(role.tags())));
        Ok(ours.then_some(Id(name)).into_iter().collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name(owner);
        let answer = cx
            .clients
            .iam()
            .create_role()
            .role_name(&name)
            .set_path(self.path.clone())
            .assume_role_policy_document(self.assume_role_policy.to_aws())
            .set_description(self.description.clone())
            .set_max_session_duration(self.max_session_duration)
            .set_permissions_boundary(self.permissions_boundary.clone())
            .set_tags(Some(to_tags(&owner.tags)?))
            .send()
            .await?;
        let role = answer.role.ok_or_else(|| Error::missing("iam:CreateRole", "Role"))?;
        let policies = async {
            self.sync_inline(cx, &name, &BTreeMap::new()).await?;
            self.sync_managed(cx, &name, &BTreeSet::new()).await
        };
        policies.await.map_err(Error::after_creation)?;
        Ok(Created::ready(name, outputs(&role)))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        let (iam, name) = (cx.clients.iam(), id.as_str());
        if change.has("assume_role_policy") {
            let document = self.assume_role_policy.to_aws();
            let request = iam.update_assume_role_policy().role_name(name);
            request.policy_document(document).send().await?;
        }
        if change.has_any(&["description", "max_session_duration"]) {
            self.update_description(cx, name, &change.before).await?;
        }
        if change.has("permissions_boundary") {
            self.set_boundary(cx, name).await?;
        }
        if change.has("inline_policies") {
            let live = change.before.inline_policies.clone().unwrap_or_default();
            self.sync_inline(cx, name, &live).await?;
        }
        if change.has("managed_policies") {
            let live = change.before.managed_policies.clone().unwrap_or_default();
            self.sync_managed(cx, name, &live).await?;
        }
        sync_tags(cx, name, &change.tags).await
    }

    /// A role can be deleted only when it has no policies: takes away whatever there is.
    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let (iam, name) = (cx.clients.iam(), id.as_str());
        let policies = futures::try_join!(inline_names(cx, name), managed(cx, name));
        let Some((inline, managed)) = Error::optional(policies)? else {
            return Ok(Deleted::Gone);
        };
        for policy in inline {
            delete_inline(cx, name, &policy).await?;
        }
        for policy in managed {
            detach(cx, name, &policy).await?;
        }
        let answer = iam.delete_role().role_name(name).send().await;
        Error::optional(answer.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl Role {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(64))
    }

    /// UpdateRole sets a property that is not given back to its default, so both are always given.
    async fn update_description(&self, cx: &Context, name: &str, live: &Self) -> Result<()> {
        let description = self.description.as_deref().or(live.description.as_deref());
        cx.clients
            .iam()
            .update_role()
            .role_name(name)
            .description(description.unwrap_or_default())
            .set_max_session_duration(self.max_session_duration.or(Some(3600)))
            .send()
            .await?;
        Ok(())
    }

    async fn set_boundary(&self, cx: &Context, name: &str) -> Result<()> {
        let iam = cx.clients.iam();
        match &self.permissions_boundary {
            Some(arn) => {
                let request = iam.put_role_permissions_boundary().role_name(name);
                request.permissions_boundary(arn).send().await?;
            }
            None => {
                iam.delete_role_permissions_boundary().role_name(name).send().await?;
            }
        }
        Ok(())
    }

    /// Puts the inline policies that differ from the live ones and deletes the others.
    async fn sync_inline(
        &self,
        cx: &Context,
        name: &str,
        live: &BTreeMap<String, Document>,
    ) -> Result<()> {
        let wanted = self.inline_policies.clone().unwrap_or_default();
        for (policy, document) in &wanted {
            if live.get(policy) != Some(document) {
                let request = cx.clients.iam().put_role_policy().role_name(name);
                let request = request.policy_name(policy).policy_document(document.to_aws());
                request.send().await?;
            }
        }
        for policy in live.keys().filter(|policy| !wanted.contains_key(*policy)) {
            delete_inline(cx, name, policy).await?;
        }
        Ok(())
    }

    async fn sync_managed(&self, cx: &Context, name: &str, live: &BTreeSet<String>) -> Result<()> {
        let wanted = self.managed_policies.clone().unwrap_or_default();
        for arn in wanted.difference(live) {
            let request = cx.clients.iam().attach_role_policy().role_name(name);
            request.policy_arn(arn).send().await?;
        }
        for arn in live.difference(&wanted) {
            detach(cx, name, arn).await?;
        }
        Ok(())
    }
}

async fn read_one(cx: &Context, name: &str) -> Result<Option<Live<Role>>> {
    let role = async {
        let answer = cx.clients.iam().get_role().role_name(name).send().await?;
        answer.role.ok_or_else(|| Error::missing("iam:GetRole", "Role"))
    };
    let all = async { futures::try_join!(role, inline(cx, name), managed(cx, name)) };
    let all = Error::optional(all.await)?;
    Ok(all.map(|(role, inline, managed)| live(&role, inline, managed)))
}

fn live(
    role: &iam::Role,
    inline: BTreeMap<String, Document>,
    managed: BTreeSet<String>,
) -> Live<Role> {
    let boundary = role.permissions_boundary();
    Live {
        spec: Role {
            name: Some(role.role_name().to_owned()),
            path: Some(role.path().to_owned()),
            assume_role_policy: document(role.assume_role_policy_document().unwrap_or_default()),
            description: role.description().map(str::to_owned),
            max_session_duration: role.max_session_duration(),
            permissions_boundary: boundary
                .and_then(|boundary| boundary.permissions_boundary_arn())
                .map(str::to_owned),
            inline_policies: Some(inline),
            managed_policies: Some(managed),
        },
        outputs: outputs(role),
        tags: Some(tags(role.tags())),
        status: Status::Ready,
    }
}

fn outputs(role: &iam::Role) -> Outputs {
    Outputs {
        name: role.role_name().to_owned(),
        arn: role.arn().to_owned(),
        id: role.role_id().to_owned(),
    }
}

/// IAM gives documents percent-encoded.
fn document(encoded: &str) -> Document {
    Document::from_aws(&percent_decode_str(encoded).decode_utf8_lossy())
}

async fn inline(cx: &Context, role: &str) -> Result<BTreeMap<String, Document>> {
    let names = inline_names(cx, role).await?;
    let read = names.into_iter().map(|name| async move {
        let request = cx.clients.iam().get_role_policy().role_name(role).policy_name(&name);
        let answer = request.send().await?;
        Ok::<_, Error>((name, document(answer.policy_document())))
    });
    Ok(try_join_all(read).await?.into_iter().collect())
}

async fn inline_names(cx: &Context, role: &str) -> Result<Vec<String>> {
    let request = cx.clients.iam().list_role_policies().role_name(role);
    let mut pages = request.into_paginator().items().send();
    let mut names = Vec::new();
    while let Some(name) = pages.next().await {
        names.push(name?);
    }
    Ok(names)
}

async fn managed(cx: &Context, role: &str) -> Result<BTreeSet<String>> {
    let request = cx.clients.iam().list_attached_role_policies().role_name(role);
    let mut pages = request.into_paginator().items().send();
    let mut arns = BTreeSet::new();
    while let Some(policy) = pages.next().await {
        arns.extend(policy?.policy_arn);
    }
    Ok(arns)
}

async fn delete_inline(cx: &Context, role: &str, policy: &str) -> Result<()> {
    let request = cx.clients.iam().delete_role_policy().role_name(role).policy_name(policy);
    Error::optional(request.send().await.map_err(Error::from))?;
    Ok(())
}

async fn detach(cx: &Context, role: &str, arn: &str) -> Result<()> {
    let request = cx.clients.iam().detach_role_policy().role_name(role).policy_arn(arn);
    Error::optional(request.send().await.map_err(Error::from))?;
    Ok(())
}

async fn sync_tags(cx: &Context, role: &str, change: &TagChange) -> Result<()> {
    let iam = cx.clients.iam();
    if !change.set.is_empty() {
        let tags = to_tags(&change.set)?;
        iam.tag_role().role_name(role).set_tags(Some(tags)).send().await?;
    }
    if !change.remove.is_empty() {
        let keys = Some(change.remove.clone());
        iam.untag_role().role_name(role).set_tag_keys(keys).send().await?;
    }
    Ok(())
}

fn to_tags(tags: &Tags) -> Result<Vec<iam::Tag>> {
    let tag = |(key, value)| Ok(iam::Tag::builder().key(key).value(value).build()?);
    tags.iter().map(tag).collect()
}

fn tags(tags: &[iam::Tag]) -> Tags {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}
