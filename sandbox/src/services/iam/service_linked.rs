//! Service-linked roles: made for one AWS service, which alone may change them.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::aws_managed;
use super::errors;
use super::role::{self, RoleRequest, RoleResponse};
use super::state::Role;
use crate::call::Call;
use crate::fault::Fault;

/// How long AWS takes to delete such a role.
const DELETION: Duration = Duration::from_secs(10);

/// A service that has a role of its own.
struct LinkedService {
    principal: &'static str,
    /// What stands after `AWSServiceRoleFor`.
    name: &'static str,
    /// The managed policy under `/aws-service-role/`.
    policy: &'static str,
    /// Whether an account may have several, told apart by a suffix.
    suffix: bool,
}

const fn service(
    principal: &'static str,
    name: &'static str,
    policy: &'static str,
) -> LinkedService {
    LinkedService { principal, name, policy, suffix: false }
}

const SERVICES: &[LinkedService] = &[
    service("access-analyzer.amazonaws.com", "AccessAnalyzer", "AccessAnalyzerServiceRolePolicy"),
    service("apprunner.amazonaws.com", "AppRunner", "AppRunnerServiceRolePolicy"),
    LinkedService {
        suffix: true,
        ..service("autoscaling.amazonaws.com", "AutoScaling", "AutoScalingServiceRolePolicy")
    },
    service("cloudtrail.amazonaws.com", "CloudTrail", "CloudTrailServiceRolePolicy"),
    service("config.amazonaws.com", "Config", "AWSConfigServiceRolePolicy"),
    service("ecs.amazonaws.com", "ECS", "AmazonECSServiceRolePolicy"),
    service(
        "ecs.application-autoscaling.amazonaws.com",
        "ApplicationAutoScaling_ECSService",
        "AWSApplicationAutoscalingECSServicePolicy",
    ),
    service(
        "elasticloadbalancing.amazonaws.com",
        "ElasticLoadBalancing",
        "AWSElasticLoadBalancingServiceRolePolicy",
    ),
    service("guardduty.amazonaws.com", "AmazonGuardDuty", "AmazonGuardDutyServiceRolePolicy"),
    service("inspector2.amazonaws.com", "AmazonInspector2", "AmazonInspector2ServiceRolePolicy"),
    service("logger.cloudfront.amazonaws.com", "CloudFrontLogger", "AWSCloudFrontLogger"),
    service(
        "networking.apprunner.amazonaws.com",
        "AppRunnerNetworking",
        "AppRunnerNetworkingServiceRolePolicy",
    ),
    service("rds.amazonaws.com", "RDS", "AmazonRDSServiceRolePolicy"),
    service(
        "rds.application-autoscaling.amazonaws.com",
        "ApplicationAutoScaling_RDSCluster",
        "AWSApplicationAutoscalingRDSClusterPolicy",
    ),
    service("replication.ecr.amazonaws.com", "ECRReplication", "ECRReplicationServiceRolePolicy"),
    service("securityhub.amazonaws.com", "SecurityHub", "AWSSecurityHubServiceRolePolicy"),
    service("wafv2.amazonaws.com", "WAFV2Logging", "WAFV2LoggingServiceRolePolicy"),
];

/// A deletion under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Deletion {
    pub role: String,
    /// The role's id: a new one may have the name by then.
    #[serde(default)]
    pub role_id: String,
    pub due: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    #[serde(rename = "AWSServiceName")]
    service: String,
    description: Option<String>,
    custom_suffix: Option<String>,
}

/// Creates the role of a service.
pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<RoleResponse, Fault> {
    let service = SERVICES.iter().find(|service| service.principal == request.service);
    let Some(service) = service else {
        return Err(errors::invalid_input(format!(
            "Service principal {} has no service-linked role.",
            request.service
        )));
    };
    if request.custom_suffix.is_some() && !service.suffix {
        return Err(errors::invalid_input(format!(
            "Custom suffix is not allowed for {}",
            service.principal
        )));
    }
    let suffix = request.custom_suffix.map(|suffix| format!("_{suffix}")).unwrap_or_default();
    let mut role = linked(call, service, &suffix);
    role.description = request.description;
    let name = role.name.clone();
    role::insert(call, role).map_err(|_taken| {
        errors::invalid_input(format!(
            "Service role name {name} has been taken in this account, please try a different \
             suffix."
        ))
    })
}

fn linked(call: &mut Call<'_>, service: &LinkedService, suffix: &str) -> Role {
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": service.principal},
            "Action": "sts:AssumeRole",
        }],
    });
    let path = format!("/aws-service-role/{}/", service.principal);
    let name = format!("AWSServiceRoleFor{}{suffix}", service.name);
    let mut role = role::new(call, path, name, trust.to_string());
    let policy = format!("arn:aws:iam::aws:policy/aws-service-role/{}", service.policy);
    role.attached.extend(aws_managed::find(&policy).map(|policy| policy.arn()));
    role.linked_service = Some(service.principal.to_owned());
    role
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteResponse {
    deletion_task_id: String,
}

/// Begins the deletion of a service-linked role.
pub(super) fn delete(call: &mut Call<'_>, request: RoleRequest) -> Result<DeleteResponse, Fault> {
    let due = call.clock.after(DELETION);
    let id = call.ids.uuid();
    let iam = &mut call.global().iam;
    let role = iam.role(&request.role_name)?;
    let Some(service) = &role.linked_service else {
        return Err(errors::role_not_found(&request.role_name));
    };
    let deletion_task_id = format!("task/aws-service-role/{service}/{}/{id}", role.name);
    let deletion = Deletion { role: role.name.clone(), role_id: role.id.clone(), due };
    iam.deletions.insert(deletion_task_id.clone(), deletion);
    Ok(DeleteResponse { deletion_task_id })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StatusRequest {
    deletion_task_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StatusResponse {
    status: &'static str,
}

/// How far a deletion has come.
pub(super) fn deletion_status(
    call: &mut Call<'_>,
    request: StatusRequest,
) -> Result<StatusResponse, Fault> {
    let clock = call.clock;
    let deletion = call.global().iam.deletions.get(&request.deletion_task_id);
    let deletion =
        deletion.ok_or_else(|| errors::deletion_task_not_found(&request.deletion_task_id))?;
    let status = if clock.reached(deletion.due) { "SUCCEEDED" } else { "IN_PROGRESS" };
    Ok(StatusResponse { status })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use crate::testing::Fixture;

    fn create(fixture: &mut Fixture) -> Value {
        let request = json!({"AWSServiceName": "rds.amazonaws.com"});
        fixture.call("iam", "CreateServiceLinkedRole", request).unwrap()["Role"].clone()
    }

    #[test]
    fn the_role_is_the_services_own() {
        let mut fixture = Fixture::new();
        let role = create(&mut fixture);
        let arn = "arn:aws:iam::123456789012:role/aws-service-role/rds.amazonaws.com/\
                   AWSServiceRoleForRDS";
        assert_eq!(role["Arn"], arn);
        assert!(fixture.world.global.iam.role_trusts(arn, "rds.amazonaws.com"));
        let name = json!({"RoleName": "AWSServiceRoleForRDS"});
        let attached = fixture.call("iam", "ListAttachedRolePolicies", name.clone()).unwrap();
        assert_eq!(attached["AttachedPolicies"][0]["PolicyName"], "AmazonRDSServiceRolePolicy");
        assert_eq!(fixture.fault("iam", "DeleteRole", name), "UnmodifiableEntity");
        let again = json!({"AWSServiceName": "rds.amazonaws.com"});
        assert_eq!(fixture.fault("iam", "CreateServiceLinkedRole", again), "InvalidInput");
    }

    #[test]
    fn unknown_services_and_suffixes_are_refused() {
        let mut fixture = Fixture::new();
        for request in [
            json!({"AWSServiceName": "nothing.amazonaws.com"}),
            json!({"AWSServiceName": "rds.amazonaws.com", "CustomSuffix": "mine"}),
        ] {
            let code = fixture.fault("iam", "CreateServiceLinkedRole", request);
            assert_eq!(code, "InvalidInput");
        }
        let request =
            json!({"AWSServiceName": "autoscaling.amazonaws.com", "CustomSuffix": "mine"});
        let role = fixture.call("iam", "CreateServiceLinkedRole", request).unwrap();
        assert_eq!(role["Role"]["RoleName"], "AWSServiceRoleForAutoScaling_mine");
    }

    #[test]
    fn a_deletion_takes_its_time() {
        let mut fixture = Fixture::with_scale(1.0);
        create(&mut fixture);
        let name = json!({"RoleName": "AWSServiceRoleForRDS"});
        let task = fixture.call("iam", "DeleteServiceLinkedRole", name.clone()).unwrap();
        let status = |fixture: &mut Fixture| {
            let response = fixture.call("iam", "GetServiceLinkedRoleDeletionStatus", task.clone());
            response.unwrap()["Status"].clone()
        };
        assert_eq!(status(&mut fixture), "IN_PROGRESS");
        fixture.call("iam", "GetRole", name.clone()).unwrap();
        fixture.pass(Duration::from_secs(10));
        assert_eq!(status(&mut fixture), "SUCCEEDED");
        assert_eq!(fixture.fault("iam", "GetRole", name), "NoSuchEntity");
        create(&mut fixture);
        fixture.pass(Duration::from_secs(60));
        fixture.call("iam", "GetRole", json!({"RoleName": "AWSServiceRoleForRDS"})).unwrap();
        let other = json!({"DeletionTaskId": "task/none"});
        let code = fixture.fault("iam", "GetServiceLinkedRoleDeletionStatus", other);
        assert_eq!(code, "NoSuchEntity");
    }
}
