//! How each family of services says that a request is not accepted.

use super::route::ReadError;
use super::sigv4::Denied;
use crate::fault::Fault;
use crate::protocol::Protocol;

/// The error for a request whose signature could not be read.
pub fn unreadable(error: &ReadError, protocol: Protocol) -> Fault {
    let code = match (error, protocol) {
        (ReadError::Missing, Protocol::Json | Protocol::Cbor | Protocol::RestJson) => {
            "MissingAuthenticationTokenException"
        }
        (ReadError::Missing, _) => "MissingAuthenticationToken",
        (ReadError::Incomplete(_), Protocol::Json | Protocol::Cbor | Protocol::RestJson) => {
            "IncompleteSignatureException"
        }
        (ReadError::Incomplete(_), _) => "IncompleteSignature",
    };
    let status = if *error == ReadError::Missing { 403 } else { 400 };
    Fault::new(code, error.to_string()).with_status(status)
}

/// The error for an access key that does not exist.
pub fn unknown_key(protocol: Protocol) -> Fault {
    let message = "The security token included in the request is invalid.";
    match protocol {
        Protocol::Ec2 => auth_failure(),
        Protocol::Query | Protocol::RestXml => {
            Fault::new("InvalidClientTokenId", message).with_status(403)
        }
        Protocol::Json | Protocol::Cbor | Protocol::RestJson => {
            json_fault("UnrecognizedClientException", message, protocol)
        }
    }
}

/// The error for a signature that is not accepted.
pub fn denied(denied: &Denied, protocol: Protocol) -> Fault {
    let message = denied.to_string();
    match protocol {
        Protocol::Ec2 => ec2(denied, &message),
        Protocol::Query | Protocol::RestXml => {
            let (code, status) = match denied {
                Denied::NoDate => ("IncompleteSignature", 400),
                Denied::WrongToken => ("InvalidClientTokenId", 403),
                Denied::ExpiredToken => ("ExpiredToken", 403),
                Denied::TooOld { .. } | Denied::TooNew { .. } | Denied::Mismatch => {
                    ("SignatureDoesNotMatch", 403)
                }
            };
            Fault::new(code, message).with_status(status)
        }
        Protocol::Json | Protocol::Cbor | Protocol::RestJson => {
            let code = match denied {
                Denied::NoDate => "IncompleteSignatureException",
                Denied::WrongToken => "UnrecognizedClientException",
                Denied::ExpiredToken => "ExpiredTokenException",
                Denied::TooOld { .. } | Denied::TooNew { .. } | Denied::Mismatch => {
                    "InvalidSignatureException"
                }
            };
            json_fault(code, &message, protocol)
        }
    }
}

fn ec2(denied: &Denied, message: &str) -> Fault {
    match denied {
        Denied::TooOld { .. } | Denied::ExpiredToken => {
            Fault::new("RequestExpired", "Request has expired.")
        }
        Denied::NoDate => Fault::new("IncompleteSignature", message),
        Denied::TooNew { .. } | Denied::WrongToken | Denied::Mismatch => auth_failure(),
    }
}

fn auth_failure() -> Fault {
    let message = "AWS was not able to validate the provided access credentials";
    Fault::new("AuthFailure", message).with_status(401)
}

/// REST services answer 403 where the RPC services answer 400.
fn json_fault(code: &str, message: &str, protocol: Protocol) -> Fault {
    let status = if protocol == Protocol::RestJson { 403 } else { 400 };
    Fault::new(code, message).with_status(status)
}
