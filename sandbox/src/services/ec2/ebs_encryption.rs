//! Whether new volumes of the region are encrypted without being asked to be.

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::fault::Fault;

/// A request that can only ask to be a dry run.
#[derive(Debug, Deserialize)]
pub struct EbsEncryptionRequest {}

/// The setting.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EbsEncryptionResponse {
    ebs_encryption_by_default: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    sse_type: Option<&'static str>,
}

/// What is set; with it, how: EBS encrypts with keys of KMS alone.
pub fn get(call: &mut Call<'_>, _: EbsEncryptionRequest) -> Result<EbsEncryptionResponse, Fault> {
    let ebs_encryption_by_default = call.region().ec2.ebs_encryption_by_default;
    let sse_type = Some(if ebs_encryption_by_default { "sse-kms" } else { "none" });
    Ok(EbsEncryptionResponse { ebs_encryption_by_default, sse_type })
}

/// Switches it on.
pub fn enable(
    call: &mut Call<'_>,
    _: EbsEncryptionRequest,
) -> Result<EbsEncryptionResponse, Fault> {
    Ok(set(call, true))
}

/// Switches it off.
pub fn disable(
    call: &mut Call<'_>,
    _: EbsEncryptionRequest,
) -> Result<EbsEncryptionResponse, Fault> {
    Ok(set(call, false))
}

fn set(call: &mut Call<'_>, ebs_encryption_by_default: bool) -> EbsEncryptionResponse {
    call.region().ec2.ebs_encryption_by_default = ebs_encryption_by_default;
    EbsEncryptionResponse { ebs_encryption_by_default, sse_type: None }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Fixture;

    #[test]
    fn it_is_off_until_it_is_switched_on() {
        let mut fixture = Fixture::new();
        let mut is_on = |operation: &str| {
            fixture.call("ec2", operation, json!({})).unwrap()["EbsEncryptionByDefault"].clone()
        };
        assert_eq!(is_on("GetEbsEncryptionByDefault"), false);
        assert_eq!(is_on("EnableEbsEncryptionByDefault"), true);
        assert_eq!(is_on("GetEbsEncryptionByDefault"), true);
        assert_eq!(is_on("DisableEbsEncryptionByDefault"), false);
        assert_eq!(is_on("GetEbsEncryptionByDefault"), false);
    }
}
