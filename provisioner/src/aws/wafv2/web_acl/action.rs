//! What becomes of a request.

use std::collections::BTreeMap;

use aws_sdk_wafv2::types as waf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::resource::Result;

/// What becomes of a request: a word, or with something more to it, e.g.
/// `block: { response_code: 429 }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Action {
    /// No more than that.
    Plain(Verdict),
    /// In a way of one's own.
    Custom(Handling),
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is let through.
    Allow,
    /// It is refused with 403.
    Block,
    /// It is counted, and further rules decide.
    Count,
    /// It is let through when a human has solved a puzzle.
    Captcha,
    /// It is let through when a browser has solved a task.
    Challenge,
}

/// What becomes of a request, in a way of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Handling {
    /// It is let through, with further headers.
    Allow(InsertHeaders),
    /// It is refused, with this answer.
    Block(CustomResponse),
    /// It is counted, and goes on with further headers.
    Count(InsertHeaders),
}

/// Headers that are added to a request; WAF puts `x-amzn-waf-` before their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InsertHeaders {
    /// By name.
    pub insert_headers: BTreeMap<String, String>,
}

/// What a refused request is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomResponse {
    /// The status.
    #[schemars(range(min = 200, max = 599))]
    pub response_code: i32,
    /// A key of `custom_response_bodies`. Default: no body.
    #[schemars(length(min = 1, max = 128))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_response_body_key: Option<String>,
    /// Further headers. Default: none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub response_headers: BTreeMap<String, String>,
}

impl Action {
    /// Whether no further rule is asked after it, come what may.
    pub(super) fn ends(&self) -> bool {
        let handling = matches!(self, Self::Custom(Handling::Allow(_) | Handling::Block(_)));
        handling || matches!(self, Self::Plain(Verdict::Allow | Verdict::Block))
    }

    /// The key of the body that it answers with.
    pub(super) fn body_key(&self) -> Option<&str> {
        match self {
            Self::Custom(Handling::Block(response)) => response.custom_response_body_key.as_deref(),
            _ => None,
        }
    }

    pub(super) fn to_aws(&self) -> Result<waf::RuleAction> {
        let action = waf::RuleAction::builder();
        let allow = |handling| waf::AllowAction::builder().set_custom_request_handling(handling);
        let block = |response| waf::BlockAction::builder().set_custom_response(response);
        let count = |handling| waf::CountAction::builder().set_custom_request_handling(handling);
        Ok(match self {
            Self::Plain(Verdict::Allow) => action.allow(allow(None).build()),
            Self::Plain(Verdict::Block) => action.block(block(None).build()),
            Self::Plain(Verdict::Count) => action.count(count(None).build()),
            Self::Plain(Verdict::Captcha) => action.captcha(waf::CaptchaAction::builder().build()),
            Self::Plain(Verdict::Challenge) => {
                action.challenge(waf::ChallengeAction::builder().build())
            }
            Self::Custom(Handling::Allow(it)) => action.allow(allow(Some(it.to_aws()?)).build()),
            Self::Custom(Handling::Block(it)) => action.block(block(Some(it.to_aws()?)).build()),
            Self::Custom(Handling::Count(it)) => action.count(count(Some(it.to_aws()?)).build()),
        }
        .build())
    }

    pub(super) fn to_default(&self) -> Result<waf::DefaultAction> {
        let action = self.to_aws()?;
        let default = waf::DefaultAction::builder().set_allow(action.allow);
        Ok(default.set_block(action.block).build())
    }

    /// `None` for an action that WAF has added since.
    pub(super) fn from_aws(action: &waf::RuleAction) -> Option<Self> {
        let handled =
            |handling: Option<&waf::CustomRequestHandling>, verdict, custom: fn(_) -> _| {
                let handling = handling.map(InsertHeaders::from_aws);
                handling.map_or(Self::Plain(verdict), |headers| Self::Custom(custom(headers)))
            };
        if let Some(allow) = action.allow() {
            return Some(handled(allow.custom_request_handling(), Verdict::Allow, Handling::Allow));
        }
        if let Some(count) = action.count() {
            return Some(handled(count.custom_request_handling(), Verdict::Count, Handling::Count));
        }
        if let Some(block) = action.block() {
            let response = block.custom_response().map(CustomResponse::from_aws);
            let custom = |response| Self::Custom(Handling::Block(response));
            return Some(response.map_or(Self::Plain(Verdict::Block), custom));
        }
        let captcha = action.captcha().map(|_| Verdict::Captcha);
        captcha.or(action.challenge().map(|_| Verdict::Challenge)).map(Self::Plain)
    }

    /// A web ACL without any lets requests through.
    pub(super) fn from_default(action: Option<&waf::DefaultAction>) -> Self {
        let action = action.and_then(|action| {
            let rule = waf::RuleAction::builder().set_allow(action.allow.clone());
            Self::from_aws(&rule.set_block(action.block.clone()).build())
        });
        action.unwrap_or(Self::Plain(Verdict::Allow))
    }
}

impl InsertHeaders {
    fn to_aws(&self) -> Result<waf::CustomRequestHandling> {
        let headers = Some(headers(&self.insert_headers)?);
        Ok(waf::CustomRequestHandling::builder().set_insert_headers(headers).build()?)
    }

    fn from_aws(handling: &waf::CustomRequestHandling) -> Self {
        Self { insert_headers: from_headers(handling.insert_headers()) }
    }
}

impl CustomResponse {
    fn to_aws(&self) -> Result<waf::CustomResponse> {
        let headers = super::filled(headers(&self.response_headers)?);
        Ok(waf::CustomResponse::builder()
            .response_code(self.response_code)
            .set_custom_response_body_key(self.custom_response_body_key.clone())
            .set_response_headers(headers)
            .build()?)
    }

    fn from_aws(response: &waf::CustomResponse) -> Self {
        Self {
            response_code: response.response_code,
            custom_response_body_key: response.custom_response_body_key.clone(),
            response_headers: from_headers(response.response_headers()),
        }
    }
}

fn headers(headers: &BTreeMap<String, String>) -> Result<Vec<waf::CustomHttpHeader>> {
    let header =
        |(name, value)| Ok(waf::CustomHttpHeader::builder().name(name).value(value).build()?);
    headers.iter().map(header).collect()
}

fn from_headers(headers: &[waf::CustomHttpHeader]) -> BTreeMap<String, String> {
    headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect()
}
