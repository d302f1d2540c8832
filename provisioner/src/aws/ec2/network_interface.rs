//! Network interfaces that stand in the way of deletions: most are a service's, and go some time
//! after what they served.

use aws_sdk_ec2::types::{Filter, NetworkInterface, NetworkInterfaceStatus};

use super::{filter, tags};
use crate::aws::{Context, Error};
use crate::resource::{Owner, Result};

/// The network interfaces that match, described for a person.
pub(super) async fn blockers(cx: &Context, filter: Filter) -> Result<Vec<String>> {
    Ok(interfaces(cx, filter).await?.iter().map(describe).collect())
}

/// The network interfaces of a VPC that have a public address, described for a person.
pub(super) async fn public(cx: &Context, vpc: &str) -> Result<Vec<String>> {
    let found = interfaces(cx, filter("vpc-id", [vpc])).await?;
    let public = found.iter().filter(|interface| {
        interface.association().is_some_and(|association| association.public_ip().is_some())
    });
    Ok(public.map(describe).collect())
}

/// Deletes the interfaces that bear a security group, are attached to nothing, and are tagged as
/// belonging to the group's own environment.
pub(super) async fn delete_leftovers(cx: &Context, group: &str, environment: &str) -> Result<()> {
    let found = interfaces(cx, filter("group-id", [group])).await?;
    for interface in found.iter().filter(|interface| is_leftover(interface, environment)) {
        let request = cx.clients.ec2().delete_network_interface();
        let request = request.set_network_interface_id(interface.network_interface_id.clone());
        Error::optional(request.send().await.map_err(Error::from))?;
    }
    Ok(())
}

fn is_leftover(interface: &NetworkInterface, environment: &str) -> bool {
    interface.status() == Some(&NetworkInterfaceStatus::Available)
        && interface.requester_managed() != Some(true)
        && tags(interface.tag_set()).get(Owner::ENVIRONMENT).is_some_and(|tag| tag == environment)
}

async fn interfaces(cx: &Context, filter: Filter) -> Result<Vec<NetworkInterface>> {
    let request = cx.clients.ec2().describe_network_interfaces().filters(filter);
    Ok(request.into_paginator().items().send().try_collect().await?)
}

/// `network interface eni-1 (“RDSNetworkInterface”, of amazon-rds, in use)`.
fn describe(interface: &NetworkInterface) -> String {
    let id = interface.network_interface_id().unwrap_or_default();
    let description = interface.description().filter(|text| !text.is_empty());
    let instance = interface.attachment().and_then(|attachment| attachment.instance_id());
    let status = match interface.status() {
        Some(NetworkInterfaceStatus::Available) => Some("attached to nothing".to_owned()),
        Some(NetworkInterfaceStatus::InUse) => Some("in use".to_owned()),
        status => status.map(|status| status.as_str().to_owned()),
    };
    let facts = [
        description.map(|text| format!("“{text}”")),
        interface.requester_id().map(|requester| format!("of {requester}")),
        instance.map(|instance| format!("attached to {instance}")).or(status),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    format!("network interface {id} ({})", facts.join(", "))
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{NetworkInterfaceAttachment, Tag};

    use super::*;

    fn interface(status: NetworkInterfaceStatus) -> NetworkInterface {
        NetworkInterface::builder()
            .network_interface_id("eni-1")
            .description("RDSNetworkInterface")
            .requester_id("amazon-rds")
            .status(status)
            .tag_set(Tag::builder().key(Owner::ENVIRONMENT).value("dev").build())
            .build()
    }

    #[test]
    fn an_interface_is_named_with_whose_it_is() {
        let mut used = interface(NetworkInterfaceStatus::InUse);
        let name = "network interface eni-1 (“RDSNetworkInterface”, of amazon-rds, in use)";
        assert_eq!(describe(&used), name);
        used.attachment = Some(NetworkInterfaceAttachment::builder().instance_id("i-1").build());
        assert!(describe(&used).ends_with("attached to i-1)"));
    }

    #[test]
    fn only_a_detached_interface_of_the_same_environment_is_a_leftover() {
        let detached = interface(NetworkInterfaceStatus::Available);
        assert!(is_leftover(&detached, "dev"));
        assert!(!is_leftover(&detached, "prod"));
        assert!(!is_leftover(&interface(NetworkInterfaceStatus::InUse), "dev"));
    }
}
