//! Bucket policies evaluated, for those who are not the account: CloudFront, and anybody.

use serde_json::Value;

use super::policy::{OneOrMany, Policy, Statement};
use crate::services::wildcard;

/// Who asks, and what policies' conditions may ask about them.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// The service, e.g. `cloudfront.amazonaws.com`; none for somebody without a signature.
    pub service: Option<&'a str>,
    /// What the service acts for.
    pub source_arn: &'a str,
    /// The account of that.
    pub source_account: &'a str,
}

impl Asker<'_> {
    /// A key of a condition; none where it says nothing of this request.
    fn key(&self, name: &str) -> Option<&str> {
        match name.to_ascii_lowercase().as_str() {
            "aws:sourcearn" => self.service.map(|_| self.source_arn),
            "aws:sourceaccount" => self.service.map(|_| self.source_account),
            "aws:principalisawsservice" => {
                Some(if self.service.is_some() { "true" } else { "false" })
            }
            // What comes over the loopback interface is as good as encrypted.
            "aws:securetransport" => Some("true"),
            _ => None,
        }
    }
}

impl Policy {
    /// Whether somebody may take an action on a resource: no statement denies it, one allows it.
    pub fn allows(&self, asker: &Asker<'_>, action: &str, resource: &str) -> bool {
        let speaks = |effect: &str| {
            let mut statements = self.statement.as_slice().iter();
            statements.any(|it| it.effect == effect && it.concerns(asker, action, resource))
        };
        !speaks("Deny") && speaks("Allow")
    }
}

impl Statement {
    fn concerns(&self, asker: &Asker<'_>, action: &str, resource: &str) -> bool {
        self.is_about(asker) && self.is_for(action) && self.is_on(resource) && self.holds(asker)
    }

    fn is_about(&self, asker: &Asker<'_>) -> bool {
        match (&self.principal, &self.not_principal) {
            (Some(principal), _) => names(principal, asker),
            (None, Some(others)) => !names(others, asker),
            (None, None) => false,
        }
    }

    fn is_for(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        let any = |patterns: &OneOrMany<String>| {
            let mut patterns = patterns.as_slice().iter();
            patterns.any(|pattern| wildcard::matches(&pattern.to_ascii_lowercase(), &action))
        };
        match (&self.action, &self.not_action) {
            (Some(actions), _) => any(actions),
            (None, Some(others)) => !any(others),
            (None, None) => false,
        }
    }

    fn is_on(&self, resource: &str) -> bool {
        let any = |patterns: &OneOrMany<String>| {
            patterns.as_slice().iter().any(|pattern| wildcard::matches(pattern, resource))
        };
        match (&self.resource, &self.not_resource) {
            (Some(resources), _) => any(resources),
            (None, Some(others)) => !any(others),
            (None, None) => false,
        }
    }

    fn holds(&self, asker: &Asker<'_>) -> bool {
        self.condition.iter().all(|(operator, keys)| {
            let mut keys = keys.as_object().into_iter().flatten();
            keys.all(|(key, values)| holds(operator, asker.key(key), values))
        })
    }
}

/// Whether a principal is, or includes, somebody.
fn names(principal: &Value, asker: &Asker<'_>) -> bool {
    let includes = |value: &Value, name: &str| texts(value).any(|text| text == name);
    let everybody =
        includes(principal, "*") || principal.get("AWS").is_some_and(|them| includes(them, "*"));
    everybody
        || asker.service.is_some_and(|service| {
            principal.get("Service").is_some_and(|services| includes(services, service))
        })
}

/// One text or several.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let several = value.as_array().into_iter().flatten();
    several.chain(value.is_string().then_some(value)).filter_map(Value::as_str)
}

/// One line of a condition. A key that says nothing fails what wants a value, and passes what
/// wants none or another.
fn holds(operator: &str, found: Option<&str>, wanted: &Value) -> bool {
    let (operator, if_exists) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    if operator == "Null" {
        let wants_none = texts(wanted).any(|text| text == "true") || wanted == &Value::Bool(true);
        return wants_none == found.is_none();
    }
    let is_negative = operator.contains("Not");
    let Some(found) = found else { return if_exists || is_negative };
    let any = match operator {
        "StringEquals" | "StringNotEquals" => texts(wanted).any(|text| text == found),
        "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase" => {
            texts(wanted).any(|text| text.eq_ignore_ascii_case(found))
        }
        "StringLike" | "StringNotLike" | "ArnEquals" | "ArnLike" | "ArnNotEquals"
        | "ArnNotLike" => texts(wanted).any(|text| wildcard::matches(text, found)),
        "Bool" => {
            let truth = wanted.as_bool().map(|truth| truth.to_string());
            texts(wanted).chain(truth.as_deref()).any(|text| text.eq_ignore_ascii_case(found))
        }
        _ => false,
    };
    any != is_negative
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::services::s3::policy;

    const ARN: &str = "arn:aws:cloudfront::123456789012:distribution/E1";

    fn allows(statements: Value, asker: &Asker<'_>) -> bool {
        let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        policy::parse(&text, "site").unwrap().allows(
            asker,
            "s3:GetObject",
            "arn:aws:s3:::site/index.html",
        )
    }

    fn cloudfront(arn: &str) -> Asker<'_> {
        Asker {
            service: Some("cloudfront.amazonaws.com"),
            source_arn: arn,
            source_account: "123456789012",
        }
    }

    fn for_one_distribution() -> Value {
        json!({
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::site/*",
            "Condition": {"StringEquals": {"AWS:SourceArn": ARN}},
        })
    }

    #[test]
    fn only_the_distribution_that_is_named_may_read() {
        assert!(allows(json!([for_one_distribution()]), &cloudfront(ARN)));
        assert!(!allows(json!([for_one_distribution()]), &cloudfront("arn:other")));
        let anybody = Asker { service: None, source_arn: "", source_account: "" };
        assert!(!allows(json!([for_one_distribution()]), &anybody));
    }

    #[test]
    fn a_denial_goes_before_everything() {
        let deny = |condition: Value| {
            let deny = json!({
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": "arn:aws:s3:::site/*",
                "Condition": condition,
            });
            !allows(json!([for_one_distribution(), deny]), &cloudfront(ARN))
        };
        assert!(!deny(json!({"Bool": {"aws:SecureTransport": "false"}})));
        assert!(deny(json!({"Bool": {"aws:SecureTransport": "true"}})));
        assert!(deny(json!({"StringNotEquals": {"aws:SourceArn": "arn:other"}})));
        assert!(!deny(json!({"NumericLessThan": {"s3:TlsVersion": "1.2"}})));
    }
}
