//! One call, from its bytes to its answer.

use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::USER_AGENT;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use jiff::Timestamp;
use uuid::Uuid;

use super::core::Core;
use super::faults::{self, Injected};
use super::front::{self, Front};
use super::hook::{CallInfo, Phase, Verdict};
use super::keyring::Keyring;
use super::log::Entry;
use super::route::{self, ReadError, Scope, Signature};
use super::{Body, ErrorCode, HttpService, RequestId, admin, denial, encoding, full, sigv4};
use crate::fault::Fault;
use crate::protocol::{Codec, Protocol};

/// The largest request that is read into memory. S3 streams, and has no limit here.
const MAX_BODY: usize = 16 << 20;

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection was dropped on purpose")]
pub struct Dropped;

/// Answers requests.
pub struct Gateway {
    /// What all connections share.
    pub core: Arc<Core>,
    /// S3, which speaks HTTP by itself.
    pub s3: Option<Arc<dyn HttpService>>,
    /// The registry of images, which does as well.
    pub registry: Option<Arc<dyn HttpService>>,
    /// What answers at names of its own, the first that does.
    pub fronts: Vec<Arc<dyn Front>>,
}

/// An answer, and what the log says of it.
struct Outcome {
    response: Response<Body>,
    code: Option<String>,
    message: Option<String>,
}

impl Gateway {
    /// Answers one request.
    ///
    /// # Errors
    /// When the answer is that there is none.
    pub async fn handle(&self, request: Request<Incoming>) -> Result<Response<Body>, Dropped> {
        if let Some(front) = front::find(&self.fronts, request.uri(), request.headers()) {
            return Ok(front::answer(front.as_ref(), request).await);
        }
        if !route::is_local(request.uri(), request.headers()) {
            return Ok(refuse_host());
        }
        if request.uri().path().starts_with(admin::PREFIX) {
            return Ok(admin::answer(self, request).await);
        }
        let signature = route::read(request.uri(), request.headers());
        if let Some(registry) =
            self.registry.as_ref().filter(|_| is_for_registry(&signature, &request))
        {
            return self.pass_on(registry.as_ref(), None, request).await;
        }
        if let Some(s3) = self.s3.as_ref().filter(|_| is_for_s3(&signature, &request)) {
            return self.pass_on(s3.as_ref(), signature.ok(), request).await;
        }
        let (head, body) = request.into_parts();
        match Limited::new(body, MAX_BODY).collect().await {
            Ok(body) => self.call(signature, Request::from_parts(head, body.to_bytes())).await,
            Err(_) => Ok(too_large()),
        }
    }

    /// A call of a service that speaks HTTP by itself.
    async fn pass_on(
        &self,
        service: &dyn HttpService,
        signature: Option<Signature>,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, Dropped> {
        let (head, body) = request.into_parts();
        let scope =
            signature.map_or_else(|| anonymous(service.name()), |signature| signature.scope);
        let operation = service.operation(&head);
        let course = Course::begin(&self.core, scope, operation, user_agent(&head.headers));
        let mut request = Request::from_parts(head, body.map_err(Into::into).boxed_unsync());
        request.extensions_mut().insert(RequestId(course.entry.request_id.clone()));
        let execute = async {
            let mut response = service.call(request).await;
            let code = response.extensions_mut().remove::<ErrorCode>().map(|ErrorCode(code)| code);
            Outcome { response, code, message: None }
        };
        course.run(|fault, id| service.fault(fault, id), service.protocol(), execute).await
    }

    /// A call of a service with a model.
    async fn call(
        &self,
        signature: Result<Signature, ReadError>,
        request: Request<Bytes>,
    ) -> Result<Response<Body>, Dropped> {
        let mut scope = match &signature {
            Ok(signature) => signature.scope.clone(),
            Err(_) => anonymous(Codec::guess_service(&request)),
        };
        if scope.service == "s3" {
            // It signs as S3 does, and S3 has answered what is its own.
            "s3control".clone_into(&mut scope.service);
        }
        let service = scope.service.clone();
        let codec = Codec::of(&service, &request);
        let authentic = self.authenticate(&signature, &request, codec.protocol);
        let plain = authentic.and_then(|()| encoding::plain(request, MAX_BODY));
        let operation = plain.and_then(|request| Ok((codec.operation(&request)?, request)));
        let (name, request) = match operation {
            Ok(read) => read,
            Err(fault) => return Ok(self.turn_away(&codec, scope, &fault)),
        };
        let agent = user_agent(request.headers());
        let course = Course::begin(&self.core, scope.clone(), name, agent);
        let id = course.entry.request_id.clone();
        let execute = async {
            let answer = codec
                .decode(name, &request)
                .and_then(|input| self.core.execute(&scope, name, input))
                .and_then(|output| codec.encode(name, output, &id));
            match answer {
                Ok(response) => Outcome { response: response.map(full), code: None, message: None },
                Err(fault) => {
                    let response = codec.fault(&fault, &id).map(full);
                    Outcome { response, code: Some(fault.code), message: Some(fault.message) }
                }
            }
        };
        course.run(|fault, id| codec.fault(fault, id).map(full), codec.protocol, execute).await
    }

    fn authenticate(
        &self,
        signature: &Result<Signature, ReadError>,
        request: &Request<Bytes>,
        protocol: Protocol,
    ) -> Result<(), Fault> {
        if signature.is_err() && is_open(request) {
            return Ok(());
        }
        let signature = signature.as_ref().map_err(|error| denial::unreadable(error, protocol))?;
        let key = Keyring::new(self.core.clone())
            .find(&signature.scope.access_key)
            .ok_or_else(|| denial::unknown_key(protocol))?;
        sigv4::verify(request, signature, &key, Timestamp::now())
            .map_err(|denied| denial::denied(&denied, protocol))
    }

    /// The answer to a request that is no call: not authentic, or of no known operation. It stands
    /// in the log, but neither hook nor faults concern it.
    fn turn_away(&self, codec: &Codec<'_>, scope: Scope, fault: &Fault) -> Response<Body> {
        let mut course = Course::begin(&self.core, scope, "Unknown", "");
        let response = codec.fault(fault, &course.entry.request_id);
        course.entry.status = Some(response.status().as_u16());
        course.entry.fail(&fault.code, &fault.message);
        response.map(full)
    }
}

/// A call under way; it enters the log when it ends, however that may be.
struct Course<'a> {
    core: &'a Core,
    began: Instant,
    entry: Entry,
}

impl<'a> Course<'a> {
    fn begin(core: &'a Core, scope: Scope, operation: &str, user_agent: &str) -> Self {
        let entry = Entry {
            number: core.log.begin(&scope.service, operation),
            at: Timestamp::now(),
            service: scope.service,
            operation: operation.to_owned(),
            region: scope.region,
            access_key: scope.access_key,
            status: None,
            code: None,
            executed: false,
            milliseconds: 0.0,
            request_id: Uuid::new_v4().to_string(),
            user_agent: Entry::cut(user_agent),
            message: None,
        };
        Self { core, began: Instant::now(), entry }
    }

    /// Lets the call happen, with what the hook and the faults make of it.
    async fn run(
        mut self,
        render: impl Fn(&Fault, &str) -> Response<Body>,
        protocol: Protocol,
        execute: impl Future<Output = Outcome>,
    ) -> Result<Response<Body>, Dropped> {
        let (delay, injected) = self.core.faults.draw(&self.entry.service, &self.entry.operation);
        let delay = self.core.latency + Duration::from_millis(delay);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if let Some(fault) = self.ask(Phase::Before).await? {
            return Ok(self.fail(&fault, &render));
        }
        if let Some(fault) = self.suffer_before(injected, protocol).await? {
            return Ok(self.fail(&fault, &render));
        }
        let outcome = execute.await;
        self.entry.executed = true;
        self.suffer_after(injected).await?;
        if let Some(fault) = self.ask(Phase::After).await? {
            return Ok(self.fail(&fault, &render));
        }
        self.entry.status = Some(outcome.response.status().as_u16());
        if let Some(code) = outcome.code {
            self.entry.fail(&code, outcome.message.as_deref().unwrap_or_default());
        }
        Ok(outcome.response)
    }

    /// The hook's verdict: go on, or fail with a fault.
    async fn ask(&self, phase: Phase) -> Result<Option<Fault>, Dropped> {
        let Some(hook) = &self.core.hook else { return Ok(None) };
        let call = CallInfo {
            number: self.entry.number,
            service: self.entry.service.clone(),
            operation: self.entry.operation.clone(),
            region: self.entry.region.clone(),
        };
        match hook.ask(call, phase).await {
            Verdict::Continue => Ok(None),
            Verdict::Drop => Err(Dropped),
            Verdict::Fail(fault) => Ok(Some(fault)),
        }
    }

    async fn suffer_before(
        &self,
        injected: Option<Injected>,
        protocol: Protocol,
    ) -> Result<Option<Fault>, Dropped> {
        match injected {
            Some(Injected::Throttle) => Ok(Some(faults::throttled(&self.entry.service, protocol))),
            Some(Injected::ServerError(status)) => {
                Ok(Some(faults::failed(&self.entry.service, status)))
            }
            Some(Injected::Timeout { executed: false }) => pending().await,
            Some(Injected::DropBefore) => Err(Dropped),
            Some(Injected::Timeout { executed: true } | Injected::DropAfter) | None => Ok(None),
        }
    }

    async fn suffer_after(&self, injected: Option<Injected>) -> Result<(), Dropped> {
        match injected {
            Some(Injected::Timeout { .. }) => pending().await,
            Some(Injected::DropAfter) => Err(Dropped),
            _ => Ok(()),
        }
    }

    fn fail(
        mut self,
        fault: &Fault,
        render: impl Fn(&Fault, &str) -> Response<Body>,
    ) -> Response<Body> {
        let response = render(fault, &self.entry.request_id);
        self.entry.status = Some(response.status().as_u16());
        self.entry.fail(&fault.code, &fault.message);
        response
    }
}

impl Drop for Course<'_> {
    fn drop(&mut self) {
        self.entry.milliseconds = self.began.elapsed().as_secs_f64() * 1000.0;
        self.core.log.end(self.entry.clone());
    }
}

fn is_for_s3(signature: &Result<Signature, ReadError>, request: &Request<Incoming>) -> bool {
    match signature {
        Ok(signature) => match signature.scope.service.as_str() {
            "s3" => !route::is_for_s3_control(request.uri(), request.headers()),
            service => service == "s3express",
        },
        Err(_) => !route::is_an_api_call(request.uri(), request.headers()),
    }
}

/// Nothing of AWS's that is signed is meant, whatever its path.
fn is_for_registry(signature: &Result<Signature, ReadError>, request: &Request<Incoming>) -> bool {
    let path = request.uri().path();
    signature.is_err() && (path == "/v2" || path.starts_with("/v2/"))
}

/// Whoever has the token of a subscription to SNS confirms it without signing.
fn is_open(request: &Request<Bytes>) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let has = |name: &str| route::query_parameter(query, name);
    has("Action").as_deref() == Some("ConfirmSubscription") && has("Token").is_some()
}

fn user_agent(headers: &HeaderMap) -> &str {
    headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default()
}

fn anonymous(service: &str) -> Scope {
    Scope {
        access_key: String::new(),
        date: String::new(),
        region: "us-east-1".to_owned(),
        service: service.to_owned(),
    }
}

fn refuse_host() -> Response<Body> {
    let text = "The sandbox answers only requests that are addressed to this machine.\n";
    plain(StatusCode::MISDIRECTED_REQUEST, text)
}

fn too_large() -> Response<Body> {
    plain(StatusCode::PAYLOAD_TOO_LARGE, "The request is too large.\n")
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    response
}
