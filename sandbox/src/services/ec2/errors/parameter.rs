//! Errors about the parameters of a request.

use std::ops::RangeInclusive;

use crate::fault::Fault;
use crate::services::tags::TagError;

/// The value does not suit the parameter.
fn invalid(message: impl Into<String>) -> Fault {
    Fault::new("InvalidParameterValue", message)
}

/// The parameters do not suit each other.
fn combination(message: impl Into<String>) -> Fault {
    Fault::new("InvalidParameterCombination", message)
}

/// The request lacks a parameter.
pub fn missing_parameter(name: &str) -> Fault {
    Fault::new("MissingParameter", format!("The request must contain the parameter {name}"))
}

/// The value is not one that the parameter may have.
pub fn value_not_valid(value: &str, parameter: &str) -> Fault {
    invalid(format!("Value ({value}) for parameter {parameter} is invalid."))
}

/// This is no address range.
pub fn cidr_not_valid(text: &str) -> Fault {
    invalid(format!(
        "Value ({text}) for parameter cidrBlock is invalid. This is not a valid CIDR block."
    ))
}

/// The operation has no such filter.
pub fn filter_not_valid(name: &str) -> Fault {
    invalid(format!("The filter '{name}' is invalid"))
}

/// The filters have too many values.
pub fn filter_limit_exceeded() -> Fault {
    Fault::new(
        "FilterLimitExceeded",
        "The maximum number of filter values specified on a single call is 200",
    )
}

/// A page can't have this size.
pub fn page_size_not_valid(asked: i64, sizes: &RangeInclusive<usize>) -> Fault {
    invalid(format!(
        "Value ( {asked} ) for parameter maxResults is invalid. Expecting a value between {} and {}.",
        sizes.start(),
        sizes.end()
    ))
}

/// The token does not come from an earlier page.
pub fn token_not_valid() -> Fault {
    Fault::new("InvalidNextToken", "The token is not valid for this request")
}

/// A tag breaks a rule.
pub fn tag(error: TagError) -> Fault {
    match error {
        TagError::TooMany => Fault::new(
            "TagLimitExceeded",
            "The maximum number of Tags for a resource has been reached.",
        ),
        TagError::Reserved(_) => {
            invalid("Tag keys starting with 'aws:' are reserved for internal use")
        }
        TagError::KeyLength(key) if key.is_empty() => invalid("Tag key cannot be empty."),
        TagError::KeyLength(_) => invalid("Tag key exceeds the maximum length of 128 characters"),
        TagError::ValueLength(_) => {
            invalid("Tag value exceeds the maximum length of 256 characters")
        }
        TagError::Duplicate(key) => invalid(format!("Duplicate tag key '{key}' specified.")),
    }
}

/// The operation makes no object of this type.
pub fn tag_type_not_valid(resource_type: &str) -> Fault {
    invalid(format!("'{resource_type}' is not a valid taggable resource type for this operation."))
}

/// Two specifications are for the same type.
pub fn tag_type_repeated(resource_type: &str) -> Fault {
    invalid(format!("The resource type '{resource_type}' is specified more than once."))
}

/// The request changes nothing.
pub fn no_attribute_specified() -> Fault {
    combination("No attributes specified.")
}

/// The request changes too much.
pub fn several_attributes_specified() -> Fault {
    combination("Fields for multiple attribute types specified")
}

/// A range of the caller's and one of AWS's can't be asked for at once.
pub fn two_ranges_asked() -> Fault {
    combination(
        "The parameter amazonProvidedIpv6CidrBlock cannot be used with the parameter cidrBlock",
    )
}

/// The model knows it, and this sandbox does not act on it: refused rather than ignored.
pub fn not_built(what: &str) -> Fault {
    Fault::new("NotImplemented", format!("The sandbox does not implement {what} of EC2."))
        .with_status(501)
}

/// A private NAT gateway has no elastic IP.
pub fn private_nat_with_address() -> Fault {
    combination("The parameter AllocationId cannot be used with a private NAT gateway")
}

/// An address is named by its identifier or by itself.
pub fn allocation_and_address() -> Fault {
    combination("You may specify public IP or allocation id, but not both in the same call")
}

/// An address in a VPC is named by its identifier.
pub fn allocation_id_needed() -> Fault {
    combination("You must specify an allocation id when releasing a VPC elastic IP address")
}

/// A log group is named by name or by ARN.
pub fn two_log_destinations() -> Fault {
    combination("Please provide either LogGroupName or LogDestination, not both")
}

/// Who writes to a log group needs a role.
pub fn flow_log_needs_role() -> Fault {
    Fault::new(
        "MissingParameter",
        "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.",
    )
}

/// The resource is watched in the same way already.
pub fn flow_log_already_exists() -> Fault {
    Fault::new(
        "FlowLogAlreadyExists",
        "Error. There is an existing Flow Log with the same configuration and log destination.",
    )
}
