//! `provision graph`

use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn as_mermaid_and_as_dot() {
    let project = Project::new();
    assert_snapshot!(project.run("graph dev"), @r#"
    exit 0
    ── stdout
    flowchart LR
      subgraph s0["network"]
        n1["vpc<br/><small>ec2.vpc</small>"]
        n3["subnet:a<br/><small>ec2.subnet</small>"]
        n4["subnet:b<br/><small>ec2.subnet</small>"]
      end
      subgraph s1["data"]
        n0["images<br/><small>ecr.repository</small>"]
        n2["lines<br/><small>logs.log_group</small>"]
      end
      n1 --> n2
      n1 --> n3
      n1 --> n4
    "#);
    assert_snapshot!(project.run("graph dev --format dot --stack network"), @r#"
    exit 0
    ── stdout
    digraph "dev" {
      rankdir=LR;
      node [shape=box, style=rounded, fontname="sans-serif", fontsize=11];
      subgraph cluster_0 {
        label="network";
        "network.vpc" [label="vpc\nec2.vpc"];
        "network.subnet:a" [label="subnet:a\nec2.subnet"];
        "network.subnet:b" [label="subnet:b\nec2.subnet"];
      }
      "network.vpc" -> "network.subnet:a";
      "network.vpc" -> "network.subnet:b";
    }
    "#);
}

#[test]
fn as_a_drawing() {
    let ran = Project::repository().run("graph dev --format svg");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.starts_with("<svg xmlns=") && ran.stdout.ends_with("</svg>\n"));
    for name in ["vpc", "ec2.nat_gateway", "registry"] {
        assert!(ran.stdout.contains(name), "{name}");
    }
}

#[test]
fn for_machines() {
    assert_snapshot!(Project::new().run("graph dev --json --stack network"), @r#"
    exit 0
    ── stdout
    {"version":1,"type":"graph","environment":"dev","nodes":[{"address":"network.vpc","kind":"ec2.vpc"},{"address":"network.subnet:a","kind":"ec2.subnet"},{"address":"network.subnet:b","kind":"ec2.subnet"}],"edges":[{"from":"network.vpc","to":"network.subnet:a"},{"from":"network.vpc","to":"network.subnet:b"}]}
    "#);
}

#[test]
fn no_such_stack() {
    assert_snapshot!(Project::new().run("graph dev --stack netwrk"), @"
    exit 1
    ── stderr
    error: there is no stack `netwrk`
      hint: did you mean `network`?
    ");
}
