//! Statements: what a rule is about.

use std::borrow::Cow;

use aws_sdk_wafv2::types as waf;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::condition::{
    Aggregate, ByteMatch, ForwardedIp, GeoMatch, IpSetReference, LabelMatch, RegexMatch,
    RegexPatternSet, SizeMatch, SqliMatch, XssMatch,
};
use super::filled;
use crate::aws::word::{from_word, word};
use crate::resource::{Problem, Result};

/// What a rule is about: exactly one of these.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// A text in a part of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub byte_match_statement: Option<ByteMatch>,
    /// A pattern in a part of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex_match_statement: Option<RegexMatch>,
    /// One of a set of patterns in a part of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex_pattern_set_reference_statement: Option<RegexPatternSet>,
    /// The size of a part of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_constraint_statement: Option<SizeMatch>,
    /// SQL where none belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sqli_match_statement: Option<SqliMatch>,
    /// Scripts where none belong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xss_match_statement: Option<XssMatch>,
    /// The country that a request comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geo_match_statement: Option<GeoMatch>,
    /// An address in a set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_set_reference_statement: Option<IpSetReference>,
    /// A label that an earlier rule has put on the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_match_statement: Option<LabelMatch>,
    /// Too many requests from one place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_based_statement: Option<RateBased>,
    /// A group of rules that AWS or a seller manages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_rule_group_statement: Option<ManagedRuleGroup>,
    /// A group of rules of one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_group_reference_statement: Option<OwnRuleGroup>,
    /// All of several statements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub and_statement: Option<Combination>,
    /// One of several statements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub or_statement: Option<Combination>,
    /// The contrary of a statement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_statement: Option<Negation>,
}

/// A statement inside of another: any but those of rates and rule groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nested(Box<Statement>);

/// A schema has an end, which statements in statements don't have.
impl JsonSchema for Nested {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Nested".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

/// Too many requests from one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateBased {
    /// How many requests in the window are not too many yet.
    #[schemars(range(min = 10, max = 2_000_000_000))]
    pub limit: i64,
    /// How many seconds the window has. Default 300.
    #[schemars(extend("enum" = [60, 120, 300, 600]))]
    #[serde(default = "five_minutes")]
    pub evaluation_window_sec: i64,
    /// What requests are counted by. Default `IP`.
    #[serde(default)]
    pub aggregate_key_type: Aggregate,
    /// The header with the address, for `FORWARDED_IP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded_ip_config: Option<ForwardedIp>,
    /// Which requests are counted and acted on. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope_down_statement: Option<Nested>,
}

const fn five_minutes() -> i64 {
    300
}

/// A group of rules that AWS or a seller manages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManagedRuleGroup {
    /// Who manages it. Default `AWS`.
    #[schemars(length(min = 1, max = 128))]
    #[serde(default = "aws")]
    pub vendor_name: String,
    /// Its name, e.g. `AWSManagedRulesCommonRuleSet`.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
    /// Which of its versions. Default: the one that the vendor recommends, and the next one when
    /// that is recommended.
    #[schemars(length(min = 1, max = 64))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Rules that only count. AWS prefers `rule_action_overrides`, which can do more.
    #[serde(default)]
    pub excluded_rules: Vec<String>,
    /// Rules that do something else than the vendor says.
    #[schemars(length(max = 100))]
    #[serde(default)]
    pub rule_action_overrides: Vec<ActionOverride>,
    /// Which requests it looks at. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope_down_statement: Option<Nested>,
}

fn aws() -> String {
    "AWS".to_owned()
}

/// A rule of a group that does something else than the group says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionOverride {
    /// The rule, e.g. `SizeRestrictions_BODY`.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
    /// What it does.
    pub action_to_use: Action,
}

/// A group of rules of one's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnRuleGroup {
    /// Its ARN.
    pub arn: String,
    /// Rules that only count. AWS prefers `rule_action_overrides`, which can do more.
    #[serde(default)]
    pub excluded_rules: Vec<String>,
    /// Rules that do something else than the group says.
    #[schemars(length(max = 100))]
    #[serde(default)]
    pub rule_action_overrides: Vec<ActionOverride>,
}

/// Several statements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Combination {
    /// At least two.
    #[schemars(length(min = 2))]
    pub statements: Vec<Nested>,
}

/// A statement that must not hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Negation {
    /// The statement.
    pub statement: Nested,
}

/// `(name of the property, whether it is there)` of each kind of statement.
macro_rules! given {
    ($statement:expr; $($name:ident)*) => {
        [$((stringify!($name), $statement.$name.is_some())),*]
    };
}

impl Statement {
    /// Whether it is a group of rules, which have actions of their own.
    pub(super) fn is_group(&self) -> bool {
        self.managed_rule_group_statement.is_some() || self.rule_group_reference_statement.is_some()
    }

    fn given(&self) -> Vec<&'static str> {
        let all = given!(self;
            byte_match_statement regex_match_statement regex_pattern_set_reference_statement
            size_constraint_statement sqli_match_statement xss_match_statement geo_match_statement
            ip_set_reference_statement label_match_statement rate_based_statement
            managed_rule_group_statement rule_group_reference_statement and_statement or_statement
            not_statement);
        all.into_iter().filter_map(|(name, there)| there.then_some(name)).collect()
    }

    /// What WAF refuses of it, and a schema can't say.
    pub(super) fn problems(&self, path: &str, nested: bool) -> Vec<Problem> {
        let given = self.given();
        let [kind] = given[..] else {
            let message = match given.len() {
                0 => "It is not said what is looked for.".to_owned(),
                _ => format!("A statement is one of {}, not all of them.", given.join(", ")),
            };
            return vec![Problem::at(path, message).hint(
                "write one kind of statement; several are joined by and_statement or or_statement",
            )];
        };
        if nested && (self.rate_based_statement.is_some() || self.is_group()) {
            let message = "Rates and rule groups can't stand inside of other statements.";
            return vec![Problem::at(format!("{path}.{kind}"), message)];
        }
        let mut problems: Vec<Problem> = self.problem_of_rate(path).into_iter().collect();
        for (place, statement) in self.inner() {
            problems.extend(statement.problems(&format!("{path}.{kind}.{place}"), true));
        }
        problems
    }

    fn problem_of_rate(&self, path: &str) -> Option<Problem> {
        let rate = self.rate_based_statement.as_ref()?;
        let by_header = rate.aggregate_key_type == Aggregate::ForwardedIp;
        let message = "The header goes together with FORWARDED_IP, and with nothing else.";
        let path = format!("{path}.rate_based_statement.forwarded_ip_config");
        (by_header != rate.forwarded_ip_config.is_some()).then(|| Problem::at(path, message))
    }

    /// The statements inside, and where they stand.
    fn inner(&self) -> Vec<(String, &Self)> {
        let mut inner = Vec::new();
        let several = [&self.and_statement, &self.or_statement];
        for combination in several.into_iter().flatten() {
            let statements = combination.statements.iter().enumerate();
            inner.extend(statements.map(|(index, it)| (format!("statements.{index}"), &*it.0)));
        }
        let rate = self.rate_based_statement.as_ref();
        let group = self.managed_rule_group_statement.as_ref();
        let scopes = [
            rate.and_then(|rate| rate.scope_down_statement.as_ref()),
            group.and_then(|group| group.scope_down_statement.as_ref()),
        ];
        let scopes = scopes.into_iter().flatten();
        inner.extend(scopes.map(|it| ("scope_down_statement".to_owned(), &*it.0)));
        inner
            .extend(self.not_statement.iter().map(|it| ("statement".to_owned(), &*it.statement.0)));
        inner
    }

    pub(super) fn to_aws(&self) -> Result<waf::Statement> {
        Ok(waf::Statement::builder()
            .set_byte_match_statement(sent(&self.byte_match_statement, ByteMatch::to_aws)?)
            .set_regex_match_statement(sent(&self.regex_match_statement, RegexMatch::to_aws)?)
            .set_regex_pattern_set_reference_statement(sent(
                &self.regex_pattern_set_reference_statement,
                RegexPatternSet::to_aws,
            )?)
            .set_size_constraint_statement(sent(
                &self.size_constraint_statement,
                SizeMatch::to_aws,
            )?)
            .set_sqli_match_statement(sent(&self.sqli_match_statement, SqliMatch::to_aws)?)
            .set_xss_match_statement(sent(&self.xss_match_statement, XssMatch::to_aws)?)
            .set_geo_match_statement(sent(&self.geo_match_statement, GeoMatch::to_aws)?)
            .set_ip_set_reference_statement(sent(
                &self.ip_set_reference_statement,
                IpSetReference::to_aws,
            )?)
            .set_label_match_statement(sent(&self.label_match_statement, LabelMatch::to_aws)?)
            .set_rate_based_statement(sent(&self.rate_based_statement, RateBased::to_aws)?)
            .set_managed_rule_group_statement(sent(
                &self.managed_rule_group_statement,
                ManagedRuleGroup::to_aws,
            )?)
            .set_rule_group_reference_statement(sent(
                &self.rule_group_reference_statement,
                OwnRuleGroup::to_aws,
            )?)
            .set_and_statement(sent(&self.and_statement, |it| {
                let statements = Some(it.to_aws()?);
                Ok(waf::AndStatement::builder().set_statements(statements).build()?)
            })?)
            .set_or_statement(sent(&self.or_statement, |it| {
                let statements = Some(it.to_aws()?);
                Ok(waf::OrStatement::builder().set_statements(statements).build()?)
            })?)
            .set_not_statement(sent(&self.not_statement, |it| {
                let statement = it.statement.0.to_aws()?;
                Ok(waf::NotStatement::builder().statement(statement).build())
            })?)
            .build())
    }

    /// One that says nothing, for a kind of statement that WAF has added since: it differs from
    /// all that can be declared.
    pub(super) fn from_aws(it: &waf::Statement) -> Self {
        Self {
            byte_match_statement: it.byte_match_statement().and_then(ByteMatch::from_aws),
            regex_match_statement: it.regex_match_statement().and_then(RegexMatch::from_aws),
            regex_pattern_set_reference_statement: it
                .regex_pattern_set_reference_statement()
                .and_then(RegexPatternSet::from_aws),
            size_constraint_statement: it.size_constraint_statement().and_then(SizeMatch::from_aws),
            sqli_match_statement: it.sqli_match_statement().and_then(SqliMatch::from_aws),
            xss_match_statement: it.xss_match_statement().and_then(XssMatch::from_aws),
            geo_match_statement: it.geo_match_statement().map(GeoMatch::from_aws),
            ip_set_reference_statement: it
                .ip_set_reference_statement()
                .map(IpSetReference::from_aws),
            label_match_statement: it.label_match_statement().and_then(LabelMatch::from_aws),
            rate_based_statement: it.rate_based_statement().and_then(RateBased::from_aws),
            managed_rule_group_statement: it
                .managed_rule_group_statement()
                .map(ManagedRuleGroup::from_aws),
            rule_group_reference_statement: it
                .rule_group_reference_statement()
                .map(OwnRuleGroup::from_aws),
            and_statement: it.and_statement().map(|it| Combination::from_aws(it.statements())),
            or_statement: it.or_statement().map(|it| Combination::from_aws(it.statements())),
            not_statement: it
                .not_statement()
                .and_then(|it| Some(Negation { statement: Nested::from_aws(it.statement()?) })),
        }
    }
}

/// A part of a statement as WAF takes it, where it is given.
fn sent<T, U>(part: &Option<T>, to_aws: impl Fn(&T) -> Result<U>) -> Result<Option<U>> {
    part.as_ref().map(to_aws).transpose()
}

impl Nested {
    fn from_aws(statement: &waf::Statement) -> Self {
        Self(Box::new(Statement::from_aws(statement)))
    }
}

impl Combination {
    fn to_aws(&self) -> Result<Vec<waf::Statement>> {
        self.statements.iter().map(|statement| statement.0.to_aws()).collect()
    }

    fn from_aws(statements: &[waf::Statement]) -> Self {
        Self { statements: statements.iter().map(Nested::from_aws).collect() }
    }
}

impl RateBased {
    fn to_aws(&self) -> Result<waf::RateBasedStatement> {
        Ok(waf::RateBasedStatement::builder()
            .limit(self.limit)
            .evaluation_window_sec(self.evaluation_window_sec)
            .aggregate_key_type(word(&self.aggregate_key_type).as_str().into())
            .set_forwarded_ip_config(sent(&self.forwarded_ip_config, ForwardedIp::to_aws)?)
            .set_scope_down_statement(scope_down(self.scope_down_statement.as_ref())?)
            .build()?)
    }

    fn from_aws(it: &waf::RateBasedStatement) -> Option<Self> {
        Some(Self {
            limit: it.limit,
            evaluation_window_sec: match it.evaluation_window_sec {
                // What is left out is the default.
                0 => five_minutes(),
                seconds => seconds,
            },
            aggregate_key_type: from_word(it.aggregate_key_type.as_str())?,
            forwarded_ip_config: it.forwarded_ip_config().map(ForwardedIp::from_aws),
            scope_down_statement: it.scope_down_statement().map(Nested::from_aws),
        })
    }
}

fn scope_down(statement: Option<&Nested>) -> Result<Option<Box<waf::Statement>>> {
    statement.map(|statement| Ok(Box::new(statement.0.to_aws()?))).transpose()
}

impl ManagedRuleGroup {
    fn to_aws(&self) -> Result<waf::ManagedRuleGroupStatement> {
        Ok(waf::ManagedRuleGroupStatement::builder()
            .vendor_name(&self.vendor_name)
            .name(&self.name)
            .set_version(self.version.clone())
            .set_excluded_rules(excluded(&self.excluded_rules)?)
            .set_rule_action_overrides(overrides(&self.rule_action_overrides)?)
            .set_scope_down_statement(scope_down(self.scope_down_statement.as_ref())?)
            .build()?)
    }

    fn from_aws(it: &waf::ManagedRuleGroupStatement) -> Self {
        Self {
            vendor_name: it.vendor_name.clone(),
            name: it.name.clone(),
            version: it.version.clone(),
            excluded_rules: it.excluded_rules().iter().map(|rule| rule.name.clone()).collect(),
            rule_action_overrides: from_overrides(it.rule_action_overrides()),
            scope_down_statement: it.scope_down_statement().map(Nested::from_aws),
        }
    }
}

impl OwnRuleGroup {
    fn to_aws(&self) -> Result<waf::RuleGroupReferenceStatement> {
        Ok(waf::RuleGroupReferenceStatement::builder()
            .arn(&self.arn)
            .set_excluded_rules(excluded(&self.excluded_rules)?)
            .set_rule_action_overrides(overrides(&self.rule_action_overrides)?)
            .build()?)
    }

    fn from_aws(it: &waf::RuleGroupReferenceStatement) -> Self {
        Self {
            arn: it.arn.clone(),
            excluded_rules: it.excluded_rules().iter().map(|rule| rule.name.clone()).collect(),
            rule_action_overrides: from_overrides(it.rule_action_overrides()),
        }
    }
}

fn excluded(rules: &[String]) -> Result<Option<Vec<waf::ExcludedRule>>> {
    let rule = |name: &String| Ok(waf::ExcludedRule::builder().name(name).build()?);
    Ok(filled(rules.iter().map(rule).collect::<Result<_>>()?))
}

fn overrides(all: &[ActionOverride]) -> Result<Option<Vec<waf::RuleActionOverride>>> {
    let one = |it: &ActionOverride| {
        let action = it.action_to_use.to_aws()?;
        Ok(waf::RuleActionOverride::builder().name(&it.name).action_to_use(action).build()?)
    };
    Ok(filled(all.iter().map(one).collect::<Result<_>>()?))
}

fn from_overrides(all: &[waf::RuleActionOverride]) -> Vec<ActionOverride> {
    let one = |it: &waf::RuleActionOverride| {
        let action_to_use = Action::from_aws(it.action_to_use()?)?;
        Some(ActionOverride { name: it.name.clone(), action_to_use })
    };
    all.iter().filter_map(one).collect()
}
