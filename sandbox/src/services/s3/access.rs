//! Who may call: signatures, session tokens, the owner that a client expects, the bucket's region.

use std::sync::Arc;

use http::HeaderMap;
use jiff::Timestamp;
use s3s::S3Result;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::host::{S3Host, VirtualHost};
use subtle::ConstantTimeEq;

use super::store::Store;
use super::{errors, text_header};
use crate::gateway::keyring::Keyring;
use crate::gateway::route;

/// Gives the protocol library the secrets for SigV4.
pub struct Secrets(pub Keyring);

#[async_trait::async_trait]
impl S3Auth for Secrets {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let key = self.0.find(access_key).ok_or_else(errors::invalid_access_key)?;
        Ok(SecretKey::from(key.secret))
    }
}

/// What is checked of every authentic request.
pub struct Access {
    pub keys: Keyring,
    pub store: Arc<Store>,
}

/// Operations that any region answers.
const EVERYWHERE: [&str; 3] = ["CreateBucket", "ListBuckets", "GetBucketLocation"];

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let query = context.uri().query().unwrap_or_default();
        self.check_session(context, query)?;
        self.check_owner(context.headers())?;
        if EVERYWHERE.contains(&context.s3_op().name()) {
            return Ok(());
        }
        match (context.s3_path().get_bucket_name(), route::read(context.uri(), context.headers())) {
            (Some(bucket), Ok(signature)) => self.check_region(bucket, &signature.scope.region),
            _ => Ok(()),
        }
    }
}

impl Access {
    fn check_session(&self, context: &S3AccessContext<'_>, query: &str) -> S3Result<()> {
        let credentials = context.credentials().ok_or_else(errors::access_denied)?;
        let key = self.keys.find(&credentials.access_key).ok_or_else(errors::invalid_access_key)?;
        let Some(expected) = key.session_token else { return Ok(()) };
        let header = text_header(context.headers(), "x-amz-security-token");
        let sent = route::query_parameter(query, "X-Amz-Security-Token").unwrap_or(header);
        if !bool::from(sent.as_bytes().ct_eq(expected.as_bytes())) {
            return Err(errors::invalid_token());
        }
        if key.expires.is_some_and(|expires| expires <= Timestamp::now()) {
            return Err(errors::expired_token());
        }
        Ok(())
    }

    fn check_owner(&self, headers: &HeaderMap) -> S3Result<()> {
        let expected = ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"];
        let foreign = expected
            .into_iter()
            .map(|name| text_header(headers, name))
            .any(|owner| !owner.is_empty() && owner != self.store.account());
        if foreign { Err(errors::access_denied()) } else { Ok(()) }
    }

    /// A bucket answers only what is signed for its own region.
    fn check_region(&self, bucket: &str, signed_for: &str) -> S3Result<()> {
        let state = self.store.lock();
        match state.buckets.get(bucket) {
            Some(bucket) if bucket.region != signed_for => {
                Err(errors::permanent_redirect(&bucket.region))
            }
            _ => Ok(()),
        }
    }
}

/// Finds the bucket in `BUCKET.localhost`, `BUCKET.s3.localhost` and `BUCKET.s3.REGION.localhost`.
pub struct Hosts;

impl S3Host for Hosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let domain = VirtualHost::new(host);
        Ok(match bucket_of_host(host) {
            Some(bucket) => domain.with_bucket(bucket.to_owned()),
            None => domain,
        })
    }
}

/// The bucket in a host name; none in `localhost` itself and in addresses.
pub fn bucket_of_host(host: &str) -> Option<&str> {
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let name = name.strip_suffix(".localhost")?;
    if name == "s3" || name.starts_with("s3.") {
        return None;
    }
    let bucket = name.strip_suffix(".s3").unwrap_or(name);
    Some(bucket.rsplit_once(".s3.").map_or(bucket, |(bucket, _)| bucket))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_stands_before_the_domain() {
        for (host, bucket) in [
            ("localhost", None),
            ("localhost:4566", None),
            ("127.0.0.1:4566", None),
            ("s3.localhost:4566", None),
            ("s3.eu-west-1.localhost", None),
            ("site.localhost:4566", Some("site")),
            ("my.site.s3.localhost", Some("my.site")),
            ("site.s3.eu-west-1.localhost:4566", Some("site")),
        ] {
            assert_eq!(bucket_of_host(host), bucket, "{host}");
        }
    }
}
