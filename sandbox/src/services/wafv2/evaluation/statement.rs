//! Statements: what a rule is about.

use std::net::IpAddr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use regex_lite::Regex;
use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Deserializer};

use super::field::Field;
use super::groups::{self, ManagedGroup};
use super::transform::Transformation;
use super::{Request, Surroundings};

/// What a rule is about.
#[derive(Debug, Deserialize)]
pub enum Statement {
    /// A text in a part of the request.
    #[serde(rename = "ByteMatchStatement")]
    Bytes(ByteMatch),
    /// A pattern in a part of the request.
    #[serde(rename = "RegexMatchStatement")]
    Regex(RegexMatch),
    /// The size of a part of the request.
    #[serde(rename = "SizeConstraintStatement")]
    Size(SizeConstraint),
    /// SQL where none belongs.
    #[serde(rename = "SqliMatchStatement")]
    Sqli(Inspection),
    /// Scripts where none belong.
    #[serde(rename = "XssMatchStatement")]
    Xss(Inspection),
    /// A country, which is never known.
    #[serde(rename = "GeoMatchStatement")]
    Geo(IgnoredAny),
    /// A network's number, which is never known.
    #[serde(rename = "AsnMatchStatement")]
    Asn(IgnoredAny),
    /// An address in a set.
    #[serde(rename = "IPSetReferenceStatement")]
    IpSet(IpSetReference),
    /// Too many requests.
    #[serde(rename = "RateBasedStatement")]
    Rate(Box<RateBased>),
    /// All of several.
    #[serde(rename = "AndStatement")]
    And(Several),
    /// One of several.
    #[serde(rename = "OrStatement")]
    Or(Several),
    /// Not.
    #[serde(rename = "NotStatement")]
    Not(Negation),
    /// A label that an earlier rule put on the request.
    #[serde(rename = "LabelMatchStatement")]
    Label(LabelMatch),
    /// A group that AWS manages.
    #[serde(rename = "ManagedRuleGroupStatement")]
    ManagedGroup(ManagedGroup),
    /// A group of one's own.
    #[serde(rename = "RuleGroupReferenceStatement")]
    OwnGroup(IgnoredAny),
    /// A set of patterns.
    #[serde(rename = "RegexPatternSetReferenceStatement")]
    PatternSet(IgnoredAny),
}

/// A text in a part of the request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ByteMatch {
    #[serde(deserialize_with = "from_base64")]
    search_string: String,
    /// Where it is to stand.
    pub positional_constraint: Position,
    /// Where to look.
    #[serde(flatten)]
    pub inspection: Inspection,
}

/// Where a text is to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Position {
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

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = BASE64_STANDARD.decode(text).map_err(D::Error::custom)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A pattern in a part of the request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RegexMatch {
    #[serde(deserialize_with = "pattern")]
    regex_string: Regex,
    /// Where to look.
    #[serde(flatten)]
    pub inspection: Inspection,
}

fn pattern<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Regex, D::Error> {
    Regex::new(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// The size of a part of the request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SizeConstraint {
    comparison_operator: Comparison,
    size: usize,
    /// Where to look.
    #[serde(flatten)]
    pub inspection: Inspection,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Comparison {
    Eq,
    Ne,
    Le,
    Lt,
    Ge,
    Gt,
}

/// Where to look, and what to do with it first.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Inspection {
    /// The part of the request.
    pub field_to_match: Field,
    /// In the order of their priorities.
    #[serde(default)]
    pub text_transformations: Vec<Transformation>,
}

impl Inspection {
    /// The texts to look at.
    fn texts(&self, request: &Request<'_>) -> Vec<String> {
        let mut transformations: Vec<&Transformation> = self.text_transformations.iter().collect();
        transformations.sort_by_key(|it| it.priority);
        let texts = self.field_to_match.texts(request).into_iter();
        texts.map(|text| transformations.iter().fold(text, |text, it| it.apply(&text))).collect()
    }

    fn any(&self, request: &Request<'_>, test: impl Fn(&str) -> bool) -> bool {
        self.texts(request).iter().any(|text| test(text))
    }
}

/// An address in a set.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct IpSetReference {
    /// The set.
    #[serde(rename = "ARN")]
    pub arn: String,
    #[serde(rename = "IPSetForwardedIPConfig")]
    forwarded: Option<Forwarded>,
}

/// An address that a proxy tells of.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Forwarded {
    header_name: String,
    fallback_behavior: String,
    position: Option<String>,
}

impl Forwarded {
    fn addresses(&self, request: &Request<'_>) -> Option<Vec<IpAddr>> {
        let text = request.headers.get(self.header_name.as_str())?.to_str().ok()?;
        let all: Vec<IpAddr> =
            text.split(',').map(|it| it.trim().parse().ok()).collect::<Option<_>>()?;
        Some(match self.position.as_deref() {
            Some("LAST") => all.last().copied().into_iter().collect(),
            Some("ANY") => all,
            _ => all.first().copied().into_iter().collect(),
        })
    }

    fn falls_back_to_match(&self) -> bool {
        self.fallback_behavior == "MATCH"
    }
}

/// Too many requests of one kind in a while.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RateBased {
    /// How many are not too many.
    pub limit: usize,
    /// The while, in seconds.
    #[serde(default = "five_minutes")]
    pub evaluation_window_sec: u32,
    /// What makes a kind.
    pub aggregate_key_type: Aggregate,
    /// Which requests count.
    pub scope_down_statement: Option<Statement>,
    #[serde(rename = "ForwardedIPConfig")]
    forwarded: Option<Forwarded>,
}

fn five_minutes() -> u32 {
    300
}

/// What makes requests be of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Aggregate {
    /// Who sent them.
    Ip,
    /// For whom they were sent.
    ForwardedIp,
    /// Nothing: all count together.
    Constant,
    /// Parts of the request.
    CustomKeys,
}

/// Several statements.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Several {
    /// The statements.
    pub statements: Vec<Statement>,
}

/// A statement that is not to match.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Negation {
    /// The statement.
    pub statement: Box<Statement>,
}

/// A label that an earlier rule put on the request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LabelMatch {
    scope: String,
    key: String,
}

impl LabelMatch {
    /// Whether a label is meant: by its whole name or its end, or by its namespace.
    fn matches(&self, label: &str) -> bool {
        if self.scope == "NAMESPACE" {
            return format!(":{label}").contains(&format!(":{}", self.key));
        }
        label == self.key || label.ends_with(&format!(":{}", self.key))
    }
}

impl Statement {
    /// Whether a request is what the rule is about.
    pub(super) fn matches(
        &self,
        request: &Request<'_>,
        around: &Surroundings<'_>,
        labels: &[String],
        rule: &str,
    ) -> bool {
        let inner = |it: &Self| it.matches(request, around, labels, rule);
        match self {
            Self::Bytes(it) => it.inspection.any(request, |text| it.is_in(text)),
            Self::Regex(it) => it.inspection.any(request, |text| it.regex_string.is_match(text)),
            Self::Size(it) => it.inspection.any(request, |text| it.holds(text.len())),
            Self::Sqli(it) => it.any(request, groups::is_sql),
            Self::Xss(it) => it.any(request, groups::is_script),
            Self::IpSet(it) => it.matches(request, around),
            Self::Rate(it) => it.matches(request, around, labels, rule),
            Self::And(it) => it.statements.iter().all(inner),
            Self::Or(it) => it.statements.iter().any(inner),
            Self::Not(it) => !inner(&it.statement),
            Self::Label(it) => labels.iter().any(|label| it.matches(label)),
            Self::Geo(_) | Self::Asn(_) => false,
            Self::ManagedGroup(_) | Self::OwnGroup(_) | Self::PatternSet(_) => false,
        }
    }

    /// Looks at this statement and those within it.
    pub(super) fn visit<'a>(&'a self, look: &mut impl FnMut(&'a Self)) {
        look(self);
        match self {
            Self::And(it) | Self::Or(it) => {
                for statement in &it.statements {
                    statement.visit(look);
                }
            }
            Self::Not(it) => it.statement.visit(look),
            Self::Rate(it) => {
                if let Some(statement) = &it.scope_down_statement {
                    statement.visit(look);
                }
            }
            Self::ManagedGroup(it) => {
                if let Some(statement) = it.scope_down() {
                    statement.visit(look);
                }
            }
            _ => {}
        }
    }

    /// As the log names kinds of rules.
    pub(super) fn rule_type(&self) -> &'static str {
        match self {
            Self::Rate(_) => "RATE_BASED",
            Self::ManagedGroup(_) => "MANAGED_RULE_GROUP",
            _ => "REGULAR",
        }
    }
}

impl ByteMatch {
    fn is_in(&self, text: &str) -> bool {
        let wanted = self.search_string.as_str();
        match self.positional_constraint {
            Position::Exactly => text == wanted,
            Position::StartsWith => text.starts_with(wanted),
            Position::EndsWith => text.ends_with(wanted),
            Position::Contains => text.contains(wanted),
            Position::ContainsWord => is_word_in(wanted, text),
        }
    }
}

fn is_word_in(word: &str, text: &str) -> bool {
    let joins = |character: Option<char>| {
        character.is_some_and(|character| character.is_ascii_alphanumeric() || character == '_')
    };
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !joins(before.chars().next_back()) && !joins(after.chars().next())
    })
}

impl SizeConstraint {
    fn holds(&self, size: usize) -> bool {
        match self.comparison_operator {
            Comparison::Eq => size == self.size,
            Comparison::Ne => size != self.size,
            Comparison::Le => size <= self.size,
            Comparison::Lt => size < self.size,
            Comparison::Ge => size >= self.size,
            Comparison::Gt => size > self.size,
        }
    }
}

impl IpSetReference {
    fn matches(&self, request: &Request<'_>, around: &Surroundings<'_>) -> bool {
        let addresses = match &self.forwarded {
            None => vec![request.address],
            Some(forwarded) => match forwarded.addresses(request) {
                Some(addresses) => addresses,
                None => return forwarded.falls_back_to_match(),
            },
        };
        let set = around.ip_sets.get(&self.arn).map(Vec::as_slice).unwrap_or_default();
        addresses.iter().any(|address| set.iter().any(|net| net.contains(address)))
    }
}

impl RateBased {
    fn matches(
        &self,
        request: &Request<'_>,
        around: &Surroundings<'_>,
        labels: &[String],
        rule: &str,
    ) -> bool {
        let counts = self.scope_down_statement.as_ref();
        if counts.is_some_and(|it| !it.matches(request, around, labels, rule)) {
            return false;
        }
        let kind = match (self.aggregate_key_type, &self.forwarded) {
            (Aggregate::ForwardedIp, Some(forwarded)) => match forwarded.addresses(request) {
                Some(addresses) => addresses.first().map(IpAddr::to_string).unwrap_or_default(),
                None => return forwarded.falls_back_to_match(),
            },
            (Aggregate::Ip | Aggregate::ForwardedIp, _) => request.address.to_string(),
            (Aggregate::Constant | Aggregate::CustomKeys, _) => String::new(),
        };
        let key = format!("{} {rule} {kind}", around.arn);
        around.limiter.exceeds(key, self.limit, self.evaluation_window_sec, request.now)
    }
}
