//! The kinds of EC2 object: what their identifiers look like, and how they are looked up.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::services::tags::Tags;

use super::errors;

/// A kind of object that has an identifier and carries tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `dopt-…`
    DhcpOptions,
    /// `eipalloc-…`
    ElasticIp,
    /// `fl-…`
    FlowLog,
    /// `igw-…`
    InternetGateway,
    /// `nat-…`
    NatGateway,
    /// `acl-…`
    NetworkAcl,
    /// `eni-…`
    NetworkInterface,
    /// `rtb-…`
    RouteTable,
    /// `sg-…`
    SecurityGroup,
    /// `sgr-…`
    SecurityGroupRule,
    /// `subnet-…`
    Subnet,
    /// `vpc-…`
    Vpc,
    /// `vpce-…`
    VpcEndpoint,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::DhcpOptions,
        Self::ElasticIp,
        Self::FlowLog,
        Self::InternetGateway,
        Self::NatGateway,
        Self::NetworkAcl,
        Self::NetworkInterface,
        Self::RouteTable,
        Self::SecurityGroup,
        Self::SecurityGroupRule,
        Self::Subnet,
        Self::Vpc,
        Self::VpcEndpoint,
    ];

    /// The name in tag specifications and in `DescribeTags`.
    pub fn resource_type(self) -> &'static str {
        match self {
            Self::DhcpOptions => "dhcp-options",
            Self::ElasticIp => "elastic-ip",
            Self::FlowLog => "vpc-flow-log",
            Self::InternetGateway => "internet-gateway",
            Self::NatGateway => "natgateway",
            Self::NetworkAcl => "network-acl",
            Self::NetworkInterface => "network-interface",
            Self::RouteTable => "route-table",
            Self::SecurityGroup => "security-group",
            Self::SecurityGroupRule => "security-group-rule",
            Self::Subnet => "subnet",
            Self::Vpc => "vpc",
            Self::VpcEndpoint => "vpc-endpoint",
        }
    }

    /// What stands before the dash of an identifier.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::DhcpOptions => "dopt",
            Self::ElasticIp => "eipalloc",
            Self::FlowLog => "fl",
            Self::InternetGateway => "igw",
            Self::NatGateway => "nat",
            Self::NetworkAcl => "acl",
            Self::NetworkInterface => "eni",
            Self::RouteTable => "rtb",
            Self::SecurityGroup => "sg",
            Self::SecurityGroupRule => "sgr",
            Self::Subnet => "subnet",
            Self::Vpc => "vpc",
            Self::VpcEndpoint => "vpce",
        }
    }

    /// The kind that an identifier's prefix names.
    pub fn of(id: &str) -> Option<Self> {
        let (prefix, _) = id.split_once('-')?;
        Self::ALL.into_iter().find(|kind| kind.prefix() == prefix)
    }

    /// Refuses an identifier that could not be one of this kind: AWS's have the prefix, a dash,
    /// and 8 or 17 hexadecimal digits.
    pub fn check(self, id: &str) -> Result<(), Fault> {
        let well_formed = id.split_once('-').is_some_and(|(prefix, digits)| {
            prefix == self.prefix()
                && [8, 17].contains(&digits.len())
                && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        });
        if well_formed { Ok(()) } else { Err(errors::malformed(self, id)) }
    }
}

/// An object that has an identifier and carries tags.
pub trait Object {
    /// What it is.
    const KIND: Kind;

    /// Its tags.
    fn tags(&self) -> &Tags;

    /// Its tags, to be changed.
    fn tags_mut(&mut self) -> &mut Tags;
}

/// All objects of one kind, by identifier.
pub type Table<T> = BTreeMap<String, T>;

/// The object with this identifier.
///
/// # Errors
/// AWS's `….Malformed` or `….NotFound` of the kind.
pub fn get<'t, T: Object>(table: &'t Table<T>, id: &str) -> Result<&'t T, Fault> {
    T::KIND.check(id)?;
    table.get(id).ok_or_else(|| errors::not_found(T::KIND, id))
}

/// The object with this identifier, to be changed.
///
/// # Errors
/// AWS's `….Malformed` or `….NotFound` of the kind.
pub fn get_mut<'t, T: Object>(table: &'t mut Table<T>, id: &str) -> Result<&'t mut T, Fault> {
    T::KIND.check(id)?;
    table.get_mut(id).ok_or_else(|| errors::not_found(T::KIND, id))
}

/// The objects with these identifiers, or all where `ids` is empty, as every Describe has it.
///
/// # Errors
/// AWS's `….Malformed` or `….NotFound` for the first identifier that has no object.
pub fn select<'t, T: Object>(table: &'t Table<T>, ids: &[String]) -> Result<Vec<&'t T>, Fault> {
    if ids.is_empty() {
        return Ok(table.values().collect());
    }
    ids.iter().map(|id| get(table, id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_names_its_kind() {
        for kind in Kind::ALL {
            let id = format!("{}-0123456789abcdef0", kind.prefix());
            assert_eq!(Kind::of(&id), Some(kind));
            assert_eq!(kind.check(&id), Ok(()));
        }
        assert_eq!(Kind::of("i-0123456789abcdef0"), None);
    }

    #[test]
    fn an_identifier_has_8_or_17_hexadecimal_digits() {
        assert!(Kind::Vpc.check("vpc-01234567").is_ok());
        for id in ["vpc-0123", "vpc-0123456789abcdefg", "subnet-01234567", "vpc", ""] {
            assert_eq!(Kind::Vpc.check(id).unwrap_err().code, "InvalidVpcID.Malformed");
        }
    }
}
