//! A client that signs by itself, so that a test can sign wrongly.

use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use sandbox::{Options, Sandbox};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;

/// A sandbox in a directory of its own.
pub struct Fixture {
    pub directory: tempfile::TempDir,
    pub sandbox: Sandbox,
}

impl Fixture {
    pub async fn start() -> Self {
        Self::with(|options| options).await
    }

    pub async fn with(change: impl FnOnce(Options) -> Options) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = change(Options::new(directory.path()));
        let sandbox = Sandbox::start(options).await.unwrap();
        Self { directory, sandbox }
    }

    pub fn client(&self) -> Client {
        let credentials = self.sandbox.credentials();
        Client {
            authority: self.sandbox.url().trim_start_matches("http://").to_owned(),
            access_key: credentials.access_key_id.clone(),
            secret: credentials.secret_access_key.clone(),
            token: None,
            now: Timestamp::now(),
            host: None,
        }
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub request_id: String,
    pub body: String,
}

/// Whose requests, and when.
#[derive(Clone)]
pub struct Client {
    pub authority: String,
    pub access_key: String,
    pub secret: String,
    pub token: Option<String>,
    pub now: Timestamp,
    pub host: Option<String>,
}

impl Client {
    /// A signed form, as EC2, IAM, STS and RDS take it.
    pub async fn form(&self, service: &str, body: &str) -> Result<Answer, hyper::Error> {
        let content_type = "application/x-www-form-urlencoded; charset=utf-8";
        self.signed(service, &[("content-type", content_type)], body).await
    }

    /// A signed JSON request, as KMS and Logs take it.
    pub async fn json(
        &self,
        service: &str,
        target: &str,
        body: &str,
    ) -> Result<Answer, hyper::Error> {
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
        self.signed(service, &headers, body).await
    }

    async fn signed(
        &self,
        service: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, hyper::Error> {
        let date = self.now.strftime("%Y%m%dT%H%M%SZ").to_string();
        let mut all: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        all.push(("host".to_owned(), self.host.clone().unwrap_or_else(|| self.authority.clone())));
        all.push(("x-amz-date".to_owned(), date.clone()));
        all.extend(self.token.clone().map(|token| ("x-amz-security-token".to_owned(), token)));
        all.sort();
        let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        let lines: String = all.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let canonical = format!("POST\n/\n\n{lines}\n{names}\n{}", hash(body.as_bytes()));
        let scope = format!("{}/eu-west-1/{service}/aws4_request", &date[..8]);
        let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hash(canonical.as_bytes()));
        let key = [&date[..8], "eu-west-1", service, "aws4_request"]
            .iter()
            .fold(format!("AWS4{}", self.secret).into_bytes(), |key, step| mac(&key, step));
        let signature = hex(&mac(&key, &text));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.access_key
        );
        all.push(("authorization".to_owned(), authorization));
        self.send(Method::POST, "/", &all, body).await
    }

    /// A request as it is.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(String, String)],
        body: &str,
    ) -> Result<Answer, hyper::Error> {
        let stream = TcpStream::connect(&self.authority).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(body.to_owned()))).unwrap();
        let response = sender.send_request(request).await?;
        let status = response.status();
        let request_id = response.headers().get("x-amzn-requestid");
        let request_id = request_id.map(|id| id.to_str().unwrap().to_owned()).unwrap_or_default();
        let body = response.into_body().collect().await?.to_bytes();
        connection.abort();
        Ok(Answer { status, request_id, body: String::from_utf8(body.to_vec()).unwrap() })
    }
}

impl Answer {
    /// What stands between the first such pair of tags.
    pub fn element(&self, name: &str) -> &str {
        let after =
            self.body.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("{self:?}")).1;
        after.split_once("</").unwrap().0
    }
}

/// Waits until something holds, for two seconds at most.
pub async fn eventually(what: impl Fn() -> bool) {
    for _ in 0..200 {
        if what() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came to that");
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.chain_update(text).finalize().into_bytes().to_vec()
}

fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
