//! `ec2.eip`: a public IPv4 address of one's own.

use aws_sdk_ec2::types::{Address, DomainType, ResourceType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{by_id, filter, gone, ownership_filters, sync_tags, tag_specification, tags, text_of};
use crate::aws::Context;
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// An Elastic IP address for use in VPCs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Eip {
    /// The pool that it comes from. Default Amazon's. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_ipv4_pool: Option<String>,
    /// The location from which AWS advertises it. Default the region. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_border_group: Option<String>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `eipalloc-…`
    pub allocation_id: String,
    /// The address.
    pub public_ip: String,
}

impl Resource for Eip {
    const KIND: &'static str = "ec2.eip";
    const TRAITS: Traits = Traits {
        immutable: &["public_ipv4_pool", "network_border_group"],
        create_first: true,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let ids_filter = filter("allocation-id", ids.iter().map(Id::as_str));
        let answer = cx.clients.ec2().describe_addresses().filters(ids_filter).send().await?;
        by_id(ids, answer.addresses().iter().map(live), |outputs| &outputs.allocation_id)
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let filters = Some(ownership_filters(owner));
        let answer = cx.clients.ec2().describe_addresses().set_filters(filters).send().await?;
        let ids = answer.addresses().iter().filter_map(|address| address.allocation_id());
        Ok(ids.map(Id::from).collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let answer = cx
            .clients
            .ec2_once()
            .allocate_address()
            .domain(DomainType::Vpc)
            .set_public_ipv4_pool(self.public_ipv4_pool.clone())
            .set_network_border_group(self.network_border_group.clone())
            .tag_specifications(tag_specification(ResourceType::ElasticIp, owner))
            .send()
            .await?;
        let of = |value, member| text_of(value, "ec2:AllocateAddress", member);
        let allocation_id = of(answer.allocation_id(), "AllocationId")?;
        let public_ip = of(answer.public_ip(), "PublicIp")?;
        Ok(Created::ready(allocation_id.clone(), Outputs { allocation_id, public_ip }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        gone(cx.clients.ec2().release_address().allocation_id(id.as_str()).send().await)
    }
}

fn live(address: &Address) -> Result<Live<Eip>> {
    let of = |value, member| text_of(value, "ec2:DescribeAddresses", member);
    Ok(Live {
        spec: Eip {
            public_ipv4_pool: address.public_ipv4_pool().map(str::to_owned),
            network_border_group: address.network_border_group().map(str::to_owned),
        },
        tags: Some(tags(address.tags())),
        status: Status::Ready,
        outputs: Outputs {
            allocation_id: of(address.allocation_id(), "AllocationId")?,
            public_ip: of(address.public_ip(), "PublicIp")?,
        },
    })
}
