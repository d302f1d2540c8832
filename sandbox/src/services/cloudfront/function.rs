//! CloudFront functions, as the API keeps them. The sandbox's edge runs none; so a distribution
//! that names one is refused, see [`super::check`].

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors;
use super::listing;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

/// The largest function, in bytes.
const LARGEST: usize = 10 * 1024;

/// A function, in development and live.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Function {
    name: String,
    pub arn: String,
    created: Timestamp,
    development: Stage,
    live: Option<Stage>,
    pub tags: Tags,
}

/// One of a function's two stages.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stage {
    etag: String,
    modified: Timestamp,
    config: Value,
    /// In base64.
    code: String,
}

impl Function {
    /// Its live stage where that is asked for.
    fn stage(&self, stage: Option<&str>) -> Result<&Stage, Fault> {
        match stage {
            Some("LIVE") => self.live.as_ref().ok_or_else(errors::no_such_function),
            _ => Ok(&self.development),
        }
    }

    fn summary(&self, stage: &Stage, is_live: bool) -> Value {
        let published = self.live.as_ref().is_some_and(|live| live.code == self.development.code);
        let status = match (is_live, published) {
            (true, _) => "DEPLOYED",
            (false, true) => "UNASSOCIATED",
            (false, false) => "UNPUBLISHED",
        };
        json!({
            "Name": self.name,
            "Status": status,
            "FunctionConfig": stage.config,
            "FunctionMetadata": {
                "FunctionARN": self.arn,
                "Stage": if is_live { "LIVE" } else { "DEVELOPMENT" },
                "CreatedTime": self.created,
                "LastModifiedTime": stage.modified,
            },
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WriteRequest {
    name: String,
    #[serde(default)]
    if_match: Option<String>,
    function_config: Value,
    function_code: String,
    #[serde(default)]
    tags: Option<TagList>,
}

/// Tags as CloudFront wraps them.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct TagList {
    pub items: Vec<Tag>,
}

impl WriteRequest {
    fn stage(&self, call: &mut Call<'_>) -> Result<Stage, Fault> {
        let size = BASE64_STANDARD.decode(&self.function_code).map_or(0, |code| code.len());
        if size > LARGEST {
            return Err(errors::with_code(
                "FunctionSizeLimitExceeded",
                "The function is too large.",
            ));
        }
        Ok(Stage {
            etag: format!("ETV{}", call.ids.upper(11)),
            modified: call.clock.now,
            config: self.function_config.clone(),
            code: self.function_code.clone(),
        })
    }
}

pub(super) fn create(call: &mut Call<'_>, request: WriteRequest) -> Result<Value, Fault> {
    let development = request.stage(call)?;
    let tags = Tags::new(request.tags.unwrap_or_default().items).map_err(errors::invalid_tags)?;
    let arn = format!("arn:aws:cloudfront::{}:function/{}", call.account, request.name);
    let functions = &mut call.world.global.cloudfront.functions;
    if functions.contains_key(&request.name) {
        return Err(errors::with_code(
            "FunctionAlreadyExists",
            "A function with the same name already exists in this account. To create a function, \
             you must provide a unique name.",
        ));
    }
    let (name, created, live) = (request.name, call.clock.now, None);
    let function = Function { name: name.clone(), arn, created, development, live, tags };
    let location = format!("https://cloudfront.amazonaws.com/2020-05-31/function/{name}");
    let response = json!({
        "FunctionSummary": function.summary(&function.development, false),
        "ETag": function.development.etag,
        "Location": location,
    });
    functions.insert(name, function);
    Ok(response)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ReadRequest {
    name: String,
    #[serde(default)]
    stage: Option<String>,
}

fn find<'a>(call: &'a mut Call<'_>, name: &str) -> Result<&'a mut Function, Fault> {
    call.global().cloudfront.functions.get_mut(name).ok_or_else(errors::no_such_function)
}

pub(super) fn describe(call: &mut Call<'_>, request: ReadRequest) -> Result<Value, Fault> {
    let function = find(call, &request.name)?;
    let stage = function.stage(request.stage.as_deref())?;
    let is_live = request.stage.as_deref() == Some("LIVE");
    Ok(json!({ "FunctionSummary": function.summary(stage, is_live), "ETag": stage.etag }))
}

pub(super) fn get(call: &mut Call<'_>, request: ReadRequest) -> Result<Value, Fault> {
    let stage = find(call, &request.name)?.stage(request.stage.as_deref())?;
    Ok(json!({
        "FunctionCode": stage.code,
        "ETag": stage.etag,
        "ContentType": "application/octet-stream",
    }))
}

pub(super) fn update(call: &mut Call<'_>, request: WriteRequest) -> Result<Value, Fault> {
    let stage = request.stage(call)?;
    let function = find(call, &request.name)?;
    errors::check_version(request.if_match.as_deref(), &function.development.etag)?;
    function.development = stage;
    let summary = function.summary(&function.development, false);
    Ok(json!({ "FunctionSummary": summary, "ETag": function.development.etag }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VersionRequest {
    name: String,
    #[serde(default)]
    if_match: Option<String>,
}

pub(super) fn publish(call: &mut Call<'_>, request: VersionRequest) -> Result<Value, Fault> {
    let now = call.clock.now;
    let function = find(call, &request.name)?;
    errors::check_version(request.if_match.as_deref(), &function.development.etag)?;
    let live = Stage { modified: now, ..function.development.clone() };
    let summary = function.summary(&live, true);
    function.live = Some(live);
    Ok(json!({ "FunctionSummary": summary }))
}

pub(super) fn delete(call: &mut Call<'_>, request: VersionRequest) -> Result<Value, Fault> {
    let function = find(call, &request.name)?;
    errors::check_version(request.if_match.as_deref(), &function.development.etag)?;
    call.global().cloudfront.functions.remove(&request.name);
    Ok(Value::Null)
}

pub(super) fn list(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    let only = request["Stage"].as_str();
    let functions = call.global().cloudfront.functions.values();
    let stages = functions.flat_map(|function| {
        let live = function.live.iter().map(move |stage| (function, stage, true));
        [(function, &function.development, false)].into_iter().chain(live)
    });
    let wanted = stages.filter(|(_, _, is_live)| match only {
        Some("LIVE") => *is_live,
        Some(_) => !*is_live,
        None => true,
    });
    let page = listing::page(wanted.collect(), &request, |(function, _, is_live)| {
        format!("{} {is_live}", function.name)
    })?;
    let page = page.map(|(function, stage, is_live)| function.summary(stage, is_live));
    Ok(json!({ "FunctionList": page.brief() }))
}
