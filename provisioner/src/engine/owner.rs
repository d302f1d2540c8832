//! Whose an object is.

use crate::address::Address;
use crate::definition::{Declaration, Environment};
use crate::resource::{Owner, Tags};

/// The owner of what is declared at an address.
pub fn owner(
    environment: &Environment,
    lineage: &str,
    address: &Address,
    tags: &Tags,
    token: &str,
) -> Owner {
    let identity = [
        (Owner::ENVIRONMENT, environment.name.as_str()),
        (Owner::ADDRESS, address.as_str()),
        (Owner::LINEAGE, lineage),
    ];
    let identity = identity.map(|(key, value)| (key.to_owned(), value.to_owned()));
    Owner {
        address: address.clone(),
        prefix: environment.prefix.clone(),
        token: token.to_owned(),
        tags: tags.clone().into_iter().chain(identity).collect(),
    }
}

/// All tags that a declared object should bear.
pub(super) fn user_and_identity_tags(
    environment: &Environment,
    lineage: &str,
    declaration: &Declaration,
) -> Tags {
    owner(environment, lineage, &declaration.address, &declaration.tags, "").tags
}
