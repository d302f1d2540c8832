//! How long a response may be kept, by the origin's words within the policy's bounds.
//!
//! CloudFront's table ("Managing how long content stays in the cache"): `s-maxage` goes before
//! `max-age`, which goes before `Expires`; all within the least and the greatest time. `no-cache`,
//! `no-store` and `private` keep it for the least time. Where the origin is silent, it is the
//! usual time.

use std::time::Duration;

use http::{HeaderMap, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::services::cloudfront::CachePolicyConfig;

/// How long a response may be kept.
pub(super) fn fresh_for(
    headers: &HeaderMap,
    policy: &CachePolicyConfig,
    now: Timestamp,
) -> Duration {
    let seconds = match told(headers, now) {
        Told::Nothing => policy.default_ttl.max(policy.min_ttl),
        Told::NotAtAll => policy.min_ttl,
        Told::Seconds(seconds) => seconds.clamp(policy.min_ttl, policy.max_ttl),
    };
    Duration::from_secs(seconds.min(policy.max_ttl))
}

/// How long an error may be kept: what the origin says, but not less than the least time.
pub(super) fn error_fresh_for(headers: &HeaderMap, least: u64, now: Timestamp) -> Duration {
    Duration::from_secs(match told(headers, now) {
        Told::Seconds(seconds) => seconds.max(least),
        Told::Nothing | Told::NotAtAll => least,
    })
}

/// What an origin says.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    NotAtAll,
    Seconds(u64),
}

fn told(headers: &HeaderMap, now: Timestamp) -> Told {
    let lines = headers.get_all(header::CACHE_CONTROL);
    let directives: Vec<String> = lines
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .map(|directive| directive.trim().to_ascii_lowercase())
        .collect();
    let has = |name: &str| directives.iter().any(|directive| directive == name);
    if ["no-cache", "no-store", "private"].into_iter().any(has) {
        return Told::NotAtAll;
    }
    let seconds = |name: &str| {
        let value = directives.iter().find_map(|it| it.strip_prefix(name)?.strip_prefix('='))?;
        value.trim_matches('"').parse().ok()
    };
    match seconds("s-maxage").or_else(|| seconds("max-age")) {
        Some(seconds) => Told::Seconds(seconds),
        None => expires(headers, now).map_or(Told::Nothing, Told::Seconds),
    }
}

fn expires(headers: &HeaderMap, now: Timestamp) -> Option<u64> {
    let text = headers.get(header::EXPIRES)?.to_str().ok()?;
    // A date that cannot be read, such as `0`, lies in the past.
    let Some(moment) = moment(text) else { return Some(0) };
    Some(u64::try_from(moment.duration_since(now).as_secs()).unwrap_or(0))
}

/// A moment as HTTP writes it.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn seconds(name: &'static str, value: &'static str) -> u64 {
        let mut policy = CachePolicyConfig::disabled();
        (policy.min_ttl, policy.default_ttl, policy.max_ttl) = (10, 100, 1000);
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        fresh_for(&headers, &policy, now).as_secs()
    }

    #[test]
    fn the_origins_words_count_within_the_bounds() {
        for (value, expected) in [
            ("max-age=50", 50),
            ("max-age=5", 10),
            ("max-age=5000", 1000),
            ("max-age=50, s-maxage=60", 60),
            ("no-store", 10),
            ("private, max-age=50", 10),
            ("public", 100),
        ] {
            assert_eq!(seconds("cache-control", value), expected, "{value}");
        }
        assert_eq!(seconds("expires", "Thu, 01 Jan 2026 00:01:00 GMT"), 60);
        assert_eq!(seconds("expires", "0"), 10);
        assert_eq!(seconds("etag", "x"), 100);
    }
}
