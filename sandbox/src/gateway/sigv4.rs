//! AWS Signature Version 4: does the signature fit the request, the secret and the time.

use std::borrow::Cow;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::keyring::Key;
use super::route::{Signature, query_parameter};

/// How far a client's clock may be off, in seconds; AWS allows five minutes.
const MAX_SKEW: i64 = 300;
/// How long a presigned request may be valid, in seconds: a week.
const MAX_EXPIRES: i64 = 604_800;

/// Everything but what RFC 3986 calls unreserved.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Why a signature is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// There is no `X-Amz-Date`, or it is not of the form `20260131T120000Z`.
    #[error("The request has no valid date in X-Amz-Date.")]
    NoDate,
    /// It was signed too long ago.
    #[error("Signature expired: {signed} is now earlier than {limit} ({now} - 5 min.)")]
    TooOld {
        /// When it was signed.
        signed: String,
        /// The earliest moment that is accepted.
        limit: String,
        /// Now.
        now: String,
    },
    /// It was signed in the future.
    #[error("Signature not yet current: {signed} is still later than {limit} ({now} + 5 min.)")]
    TooNew {
        /// When it was signed.
        signed: String,
        /// The latest moment that is accepted.
        limit: String,
        /// Now.
        now: String,
    },
    /// The session token is not the one that belongs to the key.
    #[error("The security token included in the request is invalid.")]
    WrongToken,
    /// The temporary keys have ended.
    #[error("The security token included in the request is expired")]
    ExpiredToken,
    /// The signature is another.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check \
         your AWS Secret Access Key and signing method. Consult the service documentation for \
         details."
    )]
    Mismatch,
}

/// Checks a request's signature, its age, and the validity of temporary keys.
///
/// # Errors
/// The first check that fails, in AWS's order: date, token, signature.
pub fn verify(
    request: &Request<Bytes>,
    signature: &Signature,
    key: &Key,
    now: Timestamp,
) -> Result<(), Denied> {
    let date = value(request, signature, "x-amz-date").ok_or(Denied::NoDate)?;
    let signed = parse_date(&date).ok_or(Denied::NoDate)?;
    check_age(request, signature, signed, now)?;
    check_token(request, signature, key, now)?;
    let day_matches = date.starts_with(&signature.scope.date);
    let canonical = canonical_request(request, signature).ok_or(Denied::Mismatch)?;
    let expected = sign(&key.secret, &signature.scope, &date, &canonical);
    let matches: bool = expected.as_bytes().ct_eq(signature.signature.as_bytes()).into();
    if matches && day_matches { Ok(()) } else { Err(Denied::Mismatch) }
}

/// A value that stands in a header, or in the query string of a presigned request.
fn value(request: &Request<Bytes>, signature: &Signature, header: &str) -> Option<String> {
    if !signature.presigned {
        let value = request.headers().get(header)?;
        return value.to_str().ok().map(str::to_owned);
    }
    let name = match header {
        "x-amz-date" => "X-Amz-Date",
        "x-amz-expires" => "X-Amz-Expires",
        _ => "X-Amz-Security-Token",
    };
    query_parameter(request.uri().query().unwrap_or_default(), name)
}

fn parse_date(text: &str) -> Option<Timestamp> {
    let date = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

fn print_date(seconds: i64) -> String {
    let moment = Timestamp::from_second(seconds).unwrap_or_default();
    moment.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn check_age(
    request: &Request<Bytes>,
    signature: &Signature,
    signed: Timestamp,
    now: Timestamp,
) -> Result<(), Denied> {
    let expires = value(request, signature, "x-amz-expires").filter(|_| signature.presigned);
    let expires = expires.and_then(|text| text.parse().ok()).unwrap_or(MAX_SKEW);
    let (signed, now) = (signed.as_second(), now.as_second());
    let lifetime = expires.clamp(0, MAX_EXPIRES);
    if signed < now - lifetime {
        let (signed, limit) = (print_date(signed), print_date(now - lifetime));
        return Err(Denied::TooOld { signed, limit, now: print_date(now) });
    }
    if signed > now + MAX_SKEW {
        let (signed, limit) = (print_date(signed), print_date(now + MAX_SKEW));
        return Err(Denied::TooNew { signed, limit, now: print_date(now) });
    }
    Ok(())
}

fn check_token(
    request: &Request<Bytes>,
    signature: &Signature,
    key: &Key,
    now: Timestamp,
) -> Result<(), Denied> {
    let given = value(request, signature, "x-amz-security-token");
    let same = match (&key.session_token, &given) {
        (Some(token), Some(given)) => token.as_bytes().ct_eq(given.as_bytes()).into(),
        (None, None) => true,
        _ => false,
    };
    match (same, key.expires) {
        (false, _) => Err(Denied::WrongToken),
        (true, Some(expires)) if expires <= now => Err(Denied::ExpiredToken),
        (true, _) => Ok(()),
    }
}

/// The text that is signed in place of the request; none when a signed header is missing.
fn canonical_request(request: &Request<Bytes>, signature: &Signature) -> Option<String> {
    let mut text = format!(
        "{}\n{}\n{}\n",
        request.method(),
        canonical_path(request.uri().path()),
        canonical_query(request.uri().query().unwrap_or_default())
    );
    for name in &signature.signed_headers {
        text.push_str(&format!("{name}:{}\n", canonical_header(request, name)?));
    }
    text.push_str(&format!("\n{}\n{}", signature.signed_headers.join(";"), payload_hash(request)?));
    Some(text)
}

/// The path, normalised, with every segment escaped once more: AWS's rule for all but S3.
fn canonical_path(path: &str) -> String {
    let mut segments: Vec<Cow<'_, str>> = Vec::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(utf8_percent_encode(segment, ESCAPED).into()),
        }
    }
    let trailing = if path.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    format!("/{}{trailing}", segments.join("/"))
}

fn canonical_query(query: &str) -> String {
    let escape = |text: &str| {
        let bytes: Vec<u8> = percent_decode_str(&text.replace('+', " ")).collect();
        percent_encoding::percent_encode(&bytes, ESCAPED).to_string()
    };
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .filter(|(name, _)| *name != "X-Amz-Signature")
        .map(|(name, value)| (escape(name), escape(value)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> =
        pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

fn canonical_header(request: &Request<Bytes>, name: &str) -> Option<String> {
    let values = request.headers().get_all(name).iter();
    let values: Vec<String> = values
        .map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// The hash of the body; none when the request states another than its body has.
fn payload_hash(request: &Request<Bytes>) -> Option<String> {
    let actual = hex(&Sha256::digest(request.body()));
    let stated = request.headers().get("x-amz-content-sha256").and_then(|hash| hash.to_str().ok());
    match stated {
        None => Some(actual),
        Some("UNSIGNED-PAYLOAD") => Some("UNSIGNED-PAYLOAD".to_owned()),
        Some(stated) => (stated == actual).then_some(actual),
    }
}

fn sign(secret: &str, scope: &super::route::Scope, date: &str, canonical: &str) -> String {
    let credential_scope =
        format!("{}/{}/{}/aws4_request", scope.date, scope.region, scope.service);
    let hash = hex(&Sha256::digest(canonical.as_bytes()));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{credential_scope}\n{hash}");
    let steps = [&scope.date, &scope.region, &scope.service, "aws4_request"];
    let key = steps
        .iter()
        .fold(format!("AWS4{secret}").into_bytes(), |key, step| hmac(&key, step.as_bytes()));
    hex(&hmac(&key, text.as_bytes()))
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    // HMAC takes keys of every length.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::route;
    use super::*;

    fn key() -> Key {
        Key {
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: None,
            expires: None,
        }
    }

    fn now() -> Timestamp {
        "2015-08-30T12:36:00Z".parse().unwrap()
    }

    /// `get-vanilla-query-order-key-case` of AWS's published test suite.
    fn example() -> Request<Bytes> {
        Request::get("/?Param2=value2&Param1=value1")
            .header("host", "example.amazonaws.com")
            .header("x-amz-date", "20150830T123600Z")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders=host;x-amz-date, \
                 Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            )
            .body(Bytes::new())
            .unwrap()
    }

    fn check(request: &Request<Bytes>, key: &Key, now: Timestamp) -> Result<(), Denied> {
        let signature = route::read(request.uri(), request.headers()).unwrap();
        verify(request, &signature, key, now)
    }

    #[test]
    fn the_published_example_is_accepted() {
        assert_eq!(check(&example(), &key(), now()), Ok(()));
    }

    #[test]
    fn another_body_path_header_or_secret_is_not() {
        let mut other = example();
        *other.body_mut() = Bytes::from("x");
        assert_eq!(check(&other, &key(), now()), Err(Denied::Mismatch));
        let mut other = example();
        *other.uri_mut() = "/x?Param2=value2&Param1=value1".parse().unwrap();
        assert_eq!(check(&other, &key(), now()), Err(Denied::Mismatch));
        let mut other = example();
        other.headers_mut().insert("host", "other.amazonaws.com".parse().unwrap());
        assert_eq!(check(&other, &key(), now()), Err(Denied::Mismatch));
        let secret = Key { secret: "wrong".to_owned(), ..key() };
        assert_eq!(check(&example(), &secret, now()), Err(Denied::Mismatch));
    }

    #[test]
    fn five_minutes_are_the_limit_both_ways() {
        let at = |text: &str| check(&example(), &key(), text.parse().unwrap());
        assert_eq!(at("2015-08-30T12:41:00Z"), Ok(()));
        assert_eq!(at("2015-08-30T12:31:00Z"), Ok(()));
        assert_eq!(
            at("2015-08-30T12:41:01Z").unwrap_err().to_string(),
            "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z \
             (20150830T124101Z - 5 min.)"
        );
        assert!(matches!(at("2015-08-30T12:30:59Z"), Err(Denied::TooNew { .. })));
    }

    #[test]
    fn temporary_keys_need_their_token_and_end() {
        let temporary = Key {
            session_token: Some("token".to_owned()),
            expires: Some("2015-08-30T12:37:00Z".parse().unwrap()),
            ..key()
        };
        assert_eq!(check(&example(), &temporary, now()), Err(Denied::WrongToken));
        let mut request = example();
        request.headers_mut().insert("x-amz-security-token", "token".parse().unwrap());
        assert_eq!(check(&request, &temporary, now()), Ok(()));
        let later = "2015-08-30T12:37:00Z".parse().unwrap();
        assert_eq!(check(&request, &temporary, later), Err(Denied::ExpiredToken));
    }

    #[test]
    fn a_presigned_request_is_checked_and_expires() {
        let sign_it = |request: &mut Request<Bytes>| {
            let signature = route::read(request.uri(), request.headers()).unwrap();
            let canonical = canonical_request(request, &signature).unwrap();
            let signed = sign(&key().secret, &signature.scope, "20150830T123600Z", &canonical);
            let uri = request.uri().to_string().replace("=unsigned", &format!("={signed}"));
            *request.uri_mut() = uri.parse().unwrap();
        };
        let mut request = Request::get(
            "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKID%2F20150830%2Fus-east-1%2Fsts%2Faws4_request\
             &X-Amz-Date=20150830T123600Z&X-Amz-Expires=600&X-Amz-SignedHeaders=host\
             &X-Amz-Signature=unsigned",
        )
        .header("host", "localhost")
        .body(Bytes::new())
        .unwrap();
        assert_eq!(check(&request, &key(), now()), Err(Denied::Mismatch));
        sign_it(&mut request);
        assert_eq!(check(&request, &key(), now()), Ok(()));
        assert_eq!(check(&request, &key(), "2015-08-30T12:46:00Z".parse().unwrap()), Ok(()));
        let late = check(&request, &key(), "2015-08-30T12:46:01Z".parse().unwrap());
        assert!(matches!(late, Err(Denied::TooOld { .. })));
    }

    #[test]
    fn paths_are_normalised_and_escaped_once_more() {
        assert_eq!(canonical_path(""), "/");
        assert_eq!(canonical_path("/a/./b/../c/"), "/a/c/");
        assert_eq!(canonical_path("/arn%3Aaws"), "/arn%253Aaws");
    }
}
