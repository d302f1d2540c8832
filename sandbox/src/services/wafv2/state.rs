//! What exists: the web ACLs and IP sets of one region. CloudFront's are those of `us-east-1`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::errors;
use super::evaluation::WebAcl;
use super::sample::Sample;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::Tags;

/// Web ACLs, IP sets, and what hangs on them.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// By ARN.
    pub(super) web_acls: BTreeMap<String, Kept<WebAclContent>>,
    /// By ARN.
    pub(super) ip_sets: BTreeMap<String, Kept<IpSetContent>>,
    /// By the web ACL's ARN.
    pub(super) logging: BTreeMap<String, Value>,
    /// The web ACL of a regional resource, both by ARN.
    pub(super) associations: BTreeMap<String, String>,
    /// The last requests of each web ACL, by ARN. They do not outlive the sandbox.
    #[serde(skip)]
    pub(super) samples: BTreeMap<String, VecDeque<Sample>>,
}

/// Something with a name, an id and a lock.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Kept<T> {
    pub name: String,
    pub id: String,
    pub arn: String,
    pub scope: String,
    pub lock: String,
    pub tags: Tags,
    pub content: T,
}

/// A web ACL: what the request said, by its members' names.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct WebAclContent(pub Map<String, Value>);

/// An IP set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct IpSetContent {
    pub description: Option<String>,
    pub version: String,
    pub addresses: BTreeSet<String>,
}

/// What an edge needs to know of a web ACL.
pub struct Protection {
    /// Its name.
    pub name: String,
    /// Changes with every change of it.
    pub lock: String,
    /// Its rules.
    pub acl: WebAcl,
    /// The addresses of all IP sets, by ARN.
    pub ip_sets: BTreeMap<String, Vec<IpNet>>,
    /// Where the log goes, and which of it.
    pub logging: Option<Value>,
}

impl State {
    /// Whether a web ACL exists.
    pub fn has_web_acl(&self, arn: &str) -> bool {
        self.web_acls.contains_key(arn)
    }

    /// What an edge needs to know of a web ACL.
    pub fn protection(&self, arn: &str) -> Option<Protection> {
        let kept = self.web_acls.get(arn)?;
        let acl = serde_json::from_value(Value::Object(kept.content.0.clone())).ok()?;
        let sets = self.ip_sets.iter().map(|(arn, set)| {
            let addresses = set.content.addresses.iter().filter_map(|text| text.parse().ok());
            (arn.clone(), addresses.collect())
        });
        Some(Protection {
            name: kept.name.clone(),
            lock: kept.lock.clone(),
            acl,
            ip_sets: sets.collect(),
            logging: self.logging.get(arn).cloned(),
        })
    }

    /// Remembers a request, and forgets the oldest of many.
    pub fn remember(&mut self, arn: &str, sample: Sample) {
        const MOST: usize = 1000;
        let samples = self.samples.entry(arn.to_owned()).or_default();
        samples.push_back(sample);
        if samples.len() > MOST {
            samples.pop_front();
        }
    }
}

/// The parts of a request that name something.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Named {
    pub name: String,
    pub scope: String,
    pub id: String,
    pub lock_token: Option<String>,
}

impl<T> Kept<T> {
    /// Something new, with an ARN in its scope: `…:global/webacl/NAME/ID`.
    pub(super) fn new(
        call: &mut Call<'_>,
        kind: &str,
        (name, scope): (String, String),
        tags: Tags,
        content: T,
    ) -> Result<Self, Fault> {
        check_scope(call, &scope)?;
        let place = if scope == "CLOUDFRONT" { "global" } else { "regional" };
        let id = call.ids.uuid();
        let arn = call.arn("wafv2", &format!("{place}/{kind}/{name}/{id}"));
        Ok(Self { arn, id, lock: call.ids.uuid(), name, scope, tags, content })
    }

    pub(super) fn summary(&self, description: Option<&Value>) -> Value {
        let description = description.and_then(Value::as_str).unwrap_or_default();
        serde_json::json!({
            "Name": self.name,
            "Id": self.id,
            "Description": description,
            "LockToken": self.lock,
            "ARN": self.arn,
        })
    }
}

/// What is CloudFront's lives in one region.
pub(super) fn check_scope(call: &Call<'_>, scope: &str) -> Result<(), Fault> {
    if scope == "CLOUDFRONT" && call.region != "us-east-1" {
        return Err(errors::invalid(
            "SCOPE_VALUE",
            "CLOUDFRONT",
            "The scope is not valid., CLOUDFRONT is only available in us-east-1",
        ));
    }
    Ok(())
}

/// Finds what a request names, and has last seen as it is.
pub(super) fn find<'a, T>(
    all: &'a mut BTreeMap<String, Kept<T>>,
    named: &Named,
) -> Result<&'a mut Kept<T>, Fault> {
    let found = all
        .values_mut()
        .find(|it| it.id == named.id && it.name == named.name && it.scope == named.scope);
    let found = found.ok_or_else(errors::nonexistent)?;
    match &named.lock_token {
        Some(token) if *token != found.lock => Err(errors::stale()),
        _ => Ok(found),
    }
}

/// Names are told apart within a scope.
pub(super) fn check_name<T>(
    all: &BTreeMap<String, Kept<T>>,
    name: &str,
    scope: &str,
) -> Result<(), Fault> {
    let taken = all.values().any(|it| it.name == name && it.scope == scope);
    if taken { Err(errors::duplicate()) } else { Ok(()) }
}

/// The page of a list, with the marker of the next.
pub(super) fn page<T>(
    all: &BTreeMap<String, Kept<T>>,
    request: &Value,
    view: impl Fn(&Kept<T>) -> Value,
) -> Result<(Vec<Value>, Option<String>), Fault> {
    let scope = request["Scope"].as_str().unwrap_or_default();
    let marker = request["NextMarker"].as_str();
    let limit = request["Limit"].as_u64().and_then(|limit| usize::try_from(limit).ok());
    let wanted = all.values().filter(|it| it.scope == scope);
    let page =
        crate::services::page::page(wanted, marker, limit.unwrap_or(100), |it| it.arn.clone())
            .map_err(|_| {
                errors::invalid("NEXT_MARKER", marker.unwrap_or_default(), "Invalid marker")
            })?;
    Ok((page.items.into_iter().map(view).collect(), page.next))
}
