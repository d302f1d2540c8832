//! A client that signs by itself, so that a test can sign wrongly.

use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Method, Request, StatusCode};
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
        Client::of(&self.sandbox)
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

/// What a signed request is for.
pub struct Target<'a> {
    pub method: Method,
    pub path: &'a str,
    pub region: &'a str,
    pub service: &'a str,
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
    /// With the sandbox's own keys.
    pub fn of(sandbox: &Sandbox) -> Self {
        let credentials = sandbox.credentials();
        Self {
            authority: sandbox.url().trim_start_matches("http://").to_owned(),
            access_key: credentials.access_key_id.clone(),
            secret: credentials.secret_access_key.clone(),
            token: None,
            now: Timestamp::now(),
            host: None,
        }
    }

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

    /// The sum of a metric in the last minutes, once there is one; its dimensions are JSON.
    pub async fn metric(&self, region: &str, namespace: &str, name: &str, dimensions: &str) -> f64 {
        let now = Timestamp::now().as_second();
        let body = format!(
            r#"{{"Namespace": "{namespace}", "MetricName": "{name}", "Dimensions": [{dimensions}],
                "StartTime": {}, "EndTime": {}, "Period": 600, "Statistics": ["Sum"]}}"#,
            now - 300,
            now + 300
        );
        let headers = [
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", "GraniteServiceVersion20100801.GetMetricStatistics"),
        ];
        for _ in 0..400 {
            let method = Method::POST;
            let target = Target { method, path: "/", region, service: "monitoring" };
            let answer = self.signed_for(target, &headers, &body).await.unwrap();
            if let Some(at) = answer.body.find("\"Sum\":") {
                let number = &answer.body[at + 6..];
                let end = number.find([',', '}']).unwrap();
                return number[..end].parse().unwrap();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{namespace} has no {name}");
    }

    async fn signed(
        &self,
        service: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, hyper::Error> {
        let target = Target { method: Method::POST, path: "/", region: "eu-west-1", service };
        self.signed_for(target, headers, body).await
    }

    /// A signed request to any path. A query must be in its canonical form.
    pub async fn signed_for(
        &self,
        target: Target<'_>,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, hyper::Error> {
        let Target { method, path: uri, region, service } = target;
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
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let hash_of_body = hash(body.as_bytes());
        let canonical = format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{hash_of_body}");
        let scope = format!("{}/{region}/{service}/aws4_request", &date[..8]);
        let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hash(canonical.as_bytes()));
        let key = [&date[..8], region, service, "aws4_request"]
            .iter()
            .fold(format!("AWS4{}", self.secret).into_bytes(), |key, step| mac(&key, step));
        let signature = hex(&mac(&key, &text));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.access_key
        );
        all.push(("authorization".to_owned(), authorization));
        self.send(method, uri, &all, body).await
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
        let headers = response.headers().clone();
        let body = response.into_body().collect().await?.to_bytes();
        connection.abort();
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok(Answer { status, headers, body })
    }
}

impl Answer {
    /// The id of the call, as the answer's headers have it.
    pub fn request_id(&self) -> &str {
        self.headers.get("x-amzn-requestid").map_or("", |id| id.to_str().unwrap())
    }

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

/// The digest of a body, as signatures have it.
pub fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
