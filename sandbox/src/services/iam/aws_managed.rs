//! The policies that AWS itself manages and that exist in every account.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::policy::PolicyView;

const PREFIX: &str = "arn:aws:iam::aws:policy";
const LIST: &str = include_str!("aws_managed_policies.txt");

/// One of AWS's policies: where it is and which version is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AwsPolicy {
    path_and_name: &'static str,
    pub version: &'static str,
}

/// AWS's policies by path and name.
pub(super) fn all() -> impl Iterator<Item = AwsPolicy> {
    let rows = LIST.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| row.split_once(' '))
        .map(|(path_and_name, version)| AwsPolicy { path_and_name, version })
}

/// The policy of this ARN.
pub(super) fn find(arn: &str) -> Option<AwsPolicy> {
    let path_and_name = arn.strip_prefix(PREFIX)?;
    all().find(|policy| policy.path_and_name == path_and_name)
}

impl AwsPolicy {
    pub(super) fn arn(&self) -> String {
        format!("{PREFIX}{}", self.path_and_name)
    }

    pub(super) fn path(&self) -> &'static str {
        let end = self.path_and_name.rfind('/').map_or(0, |slash| slash + 1);
        &self.path_and_name[..end]
    }

    pub(super) fn name(&self) -> &'static str {
        &self.path_and_name[self.path().len()..]
    }

    /// The policy as answers show it. AWS's dates are not in the list; all of its policies are
    /// as old as the list here.
    pub(super) fn view(&self, attachments: usize, boundaries: usize) -> PolicyView {
        PolicyView {
            policy_name: self.name().to_owned(),
            policy_id: self.id(),
            arn: self.arn(),
            path: self.path().to_owned(),
            default_version_id: self.version.to_owned(),
            attachment_count: attachments,
            permissions_boundary_usage_count: boundaries,
            is_attachable: !self.path().starts_with("/aws-service-role/"),
            description: None,
            create_date: Timestamp::UNIX_EPOCH,
            update_date: Timestamp::UNIX_EPOCH,
            tags: Vec::new(),
        }
    }

    /// An id in AWS's form that is the same in every sandbox.
    fn id(&self) -> String {
        let digest = Sha256::digest(self.path_and_name.as_bytes());
        let letters = digest.iter().take(17).map(|byte| char::from(b'A' + byte % 26));
        format!("ANPA{}", letters.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_that_stacks_attach_are_known() {
        for name in [
            "/service-role/AmazonRDSEnhancedMonitoringRole",
            "/service-role/AWSAppRunnerServicePolicyForECRAccess",
            "/service-role/AmazonECSTaskExecutionRolePolicy",
            "/service-role/AmazonECSInfrastructureRoleforExpressGatewayServices",
            "/service-role/AWS_ConfigRole",
            "/SecurityAudit",
            "/ReadOnlyAccess",
            "/AWSXRayDaemonWriteAccess",
            "/CloudWatchAgentServerPolicy",
        ] {
            let policy = find(&format!("{PREFIX}{name}")).unwrap();
            assert_eq!(format!("{}{}", policy.path(), policy.name()), name);
        }
        assert_eq!(find("arn:aws:iam::aws:policy/service-role/ReadOnlyAccess"), None);
    }
}
