//! Resource policies: which AWS services may write logs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::state::name_of;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::page::page;
use crate::services::policy::{Document, Purpose};

/// How many policies one region of an account may have.
const MOST_POLICIES: usize = 10;

/// A policy of the account in the region, under a name, or of one log group, under its ARN.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ResourcePolicy {
    name: Option<String>,
    resource_arn: Option<String>,
    document: String,
    updated: Timestamp,
    revision: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Scope {
    Account,
    Resource,
}

impl ResourcePolicy {
    fn scope(&self) -> Scope {
        if self.resource_arn.is_some() { Scope::Resource } else { Scope::Account }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PolicyView {
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_name: Option<String>,
    policy_document: String,
    last_updated_time: i64,
    policy_scope: Scope,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_arn: Option<String>,
    revision_id: String,
}

impl PolicyView {
    fn of(policy: &ResourcePolicy) -> Self {
        Self {
            policy_name: policy.name.clone(),
            policy_document: policy.document.clone(),
            last_updated_time: policy.updated.as_millisecond(),
            policy_scope: policy.scope(),
            resource_arn: policy.resource_arn.clone(),
            revision_id: policy.revision.clone(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutRequest {
    policy_name: Option<String>,
    policy_document: Option<String>,
    resource_arn: Option<String>,
    expected_revision_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutResponse {
    resource_policy: PolicyView,
    revision_id: String,
}

/// Creates a policy or replaces it.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<PutResponse, Fault> {
    let key = key(request.policy_name.as_deref(), request.resource_arn.as_deref())?;
    if let Some(arn) = &request.resource_arn {
        call.region().logs.group(name_of(arn))?;
    }
    let document = request.policy_document.unwrap_or_default();
    Document::parse(&document, Purpose::Resource)
        .map_err(|error| errors::invalid_parameter(error.to_string()))?;
    let policy = ResourcePolicy {
        name: request.policy_name,
        resource_arn: request.resource_arn,
        document,
        updated: call.clock.now,
        revision: call.ids.uuid(),
    };
    let policies = &mut call.region().logs.policies;
    check_revision(policies.get(&key), request.expected_revision_id.as_deref())?;
    if !policies.contains_key(&key) && policies.len() >= MOST_POLICIES {
        return Err(errors::limit_exceeded());
    }
    let resource_policy = PolicyView::of(&policy);
    let revision_id = policy.revision.clone();
    policies.insert(key, policy);
    Ok(PutResponse { resource_policy, revision_id })
}

fn check_revision(policy: Option<&ResourcePolicy>, expected: Option<&str>) -> Result<(), Fault> {
    match (policy, expected) {
        (Some(policy), Some(expected)) if policy.revision != expected => {
            Err(errors::stale_revision())
        }
        _ => Ok(()),
    }
}

/// What a policy is kept under: its resource's ARN or its name.
fn key(name: Option<&str>, resource_arn: Option<&str>) -> Result<String, Fault> {
    match (name, resource_arn) {
        (_, Some(arn)) => Ok(arn.to_owned()),
        (Some(name), None) if !name.is_empty() => Ok(name.to_owned()),
        _ => Err(errors::invalid_parameter("Specify either policyName or resourceArn.")),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeRequest {
    next_token: Option<String>,
    limit: Option<usize>,
    resource_arn: Option<String>,
    policy_scope: Option<Scope>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeResponse {
    resource_policies: Vec<PolicyView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The policies of a scope; without one, those of the account.
pub(super) fn describe(
    call: &mut Call<'_>,
    request: DescribeRequest,
) -> Result<DescribeResponse, Fault> {
    let scope = request.policy_scope.unwrap_or(match request.resource_arn {
        Some(_) => Scope::Resource,
        None => Scope::Account,
    });
    let policies = call.region().logs.policies.iter();
    let wanted = policies.filter(|(_, policy)| {
        policy.scope() == scope
            && (request.resource_arn.is_none() || policy.resource_arn == request.resource_arn)
    });
    let limit = request.limit.unwrap_or(50).min(50);
    let page = page(wanted, request.next_token.as_deref(), limit, |(key, _)| (*key).clone())
        .map_err(errors::invalid_token)?;
    let view = |(_, policy)| PolicyView::of(policy);
    let resource_policies = page.items.into_iter().map(view).collect();
    Ok(DescribeResponse { resource_policies, next_token: page.next })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteRequest {
    policy_name: Option<String>,
    resource_arn: Option<String>,
    expected_revision_id: Option<String>,
}

/// Deletes a policy.
pub(super) fn delete(call: &mut Call<'_>, request: DeleteRequest) -> Result<Empty, Fault> {
    let key = key(request.policy_name.as_deref(), request.resource_arn.as_deref())?;
    let policies = &mut call.region().logs.policies;
    check_revision(policies.get(&key), request.expected_revision_id.as_deref())?;
    match policies.remove(&key) {
        Some(_) => Ok(Empty {}),
        None => Err(errors::policy_not_found(&key)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Fixture;

    fn put(name: &str) -> Value {
        let document = json!({
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow", "Principal": {"Service": "es.amazonaws.com"},
                "Action": "logs:PutLogEvents", "Resource": "*",
            },
        });
        json!({"policyName": name, "policyDocument": document.to_string()})
    }

    #[test]
    fn a_policy_is_put_replaced_and_deleted() {
        let mut fixture = Fixture::new();
        let first = fixture.call("logs", "PutResourcePolicy", put("a")).unwrap();
        let mut again = put("a");
        again["expectedRevisionId"] = json!("another");
        let code = fixture.fault("logs", "PutResourcePolicy", again.clone());
        assert_eq!(code, "OperationAbortedException");
        again["expectedRevisionId"] = first["revisionId"].clone();
        fixture.call("logs", "PutResourcePolicy", again).unwrap();
        let described = fixture.call("logs", "DescribeResourcePolicies", json!({})).unwrap();
        assert_eq!(described["resourcePolicies"].as_array().unwrap().len(), 1);
        let name = json!({"policyName": "a"});
        fixture.call("logs", "DeleteResourcePolicy", name.clone()).unwrap();
        let code = fixture.fault("logs", "DeleteResourcePolicy", name);
        assert_eq!(code, "ResourceNotFoundException");
    }

    #[test]
    fn there_are_at_most_ten() {
        let mut fixture = Fixture::new();
        for number in 0..10 {
            fixture.call("logs", "PutResourcePolicy", put(&number.to_string())).unwrap();
        }
        let code = fixture.fault("logs", "PutResourcePolicy", put("more"));
        assert_eq!(code, "LimitExceededException");
    }

    #[test]
    fn a_policy_of_a_group_is_apart_from_those_of_the_account() {
        let mut fixture = Fixture::new();
        fixture.call("logs", "CreateLogGroup", json!({"logGroupName": "app"})).unwrap();
        let arn = "arn:aws:logs:us-east-1:123456789012:log-group:app";
        let mut request = put("");
        request.as_object_mut().unwrap().remove("policyName");
        request["resourceArn"] = json!(arn);
        fixture.call("logs", "PutResourcePolicy", request).unwrap();
        let mut count = |request: Value| {
            let described = fixture.call("logs", "DescribeResourcePolicies", request).unwrap();
            described["resourcePolicies"].as_array().unwrap().len()
        };
        assert_eq!(count(json!({})), 0);
        assert_eq!(count(json!({"resourceArn": arn})), 1);
        assert_eq!(count(json!({"policyScope": "RESOURCE"})), 1);
    }
}
