use super::layout::{Layout, Tier};
use super::*;

fn network(json: Json) -> Network {
    serde_json::from_value(json).unwrap()
}

fn zones() -> Vec<String> {
    ["a", "b", "c"].map(|zone| format!("eu-west-1{zone}")).to_vec()
}

fn ranges(network: &Network) -> Vec<String> {
    let layout = Layout::new(network, &zones()).unwrap();
    let tiers = Tier::ALL.iter().enumerate().flat_map(|(tier, kind)| {
        layout
            .zones
            .iter()
            .map(move |zone| format!("{} {} {}", kind.label(), zone.key, zone.ranges[tier]))
    });
    tiers.collect()
}

#[test]
fn subnets_do_not_overlap_and_keep_their_place_when_a_zone_is_added() {
    let two = ranges(&network(json!({ "cidr_block": "10.0.0.0/16" })));
    insta::assert_snapshot!(two.join("\n"), @r"
    public a 10.0.96.0/24
    public b 10.0.97.0/24
    private a 10.0.0.0/20
    private b 10.0.16.0/20
    isolated a 10.0.102.0/24
    isolated b 10.0.103.0/24
    ");
    let three = ranges(&network(json!({ "cidr_block": "10.0.0.0/16", "zones": 3 })));
    assert!(two.iter().all(|range| three.contains(range)));
}

#[test]
fn the_smallest_network_still_fits() {
    for prefix in 16..=22 {
        let layout = network(json!({ "cidr_block": format!("10.0.0.0/{prefix}"), "zones": 3 }));
        assert!(Layout::new(&layout, &zones()).is_ok(), "/{prefix}");
    }
}

#[test]
fn what_does_not_fit_is_said() {
    let large = network(json!({ "cidr_block": "10.0.0.0/20", "private_prefix": 22 }));
    let problem = Layout::new(&large, &zones()).unwrap_err();
    assert_eq!(problem.path, "cidr_block");
    let many = network(json!({ "cidr_block": "10.0.0.0/16", "zones": 4 }));
    assert_eq!(Layout::new(&many, &zones()).unwrap_err().path, "zones");
    let problems = |cidr: &str| network(json!({ "cidr_block": cidr })).validate().len();
    assert_eq!([problems("10.0.0.0/24"), problems("10.0.0.1/16"), problems("nonsense")], [1; 3]);
}
