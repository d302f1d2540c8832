//! Finds a sandbox that runs elsewhere, and talks to it.

use std::path::Path;

use bytes::Bytes;
use http::{Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};

use crate::gateway::faults::Faults;
use crate::gateway::keyring::Credentials;
use crate::gateway::log::Entry;
use crate::store::{self, Endpoint, StoreError};

/// How long the sandbox may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why the sandbox could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Its directory cannot be read.
    #[error("the sandbox's directory cannot be read")]
    Store(#[from] StoreError),
    /// It does not answer.
    #[error("the sandbox at {url} does not answer")]
    Unreachable {
        /// Its URL.
        url: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It refuses.
    #[error("the sandbox refuses: {status} {body}")]
    Refused {
        /// Its HTTP status.
        status: StatusCode,
        /// What it says.
        body: String,
    },
}

/// A sandbox that runs, here or in another process.
#[derive(Debug, Clone)]
pub struct Handle {
    /// Where it is.
    pub endpoint: Endpoint,
    /// The keys that it accepts.
    pub credentials: Credentials,
}

impl Handle {
    /// The running sandbox of a directory; none when there is none, or it died.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub async fn discover(directory: &Path) -> Result<Option<Self>, ClientError> {
        let found = store::endpoint(directory)?.zip(store::credentials(directory)?);
        let Some((endpoint, credentials)) = found else { return Ok(None) };
        let handle = Self { endpoint, credentials };
        // Another program may have the port by now; only the sandbox knows its process.
        let alive = handle
            .send(Method::GET, "health", None)
            .await
            .is_ok_and(|health| health["pid"].as_u64() == Some(handle.endpoint.pid.into()));
        Ok(alive.then_some(handle))
    }

    /// What it holds and how it does, as JSON: `version`, `since`, `objects`, `calls`, `faults`.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn status(&self) -> Result<Value, ClientError> {
        self.send(Method::GET, "status", None).await
    }

    /// Its last calls, oldest first.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn calls(&self, tail: usize) -> Result<Vec<Entry>, ClientError> {
        let mut answer = self.send(Method::GET, &format!("calls?tail={tail}"), None).await?;
        serde_json::from_value(answer["calls"].take()).map_err(|error| self.unreachable(error))
    }

    /// Lets other things go wrong from now on.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn set_faults(&self, faults: &Faults) -> Result<(), ClientError> {
        self.send(Method::PUT, "faults", Some(json!(faults))).await.map(drop)
    }

    /// Lets time pass faster or slower for what begins from now on.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn set_time_scale(&self, time_scale: f64) -> Result<(), ClientError> {
        self.send(Method::PUT, "time-scale", Some(json!({ "time_scale": time_scale })))
            .await
            .map(drop)
    }

    /// Makes it forget everything.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn reset(&self) -> Result<(), ClientError> {
        self.send(Method::POST, "reset", None).await.map(drop)
    }

    /// Tells it to stop; it does so when the calls under way have ended.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn stop(&self) -> Result<(), ClientError> {
        self.send(Method::POST, "stop", None).await.map(drop)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, ClientError> {
        let answer = timeout(PATIENCE, self.exchange(method, path, body)).await;
        let (status, body) = answer
            .map_err(|elapsed| self.unreachable(elapsed))?
            .map_err(|source| self.unreachable(source))?;
        if !status.is_success() {
            let body = String::from_utf8_lossy(&body).into_owned();
            return Err(ClientError::Refused { status, body });
        }
        serde_json::from_slice(&body).map_err(|error| self.unreachable(error))
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<(StatusCode, Bytes), Box<dyn std::error::Error + Send + Sync>> {
        let uri: Uri = self.endpoint.url.parse()?;
        let authority = uri.authority().ok_or("the URL has no host")?.as_str();
        let stream = TcpStream::connect(authority).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(format!("/_sandbox/{path}"))
            .header(header::HOST, authority)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.credentials.admin_token))
            .body(Full::new(Bytes::from(body)))?;
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        connection.abort();
        Ok((status, body))
    }

    fn unreachable(
        &self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> ClientError {
        ClientError::Unreachable { url: self.endpoint.url.clone(), source: source.into() }
    }
}
