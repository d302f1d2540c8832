//! The sessions that were given out.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::Call;

/// How long an expired session is remembered, so that its keys are called expired and not unknown.
const REMEMBERED: Duration = Duration::from_secs(24 * 3600);

/// What exists.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    sessions: BTreeMap<String, Session>,
}

/// Temporary keys and whose they are.
#[derive(Clone, Serialize, Deserialize)]
pub struct Session {
    /// The secret.
    pub secret_access_key: String,
    /// What every request with these keys must carry.
    pub session_token: String,
    /// When they end.
    pub expires: Timestamp,
    /// Whose they are.
    pub principal: Principal,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("expires", &self.expires)
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}

/// Who makes a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// `arn:aws:iam::ACCOUNT:user/sandbox`, or an assumed role's.
    pub arn: String,
    /// The user's id, or `ROLEID:SESSION`.
    pub user_id: String,
    /// The role behind an assumed role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
}

impl State {
    /// The session with an access key, expired or not.
    pub fn session(&self, access_key: &str) -> Option<&Session> {
        self.sessions.get(access_key)
    }

    /// Ends a session at once, as a test of clients with old keys wants it.
    pub fn expire(&mut self, access_key: &str) {
        if let Some(session) = self.sessions.get_mut(access_key) {
            session.expires = Timestamp::now();
        }
    }

    /// Forgets sessions that ended long ago.
    pub fn settle(&mut self, now: Timestamp) {
        self.sessions.retain(|_, session| {
            session.expires.checked_add(REMEMBERED).is_ok_and(|forgotten| now < forgotten)
        });
    }
}

/// The caller: the sandbox's own user, or whoever the session belongs to.
pub fn caller(call: &mut Call<'_>) -> Principal {
    call.principal(call.access_key)
}

/// Gives out keys that end after `lifetime`, whatever the time scale; their access key comes first.
pub fn give_out(
    call: &mut Call<'_>,
    principal: Principal,
    lifetime: Duration,
) -> (String, Session) {
    let access_key = format!("ASIA{}", call.ids.upper(16));
    let session = Session {
        secret_access_key: call.ids.mixed(40),
        session_token: call.ids.mixed(320),
        expires: call.clock.now.checked_add(lifetime).unwrap_or(Timestamp::MAX),
        principal,
    };
    call.global().sts.sessions.insert(access_key.clone(), session.clone());
    (access_key, session)
}
