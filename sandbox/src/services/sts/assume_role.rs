//! Temporary keys of a role.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::errors;
use super::identity::Credentials;
use super::state::{self, Principal};
use super::trust::Ask;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::iam::state::Assumable;

/// AWS's default: one hour.
const DEFAULT_LIFETIME: u64 = 3600;
/// The longest lifetime when a role assumes another: one hour.
const CHAINED_LIFETIME: u64 = 3600;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssumeRoleRequest {
    role_arn: String,
    role_session_name: String,
    duration_seconds: Option<u64>,
    external_id: Option<String>,
    source_identity: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssumeRoleResponse {
    credentials: Credentials,
    assumed_role_user: AssumedRoleUser,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssumedRoleUser {
    assumed_role_id: String,
    arn: String,
}

/// AWS does not say whether the role is missing or does not trust the caller: both are
/// `AccessDenied`.
pub fn assume(
    call: &mut Call<'_>,
    request: AssumeRoleRequest,
) -> Result<AssumeRoleResponse, Fault> {
    let caller = state::caller(call);
    let ask =
        Ask { caller: &caller, account: call.account, external_id: request.external_id.as_deref() };
    let role = call.global().iam.assumable(&request.role_arn);
    let role = role
        .filter(|role| ask.is_trusted_by(&role.trust))
        .ok_or_else(|| errors::access_denied(&caller.arn, "sts:AssumeRole", &request.role_arn))?;
    let lifetime = lifetime(&request, &role, &caller)?;
    let session_name = &request.role_session_name;
    let principal = Principal {
        arn: format!("arn:aws:sts::{}:assumed-role/{}/{session_name}", call.account, role.name),
        user_id: format!("{}:{session_name}", role.id),
        role_arn: Some(request.role_arn.clone()),
    };
    Ok(AssumeRoleResponse {
        assumed_role_user: AssumedRoleUser {
            assumed_role_id: principal.user_id.clone(),
            arn: principal.arn.clone(),
        },
        credentials: state::give_out(call, principal, lifetime).into(),
        source_identity: request.source_identity,
    })
}

fn lifetime(
    request: &AssumeRoleRequest,
    role: &Assumable,
    caller: &Principal,
) -> Result<Duration, Fault> {
    let seconds = request.duration_seconds.unwrap_or(DEFAULT_LIFETIME);
    if caller.role_arn.is_some() && seconds > CHAINED_LIFETIME {
        return Err(errors::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by \
             role chaining",
        ));
    }
    if seconds > u64::from(role.max_session_duration) {
        return Err(errors::validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(Duration::from_secs(seconds))
}
