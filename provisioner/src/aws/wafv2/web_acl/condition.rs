//! What a statement looks for in a request itself.

use aws_sdk_wafv2::types as waf;
use aws_smithy_types::Blob;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::field::{
    Field, Transformation, from_transformations, no_transformation, to_transformations,
};
use crate::aws::word::{from_word, word};
use crate::resource::Result;

/// A text in a part of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ByteMatch {
    /// The text, at most 200 bytes.
    #[schemars(length(min = 1, max = 200))]
    pub search_string: String,
    /// Where it is to stand.
    pub positional_constraint: Constraint,
    /// Where to look.
    pub field_to_match: Field,
    /// What is done first. Default `[NONE]`.
    #[serde(default = "no_transformation")]
    pub text_transformations: Vec<Transformation>,
}

/// Where a text is to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Constraint {
    /// It is the whole.
    Exactly,
    /// At the start.
    StartsWith,
    /// At the end.
    EndsWith,
    /// Anywhere.
    Contains,
    /// Anywhere, as a word.
    ContainsWord,
}

/// A pattern in a part of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegexMatch {
    /// The regular expression.
    #[schemars(length(min = 1, max = 512))]
    pub regex_string: String,
    /// Where to look.
    pub field_to_match: Field,
    /// What is done first. Default `[NONE]`.
    #[serde(default = "no_transformation")]
    pub text_transformations: Vec<Transformation>,
}

/// One of a set of patterns in a part of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegexPatternSet {
    /// The set's ARN.
    pub arn: String,
    /// Where to look.
    pub field_to_match: Field,
    /// What is done first. Default `[NONE]`.
    #[serde(default = "no_transformation")]
    pub text_transformations: Vec<Transformation>,
}

/// The size of a part of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SizeMatch {
    /// How it compares to `size`.
    pub comparison_operator: Comparison,
    /// In bytes.
    #[schemars(range(min = 0, max = 21_474_836_480_i64))]
    pub size: i64,
    /// Where to look.
    pub field_to_match: Field,
    /// What is done first. Default `[NONE]`.
    #[serde(default = "no_transformation")]
    pub text_transformations: Vec<Transformation>,
}

/// How two numbers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// At most.
    Le,
    /// Less.
    Lt,
    /// At least.
    Ge,
    /// More.
    Gt,
}

/// SQL where none belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SqliMatch {
    /// Where to look.
    pub field_to_match: Field,
    /// What is done first. Default `[NONE]`.
    #[serde(default = "no_transformation")]
    pub text_transformations: Vec<Transformation>,
    /// How easily it is found. Default `LOW`.
    #[serde(default)]
    pub sensitivity_level: Sensitivity,
}

/// How easily something is found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Sensitivity {
    /// Seldom in what is harmless.
    #[default]
    Low,
    /// More often, in both.
    High,
}

/// Scripts where none belong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct XssMatch {
    /// Where to look.
    pub field_to_match: Field,
    /// What is done first. Default `[NONE]`.
    #[serde(default = "no_transformation")]
    pub text_transformations: Vec<Transformation>,
}

/// The country that a request comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GeoMatch {
    /// Two-letter codes of countries, e.g. `DE`.
    #[schemars(length(min = 1), inner(regex(pattern = r"^[A-Z]{2}$")))]
    pub country_codes: Vec<String>,
    /// A header with the address. Default: where the request itself comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded_ip_config: Option<ForwardedIp>,
}

/// A header with the address that a proxy was asked from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForwardedIp {
    /// Its name, e.g. `X-Forwarded-For`.
    #[schemars(length(min = 1, max = 255))]
    pub header_name: String,
    /// What holds where there is no valid address.
    pub fallback_behavior: Fallback,
}

/// What holds where there is no valid address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Fallback {
    /// The statement.
    Match,
    /// Its contrary.
    NoMatch,
}

/// An address in a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IpSetReference {
    /// The set's ARN.
    pub arn: String,
    /// A header with the address. Default: where the request itself comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_set_forwarded_ip_config: Option<SetForwardedIp>,
}

/// A header with the addresses that proxies were asked from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetForwardedIp {
    /// Its name, e.g. `X-Forwarded-For`.
    #[schemars(length(min = 1, max = 255))]
    pub header_name: String,
    /// What holds where there is no valid address.
    pub fallback_behavior: Fallback,
    /// Which of several addresses: `FIRST`, `LAST` or `ANY`.
    #[schemars(extend("enum" = ["FIRST", "LAST", "ANY"]))]
    pub position: String,
}

/// A label that an earlier rule has put on the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LabelMatch {
    /// Whether `key` is a label, or what its label begins with.
    pub scope: LabelScope,
    /// The label, e.g. `awswaf:managed:aws:bot-control:bot:verified`.
    #[schemars(length(min = 1, max = 1024))]
    pub key: String,
}

/// What a label's key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum LabelScope {
    /// The label.
    Label,
    /// What it begins with.
    Namespace,
}

/// What a rate is counted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Aggregate {
    /// The address that requests come from.
    #[default]
    Ip,
    /// The address in a header.
    ForwardedIp,
    /// Nothing: all requests together.
    Constant,
}

/// Both ways between a statement and WAF's, where a part of the request is looked at.
macro_rules! inspection {
    ($ours:ident, $theirs:ident { $($field:ident: $to:expr, $from:expr;)* }) => {
        impl $ours {
            pub(super) fn to_aws(&self) -> Result<waf::$theirs> {
                let transformations = to_transformations(&self.text_transformations)?;
                Ok(waf::$theirs::builder()
                    $(.$field($to(&self.$field)))*
                    .field_to_match(self.field_to_match.to_aws()?)
                    .set_text_transformations(Some(transformations))
                    .build()?)
            }

            /// `None` where WAF has added a word since.
            pub(super) fn from_aws(it: &waf::$theirs) -> Option<Self> {
                Some(Self {
                    $($field: $from(&it.$field)?,)*
                    field_to_match: Field::from_aws(it.field_to_match()),
                    text_transformations: from_transformations(it.text_transformations()),
                })
            }
        }
    };
}

inspection!(ByteMatch, ByteMatchStatement {
    search_string: |text: &String| Blob::new(text.as_bytes()),
        |bytes: &Blob| Some(String::from_utf8_lossy(bytes.as_ref()).into_owned());
    positional_constraint: |it| word(it).as_str().into(),
        |it: &waf::PositionalConstraint| from_word(it.as_str());
});
inspection!(RegexMatch, RegexMatchStatement {
    regex_string: String::clone, |text: &String| Some(text.clone());
});
inspection!(RegexPatternSet, RegexPatternSetReferenceStatement {
    arn: String::clone, |text: &String| Some(text.clone());
});
inspection!(SizeMatch, SizeConstraintStatement {
    comparison_operator: |it| word(it).as_str().into(),
        |it: &waf::ComparisonOperator| from_word(it.as_str());
    size: |size: &i64| *size, |size: &i64| Some(*size);
});
inspection!(SqliMatch, SqliMatchStatement {
    sensitivity_level: |it| word(it).as_str().into(),
        |it: &Option<waf::SensitivityLevel>| match it {
            Some(level) => from_word(level.as_str()),
            None => Some(Sensitivity::Low),
        };
});
inspection!(XssMatch, XssMatchStatement {});

impl GeoMatch {
    pub(super) fn to_aws(&self) -> Result<waf::GeoMatchStatement> {
        let codes = self.country_codes.iter().map(|code| code.as_str().into()).collect();
        let forwarded = self.forwarded_ip_config.as_ref().map(ForwardedIp::to_aws).transpose()?;
        let statement = waf::GeoMatchStatement::builder().set_country_codes(Some(codes));
        Ok(statement.set_forwarded_ip_config(forwarded).build())
    }

    pub(super) fn from_aws(it: &waf::GeoMatchStatement) -> Self {
        Self {
            country_codes: it.country_codes().iter().map(|it| it.as_str().to_owned()).collect(),
            forwarded_ip_config: it.forwarded_ip_config().map(ForwardedIp::from_aws),
        }
    }
}

impl ForwardedIp {
    pub(super) fn to_aws(&self) -> Result<waf::ForwardedIpConfig> {
        let fallback = word(&self.fallback_behavior).as_str().into();
        let config = waf::ForwardedIpConfig::builder().header_name(&self.header_name);
        Ok(config.fallback_behavior(fallback).build()?)
    }

    pub(super) fn from_aws(it: &waf::ForwardedIpConfig) -> Self {
        Self {
            header_name: it.header_name.clone(),
            fallback_behavior: Fallback::from_aws(&it.fallback_behavior),
        }
    }
}

impl Fallback {
    fn from_aws(fallback: &waf::FallbackBehavior) -> Self {
        if *fallback == waf::FallbackBehavior::Match { Self::Match } else { Self::NoMatch }
    }
}

impl IpSetReference {
    pub(super) fn to_aws(&self) -> Result<waf::IpSetReferenceStatement> {
        let config = |it: &SetForwardedIp| {
            waf::IpSetForwardedIpConfig::builder()
                .header_name(&it.header_name)
                .fallback_behavior(word(&it.fallback_behavior).as_str().into())
                .position(it.position.as_str().into())
                .build()
        };
        let forwarded = self.ip_set_forwarded_ip_config.as_ref().map(config).transpose()?;
        let statement = waf::IpSetReferenceStatement::builder().arn(&self.arn);
        Ok(statement.set_ip_set_forwarded_ip_config(forwarded).build()?)
    }

    pub(super) fn from_aws(it: &waf::IpSetReferenceStatement) -> Self {
        let config = |it: &waf::IpSetForwardedIpConfig| SetForwardedIp {
            header_name: it.header_name.clone(),
            fallback_behavior: Fallback::from_aws(&it.fallback_behavior),
            position: it.position.as_str().to_owned(),
        };
        Self {
            arn: it.arn.clone(),
            ip_set_forwarded_ip_config: it.ip_set_forwarded_ip_config().map(config),
        }
    }
}

impl LabelMatch {
    pub(super) fn to_aws(&self) -> Result<waf::LabelMatchStatement> {
        let scope = word(&self.scope).as_str().into();
        Ok(waf::LabelMatchStatement::builder().scope(scope).key(&self.key).build()?)
    }

    pub(super) fn from_aws(it: &waf::LabelMatchStatement) -> Option<Self> {
        Some(Self { scope: from_word(it.scope.as_str())?, key: it.key.clone() })
    }
}
