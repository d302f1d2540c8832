//! The parts of a request that statements look at.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::Request;
use super::transform::url_decode;

/// A part of a request.
#[derive(Debug, Deserialize)]
pub enum Field {
    /// A header.
    SingleHeader(Name),
    /// A parameter of the query string.
    SingleQueryArgument(Name),
    /// The values of all parameters of the query string.
    AllQueryArguments(IgnoredAny),
    /// The path.
    UriPath(IgnoredAny),
    /// The query string.
    QueryString(IgnoredAny),
    /// The body, as far as it is inspected.
    Body(IgnoredAny),
    /// The method.
    Method(IgnoredAny),
    /// The body's JSON.
    JsonBody(JsonBody),
    /// Headers.
    Headers(Selection),
    /// Cookies.
    Cookies(Selection),
    /// The order of the headers.
    HeaderOrder(IgnoredAny),
    /// How the client speaks TLS.
    #[serde(rename = "JA3Fingerprint")]
    Ja3(IgnoredAny),
    /// How the client speaks TLS.
    #[serde(rename = "JA4Fingerprint")]
    Ja4(IgnoredAny),
    /// What follows `#`, which no browser sends.
    UriFragment(IgnoredAny),
}

/// A name.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Name {
    name: String,
}

/// Which of the body's JSON.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct JsonBody {
    match_pattern: JsonPattern,
    match_scope: Scope,
}

#[derive(Debug, Deserialize)]
enum JsonPattern {
    All(IgnoredAny),
    IncludedPaths(Vec<String>),
}

/// Which headers or cookies.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Selection {
    match_pattern: Pattern,
    match_scope: Scope,
}

#[derive(Debug, Deserialize)]
enum Pattern {
    All(IgnoredAny),
    #[serde(alias = "IncludedHeaders", alias = "IncludedCookies")]
    Included(Vec<String>),
    #[serde(alias = "ExcludedHeaders", alias = "ExcludedCookies")]
    Excluded(Vec<String>),
}

/// Names, values or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Scope {
    All,
    Key,
    Value,
}

impl Selection {
    fn texts(&self, pairs: impl Iterator<Item = (String, String)>) -> Vec<String> {
        let named = |names: &[String], name: &str| {
            names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name))
        };
        let taken = pairs.filter(|(name, _)| match &self.match_pattern {
            Pattern::All(_) => true,
            Pattern::Included(names) => named(names, name),
            Pattern::Excluded(names) => !named(names, name),
        });
        taken.flat_map(|(name, value)| self.match_scope.of(name, value)).collect()
    }
}

impl Scope {
    fn of(self, name: String, value: String) -> Vec<String> {
        match self {
            Self::All => vec![name, value],
            Self::Key => vec![name],
            Self::Value => vec![value],
        }
    }
}

impl Field {
    /// Whether the sandbox can look at it.
    pub(super) fn is_seen(&self) -> bool {
        !matches!(self, Self::HeaderOrder(_) | Self::Ja3(_) | Self::Ja4(_) | Self::UriFragment(_))
    }

    /// The texts to look at; none where the request does not have the part.
    pub(super) fn texts(&self, request: &Request<'_>) -> Vec<String> {
        match self {
            Self::SingleHeader(Name { name }) => header(request, name),
            Self::SingleQueryArgument(Name { name }) => {
                let wanted = |(own, _): &(String, String)| own.eq_ignore_ascii_case(name);
                arguments(request).filter(wanted).map(|(_, value)| value).collect()
            }
            Self::AllQueryArguments(_) => arguments(request).map(|(_, value)| value).collect(),
            Self::UriPath(_) => vec![request.path.to_owned()],
            Self::QueryString(_) => vec![request.query.to_owned()],
            Self::Body(_) => vec![body(request)],
            Self::Method(_) => vec![request.method.to_string()],
            Self::JsonBody(json) => json.texts(request),
            Self::Headers(selection) => selection.texts(headers(request)),
            Self::Cookies(selection) => selection.texts(cookies(request)),
            Self::HeaderOrder(_) | Self::Ja3(_) | Self::Ja4(_) | Self::UriFragment(_) => Vec::new(),
        }
    }
}

/// The body, as far as it is inspected.
pub(super) fn body(request: &Request<'_>) -> String {
    String::from_utf8_lossy(request.body).into_owned()
}

/// A header's values.
pub(super) fn header(request: &Request<'_>, name: &str) -> Vec<String> {
    let values = request.headers.get_all(name).iter();
    values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
}

fn headers(request: &Request<'_>) -> impl Iterator<Item = (String, String)> {
    request.headers.iter().map(|(name, value)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    })
}

/// The cookies, by name.
pub(super) fn cookies(request: &Request<'_>) -> impl Iterator<Item = (String, String)> {
    let lines = header(request, "cookie").into_iter();
    lines.flat_map(|line| {
        let pairs = line.split(';').map(|pair| {
            let (name, value) = pair.trim().split_once('=').unwrap_or((pair.trim(), ""));
            (name.to_owned(), value.to_owned())
        });
        pairs.collect::<Vec<_>>()
    })
}

/// The parameters of the query string, without their escapes.
pub(super) fn arguments(request: &Request<'_>) -> impl Iterator<Item = (String, String)> {
    request.query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (url_decode(name), url_decode(value))
    })
}

impl JsonBody {
    fn texts(&self, request: &Request<'_>) -> Vec<String> {
        let Ok(document) = serde_json::from_slice::<Value>(request.body) else {
            return Vec::new();
        };
        let mut texts = Vec::new();
        match &self.match_pattern {
            JsonPattern::All(_) => self.collect(&document, &mut texts),
            JsonPattern::IncludedPaths(paths) => {
                for value in paths.iter().filter_map(|path| document.pointer(path)) {
                    self.collect(value, &mut texts);
                }
            }
        }
        texts
    }

    fn collect(&self, value: &Value, texts: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    if self.match_scope != Scope::Value {
                        texts.push(name.clone());
                    }
                    self.collect(value, texts);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.collect(item, texts)),
            Value::String(text) if self.match_scope != Scope::Key => texts.push(text.clone()),
            Value::Number(number) if self.match_scope != Scope::Key => {
                texts.push(number.to_string());
            }
            _ => {}
        }
    }
}
