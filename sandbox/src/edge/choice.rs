//! What of a viewer's request counts: for the cache's key, and for the origin.

use http::header::{COOKIE, HeaderName, HeaderValue};
use http::{HeaderMap, header};

use crate::services::cloudfront::{
    CachePolicyConfig, CookiesConfig, HeadersConfig, OriginRequestPolicyConfig, QueryStringsConfig,
};

/// Which names count.
#[derive(Debug)]
enum Choice {
    None,
    All,
    Only(Vec<String>),
    AllBut(Vec<String>),
}

impl Choice {
    fn new(behavior: &str, names: Option<&[String]>) -> Self {
        let names = names.unwrap_or_default().to_vec();
        match behavior {
            "whitelist" => Self::Only(names),
            "allExcept" => Self::AllBut(names),
            "all" | "allViewer" | "allViewerAndWhitelistCloudFront" => Self::All,
            _ => Self::None,
        }
    }

    fn takes(&self, name: &str) -> bool {
        let named = |names: &[String]| names.iter().any(|it| it.eq_ignore_ascii_case(name));
        match self {
            Self::None => false,
            Self::All => true,
            Self::Only(names) => named(names),
            Self::AllBut(names) => !named(names),
        }
    }
}

/// What counts, of each part of a request.
#[derive(Debug)]
struct Choices {
    headers: Choice,
    cookies: Choice,
    parameters: Choice,
    /// Headers that CloudFront makes, e.g. `CloudFront-Viewer-Address`.
    own: Vec<String>,
}

impl Choices {
    fn new(
        headers: &HeadersConfig,
        cookies: &CookiesConfig,
        parameters: &QueryStringsConfig,
    ) -> Self {
        let named = headers.headers.as_deref().unwrap_or_default();
        let own = named.iter().filter(|name| is_cloudfronts(name)).cloned().collect();
        Self {
            headers: Choice::new(&headers.header_behavior, headers.headers.as_deref()),
            cookies: Choice::new(&cookies.cookie_behavior, cookies.cookies.as_deref()),
            parameters: Choice::new(
                &parameters.query_string_behavior,
                parameters.query_strings.as_deref(),
            ),
            own: if headers.header_behavior == "allExcept" { Vec::new() } else { own },
        }
    }
}

fn is_cloudfronts(name: &str) -> bool {
    name.get(..11).is_some_and(|start| start.eq_ignore_ascii_case("cloudfront-"))
}

/// What of a request tells cached responses apart, and what goes to the origin.
#[derive(Debug)]
pub(super) struct Forwarding {
    key: Choices,
    more: Option<Choices>,
    encodings: Vec<&'static str>,
}

/// What a viewer said of itself, for the headers that CloudFront makes.
pub(super) struct Viewer<'a> {
    pub headers: &'a HeaderMap,
    pub query: Option<&'a str>,
    pub address: String,
}

/// Headers that concern one connection, or that CloudFront writes itself.
const NOT_FORWARDED: [HeaderName; 14] = [
    header::ACCEPT_ENCODING,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::COOKIE,
    header::EXPECT,
    header::HOST,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::USER_AGENT,
    header::VIA,
];

impl Forwarding {
    pub(super) fn new(
        cache: &CachePolicyConfig,
        request: Option<&OriginRequestPolicyConfig>,
    ) -> Self {
        let parameters = &cache.parameters;
        let encodings = [
            ("br", parameters.enable_accept_encoding_brotli),
            ("gzip", parameters.enable_accept_encoding_gzip),
        ];
        let key = Choices::new(
            &parameters.headers_config,
            &parameters.cookies_config,
            &parameters.query_strings_config,
        );
        let more = request.map(|it| {
            Choices::new(&it.headers_config, &it.cookies_config, &it.query_strings_config)
        });
        let encodings = encodings.into_iter().filter_map(|(name, enabled)| enabled.then_some(name));
        Self { key, more, encodings: encodings.collect() }
    }

    /// The encodings that a viewer accepts and the cache policy keeps apart, the best first.
    pub(super) fn encodings(&self, headers: &HeaderMap) -> Vec<&'static str> {
        let accepted = headers.get_all(header::ACCEPT_ENCODING);
        let accepted: Vec<&str> = accepted
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(','))
            .filter(|item| !item.replace(' ', "").ends_with(";q=0"))
            .map(|item| item.split(';').next().unwrap_or_default().trim())
            .collect();
        self.encodings.iter().copied().filter(|name| accepted.contains(name)).collect()
    }

    /// What tells this request's response apart from others of the same path.
    pub(super) fn key(&self, viewer: &Viewer<'_>) -> String {
        let headers = viewer.headers.iter().filter(|(name, _)| {
            self.key.headers.takes(name.as_str())
                && **name != COOKIE
                && **name != header::ACCEPT_ENCODING
        });
        let mut headers: Vec<String> = headers
            .map(|(name, value)| format!("{name}:{}", String::from_utf8_lossy(value.as_bytes())))
            .collect();
        headers.sort();
        let mut cookies = self.cookies(viewer, |choices, name| choices.cookies.takes(name));
        cookies.retain(|cookie| self.key.cookies.takes(cookie_name(cookie)));
        let parameters = self.parameters(viewer.query, false).unwrap_or_default();
        let encodings = self.encodings(viewer.headers).join(",");
        format!("?{parameters}\n{}\n{}\n{encodings}", headers.join("\n"), cookies.join("; "))
    }

    fn all(&self) -> impl Iterator<Item = &Choices> {
        [&self.key].into_iter().chain(&self.more)
    }

    fn takes_header(&self, name: &str) -> bool {
        self.all().any(|choices| choices.headers.takes(name))
    }

    fn cookies<'v>(
        &self,
        viewer: &Viewer<'v>,
        takes: impl Fn(&Choices, &str) -> bool,
    ) -> Vec<&'v str> {
        let lines = viewer.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let cookies = lines.flat_map(|line| line.split(';')).map(str::trim);
        cookies
            .filter(|cookie| self.all().any(|choices| takes(choices, cookie_name(cookie))))
            .collect()
    }

    /// The parameters of the query string that count, in the viewer's order.
    fn parameters(&self, query: Option<&str>, for_origin: bool) -> Option<String> {
        let takes = |pair: &&str| {
            let name = pair.split('=').next().unwrap_or_default();
            if for_origin {
                self.all().any(|choices| choices.parameters.takes(name))
            } else {
                self.key.parameters.takes(name)
            }
        };
        let kept: Vec<&str> = query?.split('&').filter(takes).collect();
        (!kept.is_empty()).then(|| kept.join("&"))
    }

    /// The query string that goes to the origin.
    pub(super) fn query(&self, query: Option<&str>) -> Option<String> {
        self.parameters(query, true)
    }

    /// Whether the origin sees the name that the viewer asked for, rather than its own.
    pub(super) fn takes_host(&self) -> bool {
        self.takes_header("host")
    }

    /// The headers that go to the origin, but for those that every request has.
    pub(super) fn headers(&self, viewer: &Viewer<'_>, reads: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in viewer.headers {
            let always = *name == header::CONTENT_TYPE || !reads && *name == header::AUTHORIZATION;
            let mine = is_cloudfronts(name.as_str()) || name == "x-forwarded-for";
            let takes = (always || self.takes_header(name.as_str())) && !mine;
            if takes && !NOT_FORWARDED.contains(name) {
                headers.append(name.clone(), value.clone());
            }
        }
        let cookies = self.cookies(viewer, |choices, name| choices.cookies.takes(name));
        insert(&mut headers, COOKIE, &cookies.join("; "));
        insert(&mut headers, header::ACCEPT_ENCODING, &self.accept_encoding(viewer.headers));
        insert(&mut headers, header::USER_AGENT, &self.user_agent(viewer.headers));
        for name in self.all().flat_map(|choices| &choices.own) {
            if let (Some(value), Ok(name)) = (of_viewer(name, viewer), name.parse::<HeaderName>()) {
                insert(&mut headers, name, &value);
            }
        }
        headers
    }

    /// CloudFront's own list where the cache policy has one; else the viewer's, if it goes at all.
    fn accept_encoding(&self, headers: &HeaderMap) -> String {
        if !self.encodings.is_empty() {
            return self.encodings(headers).join(",");
        }
        let viewers = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
        let viewers = viewers.filter(|_| self.takes_header("accept-encoding"));
        viewers.unwrap_or_default().to_owned()
    }

    fn user_agent(&self, headers: &HeaderMap) -> String {
        let viewers = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let viewers = viewers.filter(|_| self.takes_header("user-agent"));
        viewers.unwrap_or("Amazon CloudFront").to_owned()
    }
}

fn cookie_name(cookie: &str) -> &str {
    cookie.split('=').next().unwrap_or_default()
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Some(value) = HeaderValue::from_str(value).ok().filter(|value| !value.is_empty()) {
        headers.insert(name, value);
    }
}

/// A header that CloudFront makes; none of those that tell where a viewer is, which nobody knows.
fn of_viewer(name: &str, viewer: &Viewer<'_>) -> Option<String> {
    match name.to_ascii_lowercase().as_str() {
        "cloudfront-viewer-address" => Some(viewer.address.clone()),
        "cloudfront-viewer-http-version" => Some("1.1".to_owned()),
        "cloudfront-forwarded-proto" => Some("https".to_owned()),
        "cloudfront-is-desktop-viewer" => Some("true".to_owned()),
        "cloudfront-is-mobile-viewer"
        | "cloudfront-is-tablet-viewer"
        | "cloudfront-is-smarttv-viewer"
        | "cloudfront-is-android-viewer"
        | "cloudfront-is-ios-viewer" => Some("false".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewer(headers: &HeaderMap) -> Viewer<'_> {
        Viewer { headers, query: Some("a=1&b=2"), address: "127.0.0.1:5".to_owned() }
    }

    fn headers() -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("host", "d1.cloudfront.localhost"),
            ("authorization", "Bearer x"),
            ("accept-encoding", "gzip, br;q=0, deflate"),
            ("cookie", "session=1; other=2"),
            ("cloudfront-viewer-address", "forged"),
            ("x-custom", "1"),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    fn policy(headers: HeadersConfig, others: &str) -> OriginRequestPolicyConfig {
        OriginRequestPolicyConfig {
            headers_config: headers,
            cookies_config: CookiesConfig::new(others, &[]),
            query_strings_config: QueryStringsConfig::new(others, &[]),
            ..OriginRequestPolicyConfig::default()
        }
    }

    #[test]
    fn nothing_goes_to_the_origin_unless_a_policy_says_so() {
        let forwarding = Forwarding::new(&CachePolicyConfig::disabled(), None);
        let headers = headers();
        let sent = forwarding.headers(&viewer(&headers), true);
        assert_eq!(sent.get("user-agent").unwrap(), "Amazon CloudFront");
        assert_eq!(sent.len(), 1);
        assert_eq!(forwarding.query(Some("a=1")), None);
        let written = forwarding.headers(&viewer(&headers), false);
        assert!(written.contains_key("authorization"));
    }

    #[test]
    fn all_but_the_host_goes_with_the_policy_for_that() {
        let all = policy(HeadersConfig::new("allExcept", &["host".to_owned()]), "all");
        let forwarding = Forwarding::new(&CachePolicyConfig::disabled(), Some(&all));
        let headers = headers();
        let sent = forwarding.headers(&viewer(&headers), true);
        assert_eq!(sent.get("cookie").unwrap(), "session=1; other=2");
        assert_eq!(sent.get("x-custom").unwrap(), "1");
        assert!(!sent.contains_key("cloudfront-viewer-address"), "{sent:?}");
        assert!(!forwarding.takes_host());
        assert_eq!(forwarding.query(Some("a=1&b=2")).as_deref(), Some("a=1&b=2"));
    }

    #[test]
    fn cloudfronts_own_headers_are_not_the_viewers() {
        let names = ["CloudFront-Viewer-Address".to_owned()];
        let asked = policy(HeadersConfig::new("whitelist", &names), "none");
        let forwarding = Forwarding::new(&CachePolicyConfig::disabled(), Some(&asked));
        let headers = headers();
        let sent = forwarding.headers(&viewer(&headers), true);
        assert_eq!(sent.get("cloudfront-viewer-address").unwrap(), "127.0.0.1:5");
    }

    #[test]
    fn what_goes_to_the_origin_alone_tells_no_responses_apart() {
        let all = policy(HeadersConfig::new("allViewer", &[]), "all");
        let mut cache = CachePolicyConfig::disabled();
        cache.parameters.query_strings_config =
            QueryStringsConfig::new("whitelist", &["a".to_owned()]);
        cache.parameters.enable_accept_encoding_gzip = true;
        let forwarding = Forwarding::new(&cache, Some(&all));
        let headers = headers();
        assert_eq!(forwarding.key(&viewer(&headers)), "?a=1\n\n\ngzip");
    }
}
