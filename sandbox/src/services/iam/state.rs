//! What exists: roles, customer managed policies, instance profiles.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::aws_managed;
use super::errors;
use super::password_policy::PasswordPolicy;
use super::policy::Policy;
use super::service_linked::Deletion;
use crate::fault::Fault;
use crate::services::policy::{Document, Purpose};
use crate::services::tags::Tags;

/// The account's identities. Names are unique without regard to case.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) roles: BTreeMap<String, Role>,
    pub(super) policies: BTreeMap<String, Policy>,
    pub(super) instance_profiles: BTreeMap<String, InstanceProfile>,
    pub(super) account_alias: Option<String>,
    pub(super) password_policy: Option<PasswordPolicy>,
    pub(super) deletions: BTreeMap<String, Deletion>,
}

/// A role: who may assume it, and what it may do then.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Role {
    pub name: String,
    pub path: String,
    pub id: String,
    pub arn: String,
    pub created: Timestamp,
    pub trust: String,
    pub description: Option<String>,
    pub max_session_duration: u32,
    pub boundary: Option<String>,
    pub tags: Tags,
    /// Documents by name.
    pub inline: BTreeMap<String, String>,
    /// ARNs of managed policies.
    pub attached: BTreeSet<String>,
    /// The service that alone may change the role.
    pub linked_service: Option<String>,
}

/// What lends a role to an EC2 instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct InstanceProfile {
    pub name: String,
    pub path: String,
    pub id: String,
    pub arn: String,
    pub created: Timestamp,
    /// At most one role's name.
    pub role: Option<String>,
    pub tags: Tags,
}

/// What a session of a role is made of.
pub struct Assumable {
    /// The role's name, without its path.
    pub name: String,
    /// `AROA` and seventeen characters.
    pub id: String,
    /// The trust policy.
    pub trust: String,
    /// The longest session, in seconds.
    pub max_session_duration: u32,
}

impl State {
    /// Completes the deletions of service-linked roles that are due.
    pub fn settle(&mut self, now: Timestamp) {
        let due = self.deletions.values().filter(|deletion| deletion.due <= now);
        let ids: BTreeSet<&str> = due.map(|deletion| deletion.role_id.as_str()).collect();
        self.roles.retain(|_, role| !ids.contains(role.id.as_str()));
    }

    /// Whether a role exists at this ARN and lets the service, e.g. `rds.amazonaws.com`, assume it.
    pub fn role_trusts(&self, arn: &str, service_principal: &str) -> bool {
        let role = self.roles.values().find(|role| role.arn == arn);
        let trust = role.and_then(|role| Document::parse(&role.trust, Purpose::Trust).ok());
        trust.is_some_and(|document| document.allows_service(service_principal))
    }

    /// The role with an ARN, as STS needs it.
    pub fn assumable(&self, arn: &str) -> Option<Assumable> {
        self.roles.values().find(|role| role.arn == arn).map(|role| Assumable {
            name: role.name.clone(),
            id: role.id.clone(),
            trust: role.trust.clone(),
            max_session_duration: role.max_session_duration,
        })
    }

    /// Whether a role exists at this ARN.
    pub fn role_exists(&self, arn: &str) -> bool {
        self.roles.values().any(|role| role.arn == arn)
    }

    pub(super) fn role(&self, name: &str) -> Result<&Role, Fault> {
        let role = self.roles.get(&name.to_lowercase()).filter(|role| role.name == name);
        role.ok_or_else(|| errors::role_not_found(name))
    }

    /// A role to be changed, whoever may change it.
    pub(super) fn any_role_mut(&mut self, name: &str) -> Result<&mut Role, Fault> {
        let role = self.roles.get_mut(&name.to_lowercase()).filter(|role| role.name == name);
        role.ok_or_else(|| errors::role_not_found(name))
    }

    /// A role that customers may change.
    pub(super) fn role_mut(&mut self, name: &str) -> Result<&mut Role, Fault> {
        let role = self.any_role_mut(name)?;
        role.refuse_if_linked().map(|()| role)
    }

    pub(super) fn instance_profile(&mut self, name: &str) -> Result<&mut InstanceProfile, Fault> {
        let profile = self.instance_profiles.get_mut(&name.to_lowercase());
        profile
            .filter(|profile| profile.name == name)
            .ok_or_else(|| errors::instance_profile_not_found(name))
    }

    /// Refuses the ARN of a policy that does not exist.
    pub(super) fn check_attachable(&self, arn: &str) -> Result<(), Fault> {
        if self.policies.contains_key(arn) || aws_managed::find(arn).is_some() {
            Ok(())
        } else {
            Err(errors::policy_not_attachable(arn))
        }
    }

    /// How many roles a managed policy is attached to.
    pub(super) fn attachments(&self, arn: &str) -> usize {
        self.roles.values().filter(|role| role.attached.contains(arn)).count()
    }

    /// How many roles a managed policy bounds.
    pub(super) fn bounded(&self, arn: &str) -> usize {
        self.roles.values().filter(|role| role.boundary.as_deref() == Some(arn)).count()
    }
}

impl Role {
    /// Refuses what only the linked service may do.
    pub(super) fn refuse_if_linked(&self) -> Result<(), Fault> {
        match &self.linked_service {
            Some(service) => Err(errors::protected_role(&self.name, service)),
            None => Ok(()),
        }
    }
}
