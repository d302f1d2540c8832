//! A key's life: enabled, disabled, scheduled for deletion and taken back.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::key::KeyRequest;
use super::lookup::own;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Makes a disabled key usable.
pub(super) fn enable(call: &mut Call<'_>, request: KeyRequest) -> Result<Empty, Fault> {
    let key = own(call, &request.key_id)?;
    key.refuse_if_pending_deletion()?;
    key.enabled = true;
    Ok(Empty {})
}

/// Makes a key unusable until it is enabled again.
pub(super) fn disable(call: &mut Call<'_>, request: KeyRequest) -> Result<Empty, Fault> {
    let key = own(call, &request.key_id)?;
    key.refuse_if_pending_deletion()?;
    key.enabled = false;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescriptionRequest {
    key_id: String,
    description: String,
}

/// Replaces the description.
pub(super) fn describe_as(
    call: &mut Call<'_>,
    request: DescriptionRequest,
) -> Result<Empty, Fault> {
    let key = own(call, &request.key_id)?;
    key.refuse_if_pending_deletion()?;
    key.description = request.description;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ScheduleRequest {
    key_id: String,
    pending_window_in_days: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ScheduleResponse {
    key_id: String,
    deletion_date: Timestamp,
    key_state: &'static str,
    pending_window_in_days: u32,
}

/// Schedules the deletion of a key after 7 to 30 days, 30 when the request says nothing.
pub(super) fn schedule_deletion(
    call: &mut Call<'_>,
    request: ScheduleRequest,
) -> Result<ScheduleResponse, Fault> {
    let now = call.clock.now;
    let days = request.pending_window_in_days.unwrap_or(30);
    let key = own(call, &request.key_id)?;
    if !(7..=30).contains(&days) {
        return Err(errors::validation(
            "PendingWindowInDays must be between 7 and 30 days (inclusive).",
        ));
    }
    key.refuse_if_pending_deletion()?;
    let deletion_date = now.checked_add(DAY * days).unwrap_or(Timestamp::MAX);
    key.deletion = Some(deletion_date);
    Ok(ScheduleResponse {
        key_id: key.arn.clone(),
        deletion_date,
        key_state: key.state(),
        pending_window_in_days: days,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CancelResponse {
    key_id: String,
}

/// Takes back a scheduled deletion. The key is disabled then, as AWS documents.
pub(super) fn cancel_deletion(
    call: &mut Call<'_>,
    request: KeyRequest,
) -> Result<CancelResponse, Fault> {
    let key = own(call, &request.key_id)?;
    if key.deletion.take().is_none() {
        return Err(errors::invalid_state(&key.arn, "not pending deletion"));
    }
    key.enabled = false;
    Ok(CancelResponse { key_id: key.arn.clone() })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::Fixture;

    fn fixture() -> (Fixture, Value) {
        let mut fixture = Fixture::new();
        let created = fixture.call("kms", "CreateKey", json!({})).unwrap();
        (fixture, created["KeyMetadata"]["KeyId"].clone())
    }

    fn state(fixture: &mut Fixture, id: &Value) -> Value {
        let described = fixture.call("kms", "DescribeKey", json!({"KeyId": id})).unwrap();
        described["KeyMetadata"]["KeyState"].clone()
    }

    #[test]
    fn a_key_is_disabled_and_enabled() {
        let (mut fixture, id) = fixture();
        fixture.call("kms", "DisableKey", json!({"KeyId": id})).unwrap();
        assert_eq!(state(&mut fixture, &id), "Disabled");
        fixture.call("kms", "EnableKey", json!({"KeyId": id})).unwrap();
        assert_eq!(state(&mut fixture, &id), "Enabled");
    }

    #[test]
    fn a_scheduled_deletion_happens_when_its_days_are_over() {
        let (mut fixture, id) = fixture();
        let alias = json!({"AliasName": "alias/data", "TargetKeyId": id});
        fixture.call("kms", "CreateAlias", alias).unwrap();
        let request = json!({"KeyId": id, "PendingWindowInDays": 7});
        let scheduled = fixture.call("kms", "ScheduleKeyDeletion", request.clone()).unwrap();
        assert_eq!(scheduled["DeletionDate"], "2026-01-08T00:00:00Z");
        assert_eq!(scheduled["KeyState"], "PendingDeletion");
        for operation in ["ScheduleKeyDeletion", "EnableKey", "DisableKey"] {
            let code = fixture.fault("kms", operation, json!({"KeyId": id}));
            assert_eq!(code, "KMSInvalidStateException", "{operation}");
        }
        fixture.pass(DAY * 7);
        let code = fixture.fault("kms", "DescribeKey", json!({"KeyId": id}));
        assert_eq!(code, "NotFoundException");
        let aliases = fixture.call("kms", "ListAliases", json!({})).unwrap();
        assert_eq!(aliases["Aliases"], json!([]));
    }

    #[test]
    fn a_key_whose_deletion_is_cancelled_is_disabled() {
        let (mut fixture, id) = fixture();
        let request = json!({"KeyId": id});
        let code = fixture.fault("kms", "CancelKeyDeletion", request.clone());
        assert_eq!(code, "KMSInvalidStateException");
        fixture.call("kms", "ScheduleKeyDeletion", request.clone()).unwrap();
        fixture.call("kms", "CancelKeyDeletion", request).unwrap();
        assert_eq!(state(&mut fixture, &id), "Disabled");
    }

    #[test]
    fn the_waiting_period_is_7_to_30_days() {
        let (mut fixture, id) = fixture();
        for days in [6, 31] {
            let request = json!({"KeyId": id, "PendingWindowInDays": days});
            assert_eq!(fixture.fault("kms", "ScheduleKeyDeletion", request), "ValidationException");
        }
    }

    #[test]
    fn the_description_can_be_replaced() {
        let (mut fixture, id) = fixture();
        let request = json!({"KeyId": id, "Description": "new"});
        fixture.call("kms", "UpdateKeyDescription", request).unwrap();
        let described = fixture.call("kms", "DescribeKey", json!({"KeyId": id})).unwrap();
        assert_eq!(described["KeyMetadata"]["Description"], "new");
    }
}
