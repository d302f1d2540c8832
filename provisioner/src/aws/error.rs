//! AWS's errors, typed once: what went wrong, with AWS's code, message and request id kept.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;

/// A call to AWS that failed.
///
/// `Display` names the operation and AWS's words; the chain below it holds the transport's.
#[derive(Debug, Clone)]
pub struct Error {
    kind: Kind,
    // Boxed: an error is rare, and every result would be its size.
    details: Box<Details>,
}

#[derive(Debug, Clone, Default)]
struct Details {
    operation: Option<String>,
    code: Option<String>,
    message: String,
    request_id: Option<String>,
    /// What to do about it in this very case.
    advice: Option<String>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// EC2's word for a token that came before with other parameters:
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html>
const SPENT_TOKEN: &str = "IdempotentParameterMismatch";

/// What an error means for what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    NotFound,
    /// The object is there, and has nothing of what was asked for.
    Unset,
    AlreadyExists,
    Throttled,
    Dependency,
    Busy,
    NotYet,
    AccessDenied,
    Expired,
    /// No answer, or the service's own fault: the call may or may not have been carried out.
    Ambiguous,
    Refused,
    Invalid,
}

impl Error {
    /// A request that we refuse to send, or an answer that we can't use.
    pub fn invalid(message: impl Into<String>) -> Self {
        let details = Details { message: message.into(), ..Details::default() };
        Self { kind: Kind::Invalid, details: Box::new(details) }
    }

    /// Work on this machine that failed, with all its causes.
    pub fn from_source(
        message: impl Into<String>,
        source: impl StdError + Send + Sync + 'static,
    ) -> Self {
        let mut error = Self::invalid(message);
        error.details.source = Some(Arc::new(source));
        error
    }

    /// AWS's answer lacks a member that it always has.
    pub fn missing(operation: &str, member: &str) -> Self {
        let mut error = Self::invalid(format!("AWS's answer has no `{member}`"));
        error.details.operation = Some(operation.to_owned());
        error
    }

    /// An error as AWS gives it inside an answer that is none, for one of several objects.
    pub fn with_code(code: &str, message: impl Into<String>) -> Self {
        let mut error = Self::invalid(message);
        error.kind = classify(code, 400);
        error.details.code = Some(code.to_owned());
        error
    }

    /// `ec2:CreateVpc`, where a call was made at all.
    pub fn operation(&self) -> Option<&str> {
        self.details.operation.as_deref()
    }

    /// AWS's code, e.g. `InvalidVpcID.NotFound`.
    pub fn code(&self) -> Option<&str> {
        self.details.code.as_deref()
    }

    /// The reason in a word: AWS's code, or our own words where no answer came.
    pub fn brief(&self) -> &str {
        self.code().unwrap_or_else(|| self.message())
    }

    /// AWS's message, or ours where no answer came.
    pub fn message(&self) -> &str {
        &self.details.message
    }

    /// What AWS support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.details.request_id.as_deref()
    }

    /// The object does not exist.
    pub fn is_not_found(&self) -> bool {
        self.kind == Kind::NotFound
    }

    /// The object exists, and has nothing of what was asked for: a bucket without a policy.
    pub fn is_unset(&self) -> bool {
        self.kind == Kind::Unset
    }

    /// The idempotency token has made an object of other properties.
    pub fn is_spent_token(&self) -> bool {
        self.code() == Some(SPENT_TOKEN)
    }

    /// The name is taken.
    pub fn is_already_exists(&self) -> bool {
        self.kind == Kind::AlreadyExists
    }

    /// Too many calls; AWS did not carry this one out.
    pub fn is_throttled(&self) -> bool {
        self.kind == Kind::Throttled
    }

    /// Something else still needs the object, or holds it.
    pub fn is_dependency_violation(&self) -> bool {
        self.kind == Kind::Dependency
    }

    /// The object is in a state that will pass, e.g. `modifying`.
    pub fn is_busy(&self) -> bool {
        self.kind == Kind::Busy
    }

    /// AWS does not yet see something that was made a moment ago, e.g. a role.
    pub fn is_not_yet_visible(&self) -> bool {
        self.kind == Kind::NotYet
    }

    /// AWS will not do it, for a reason that is none of the others.
    pub fn is_refused(&self) -> bool {
        self.kind == Kind::Refused
    }

    /// The caller may not do this.
    pub fn is_access_denied(&self) -> bool {
        self.kind == Kind::AccessDenied
    }

    /// The caller's credentials have run out.
    pub fn is_expired(&self) -> bool {
        self.kind == Kind::Expired
    }

    /// No usable answer came: the call may or may not have been carried out.
    pub fn is_ambiguous(&self) -> bool {
        self.kind == Kind::Ambiguous
    }

    /// Whether the same call may succeed later without anybody's doing.
    pub fn is_transient(&self) -> bool {
        matches!(self.kind, Kind::Throttled | Kind::Busy | Kind::NotYet | Kind::Ambiguous)
    }

    /// The same, met after the first step of a creation: something was made, whatever AWS says of
    /// this step, and the engine must look for it.
    #[must_use]
    pub fn after_creation(mut self) -> Self {
        self.kind = Kind::Ambiguous;
        self
    }

    /// Gives the answer, or `None` where AWS said that the object does not exist.
    ///
    /// # Errors
    /// Every other error as it is.
    pub fn optional<T>(result: Result<T, Self>) -> Result<Option<T>, Self> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Gives the answer, or `None` where AWS said that the object has none of it.
    ///
    /// # Errors
    /// Every other error as it is, also when there is no such object.
    pub fn where_set<T>(result: Result<T, Self>) -> Result<Option<T>, Self> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_unset() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The same, where waiting would not help: nothing that goes away by itself is in the way.
    #[must_use]
    pub fn conclusive(mut self) -> Self {
        self.kind = Kind::Refused;
        self
    }

    /// The same, where something holds the object that will let it go: the engine names what, and
    /// tries again.
    #[must_use]
    pub fn held(mut self) -> Self {
        self.kind = Kind::Dependency;
        self
    }

    /// The same, where what stands in the way passes by itself.
    #[must_use]
    pub fn passing(mut self) -> Self {
        self.kind = Kind::Busy;
        self
    }

    /// The same, with what to do about it in this very case.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.details.advice = Some(advice.into());
        self
    }

    /// What to do about it in this very case, where somebody said.
    pub fn advice(&self) -> Option<&str> {
        self.details.advice.as_deref()
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        if let Some(advice) = self.advice() {
            return Some(advice.to_owned());
        }
        let hint = match self.kind {
            Kind::Expired => {
                "renew the credentials (e.g. `aws sso login`) and run again: the run goes on where it stopped"
            }
            Kind::AccessDenied => {
                "the message names the missing permission: grant it to the role that runs this, or run as another"
            }
            Kind::AlreadyExists => {
                "an object of this name exists already: give another name, or take it over with `provision import`"
            }
            Kind::Throttled => "AWS limits the rate of calls: lower `--parallel`, or run again",
            Kind::Ambiguous if self.code().is_none() => {
                "no answer came from AWS: check the network and the endpoint"
            }
            _ => return self.quota_hint(),
        };
        Some(hint.to_owned())
    }

    fn quota_hint(&self) -> Option<String> {
        let code = self.code()?;
        (code.contains("LimitExceeded") || code.contains("QuotaExceeded")).then(|| {
            "the account's quota is used up: raise it in Service Quotas, or delete what is not needed"
                .to_owned()
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = &self.details.operation {
            write!(f, "{operation} failed: ")?;
        }
        if let Some(code) = &self.details.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(&self.details.message)?;
        match &self.details.request_id {
            Some(id) => write!(f, " (request {id})"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.details.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl<E> From<SdkError<E, HttpResponse>> for Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let operation = operation_of::<E>();
        let status = error.raw_response().map_or(0, |response| response.status().as_u16());
        let Some(service) = error.as_service_error() else {
            return no_answer(error, operation, status);
        };
        let code = service.code().map(str::to_owned);
        let message = service.message().unwrap_or("AWS gave no message").to_owned();
        let meant = code.as_deref().map_or(by_status(status), |code| {
            by_message(code, &message).unwrap_or_else(|| classify(code, status))
        });
        Self {
            kind: meant,
            details: Box::new(Details {
                operation,
                message,
                request_id: request_id(&error),
                code,
                ..Details::default()
            }),
        }
    }
}

/// A member that the API requires was not given.
impl From<BuildError> for Error {
    fn from(error: BuildError) -> Self {
        let mut invalid = Self::invalid("the request could not be built");
        invalid.details.source = Some(Arc::new(error));
        invalid
    }
}

fn no_answer<E>(error: SdkError<E, HttpResponse>, operation: Option<String>, status: u16) -> Error
where
    E: StdError + Send + Sync + 'static,
{
    let request_id = request_id(&error);
    let (kind, message) = match &error {
        SdkError::ConstructionFailure(_) => (Kind::Invalid, "the request could not be built"),
        SdkError::TimeoutError(_) => (Kind::Ambiguous, "no answer came in time"),
        SdkError::DispatchFailure(_) => (Kind::Ambiguous, "the connection failed"),
        _ if status != 0 => (by_status(status), "the answer could not be understood"),
        _ => (Kind::Ambiguous, "the answer broke off"),
    };
    let source = error.into_source().ok().map(Arc::from);
    let message = message.to_owned();
    Error {
        kind,
        details: Box::new(Details { operation, message, request_id, source, ..Details::default() }),
    }
}

fn request_id<E>(error: &SdkError<E, HttpResponse>) -> Option<String> {
    let headers = error.raw_response()?.headers();
    ["x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"]
        .iter()
        .find_map(|name| headers.get(name).map(str::to_owned))
}

/// `ec2:CreateVpc` from `aws_sdk_ec2::operation::create_vpc::CreateVpcError`.
fn operation_of<E>() -> Option<String> {
    let path = std::any::type_name::<E>();
    let service = match path.strip_prefix("aws_sdk_")?.split("::").next()? {
        "cloudwatchlogs" => "logs",
        service => service,
    };
    let operation = path.rsplit("::").next()?.strip_suffix("Error")?;
    Some(format!("{service}:{operation}"))
}

fn by_status(status: u16) -> Kind {
    match status {
        404 => Kind::NotFound,
        429 => Kind::Throttled,
        401 | 403 => Kind::AccessDenied,
        501 => Kind::Refused,
        0 | 500.. => Kind::Ambiguous,
        _ => Kind::Refused,
    }
}

/// Some services have one code for most refusals, and say what is wrong in its message only.
fn by_message(code: &str, message: &str) -> Option<Kind> {
    let says = |words: &[&str]| words.iter().any(|words| message.contains(words));
    match code {
        "InvalidRequestException" if says(&["already exists"]) => Some(Kind::AlreadyExists),
        "InvalidRequestException" if says(&["Error in assuming"]) => Some(Kind::NotYet),
        "InvalidParameterException" if says(&["not idempotent", "already exists"]) => {
            Some(Kind::AlreadyExists)
        }
        "InvalidParameter" if says(&["already exists with different tags"]) => {
            Some(Kind::AlreadyExists)
        }
        "BadRequestException" if says(&["detector already exists"]) => Some(Kind::AlreadyExists),
        "BadRequestException" if says(&["detectorId is not owned"]) => Some(Kind::NotFound),
        "ResourceConflictException" if says(&["already subscribed"]) => Some(Kind::AlreadyExists),
        "InvalidAccessException" if says(&["not subscribed"]) => Some(Kind::NotFound),
        "InvalidInput" | "InvalidInputException" if says(&["has been taken in this account"]) => {
            Some(Kind::AlreadyExists)
        }
        "InvalidParameterException" if says(&["nable to assume"]) => Some(Kind::NotYet),
        "InvalidParameterException" if says(&["still Draining"]) => Some(Kind::Busy),
        _ => None,
    }
}

/// AWS's codes by what they mean. The lists are from each service's API reference.
fn classify(code: &str, status: u16) -> Kind {
    match code {
        "Gateway.NotAttached" | "WAFNonexistentItemException" => Kind::NotFound,
        "NoSuchTagSet"
        | "NoSuchBucketPolicy"
        | "NoSuchLifecycleConfiguration"
        | "NoSuchCORSConfiguration"
        | "NoSuchPublicAccessBlockConfiguration"
        | "OwnershipControlsNotFoundError"
        | "ServerSideEncryptionConfigurationNotFoundError" => Kind::Unset,
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => Kind::Expired,
        "InvalidParameterException" | "InvalidParameterValue" => Kind::Refused,
        "DependencyViolation"
        | "DeleteConflict"
        | "DeleteConflictException"
        | "RepositoryNotEmptyException"
        | "BucketNotEmpty"
        | "InvalidNetworkInterface.InUse"
        | "InvalidIPAddress.InUse"
        | "OriginAccessControlInUse"
        | "ResponseHeadersPolicyInUse"
        | "FunctionInUse"
        | "WAFAssociatedItemException"
        | "ResourceInUseException"
        | "LastDeliveryChannelDeleteFailedException" => Kind::Dependency,
        "InvalidGroup.InUse" => Kind::Dependency,
        "EntityAlreadyExists"
        | "ResourceExistsException"
        | "BucketAlreadyOwnedByYou"
        | "WAFDuplicateItemException"
        | "RouteAlreadyExists"
        | "InvalidPermission.Duplicate"
        | "FlowLogAlreadyExists"
        | "InvalidSubnet.Conflict"
        | "Resource.AlreadyAssociated"
        | "InvalidGroup.Duplicate"
        | "MaxNumberOfConfigurationRecordersExceededException"
        | "MaxNumberOfDeliveryChannelsExceededException"
        | SPENT_TOKEN => Kind::AlreadyExists,
        "ConcurrentModification"
        | "ConcurrentModificationException"
        | "OperationAborted"
        | "PreconditionFailed"
        | "OperationAbortedException"
        | "DistributionNotDisabled"
        | "InvalidIfMatchVersion"
        | "RequestInProgressException"
        | "WAFOptimisticLockException"
        | "WAFUnavailableEntityException"
        | "ConditionalRequestConflict"
        | "IncorrectState"
        | "InvalidDBClusterStateFault"
        | "InvalidDBInstanceState"
        | "InvalidDBProxyStateFault"
        | "KMSInvalidStateException"
        | "InvalidDBSubnetGroupStateFault"
        | "InvalidStateException"
        | "UpdateInProgressException"
        | "InvalidDBParameterGroupState" => Kind::Busy,
        // A role or a policy that was made a moment ago does not count everywhere yet.
        "InvalidPrincipal"
        | "InvalidWebACLId"
        | "MalformedPolicyDocumentException"
        | "InvalidRoleException"
        | "InsufficientDeliveryPolicyException"
        | "InsufficientS3BucketPolicyException"
        | "InsufficientEncryptionPolicyException"
        | "InvalidCloudWatchLogsLogGroupArnException"
        | "InvalidCloudWatchLogsRoleArnException" => Kind::NotYet,
        "RequestLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "SlowDown"
        | "TooManyRequestsException"
        | "BandwidthLimitExceeded"
        | "PriorRequestNotComplete" => Kind::Throttled,
        "UnauthorizedOperation"
        | "AuthFailure"
        | "InvalidClientTokenId"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException"
        | "InvalidSignatureException" => Kind::AccessDenied,
        _ => classify_by_form(code, status),
    }
}

/// Most services follow a pattern in the names of their codes.
fn classify_by_form(code: &str, status: u16) -> Kind {
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| code.ends_with(suffix));
    if code.starts_with("Throttl") {
        Kind::Throttled
    } else if code.starts_with("AccessDenied") {
        Kind::AccessDenied
    } else if ends(&[
        ".NotFound",
        "NotFound",
        "NotFoundFault",
        "NotFoundException",
        "NotFoundError",
    ]) || code.starts_with("NoSuch")
    {
        Kind::NotFound
    } else if ends(&["AlreadyExists", "AlreadyExistsFault", "AlreadyExistsException", ".Duplicate"])
    {
        Kind::AlreadyExists
    } else if status >= 500 && status != 501 {
        Kind::Ambiguous
    } else {
        Kind::Refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_by_what_they_mean() {
        assert!(Error::with_code("InvalidVpcID.NotFound", "").is_not_found());
        assert!(Error::with_code("DBClusterNotFoundFault", "").is_not_found());
        assert!(Error::with_code("NatGatewayNotFound", "").is_not_found());
        assert!(Error::with_code("RepositoryAlreadyExistsException", "").is_already_exists());
        assert!(Error::with_code("DBClusterAlreadyExistsFault", "").is_already_exists());
        assert!(Error::with_code("ThrottlingException", "").is_throttled());
        assert!(Error::with_code("DependencyViolation", "").is_dependency_violation());
        assert!(Error::with_code("ExpiredTokenException", "").is_expired());
        assert!(!Error::with_code("ValidationException", "").is_transient());
        assert!(Error::with_code("NoSuchDistribution", "").is_not_found());
        assert!(Error::with_code("NoSuchTagSet", "").is_unset());
        assert!(Error::with_code("OwnershipControlsNotFoundError", "").is_unset());
    }

    #[test]
    fn messages_where_the_code_says_too_little() {
        let meant = |code, message| by_message(code, message);
        let taken = "Service with the provided name already exists: api.";
        assert_eq!(meant("InvalidRequestException", taken), Some(Kind::AlreadyExists));
        let role = "Error in assuming instance role arn:aws:iam::1:role/api";
        assert_eq!(meant("InvalidRequestException", role), Some(Kind::NotYet));
        let twice = "Creation of service was not idempotent.";
        assert_eq!(meant("InvalidParameterException", twice), Some(Kind::AlreadyExists));
        assert_eq!(meant("InvalidParameterException", "The port is invalid."), None);
    }

    #[test]
    fn an_operation_is_named_as_iam_policies_name_it() {
        use aws_sdk_cloudwatchlogs::operation::create_log_group::CreateLogGroupError;
        use aws_sdk_ec2::operation::create_vpc::CreateVpcError;
        assert_eq!(operation_of::<CreateVpcError>().as_deref(), Some("ec2:CreateVpc"));
        let named = operation_of::<CreateLogGroupError>();
        assert_eq!(named.as_deref(), Some("logs:CreateLogGroup"));
    }
}
