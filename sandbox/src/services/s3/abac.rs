//! GetBucketAbac, which is younger than the protocol library.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, Uri, header};
use s3s::route::S3Route;
use s3s::{Body, S3Request, S3Response, S3Result};

use super::store::Store;
use super::{errors, operation};

/// Access by tags is off in every bucket, as it is on AWS until somebody turns it on.
const DISABLED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <AbacStatus xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Disabled</Status>\
    </AbacStatus>";

/// Answers the sub-resources that the library would take for the bucket itself.
pub struct Younger(pub Arc<Store>);

#[async_trait::async_trait]
impl S3Route for Younger {
    fn is_match(
        &self,
        _method: &Method,
        uri: &Uri,
        _headers: &HeaderMap,
        _extensions: &mut http::Extensions,
    ) -> bool {
        uri.query().is_some_and(operation::is_unknown_to_library)
    }

    async fn call(&self, request: S3Request<Body>) -> S3Result<S3Response<Body>> {
        let uri = &request.uri;
        let is_abac = uri
            .query()
            .is_some_and(|query| query.split('&').any(|it| it == "abac" || it == "abac="));
        if request.method != Method::GET || !is_abac {
            return Err(errors::not_implemented("this sub-resource"));
        }
        let host = super::text_header(&request.headers, "host");
        let in_host = super::access::bucket_of_host(&host);
        let bucket = in_host.unwrap_or_else(|| uri.path().trim_matches('/'));
        self.0.read(bucket, |_| Ok(()))?;
        let mut response = S3Response::new(Body::from(DISABLED.to_owned()));
        let xml = HeaderValue::from_static("application/xml");
        response.headers.insert(header::CONTENT_TYPE, xml);
        Ok(response)
    }
}
