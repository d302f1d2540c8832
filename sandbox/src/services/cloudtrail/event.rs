//! One event: a call of the log, as CloudTrail records it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::management;
use crate::call::{Call, Ids};
use crate::gateway::log::Entry;
use crate::services::sts::state::Principal;

/// A management event.
pub(super) struct Event {
    /// Which call it was.
    pub number: u64,
    /// When, in whole seconds.
    pub time: Timestamp,
    /// A UUID.
    pub id: String,
    /// The operation.
    pub name: String,
    /// `ec2.amazonaws.com`.
    pub source: String,
    /// Whether it changed nothing.
    pub is_read_only: bool,
    identity: Identity,
    entry: Entry,
    account: String,
}

/// Whoever called.
enum Identity {
    /// Without a signature.
    Nobody,
    /// With keys whose session is forgotten.
    Forgotten,
    /// A user, or a role's session.
    Known(Principal),
}

impl Event {
    /// The events of the caller's region that the log still has, newest first.
    pub(super) fn all(call: &Call<'_>) -> Vec<Self> {
        let of_region = |entry: &Entry| {
            (management::region(entry) == call.region && management::is_event(entry))
                .then(|| entry.clone())
        };
        let mut entries = call.log.select(of_region);
        // The log has them in the order of their ends.
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.number));
        entries.into_iter().map(|entry| Self::of(call, entry)).collect()
    }

    fn of(call: &Call<'_>, entry: Entry) -> Self {
        Self {
            number: entry.number,
            time: Timestamp::from_second(entry.at.as_second()).unwrap_or(entry.at),
            id: Ids::derived(&entry.request_id, entry.number),
            name: management::name(&entry).to_owned(),
            source: management::source(&entry),
            is_read_only: management::is_read_only(&entry.operation),
            identity: Identity::of(call, &entry.access_key),
            account: call.account.to_owned(),
            entry,
        }
    }

    /// The user, or the name of the role's session.
    pub(super) fn username(&self) -> Option<&str> {
        let Identity::Known(principal) = &self.identity else { return None };
        principal.arn.rsplit('/').next()
    }

    /// The access key that signed.
    pub(super) fn access_key(&self) -> Option<&str> {
        Some(self.entry.access_key.as_str()).filter(|key| !key.is_empty())
    }

    /// As `LookupEvents` shows it.
    pub(super) fn view(&self) -> Value {
        json!({
            "EventId": self.id,
            "EventName": self.name,
            "ReadOnly": self.is_read_only.to_string(),
            "AccessKeyId": self.access_key(),
            "EventTime": self.time,
            "EventSource": self.source,
            "Username": self.username(),
            "Resources": [],
            "CloudTrailEvent": self.record().to_string(),
        })
    }

    fn record(&self) -> Value {
        let mut record = json!({
            "eventVersion": "1.11",
            "userIdentity": self.identity.view(self.access_key(), &self.account),
            "eventTime": self.time,
            "eventSource": self.source,
            "eventName": self.name,
            "awsRegion": management::region(&self.entry),
            // The gateway listens there alone.
            "sourceIPAddress": "127.0.0.1",
            "userAgent": self.entry.user_agent,
            "requestParameters": null,
            "responseElements": null,
            "requestID": self.entry.request_id,
            "eventID": self.id,
            "readOnly": self.is_read_only,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": self.account,
            "eventCategory": "Management",
        });
        let failure = [("errorCode", &self.entry.code), ("errorMessage", &self.entry.message)];
        for (name, text) in failure {
            if let Some(text) = text {
                record[name] = json!(text);
            }
        }
        record
    }
}

impl Identity {
    fn of(call: &Call<'_>, access_key: &str) -> Self {
        if access_key.is_empty() {
            return Self::Nobody;
        }
        match call.world.global.sts.session(access_key) {
            Some(session) => Self::Known(session.principal.clone()),
            None if access_key.starts_with("ASIA") => Self::Forgotten,
            None => Self::Known(call.principal(access_key)),
        }
    }

    fn view(&self, access_key: Option<&str>, account: &str) -> Value {
        let principal = match self {
            Self::Nobody => {
                return json!({ "type": "AWSAccount", "accountId": "ANONYMOUS_PRINCIPAL" });
            }
            Self::Forgotten => {
                return json!({ "type": "Unknown", "accountId": account, "accessKeyId": access_key });
            }
            Self::Known(principal) => principal,
        };
        let mut view = json!({
            "type": "IAMUser", "principalId": principal.user_id, "arn": principal.arn,
            "accountId": account, "accessKeyId": access_key,
        });
        let name = |arn: &str| arn.rsplit('/').next().map(str::to_owned);
        match &principal.role_arn {
            None => view["userName"] = json!(name(&principal.arn)),
            Some(role) => {
                view["type"] = json!("AssumedRole");
                let id = principal.user_id.split(':').next();
                view["sessionContext"] = json!({ "sessionIssuer": {
                    "type": "Role", "principalId": id, "arn": role, "accountId": account,
                    "userName": name(role),
                } });
            }
        }
        view
    }
}
