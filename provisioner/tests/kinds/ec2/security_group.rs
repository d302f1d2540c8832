use aws_sdk_ec2::types::{ResourceType, Tag, TagSpecification};
use provisioner::aws::Context;
use provisioner::aws::ec2::security_group::SecurityGroup;
use provisioner::resource::{Id, Owner, Resource};
use serde_json::{Value as Json, json};

use super::{subnet, vpc};
use crate::harness::{
    World, delete, differences, life_cycle, made, made_twice, owner, read, spec, update,
};

type Group = SecurityGroup;

/// The id of a group of this VPC, with AWS's own rules.
pub async fn made_in(cx: &Context, vpc: &str) -> String {
    made::<Group>(cx, "group", json!({ "vpc_id": vpc })).await.outputs.id
}

#[tokio::test]
async fn life() {
    let world = World::new().await;
    let vpc = vpc(&world).await;
    let peer = made_in(&world, &vpc).await;
    let before = json!({
        "vpc_id": vpc,
        "description": "Databases",
        "ingress": [
            { "from_port": 5432, "security_groups": [peer], "description": "services" },
            { "from_port": 5432, "self": true },
            { "from_port": 80, "to_port": 81, "cidr_blocks": ["10.2.0.0/16", "10.1.0.0/16"] },
            { "from_port": 80, "to_port": 81, "cidr_blocks": ["10.3.0.0/16"] },
            { "protocol": "icmp", "cidr_blocks": ["10.0.0.0/8"] },
        ],
        "egress": [{ "from_port": 443, "cidr_blocks": ["0.0.0.0/0"] }],
    });
    let after = json!({
        "vpc_id": vpc,
        "description": "Databases",
        "ingress": [
            { "from_port": 5432, "security_groups": [peer], "description": "services" },
            { "from_port": 443, "cidr_blocks": ["10.1.0.0/16"] },
        ],
        "egress": [],
    });
    life_cycle::<Group>(&world, "group_life", before.clone(), after).await;
    made_twice::<Group>(&world, "group_twice", before).await;
}

#[tokio::test]
async fn rules_get_other_descriptions_and_lose_ipv6_ranges() {
    let world = World::new().await;
    if !world.does_all("moto keeps a rule's first description, and IPv6 ranges for ever") {
        return;
    }
    let vpc = vpc(&world).await;
    let group = |note: &str, egress: Json| {
        json!({
            "vpc_id": vpc,
            "ingress": [
                { "from_port": 80, "ipv6_cidr_blocks": ["2001:DB8::/32"], "description": note },
                { "from_port": 80, "self": true, "description": note },
            ],
            "egress": egress,
        })
    };
    let ipv6 = json!([{ "protocol": "all", "ipv6_cidr_blocks": ["::/0"], "description": "out" }]);
    let (first, second) = (group("first", ipv6), group("second", json!([])));
    life_cycle::<Group>(&world, "descriptions", first, second).await;
}

#[tokio::test]
async fn a_new_group_lets_everything_out_until_it_is_closed() {
    let world = World::new().await;
    let vpc = vpc(&world).await;
    let id = Id(made_in(&world, &vpc).await);
    let group = |egress: Json| spec::<Group>(json!({ "vpc_id": vpc, "egress": egress }));
    let open = group(json!([{ "protocol": "all", "cidr_blocks": ["0.0.0.0/0"] }]));
    let live = read(&world, &id).await.unwrap();
    assert_eq!(differences(&open, &live, None), [""; 0]);

    let closed = group(json!([]));
    update(&world, &id, &closed, (live, None)).await;
    let live = read(&world, &id).await.unwrap();
    assert_eq!(differences(&closed, &live, None), [""; 0]);

    let silent = spec::<Group>(json!({ "vpc_id": vpc }));
    update(&world, &id, &silent, (live, Some(&closed))).await;
    let live = read(&world, &id).await.unwrap();
    assert_eq!(differences(&closed, &live, None), [""; 0], "what leaves the YAML stays");
}

#[tokio::test]
async fn rules_that_somebody_changed_meanwhile_are_looked_at_again() {
    let world = World::new().await;
    let vpc = vpc(&world).await;
    let id = Id(made_in(&world, &vpc).await);
    let group = |ports: &[i32]| {
        let rules = ports.iter().map(|port| json!({ "from_port": port, "self": true }));
        spec::<Group>(json!({ "vpc_id": vpc, "ingress": rules.collect::<Vec<_>>() }))
    };
    let stale = read(&world, &id).await.unwrap();
    update(&world, &id, &group(&[80, 81]), (stale.clone(), None)).await;
    // As if the first attempt's answer were lost: the second starts from what was there before.
    update(&world, &id, &group(&[80, 82]), (stale, None)).await;
    let live = read(&world, &id).await.unwrap();
    assert_eq!(differences(&group(&[80, 82]), &live, None), [""; 0]);
}

#[tokio::test]
async fn a_group_names_and_sheds_what_holds_it() {
    let world = World::new().await;
    if !world.does_all("moto deletes a group that network interfaces bear") {
        return;
    }
    let vpc = vpc(&world).await;
    let subnet = subnet(&world, &vpc, "10.0.0.0/24", "a").await;
    let (group, owner) = (spec::<Group>(json!({ "vpc_id": vpc })), owner("held"));
    let id = group.create(&world, &owner).await.unwrap().id;
    let rule = json!({ "from_port": 1, "security_groups": [id] });
    let other = json!({ "vpc_id": vpc, "name": "other", "ingress": [rule] });
    let other_id = Id(made::<Group>(&world, "other", other.clone()).await.outputs.id);
    let foreign = interface(&world, &subnet, &id, None).await;
    let ours = interface(&world, &subnet, &id, Some(&owner)).await;

    let blockers = Group::blockers(&world, &id).await.unwrap().join("; ");
    let rule = format!("a rule of security group {other_id} (other)");
    assert!([&foreign, &ours, &rule].iter().all(|name| blockers.contains(*name)), "{blockers}");

    assert!(group.delete(&world, &id).await.unwrap_err().is_dependency_violation());
    let blockers = Group::blockers(&world, &id).await.unwrap().join("; ");
    assert!(blockers.contains(&foreign) && !blockers.contains(&ours), "{blockers}");

    delete(&world, &spec::<Group>(other), &other_id).await;
    let request = world.clients.ec2().delete_network_interface().network_interface_id(foreign);
    request.send().await.unwrap();
    delete(&world, &group, &id).await;
}

/// A network interface that is attached to nothing, of an owner's environment or of nobody's.
async fn interface(cx: &Context, subnet: &str, group: &Id, owner: Option<&Owner>) -> String {
    let tags = owner.iter().flat_map(|owner| &owner.tags);
    let tags = tags.map(|(key, value)| Tag::builder().key(key).value(value).build());
    let tags = TagSpecification::builder()
        .resource_type(ResourceType::NetworkInterface)
        .set_tags(Some(tags.collect()))
        .build();
    let request = cx.clients.ec2().create_network_interface().subnet_id(subnet);
    let request = request.groups(group.as_str()).description("left over");
    let answer = request.set_tag_specifications(owner.map(|_| vec![tags])).send().await.unwrap();
    answer.network_interface().unwrap().network_interface_id().unwrap().to_owned()
}
