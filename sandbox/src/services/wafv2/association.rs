//! Which web ACL protects which regional resource. Distributions name theirs themselves.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{acl, errors};
use crate::call::Call;
use crate::fault::Fault;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssociateRequest {
    #[serde(rename = "WebACLArn")]
    web_acl_arn: String,
    resource_arn: String,
}

pub(super) fn associate(call: &mut Call<'_>, request: AssociateRequest) -> Result<Value, Fault> {
    let wafv2 = &mut call.region().wafv2;
    let kept = wafv2.web_acls.get(&request.web_acl_arn).ok_or_else(errors::nonexistent)?;
    if kept.scope != "REGIONAL" || request.resource_arn.contains(":cloudfront:") {
        return Err(errors::invalid(
            "RESOURCE_ARN",
            &request.resource_arn,
            "The ARN isn't valid. A valid ARN begins with arn: and includes other information \
             separated by colons or slashes.",
        ));
    }
    wafv2.associations.insert(request.resource_arn, request.web_acl_arn);
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResourceRequest {
    resource_arn: String,
}

pub(super) fn disassociate(call: &mut Call<'_>, request: ResourceRequest) -> Result<Value, Fault> {
    call.region().wafv2.associations.remove(&request.resource_arn);
    Ok(json!({}))
}

pub(super) fn get(call: &mut Call<'_>, request: ResourceRequest) -> Result<Value, Fault> {
    let account = call.account;
    let wafv2 = &call.region().wafv2;
    let kept = wafv2.associations.get(&request.resource_arn);
    let kept = kept.and_then(|arn| wafv2.web_acls.get(arn));
    Ok(kept.map_or_else(|| json!({}), |kept| json!({ "WebACL": acl::view(kept, account) })))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    #[serde(rename = "WebACLArn")]
    web_acl_arn: String,
    resource_type: Option<String>,
}

/// The resources of one type, load balancers unless told.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<Value, Fault> {
    let service = match request.resource_type.as_deref() {
        None | Some("APPLICATION_LOAD_BALANCER") => ":elasticloadbalancing:",
        Some("API_GATEWAY") => ":apigateway:",
        Some("APPSYNC") => ":appsync:",
        Some("COGNITO_USER_POOL") => ":cognito-idp:",
        Some("APP_RUNNER_SERVICE") => ":apprunner:",
        Some("AMPLIFY") => ":amplify:",
        Some(_) => ":ec2:",
    };
    let wafv2 = &call.region().wafv2;
    if !wafv2.has_web_acl(&request.web_acl_arn) {
        return Err(errors::nonexistent());
    }
    let associations = wafv2.associations.iter();
    let mine = associations
        .filter(|(arn, acl)| **acl == request.web_acl_arn && arn.contains(service))
        .map(|(arn, _)| arn);
    Ok(json!({ "ResourceArns": mine.collect::<Vec<_>>() }))
}
