//! What CloudFront and WAF count, in their metrics' words. Both have them in one region.

use super::firewall::HOME;
use super::response::{Content, Reply};
use crate::meter::{Meter, Source};
use crate::services::wafv2::evaluation::{Verdict, WebAcl};

/// Counts a request to a distribution.
pub(super) fn request(meter: &Meter, distribution: &str, reply: &Reply) {
    let source =
        Source { region: HOME.to_owned(), namespace: "AWS/CloudFront", ..Source::default() };
    let source = source.with("DistributionId", distribution).with("Region", "Global");
    meter.count(&source, "Requests", "None", 1.0);
    if let Content::Whole(body) = &reply.content {
        meter.count(&source, "BytesDownloaded", "None", body.len() as f64);
    }
    // Rates are the average of what each request is.
    let percent = |is_so: bool| if is_so { 100.0 } else { 0.0 };
    for (name, is_so) in [
        ("4xxErrorRate", reply.status.is_client_error()),
        ("5xxErrorRate", reply.status.is_server_error()),
        ("TotalErrorRate", reply.is_error()),
    ] {
        meter.count(&source, name, "Percent", percent(is_so));
    }
}

/// Counts what a web ACL made of a request: for the rule that decided, for those that only counted,
/// and for all together.
pub(super) fn verdict(meter: &Meter, acl: &WebAcl, verdict: &Verdict) {
    let source = Source { region: HOME.to_owned(), namespace: "AWS/WAFV2", ..Source::default() };
    let source = source.with("WebACL", &acl.visibility_config.metric_name);
    let is_on = acl.visibility_config.cloud_watch_metrics_enabled;
    let count = |rule: &str, name: &str| {
        if is_on && acl.counts(rule) {
            meter.count(&source.clone().with("Rule", rule), name, "Count", 1.0);
        }
    };
    let name = if verdict.block.is_some() { "BlockedRequests" } else { "AllowedRequests" };
    let (decided, counted) = match verdict.metrics.split_last() {
        Some((last, counted)) if verdict.rule.is_some() => (last.as_str(), counted),
        Some((_, counted)) => ("Default_Action", counted),
        None => ("Default_Action", [].as_slice()),
    };
    count(decided, name);
    count("ALL", name);
    for rule in counted {
        count(rule, "CountedRequests");
        count("ALL", "CountedRequests");
    }
}
