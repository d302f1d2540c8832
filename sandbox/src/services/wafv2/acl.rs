//! A web ACL's life.

use serde_json::{Map, Value, json};

use super::capacity;
use super::errors;
use super::evaluation::WebAcl;
use super::state::{self, Kept, Named, WebAclContent, check_scope};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::Tags;

/// What a web ACL may cost.
const CAPACITY: u64 = 5000;

/// The members of a request that are not the web ACL's content.
const OF_REQUEST: [&str; 5] = ["Name", "Scope", "Id", "LockToken", "Tags"];

/// The content of a request, checked.
fn content(call: &mut Call<'_>, request: &Value) -> Result<WebAclContent, Fault> {
    let mut content: Map<String, Value> = request.as_object().cloned().unwrap_or_default();
    content.retain(|name, value| !OF_REQUEST.contains(&name.as_str()) && !value.is_null());
    let acl: WebAcl = serde_json::from_value(Value::Object(content.clone())).map_err(|error| {
        errors::invalid("STATEMENT", "Rules", &format!("The rules are not valid: {error}"))
    })?;
    acl.check().map_err(|flaw| match flaw {
        super::evaluation::Flaw::Invalid { field, parameter, reason } => {
            errors::invalid(field, &parameter, reason)
        }
        super::evaluation::Flaw::NotEvaluated(what) => errors::not_evaluated(what),
    })?;
    let sets = &call.region().wafv2.ip_sets;
    if acl.ip_sets().iter().any(|arn| !sets.contains_key(*arn)) {
        return Err(errors::nonexistent());
    }
    if capacity::of(&acl.rules) > CAPACITY {
        return Err(errors::limits_exceeded());
    }
    Ok(WebAclContent(content))
}

pub(super) fn create(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    let text = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
    let (name, scope) = (text("Name"), text("Scope"));
    check_scope(call, &scope)?;
    let content = content(call, &request)?;
    state::check_name(&call.region().wafv2.web_acls, &name, &scope)?;
    let tags = super::tagging::read(&request["Tags"])?;
    let tags = Tags::new(tags).map_err(errors::invalid_tags)?;
    let kept = Kept::new(call, "webacl", (name, scope), tags, content)?;
    let summary = kept.summary(kept.content.0.get("Description"));
    call.region().wafv2.web_acls.insert(kept.arn.clone(), kept);
    Ok(json!({ "Summary": summary }))
}

/// A web ACL as answers show it.
pub(super) fn view(kept: &Kept<WebAclContent>, account: &str) -> Value {
    let mut view = kept.content.0.clone();
    let acl: Option<WebAcl> = serde_json::from_value(Value::Object(view.clone())).ok();
    let capacity = acl.map_or(0, |acl| capacity::of(&acl.rules));
    let known = json!({
        "Name": kept.name,
        "Id": kept.id,
        "ARN": kept.arn,
        "Capacity": capacity,
        "ManagedByFirewallManager": false,
        "RetrofittedByFirewallManager": false,
        "LabelNamespace": format!("awswaf:{account}:webacl:{}:", kept.name),
    });
    view.extend(known.as_object().cloned().unwrap_or_default());
    view.entry("Description").or_insert_with(|| json!(""));
    view.entry("Rules").or_insert_with(|| json!([]));
    Value::Object(view)
}

pub(super) fn get(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    let account = call.account;
    let all = &mut call.region().wafv2.web_acls;
    let found = match request["ARN"].as_str() {
        Some(arn) => all.get_mut(arn).ok_or_else(errors::nonexistent)?,
        None => state::find(all, &named(request)?)?,
    };
    Ok(json!({ "WebACL": view(found, account), "LockToken": found.lock }))
}

fn named(request: Value) -> Result<Named, Fault> {
    serde_json::from_value(request)
        .map_err(|_| errors::invalid("ENTITY", "Id", "Name, Id and Scope, or ARN, is required"))
}

pub(super) fn update(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    let named = named(request.clone())?;
    check_scope(call, &named.scope)?;
    state::find(&mut call.region().wafv2.web_acls, &named)?;
    let content = content(call, &request)?;
    let lock = call.ids.uuid();
    let kept = state::find(&mut call.region().wafv2.web_acls, &named)?;
    (kept.content, kept.lock) = (content, lock.clone());
    Ok(json!({ "NextLockToken": lock }))
}

/// Deletes a web ACL that protects nothing.
pub(super) fn delete(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    let named = named(request)?;
    let arn = state::find(&mut call.region().wafv2.web_acls, &named)?.arn.clone();
    let is_used = call.world.global.cloudfront.uses_web_acl(&arn)
        || call.region().wafv2.associations.values().any(|acl| *acl == arn);
    if is_used {
        return Err(errors::associated());
    }
    let wafv2 = &mut call.region().wafv2;
    wafv2.web_acls.remove(&arn);
    wafv2.logging.remove(&arn);
    wafv2.samples.remove(&arn);
    Ok(json!({}))
}

pub(super) fn list(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    check_scope(call, request["Scope"].as_str().unwrap_or_default())?;
    let (items, next) = state::page(&call.region().wafv2.web_acls, &request, |it| {
        it.summary(it.content.0.get("Description"))
    })?;
    Ok(json!({ "WebACLs": items, "NextMarker": next }))
}
