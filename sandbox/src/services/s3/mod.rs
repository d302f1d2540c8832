//! S3.
//!
//! The wire protocol is `s3s`'s; what exists, and the rules, are ours. A request passes through
//! [`access`] (is it signed, by whom, for which region) and [`dispatch`] (the table of operations)
//! to one function in the file of its object. What exists lives in its own directory ([`store`]),
//! apart from the world, because a bucket may hold more than fits in one document.
//!
//! Requests may name the bucket in the path or in the host (`BUCKET.localhost`,
//! `BUCKET.s3.localhost`).

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Collected};
use s3s::service::{S3Service, S3ServiceBuilder};

use crate::fault::Fault;
use crate::gateway::keyring::Keyring;
use crate::gateway::{Body, ErrorCode, HttpService, RequestId, full};
use crate::protocol::{Protocol, rest_xml};

mod abac;
mod access;
mod attributes;
mod body;
mod buckets;
mod checksum;
mod condition;
mod configuration;
mod delete;
mod dispatch;
mod document;
mod errors;
mod grant;
mod list;
mod load;
mod multipart;
mod objects;
mod operation;
mod origin;
mod page;
mod policy;
mod read;
mod state;
mod store;
mod tags;
mod uploads;

pub use dispatch::OPERATIONS;
pub use origin::{OriginRequest, Signer};

use store::Store;

/// The service, to be put behind the gateway.
pub struct S3 {
    store: Arc<Store>,
    service: S3Service,
}

impl S3 {
    /// Opens the buckets that a former sandbox left in `directory`, or none.
    ///
    /// # Errors
    /// When the directory cannot be made or read, or a document in it is broken.
    pub fn open(directory: PathBuf, account: &str, keys: Keyring) -> io::Result<Self> {
        let store = Arc::new(Store::open(directory, account)?);
        let mut builder = S3ServiceBuilder::new(dispatch::Operations(store.clone()));
        builder.set_auth(access::Secrets(keys.clone()));
        builder.set_access(access::Access { keys, store: store.clone() });
        builder.set_host(access::Hosts);
        builder.set_route(abac::Younger(store.clone()));
        Ok(Self { store, service: builder.build() })
    }

    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let id = request.extensions().get::<RequestId>().cloned();
        let request = request.map(s3s::Body::http_body_unsync);
        let response = match self.service.call(request).await {
            Ok(response) => response.map(BodyExt::boxed_unsync),
            Err(error) => {
                tracing::error!(error = %s3s::StdError::from(error), "s3 gave no answer");
                let mut response = Response::new(full(""));
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            }
        };
        sign(response, &id.map(|RequestId(id)| id).unwrap_or_default()).await
    }
}

impl HttpService for S3 {
    fn name(&self) -> &'static str {
        "s3"
    }

    fn protocol(&self) -> Protocol {
        Protocol::RestXml
    }

    fn fault(&self, fault: &Fault, request_id: &str) -> Response<Body> {
        rest_xml::s3_fault(fault, request_id).map(full)
    }

    fn operation(&self, head: &Parts) -> &'static str {
        operation::name(head)
    }

    fn call(&self, request: Request<Body>) -> BoxFuture<'_, Response<Body>> {
        self.answer(request).boxed()
    }

    fn counts(&self) -> Vec<(&'static str, usize)> {
        let state = self.store.lock();
        let objects = state.buckets.values().map(|bucket| bucket.objects.len()).sum();
        let uploads = state.buckets.values().map(|bucket| bucket.uploads.len()).sum();
        vec![("buckets", state.buckets.len()), ("objects", objects), ("uploads", uploads)]
    }

    fn reset(&self) -> io::Result<()> {
        self.store.reset()
    }
}

/// Puts the request's id where S3 puts it: in the headers, and in the document of an error.
async fn sign(mut response: Response<Body>, request_id: &str) -> Response<Body> {
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-amz-request-id", id.clone());
        response.headers_mut().insert("x-amz-id-2", id);
    }
    response.headers_mut().insert("server", HeaderValue::from_static("AmazonS3"));
    let status = response.status();
    let has_document = status.is_client_error()
        || status.is_server_error()
        || status == StatusCode::MOVED_PERMANENTLY;
    if has_document { complete_error(response, request_id).await } else { response }
}

async fn complete_error(response: Response<Body>, request_id: &str) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    let bytes = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
    let document = String::from_utf8_lossy(&bytes);
    let code = document.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    if let Some((code, _)) = code {
        head.extensions.insert(ErrorCode(code.to_owned()));
    }
    let ids = format!("<RequestId>{request_id}</RequestId><HostId>{request_id}</HostId></Error>");
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, full(document.replace("</Error>", &ids)))
}

/// A header as text; empty when it is not there.
fn text_header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// Lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
