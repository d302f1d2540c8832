//! `ecr.repository`: where the images of one program are kept.

use std::collections::HashMap;

use aws_sdk_ecr::types as ecr;
use aws_sdk_ecr::types::{
    EncryptionConfiguration, EncryptionType, ImageScanningConfiguration,
    ImageTagMutabilityExclusionFilter, ImageTagMutabilityExclusionFilterType as FilterType,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::read::in_order;
use crate::aws::word::{from_word, word};
use crate::aws::{Context, Document, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status,
    TagChange, Tags, Traits,
};

/// How many names one DescribeRepositories takes.
const PAGE: usize = 100;

/// A repository.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repository {
    /// Its name, e.g. `vitality/api`. Default: the environment's prefix and the address. A change
    /// replaces.
    #[schemars(
        length(min = 2, max = 256),
        regex(pattern = r"^[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$")
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether a tag can be moved to another image. Default `MUTABLE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_tag_mutability: Option<Mutability>,
    /// For the two `…_WITH_EXCLUSION`: patterns of tags for which the contrary holds, one to five,
    /// each with at most two `*`, e.g. `latest` or `pr-*`.
    #[schemars(length(min = 1, max = 5), inner(length(min = 1, max = 128)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_tag_mutability_exclusion_filters: Option<Vec<String>>,
    /// Whether each pushed image is searched for known vulnerabilities. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan_on_push: Option<bool>,
    /// How images are encrypted. Default: with a key of S3's. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<Encryption>,
    /// Which images ECR deletes by itself: a lifecycle policy. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle_policy: Option<Document>,
    /// Who else may pull and push: a resource policy. Default: nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository_policy: Option<Document>,
    /// Whether a deletion, which needs consent in any case, takes the images along. With `false`
    /// AWS refuses to delete a repository that is not empty. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_delete: Option<bool>,
}

/// Whether a tag can be moved to another image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Mutability {
    /// It can.
    Mutable,
    /// It can't.
    Immutable,
    /// It can't, but for the excluded tags.
    ImmutableWithExclusion,
    /// It can, but for the excluded tags.
    MutableWithExclusion,
}

/// How images are encrypted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// With whose key.
    #[serde(rename = "type")]
    pub kind: EncryptionKind,
    /// The ARN of the key, for `KMS` and `KMS_DSSE`. Default: ECR's own key, `alias/aws/ecr`.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
}

/// With whose key images are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum EncryptionKind {
    /// A key of S3's.
    #[serde(rename = "AES256")]
    Aes256,
    /// A key in KMS.
    #[serde(rename = "KMS")]
    Kms,
    /// A key in KMS, twice.
    #[serde(rename = "KMS_DSSE")]
    KmsDsse,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// What images are pushed to and pulled from, without a tag:
    /// `123456789012.dkr.ecr.eu-central-1.amazonaws.com/vitality/api`.
    pub url: String,
    /// The account whose registry it is in.
    pub registry_id: String,
}

impl Resource for Repository {
    const KIND: &'static str = "ecr.repository";
    const TRAITS: Traits = Traits {
        immutable: &["name", "encryption"],
        compare: &[
            ("image_tag_mutability_exclusion_filters", Compare::Set),
            ("lifecycle_policy", Compare::Policy),
            ("repository_policy", Compare::Policy),
            ("force_delete", Compare::WriteOnly),
        ],
        clearable: &["lifecycle_policy", "repository_policy"],
        deletion: &["force_delete"],
        holds_data: true,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let excludes = matches!(
            self.image_tag_mutability,
            Some(Mutability::ImmutableWithExclusion | Mutability::MutableWithExclusion)
        );
        if excludes != self.image_tag_mutability_exclusion_filters.is_some() {
            problems.push(Problem::at(
                "image_tag_mutability_exclusion_filters",
                "Exclusion filters go together with IMMUTABLE_WITH_EXCLUSION and MUTABLE_WITH_EXCLUSION, and with nothing else.",
            ));
        }
        let own = |encryption: &Encryption| {
            encryption.kind == EncryptionKind::Aes256 && encryption.kms_key.is_some()
        };
        if self.encryption.as_ref().is_some_and(own) {
            problems.push(
                Problem::at("encryption.kms_key", "With AES256 the key is S3's.")
                    .hint("write type: KMS, or leave kms_key out"),
            );
        }
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let mut found = HashMap::new();
        for names in ids.chunks(PAGE) {
            let repositories = describe(cx, names).await?;
            let lives = repositories.iter().map(|repository| read_one(cx, repository));
            for live in futures::future::try_join_all(lives).await?.into_iter().flatten() {
                found.insert(live.outputs.name.clone(), live);
            }
        }
        Ok(in_order(ids, found))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let name = Id(self.name(owner));
        let mut ours = Vec::new();
        for repository in named(cx, std::slice::from_ref(&name)).await?.unwrap_or_default() {
            let tags = list_tags(cx, repository.repository_arn().unwrap_or_default()).await?;
            if owner.owns(&tags) {
                ours.push(name.clone());
            }
        }
        Ok(ours)
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name(owner);
        let answer = cx
            .clients
            .ecr()
            .create_repository()
            .repository_name(&name)
            .set_image_tag_mutability(self.mutability())
            .set_image_tag_mutability_exclusion_filters(self.exclusion_filters()?)
            .set_image_scanning_configuration(self.scan_on_push.map(scanning))
            .set_encryption_configuration(self.encryption.as_ref().map(encryption).transpose()?)
            .set_tags(Some(to_tags(&owner.tags)?))
            .send()
            .await?;
        let member = "repository";
        let repository =
            answer.repository.ok_or_else(|| Error::missing("ecr:CreateRepository", member))?;
        self.set_policies(cx, &name).await.map_err(Error::after_creation)?;
        Ok(Created::ready(name, outputs(&repository)))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        let (ecr, name) = (cx.clients.ecr(), id.as_str());
        let mutability = ["image_tag_mutability", "image_tag_mutability_exclusion_filters"];
        if change.has_any(&mutability) {
            ecr.put_image_tag_mutability()
                .repository_name(name)
                .set_image_tag_mutability(self.mutability().or(Some("MUTABLE".into())))
                .set_image_tag_mutability_exclusion_filters(self.exclusion_filters()?)
                .send()
                .await?;
        }
        if change.has("scan_on_push") {
            ecr.put_image_scanning_configuration()
                .repository_name(name)
                .image_scanning_configuration(scanning(self.scan_on_push.unwrap_or(false)))
                .send()
                .await?;
        }
        if change.has("lifecycle_policy") {
            self.set_lifecycle_policy(cx, name).await?;
        }
        if change.has("repository_policy") {
            self.set_repository_policy(cx, name).await?;
        }
        sync_tags(cx, name, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.ecr().delete_repository().repository_name(id.as_str());
        let request = request.force(self.force_delete.unwrap_or(true));
        match Error::optional(request.send().await.map_err(Error::from)) {
            // Images don't go by themselves.
            Err(error) if error.is_dependency_violation() => Err(error.conclusive().advise(
                "delete the images, or let them go with the repository: `force_delete: true`",
            )),
            result => result.map(|_| Deleted::Gone),
        }
    }

    async fn loss(&self, cx: &Context, id: &Id) -> Result<Option<String>> {
        let images = count_images(cx, id).await?.unwrap_or_default();
        Ok(Some(match images {
            0 => "it is empty".to_owned(),
            _ if self.force_delete == Some(false) => {
                format!(
                    "AWS refuses: it holds {}, and `force_delete` is false",
                    named_count(images)
                )
            }
            1 => "1 image goes with it".to_owned(),
            _ => format!("{images} images go with it"),
        }))
    }

    async fn blockers(cx: &Context, id: &Id) -> Result<Vec<String>> {
        let images = count_images(cx, id).await?.unwrap_or_default();
        Ok((images > 0).then(|| named_count(images)).into_iter().collect())
    }
}

impl Repository {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(256))
    }

    fn mutability(&self) -> Option<ecr::ImageTagMutability> {
        self.image_tag_mutability.map(|mutability| word(&mutability).as_str().into())
    }

    fn exclusion_filters(&self) -> Result<Option<Vec<ImageTagMutabilityExclusionFilter>>> {
        let filter = |pattern: &String| {
            let filter = ImageTagMutabilityExclusionFilter::builder();
            Ok(filter.filter_type(FilterType::Wildcard).filter(pattern).build()?)
        };
        let patterns = self.image_tag_mutability_exclusion_filters.as_ref();
        patterns.map(|patterns| patterns.iter().map(filter).collect()).transpose()
    }

    async fn set_policies(&self, cx: &Context, name: &str) -> Result<()> {
        if self.lifecycle_policy.is_some() {
            self.set_lifecycle_policy(cx, name).await?;
        }
        if self.repository_policy.is_some() {
            self.set_repository_policy(cx, name).await?;
        }
        Ok(())
    }

    async fn set_lifecycle_policy(&self, cx: &Context, name: &str) -> Result<()> {
        let ecr = cx.clients.ecr();
        match &self.lifecycle_policy {
            Some(policy) => {
                let request = ecr.put_lifecycle_policy().repository_name(name);
                request.lifecycle_policy_text(policy.to_aws()).send().await?;
            }
            None => {
                let answer = ecr.delete_lifecycle_policy().repository_name(name).send().await;
                Error::optional(answer.map_err(Error::from))?;
            }
        }
        Ok(())
    }

    async fn set_repository_policy(&self, cx: &Context, name: &str) -> Result<()> {
        let ecr = cx.clients.ecr();
        match &self.repository_policy {
            Some(policy) => {
                let request = ecr.set_repository_policy().repository_name(name);
                request.policy_text(policy.to_aws()).send().await?;
            }
            None => {
                let answer = ecr.delete_repository_policy().repository_name(name).send().await;
                Error::optional(answer.map_err(Error::from))?;
            }
        }
        Ok(())
    }
}

/// How many images it holds; `None` where it is gone.
async fn count_images(cx: &Context, id: &Id) -> Result<Option<usize>> {
    let request = cx.clients.ecr().describe_images().repository_name(id.as_str());
    let pages = request.max_results(1000).into_paginator().items().send();
    let images: Result<Vec<_>, _> = pages.collect().await;
    Ok(Error::optional(images.map_err(Error::from))?.map(|images| images.len()))
}

fn named_count(images: usize) -> String {
    if images == 1 { "1 image".to_owned() } else { format!("{images} images") }
}

/// The repositories of these names that exist. One name that does not exist fails the call for
/// all; then each is asked for by itself.
async fn describe(cx: &Context, names: &[Id]) -> Result<Vec<ecr::Repository>> {
    if let Some(found) = named(cx, names).await? {
        return Ok(found);
    }
    if names.len() == 1 {
        return Ok(Vec::new());
    }
    let each = names.iter().map(|name| named(cx, std::slice::from_ref(name)));
    let each = futures::future::try_join_all(each).await?;
    Ok(each.into_iter().flatten().flatten().collect())
}

/// The repositories of these names, or `None` where one does not exist.
async fn named(cx: &Context, names: &[Id]) -> Result<Option<Vec<ecr::Repository>>> {
    let names = names.iter().map(Id::to_string).collect();
    let request = cx.clients.ecr().describe_repositories().set_repository_names(Some(names));
    let answer = Error::optional(request.send().await.map_err(Error::from))?;
    Ok(answer.map(|answer| answer.repositories.unwrap_or_default()))
}

async fn read_one(cx: &Context, repository: &ecr::Repository) -> Result<Option<Live<Repository>>> {
    let name = repository.repository_name().unwrap_or_default();
    let rest = async {
        futures::try_join!(
            lifecycle_policy(cx, name),
            repository_policy(cx, name),
            list_tags(cx, repository.repository_arn().unwrap_or_default()),
        )
    };
    // It may be deleted between the calls.
    let Some((lifecycle, policy, tags)) = Error::optional(rest.await)? else { return Ok(None) };
    let filters = repository.image_tag_mutability_exclusion_filters();
    let scanning = repository.image_scanning_configuration();
    let spec = Repository {
        name: Some(name.to_owned()),
        image_tag_mutability: repository
            .image_tag_mutability()
            .and_then(|mutability| from_word(mutability.as_str())),
        image_tag_mutability_exclusion_filters: (!filters.is_empty())
            .then(|| filters.iter().map(|filter| filter.filter.clone()).collect()),
        scan_on_push: Some(scanning.is_some_and(|scanning| scanning.scan_on_push)),
        encryption: repository.encryption_configuration().and_then(|encryption| {
            let kind = from_word(encryption.encryption_type().as_str())?;
            Some(Encryption { kind, kms_key: encryption.kms_key().map(str::to_owned) })
        }),
        lifecycle_policy: lifecycle,
        repository_policy: policy,
        force_delete: None,
    };
    let outputs = outputs(repository);
    Ok(Some(Live { spec, outputs, tags: Some(tags), status: Status::Ready }))
}

async fn lifecycle_policy(cx: &Context, name: &str) -> Result<Option<Document>> {
    let answer = cx.clients.ecr().get_lifecycle_policy().repository_name(name).send().await;
    let answer = Error::optional(answer.map_err(Error::from))?;
    let text = answer.and_then(|answer| answer.lifecycle_policy_text);
    Ok(text.as_deref().map(Document::from_aws))
}

async fn repository_policy(cx: &Context, name: &str) -> Result<Option<Document>> {
    let answer = cx.clients.ecr().get_repository_policy().repository_name(name).send().await;
    let answer = Error::optional(answer.map_err(Error::from))?;
    let text = answer.and_then(|answer| answer.policy_text);
    Ok(text.as_deref().map(Document::from_aws))
}

fn scanning(on_push: bool) -> ImageScanningConfiguration {
    ImageScanningConfiguration::builder().scan_on_push(on_push).build()
}

fn encryption(encryption: &Encryption) -> Result<EncryptionConfiguration> {
    let kind = EncryptionType::from(word(&encryption.kind).as_str());
    let builder = EncryptionConfiguration::builder().encryption_type(kind);
    Ok(builder.set_kms_key(encryption.kms_key.clone()).build()?)
}

fn outputs(repository: &ecr::Repository) -> Outputs {
    let text = |member: Option<&str>| member.unwrap_or_default().to_owned();
    Outputs {
        name: text(repository.repository_name()),
        arn: text(repository.repository_arn()),
        url: text(repository.repository_uri()),
        registry_id: text(repository.registry_id()),
    }
}

async fn list_tags(cx: &Context, arn: &str) -> Result<Tags> {
    let answer = cx.clients.ecr().list_tags_for_resource().resource_arn(arn).send().await?;
    Ok(answer.tags().iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect())
}

async fn sync_tags(cx: &Context, name: &str, change: &TagChange) -> Result<()> {
    let (ecr, arn) = (cx.clients.ecr(), cx.arn("ecr", &format!("repository/{name}")));
    if !change.set.is_empty() {
        let tags = to_tags(&change.set)?;
        ecr.tag_resource().resource_arn(&arn).set_tags(Some(tags)).send().await?;
    }
    if !change.remove.is_empty() {
        let keys = Some(change.remove.clone());
        ecr.untag_resource().resource_arn(&arn).set_tag_keys(keys).send().await?;
    }
    Ok(())
}

fn to_tags(tags: &Tags) -> Result<Vec<ecr::Tag>> {
    let tag = |(key, value)| Ok(ecr::Tag::builder().key(key).value(value).build()?);
    tags.iter().map(tag).collect()
}
