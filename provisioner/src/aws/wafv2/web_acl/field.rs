//! The parts of a request that a rule can look at.

use aws_sdk_wafv2::types as waf;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::aws::word::{from_word, word};
use crate::resource::Result;

/// A part of a request: a word, or e.g. `single_header: user-agent`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The values of all arguments in the query.
    AllQueryArguments,
    /// The method.
    Method,
    /// All after `?`.
    QueryString,
    /// The path.
    UriPath,
    /// The header of this name, whatever its case.
    SingleHeader(#[serde(deserialize_with = "lower_case")] String),
    /// The argument of this name in the query, whatever its case.
    SingleQueryArgument(#[serde(deserialize_with = "lower_case")] String),
    /// The body; where it is larger than what WAF looks at, this holds.
    Body(Oversize),
    /// The body, read as JSON.
    JsonBody(JsonBody),
    /// The headers.
    Headers(Parts),
    /// The cookies.
    Cookies(Parts),
}

fn lower_case<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(String::deserialize(deserializer)?.to_lowercase())
}

/// What holds of a part that is larger than what WAF looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Oversize {
    /// What it does look at decides.
    #[default]
    Continue,
    /// The statement holds.
    Match,
    /// It doesn't.
    NoMatch,
}

/// A body that is JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JsonBody {
    /// Where to look: JSON pointers. Default: everywhere.
    #[serde(default)]
    pub included_paths: Vec<String>,
    /// Whether at keys, at values or at both. Default `ALL`.
    #[serde(default)]
    pub match_scope: Part,
    /// What holds of a body that is larger than what WAF looks at. Default `CONTINUE`.
    #[serde(default)]
    pub oversize_handling: Oversize,
}

/// Headers or cookies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// Which. Default `all`.
    #[serde(default)]
    pub match_pattern: Pattern,
    /// Whether at names, at values or at both. Default `ALL`.
    #[serde(default)]
    pub match_scope: Part,
    /// What holds where there are more than WAF looks at. Default `CONTINUE`.
    #[serde(default)]
    pub oversize_handling: Oversize,
}

/// Which headers or cookies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// All.
    #[default]
    All,
    /// Those of these names.
    Included(Vec<String>),
    /// All but those of these names.
    Excluded(Vec<String>),
}

/// Whether to look at names or at values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Part {
    /// At both.
    #[default]
    All,
    /// At names.
    Key,
    /// At values.
    Value,
}

/// What is done with a part of a request before it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Transformation {
    /// Nothing.
    None,
    /// Base 64 is decoded.
    Base64Decode,
    /// The same, whatever else stands in between.
    Base64DecodeExt,
    /// What shells read over is taken away.
    CmdLine,
    /// White space becomes one space.
    CompressWhiteSpace,
    /// Escapes of CSS are decoded.
    CssDecode,
    /// Escapes of C are decoded.
    EscapeSeqDecode,
    /// Hexadecimal digits are decoded.
    HexDecode,
    /// Entities of HTML are decoded.
    HtmlEntityDecode,
    /// Escapes of JavaScript are decoded.
    JsDecode,
    /// Upper case becomes lower case.
    Lowercase,
    /// It becomes its MD5 hash.
    Md5,
    /// `.` and `..` are resolved.
    NormalizePath,
    /// The same, where `\\` is `/`.
    NormalizePathWin,
    /// Zero bytes are taken away.
    RemoveNulls,
    /// Comments of C become a space.
    ReplaceComments,
    /// Zero bytes become spaces.
    ReplaceNulls,
    /// Hexadecimal numbers of SQL are decoded.
    SqlHexDecode,
    /// `%` escapes are decoded.
    UrlDecode,
    /// The same, with `%u`.
    UrlDecodeUni,
    /// UTF-8 becomes `%u` escapes.
    Utf8ToUnicode,
}

impl Field {
    pub(super) fn to_aws(&self) -> Result<waf::FieldToMatch> {
        let field = waf::FieldToMatch::builder();
        Ok(match self {
            Self::AllQueryArguments => {
                field.all_query_arguments(waf::AllQueryArguments::builder().build())
            }
            Self::Method => field.method(waf::Method::builder().build()),
            Self::QueryString => field.query_string(waf::QueryString::builder().build()),
            Self::UriPath => field.uri_path(waf::UriPath::builder().build()),
            Self::SingleHeader(name) => {
                field.single_header(waf::SingleHeader::builder().name(name).build()?)
            }
            Self::SingleQueryArgument(name) => {
                field.single_query_argument(waf::SingleQueryArgument::builder().name(name).build()?)
            }
            Self::Body(oversize) => {
                field.body(waf::Body::builder().oversize_handling(oversize.to_aws()).build())
            }
            Self::JsonBody(body) => field.json_body(body.to_aws()?),
            Self::Headers(parts) => field.headers(parts.to_headers()?),
            Self::Cookies(parts) => field.cookies(parts.to_cookies()?),
        }
        .build())
    }

    /// The path for a part that WAF has added since, so that it differs from what is declared.
    pub(super) fn from_aws(field: Option<&waf::FieldToMatch>) -> Self {
        field.and_then(Self::known).unwrap_or(Self::UriPath)
    }

    fn known(field: &waf::FieldToMatch) -> Option<Self> {
        let plain = field.all_query_arguments().map(|_| Self::AllQueryArguments);
        plain
            .or_else(|| field.method().map(|_| Self::Method))
            .or_else(|| field.query_string().map(|_| Self::QueryString))
            .or_else(|| field.uri_path().map(|_| Self::UriPath))
            .or_else(|| Some(Self::SingleHeader(field.single_header()?.name.to_lowercase())))
            .or_else(|| {
                let argument = field.single_query_argument()?;
                Some(Self::SingleQueryArgument(argument.name.to_lowercase()))
            })
            .or_else(|| Some(Self::Body(Oversize::from_aws(field.body()?.oversize_handling()))))
            .or_else(|| Some(Self::JsonBody(JsonBody::from_aws(field.json_body()?))))
            .or_else(|| Some(Self::Headers(Parts::from_headers(field.headers()?))))
            .or_else(|| Some(Self::Cookies(Parts::from_cookies(field.cookies()?))))
    }
}

impl Oversize {
    fn to_aws(self) -> waf::OversizeHandling {
        word(&self).as_str().into()
    }

    fn from_aws(handling: Option<&waf::OversizeHandling>) -> Self {
        handling.and_then(|handling| from_word(handling.as_str())).unwrap_or_default()
    }
}

impl JsonBody {
    fn to_aws(&self) -> Result<waf::JsonBody> {
        let pattern = waf::JsonMatchPattern::builder();
        let pattern = match self.included_paths.is_empty() {
            true => pattern.all(waf::All::builder().build()),
            false => pattern.set_included_paths(Some(self.included_paths.clone())),
        };
        Ok(waf::JsonBody::builder()
            .match_pattern(pattern.build())
            .match_scope(word(&self.match_scope).as_str().into())
            .oversize_handling(self.oversize_handling.to_aws())
            .build()?)
    }

    fn from_aws(body: &waf::JsonBody) -> Self {
        let paths = body.match_pattern().map(|pattern| pattern.included_paths().to_vec());
        Self {
            included_paths: paths.unwrap_or_default(),
            match_scope: from_word(body.match_scope.as_str()).unwrap_or_default(),
            oversize_handling: Oversize::from_aws(body.oversize_handling()),
        }
    }
}

/// WAF has two types for the same.
impl Parts {
    fn to_headers(&self) -> Result<waf::Headers> {
        let pattern = waf::HeaderMatchPattern::builder();
        let pattern = match &self.match_pattern {
            Pattern::All => pattern.all(waf::All::builder().build()),
            Pattern::Included(names) => pattern.set_included_headers(Some(names.clone())),
            Pattern::Excluded(names) => pattern.set_excluded_headers(Some(names.clone())),
        };
        Ok(waf::Headers::builder()
            .match_pattern(pattern.build())
            .match_scope(word(&self.match_scope).as_str().into())
            .oversize_handling(self.oversize_handling.to_aws())
            .build()?)
    }

    fn to_cookies(&self) -> Result<waf::Cookies> {
        let pattern = waf::CookieMatchPattern::builder();
        let pattern = match &self.match_pattern {
            Pattern::All => pattern.all(waf::All::builder().build()),
            Pattern::Included(names) => pattern.set_included_cookies(Some(names.clone())),
            Pattern::Excluded(names) => pattern.set_excluded_cookies(Some(names.clone())),
        };
        Ok(waf::Cookies::builder()
            .match_pattern(pattern.build())
            .match_scope(word(&self.match_scope).as_str().into())
            .oversize_handling(self.oversize_handling.to_aws())
            .build()?)
    }

    fn from_headers(headers: &waf::Headers) -> Self {
        let names = headers.match_pattern();
        Self {
            match_pattern: Pattern::from_aws(
                names.map(|names| names.included_headers()),
                names.map(|names| names.excluded_headers()),
            ),
            match_scope: from_word(headers.match_scope.as_str()).unwrap_or_default(),
            oversize_handling: Oversize::from_aws(Some(&headers.oversize_handling)),
        }
    }

    fn from_cookies(cookies: &waf::Cookies) -> Self {
        let names = cookies.match_pattern();
        Self {
            match_pattern: Pattern::from_aws(
                names.map(|names| names.included_cookies()),
                names.map(|names| names.excluded_cookies()),
            ),
            match_scope: from_word(cookies.match_scope.as_str()).unwrap_or_default(),
            oversize_handling: Oversize::from_aws(Some(&cookies.oversize_handling)),
        }
    }
}

impl Pattern {
    fn from_aws(included: Option<&[String]>, excluded: Option<&[String]>) -> Self {
        match (included.unwrap_or_default(), excluded.unwrap_or_default()) {
            ([], []) => Self::All,
            ([], names) => Self::Excluded(names.to_vec()),
            (names, _) => Self::Included(names.to_vec()),
        }
    }
}

/// Transformations in the order in which they are made.
pub(super) fn to_transformations(all: &[Transformation]) -> Result<Vec<waf::TextTransformation>> {
    let numbered = (0..).zip(all);
    let transformation = |(priority, kind)| {
        let kind = word(kind).as_str().into();
        Ok(waf::TextTransformation::builder().priority(priority).r#type(kind).build()?)
    };
    numbered.map(transformation).collect()
}

pub(super) fn from_transformations(all: &[waf::TextTransformation]) -> Vec<Transformation> {
    let mut all: Vec<_> = all.iter().collect();
    all.sort_by_key(|it| it.priority);
    all.into_iter().filter_map(|it| from_word(it.r#type.as_str())).collect()
}

/// One that changes nothing: WAF wants at least one.
pub(super) fn no_transformation() -> Vec<Transformation> {
    vec![Transformation::None]
}
