//! How much of what IAM knows there is, and how much there may be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::fault::Fault;

/// AWS's quotas of a new account, and what never changes in the sandbox: its root user has a
/// password, a device for MFA, and no keys.
const FIXED: &[(&str, usize)] = &[
    ("AccessKeysPerUserQuota", 2),
    ("AccountAccessKeysPresent", 0),
    ("AccountMFAEnabled", 1),
    ("AccountPasswordPresent", 1),
    ("AccountSigningCertificatesPresent", 0),
    ("AssumeRolePolicySizeQuota", 2048),
    ("AttachedPoliciesPerGroupQuota", 10),
    ("AttachedPoliciesPerRoleQuota", 10),
    ("AttachedPoliciesPerUserQuota", 10),
    ("GlobalEndpointTokenVersion", 1),
    ("GroupPolicySizeQuota", 5120),
    ("Groups", 0),
    ("GroupsPerUserQuota", 10),
    ("GroupsQuota", 300),
    ("InstanceProfilesQuota", 1000),
    ("MFADevices", 1),
    ("MFADevicesInUse", 1),
    ("PoliciesQuota", 1500),
    ("PolicySizeQuota", 6144),
    ("PolicyVersionsInUseQuota", 10_000),
    ("Providers", 0),
    ("RolePolicySizeQuota", 10_240),
    ("RolesQuota", 1000),
    ("ServerCertificates", 0),
    ("ServerCertificatesQuota", 20),
    ("SigningCertificatesPerUserQuota", 2),
    ("UserPolicySizeQuota", 2048),
    ("Users", 0),
    ("UsersQuota", 5000),
    ("VersionsPerPolicyQuota", 5),
];

#[derive(Deserialize)]
pub(super) struct SummaryRequest {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SummaryResponse {
    summary_map: BTreeMap<&'static str, usize>,
}

/// The counts and quotas.
pub(super) fn get(call: &mut Call<'_>, _: SummaryRequest) -> Result<SummaryResponse, Fault> {
    let iam = &call.global().iam;
    let mut summary_map: BTreeMap<_, _> = FIXED.iter().copied().collect();
    summary_map.insert("Roles", iam.roles.len());
    summary_map.insert("Policies", iam.policies.len());
    summary_map.insert("InstanceProfiles", iam.instance_profiles.len());
    let versions = iam.policies.values().map(|policy| policy.versions.len()).sum();
    summary_map.insert("PolicyVersionsInUse", versions);
    Ok(SummaryResponse { summary_map })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Fixture;

    #[test]
    fn what_is_made_is_counted() {
        let mut fixture = Fixture::new();
        let policy = json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
        }});
        let create = json!({"PolicyName": "read", "PolicyDocument": policy.to_string()});
        fixture.call("iam", "CreatePolicy", create).unwrap();
        let summary = fixture.call("iam", "GetAccountSummary", json!({})).unwrap();
        assert_eq!(summary["SummaryMap"]["Policies"], 1);
        assert_eq!(summary["SummaryMap"]["PolicyVersionsInUse"], 1);
        assert_eq!(summary["SummaryMap"]["Roles"], 0);
    }
}
