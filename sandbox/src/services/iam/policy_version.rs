//! The versions of a managed policy: at most five, of which one is in force.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::aws_managed;
use super::errors;
use super::names::encoded;
use super::paging::{PageEnd, PageRequest};
use super::policy::{Policy, Version, check_document};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;

const MOST_VERSIONS: usize = 5;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct VersionView {
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    version_id: String,
    is_default_version: bool,
    create_date: Timestamp,
}

impl VersionView {
    fn brief(policy: &Policy, id: &str, version: &Version) -> Self {
        Self {
            document: None,
            version_id: id.to_owned(),
            is_default_version: policy.default_version == id,
            create_date: version.created,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VersionResponse {
    policy_version: VersionView,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    policy_arn: String,
    policy_document: String,
    #[serde(default)]
    set_as_default: bool,
}

/// Adds a version, and puts it in force if the request says so.
pub(super) fn create(
    call: &mut Call<'_>,
    request: CreateRequest,
) -> Result<VersionResponse, Fault> {
    let now = call.clock.now;
    let policy = call.global().iam.policy_mut(&request.policy_arn)?;
    check_document(&request.policy_document)?;
    if policy.versions.len() >= MOST_VERSIONS {
        return Err(errors::limit_exceeded(
            "A managed policy can have up to 5 versions. Before you create a new version, you \
             must delete an existing version.",
        ));
    }
    let id = format!("v{}", policy.next_version);
    let version = Version { document: request.policy_document, created: now };
    policy.next_version += 1;
    policy.updated = now;
    if request.set_as_default {
        policy.default_version.clone_from(&id);
    }
    let policy_version = VersionView::brief(policy, &id, &version);
    policy.versions.insert(id, version);
    Ok(VersionResponse { policy_version })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VersionRequest {
    policy_arn: String,
    version_id: String,
}

/// One version with its document.
pub(super) fn get(call: &mut Call<'_>, request: VersionRequest) -> Result<VersionResponse, Fault> {
    let VersionRequest { policy_arn, version_id } = request;
    if aws_managed::find(&policy_arn).is_some() {
        return Err(errors::aws_managed_document(&policy_arn));
    }
    let policy = call.global().iam.policy(&policy_arn)?;
    let version = policy.versions.get(&version_id);
    let version = version.ok_or_else(|| errors::version_not_found(&policy_arn, &version_id))?;
    let view = VersionView::brief(policy, &version_id, version);
    let policy_version = VersionView { document: Some(encoded(&version.document)), ..view };
    Ok(VersionResponse { policy_version })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    policy_arn: String,
    #[serde(flatten)]
    page: PageRequest,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    versions: Vec<VersionView>,
    #[serde(flatten)]
    end: PageEnd,
}

/// A policy's versions, the newest first.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let versions = match aws_managed::find(&request.policy_arn) {
        Some(policy) => vec![VersionView {
            document: None,
            version_id: policy.version.to_owned(),
            is_default_version: true,
            create_date: Timestamp::UNIX_EPOCH,
        }],
        None => {
            let policy = call.global().iam.policy(&request.policy_arn)?;
            let newest_first = policy.versions.iter().rev();
            newest_first.map(|(id, version)| VersionView::brief(policy, id, version)).collect()
        }
    };
    let (versions, end) = request.page.of(versions, newest_first)?;
    Ok(ListResponse { versions, end })
}

/// A key that ascends from the newest version to the oldest.
fn newest_first(version: &VersionView) -> String {
    let number = version.version_id.trim_start_matches('v').parse().unwrap_or(0_u32);
    format!("{:010}", u32::MAX - number)
}

/// Puts a version in force.
pub(super) fn set_default(call: &mut Call<'_>, request: VersionRequest) -> Result<Empty, Fault> {
    let now = call.clock.now;
    let policy = call.global().iam.policy_mut(&request.policy_arn)?;
    if !policy.versions.contains_key(&request.version_id) {
        return Err(errors::version_not_found(&request.policy_arn, &request.version_id));
    }
    policy.default_version = request.version_id;
    policy.updated = now;
    Ok(Empty {})
}

/// Deletes a version that is not in force.
pub(super) fn delete(call: &mut Call<'_>, request: VersionRequest) -> Result<Empty, Fault> {
    let policy = call.global().iam.policy_mut(&request.policy_arn)?;
    if policy.default_version == request.version_id {
        return Err(errors::delete_conflict("Cannot delete the default version of a policy."));
    }
    match policy.versions.shift_remove(&request.version_id) {
        Some(_) => Ok(Empty {}),
        None => Err(errors::version_not_found(&request.policy_arn, &request.version_id)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Fixture;

    const ARN: &str = "arn:aws:iam::123456789012:policy/data";

    fn document(action: &str) -> String {
        json!({
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"},
        })
        .to_string()
    }

    fn fixture() -> Fixture {
        let mut fixture = Fixture::new();
        let request = json!({"PolicyName": "data", "PolicyDocument": document("s3:*")});
        fixture.call("iam", "CreatePolicy", request).unwrap();
        fixture
    }

    fn add(fixture: &mut Fixture, set_as_default: bool) -> Result<Value, crate::fault::Fault> {
        let request = json!({
            "PolicyArn": ARN, "PolicyDocument": document("ec2:*"), "SetAsDefault": set_as_default,
        });
        fixture.call("iam", "CreatePolicyVersion", request)
    }

    fn version(id: &str) -> Value {
        json!({"PolicyArn": ARN, "VersionId": id})
    }

    #[test]
    fn one_version_is_in_force() {
        let mut fixture = fixture();
        assert_eq!(add(&mut fixture, false).unwrap()["PolicyVersion"]["VersionId"], "v2");
        add(&mut fixture, true).unwrap();
        let listed = fixture.call("iam", "ListPolicyVersions", json!({"PolicyArn": ARN})).unwrap();
        assert_eq!(listed["Versions"][0]["VersionId"], "v3");
        assert_eq!(listed["Versions"][0]["IsDefaultVersion"], true);
        assert_eq!(fixture.fault("iam", "DeletePolicyVersion", version("v3")), "DeleteConflict");
        fixture.call("iam", "SetDefaultPolicyVersion", version("v2")).unwrap();
        fixture.call("iam", "DeletePolicyVersion", version("v3")).unwrap();
        let got = fixture.call("iam", "GetPolicyVersion", version("v2")).unwrap();
        assert_eq!(got["PolicyVersion"]["IsDefaultVersion"], true);
        let text = got["PolicyVersion"]["Document"].as_str().unwrap();
        assert!(text.contains("ec2%3A%2A"));
        assert_eq!(fixture.fault("iam", "GetPolicyVersion", version("v3")), "NoSuchEntity");
    }

    #[test]
    fn numbers_are_not_used_again() {
        let mut fixture = fixture();
        add(&mut fixture, false).unwrap();
        fixture.call("iam", "DeletePolicyVersion", version("v2")).unwrap();
        assert_eq!(add(&mut fixture, false).unwrap()["PolicyVersion"]["VersionId"], "v3");
    }

    #[test]
    fn there_are_at_most_five_and_all_but_one_go_before_the_policy() {
        let mut fixture = fixture();
        for _ in 0..4 {
            add(&mut fixture, false).unwrap();
        }
        assert_eq!(add(&mut fixture, false).unwrap_err().code, "LimitExceeded");
        let arn = json!({"PolicyArn": ARN});
        assert_eq!(fixture.fault("iam", "DeletePolicy", arn.clone()), "DeleteConflict");
        for id in ["v2", "v3", "v4", "v5"] {
            fixture.call("iam", "DeletePolicyVersion", version(id)).unwrap();
        }
        fixture.call("iam", "DeletePolicy", arn).unwrap();
    }
}
