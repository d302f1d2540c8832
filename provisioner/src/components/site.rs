//! `site`: static files behind a CDN, with a firewall before it and an API beside them.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Component, Expansion, Input};
use crate::resource::{Problem, default_name};

mod distribution;
mod firewall;
mod headers;
#[cfg(test)]
mod tests;

pub use firewall::{Firewall, FirewallChoice, LoggedRequests, RuleGroup};
pub use headers::Headers;

/// CloudFront's certificates, web ACLs and their logs are kept here.
const HOME: &str = "us-east-1";

/// Static files behind a CDN: a private bucket that only the distribution reads, security headers,
/// HTTP/3, compression, a page for what is not there, a firewall, access logs, and optionally the
/// paths of an API and names of one's own with their certificate.
///
/// CloudFront puts the page for what is not there in the place of every answer with status 404,
/// also of the API's: their bodies don't reach the viewer, their status does.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// The service that answers some of the paths. Default: all paths are files.
    #[serde(default)]
    pub api: Option<Api>,
    /// Headers of every file, by name, or the path of a JSON file with them, from the project's
    /// directory. Default: `Strict-Transport-Security` for a year, `X-Content-Type-Options`,
    /// `X-Frame-Options: DENY` and `Referrer-Policy: strict-origin-when-cross-origin`.
    #[serde(default)]
    pub headers: Option<Headers>,
    /// The file that `/` stands for. Default `index.html`.
    #[schemars(length(min = 1, max = 255), regex(pattern = r"^[^/]"))]
    #[serde(default)]
    pub index: Option<String>,
    /// The file that stands for what is not there. Default `404.html`.
    #[schemars(length(min = 1, max = 255), regex(pattern = r"^[^/]"))]
    #[serde(default)]
    pub not_found: Option<String>,
    /// The name under which it is found, e.g. `www.example.com`; DNS must lead it to
    /// `domain_name`. Default: CloudFront's own name.
    #[schemars(length(min = 3, max = 253))]
    #[serde(default)]
    pub domain: Option<String>,
    /// Further names. Default: none.
    #[serde(default)]
    pub aliases: Option<Vec<String>>,
    /// The ARN of a certificate in us-east-1 for these names. Default, with a `domain`: one is
    /// asked for; it is issued when the records that prove the names are in DNS.
    #[serde(default)]
    pub certificate: Option<Input<String>>,
    /// From which places it serves: `PriceClass_100`, `PriceClass_200` or `PriceClass_All` (the
    /// default).
    #[schemars(extend("enum" = ["PriceClass_100", "PriceClass_200", "PriceClass_All"]))]
    #[serde(default)]
    pub price_class: Option<String>,
    /// Whether there is a firewall, and what it refuses. Default `true`: AWS's rules, and 2000
    /// requests in five minutes from one address.
    #[serde(default)]
    pub firewall: Option<FirewallChoice>,
    /// For how many days accesses are recorded, of the CDN and of the bucket; 0 for not at all.
    /// Default 90.
    #[schemars(range(min = 0, max = 3653))]
    #[serde(default)]
    pub access_log_days: Option<i32>,
    /// For how many days replaced and deleted files are kept. Default 30.
    #[schemars(range(min = 1, max = 3653))]
    #[serde(default)]
    pub old_version_days: Option<i32>,
    /// Whether a deletion takes files and access logs along. Default `true`.
    #[serde(default)]
    pub force_delete: Option<bool>,
}

/// The service that answers some of the paths.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Its host name. It sees the whole path, and its own name as `Host`.
    pub host: Input<String>,
    /// The paths. Default `["/api/*"]`.
    #[schemars(length(min = 1, max = 25), inner(regex(pattern = r"^/")))]
    #[serde(default)]
    pub paths: Option<Vec<String>>,
    /// For how many seconds CloudFront waits for an answer, 1 to 120. Default 30.
    #[schemars(range(min = 1, max = 120))]
    #[serde(default)]
    pub read_timeout: Option<i32>,
}

impl Component for Site {
    const TYPE: &'static str = "site";
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("url", "Where it is found."),
        ("domain_name", "CloudFront's own name for it, which DNS leads the others to."),
        ("hosted_zone_id", "The hosted zone of that name, for an alias record in Route 53."),
        ("distribution_id", "The distribution."),
        ("distribution_arn", "The distribution's ARN."),
        ("bucket", "The bucket for its files."),
        ("log_bucket", "The bucket with its access logs, where there is one."),
        ("firewall_arn", "The ARN of its web ACL, where there is one."),
        ("firewall_name", "The name of its web ACL and of that's metrics, where there is one."),
        ("firewall_log_group", "The log group of its web ACL, where there is one."),
        ("certificate_arn", "The ARN of its certificate, where it has names of its own."),
        ("validation_records", "The records that prove its names, where a certificate was made."),
    ];

    fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.domain.is_none() {
            let without = "CloudFront's own name is the only one without a domain.";
            let given = [
                ("aliases", self.aliases.as_ref().is_some_and(|it| !it.is_empty())),
                ("certificate", self.certificate.is_some()),
            ];
            let given = given.into_iter().filter(|(_, given)| *given);
            problems.extend(given.map(|(property, _)| {
                Problem::at(property, without).hint("write e.g. domain: www.example.com")
            }));
        }
        problems
    }

    fn expand(&self, scope: &mut Expansion<'_>) {
        let name = default_name(&scope.environment().prefix, scope.address(), NAME_LIMIT);
        self.declare_buckets(scope);
        scope.resource("access", "cloudfront.origin_access_control", json!({}));
        self.declare_headers(scope);
        self.declare_certificate(scope);
        self.declare_firewall(scope, &name);
        self.declare_distribution(scope);
        self.declare_policy(scope);
        self.set_outputs(scope);
    }
}

/// The longest name of a web ACL, so that `aws-waf-logs-` fits before it.
const NAME_LIMIT: usize = 100;

impl Site {
    fn has_access_logs(&self) -> bool {
        self.access_log_days != Some(0)
    }

    /// The domain and the further names.
    fn names(&self) -> Vec<&String> {
        self.domain.iter().chain(self.aliases.iter().flatten()).collect()
    }

    fn declare_buckets(&self, scope: &mut Expansion<'_>) {
        let private = json!({
            "block_public_acls": true,
            "ignore_public_acls": true,
            "block_public_policy": true,
            "restrict_public_buckets": true,
        });
        let unfinished =
            json!({ "id": "unfinished-uploads", "abort_incomplete_multipart_upload_days": 7 });
        let old = json!({
            "id": "old-versions",
            "noncurrent_version_expiration_days": self.old_version_days.unwrap_or(30),
            "expired_object_delete_marker": true,
        });
        let logging = json!({ "target_bucket": "${self.logs.name}", "target_prefix": "bucket/" });
        let files = json!({
            "versioning": true,
            "encryption": { "sse_algorithm": "AES256" },
            "public_access_block": private,
            "object_ownership": "BucketOwnerEnforced",
            "lifecycle_rules": [unfinished, old],
            "logging": self.has_access_logs().then_some(logging),
            "force_delete": self.force_delete,
        });
        scope.resource("bucket", "s3.bucket", files);
        if !self.has_access_logs() {
            return;
        }
        let days = self.access_log_days.unwrap_or(90);
        let logs = json!({
            "encryption": { "sse_algorithm": "AES256" },
            "public_access_block": private,
            // CloudFront hands its records over by an access control list.
            "object_ownership": "BucketOwnerPreferred",
            "lifecycle_rules": [unfinished, { "id": "end", "expiration_days": days }],
            "force_delete": self.force_delete,
        });
        scope.resource("logs", "s3.bucket", logs).from("access_log_days");
        let source = json!({ "ArnEquals": { "aws:SourceArn": "${self.bucket.arn}" } });
        let write = json!({
            "Sid": "AccessLogs",
            "Effect": "Allow",
            "Principal": { "Service": "logging.s3.amazonaws.com" },
            "Action": "s3:PutObject",
            "Resource": "${self.logs.arn}/bucket/*",
            "Condition": source,
        });
        let policy = policy(vec![tls_only("logs"), write]);
        let policy = json!({ "bucket": "${self.logs.name}", "policy": policy });
        scope.resource("logs_policy", "s3.bucket_policy", policy).from("access_log_days");
    }

    /// Who may look into the bucket for what: this distribution for files. That it may list them
    /// makes S3 say of a file that is not there that it is not there, rather than that it is
    /// forbidden.
    fn declare_policy(&self, scope: &mut Expansion<'_>) {
        let cdn = json!({ "Service": "cloudfront.amazonaws.com" });
        let this = json!({ "StringEquals": { "AWS:SourceArn": "${self.distribution.arn}" } });
        let allow = |sid: &str, action: &str, resource: &str| {
            json!({
                "Sid": sid, "Effect": "Allow", "Principal": cdn, "Action": action,
                "Resource": resource, "Condition": this,
            })
        };
        // What `content` keeps there for itself.
        let hidden = json!({
            "Sid": "Bookkeeping", "Effect": "Deny", "Principal": cdn, "Action": "s3:GetObject",
            "Resource": "${self.bucket.arn}/.provision/*",
        });
        let policy = policy(vec![
            tls_only("bucket"),
            allow("Files", "s3:GetObject", "${self.bucket.arn}/*"),
            allow("WhatIsThere", "s3:ListBucket", "${self.bucket.arn}"),
            hidden,
        ]);
        let policy = json!({ "bucket": "${self.bucket.name}", "policy": policy });
        scope.resource("policy", "s3.bucket_policy", policy);
    }

    fn declare_certificate(&self, scope: &mut Expansion<'_>) {
        let (Some(domain), None) = (&self.domain, &self.certificate) else { return };
        let certificate = json!({
            "domain_name": domain,
            "subject_alternative_names": self.aliases,
            "region": HOME,
        });
        scope.resource("certificate", "acm.certificate", certificate).from("domain");
    }

    /// The reference to the certificate, where there is one.
    fn certificate_arn(&self) -> Json {
        match (&self.certificate, &self.domain) {
            (Some(arn), _) => json!(arn),
            (None, Some(_)) => json!("${self.certificate.arn}"),
            (None, None) => Json::Null,
        }
    }

    fn set_outputs(&self, scope: &mut Expansion<'_>) {
        for output in ["url", "domain_name", "hosted_zone_id"] {
            scope.output(output, json!(format!("${{self.distribution.{output}}}")));
        }
        scope.output("distribution_id", json!("${self.distribution.id}"));
        scope.output("distribution_arn", json!("${self.distribution.arn}"));
        scope.output("bucket", json!("${self.bucket.name}"));
        if self.has_access_logs() {
            scope.output("log_bucket", json!("${self.logs.name}"));
        }
        scope.output("certificate_arn", self.certificate_arn());
        if self.domain.is_some() && self.certificate.is_none() {
            scope.output("validation_records", json!("${self.certificate.validation_records}"));
        }
    }
}

fn policy(statements: Vec<Json>) -> Json {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// Nobody comes to a bucket in the clear.
fn tls_only(bucket: &str) -> Json {
    let arn = format!("${{self.{bucket}.arn}}");
    json!({
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, format!("{arn}/*")],
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    })
}
