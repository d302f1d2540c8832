//! `sns.topic`: what is said to it is told to all that subscribe to it.

use std::collections::HashMap;

use aws_sdk_sns::types::Tag;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::policy::Document;
use crate::aws::read::one_by_one;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Resource, Result, Status, TagChange, Tags,
    Traits,
};

/// A topic. SNS gives the tags of one topic a call: they are compared with what was last applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Its name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 1, max = 256), regex(pattern = r"^[A-Za-z0-9_-]+$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// From whom its e-mails and messages seem to come. Default: its name.
    #[schemars(length(max = 100))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The key that encrypts what is said, e.g. `alias/aws/sns`; its policy must let in the services
    /// that say something. Default: it is not encrypted.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_master_key_id: Option<String>,
    /// Who may do what with it: a policy. Default: the account that owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Document>,
    /// How often and how fast deliveries by HTTP are tried. Default: SNS's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_policy: Option<Document>,
    /// Whether deliveries are traced: `PassThrough` (the default) or `Active`.
    #[schemars(extend("enum" = ["PassThrough", "Active"]))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracing_config: Option<String>,
    /// How what is told is signed: `1` (SHA-1, the default) or `2` (SHA-256).
    #[schemars(extend("enum" = ["1", "2"]))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature_version: Option<String>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
}

/// Properties and the names that SNS has for them.
const ATTRIBUTES: [(&str, &str); 6] = [
    ("display_name", "DisplayName"),
    ("kms_master_key_id", "KmsMasterKeyId"),
    ("policy", "Policy"),
    ("delivery_policy", "DeliveryPolicy"),
    ("tracing_config", "TracingConfig"),
    ("signature_version", "SignatureVersion"),
];

impl Resource for Topic {
    const KIND: &'static str = "sns.topic";
    const TRAITS: Traits = Traits {
        immutable: &["name"],
        compare: &[
            ("policy", Compare::Policy),
            ("delivery_policy", Compare::Whole),
            ("tags", Compare::WriteOnly),
        ],
        clearable: &["display_name", "kms_master_key_id", "delivery_policy"],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        one_by_one(ids, |arn| async move {
            let request = cx.clients.sns().get_topic_attributes().topic_arn(arn);
            let answer = Error::optional(request.send().await.map_err(Error::from))?;
            Ok(answer.map(|answer| live(arn, &answer.attributes.unwrap_or_default())))
        })
        .await
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let arn = cx.arn("sns", &self.name(owner));
        let request = cx.clients.sns().list_tags_for_resource().resource_arn(&arn);
        let answer = Error::optional(request.send().await.map_err(Error::from))?;
        let tags = answer.and_then(|answer| answer.tags).unwrap_or_default();
        let ours = owner.owns(&tags.into_iter().map(|tag| (tag.key, tag.value)).collect());
        Ok(ours.then_some(Id(arn)).into_iter().collect())
    }

    /// SNS refuses a name whose topic has other tags, and gives the topic that has the same.
    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name(owner);
        let attributes = ATTRIBUTES.iter().filter_map(|(property, attribute)| {
            Some(((*attribute).to_owned(), self.attribute(property)?))
        });
        let request = cx.clients.sns().create_topic().name(&name);
        let request = request.set_attributes(Some(attributes.collect()));
        let answer = request.set_tags(Some(to_tags(&owner.tags)?)).send().await?;
        let arn = answer.topic_arn.unwrap_or_else(|| cx.arn("sns", &name));
        Ok(Created::ready(arn.clone(), Outputs { arn, name }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        for (property, attribute) in ATTRIBUTES.iter().filter(|(property, _)| change.has(property))
        {
            let request = cx.clients.sns().set_topic_attributes().topic_arn(id.as_str());
            let value = self.attribute(property).unwrap_or_default();
            request.attribute_name(*attribute).attribute_value(value).send().await?;
        }
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.sns().delete_topic().topic_arn(id.as_str());
        Error::optional(request.send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl Topic {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(256))
    }

    /// A property as SNS takes it.
    fn attribute(&self, property: &str) -> Option<String> {
        match property {
            "display_name" => self.display_name.clone(),
            "kms_master_key_id" => self.kms_master_key_id.clone(),
            "policy" => self.policy.as_ref().map(Document::to_aws),
            "delivery_policy" => self.delivery_policy.as_ref().map(Document::to_aws),
            "tracing_config" => self.tracing_config.clone(),
            _ => self.signature_version.clone(),
        }
    }
}

fn live(arn: &str, attributes: &HashMap<String, String>) -> Live<Topic> {
    let text = |name: &str| attributes.get(name).filter(|value| !value.is_empty()).cloned();
    let document = |name: &str| text(name).map(|text| Document::from_aws(&text));
    let name = arn.rsplit(':').next().unwrap_or(arn).to_owned();
    let spec = Topic {
        name: Some(name.clone()),
        display_name: text("DisplayName"),
        kms_master_key_id: text("KmsMasterKeyId"),
        policy: document("Policy"),
        delivery_policy: document("DeliveryPolicy"),
        tracing_config: text("TracingConfig").or_else(|| Some("PassThrough".to_owned())),
        signature_version: text("SignatureVersion").or_else(|| Some("1".to_owned())),
    };
    let outputs = Outputs { arn: arn.to_owned(), name };
    Live { spec, outputs, tags: None, status: Status::Ready }
}

fn to_tags(tags: &Tags) -> Result<Vec<Tag>> {
    let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    Ok(tags.collect::<std::result::Result<_, _>>()?)
}

async fn sync_tags(cx: &Context, id: &Id, change: &TagChange) -> Result<()> {
    let sns = cx.clients.sns();
    if !change.set.is_empty() {
        let tags = Some(to_tags(&change.set)?);
        sns.tag_resource().resource_arn(id.as_str()).set_tags(tags).send().await?;
    }
    if !change.remove.is_empty() {
        let keys = Some(change.remove.clone());
        sns.untag_resource().resource_arn(id.as_str()).set_tag_keys(keys).send().await?;
    }
    Ok(())
}
