use insta::assert_snapshot;

use super::*;

/// A network and a database that waits for it.
pub fn small() -> Graph {
    let node = |(address, kind): (&str, &str)| Node {
        address: address.parse().unwrap(),
        kind: kind.to_owned(),
    };
    let nodes = [
        ("network.vpc", "ec2.vpc"),
        ("network.subnet:a", "ec2.subnet"),
        ("network.subnet:b", "ec2.subnet"),
        ("db.group", "rds.subnet_group"),
        ("db.key", "kms.key"),
        ("db.cluster", "rds.cluster"),
    ];
    Graph {
        environment: "dev".to_owned(),
        nodes: nodes.map(node).to_vec(),
        edges: vec![(0, 1), (0, 2), (1, 3), (2, 3), (3, 5), (4, 5)],
    }
}

#[test]
fn an_edge_that_a_longer_way_implies_is_left_out() {
    let needs = [BTreeSet::new(), BTreeSet::from([0]), BTreeSet::from([0, 1])];
    assert_eq!(reduced(&needs), [(0, 1), (1, 2)]);
}

#[test]
fn what_others_need_comes_first() {
    let graph = small();
    let stacks: Vec<&str> = graph.stacks().into_iter().map(|(stack, _)| stack).collect();
    assert_eq!(stacks, ["network", "db"]);
}

#[test]
fn as_mermaid() {
    assert_snapshot!(mermaid(&small()), @r#"
    flowchart LR
      subgraph s0["network"]
        n0["vpc<br/><small>ec2.vpc</small>"]
        n1["subnet:a<br/><small>ec2.subnet</small>"]
        n2["subnet:b<br/><small>ec2.subnet</small>"]
      end
      subgraph s1["db"]
        n3["group<br/><small>rds.subnet_group</small>"]
        n4["key<br/><small>kms.key</small>"]
        n5["cluster<br/><small>rds.cluster</small>"]
      end
      n0 --> n1
      n0 --> n2
      n1 --> n3
      n2 --> n3
      n3 --> n5
      n4 --> n5
    "#);
}

#[test]
fn as_dot() {
    assert_snapshot!(dot(&small()), @r#"
    digraph "dev" {
      rankdir=LR;
      node [shape=box, style=rounded, fontname="sans-serif", fontsize=11];
      subgraph cluster_0 {
        label="network";
        "network.vpc" [label="vpc\nec2.vpc"];
        "network.subnet:a" [label="subnet:a\nec2.subnet"];
        "network.subnet:b" [label="subnet:b\nec2.subnet"];
      }
      subgraph cluster_1 {
        label="db";
        "db.group" [label="group\nrds.subnet_group"];
        "db.key" [label="key\nkms.key"];
        "db.cluster" [label="cluster\nrds.cluster"];
      }
      "network.vpc" -> "network.subnet:a";
      "network.vpc" -> "network.subnet:b";
      "network.subnet:a" -> "db.group";
      "network.subnet:b" -> "db.group";
      "db.group" -> "db.cluster";
      "db.key" -> "db.cluster";
    }
    "#);
}

#[test]
fn as_json() {
    let graph = json(&small());
    assert_eq!(graph["nodes"][3], json!({ "address": "db.group", "kind": "rds.subnet_group" }));
    assert_eq!(graph["edges"][2], json!({ "from": "network.subnet:a", "to": "db.group" }));
}
