//! `secretsmanager.secret`: a secret whose value nobody needs to know.
//!
//! A deleted secret keeps its name for its recovery window. Declared again, one of ours is restored
//! with its value and adopted.

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::Tag;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Generate;
use crate::aws::read::one_by_one;
use crate::aws::{Context, Document, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status,
    TagChange, Tags, Traits,
};

/// For how many days a deletion can be taken back where nothing else is said.
const DEFAULT_WINDOW: i64 = 30;

/// A secret.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// Its name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 1, max = 512), regex(pattern = r"^[A-Za-z0-9/_+=.@-]+$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for. Default: nothing.
    #[schemars(length(max = 2048))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The ARN of the KMS key that encrypts it. Default: Secrets Manager's own key.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// The value to make up. Default: none; somebody else puts it there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generate: Option<Generate>,
    /// Who else may read and manage it: a resource policy. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Document>,
    /// For how many days a deletion can be taken back, 7 to 30, or 0 for not at all. Default 30.
    #[schemars(range(min = 0, max = 30))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_window_in_days: Option<i64>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its ARN, which ends in six random characters.
    pub arn: String,
    /// Its name.
    pub name: String,
}

impl Resource for Secret {
    const KIND: &'static str = "secretsmanager.secret";
    const TRAITS: Traits = Traits {
        immutable: &["name"],
        compare: &[
            ("policy", Compare::Policy),
            ("generate", Compare::WriteOnly),
            ("recovery_window_in_days", Compare::WriteOnly),
        ],
        clearable: &["description", "kms_key_id", "policy"],
        deletion: &["recovery_window_in_days"],
        holds_data: true,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let mut problems = self.generate.as_ref().map(Generate::validate).unwrap_or_default();
        if self.recovery_window_in_days.is_some_and(|days| (1..7).contains(&days)) {
            problems.push(
                Problem::at("recovery_window_in_days", "A recovery window is 0 or 7 to 30 days.")
                    .hint("write 7, or 0 for a deletion that can't be taken back"),
            );
        }
        problems
    }

    /// Not by ListSecrets, which may lag behind by minutes.
    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        one_by_one(ids, |arn| read_one(cx, arn)).await
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let secret = describe(cx, &self.name(owner)).await?;
        let ours = secret.filter(|secret| is_live(secret) && owner.owns(&tags(secret.tags())));
        Ok(ours.and_then(|secret| secret.arn).map(Id).into_iter().collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name(owner);
        let mut request = cx
            .clients
            .secretsmanager()
            .create_secret()
            .name(&name)
            .set_description(self.description.clone())
            .set_kms_key_id(self.kms_key_id.clone())
            .set_tags(Some(to_tags(&owner.tags)));
        if let Some(generate) = &self.generate {
            let value = generate.value(cx).await?;
            request = request.client_request_token(generate.token()?).secret_string(value);
        }
        let answer = match request.send().await.map_err(Error::from) {
            Ok(answer) => answer,
            Err(error) => return self.restore(cx, owner, error).await,
        };
        let (operation, member) = ("secretsmanager:CreateSecret", "ARN");
        let arn = answer.arn.ok_or_else(|| Error::missing(operation, member))?;
        if self.policy.is_some() {
            self.set_policy(cx, &arn).await.map_err(Error::after_creation)?;
        }
        Ok(Created::ready(arn.clone(), Outputs { arn, name }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        let (secrets, arn) = (cx.clients.secretsmanager(), id.as_str());
        if change.has_any(&["description", "kms_key_id"]) {
            // Without a value: UpdateSecret then makes no new version. Empty text takes away.
            let text = |property: &str, value: &Option<String>| {
                change.has(property).then(|| value.clone().unwrap_or_default())
            };
            secrets
                .update_secret()
                .secret_id(arn)
                .set_description(text("description", &self.description))
                .set_kms_key_id(text("kms_key_id", &self.kms_key_id))
                .send()
                .await?;
        }
        if let Some(generate) = self.generate.as_ref().filter(|_| change.has("generate")) {
            put_value(cx, arn, generate).await?;
        }
        if change.has("policy") {
            self.set_policy(cx, arn).await?;
        }
        sync_tags(cx, arn, &change.tags).await
    }

    async fn loss(&self, _cx: &Context, _id: &Id) -> Result<Option<String>> {
        Ok(Some(match self.recovery_window_in_days.unwrap_or(DEFAULT_WINDOW) {
            0 => "its value goes with it: `recovery_window_in_days` is 0".to_owned(),
            days => format!("its value can be restored for {days} days"),
        }))
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.secretsmanager().delete_secret().secret_id(id.as_str());
        let request = match self.recovery_window_in_days {
            Some(0) => request.force_delete_without_recovery(true),
            days => request.set_recovery_window_in_days(days),
        };
        match request.send().await.map_err(Error::from) {
            Err(error) if error.is_transient() => Err(error),
            // Refused, perhaps because it is deleted already.
            Err(error) => match describe(cx, id.as_str()).await? {
                Some(secret) if is_live(&secret) => Err(error),
                _ => Ok(Deleted::Gone),
            },
            Ok(_) => Ok(Deleted::Gone),
        }
    }
}

impl Secret {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(512))
    }

    /// The creation was refused; perhaps because one of ours, deleted, still holds the name. Then
    /// it is restored, with its value, and the engine brings the rest up to date.
    async fn restore(
        &self,
        cx: &Context,
        owner: &Owner,
        refusal: Error,
    ) -> Result<Created<Outputs>> {
        if refusal.is_transient() {
            return Err(refusal);
        }
        let Some(secret) = describe(cx, &self.name(owner)).await?.filter(|it| !is_live(it)) else {
            return Err(refusal);
        };
        if !owner.owns(&tags(secret.tags())) {
            return Err(refusal.advise(way_past(&self.name(owner))));
        }
        let arn = secret.arn().unwrap_or_default();
        cx.clients.secretsmanager().restore_secret().secret_id(arn).send().await?;
        Ok(Created::unfinished(arn))
    }

    async fn set_policy(&self, cx: &Context, arn: &str) -> Result<()> {
        let secrets = cx.clients.secretsmanager();
        match &self.policy {
            Some(policy) => {
                let request = secrets.put_resource_policy().secret_id(arn);
                request.resource_policy(policy.to_aws()).block_public_policy(true).send().await?;
            }
            None => {
                secrets.delete_resource_policy().secret_id(arn).send().await?;
            }
        }
        Ok(())
    }
}

/// Makes up a new value, unless one was made up for the same wish before.
async fn put_value(cx: &Context, arn: &str, generate: &Generate) -> Result<()> {
    let token = generate.token()?;
    let described = describe(cx, arn).await?;
    let versions = described.and_then(|secret| secret.version_ids_to_stages).unwrap_or_default();
    if versions.contains_key(&token) {
        return Ok(());
    }
    let value = generate.value(cx).await?;
    let request = cx.clients.secretsmanager().put_secret_value().secret_id(arn);
    match request.client_request_token(token).secret_string(value).send().await {
        Ok(_) => Ok(()),
        Err(error) => match Error::from(error) {
            error if error.is_already_exists() => Ok(()),
            error => Err(error),
        },
    }
}

async fn describe(cx: &Context, secret: &str) -> Result<Option<DescribeSecretOutput>> {
    let answer = cx.clients.secretsmanager().describe_secret().secret_id(secret).send().await;
    Error::optional(answer.map_err(Error::from))
}

/// What can be done about somebody else's deleted secret that holds the name.
fn way_past(name: &str) -> String {
    format!(
        "is the deleted secret yours? Its tags don't say so. Keep it: `aws secretsmanager \
         restore-secret --secret-id {name}`, then `provision import`. Or be rid of it: `aws \
         secretsmanager delete-secret --force-delete-without-recovery --secret-id {name}`. Or give \
         another `name`."
    )
}

/// Whether it is not in its recovery window.
fn is_live(secret: &DescribeSecretOutput) -> bool {
    secret.deleted_date().is_none()
}

async fn read_one(cx: &Context, arn: &str) -> Result<Option<Live<Secret>>> {
    let policy = async {
        let request = cx.clients.secretsmanager().get_resource_policy().secret_id(arn);
        Ok(request.send().await?.resource_policy)
    };
    let secret = async { Ok::<_, Error>(describe(cx, arn).await?.filter(is_live)) };
    // GetResourcePolicy of a secret that was just deleted is refused.
    let (secret, policy) = futures::join!(secret, policy);
    let Some(secret) = secret? else { return Ok(None) };
    let Some(policy) = Error::optional(policy)? else { return Ok(None) };
    let text = |member: Option<&str>| member.unwrap_or_default().to_owned();
    let outputs = Outputs { arn: text(secret.arn()), name: text(secret.name()) };
    let spec = Secret {
        name: Some(outputs.name.clone()),
        description: secret.description().map(str::to_owned),
        kms_key_id: secret.kms_key_id().map(str::to_owned),
        policy: policy.as_deref().map(Document::from_aws),
        ..Secret::default()
    };
    Ok(Some(Live { spec, outputs, tags: Some(tags(secret.tags())), status: Status::Ready }))
}

async fn sync_tags(cx: &Context, arn: &str, change: &TagChange) -> Result<()> {
    let secrets = cx.clients.secretsmanager();
    if !change.set.is_empty() {
        let tags = to_tags(&change.set);
        secrets.tag_resource().secret_id(arn).set_tags(Some(tags)).send().await?;
    }
    if !change.remove.is_empty() {
        let keys = Some(change.remove.clone());
        secrets.untag_resource().secret_id(arn).set_tag_keys(keys).send().await?;
    }
    Ok(())
}

fn to_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

fn tags(tags: &[Tag]) -> Tags {
    tags.iter()
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
        .collect()
}
