//! The gist of the groups that AWS manages.
//!
//! AWS documents what each rule is about, and gives examples; the patterns themselves are its
//! secret. What is here looks for the documented examples, with the documented limits, names and
//! labels. The reputation list is empty: it names addresses that AWS has watched.
//! `Host_localhost_HEADER` looks for the bare name `localhost`, since every name of the sandbox
//! ends in it.

use std::sync::LazyLock;

use regex_lite::{Regex, RegexBuilder};
use serde::Deserialize;

use super::field::{arguments, body, cookies, header};
use super::transform::url_decode;
use super::{Action, Effect, Label, Request, Statement, Surroundings};

/// A use of a group.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedGroup {
    /// `AWS`.
    pub vendor_name: String,
    /// The group.
    pub name: String,
    #[serde(default)]
    excluded_rules: Vec<Label>,
    scope_down_statement: Option<Box<Statement>>,
    #[serde(default)]
    rule_action_overrides: Vec<RuleOverride>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleOverride {
    name: String,
    action_to_use: Action,
}

/// A group.
pub struct Group {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in AWS's words.
    pub description: &'static str,
    /// What it costs.
    pub capacity: u64,
    /// What its labels begin with.
    pub namespace: &'static str,
    /// Its rules, which all block.
    pub rules: &'static [ManagedRule],
}

/// A rule of a group.
pub struct ManagedRule {
    /// Its name.
    pub name: &'static str,
    test: fn(&Request<'_>) -> bool,
}

const fn rule(name: &'static str, test: fn(&Request<'_>) -> bool) -> ManagedRule {
    ManagedRule { name, test }
}

/// The groups that the sandbox knows.
pub const GROUPS: &[Group] = &[
    Group {
        name: "AWSManagedRulesCommonRuleSet",
        description: "Contains rules that are generally applicable to web applications. This \
                      provides protection against exploitation of a wide range of \
                      vulnerabilities, including those described in OWASP publications.",
        capacity: 700,
        namespace: "awswaf:managed:aws:core-rule-set:",
        rules: COMMON,
    },
    Group {
        name: "AWSManagedRulesKnownBadInputsRuleSet",
        description: "Contains rules that allow you to block request patterns that are known to \
                      be invalid and are associated with exploitation or discovery of \
                      vulnerabilities.",
        capacity: 200,
        namespace: "awswaf:managed:aws:known-bad-inputs:",
        rules: KNOWN_BAD,
    },
    Group {
        name: "AWSManagedRulesSQLiRuleSet",
        description: "Contains rules that allow you to block request patterns associated with \
                      exploitation of SQL databases, like SQL injection attacks.",
        capacity: 200,
        namespace: "awswaf:managed:aws:sql-database:",
        rules: SQL,
    },
    Group {
        name: "AWSManagedRulesAmazonIpReputationList",
        description: "This group contains rules that are based on Amazon threat intelligence.",
        capacity: 25,
        namespace: "awswaf:managed:aws:amazon-ip-list:",
        rules: REPUTATION,
    },
];

const COMMON: &[ManagedRule] = &[
    rule("NoUserAgent_HEADER", |it| header(it, "user-agent").iter().all(String::is_empty)),
    rule("UserAgent_BadBots_HEADER", |it| {
        let agents = header(it, "user-agent").concat().to_lowercase();
        ["nessus", "nmap", "sqlmap", "nikto", "masscan"].iter().any(|bot| agents.contains(bot))
    }),
    rule("SizeRestrictions_QUERYSTRING", |it| it.query.len() > 2048),
    rule("SizeRestrictions_Cookie_HEADER", |it| header(it, "cookie").concat().len() > 10_240),
    rule("SizeRestrictions_BODY", |it| it.body.len() > 8192),
    rule("SizeRestrictions_URIPATH", |it| it.path.len() > 1024),
    rule("EC2MetaDataSSRF_BODY", |it| is_metadata(&url_decode(&body(it)))),
    rule("EC2MetaDataSSRF_COOKIE", |it| cookies(it).any(|(_, value)| is_metadata(&value))),
    rule("EC2MetaDataSSRF_URIPATH", |it| is_metadata(&url_decode(it.path))),
    rule("EC2MetaDataSSRF_QUERYARGUMENTS", |it| {
        arguments(it).any(|(_, value)| is_metadata(&value))
    }),
    rule("GenericLFI_QUERYARGUMENTS", |it| arguments(it).any(|(_, value)| is_climbing(&value))),
    rule("GenericLFI_URIPATH", |it| is_climbing(&url_decode(it.path))),
    rule("GenericLFI_BODY", |it| is_climbing(&url_decode(&body(it)))),
    rule("RestrictedExtensions_URIPATH", |it| is_restricted(&url_decode(it.path))),
    rule("RestrictedExtensions_QUERYARGUMENTS", |it| {
        arguments(it).any(|(_, value)| is_restricted(&value))
    }),
    rule("GenericRFI_QUERYARGUMENTS", |it| arguments(it).any(|(_, value)| is_remote(&value))),
    rule("GenericRFI_BODY", |it| is_remote(&url_decode(&body(it)))),
    rule("GenericRFI_URIPATH", |it| is_remote(&url_decode(it.path))),
    rule("CrossSiteScripting_COOKIE", |it| cookies(it).any(|(_, value)| is_script(&value))),
    rule("CrossSiteScripting_QUERYARGUMENTS", |it| {
        arguments(it).any(|(_, value)| is_script(&value))
    }),
    rule("CrossSiteScripting_BODY", |it| is_script(&url_decode(&body(it)))),
    rule("CrossSiteScripting_URIPATH", |it| is_script(&url_decode(it.path))),
];

const KNOWN_BAD: &[ManagedRule] = &[
    rule("JavaDeserializationRCE_BODY", |it| is_java(&url_decode(&body(it)))),
    rule("JavaDeserializationRCE_URIPATH", |it| is_java(&url_decode(it.path))),
    rule("JavaDeserializationRCE_QUERYSTRING", |it| is_java(&url_decode(it.query))),
    rule("JavaDeserializationRCE_HEADER", |it| any_header(it, is_java)),
    rule("Host_localhost_HEADER", |it| {
        let hosts = header(it, "host");
        hosts.iter().any(|host| host.split(':').next() == Some("localhost"))
    }),
    rule("PROPFIND_METHOD", |it| it.method.as_str() == "PROPFIND"),
    rule("ExploitablePaths_URIPATH", |it| {
        const PATHS: [&str; 4] = ["/web-inf", "/.git/", "/.env", "/wp-config.php"];
        let path = url_decode(it.path).to_lowercase();
        PATHS.iter().any(|known| path.contains(known))
    }),
    rule("Log4JRCE_HEADER", |it| any_header(it, is_lookup)),
    rule("Log4JRCE_QUERYSTRING", |it| is_lookup(&url_decode(it.query))),
    rule("Log4JRCE_BODY", |it| is_lookup(&url_decode(&body(it)))),
    rule("Log4JRCE_URIPATH", |it| is_lookup(&url_decode(it.path))),
];

const SQL: &[ManagedRule] = &[
    rule("SQLi_QUERYARGUMENTS", |it| arguments(it).any(|(_, value)| is_sql(&value))),
    rule("SQLi_BODY", |it| is_sql(&url_decode(&body(it)))),
    rule("SQLi_COOKIE", |it| cookies(it).any(|(_, value)| is_sql(&url_decode(&value)))),
    rule("SQLi_URIPATH", |it| is_sql(&url_decode(it.path))),
];

const REPUTATION: &[ManagedRule] = &[
    rule("AWSManagedIPReputationList", |_| false),
    rule("AWSManagedReconnaissanceList", |_| false),
    rule("AWSManagedIPDDoSList", |_| false),
];

/// A group by its name.
pub fn find(name: &str) -> Option<&'static Group> {
    GROUPS.iter().find(|group| group.name == name)
}

/// Whether the sandbox knows a group.
pub fn exists(vendor: &str, name: &str) -> bool {
    vendor == "AWS" && find(name).is_some()
}

impl ManagedGroup {
    /// Which requests it looks at; all when there is none.
    pub(super) fn scope_down(&self) -> Option<&Statement> {
        self.scope_down_statement.as_deref()
    }

    /// The rule that decided, or the last that counted, with what it comes to.
    pub(super) fn verdict(
        &self,
        request: &Request<'_>,
        around: &Surroundings<'_>,
        labels: &mut Vec<String>,
    ) -> Option<(String, Effect)> {
        let looks = self.scope_down();
        if looks.is_some_and(|it| !it.matches(request, around, labels, &self.name)) {
            return None;
        }
        let group = find(&self.name)?;
        let mut counted = None;
        for rule in group.rules.iter().filter(|rule| (rule.test)(request)) {
            labels.push(format!("{}{}", group.namespace, label(rule.name)));
            match self.effect(rule.name) {
                Effect::Counts => counted = Some((rule.name.to_owned(), Effect::Counts)),
                effect => return Some((rule.name.to_owned(), effect)),
            }
        }
        counted
    }

    /// What a rule comes to: a block, unless this use of the group says otherwise.
    fn effect(&self, name: &str) -> Effect {
        if self.excluded_rules.iter().any(|excluded| excluded.name == name) {
            return Effect::Counts;
        }
        let own = self.rule_action_overrides.iter().find(|it| it.name == name);
        own.map_or_else(
            || Effect::Blocks(super::Block::default(), None),
            |it| it.action_to_use.effect(),
        )
    }
}

/// A rule's label: its name with only the first letter of the part after the last `_` in capitals.
pub fn label(rule: &str) -> String {
    let Some((name, part)) = rule.rsplit_once('_') else { return rule.to_owned() };
    let part = match part {
        "URIPATH" => "URIPath".to_owned(),
        "QUERYARGUMENTS" => "QueryArguments".to_owned(),
        "QUERYSTRING" => "QueryString".to_owned(),
        part => part[..1].to_owned() + &part[1..].to_lowercase(),
    };
    format!("{name}_{part}")
}

fn any_header(request: &Request<'_>, test: fn(&str) -> bool) -> bool {
    request.headers.values().any(|value| test(&String::from_utf8_lossy(value.as_bytes())))
}

fn is_metadata(text: &str) -> bool {
    text.contains("169.254.169.254") || text.to_lowercase().contains("fd00:ec2::254")
}

fn is_climbing(text: &str) -> bool {
    text.contains("../") || text.contains("..\\")
}

fn is_restricted(text: &str) -> bool {
    const ENDS: [&str; 7] = [".log", ".ini", ".bak", ".config", ".dll", ".mdb", ".backup"];
    let text = text.to_lowercase();
    ENDS.iter().any(|end| text.ends_with(end))
}

/// A URL whose host is an address.
fn is_remote(text: &str) -> bool {
    static PATTERN: LazyLock<Option<Regex>> =
        LazyLock::new(|| pattern(r"(https?|ftps?|file)://\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}"));
    is_match(&PATTERN, text)
}

fn is_java(text: &str) -> bool {
    text.contains("(java.lang.Runtime).getRuntime().exec(") || text.contains("java.lang.Runtime")
}

/// The lookups of Log4j.
fn is_lookup(text: &str) -> bool {
    static PATTERN: LazyLock<Option<Regex>> =
        LazyLock::new(|| pattern(r"\$\{\s*(jndi|\$\{[^}]*\}|lower:|upper:)"));
    is_match(&PATTERN, text)
}

/// Scripts where none belong.
pub(super) fn is_script(text: &str) -> bool {
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(r#"<\s*/?\s*(script|iframe|object|embed)\b|javascript\s*:|<[^>]+\son[a-z]+\s*="#)
    });
    is_match(&PATTERN, text)
}

/// SQL where none belongs.
pub(super) fn is_sql(text: &str) -> bool {
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(concat!(
            r#"['"]\s*(or|and)\s+['"]?\w+['"]?\s*(=|<|>|like)"#,
            r#"|\b(or|and)\s+(\d+)\s*=\s*\d+"#,
            r#"|\bunion\s+(all\s+)?select\b"#,
            r#"|;\s*(drop|delete|insert|update|alter|truncate)\s+(table|from|into|database|\w+\s+set)\b"#,
            r#"|\b(sleep|pg_sleep|benchmark|waitfor\s+delay)\s*\("#,
            r#"|['"]\s*(--|#|/\*)"#,
            r#"|\bselect\b.+\bfrom\s+information_schema\b"#,
        ))
    });
    is_match(&PATTERN, text)
}

fn pattern(text: &str) -> Option<Regex> {
    let built = RegexBuilder::new(text).case_insensitive(true).build();
    built.map_err(|error| tracing::error!(%error, "a pattern of a managed group is wrong")).ok()
}

fn is_match(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_examples_are_found() {
        for text in
            ["' OR 1=1 --", "1 UNION SELECT password FROM users", "1; DROP TABLE cars", "x' --"]
        {
            assert!(is_sql(text), "{text}");
        }
        for text in ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:x()"]
        {
            assert!(is_script(text), "{text}");
        }
        assert!(is_lookup("${jndi:ldap://example.com/}"));
        assert!(is_remote("http://10.0.0.1/x"));
        assert!(is_climbing("../../etc/passwd"));
    }

    #[test]
    fn plain_words_pass() {
        for text in
            ["Select your car from the list", "rock and roll", "{\"make\":\"O'Neil\"}", "a=1"]
        {
            assert!(!is_sql(text) && !is_script(text), "{text}");
        }
    }

    #[test]
    fn labels_are_spelt_as_aws_spells_them() {
        assert_eq!(label("NoUserAgent_HEADER"), "NoUserAgent_Header");
        assert_eq!(label("SQLi_QUERYARGUMENTS"), "SQLi_QueryArguments");
        assert_eq!(label("AWSManagedIPReputationList"), "AWSManagedIPReputationList");
    }
}
