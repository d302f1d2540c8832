//! A key: what it is for, and its metadata.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::policy;
use super::rotation::Rotation;
use super::tagging::{KeyTag, tags};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;
use crate::services::tags::Tags;

/// A key of the customer or, behind an `alias/aws/` name, of AWS.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) account: String,
    pub(super) region: String,
    pub(super) created: Timestamp,
    pub(super) description: String,
    pub(super) usage: Usage,
    pub(super) spec: String,
    pub(super) origin: Origin,
    pub(super) manager: Manager,
    pub(super) multi_region: bool,
    pub(super) enabled: bool,
    pub(super) deletion: Option<Timestamp>,
    pub(super) rotation: Rotation,
    pub(super) policy: String,
    pub(super) tags: Tags,
    /// 32 bytes in hexadecimal, of symmetric keys.
    pub(super) material: String,
    /// What DescribeKey calls the material.
    pub(super) material_id: String,
}

/// What a key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Usage {
    EncryptDecrypt,
    SignVerify,
    GenerateVerifyMac,
    KeyAgreement,
}

/// Where the key's material comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Origin {
    #[serde(rename = "AWS_KMS")]
    Kms,
    #[serde(rename = "EXTERNAL")]
    External,
    #[serde(rename = "AWS_CLOUDHSM")]
    CloudHsm,
    #[serde(rename = "EXTERNAL_KEY_STORE")]
    ExternalKeyStore,
}

/// Who may change and delete the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Manager {
    Aws,
    Customer,
}

impl Key {
    /// The key's ARN.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The key's id, a UUID (`mrk-…` for a key of many regions).
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether the key can be used now.
    pub fn is_enabled(&self) -> bool {
        self.state() == "Enabled"
    }

    /// Whether the key encrypts data by itself, as the keys of storage must.
    pub fn is_symmetric(&self) -> bool {
        self.spec == "SYMMETRIC_DEFAULT"
    }

    pub(super) fn state(&self) -> &'static str {
        match (self.deletion, self.origin, self.enabled) {
            (Some(_), _, _) => "PendingDeletion",
            (None, Origin::External, _) => "PendingImport",
            (None, _, true) => "Enabled",
            (None, _, false) => "Disabled",
        }
    }

    /// Refuses a key whose deletion is scheduled.
    pub(super) fn refuse_if_pending_deletion(&self) -> Result<(), Fault> {
        match self.deletion {
            Some(_) => Err(errors::invalid_state(&self.arn, "pending deletion")),
            None => Ok(()),
        }
    }

    pub(super) fn refuse_if_aws_managed(&self) -> Result<(), Fault> {
        match self.manager {
            Manager::Aws => Err(errors::aws_managed(&self.arn)),
            Manager::Customer => Ok(()),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    policy: Option<String>,
    #[serde(default)]
    description: String,
    key_usage: Option<Usage>,
    customer_master_key_spec: Option<String>,
    key_spec: Option<String>,
    #[serde(default = "from_kms")]
    origin: Origin,
    #[serde(default)]
    bypass_policy_lockout_safety_check: bool,
    #[serde(default)]
    tags: Vec<KeyTag>,
    #[serde(default)]
    multi_region: bool,
}

fn from_kms() -> Origin {
    Origin::Kms
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeyResponse {
    key_metadata: Metadata,
}

/// Creates a customer managed key.
pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<KeyResponse, Fault> {
    let spec = request.key_spec.or(request.customer_master_key_spec);
    let spec = spec.unwrap_or_else(|| "SYMMETRIC_DEFAULT".to_owned());
    let usage = usage(&spec, request.key_usage)?;
    if matches!(request.origin, Origin::CloudHsm | Origin::ExternalKeyStore) {
        return Err(errors::unsupported_origin());
    }
    if let Some(text) = &request.policy {
        policy::check(text, call.account, request.bypass_policy_lockout_safety_check)?;
    }
    let mut key = new(call, request.multi_region);
    key.description = request.description;
    key.usage = usage;
    key.spec = spec;
    key.origin = request.origin;
    key.enabled = request.origin == Origin::Kms;
    key.tags = tags(request.tags)?;
    key.policy = request.policy.unwrap_or(key.policy);
    let key_metadata = Metadata::of(&key);
    call.region().kms.keys.insert(key.id.clone(), key);
    Ok(KeyResponse { key_metadata })
}

/// A symmetric key of the customer with the default policy, not stored yet.
pub(super) fn new(call: &mut Call<'_>, multi_region: bool) -> Key {
    let id = match multi_region {
        true => format!("mrk-{}", call.ids.hex(32)),
        false => call.ids.uuid(),
    };
    Key {
        arn: call.arn("kms", &format!("key/{id}")),
        id,
        account: call.account.to_owned(),
        region: call.region.to_owned(),
        created: call.clock.now,
        description: String::new(),
        usage: Usage::EncryptDecrypt,
        spec: "SYMMETRIC_DEFAULT".to_owned(),
        origin: Origin::Kms,
        manager: Manager::Customer,
        multi_region,
        enabled: true,
        deletion: None,
        rotation: Rotation::default(),
        policy: policy::default(call.account),
        tags: Tags::default(),
        material: call.ids.hex(64),
        material_id: call.ids.hex(64),
    }
}

/// The usage of a key of this spec; only symmetric encryption keys need not state one.
fn usage(spec: &str, usage: Option<Usage>) -> Result<Usage, Fault> {
    use Usage::{EncryptDecrypt, GenerateVerifyMac, KeyAgreement, SignVerify};
    let allowed: &[Usage] = match spec {
        "SYMMETRIC_DEFAULT" => &[EncryptDecrypt],
        "ECC_SECG_P256K1" | "ECC_NIST_EDWARDS25519" => &[SignVerify],
        "SM2" => &[EncryptDecrypt, SignVerify, KeyAgreement],
        _ if spec.starts_with("HMAC_") => &[GenerateVerifyMac],
        _ if spec.starts_with("RSA_") => &[EncryptDecrypt, SignVerify],
        _ if spec.starts_with("ECC_") => &[SignVerify, KeyAgreement],
        _ => &[SignVerify],
    };
    match usage {
        None if spec == "SYMMETRIC_DEFAULT" => Ok(EncryptDecrypt),
        None => Err(errors::validation(
            "You must specify a KeyUsage value for all KMS keys except for symmetric encryption \
             keys.",
        )),
        Some(usage) if allowed.contains(&usage) => Ok(usage),
        Some(_) => Err(errors::validation(format!(
            "The operation failed because the KeyUsage value is not valid for KeySpec {spec}."
        ))),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeyRequest {
    pub key_id: String,
}

/// The metadata of a key, also under an alias.
pub(super) fn describe(call: &mut Call<'_>, request: KeyRequest) -> Result<KeyResponse, Fault> {
    let key = super::lookup::any(call, &request.key_id)?;
    Ok(KeyResponse { key_metadata: Metadata::of(key) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    limit: Option<usize>,
    marker: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    keys: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    truncated: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    key_id: String,
    key_arn: String,
}

/// All keys of the region, a hundred at a time.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let limit = request.limit.unwrap_or(100).min(1000);
    let keys = call.region().kms.keys.values();
    let page = page(keys, request.marker.as_deref(), limit, |key| key.id.clone())
        .map_err(errors::invalid_marker)?;
    let entry = |key: &Key| Entry { key_id: key.id.clone(), key_arn: key.arn.clone() };
    Ok(ListResponse {
        keys: page.items.into_iter().map(entry).collect(),
        truncated: page.next.is_some(),
        next_marker: page.next,
    })
}

/// What AWS tells about a key.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    #[serde(rename = "AWSAccountId")]
    account: String,
    key_id: String,
    arn: String,
    creation_date: Timestamp,
    enabled: bool,
    description: String,
    key_usage: Usage,
    key_state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_date: Option<Timestamp>,
    origin: Origin,
    key_manager: Manager,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_master_key_spec: Option<String>,
    key_spec: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    encryption_algorithms: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signing_algorithms: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    key_agreement_algorithms: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mac_algorithms: Vec<&'static str>,
    multi_region: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    multi_region_configuration: Option<MultiRegion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_key_material_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MultiRegion {
    multi_region_key_type: &'static str,
    primary_key: MultiRegionKey,
    replica_keys: Vec<MultiRegionKey>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MultiRegionKey {
    arn: String,
    region: String,
}

impl Metadata {
    fn of(key: &Key) -> Self {
        let only = |usage: Usage, algorithms: Vec<&'static str>| {
            if key.usage == usage { algorithms } else { Vec::new() }
        };
        let has_own_material = key.is_symmetric() && key.origin == Origin::Kms;
        // The older member knows nothing of the specs that came after it was deprecated.
        let newer = key.spec.starts_with("ML_DSA") || key.spec == "ECC_NIST_EDWARDS25519";
        Self {
            account: key.account.clone(),
            key_id: key.id.clone(),
            arn: key.arn.clone(),
            creation_date: key.created,
            enabled: key.is_enabled(),
            description: key.description.clone(),
            key_usage: key.usage,
            key_state: key.state(),
            deletion_date: key.deletion,
            origin: key.origin,
            key_manager: key.manager,
            customer_master_key_spec: (!newer).then(|| key.spec.clone()),
            key_spec: key.spec.clone(),
            encryption_algorithms: only(Usage::EncryptDecrypt, encryption(&key.spec)),
            signing_algorithms: only(Usage::SignVerify, signing(&key.spec)),
            key_agreement_algorithms: only(Usage::KeyAgreement, vec!["ECDH"]),
            mac_algorithms: only(Usage::GenerateVerifyMac, mac(&key.spec)),
            multi_region: key.multi_region,
            multi_region_configuration: key.multi_region.then(|| MultiRegion {
                multi_region_key_type: "PRIMARY",
                primary_key: MultiRegionKey { arn: key.arn.clone(), region: key.region.clone() },
                replica_keys: Vec::new(),
            }),
            current_key_material_id: has_own_material.then(|| key.material_id.clone()),
        }
    }
}

fn encryption(spec: &str) -> Vec<&'static str> {
    match spec {
        "SYMMETRIC_DEFAULT" => vec!["SYMMETRIC_DEFAULT"],
        "SM2" => vec!["SM2PKE"],
        _ => vec!["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
    }
}

fn signing(spec: &str) -> Vec<&'static str> {
    match spec {
        "ECC_NIST_P256" | "ECC_SECG_P256K1" => vec!["ECDSA_SHA_256"],
        "ECC_NIST_P384" => vec!["ECDSA_SHA_384"],
        "ECC_NIST_P521" => vec!["ECDSA_SHA_512"],
        "ECC_NIST_EDWARDS25519" => vec!["ED25519_SHA_512", "ED25519_PH_SHA_512"],
        "SM2" => vec!["SM2DSA"],
        _ if spec.starts_with("ML_DSA") => vec!["ML_DSA_SHAKE_256"],
        _ => vec![
            "RSASSA_PKCS1_V1_5_SHA_256",
            "RSASSA_PKCS1_V1_5_SHA_384",
            "RSASSA_PKCS1_V1_5_SHA_512",
            "RSASSA_PSS_SHA_256",
            "RSASSA_PSS_SHA_384",
            "RSASSA_PSS_SHA_512",
        ],
    }
}

fn mac(spec: &str) -> Vec<&'static str> {
    match spec {
        "HMAC_224" => vec!["HMAC_SHA_224"],
        "HMAC_256" => vec!["HMAC_SHA_256"],
        "HMAC_384" => vec!["HMAC_SHA_384"],
        _ => vec!["HMAC_SHA_512"],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Fixture;

    fn create(fixture: &mut Fixture, request: Value) -> Value {
        fixture.call("kms", "CreateKey", request).unwrap()["KeyMetadata"].clone()
    }

    #[test]
    fn a_plain_key_is_symmetric_enabled_and_the_customers() {
        let mut fixture = Fixture::new();
        let key = create(&mut fixture, json!({"Description": "data"}));
        for (member, expected) in [
            ("AWSAccountId", json!("123456789012")),
            ("Enabled", json!(true)),
            ("KeyState", json!("Enabled")),
            ("KeyManager", json!("CUSTOMER")),
            ("KeySpec", json!("SYMMETRIC_DEFAULT")),
            ("CustomerMasterKeySpec", json!("SYMMETRIC_DEFAULT")),
            ("KeyUsage", json!("ENCRYPT_DECRYPT")),
            ("Origin", json!("AWS_KMS")),
            ("MultiRegion", json!(false)),
            ("EncryptionAlgorithms", json!(["SYMMETRIC_DEFAULT"])),
        ] {
            assert_eq!(key[member], expected, "{member}");
        }
        for id in [&key["KeyId"], &key["Arn"]] {
            let described = fixture.call("kms", "DescribeKey", json!({"KeyId": id})).unwrap();
            assert_eq!(described["KeyMetadata"], key);
        }
    }

    #[test]
    fn a_key_of_many_regions_is_named_so() {
        let mut fixture = Fixture::new();
        let key = create(&mut fixture, json!({"MultiRegion": true}));
        assert!(key["KeyId"].as_str().unwrap().starts_with("mrk-"));
        assert_eq!(key["MultiRegionConfiguration"]["MultiRegionKeyType"], "PRIMARY");
    }

    #[test]
    fn spec_and_usage_must_agree() {
        let mut fixture = Fixture::new();
        let key =
            create(&mut fixture, json!({"KeySpec": "ECC_NIST_P384", "KeyUsage": "SIGN_VERIFY"}));
        assert_eq!(key["SigningAlgorithms"], json!(["ECDSA_SHA_384"]));
        for request in [
            json!({"KeySpec": "RSA_2048"}),
            json!({"KeySpec": "HMAC_256", "KeyUsage": "ENCRYPT_DECRYPT"}),
            json!({"KeyUsage": "SIGN_VERIFY"}),
        ] {
            assert_eq!(fixture.fault("kms", "CreateKey", request), "ValidationException");
        }
    }

    #[test]
    fn absent_keys_and_aliases_are_not_found() {
        let mut fixture = Fixture::new();
        for id in [
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            "nonsense",
            "alias/none",
            "arn:aws:kms:us-east-1:123456789012:alias/none",
        ] {
            let code = fixture.fault("kms", "DescribeKey", json!({"KeyId": id}));
            assert_eq!(code, "NotFoundException", "{id}");
        }
    }

    #[test]
    fn the_list_has_pages() {
        let mut fixture = Fixture::new();
        for _ in 0..3 {
            create(&mut fixture, json!({}));
        }
        let first = fixture.call("kms", "ListKeys", json!({"Limit": 2})).unwrap();
        assert_eq!(first["Truncated"], true);
        let request = json!({"Limit": 2, "Marker": first["NextMarker"]});
        let second = fixture.call("kms", "ListKeys", request).unwrap();
        assert_eq!(second["Keys"].as_array().unwrap().len(), 1);
        assert_eq!(second["Truncated"], false);
        let code = fixture.fault("kms", "ListKeys", json!({"Marker": "?"}));
        assert_eq!(code, "InvalidMarkerException");
    }
}
