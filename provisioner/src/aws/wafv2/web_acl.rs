//! `wafv2.web_acl`: which requests are let through to a distribution or another service.
//!
//! An update replaces all of a web ACL, and only of what was just looked at: it carries the lock of
//! that look, and is repeated with a new look when somebody else was quicker.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_wafv2::types as waf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Named, Scope, filled, filled_map, list_tags, sync_tags, to_tags};
use crate::aws::read::one_by_one;
use crate::aws::word::{from_word, word};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

mod action;
mod condition;
mod field;
mod logging;
mod rule;
mod statement;
#[cfg(test)]
mod tests;

pub use action::{Action, CustomResponse, Handling, InsertHeaders, Verdict};
pub use condition::{
    Aggregate, ByteMatch, Comparison, Constraint, Fallback, ForwardedIp, GeoMatch, IpSetReference,
    LabelMatch, LabelScope, RegexMatch, RegexPatternSet, Sensitivity, SetForwardedIp, SizeMatch,
    SqliMatch, XssMatch,
};
pub use field::{Field, JsonBody, Oversize, Part, Parts, Pattern, Transformation};
pub use logging::{
    Behavior, Condition, Filter, Logging, LoggingFilter, RedactedField, Requirement,
};
pub use rule::{OverrideAction, Rule, Visibility};
pub use statement::{
    ActionOverride, Combination, ManagedRuleGroup, Negation, Nested, OwnRuleGroup, RateBased,
    Statement,
};

/// A web ACL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebAcl {
    /// Its name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 1, max = 128), regex(pattern = r"^[A-Za-z0-9_-]+$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it can stand before. A change replaces.
    pub scope: Scope,
    /// What it is for. Default: nothing is said.
    #[schemars(length(min = 1, max = 256))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What becomes of requests that no rule has decided on: `allow` or `block`.
    pub default_action: Action,
    /// What is looked for, by priority. Default: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<Rule>>,
    /// What is counted and kept of all requests. Default: metrics under the web ACL's name, and
    /// samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility_config: Option<Visibility>,
    /// What `custom_response_body_key` refers to. Default: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_response_bodies: Option<BTreeMap<String, ResponseBody>>,
    /// Further domains whose tokens of solved captchas and challenges hold. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_domains: Option<Vec<String>>,
    /// Where requests are logged, and which. Default: nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logging: Option<Logging>,
}

/// What a refused request is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseBody {
    /// Its type.
    pub content_type: ContentType,
    /// The text, at most 4 KB.
    #[schemars(length(min = 1, max = 10240))]
    pub content: String,
}

/// The type of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContentType {
    /// `application/json`
    ApplicationJson,
    /// `text/html`
    TextHtml,
    /// `text/plain`
    TextPlain,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its ARN: what a distribution has as its `web_acl_id`.
    pub arn: String,
    /// The last part of the ARN.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl Resource for WebAcl {
    const KIND: &'static str = "wafv2.web_acl";
    const TRAITS: Traits = Traits {
        immutable: &["name", "scope"],
        compare: &[
            ("default_action", Compare::Whole),
            ("rules", Compare::Set),
            ("rules.*.action", Compare::Whole),
            ("rules.*.statement", Compare::Whole),
            ("custom_response_bodies", Compare::Whole),
            ("token_domains", Compare::Set),
            ("logging", Compare::Whole),
        ],
        clearable: &["rules", "custom_response_bodies", "token_domains", "logging"],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !self.default_action.ends() {
            let message = "What no rule has decided on is let through or refused.";
            problems.push(Problem::at("default_action", message).hint("write allow or block"));
        }
        let rules = self.rules.as_deref().unwrap_or_default();
        problems.extend(rule::problems(rules));
        let actions = rules.iter().enumerate().filter_map(|(index, rule)| {
            Some((format!("rules.{index}.action"), rule.action.as_ref()?))
        });
        let default = ("default_action".to_owned(), &self.default_action);
        for (path, action) in std::iter::once(default).chain(actions) {
            let Some(key) = action.body_key() else { continue };
            if !self.custom_response_bodies.as_ref().is_some_and(|all| all.contains_key(key)) {
                let message = format!("There is no `{key}` in `custom_response_bodies`.");
                problems.push(Problem::at(path, message));
            }
        }
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        one_by_one(ids, |arn| read_one(cx, arn.into())).await
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let (name, client) = (self.name(owner), self.scope.client(cx));
        let (mut ours, mut marker) = (Vec::new(), None);
        loop {
            let request = client.list_web_acls().scope(self.scope.to_aws()).limit(100);
            let page = request.set_next_marker(marker).send().await?;
            let named = page.web_acls.unwrap_or_default().into_iter();
            for arn in named.filter(|it| it.name() == Some(&name)).filter_map(|it| it.arn) {
                if owner.owns(&list_tags(&client, &arn).await?) {
                    ours.push(Id(arn));
                }
            }
            marker = page.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(ours);
            }
        }
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name(owner);
        let answer = self
            .scope
            .client(cx)
            .create_web_acl()
            .name(&name)
            .scope(self.scope.to_aws())
            .set_description(self.description.clone())
            .default_action(self.default_action.to_default()?)
            .set_rules(self.rules()?)
            .visibility_config(self.visibility(&name)?)
            .set_custom_response_bodies(self.response_bodies()?)
            .set_token_domains(self.token_domains.clone())
            .set_tags(Some(to_tags(&owner.tags)?))
            .send()
            .await?;
        let arn = answer.summary.and_then(|summary| summary.arn);
        let id = Id(arn.ok_or_else(|| Error::missing("wafv2:CreateWebACL", "Summary"))?);
        self.put_logging(cx, &id).await.map_err(Error::after_creation)?;
        let outputs = outputs(&id)?;
        Ok(Created::ready(id, outputs))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if change.properties.iter().any(|property| property != "logging") {
            self.put(cx, id, change).await?;
        }
        if change.has("logging") {
            match &self.logging {
                Some(_) => self.put_logging(cx, id).await?,
                None => logging::delete(&self.scope.client(cx), id.as_str()).await?,
            }
        }
        sync_tags(&self.scope.client(cx), id.as_str(), &change.tags).await
    }

    /// The logging configuration goes with it.
    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let Some(found) = get(cx, id).await? else { return Ok(Deleted::Gone) };
        let named = Named::parse(id)?;
        let client = named.scope.client(cx);
        let request = client.delete_web_acl().name(named.name).id(named.id);
        let request = request.scope(named.scope.to_aws()).set_lock_token(found.lock);
        Error::optional(request.send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl WebAcl {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(128))
    }

    fn rules(&self) -> Result<Option<Vec<waf::Rule>>> {
        let rules = self.rules.iter().flatten().map(Rule::to_aws);
        Ok(filled(rules.collect::<Result<_>>()?))
    }

    fn visibility(&self, name: &str) -> Result<waf::VisibilityConfig> {
        self.visibility_config.clone().unwrap_or_default().to_aws(name)
    }

    fn response_bodies(&self) -> Result<Option<HashMap<String, waf::CustomResponseBody>>> {
        let body = |(key, body): (&String, &ResponseBody)| {
            let kind = word(&body.content_type).as_str().into();
            let body = waf::CustomResponseBody::builder().content_type(kind).content(&body.content);
            Ok((key.clone(), body.build()?))
        };
        let bodies = self.custom_response_bodies.iter().flatten().map(body);
        Ok(filled_map(bodies.collect::<Result<_>>()?))
    }

    /// Puts what has changed in the place of what was there, and the rest back as it was.
    async fn put(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        let named = Named::parse(id)?;
        let Some(Found { acl, lock }) = get(cx, id).await? else {
            return Err(Error::with_code("WAFNonexistentItemException", format!("{id} is gone")));
        };
        let default_action = match change.has("default_action") {
            true => Some(self.default_action.to_default()?),
            false => acl.default_action,
        };
        let visibility = match change.has("visibility_config") {
            true => Some(self.visibility(named.name)?),
            false => acl.visibility_config,
        };
        let description = self.description.clone().or(acl.description);
        let bodies = match change.has("custom_response_bodies") {
            true => self.response_bodies()?,
            false => acl.custom_response_bodies,
        };
        let tokens = &self.token_domains;
        let client = named.scope.client(cx);
        let request = client.update_web_acl().name(named.name).id(named.id);
        request
            .scope(named.scope.to_aws())
            .set_lock_token(lock)
            .set_default_action(default_action)
            .set_visibility_config(visibility)
            .set_description(description.filter(|text| !text.is_empty()))
            .set_rules(if change.has("rules") { self.rules()? } else { acl.rules })
            .set_custom_response_bodies(bodies)
            .set_token_domains(match change.has("token_domains") {
                true => tokens.clone(),
                false => acl.token_domains,
            })
            .set_captcha_config(acl.captcha_config)
            .set_challenge_config(acl.challenge_config)
            .set_association_config(acl.association_config)
            .set_data_protection_config(acl.data_protection_config)
            .send()
            .await?;
        Ok(())
    }

    async fn put_logging(&self, cx: &Context, id: &Id) -> Result<()> {
        let Some(logging) = &self.logging else { return Ok(()) };
        let configuration = logging.to_aws(id.as_str())?;
        let client = self.scope.client(cx);
        client.put_logging_configuration().logging_configuration(configuration).send().await?;
        Ok(())
    }
}

/// A web ACL, and the lock that a change of it needs.
struct Found {
    acl: waf::WebAcl,
    lock: Option<String>,
}

async fn get(cx: &Context, id: &Id) -> Result<Option<Found>> {
    let named = Named::parse(id)?;
    let client = named.scope.client(cx);
    let request = client.get_web_acl().name(named.name).id(named.id);
    let answer = request.scope(named.scope.to_aws()).send().await;
    let answer = Error::optional(answer.map_err(Error::from))?;
    Ok(answer.and_then(|answer| Some(Found { acl: answer.web_acl?, lock: answer.lock_token })))
}

async fn read_one(cx: &Context, id: Id) -> Result<Option<Live<WebAcl>>> {
    let scope = Named::parse(&id)?.scope;
    let client = scope.client(cx);
    let (found, logging, tags) = futures::try_join!(
        get(cx, &id),
        logging::read(&client, id.as_str()),
        list_tags(&client, id.as_str()),
    )?;
    let Some(Found { acl, .. }) = found else { return Ok(None) };
    let bodies = acl.custom_response_bodies.unwrap_or_default().into_iter();
    let bodies: BTreeMap<_, _> = bodies
        .filter_map(|(key, body)| {
            let content_type = from_word(body.content_type.as_str())?;
            Some((key, ResponseBody { content_type, content: body.content }))
        })
        .collect();
    let rules = acl.rules.unwrap_or_default();
    Ok(Some(Live {
        spec: WebAcl {
            name: Some(acl.name),
            scope,
            description: acl.description.filter(|text| !text.is_empty()),
            default_action: Action::from_default(acl.default_action.as_ref()),
            rules: filled(rules.iter().map(Rule::from_aws).collect()),
            visibility_config: acl.visibility_config.as_ref().map(Visibility::from_aws),
            custom_response_bodies: (!bodies.is_empty()).then_some(bodies),
            token_domains: acl.token_domains.and_then(filled),
            logging,
        },
        outputs: outputs(&id)?,
        tags: Some(tags),
        status: Status::Ready,
    }))
}

fn outputs(arn: &Id) -> Result<Outputs> {
    let named = Named::parse(arn)?;
    let [id, name] = [named.id, named.name].map(str::to_owned);
    Ok(Outputs { arn: arn.to_string(), id, name })
}
