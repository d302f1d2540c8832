//! Automatic rotation of a key's material.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::key::{Key, KeyRequest, Origin};
use super::lookup::{direct, own};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const YEAR: u32 = 365;

/// Whether and how often a key is rotated. The period outlives a pause.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Rotation {
    period_days: Option<u32>,
    next: Option<Timestamp>,
}

impl Rotation {
    /// Once a year, as keys of AWS are.
    pub(super) fn yearly(now: Timestamp) -> Self {
        Self::every(YEAR, now)
    }

    fn every(days: u32, now: Timestamp) -> Self {
        Self { period_days: Some(days), next: now.checked_add(DAY * days).ok() }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EnableRequest {
    key_id: String,
    rotation_period_in_days: Option<u32>,
}

/// Rotates the key every 90 to 2560 days, 365 unless the request says otherwise.
pub(super) fn enable(call: &mut Call<'_>, request: EnableRequest) -> Result<Empty, Fault> {
    let now = call.clock.now;
    let key = own(call, &request.key_id)?;
    check(key)?;
    let days = request.rotation_period_in_days.or(key.rotation.period_days).unwrap_or(YEAR);
    if !(90..=2560).contains(&days) {
        return Err(errors::validation(
            "RotationPeriodInDays must be between 90 and 2560 days (inclusive).",
        ));
    }
    key.rotation = Rotation::every(days, now);
    Ok(Empty {})
}

/// Ends the rotation.
pub(super) fn disable(call: &mut Call<'_>, request: KeyRequest) -> Result<Empty, Fault> {
    let key = own(call, &request.key_id)?;
    check(key)?;
    key.rotation.next = None;
    Ok(Empty {})
}

/// Only enabled symmetric keys with material of KMS's own rotate.
fn check(key: &Key) -> Result<(), Fault> {
    key.refuse_if_pending_deletion()?;
    if !key.is_symmetric() || key.origin != Origin::Kms {
        return Err(errors::unsupported(&key.arn));
    }
    if !key.is_enabled() {
        return Err(errors::disabled(&key.arn));
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StatusResponse {
    key_rotation_enabled: bool,
    key_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation_period_in_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_rotation_date: Option<Timestamp>,
}

/// Whether the key rotates. A disabled key does not, and neither does one to be deleted.
pub(super) fn status(call: &mut Call<'_>, request: KeyRequest) -> Result<StatusResponse, Fault> {
    let key = direct(call, &request.key_id)?;
    if !key.is_symmetric() {
        return Err(errors::unsupported(&key.arn));
    }
    let next = key.rotation.next.filter(|_| key.deletion.is_none());
    Ok(StatusResponse {
        key_rotation_enabled: next.is_some(),
        key_id: key.arn.clone(),
        rotation_period_in_days: next.and(key.rotation.period_days),
        next_rotation_date: next,
    })
}

impl Key {
    /// Whether the key's material is rotated automatically.
    pub fn rotates(&self) -> bool {
        self.rotation.next.is_some()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Fixture;

    fn fixture(request: Value) -> (Fixture, Value) {
        let mut fixture = Fixture::new();
        let created = fixture.call("kms", "CreateKey", request).unwrap();
        (fixture, created["KeyMetadata"]["KeyId"].clone())
    }

    #[test]
    fn rotation_is_yearly_unless_said_otherwise() {
        let (mut fixture, id) = fixture(json!({}));
        let key = json!({"KeyId": id});
        let status = |fixture: &mut Fixture| {
            fixture.call("kms", "GetKeyRotationStatus", key.clone()).unwrap()
        };
        assert_eq!(status(&mut fixture)["KeyRotationEnabled"], false);
        fixture.call("kms", "EnableKeyRotation", key.clone()).unwrap();
        assert_eq!(status(&mut fixture)["RotationPeriodInDays"], 365);
        let request = json!({"KeyId": id, "RotationPeriodInDays": 90});
        fixture.call("kms", "EnableKeyRotation", request).unwrap();
        assert_eq!(status(&mut fixture)["NextRotationDate"], "2026-04-01T00:00:00Z");
        fixture.call("kms", "DisableKeyRotation", key.clone()).unwrap();
        assert_eq!(status(&mut fixture).get("RotationPeriodInDays"), None);
    }

    #[test]
    fn the_period_has_bounds() {
        let (mut fixture, id) = fixture(json!({}));
        for days in [89, 2561] {
            let request = json!({"KeyId": id, "RotationPeriodInDays": days});
            assert_eq!(fixture.fault("kms", "EnableKeyRotation", request), "ValidationException");
        }
    }

    #[test]
    fn only_usable_symmetric_keys_rotate() {
        let (mut fixture, id) = fixture(json!({}));
        fixture.call("kms", "DisableKey", json!({"KeyId": id})).unwrap();
        let code = fixture.fault("kms", "EnableKeyRotation", json!({"KeyId": id}));
        assert_eq!(code, "DisabledException");

        let (mut fixture, id) =
            self::fixture(json!({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}));
        let code = fixture.fault("kms", "EnableKeyRotation", json!({"KeyId": id}));
        assert_eq!(code, "UnsupportedOperationException");
    }
}
