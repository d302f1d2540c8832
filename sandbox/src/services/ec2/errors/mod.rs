//! Every error of EC2's that the sandbox answers with: one function an error, in AWS's words.

mod address;
mod endpoint;
mod object;
mod parameter;
mod route;
mod security_group;
mod vpc;

pub use address::*;
pub use endpoint::*;
pub use object::*;
pub use parameter::*;
pub use route::*;
pub use security_group::*;
pub use vpc::*;
