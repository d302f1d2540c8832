//! The master user of a cluster: a password in the request, or one that RDS keeps in Secrets
//! Manager.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{errors, keys};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::secretsmanager::managed::ManagedSecret;

/// The master user and where its password is.
#[derive(Clone, Serialize, Deserialize)]
pub struct MasterUser {
    /// The name.
    pub name: String,
    /// The password.
    pub password: Password,
}

/// Where the master user's password is.
#[derive(Clone, Serialize, Deserialize)]
pub enum Password {
    /// The customer gave it.
    Given(String),
    /// RDS made it and keeps it in Secrets Manager.
    Managed(MasterSecret),
}

/// The secret in which RDS keeps the master user's password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MasterSecret {
    /// `rds!cluster-` and a UUID.
    pub name: String,
    /// Of the secret.
    pub arn: String,
    /// The ARN of the key that encrypts it.
    pub key: String,
}

impl std::fmt::Debug for MasterUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MasterUser").field("name", &self.name).finish_non_exhaustive()
    }
}

impl MasterUser {
    /// The secret, when RDS manages the password.
    pub fn secret(&self) -> Option<&MasterSecret> {
        match &self.password {
            Password::Managed(secret) => Some(secret),
            Password::Given(_) => None,
        }
    }
}

/// What a request says of the master user's password.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct PasswordRequest {
    master_user_password: Option<String>,
    manage_master_user_password: Option<bool>,
    master_user_secret_kms_key_id: Option<String>,
}

/// How often RDS rotates a secret of its own.
const ROTATION_DAYS: u32 = 7;
/// Words that Aurora PostgreSQL keeps for itself.
const RESERVED: [&str; 8] =
    ["admin", "rdsadmin", "rds_superuser", "postgres_exporter", "public", "user", "all", "select"];

/// Refuses a name that PostgreSQL or RDS does not take.
pub(super) fn check_name(name: Option<&str>) -> Result<String, Fault> {
    let name = name.filter(|name| !name.is_empty()).ok_or_else(|| {
        errors::invalid_value(
            "The parameter MasterUsername must be provided and must not be blank.",
        )
    })?;
    let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if !letters || !first || name.len() > 63 {
        return Err(errors::invalid_value(
            "The parameter MasterUsername is not a valid identifier: 1 to 63 letters, numbers or \
             underscores, the first one a letter.",
        ));
    }
    if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
        return Err(errors::invalid_value(format!(
            "MasterUsername {name} cannot be used as it is a reserved word used by the engine"
        )));
    }
    Ok(name.to_owned())
}

fn check_password(password: &str) -> Result<(), Fault> {
    let wrong = |why: &str| {
        let message = format!("The parameter MasterUserPassword is not a valid password {why}");
        Err(errors::invalid_value(message))
    };
    if password.len() < 8 {
        return wrong("because it is shorter than 8 characters.");
    }
    if password.len() > 128 {
        return wrong("because it is longer than 128 characters.");
    }
    if !password.chars().all(|c| c.is_ascii_graphic() && !"/@\"".contains(c)) {
        return wrong(
            "because only printable ASCII characters besides '/', '@', '\"', ' ' may be used.",
        );
    }
    Ok(())
}

impl std::fmt::Debug for PasswordRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordRequest").finish_non_exhaustive()
    }
}

impl PasswordRequest {
    fn manages(&self) -> bool {
        self.manage_master_user_password == Some(true)
    }

    fn check(&self) -> Result<(), Fault> {
        if self.manages() && self.master_user_password.is_some() {
            return Err(errors::invalid_combination(
                "You can't specify MasterUserPassword when ManageMasterUserPassword is enabled.",
            ));
        }
        if !self.manages() && self.master_user_secret_kms_key_id.is_some() {
            return Err(errors::invalid_combination(
                "You can't specify MasterUserSecretKmsKeyId when ManageMasterUserPassword isn't \
                 enabled.",
            ));
        }
        Ok(())
    }

    /// The master user of a new cluster.
    pub(super) fn create(
        &self,
        call: &mut Call<'_>,
        name: String,
        cluster_arn: &str,
    ) -> Result<MasterUser, Fault> {
        self.check()?;
        let password = match &self.master_user_password {
            _ if self.manages() => Password::Managed(self.manage(call, &name, cluster_arn)?),
            Some(password) => {
                check_password(password)?;
                Password::Given(password.clone())
            }
            None => {
                return Err(errors::invalid_value(
                    "The parameter MasterUserPassword must be provided and must not be blank.",
                ));
            }
        };
        Ok(MasterUser { name, password })
    }

    /// The master user after a change: another password, another keeper of it, or another key.
    ///
    /// The secret of a password that RDS no longer manages is deleted.
    pub(super) fn change(
        &self,
        call: &mut Call<'_>,
        old: &MasterUser,
        cluster_arn: &str,
    ) -> Result<MasterUser, Fault> {
        let Some(secret) = old.secret() else {
            let unchanged = self.master_user_password.is_none() && !self.manages();
            return if unchanged {
                self.check().map(|()| old.clone())
            } else {
                self.create(call, old.name.clone(), cluster_arn)
            };
        };
        if self.manage_master_user_password == Some(false) {
            let new = self.create(call, old.name.clone(), cluster_arn)?;
            call.region().secretsmanager.delete_managed(&secret.arn);
            return Ok(new);
        }
        Self { manage_master_user_password: Some(true), ..self.clone() }.check()?;
        let Some(given) = &self.master_user_secret_kms_key_id else { return Ok(old.clone()) };
        let key = keys::resolve(call, Some(given), keys::SECRETS_MANAGER)?;
        if key == secret.key {
            return Ok(old.clone());
        }
        let moved = keep(call, secret.name.clone(), key, &old.name, cluster_arn);
        Ok(MasterUser { name: old.name.clone(), password: Password::Managed(moved) })
    }

    fn manage(
        &self,
        call: &mut Call<'_>,
        user: &str,
        cluster: &str,
    ) -> Result<MasterSecret, Fault> {
        let given = self.master_user_secret_kms_key_id.as_deref();
        let key = keys::resolve(call, given, keys::SECRETS_MANAGER)?;
        let name = format!("rds!cluster-{}", call.ids.uuid());
        Ok(keep(call, name, key, user, cluster))
    }
}

/// Makes a new password for a managed secret: the same secret, another version.
pub(super) fn rotate(call: &mut Call<'_>, master: &MasterUser, cluster: &str) -> Result<(), Fault> {
    let secret = master.secret().cloned().ok_or_else(|| {
        errors::invalid_combination(
            "You can't specify RotateMasterUserPassword because the master user password isn't \
             managed in AWS Secrets Manager.",
        )
    })?;
    keep(call, secret.name, secret.key, &master.name, cluster);
    Ok(())
}

fn keep(call: &mut Call<'_>, name: String, key: String, user: &str, cluster: &str) -> MasterSecret {
    let text = json!({"username": user, "password": call.ids.mixed(28)}).to_string();
    let managed = ManagedSecret {
        description: format!("The secret associated with the primary RDS DB cluster: {cluster}"),
        kms_key_id: Some(key.clone()),
        tags: BTreeMap::from([("aws:rds:primaryDBClusterArn".to_owned(), cluster.to_owned())]),
        rotation_days: Some(ROTATION_DAYS),
        ..ManagedSecret::new(call, "rds", &name, text)
    };
    let arn = call.region().secretsmanager.put_managed(managed);
    MasterSecret { name, arn, key }
}
