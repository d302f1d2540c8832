//! Which subnet gets which addresses.
//!
//! The tiers are laid out one after the other, the largest subnets first, so that every range
//! begins at a multiple of its size. Within a tier, room is kept for six zones: adding a zone
//! later moves no subnet.

use ipnet::Ipv4Net;

use super::Network;
use crate::resource::Problem;

/// Room is kept for so many zones: the most that a region has.
const MOST_ZONES: usize = 6;

/// What a subnet leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tier {
    Public,
    Private,
    Isolated,
}

impl Tier {
    pub(super) const ALL: [Self; 3] = [Self::Public, Self::Private, Self::Isolated];

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Isolated => "isolated",
        }
    }
}

/// An availability zone and the ranges of its subnets, in the order of [`Tier::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Zone {
    pub name: String,
    /// The zone's letter.
    pub key: String,
    pub ranges: [Ipv4Net; 3],
}

/// The zones with their ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub zones: Vec<Zone>,
}

impl Layout {
    /// Divides the VPC's range.
    pub(super) fn new(network: &Network, zones: &[String]) -> Result<Self, Problem> {
        let count = network.zones.unwrap_or(2);
        if zones.len() < count {
            let message = format!(
                "The network wants {count} availability zones, and the environment has {}: {}.",
                zones.len(),
                zones.join(", ")
            );
            return Err(Problem::at("zones", message)
                .hint("name more in the environment's `availability_zones`, or lower `zones`"));
        }
        let Ok(whole) = network.cidr_block.parse::<Ipv4Net>() else {
            return Err(Problem::at("cidr_block", "It is not an IPv4 range."));
        };
        let tiers = tiers(network, whole)?;
        let zones = zones.iter().take(count).enumerate().map(|(index, name)| Zone {
            name: name.clone(),
            key: letter(name, index),
            ranges: tiers.each_ref().map(|tier| tier[index]),
        });
        Ok(Self { zones: zones.collect() })
    }
}

/// `a` of `us-east-1a`: short addresses, which stay the same when zones are added behind.
fn letter(zone: &str, index: usize) -> String {
    zone.chars()
        .last()
        .filter(char::is_ascii_lowercase)
        .map_or_else(|| index.to_string(), String::from)
}

/// The subnets of each tier, [`MOST_ZONES`] of each.
fn tiers(network: &Network, whole: Ipv4Net) -> Result<[Vec<Ipv4Net>; 3], Problem> {
    let base = whole.prefix_len();
    let prefix = |given: Option<u8>, longer: u8| given.unwrap_or((base + longer).min(28));
    let prefixes = [
        prefix(network.public_prefix, 8),
        prefix(network.private_prefix, 4),
        prefix(network.isolated_prefix, 8),
    ];
    let mut order = [0, 1, 2];
    order.sort_by_key(|tier| prefixes[*tier]);
    let mut next = u64::from(u32::from(whole.network()));
    let end = next + size(base);
    let mut tiers: [Vec<Ipv4Net>; 3] = Default::default();
    for tier in order {
        for _ in 0..MOST_ZONES {
            let range = u32::try_from(next).ok().filter(|_| next + size(prefixes[tier]) <= end);
            let range = range.and_then(|start| Ipv4Net::new(start.into(), prefixes[tier]).ok());
            tiers[tier].push(range.ok_or_else(|| too_small(network, &prefixes))?);
            next += size(prefixes[tier]);
        }
    }
    Ok(tiers)
}

fn size(prefix: u8) -> u64 {
    1 << (32 - prefix.min(32))
}

fn too_small(network: &Network, prefixes: &[u8; 3]) -> Problem {
    let [public, private, isolated] = prefixes;
    let message = format!(
        "{MOST_ZONES} subnets each of /{public}, /{private} and /{isolated} do not fit into {}.",
        network.cidr_block
    );
    Problem::at("cidr_block", message)
        .hint("take a larger range, or smaller subnets (`public_prefix`, `private_prefix`, `isolated_prefix`)")
}
