//! `ec2.eip`: a public IPv4 address that stays the account's until it is released.

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::{DomainType, ResourceType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{describe, filter, network_interface, owned, ownership_filters};
use super::{sync_tags, tag_specification, tags, text_of};
use crate::aws::read::in_order;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// An elastic IP address.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Eip {
    /// The pool that it comes from: `amazon`, or the id of an own pool. Default `amazon`. A change
    /// replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_ipv4_pool: Option<String>,
    /// The IPAM pool that it comes from. Default: none. A change replaces.
    #[schemars(regex(pattern = r"^ipam-pool-"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipam_pool_id: Option<String>,
    /// A certain address of an own pool, or one that was released a moment ago. Default: any. A
    /// change replaces.
    #[schemars(regex(pattern = r"^[0-9]+(\.[0-9]+){3}$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The zones that announce it. Default: the region. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_border_group: Option<String>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `eipalloc-…`, the id of the allocation.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The address.
    pub public_ip: String,
}

impl Resource for Eip {
    const KIND: &'static str = "ec2.eip";
    const TRAITS: Traits = Traits {
        immutable: &["public_ipv4_pool", "ipam_pool_id", "address", "network_border_group"],
        compare: &[("ipam_pool_id", Compare::WriteOnly)],
        create_first: true,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        if self.public_ipv4_pool.is_some() && self.ipam_pool_id.is_some() {
            let message = "An address comes from one pool, an own one or one of IPAM's.";
            return vec![Problem::at("ipam_pool_id", message)];
        }
        Vec::new()
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let addresses = describe("allocation-id", ids.iter().map(Id::as_str), |filter| async {
            let answer = cx.clients.ec2().describe_addresses().filters(filter).send().await?;
            Ok::<_, Error>(answer.addresses.unwrap_or_default())
        });
        let found = addresses.await?.iter().map(|address| live(cx, address)).collect::<Result<_>>();
        Ok(in_order(ids, found?))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let request = cx.clients.ec2().describe_addresses();
        let answer = request.set_filters(Some(ownership_filters(owner))).send().await?;
        let found = answer.addresses().iter();
        Ok(owned(owner, found.map(|address| (address.allocation_id(), address.tags()))))
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let own = self.public_ipv4_pool.clone().filter(|pool| pool != "amazon");
        let answer = cx
            .clients
            .ec2_once()
            .allocate_address()
            .domain(DomainType::Vpc)
            .set_public_ipv4_pool(own)
            .set_ipam_pool_id(self.ipam_pool_id.clone())
            .set_address(self.address.clone())
            .set_network_border_group(self.network_border_group.clone())
            .tag_specifications(tag_specification(ResourceType::ElasticIp, owner))
            .send()
            .await?;
        let id = text_of(answer.allocation_id(), "ec2:AllocateAddress", "AllocationId")?;
        let outputs = outputs(cx, &id, answer.public_ip());
        Ok(Created::ready(id, outputs))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.ec2().release_address().allocation_id(id.as_str());
        Error::optional(request.send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }

    async fn blockers(cx: &Context, id: &Id) -> Result<Vec<String>> {
        let allocation = filter("association.allocation-id", [id.as_str()]);
        network_interface::blockers(cx, allocation).await
    }
}

fn live(cx: &Context, address: &ec2::Address) -> Result<(String, Live<Eip>)> {
    let id = text_of(address.allocation_id(), "ec2:DescribeAddresses", "AllocationId")?;
    let live = Live {
        spec: Eip {
            public_ipv4_pool: Some(address.public_ipv4_pool().unwrap_or("amazon").to_owned()),
            ipam_pool_id: None,
            address: address.public_ip().map(str::to_owned),
            network_border_group: address.network_border_group().map(str::to_owned),
        },
        outputs: outputs(cx, &id, address.public_ip()),
        tags: Some(tags(address.tags())),
        status: Status::Ready,
    };
    Ok((id, live))
}

fn outputs(cx: &Context, id: &str, address: Option<&str>) -> Outputs {
    Outputs {
        id: id.to_owned(),
        arn: cx.arn("ec2", &format!("elastic-ip/{id}")),
        public_ip: address.unwrap_or_default().to_owned(),
    }
}
