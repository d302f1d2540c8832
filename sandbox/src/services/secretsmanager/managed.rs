//! Secrets that another service keeps here on a customer's behalf, such as the master password
//! of a database: customers read them, and only the service changes or deletes them.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use jiff::Timestamp;

use super::rotation::Rotation;
use super::state::{CURRENT, Secret, SecretValue, State};
use crate::call::Call;
use crate::services::tags::Tags;

/// What the owning service wants to be kept.
#[derive(Debug, Clone)]
pub struct ManagedSecret {
    /// The service, e.g. `rds`.
    pub owning_service: String,
    /// The name, e.g. `rds!cluster-3c1b4ad5-…`.
    pub name: String,
    /// The ARN, which stays the same when a secret of this name exists already.
    pub arn: String,
    /// The identifier of the version that holds `value`.
    pub version_id: String,
    /// The text, as a rule a JSON object with `username` and `password`.
    pub value: String,
    /// What `DescribeSecret` tells customers.
    pub description: String,
    /// The key that encrypts it; `None` is `aws/secretsmanager`.
    pub kms_key_id: Option<String>,
    /// Tags of the service's own, e.g. `aws:rds:primaryDBClusterArn`.
    pub tags: BTreeMap<String, String>,
    /// How often the service rotates it; `None` is never.
    pub rotation_days: Option<u32>,
    /// When it is put.
    pub now: Timestamp,
}

impl ManagedSecret {
    /// A secret in the caller's account and region, with a new ARN and version.
    pub fn new(call: &mut Call<'_>, owning_service: &str, name: &str, value: String) -> Self {
        let suffix = call.ids.mixed(6);
        Self {
            owning_service: owning_service.to_owned(),
            name: name.to_owned(),
            arn: call.arn("secretsmanager", &format!("secret:{name}-{suffix}")),
            version_id: call.ids.uuid(),
            value,
            description: String::new(),
            kms_key_id: None,
            tags: BTreeMap::new(),
            rotation_days: None,
            now: call.clock.now,
        }
    }
}

impl State {
    /// Keeps a secret for its owning service and gives its ARN.
    ///
    /// When the name exists, the value becomes its current version (a rotation).
    pub fn put_managed(&mut self, managed: ManagedSecret) -> String {
        let now = managed.now;
        let secret = self
            .secrets
            .entry(managed.name.clone())
            .or_insert_with(|| empty(managed.name, managed.arn, now));
        if !secret.versions.is_empty() {
            secret.rotation.last = Some(now);
        }
        secret.description = Some(managed.description);
        secret.kms_key_id = managed.kms_key_id;
        secret.rotation.every(managed.rotation_days, now);
        secret.tags.set_by_aws("aws:secretsmanager:owningService", &managed.owning_service);
        for (key, value) in managed.tags {
            secret.tags.set_by_aws(key, value);
        }
        secret.owning_service = Some(managed.owning_service);
        secret.replace_current(&managed.version_id, managed.value, now);
        secret.arn.clone()
    }

    /// Deletes a managed secret at once; one that does not exist is no error.
    pub fn delete_managed(&mut self, arn: &str) {
        self.secrets.retain(|_, secret| secret.arn != arn || secret.owning_service.is_none());
    }

    /// The current text of a secret, by name or ARN, for services that act with it.
    pub fn current_text(&self, id: &str) -> Option<&str> {
        let secret = self.live(id).ok()?;
        match &secret.versions.get(secret.staged(CURRENT)?)?.value {
            SecretValue::Text(text) => Some(text),
            SecretValue::Binary(_) => None,
        }
    }
}

impl Secret {
    fn replace_current(&mut self, version: &str, text: String, now: Timestamp) {
        // An identifier that is in use for other text belongs to a version that is replaced.
        self.versions.shift_remove(version);
        let fresh = self.put(version, SecretValue::Text(text), &[CURRENT.to_owned()], now);
        debug_assert!(fresh.is_ok(), "the version was just removed");
    }
}

fn empty(name: String, arn: String, now: Timestamp) -> Secret {
    Secret {
        arn,
        name,
        description: None,
        kms_key_id: None,
        kind: None,
        owning_service: None,
        tags: Tags::default(),
        versions: IndexMap::new(),
        policy: None,
        rotation: Rotation::default(),
        created: now,
        changed: now,
        accessed: None,
        deletion: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::call::Ids;
    use crate::testing::Fixture;

    fn put(fixture: &mut Fixture, value: &str) -> String {
        let mut ids = Ids::seeded(value.len() as u64);
        let managed = {
            let mut call = Call {
                world: &mut fixture.world,
                account: "123456789012",
                region: "us-east-1",
                endpoint: "http://127.0.0.1:4566",
                access_key: "AKIDEXAMPLE",
                clock: fixture.clock,
                ids: &mut ids,
                faults: &fixture.faults,
                log: &fixture.log,
                live: false,
                databases: false,
            };
            ManagedSecret::new(&mut call, "rds", "rds!cluster-1", value.to_owned())
        };
        let managed = ManagedSecret { rotation_days: Some(7), ..managed };
        fixture.world.region("us-east-1").secretsmanager.put_managed(managed)
    }

    #[test]
    fn customers_read_but_do_not_change_or_delete() {
        let mut fixture = Fixture::new();
        let arn = put(&mut fixture, "one");
        let described =
            fixture.call("secretsmanager", "DescribeSecret", json!({"SecretId": arn})).unwrap();
        assert_eq!(described["OwningService"], "rds");
        assert_eq!(described["RotationEnabled"], true);
        assert_eq!(described["RotationRules"], json!({"AutomaticallyAfterDays": 7}));
        let value =
            fixture.call("secretsmanager", "GetSecretValue", json!({"SecretId": arn})).unwrap();
        assert_eq!(value["SecretString"], "one");
        for (operation, request) in [
            ("DeleteSecret", json!({"SecretId": arn, "ForceDeleteWithoutRecovery": true})),
            ("PutSecretValue", json!({"SecretId": arn, "SecretString": "mine"})),
            ("UpdateSecret", json!({"SecretId": arn, "SecretString": "mine"})),
        ] {
            let code = fixture.fault("secretsmanager", operation, request);
            assert_eq!(code, "InvalidRequestException", "{operation}");
        }
    }

    #[test]
    fn putting_again_rotates_and_deleting_is_at_once() {
        let mut fixture = Fixture::new();
        let arn = put(&mut fixture, "one");
        assert_eq!(put(&mut fixture, "second"), arn);
        let secrets = &mut fixture.world.region("us-east-1").secretsmanager;
        assert_eq!(secrets.current_text(&arn), Some("second"));
        secrets.delete_managed(&arn);
        assert_eq!(secrets.current_text(&arn), None);
    }
}
