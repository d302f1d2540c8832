//! The edge as a browser meets it: real requests to a distribution's name.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(dead_code, reason = "not every test needs all of the support")]

mod support;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use sandbox::Options;
use support::{Answer, Client, Fixture, Target, hash};
use tokio::net::TcpListener;

const OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";
const DISABLED: &str = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
const ORIGIN_DECIDES: &str = "83da9c7e-98b4-4e11-a168-04f0df8e2c65";
const ALL_BUT_HOST: &str = "b689b0a8-53d0-40ab-baf2-68738e2966ac";
const SECURITY: &str = "67f7725c-6f97-4210-82d7-5512b31e9d03";

/// A sandbox in which everything is over at once, and its keys.
struct World {
    fixture: Fixture,
    client: Client,
}

/// A distribution that was made.
struct Made {
    id: String,
    etag: String,
    name: String,
}

impl World {
    async fn start() -> Self {
        Self::with(|options| options).await
    }

    async fn with(change: impl FnOnce(Options) -> Options) -> Self {
        let fixture = Fixture::with(change).await;
        let client = fixture.client();
        Self { fixture, client }
    }

    async fn aws(&self, service: &str, method: Method, path: &str, body: &str) -> Answer {
        let digest = hash(body.as_bytes());
        let headers = [("x-amz-content-sha256", digest.as_str()), ("content-type", "text/html")];
        let target = Target { method, path, region: "us-east-1", service };
        self.client.signed_for(target, &headers, body).await.unwrap()
    }

    async fn bucket(&self) {
        self.aws("s3", Method::PUT, "/site", "").await;
    }

    async fn put(&self, key: &str, body: &str) {
        let answer = self.aws("s3", Method::PUT, &format!("/site/{key}"), body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Lets a distribution read the bucket; `actions` such as `"s3:GetObject"`.
    async fn allow(&self, id: &str, actions: &str) {
        let policy = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{
                "Effect": "Allow",
                "Principal": {{"Service": "cloudfront.amazonaws.com"}},
                "Action": [{actions}],
                "Resource": ["arn:aws:s3:::site", "arn:aws:s3:::site/*"],
                "Condition": {{"StringEquals": {{
                    "AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/{id}"
                }}}}
            }}]}}"#
        );
        let answer = self.aws("s3", Method::PUT, "/site?policy=", &policy).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    async fn access_control(&self) -> String {
        let body = "<OriginAccessControlConfig><Name>site</Name>\
                    <SigningProtocol>sigv4</SigningProtocol>\
                    <SigningBehavior>always</SigningBehavior>\
                    <OriginAccessControlOriginType>s3</OriginAccessControlOriginType>\
                    </OriginAccessControlConfig>";
        let path = "/2020-05-31/origin-access-control";
        self.aws("cloudfront", Method::POST, path, body).await.element("Id").to_owned()
    }

    async fn distribution(&self, config: &str) -> Made {
        let answer = self.aws("cloudfront", Method::POST, "/2020-05-31/distribution", config).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        Made {
            id: answer.element("Id").to_owned(),
            etag: answer.headers["etag"].to_str().unwrap().to_owned(),
            name: answer.element("DomainName").to_owned(),
        }
    }

    async fn invalidate(&self, id: &str, path: &str) {
        let body = format!(
            "<InvalidationBatch><Paths><Quantity>1</Quantity><Items><Path>{path}</Path></Items>\
             </Paths><CallerReference>{path}</CallerReference></InvalidationBatch>"
        );
        let target = format!("/2020-05-31/distribution/{id}/invalidation");
        let answer = self.aws("cloudfront", Method::POST, &target, &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }

    /// What a viewer gets.
    async fn get(&self, name: &str, path: &str) -> Answer {
        self.ask(Method::GET, name, path, &[], "").await
    }

    async fn ask(
        &self,
        method: Method,
        name: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut all = vec![("host".to_owned(), name.to_owned())];
        all.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.client.send(method, path, &all, body).await.unwrap()
    }
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

fn behavior(target: &str, cache: &str, more: &str) -> String {
    format!(
        "<TargetOriginId>{target}</TargetOriginId>\
         <ViewerProtocolPolicy>redirect-to-https</ViewerProtocolPolicy>\
         <Compress>true</Compress><CachePolicyId>{cache}</CachePolicyId>{more}"
    )
}

fn config(origins: &[String], default: &str, more: &str) -> String {
    format!(
        "<DistributionConfig><CallerReference>{}</CallerReference>\
         <Origins><Quantity>{}</Quantity><Items>{}</Items></Origins>\
         <DefaultCacheBehavior>{default}</DefaultCacheBehavior>\
         <Comment></Comment><Enabled>true</Enabled>{more}</DistributionConfig>",
        hash(default.as_bytes()),
        origins.len(),
        origins.join(""),
    )
}

fn bucket_origin(control: &str) -> String {
    format!(
        "<Origin><Id>site</Id><DomainName>site.s3.us-east-1.amazonaws.com</DomainName>\
         <S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig>\
         <OriginAccessControlId>{control}</OriginAccessControlId></Origin>"
    )
}

fn server_origin(name: &str) -> String {
    format!(
        "<Origin><Id>api</Id><DomainName>{name}</DomainName><CustomOriginConfig>\
         <HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort>\
         <OriginProtocolPolicy>https-only</OriginProtocolPolicy></CustomOriginConfig></Origin>"
    )
}

const ALL_METHODS: &str = "<AllowedMethods><Quantity>7</Quantity><Items><Method>GET</Method>\
    <Method>HEAD</Method><Method>OPTIONS</Method><Method>PUT</Method><Method>POST</Method>\
    <Method>PATCH</Method><Method>DELETE</Method></Items></AllowedMethods>";

/// A request as an origin got it.
#[derive(Debug, Clone)]
struct Seen {
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Bytes,
}

/// An HTTP server that answers with a function, and remembers what it was asked.
struct Origin {
    name: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Origin {
    async fn start(answer: fn(&Seen) -> Response<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let name = format!("api.localhost:{}", listener.local_addr().unwrap().port());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let remembered = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let remembered = remembered.clone();
                let service = service_fn(move |request: Request<Incoming>| {
                    let remembered = remembered.clone();
                    async move {
                        let (head, body) = request.into_parts();
                        let seen = Seen {
                            method: head.method,
                            target: head.uri.to_string(),
                            headers: head.headers,
                            body: body.collect().await?.to_bytes(),
                        };
                        let response = answer(&seen).map(|body| Full::new(Bytes::from(body)));
                        remembered.lock().unwrap().push(seen);
                        Ok::<_, hyper::Error>(response)
                    }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { name, seen }
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn a_bucket_is_read_by_the_distribution_that_its_policy_names() {
    let world = World::start().await;
    world.bucket().await;
    world.put("index.html", "<h1>hello</h1>").await;
    let control = world.access_control().await;
    let root = "<DefaultRootObject>index.html</DefaultRootObject>";
    let config = config(&[bucket_origin(&control)], &behavior("site", DISABLED, ""), root);
    let made = world.distribution(&config).await;

    let refused = world.get(&made.name, "/").await;
    assert_eq!((refused.status.as_u16(), refused.element("Code")), (403, "AccessDenied"));
    world.allow("EOTHER", r#""s3:GetObject""#).await;
    assert_eq!(world.get(&made.name, "/").await.status, 403);

    world.allow(&made.id, r#""s3:GetObject""#).await;
    let page = world.get(&made.name, "/").await;
    assert_eq!((page.status.as_u16(), page.body.as_str()), (200, "<h1>hello</h1>"));
    assert_eq!(header(&page, "content-type"), "text/html");
    assert_eq!(world.get(&made.name, "/none").await.status, 403);
    world.allow(&made.id, r#""s3:GetObject", "s3:ListBucket""#).await;
    assert_eq!(world.get(&made.name, "/none").await.status, 404);
    assert!(!world.fixture.sandbox.calls().by_operation.contains_key("s3:Unknown"));
}

#[tokio::test]
async fn what_was_read_is_kept_until_it_is_invalidated() {
    let world = World::start().await;
    world.bucket().await;
    world.put("a.html", "first").await;
    let control = world.access_control().await;
    let config = config(&[bucket_origin(&control)], &behavior("site", OPTIMIZED, ""), "");
    let made = world.distribution(&config).await;
    world.allow(&made.id, r#""s3:GetObject""#).await;

    let miss = world.get(&made.name, "/a.html").await;
    assert_eq!(header(&miss, "x-cache"), "Miss from cloudfront");
    world.put("a.html", "second").await;
    let hit = world.get(&made.name, "/a.html?ignored=1").await;
    assert_eq!(header(&hit, "x-cache"), "Hit from cloudfront");
    assert_eq!((hit.body.as_str(), header(&hit, "age")), ("first", "0"));
    world.invalidate(&made.id, "/b*").await;
    assert_eq!(world.get(&made.name, "/a.html").await.body, "first");
    world.invalidate(&made.id, "/a*").await;
    assert_eq!(world.get(&made.name, "/a.html").await.body, "second");
}

#[tokio::test]
async fn parts_known_versions_and_heads_come_from_what_is_kept() {
    let world = World::start().await;
    world.bucket().await;
    world.put("a.html", "0123456789").await;
    let control = world.access_control().await;
    let config = config(&[bucket_origin(&control)], &behavior("site", OPTIMIZED, ""), "");
    let made = world.distribution(&config).await;
    world.allow(&made.id, r#""s3:GetObject""#).await;

    let ask = async |method, headers: &[(&str, &str)]| {
        world.ask(method, &made.name, "/a.html", headers, "").await
    };
    let part = ask(Method::GET, &[("range", "bytes=2-4")]).await;
    assert_eq!((part.status.as_u16(), part.body.as_str()), (206, "234"));
    assert_eq!(header(&part, "content-range"), "bytes 2-4/10");
    let beyond = ask(Method::GET, &[("range", "bytes=10-")]).await;
    assert_eq!(beyond.status, 416);
    let etag = header(&part, "etag").to_owned();
    let known = ask(Method::GET, &[("if-none-match", &etag)]).await;
    assert_eq!((known.status.as_u16(), known.body.as_str()), (304, ""));
    let head = ask(Method::HEAD, &[]).await;
    assert_eq!((head.status.as_u16(), head.body.as_str()), (200, ""));
    assert_eq!(header(&head, "content-length"), "10");
}

#[tokio::test]
async fn pages_are_compressed_for_who_accepts_it() {
    let world = World::start().await;
    world.bucket().await;
    world.put("a.html", &"hello ".repeat(1000)).await;
    world.put("small.html", "hello").await;
    let control = world.access_control().await;
    let config = config(&[bucket_origin(&control)], &behavior("site", OPTIMIZED, ""), "");
    let made = world.distribution(&config).await;
    world.allow(&made.id, r#""s3:GetObject""#).await;

    let encoding = async |path, accepted| {
        let headers = [("accept-encoding", accepted)];
        let answer = world.ask(Method::GET, &made.name, path, &headers, "").await;
        let length: usize = header(&answer, "content-length").parse().unwrap();
        (header(&answer, "content-encoding").to_owned(), length)
    };
    assert_eq!(encoding("/a.html", "identity").await, (String::new(), 6000));
    let (name, length) = encoding("/a.html", "gzip, deflate").await;
    assert!(name == "gzip" && length < 200, "{name} {length}");
    let (name, length) = encoding("/a.html", "gzip, br").await;
    assert!(name == "br" && length < 200, "{name} {length}");
    assert_eq!(encoding("/small.html", "br").await, (String::new(), 5));
}

#[tokio::test]
async fn a_page_stands_in_for_an_error_and_has_the_policys_headers() {
    let world = World::start().await;
    world.bucket().await;
    world.put("index.html", "app").await;
    let control = world.access_control().await;
    let headers = format!("<ResponseHeadersPolicyId>{SECURITY}</ResponseHeadersPolicyId>");
    let pages = "<CustomErrorResponses><Quantity>1</Quantity><Items><CustomErrorResponse>\
                 <ErrorCode>403</ErrorCode><ResponsePagePath>/index.html</ResponsePagePath>\
                 <ResponseCode>200</ResponseCode></CustomErrorResponse></Items>\
                 </CustomErrorResponses>";
    let default = behavior("site", OPTIMIZED, &headers);
    let made = world.distribution(&config(&[bucket_origin(&control)], &default, pages)).await;
    world.allow(&made.id, r#""s3:GetObject""#).await;

    let page = world.get(&made.name, "/cars/7").await;
    assert_eq!((page.status.as_u16(), page.body.as_str()), (200, "app"));
    assert_eq!(header(&page, "x-cache"), "Error from cloudfront");
    assert_eq!(header(&page, "x-frame-options"), "SAMEORIGIN");
    assert_eq!(header(&page, "strict-transport-security"), "max-age=31536000");
    let refused = world.ask(Method::POST, &made.name, "/cars/7", &[], "x").await;
    assert_eq!((refused.status.as_u16(), refused.body.as_str()), (200, "app"));
}

#[tokio::test]
async fn a_server_gets_what_the_policy_lets_through() {
    let world = World::start().await;
    let origin = Origin::start(|seen| {
        Response::new(format!("{} {}", seen.method, String::from_utf8_lossy(&seen.body)))
    })
    .await;
    let more =
        format!("{ALL_METHODS}<OriginRequestPolicyId>{ALL_BUT_HOST}</OriginRequestPolicyId>");
    let default = behavior("api", DISABLED, &more);
    let made = world.distribution(&config(&[server_origin(&origin.name)], &default, "")).await;

    let headers =
        [("cookie", "session=1"), ("authorization", "Bearer x"), ("x-forwarded-for", "9.9.9.9")];
    let answer = world.ask(Method::POST, &made.name, "/api/cars?a=1", &headers, "car").await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "POST car"));
    assert_eq!(header(&answer, "x-cache"), "Miss from cloudfront");
    assert!(header(&answer, "via").ends_with("(CloudFront)"), "{answer:?}");
    let seen = origin.seen().remove(0);
    assert_eq!(seen.target, "/api/cars?a=1");
    assert_eq!(seen.headers["host"], origin.name.as_str());
    assert_eq!(seen.headers["cookie"], "session=1");
    assert_eq!(seen.headers["authorization"], "Bearer x");
    assert_eq!(seen.headers["x-forwarded-for"], "9.9.9.9, 127.0.0.1");
    assert_eq!(seen.headers["x-amz-cf-id"], header(&answer, "x-amz-cf-id"));

    world.get(&made.name, "/api/cars").await;
    world.get(&made.name, "/api/cars").await;
    assert_eq!(origin.seen().len(), 3);
}

#[tokio::test]
async fn an_origin_says_whether_what_was_kept_still_holds() {
    let world = World::start().await;
    let origin = Origin::start(|seen| {
        let known = seen.headers.get("if-none-match").is_some_and(|tag| tag == "\"1\"");
        Response::builder()
            .status(if known { 304 } else { 200 })
            .header("etag", "\"1\"")
            .header("cache-control", "max-age=0")
            .body(if known { String::new() } else { "body".to_owned() })
            .unwrap()
    })
    .await;
    let more = format!(
        "<CacheBehaviors><Quantity>1</Quantity><Items><CacheBehavior>\
         <PathPattern>/kept/*</PathPattern>{}</CacheBehavior></Items></CacheBehaviors>",
        behavior("api", OPTIMIZED, "")
    );
    let default = behavior("api", ORIGIN_DECIDES, "");
    let made = world.distribution(&config(&[server_origin(&origin.name)], &default, &more)).await;

    // The least time of that policy is none: nothing is kept.
    world.get(&made.name, "/a").await;
    assert_eq!(header(&world.get(&made.name, "/a").await, "x-cache"), "Miss from cloudfront");
    // Of this one it is a second.
    world.get(&made.name, "/kept/a").await;
    assert_eq!(header(&world.get(&made.name, "/kept/a").await, "x-cache"), "Hit from cloudfront");
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let renewed = world.get(&made.name, "/kept/a").await;
    assert_eq!(header(&renewed, "x-cache"), "RefreshHit from cloudfront");
    assert_eq!((renewed.status.as_u16(), renewed.body.as_str()), (200, "body"));
}

#[tokio::test]
async fn what_cannot_be_served_has_cloudfronts_page() {
    let world = World::start().await;
    let default = behavior("api", DISABLED, "");
    let gone = server_origin("gone.localhost:1");
    let made = world.distribution(&config(&[gone], &default, "")).await;
    let page = world.get(&made.name, "/").await;
    assert_eq!((page.status.as_u16(), header(&page, "x-cache")), (502, "Error from cloudfront"));
    assert!(page.body.contains("The request could not be satisfied"), "{page:?}");
    let post = world.ask(Method::POST, &made.name, "/", &[], "").await;
    assert_eq!(post.status, 403);
    let unknown = world.get("dnone.cloudfront.localhost", "/").await;
    assert_eq!(unknown.status, 403);
    let calls = world.fixture.sandbox.calls();
    assert!(calls.entries.iter().all(|entry| entry.service == "cloudfront"), "{calls:?}");
}

#[tokio::test]
async fn the_edges_do_what_was_deployed_last() {
    let world = World::with(|options| Options { time_scale: 100.0, ..options }).await;
    let origin = Origin::start(|_| Response::new("body".to_owned())).await;
    let default = behavior("api", DISABLED, "");
    let made = world.distribution(&config(&[server_origin(&origin.name)], &default, "")).await;
    assert_eq!(world.get(&made.name, "/").await.status, 403);
}

/// A web ACL with one rule; `statement` is JSON.
async fn web_acl(world: &World, rule: &str) -> String {
    let visibility = r#"{"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true,
        "MetricName": "site"}"#;
    let body = format!(
        r#"{{"Name": "site", "Scope": "CLOUDFRONT", "DefaultAction": {{"Allow": {{}}}},
            "CustomResponseBodies": {{"slow": {{"ContentType": "TEXT_PLAIN", "Content": "slow"}}}},
            "VisibilityConfig": {visibility},
            "Rules": [{{"Name": "rule", "Priority": 0, "VisibilityConfig": {visibility}, {rule}}}]}}"#
    );
    let answer = world.json("wafv2", "AWSWAF_20190729.CreateWebACL", &body).await;
    let summary: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    summary["Summary"]["ARN"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

impl World {
    async fn json(&self, service: &str, target: &str, body: &str) -> Answer {
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
        let method = Method::POST;
        let target = Target { method, path: "/", region: "us-east-1", service };
        self.client.signed_for(target, &headers, body).await.unwrap()
    }
}

#[tokio::test]
async fn a_web_acl_blocks_what_its_groups_recognise_and_logs_it() {
    let world = World::start().await;
    let origin =
        Origin::start(|seen| Response::new(String::from_utf8_lossy(&seen.body).into_owned())).await;
    let group = r#""OverrideAction": {"None": {}}, "Statement": {"ManagedRuleGroupStatement": {
        "VendorName": "AWS", "Name": "AWSManagedRulesSQLiRuleSet"}}"#;
    let arn = web_acl(&world, group).await;
    let log = r#"{"logGroupName": "aws-waf-logs-site"}"#;
    world.json("logs", "Logs_20140328.CreateLogGroup", log).await;
    let logging = format!(
        r#"{{"LoggingConfiguration": {{"ResourceArn": "{arn}", "LogDestinationConfigs":
            ["arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-site"]}}}}"#
    );
    let put = world.json("wafv2", "AWSWAF_20190729.PutLoggingConfiguration", &logging).await;
    assert_eq!(put.status, 200, "{put:?}");
    let more = format!("<WebACLId>{arn}</WebACLId>");
    let default = behavior("api", DISABLED, ALL_METHODS);
    let made = world.distribution(&config(&[server_origin(&origin.name)], &default, &more)).await;

    let long = "a car ".repeat(10_000);
    let through = world.ask(Method::POST, &made.name, "/api/cars", &[], &long).await;
    assert_eq!((through.status.as_u16(), through.body.len()), (200, long.len()));
    let blocked = world.get(&made.name, "/?q=1%27%20OR%201=1%20--").await;
    assert_eq!(
        (blocked.status.as_u16(), header(&blocked, "x-cache")),
        (403, "Error from cloudfront")
    );
    assert!(blocked.body.contains("Request blocked."), "{blocked:?}");
    assert_eq!(origin.seen().len(), 1);

    let log = r#"{"logGroupName": "aws-waf-logs-site", "logStreamName": "cloudfront_site_0"}"#;
    let events = world.json("logs", "Logs_20140328.GetLogEvents", log).await;
    let events: serde_json::Value = serde_json::from_str(&events.body).unwrap();
    let events = events["events"].as_array().unwrap();
    let entry = |index: usize| -> serde_json::Value {
        serde_json::from_str(events[index]["message"].as_str().unwrap()).unwrap()
    };
    assert_eq!(
        (entry(0)["action"].as_str(), entry(1)["action"].as_str()),
        (Some("ALLOW"), Some("BLOCK"))
    );
    let group = &entry(1)["ruleGroupList"][0];
    assert_eq!(group["terminatingRule"]["ruleId"], "SQLi_QUERYARGUMENTS");
    assert_eq!(entry(1)["httpSourceId"], made.id.as_str());

    let of = |rule: &str| {
        format!(r#"{{"Name": "WebACL", "Value": "site"}}, {{"Name": "Rule", "Value": "{rule}"}}"#)
    };
    assert_eq!(
        world.client.metric("us-east-1", "AWS/WAFV2", "BlockedRequests", &of("ALL")).await,
        1.0
    );
    assert_eq!(
        world.client.metric("us-east-1", "AWS/WAFV2", "BlockedRequests", &of("site")).await,
        1.0
    );
    let default = of("Default_Action");
    assert_eq!(
        world.client.metric("us-east-1", "AWS/WAFV2", "AllowedRequests", &default).await,
        1.0
    );
    let distribution = format!(
        r#"{{"Name": "DistributionId", "Value": "{}"}}, {{"Name": "Region", "Value": "Global"}}"#,
        made.id
    );
    assert_eq!(
        world.client.metric("us-east-1", "AWS/CloudFront", "Requests", &distribution).await,
        2.0
    );
    assert_eq!(
        world.client.metric("us-east-1", "AWS/CloudFront", "4xxErrorRate", &distribution).await,
        100.0
    );
}

#[tokio::test]
async fn a_web_acl_slows_down_who_asks_too_much() {
    let world = World::start().await;
    let origin = Origin::start(|_| Response::new("fine".to_owned())).await;
    let rate = r#""Action": {"Block": {"CustomResponse": {
            "ResponseCode": 429, "CustomResponseBodyKey": "slow",
            "ResponseHeaders": [{"Name": "retry-after", "Value": "60"}]}}},
        "Statement": {"RateBasedStatement": {
            "Limit": 10, "EvaluationWindowSec": 60, "AggregateKeyType": "IP"}}"#;
    let arn = web_acl(&world, rate).await;
    let more = format!("<WebACLId>{arn}</WebACLId>");
    let default = behavior("api", DISABLED, "");
    let made = world.distribution(&config(&[server_origin(&origin.name)], &default, &more)).await;

    for _ in 0..10 {
        assert_eq!(world.get(&made.name, "/").await.status, 200);
    }
    let slowed = world.get(&made.name, "/").await;
    assert_eq!((slowed.status.as_u16(), slowed.body.as_str()), (429, "slow"));
    assert_eq!(header(&slowed, "retry-after"), "60");
    assert_eq!(origin.seen().len(), 10);
    let update = world
        .aws("cloudfront", Method::GET, &format!("/2020-05-31/distribution/{}/config", made.id), "")
        .await;
    assert_eq!((update.status.as_u16(), update.element("WebACLId")), (200, arn.as_str()));
    assert_eq!(header(&update, "etag"), made.etag);
}
