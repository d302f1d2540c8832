//! `kms.key`: a key that never leaves AWS, with its alias.
//!
//! A deleted key works no more and is destroyed after its waiting period; all that it encrypted is
//! lost then. Declaring the key again makes a new one: a deletion that somebody agreed to is not
//! taken back silently. While the old key waits, `aws kms cancel-key-deletion` and
//! `provision import` bring it back.

use std::collections::HashMap;

use aws_sdk_kms::types as kms;
use aws_sdk_kms::types::{KeyState, OriginType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{list_aliases, list_tags, sync_tags, to_tags};
use crate::aws::read::one_by_one;
use crate::aws::word::{from_word, word};
use crate::aws::{Context, Document, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// For how many days a deletion can be taken back where nothing else is said.
const DEFAULT_WINDOW: i32 = 30;
/// The only name that AWS lets a key's policy have.
const POLICY_NAME: &str = "default";

/// A key.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// What it is for. Default: nothing.
    #[schemars(length(max = 8192))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its name for people, e.g. `alias/vitality-dev-db`; unique in account and region. Default:
    /// none.
    #[schemars(length(max = 256), regex(pattern = r"^alias/[a-zA-Z0-9/_-]+$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Who may use and manage it: a key policy. Default: AWS's own, which leaves it to the
    /// account's IAM policies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Document>,
    /// Whether it can be used. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Whether AWS makes new material for it from time to time; symmetric keys only. Default
    /// `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_key_rotation: Option<bool>,
    /// From how many days to how many, 90 to 2560. Default 365.
    #[schemars(range(min = 90, max = 2560))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation_period_in_days: Option<i32>,
    /// For how many days a deletion can be taken back, 7 to 30. Default 30.
    #[schemars(range(min = 7, max = 30))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_window_in_days: Option<i32>,
    /// Whether it can be replicated to other regions. Default `false`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_region: Option<bool>,
    /// What sort of key it is. Default `SYMMETRIC_DEFAULT`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_spec: Option<Spec>,
    /// What it can be used for. Default `ENCRYPT_DECRYPT`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_usage: Option<Usage>,
}

/// What sort of key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Spec {
    /// AES-256-GCM.
    #[serde(rename = "SYMMETRIC_DEFAULT")]
    SymmetricDefault,
    /// HMAC with SHA-224.
    #[serde(rename = "HMAC_224")]
    Hmac224,
    /// HMAC with SHA-256.
    #[serde(rename = "HMAC_256")]
    Hmac256,
    /// HMAC with SHA-384.
    #[serde(rename = "HMAC_384")]
    Hmac384,
    /// HMAC with SHA-512.
    #[serde(rename = "HMAC_512")]
    Hmac512,
    /// RSA of 2048 bits.
    #[serde(rename = "RSA_2048")]
    Rsa2048,
    /// RSA of 3072 bits.
    #[serde(rename = "RSA_3072")]
    Rsa3072,
    /// RSA of 4096 bits.
    #[serde(rename = "RSA_4096")]
    Rsa4096,
    /// NIST P-256.
    #[serde(rename = "ECC_NIST_P256")]
    EccNistP256,
    /// NIST P-384.
    #[serde(rename = "ECC_NIST_P384")]
    EccNistP384,
    /// NIST P-521.
    #[serde(rename = "ECC_NIST_P521")]
    EccNistP521,
    /// Edwards25519.
    #[serde(rename = "ECC_NIST_EDWARDS25519")]
    EccNistEdwards25519,
    /// secp256k1.
    #[serde(rename = "ECC_SECG_P256K1")]
    EccSecgP256k1,
    /// ML-DSA-44.
    #[serde(rename = "ML_DSA_44")]
    MlDsa44,
    /// ML-DSA-65.
    #[serde(rename = "ML_DSA_65")]
    MlDsa65,
    /// ML-DSA-87.
    #[serde(rename = "ML_DSA_87")]
    MlDsa87,
    /// SM2; regions in China only.
    #[serde(rename = "SM2")]
    Sm2,
}

/// What a key can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Usage {
    /// Encrypting and decrypting.
    EncryptDecrypt,
    /// Signing and verifying.
    SignVerify,
    /// Making and verifying message authentication codes.
    GenerateVerifyMac,
    /// Deriving shared secrets.
    KeyAgreement,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its id.
    pub id: String,
    /// Its ARN, which is what other objects ask for.
    pub arn: String,
    /// Its alias, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
}

impl Resource for Key {
    const KIND: &'static str = "kms.key";
    const TRAITS: Traits = Traits {
        immutable: &["multi_region", "key_spec", "key_usage"],
        compare: &[("policy", Compare::Policy), ("deletion_window_in_days", Compare::WriteOnly)],
        clearable: &["description", "alias", "enable_key_rotation"],
        deletion: &["deletion_window_in_days"],
        holds_data: true,
        create_first: true,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let symmetric = self.key_spec.is_none_or(|spec| spec == Spec::SymmetricDefault);
        if !symmetric && self.key_usage.is_none() {
            problems.push(
                Problem::at("key_spec", "A key that is not symmetric needs a `key_usage`.")
                    .hint("write e.g. key_usage: SIGN_VERIFY"),
            );
        }
        if !symmetric && self.enable_key_rotation == Some(true) {
            let message = "AWS rotates only symmetric keys (SYMMETRIC_DEFAULT).";
            problems.push(Problem::at("enable_key_rotation", message));
        }
        if self.rotation_period_in_days.is_some() && self.enable_key_rotation != Some(true) {
            problems.push(
                Problem::at("rotation_period_in_days", "The key is not rotated at all.")
                    .hint("write enable_key_rotation: true"),
            );
        }
        if self.alias.as_deref().is_some_and(|alias| alias.starts_with("alias/aws/")) {
            problems.push(Problem::at("alias", "Names below alias/aws/ are AWS's own."));
        }
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let aliases = list_aliases(cx, None);
        let keys = one_by_one(ids, |id| read_one(cx, id));
        let (aliases, mut keys) = futures::try_join!(aliases, keys)?;
        let mut aliases: HashMap<_, _> =
            aliases.into_iter().map(|(alias, key)| (key, alias)).collect();
        for live in keys.iter_mut().flatten() {
            let alias = aliases.remove(&live.outputs.id);
            live.spec.alias.clone_from(&alias);
            live.outputs.alias = alias;
        }
        Ok(keys)
    }

    /// KMS can't search by tags: looks at every key of the account. Only a creation whose answer
    /// was lost leads here.
    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let mut keys = Vec::new();
        let mut pages = cx.clients.kms().list_keys().into_paginator().items().send();
        while let Some(key) = pages.next().await {
            keys.extend(key?.key_id.map(Id));
        }
        let ours = one_by_one(&keys, |id| async move {
            if !is_owned(cx, id, owner).await? {
                return Ok(None);
            }
            Ok(describe(cx, id).await?.map(|key| Id(key.key_id)))
        });
        Ok(ours.await?.into_iter().flatten().collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let answer = cx
            .clients
            .kms_once()
            .create_key()
            .set_description(self.description.clone())
            .set_policy(self.policy.as_ref().map(Document::to_aws))
            .set_multi_region(self.multi_region)
            .set_key_spec(self.key_spec.map(|spec| word(&spec).as_str().into()))
            .set_key_usage(self.key_usage.map(|usage| word(&usage).as_str().into()))
            .set_tags(Some(to_tags(&owner.tags)?))
            .send()
            .await?;
        let member = "KeyMetadata";
        let key = answer.key_metadata.ok_or_else(|| Error::missing("kms:CreateKey", member))?;
        self.finish(cx, &key.key_id, owner).await.map_err(Error::after_creation)?;
        let outputs = Outputs { alias: self.alias.clone(), ..outputs(&key) };
        Ok(match status(&key) {
            Status::Ready => Created::ready(key.key_id, outputs),
            _ => Created::pending(key.key_id),
        })
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        let (kms, id) = (cx.clients.kms(), id.as_str());
        // A disabled key can't be changed: enabled first, disabled last.
        if change.has("enabled") && self.enabled != Some(false) {
            self.set_enabled(cx, id).await?;
        }
        if change.has("description") {
            let description = self.description.as_deref().unwrap_or_default();
            kms.update_key_description().key_id(id).description(description).send().await?;
        }
        if let Some(policy) = self.policy.as_ref().filter(|_| change.has("policy")) {
            let request = kms.put_key_policy().key_id(id).policy_name(POLICY_NAME);
            request.policy(policy.to_aws()).send().await?;
        }
        if change.has_any(&["enable_key_rotation", "rotation_period_in_days"]) {
            self.set_rotation(cx, id).await?;
        }
        if change.has("alias") {
            self.change_alias(cx, id, change.before.alias.as_deref()).await?;
        }
        if change.has("enabled") && self.enabled == Some(false) {
            self.set_enabled(cx, id).await?;
        }
        sync_tags(cx, id, &change.tags).await
    }

    async fn loss(&self, _cx: &Context, _id: &Id) -> Result<Option<String>> {
        let days = self.deletion_window_in_days.unwrap_or(DEFAULT_WINDOW);
        Ok(Some(format!("what it has encrypted is lost for good after {days} days")))
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        // While the key waits for its end, its alias would be taken.
        let aliases = list_aliases(cx, Some(id.as_str())).await;
        for (alias, _) in Error::optional(aliases)?.unwrap_or_default() {
            delete_alias(cx, &alias).await?;
        }
        let request = cx.clients.kms().schedule_key_deletion().key_id(id.as_str());
        let request = request.set_pending_window_in_days(self.deletion_window_in_days);
        match request.send().await.map_err(Error::from) {
            Ok(_) => Ok(Deleted::Gone),
            // Perhaps because it is scheduled already.
            Err(error) if error.is_busy() || error.is_not_found() => {
                match describe(cx, id.as_str()).await? {
                    Some(_) => Err(error),
                    None => Ok(Deleted::Gone),
                }
            }
            Err(error) => Err(error),
        }
    }
}

impl Key {
    /// What CreateKey does not take.
    async fn finish(&self, cx: &Context, id: &str, owner: &Owner) -> Result<()> {
        if self.enable_key_rotation == Some(true) {
            self.set_rotation(cx, id).await?;
        }
        if let Some(alias) = &self.alias {
            give_alias(cx, alias, id, owner).await?;
        }
        if self.enabled == Some(false) {
            self.set_enabled(cx, id).await?;
        }
        Ok(())
    }

    async fn set_enabled(&self, cx: &Context, id: &str) -> Result<()> {
        let kms = cx.clients.kms();
        if self.enabled.unwrap_or(true) {
            kms.enable_key().key_id(id).send().await?;
        } else {
            kms.disable_key().key_id(id).send().await?;
        }
        Ok(())
    }

    async fn set_rotation(&self, cx: &Context, id: &str) -> Result<()> {
        let kms = cx.clients.kms();
        if self.enable_key_rotation.unwrap_or(false) {
            let request = kms.enable_key_rotation().key_id(id);
            request.set_rotation_period_in_days(self.rotation_period_in_days).send().await?;
        } else {
            kms.disable_key_rotation().key_id(id).send().await?;
        }
        Ok(())
    }

    /// The new alias first, so that there is always one.
    async fn change_alias(&self, cx: &Context, id: &str, live: Option<&str>) -> Result<()> {
        if let Some(alias) = &self.alias {
            let request = cx.clients.kms().create_alias().alias_name(alias);
            request.target_key_id(id).send().await?;
        }
        match live {
            Some(alias) => delete_alias(cx, alias).await,
            None => Ok(()),
        }
    }
}

/// Makes the alias, or moves it here from the key that this one replaces.
async fn give_alias(cx: &Context, alias: &str, id: &str, owner: &Owner) -> Result<()> {
    let request = cx.clients.kms().create_alias().alias_name(alias).target_key_id(id);
    let error = match request.send().await.map_err(Error::from) {
        Err(error) if error.is_already_exists() => error,
        result => return result.map(|_| ()),
    };
    let target = cx.clients.kms().describe_key().key_id(alias).send().await?;
    let target = target.key_metadata.map(|key| key.key_id).unwrap_or_default();
    if !is_owned(cx, &target, owner).await? {
        return Err(error);
    }
    cx.clients.kms().update_alias().alias_name(alias).target_key_id(id).send().await?;
    Ok(())
}

async fn delete_alias(cx: &Context, alias: &str) -> Result<()> {
    let answer = cx.clients.kms().delete_alias().alias_name(alias).send().await;
    Error::optional(answer.map_err(Error::from))?;
    Ok(())
}

/// Whether the key bears the owner's tags. A key that the caller may not look at is not ours.
async fn is_owned(cx: &Context, id: &str, owner: &Owner) -> Result<bool> {
    match list_tags(cx, id).await {
        Ok(tags) => Ok(owner.owns(&tags)),
        Err(error) if error.is_access_denied() || error.is_not_found() => Ok(false),
        Err(error) => Err(error),
    }
}

/// The key, unless it is gone or waits for its end.
async fn describe(cx: &Context, id: &str) -> Result<Option<kms::KeyMetadata>> {
    let answer = cx.clients.kms().describe_key().key_id(id).send().await;
    let answer = Error::optional(answer.map_err(Error::from))?;
    let key = answer.and_then(|answer| answer.key_metadata);
    Ok(key.filter(|key| {
        let going = [KeyState::PendingDeletion, KeyState::PendingReplicaDeletion];
        !key.key_state().is_some_and(|state| going.contains(state))
    }))
}

async fn read_one(cx: &Context, id: &str) -> Result<Option<Live<Key>>> {
    let Some(key) = describe(cx, id).await? else { return Ok(None) };
    let policy = async {
        let request = cx.clients.kms().get_key_policy().key_id(id).policy_name(POLICY_NAME);
        Ok(request.send().await?.policy)
    };
    let all = async { futures::try_join!(policy, rotation(cx, &key), list_tags(cx, id)) };
    let Some((policy, rotation, tags)) = Error::optional(all.await)? else { return Ok(None) };
    let spec = Key {
        description: key.description().map(str::to_owned),
        policy: policy.as_deref().map(Document::from_aws),
        enabled: Some(key.key_state() != Some(&KeyState::Disabled)),
        enable_key_rotation: Some(rotation.is_some()),
        rotation_period_in_days: rotation,
        multi_region: Some(key.multi_region().unwrap_or(false)),
        key_spec: key.key_spec().and_then(|spec| from_word(spec.as_str())),
        key_usage: key.key_usage().and_then(|usage| from_word(usage.as_str())),
        ..Key::default()
    };
    Ok(Some(Live { spec, outputs: outputs(&key), tags: Some(tags), status: status(&key) }))
}

/// After how many days the key is rotated; `None` where it is not, or can't be.
async fn rotation(cx: &Context, key: &kms::KeyMetadata) -> Result<Option<i32>> {
    let symmetric = key.key_spec() == Some(&kms::KeySpec::SymmetricDefault);
    if !symmetric || key.origin().is_some_and(|origin| *origin != OriginType::AwsKms) {
        return Ok(None);
    }
    let request = cx.clients.kms().get_key_rotation_status().key_id(key.key_id());
    let answer = request.send().await?;
    Ok(answer.key_rotation_enabled.then(|| answer.rotation_period_in_days.unwrap_or(365)))
}

fn status(key: &kms::KeyMetadata) -> Status {
    match key.key_state() {
        Some(KeyState::Enabled | KeyState::Disabled) => Status::Ready,
        Some(KeyState::Unavailable) => Status::Failed("the key is unavailable".to_owned()),
        state => Status::Working(state.map_or("Creating", KeyState::as_str).to_owned()),
    }
}

fn outputs(key: &kms::KeyMetadata) -> Outputs {
    Outputs {
        id: key.key_id().to_owned(),
        arn: key.arn().unwrap_or_default().to_owned(),
        alias: None,
    }
}
