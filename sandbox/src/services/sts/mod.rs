//! Security Token Service: who the caller is.

use super::Operation;

/// Every operation that is built; what is missing here is answered with `NotImplemented`.
pub const OPERATIONS: &[Operation] = &[];
