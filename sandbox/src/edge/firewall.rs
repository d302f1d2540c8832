//! The web ACL of a distribution: asked before anything else, and heard.

use std::net::IpAddr;

use bytes::{Bytes, BytesMut};
use futures::{StreamExt, stream};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, BodyStream, StreamBody};
use hyper::body::Frame;
use serde_json::{Value, json};

use super::response::{Content, Reply};
use super::site::Site;
use super::{Edge, counted, page};
use crate::fault::Fault;
use crate::gateway::{Body, BodyError};
use crate::services;
use crate::services::wafv2::evaluation::{
    Block, INSPECTED, Request, Surroundings, Verdict, WebAcl,
};
use crate::services::wafv2::{Protection, Sample};

/// Where web ACLs for CloudFront live.
pub(super) const HOME: &str = "us-east-1";

/// A request before the web ACL.
pub(super) struct Arrival<'a> {
    pub head: &'a Parts,
    pub address: IpAddr,
    pub id: &'a str,
}

impl Edge {
    /// The response that a web ACL ends a request with; none when it goes on.
    pub(super) fn guard(&self, site: &Site, arrival: &Arrival<'_>, body: &[u8]) -> Option<Reply> {
        let arn = site.config.web_acl_id.as_str();
        let protection = self.core.with_world(|world| world.region(HOME).wafv2.protection(arn))?;
        let head = arrival.head;
        let request = Request {
            method: &head.method,
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            headers: &head.headers,
            body,
            address: arrival.address,
            now: site.now,
        };
        let namespace = format!("awswaf:{}:webacl:{}:", self.core.account, protection.name);
        let around = Surroundings {
            arn,
            namespace: &namespace,
            ip_sets: &protection.ip_sets,
            limiter: &self.limiter,
        };
        let verdict = protection.acl.evaluate(&request, &around);
        counted::verdict(&self.core.meter, &protection.acl, &verdict);
        self.remember(site, arrival, &protection, &verdict);
        let block = verdict.block.as_ref()?;
        Some(blocked(block, &protection.acl, arrival.id))
    }

    fn remember(
        &self,
        site: &Site,
        arrival: &Arrival<'_>,
        protection: &Protection,
        verdict: &Verdict,
    ) {
        let request = described(arrival);
        let arn = &site.config.web_acl_id;
        if protection.acl.visibility_config.sampled_requests_enabled {
            let sample = Sample {
                at: site.now,
                metrics: verdict.metrics.clone(),
                action: verdict.action(),
                rule_within_group: verdict.rule_within_group.clone(),
                request: request.clone(),
                status: status_sent(verdict),
                labels: verdict.labels.clone(),
            };
            self.core.with_world(|world| world.region(HOME).wafv2.remember(arn, sample));
        }
        let Some(logging) = protection.logging.as_ref().filter(|it| is_logged(it, verdict)) else {
            return;
        };
        let entry = redacted(entry(site, arrival, verdict, &request), logging);
        let destinations = logging["LogDestinationConfigs"].as_array().into_iter().flatten();
        for arn in destinations.filter_map(Value::as_str) {
            if let Some((_, group)) = arn.split_once(":log-group:") {
                self.log(group.trim_end_matches(":*"), &protection.name, site, &entry);
            }
        }
    }

    /// Writes to the log group as WAF does: into a stream that is named after the web ACL.
    fn log(&self, group: &str, acl: &str, site: &Site, entry: &Value) {
        let stream = format!("cloudfront_{acl}_0");
        let place = json!({ "logGroupName": group, "logStreamName": stream });
        let mut put = place.clone();
        put["logEvents"] =
            json!([{ "timestamp": site.now.as_millisecond(), "message": entry.to_string() }]);
        let written = self.logs("PutLogEvents", put.clone()).or_else(|_| {
            self.logs("CreateLogStream", place)?;
            self.logs("PutLogEvents", put)
        });
        if let Err(fault) = written {
            tracing::warn!(%fault, group, "a web ACL cannot write its log");
        }
    }

    /// An operation of CloudWatch Logs. A line of a log is no reason to write the world to disk: it
    /// gets there with the next change, or when the sandbox stops.
    fn logs(&self, name: &str, request: Value) -> Result<Value, Fault> {
        let mut table = services::operations("logs").unwrap_or_default().iter();
        let operation = table
            .find(|operation| operation.name == name)
            .ok_or_else(|| Fault::not_implemented("logs", name))?;
        self.core.call(HOME, "", |call| (operation.handler)(call, request))
    }
}

fn status_sent(verdict: &Verdict) -> Option<u16> {
    let custom = verdict.block.as_ref().and_then(|block| block.custom_response.as_ref());
    custom.map(|custom| custom.response_code)
}

/// CloudFront's page, or the response of the rule.
fn blocked(block: &Block, acl: &WebAcl, id: &str) -> Reply {
    let Some(custom) = &block.custom_response else { return page::BLOCKED.reply(id) };
    let mut headers = HeaderMap::new();
    let key = custom.custom_response_body_key.as_ref();
    let body = key.and_then(|key| acl.custom_response_bodies.get(key));
    if let Some(body) = body {
        let kind = match body.content_type.as_str() {
            "TEXT_HTML" => "text/html",
            "APPLICATION_JSON" => "application/json",
            _ => "text/plain",
        };
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    for own in &custom.response_headers {
        let name = own.name.parse::<header::HeaderName>().ok();
        headers.extend(name.zip(HeaderValue::from_str(&own.value).ok()));
    }
    let content = body.map(|body| Bytes::from(body.content.clone())).unwrap_or_default();
    let status = StatusCode::from_u16(custom.response_code).unwrap_or(StatusCode::FORBIDDEN);
    Reply::new(status, headers, Content::Whole(content), "Error")
}

/// A request as samples describe it.
fn described(arrival: &Arrival<'_>) -> Value {
    let headers = arrival.head.headers.iter().map(|(name, value)| {
        json!({ "Name": name.as_str(), "Value": String::from_utf8_lossy(value.as_bytes()) })
    });
    json!({
        "ClientIP": arrival.address.to_string(),
        "Country": "-",
        "URI": arrival.head.uri.path(),
        "Method": arrival.head.method.as_str(),
        "HTTPVersion": "HTTP/1.1",
        "Headers": headers.collect::<Vec<_>>(),
    })
}

/// A request as the log describes it.
fn entry(site: &Site, arrival: &Arrival<'_>, verdict: &Verdict, request: &Value) -> Value {
    let headers = request["Headers"].as_array().into_iter().flatten();
    let headers: Vec<Value> =
        headers.map(|header| json!({ "name": header["Name"], "value": header["Value"] })).collect();
    let counted: Vec<Value> = verdict
        .counted
        .iter()
        .map(|rule| json!({ "ruleId": rule, "action": "COUNT", "ruleMatchDetails": [] }))
        .collect();
    let labels: Vec<Value> = verdict.labels.iter().map(|name| json!({ "name": name })).collect();
    json!({
        "timestamp": site.now.as_millisecond(),
        "formatVersion": 1,
        "webaclId": site.config.web_acl_id,
        "terminatingRuleId": verdict.rule.as_deref().unwrap_or("Default_Action"),
        "terminatingRuleType": verdict.rule_type,
        "action": verdict.action(),
        "terminatingRuleMatchDetails": [],
        "httpSourceName": "CF",
        "httpSourceId": site.id,
        "ruleGroupList": group_list(verdict),
        "rateBasedRuleList": [],
        "nonTerminatingMatchingRules": counted,
        "requestHeadersInserted": null,
        "responseCodeSent": status_sent(verdict),
        "httpRequest": {
            "clientIp": request["ClientIP"],
            "country": request["Country"],
            "headers": headers,
            "uri": request["URI"],
            "args": arrival.head.uri.query().unwrap_or_default(),
            "httpVersion": request["HTTPVersion"],
            "httpMethod": request["Method"],
            "requestId": arrival.id,
        },
        "labels": labels,
    })
}

fn group_list(verdict: &Verdict) -> Vec<Value> {
    let rule = verdict.rule_within_group.iter();
    let group = rule.map(|rule| {
        json!({
            "ruleGroupId": verdict.rule,
            "terminatingRule": { "ruleId": rule, "action": "BLOCK", "ruleMatchDetails": null },
            "nonTerminatingMatchingRules": [],
            "excludedRules": null,
        })
    });
    group.collect()
}

/// Whether the filter of a logging configuration keeps an entry.
fn is_logged(logging: &Value, verdict: &Verdict) -> bool {
    let filter = &logging["LoggingFilter"];
    let holds = |condition: &Value| {
        let action = condition["ActionCondition"]["Action"].as_str();
        let label = condition["LabelNameCondition"]["LabelName"].as_str();
        action.is_some_and(|action| {
            action == verdict.action() || action == "COUNT" && !verdict.counted.is_empty()
        }) || label.is_some_and(|label| verdict.labels.iter().any(|own| own == label))
    };
    let mut filters = filter["Filters"].as_array().into_iter().flatten();
    let deciding = filters.find(|filter| {
        let mut conditions = filter["Conditions"].as_array().into_iter().flatten();
        if filter["Requirement"] == "MEETS_ALL" {
            conditions.all(holds)
        } else {
            conditions.any(holds)
        }
    });
    let decision = deciding.map_or(&filter["DefaultBehavior"], |filter| &filter["Behavior"]);
    decision != "DROP"
}

/// The entry without what the logging configuration wants kept out.
fn redacted(mut entry: Value, logging: &Value) -> Value {
    let request = &mut entry["httpRequest"];
    for field in logging["RedactedFields"].as_array().into_iter().flatten() {
        let hidden = json!("REDACTED");
        if let Some(name) = field["SingleHeader"]["Name"].as_str() {
            let headers = request["headers"].as_array_mut().into_iter().flatten();
            let named = headers.filter(|header| {
                header["name"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(name))
            });
            named.for_each(|header| header["value"] = hidden.clone());
        }
        for (member, place) in
            [("UriPath", "uri"), ("QueryString", "args"), ("Method", "httpMethod")]
        {
            if field.get(member).is_some() {
                request[place] = hidden.clone();
            }
        }
    }
    entry
}

/// The first bytes of a body, and the body as it was.
pub(super) async fn peek(mut body: Body) -> Result<(Bytes, Body), BodyError> {
    let mut read = BytesMut::new();
    while read.len() < INSPECTED {
        let Some(frame) = body.frame().await else { break };
        if let Ok(data) = frame?.into_data() {
            read.extend_from_slice(&data);
        }
    }
    let read = read.freeze();
    let seen = read.slice(..read.len().min(INSPECTED));
    let whole = stream::iter([Ok(Frame::data(read))]).chain(BodyStream::new(body));
    Ok((seen, StreamBody::new(whole).boxed_unsync()))
}
