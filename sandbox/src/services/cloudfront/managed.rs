//! AWS's own policies, by the ids that they have everywhere.

use super::cache_policy::{
    CachePolicyConfig, CookiesConfig, HeadersConfig, Parameters, QueryStringsConfig,
};
use super::items::Items;
use super::origin_request_policy::OriginRequestPolicyConfig;
use super::response_headers_policy::{
    ContentTypeOptions, CorsConfig, FrameOptions, ReferrerPolicy, ResponseHeadersPolicyConfig,
    SecurityHeadersConfig, StrictTransportSecurity, XssProtection,
};

const YEAR: u64 = 31_536_000;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A cache policy: least, usual and greatest time, whether encodings are kept apart.
fn cache(name: &str, comment: &str, ttl: [u64; 3], encodings: [bool; 2]) -> CachePolicyConfig {
    CachePolicyConfig {
        comment: comment.to_owned(),
        name: format!("Managed-{name}"),
        min_ttl: ttl[0],
        default_ttl: ttl[1],
        max_ttl: ttl[2],
        parameters: Parameters {
            enable_accept_encoding_gzip: encodings[0],
            enable_accept_encoding_brotli: encodings[1],
            ..Parameters::default()
        },
    }
}

fn origin_decides(name: &str, query_strings: &str) -> CachePolicyConfig {
    const OVERRIDES: [&str; 5] =
        ["host", "origin", "x-http-method-override", "x-http-method", "x-method-override"];
    let comment = "Policy for origins that return Cache-Control headers";
    let mut policy = cache(name, comment, [0, 0, YEAR], [true, true]);
    policy.parameters.headers_config = HeadersConfig::new("whitelist", &names(&OVERRIDES));
    policy.parameters.cookies_config = CookiesConfig::new("all", &[]);
    policy.parameters.query_strings_config = QueryStringsConfig::new(query_strings, &[]);
    policy
}

fn amplify() -> CachePolicyConfig {
    let mut policy = cache("Amplify", "Policy for Amplify Origin", [2, 2, 600], [true, true]);
    let headers = names(&["authorization", "cloudfront-viewer-country", "host"]);
    policy.parameters.headers_config = HeadersConfig::new("whitelist", &headers);
    policy.parameters.cookies_config = CookiesConfig::new("all", &[]);
    policy.parameters.query_strings_config = QueryStringsConfig::new("all", &[]);
    policy
}

pub(super) fn cache_policies() -> Vec<(&'static str, CachePolicyConfig)> {
    let usual = [1, 86_400, YEAR];
    let optimized = cache(
        "CachingOptimized",
        "Default policy when CF compression is enabled",
        usual,
        [true, true],
    );
    let uncompressed = cache(
        "CachingOptimizedForUncompressedObjects",
        "Default policy when compression is disabled",
        usual,
        [false, false],
    );
    let disabled =
        cache("CachingDisabled", "Policy with caching disabled", [0, 0, 0], [false, false]);
    vec![
        ("658327ea-f89d-4fab-a63d-7e88639e58f6", optimized),
        ("b2884449-e4de-46a7-ac36-70bc7f1ddd6d", uncompressed),
        ("4135ea2d-6df8-44a3-9df3-4b5a84be39ad", disabled),
        ("2e54312d-136d-493c-8eb9-b001f22f67d2", amplify()),
        (
            "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
            origin_decides("UseOriginCacheControlHeaders", "none"),
        ),
        (
            "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
            origin_decides("UseOriginCacheControlHeaders-QueryStrings", "all"),
        ),
    ]
}

/// An origin request policy: which headers, and whether all cookies and parameters or none.
fn forward(
    name: &str,
    comment: &str,
    headers: (&str, &[&str]),
    others: &str,
) -> OriginRequestPolicyConfig {
    OriginRequestPolicyConfig {
        comment: comment.to_owned(),
        name: format!("Managed-{name}"),
        headers_config: HeadersConfig::new(headers.0, &names(headers.1)),
        cookies_config: CookiesConfig::new(others, &[]),
        query_strings_config: QueryStringsConfig::new(others, &[]),
    }
}

pub(super) fn origin_request_policies() -> Vec<(&'static str, OriginRequestPolicyConfig)> {
    const CORS: &[&str] =
        &["origin", "access-control-request-headers", "access-control-request-method"];
    const OF_CLOUDFRONT: &[&str] = &[
        "CloudFront-Forwarded-Proto",
        "CloudFront-Is-Android-Viewer",
        "CloudFront-Is-Desktop-Viewer",
        "CloudFront-Is-IOS-Viewer",
        "CloudFront-Is-Mobile-Viewer",
        "CloudFront-Is-SmartTV-Viewer",
        "CloudFront-Is-Tablet-Viewer",
        "CloudFront-Viewer-Address",
        "CloudFront-Viewer-ASN",
        "CloudFront-Viewer-City",
        "CloudFront-Viewer-Country",
        "CloudFront-Viewer-Country-Name",
        "CloudFront-Viewer-Country-Region",
        "CloudFront-Viewer-Country-Region-Name",
        "CloudFront-Viewer-Http-Version",
        "CloudFront-Viewer-Latitude",
        "CloudFront-Viewer-Longitude",
        "CloudFront-Viewer-Metro-Code",
        "CloudFront-Viewer-Postal-Code",
        "CloudFront-Viewer-Time-Zone",
        "CloudFront-Viewer-TLS",
    ];
    let all = "Policy to forward all parameters in viewer requests";
    let but_host = "Policy to forward all parameters in viewer requests except for the Host header";
    let with_own = "Policy to forward all parameters in viewer requests and all CloudFront headers \
                    that were released through June 2022 (inclusive)";
    let for_bucket = "Policy for S3 origin with CORS";
    let for_server = "Policy for Custom origin with CORS";
    let browser = "Policy to forward user-agent and referer headers to origin";
    let host = "Policy to forward Host header only to origin";
    let own = ("allViewerAndWhitelistCloudFront", OF_CLOUDFRONT);
    vec![
        (
            "216adef6-5c7f-47e4-b989-5492eafa07d3",
            forward("AllViewer", all, ("allViewer", &[]), "all"),
        ),
        (
            "b689b0a8-53d0-40ab-baf2-68738e2966ac",
            forward("AllViewerExceptHostHeader", but_host, ("allExcept", &["host"]), "all"),
        ),
        (
            "33f36d7e-f396-46d9-90e0-52428a34d9dc",
            forward("AllViewerAndCloudFrontHeaders-2022-06", with_own, own, "all"),
        ),
        (
            "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
            forward("CORS-S3Origin", for_bucket, ("whitelist", CORS), "none"),
        ),
        (
            "59781a5b-3903-41f3-afcb-af62929ccde1",
            forward("CORS-CustomOrigin", for_server, ("whitelist", &["origin"]), "none"),
        ),
        (
            "acba4595-bd28-49b8-b9fe-13317c0390fa",
            forward(
                "UserAgentRefererHeaders",
                browser,
                ("whitelist", &["user-agent", "referer"]),
                "none",
            ),
        ),
        (
            "bf0718e1-ba1e-49d1-88b1-f726733018ae",
            forward("HostHeaderOnly", host, ("whitelist", &["host"]), "none"),
        ),
    ]
}

/// Any site may read.
fn cors(with_preflight: bool) -> CorsConfig {
    let list = |items: &[&str]| Items(names(items));
    let methods: &[&str] = if with_preflight {
        &["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    } else {
        &["GET"]
    };
    CorsConfig {
        access_control_allow_origins: list(&["*"]),
        access_control_allow_headers: list(&["*"]),
        access_control_allow_methods: list(methods),
        access_control_allow_credentials: false,
        access_control_expose_headers: with_preflight.then(|| list(&["*"])),
        access_control_max_age_sec: None,
        origin_override: false,
    }
}

fn security() -> SecurityHeadersConfig {
    SecurityHeadersConfig {
        xss_protection: Some(XssProtection {
            r#override: false,
            protection: true,
            mode_block: Some(true),
            report_uri: None,
        }),
        frame_options: Some(FrameOptions {
            r#override: false,
            frame_option: "SAMEORIGIN".to_owned(),
        }),
        referrer_policy: Some(ReferrerPolicy {
            r#override: false,
            referrer_policy: "strict-origin-when-cross-origin".to_owned(),
        }),
        content_security_policy: None,
        content_type_options: Some(ContentTypeOptions { r#override: true }),
        strict_transport_security: Some(StrictTransportSecurity {
            r#override: false,
            include_subdomains: Some(false),
            preload: Some(false),
            access_control_max_age_sec: YEAR,
        }),
    }
}

pub(super) fn response_headers_policies() -> Vec<(&'static str, ResponseHeadersPolicyConfig)> {
    let policy =
        |name: &str, comment: &str, cors_config, is_secure: bool| ResponseHeadersPolicyConfig {
            comment: comment.to_owned(),
            name: format!("Managed-{name}"),
            cors_config,
            security_headers_config: is_secure.then(security),
            ..ResponseHeadersPolicyConfig::default()
        };
    vec![
        (
            "60669652-455b-4ae9-85a4-c4c02393f86c",
            policy(
                "SimpleCORS",
                "Allows all origins for simple CORS requests",
                Some(cors(false)),
                false,
            ),
        ),
        (
            "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
            policy(
                "CORS-With-Preflight",
                "Allows all origins for CORS requests, including preflight requests",
                Some(cors(true)),
                false,
            ),
        ),
        (
            "67f7725c-6f97-4210-82d7-5512b31e9d03",
            policy("SecurityHeadersPolicy", "Adds a set of security headers", None, true),
        ),
        (
            "e61eb60c-9c35-4d20-a928-2b84e02af89c",
            policy(
                "CORS-and-SecurityHeadersPolicy",
                "Allows all origins for simple CORS requests and adds security headers",
                Some(cors(false)),
                true,
            ),
        ),
        (
            "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
            policy(
                "CORS-with-preflight-and-SecurityHeadersPolicy",
                "Allows all origins for CORS requests, including preflight requests, and adds \
                 security headers",
                Some(cors(true)),
                true,
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use crate::services::cloudfront::policy::Policy;

    use super::*;

    #[test]
    fn aws_keeps_its_own_rules() {
        for (id, policy) in cache_policies() {
            policy.check().unwrap_or_else(|fault| panic!("{id}: {fault}"));
        }
        for (id, policy) in response_headers_policies() {
            policy.check().unwrap_or_else(|fault| panic!("{id}: {fault}"));
        }
        for (id, policy) in origin_request_policies() {
            policy.check().unwrap_or_else(|fault| panic!("{id}: {fault}"));
        }
    }
}
