//! The distribution: what comes from the bucket, what from the API.

use serde_json::{Value as Json, json};

use super::super::{Expansion, without_nulls};
use super::{Api, Site};

impl Site {
    pub(super) fn declare_distribution(&self, scope: &mut Expansion<'_>) {
        let (mut origins, mut behaviors) = (vec![bucket()], Vec::new());
        if let Some(api) = &self.api {
            origins.push(api.origin());
            behaviors.extend(api.behaviors());
        }
        let certificate = match self.certificate_arn() {
            Json::Null => Json::Null,
            arn => json!({ "acm_certificate_arn": arn }),
        };
        let logging = json!({ "bucket": "${self.logs.name}.s3.amazonaws.com", "prefix": "cdn/" });
        let names = self.names();
        let distribution = json!({
            "aliases": (!names.is_empty()).then_some(names),
            "default_root_object": self.index.as_deref().unwrap_or("index.html"),
            "origins": origins,
            "default_cache_behavior": files(),
            "ordered_cache_behaviors": (!behaviors.is_empty()).then_some(behaviors),
            "custom_error_responses": [self.not_found()],
            "price_class": self.price_class,
            "http_version": "http2and3",
            "is_ipv6_enabled": true,
            "viewer_certificate": certificate,
            "logging": self.has_access_logs().then_some(logging),
            "web_acl_id": self.has_firewall().then_some("${self.firewall.arn}"),
        });
        scope.resource("distribution", "cloudfront.distribution", distribution);
    }

    /// Of 404 alone: a page in the place of 403 would hide what the firewall refuses.
    fn not_found(&self) -> Json {
        json!({
            "error_code": 404,
            "response_page_path": format!("/{}", self.not_found.as_deref().unwrap_or("404.html")),
            "response_code": 404,
        })
    }
}

fn bucket() -> Json {
    json!({
        "id": "files",
        "domain_name": "${self.bucket.regional_domain_name}",
        "origin_access_control_id": "${self.access.id}",
    })
}

fn files() -> Json {
    json!({
        "target_origin_id": "files",
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": ["GET", "HEAD", "OPTIONS"],
        "compress": true,
        "cache_policy_id": "CachingOptimized",
        "response_headers_policy_id": "${self.headers.id}",
    })
}

impl Api {
    fn origin(&self) -> Json {
        let server = json!({
            "origin_protocol_policy": "https-only",
            "origin_read_timeout": self.read_timeout,
        });
        json!({
            "id": "api",
            "domain_name": self.host,
            "custom_origin_config": without_nulls(server),
        })
    }

    /// One for each path: nothing is kept, all of the request is passed on.
    fn behaviors(&self) -> Vec<Json> {
        let default = vec!["/api/*".to_owned()];
        let behavior = |path: &String| {
            json!({
                "path_pattern": path,
                "target_origin_id": "api",
                "viewer_protocol_policy": "https-only",
                "allowed_methods": ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
                "compress": true,
                "cache_policy_id": "CachingDisabled",
                "origin_request_policy_id": "AllViewerExceptHostHeader",
                "response_headers_policy_id": "SecurityHeadersPolicy",
            })
        };
        self.paths.as_ref().unwrap_or(&default).iter().map(behavior).collect()
    }
}
