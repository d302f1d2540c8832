//! The service's errors, in AWS's words.

use crate::fault::Fault;
use crate::services::page::InvalidToken;
use crate::services::tags::TagError;

pub(super) fn trail_not_found(arn: &str, account: &str) -> Fault {
    Fault::new("TrailNotFoundException", format!("Unknown trail: {arn} for the user: {account}"))
        .with_status(404)
}

pub(super) fn trail_exists(name: &str, account: &str) -> Fault {
    let message = format!("Trail {name} already exists for customer: {account}");
    Fault::new("TrailAlreadyExistsException", message)
}

pub(super) fn too_many_trails(account: &str, limit: usize, region: &str) -> Fault {
    let message = format!("User: {account} already has {limit} trails in {region}.");
    Fault::new("MaximumNumberOfTrailsExceededException", message)
}

pub(super) fn invalid_name(message: impl Into<String>) -> Fault {
    Fault::new("InvalidTrailNameException", message)
}

pub(super) fn foreign_region(home: &str, region: &str) -> Fault {
    let message = format!(
        "Trail can be modified only from its home region. Home region: {home}, region: {region}."
    );
    Fault::new("InvalidHomeRegionException", message)
}

pub(super) fn without_global_events() -> Fault {
    Fault::new(
        "InvalidParameterCombinationException",
        "Multi-Region trail must include global service events.",
    )
}

pub(super) fn bucket_name(name: &str) -> Fault {
    Fault::new("InvalidS3BucketNameException", format!("Bucket name is invalid: {name}"))
}

pub(super) fn topic() -> Fault {
    Fault::new(
        "InsufficientSnsTopicPolicyException",
        "SNS Topic does not exist or the topic policy is incorrect!",
    )
}

pub(super) fn key_not_found(id: &str) -> Fault {
    Fault::new("KmsKeyNotFoundException", format!("The KMS key {id} was not found or is disabled."))
}

pub(super) fn log_group() -> Fault {
    Fault::new(
        "InvalidCloudWatchLogsLogGroupArnException",
        "Access denied. Verify in IAM that the role has adequate permissions.",
    )
}

pub(super) fn role() -> Fault {
    Fault::new(
        "InvalidCloudWatchLogsRoleArnException",
        "Access denied. Check the trust relationships for your role.",
    )
}

pub(super) fn selectors(message: impl Into<String>) -> Fault {
    Fault::new("InvalidEventSelectorsException", message)
}

pub(super) fn organizations() -> Fault {
    Fault::new(
        "OrganizationsNotInUseException",
        "The account is not a member of an organization in AWS Organizations.",
    )
    .with_status(404)
}

pub(super) fn arn(arn: &str) -> Fault {
    Fault::new("CloudTrailARNInvalidException", format!("The trail ARN is not valid: {arn}"))
}

pub(super) fn invalid_token(_: InvalidToken) -> Fault {
    Fault::new("InvalidTokenException", "The token is not valid.")
}

pub(super) fn token() -> Fault {
    Fault::new("InvalidNextTokenException", "The next token is not valid.")
}

pub(super) fn max_results(limit: i64) -> Fault {
    let message = format!("MaxResults must be between 1 and 50, and is {limit}.");
    Fault::new("InvalidMaxResultsException", message)
}

pub(super) fn time_range() -> Fault {
    Fault::new("InvalidTimeRangeException", "The start time must not be after the end time.")
}

pub(super) fn lookup_attributes() -> Fault {
    Fault::new("InvalidLookupAttributesException", "Only one lookup attribute can be specified.")
}

pub(super) fn lookup_attribute(key: &str) -> Fault {
    let message = format!("The value of the lookup attribute {key} is not valid.");
    Fault::new("InvalidLookupAttributesException", message)
}

pub(super) fn tags(error: TagError) -> Fault {
    let code = match error {
        TagError::TooMany => "TagsLimitExceededException",
        _ => "InvalidTagParameterException",
    };
    Fault::new(code, error.to_string())
}
