//! Who the caller is, and temporary keys for the same caller.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::errors;
use super::state::{self, Session};
use crate::call::Call;
use crate::fault::Fault;

/// AWS's default for `GetSessionToken`: twelve hours.
const DEFAULT_LIFETIME: u64 = 43_200;

/// `GetCallerIdentity` has no parameters.
#[derive(Deserialize)]
pub struct GetCallerIdentityRequest {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetCallerIdentityResponse {
    user_id: String,
    account: String,
    arn: String,
}

/// Anybody with valid keys may ask.
pub fn get(
    call: &mut Call<'_>,
    _request: GetCallerIdentityRequest,
) -> Result<GetCallerIdentityResponse, Fault> {
    let principal = state::caller(call);
    Ok(GetCallerIdentityResponse {
        user_id: principal.user_id,
        account: call.account.to_owned(),
        arn: principal.arn,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetSessionTokenRequest {
    duration_seconds: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetSessionTokenResponse {
    credentials: Credentials,
}

/// Temporary keys, as STS answers them.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: jiff::Timestamp,
}

impl From<(String, Session)> for Credentials {
    fn from((access_key_id, session): (String, Session)) -> Self {
        Self {
            access_key_id,
            secret_access_key: session.secret_access_key,
            session_token: session.session_token,
            expiration: session.expires,
        }
    }
}

/// Temporary keys of the caller's own; AWS refuses it to callers that have temporary ones.
pub fn session_token(
    call: &mut Call<'_>,
    request: GetSessionTokenRequest,
) -> Result<GetSessionTokenResponse, Fault> {
    let access_key = call.access_key;
    if call.global().sts.session(access_key).is_some() {
        return Err(errors::session_from_session());
    }
    let principal = state::caller(call);
    let lifetime = Duration::from_secs(request.duration_seconds.unwrap_or(DEFAULT_LIFETIME));
    Ok(GetSessionTokenResponse { credentials: state::give_out(call, principal, lifetime).into() })
}
