//! A bucket as the origin of a distribution: objects are read, as far as the bucket's policy lets
//! CloudFront read them.

use futures::TryStreamExt;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use s3s::dto::{ETagCondition, GetObjectInput, GetObjectOutput, Range, Timestamp, TimestampFormat};
use s3s::{S3Error, S3Result};

use super::grant::Asker;
use super::{S3, errors, hex, policy, read, text_header};
use crate::fault::Fault;
use crate::gateway::{Body, full};
use crate::protocol::rest_xml;

/// What an edge asks of a bucket.
#[derive(Debug)]
pub struct OriginRequest<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// The key, without a slash in front and without escapes.
    pub key: &'a str,
    /// Only `GET` and `HEAD` are answered.
    pub method: &'a Method,
    /// Ranges and preconditions.
    pub headers: &'a HeaderMap,
    /// Who signs; none for an origin without access control.
    pub signer: Option<Signer<'a>>,
}

/// The distribution for which CloudFront signs.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// Its ARN.
    pub distribution: &'a str,
    /// Its account.
    pub account: &'a str,
}

impl S3 {
    /// Answers an edge, errors included.
    pub async fn answer_edge(&self, asked: OriginRequest<'_>) -> Response<Body> {
        match self.read_for_edge(&asked).await {
            Ok(output) => respond(output),
            Err(error) => refuse(&error),
        }
    }

    async fn read_for_edge(&self, asked: &OriginRequest<'_>) -> S3Result<GetObjectOutput> {
        if asked.method != Method::GET && asked.method != Method::HEAD {
            return Err(errors::access_denied());
        }
        self.check_grant(asked)?;
        let known = |text: &str| ETagCondition::parse_http_header(text.as_bytes()).ok();
        let moment = |text: &str| Timestamp::parse(TimestampFormat::HttpDate, text).ok();
        let input = GetObjectInput {
            bucket: asked.bucket.to_owned(),
            key: asked.key.to_owned(),
            range: header(asked.headers, "range", |text| Range::parse(text).ok()),
            if_none_match: header(asked.headers, "if-none-match", known),
            if_modified_since: header(asked.headers, "if-modified-since", moment),
            ..GetObjectInput::default()
        };
        read::open(&self.store, input).await
    }

    /// Whether the bucket's policy allows the read. A key that does not exist is told only to who
    /// may list the bucket.
    fn check_grant(&self, asked: &OriginRequest<'_>) -> S3Result<()> {
        let asker = match asked.signer {
            Some(signer) => Asker {
                service: Some("cloudfront.amazonaws.com"),
                source_arn: signer.distribution,
                source_account: signer.account,
            },
            None => Asker { service: None, source_arn: "", source_account: "" },
        };
        let name = asked.bucket;
        let arn = format!("arn:aws:s3:::{name}");
        let allowed = self.store.read(name, |bucket| {
            let settings = &bucket.settings;
            let policy = settings.policy.as_deref().map(|text| policy::parse(text, name));
            let Some(policy) = policy.transpose()? else { return Ok(false) };
            let block = settings.public_access_block.as_ref();
            let is_closed = block.and_then(|it| it.restrict_public_buckets) == Some(true);
            if asker.service.is_none() && is_closed {
                return Ok(false);
            }
            let may_read = policy.allows(&asker, "s3:GetObject", &format!("{arn}/{}", asked.key));
            let may_list = policy.allows(&asker, "s3:ListBucket", &arn);
            Ok(if bucket.current(asked.key).is_some() { may_read } else { may_list })
        })?;
        if allowed { Ok(()) } else { Err(errors::access_denied()) }
    }
}

fn header<T>(headers: &HeaderMap, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
    Some(text_header(headers, name)).filter(|text| !text.is_empty()).and_then(|text| read(&text))
}

fn respond(output: GetObjectOutput) -> Response<Body> {
    let partial = output.content_range.is_some();
    let headers = headers(&output);
    let body = output.body.map(|body| StreamBody::new(body.map_ok(Frame::data)).boxed_unsync());
    let mut response = Response::new(body.unwrap_or_else(|| full("")));
    *response.status_mut() = if partial { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    *response.headers_mut() = headers;
    response
}

/// An object's description, as S3 puts it into headers.
fn headers(output: &GetObjectOutput) -> HeaderMap {
    let moment = |moment: &Timestamp| {
        let mut text = Vec::new();
        moment.format(TimestampFormat::HttpDate, &mut text).ok()?;
        String::from_utf8(text).ok()
    };
    let plain = [
        ("content-type", output.content_type.clone()),
        ("content-length", output.content_length.map(|length| length.to_string())),
        ("content-range", output.content_range.clone()),
        ("etag", output.e_tag.as_ref().map(|etag| format!("\"{}\"", etag.value()))),
        ("last-modified", output.last_modified.as_ref().and_then(moment)),
        ("cache-control", output.cache_control.clone()),
        ("content-disposition", output.content_disposition.clone()),
        ("content-encoding", output.content_encoding.clone()),
        ("content-language", output.content_language.clone()),
        ("expires", output.expires.as_ref().and_then(moment)),
        ("accept-ranges", output.accept_ranges.clone()),
        ("x-amz-version-id", output.version_id.clone()),
        (
            "x-amz-server-side-encryption",
            output.server_side_encryption.as_ref().map(|it| it.as_str().to_owned()),
        ),
        ("server", Some("AmazonS3".to_owned())),
    ];
    let own = output.metadata.iter().flatten();
    let own = own.map(|(name, value)| (format!("x-amz-meta-{name}"), value.clone()));
    let plain =
        plain.into_iter().filter_map(|(name, value)| value.map(|value| (name.to_owned(), value)));
    let pairs = plain.chain(own).filter_map(|(name, value)| {
        Some((name.parse::<http::HeaderName>().ok()?, HeaderValue::from_str(&value).ok()?))
    });
    pairs.collect()
}

fn refuse(error: &S3Error) -> Response<Body> {
    let status = error.status_code().or_else(|| error.code().status_code());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let id = hex(&uuid::Uuid::new_v4().into_bytes()[..8]).to_uppercase();
    let fault = Fault::new(error.code().as_str(), error.message().unwrap_or_default());
    let mut response = rest_xml::s3_fault(&fault.with_status(status.as_u16()), &id).map(full);
    if status == StatusCode::NOT_MODIFIED {
        *response.body_mut() = full("");
        response.headers_mut().remove("content-type");
    }
    response.headers_mut().extend(error.headers().cloned().unwrap_or_default());
    response.headers_mut().insert("server", HeaderValue::from_static("AmazonS3"));
    response
}
