//! Which log groups an object writes to.

use serde_json::Value as Json;

use super::log_group::LogGroup;
use crate::aws::apprunner::service::{self as apprunner, Service};
use crate::aws::ec2::flow_log::FlowLog;
use crate::aws::ecs::express_service::ExpressService;
use crate::aws::wafv2::web_acl::WebAcl;
use crate::resource::{Id, Resource};

/// The names of the log groups that an object of a kind writes to, or is; none for most. What has
/// no outputs yet, or failed, may have written all the same.
pub fn groups_of(kind: &str, id: Option<&Id>, inputs: &Json, outputs: &Json) -> Vec<String> {
    let text = |value: &Json| value.as_str().map(str::to_owned);
    let one = match kind {
        Service::KIND => {
            let groups = id.and_then(|arn| apprunner::log_groups(arn.as_str()));
            return groups.map(Vec::from).unwrap_or_default();
        }
        LogGroup::KIND => id.map(ToString::to_string),
        ExpressService::KIND => {
            text(&outputs["log_group"]).or_else(|| text(&inputs["logs"]["log_group"]))
        }
        WebAcl::KIND => inputs["logging"]["log_destination"].as_str().and_then(in_arn),
        FlowLog::KIND => inputs["log_destination"].as_str().and_then(in_arn),
        _ => None,
    };
    one.into_iter().collect()
}

/// The name of the log group of an ARN; `None` where it is of something else, e.g. a bucket.
fn in_arn(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(7, ':');
    let is_group = parts.nth(2) == Some("logs") && parts.nth(2) == Some("log-group");
    let name = parts.next().filter(|_| is_group)?;
    Some(name.strip_suffix(":*").unwrap_or(name).to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_a_service_both_and_while_it_is_made_too() {
        let arn = Id("arn:aws:apprunner:eu-central-1:123456789012:service/api/0a1b2c".to_owned());
        assert_eq!(
            groups_of("apprunner.service", Some(&arn), &json!({}), &Json::Null),
            ["/aws/apprunner/api/0a1b2c/application", "/aws/apprunner/api/0a1b2c/service"]
        );
        assert!(groups_of("apprunner.service", None, &json!({}), &Json::Null).is_empty());
    }

    #[test]
    fn of_a_destination_only_where_it_is_a_log_group() {
        let arn = "arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-acme/a:*";
        let acl = json!({ "logging": { "log_destination": arn } });
        assert_eq!(groups_of("wafv2.web_acl", None, &acl, &Json::Null), ["aws-waf-logs-acme/a"]);
        let flow = json!({ "log_destination": "arn:aws:s3:::acme-flows/log-group" });
        assert!(groups_of("ec2.flow_log", None, &flow, &Json::Null).is_empty());
    }

    #[test]
    fn of_an_express_service_what_is_asked_for_until_it_says() {
        let inputs = json!({ "logs": { "log_group": "/acme/api" } });
        let kind = "ecs.express_service";
        assert_eq!(groups_of(kind, None, &inputs, &Json::Null), ["/acme/api"]);
        let outputs = json!({ "log_group": "/aws/ecs/api" });
        assert_eq!(groups_of(kind, None, &json!({}), &outputs), ["/aws/ecs/api"]);
        assert!(groups_of("ec2.vpc", None, &json!({}), &Json::Null).is_empty());
    }
}
