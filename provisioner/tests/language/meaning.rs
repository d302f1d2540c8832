//! What accepted definitions mean.

use provisioner::definition::Program;
use serde_json::{Value as Json, json};

use crate::{ENVIRONMENT, accepted, compile_with, rendered};

/// An object's properties, with `<address.output>` where AWS has not answered yet.
fn properties(program: &Program, address: &str) -> Json {
    let declaration = program.declarations.get(address).unwrap_or_else(|| panic!("no {address}"));
    declaration.properties.evaluate(&|address, output| Some(json!(format!("<{address}.{output}>"))))
}

fn addresses(program: &Program) -> Vec<&str> {
    program.declarations.keys().map(|address| address.as_str()).collect()
}

fn needs<'p>(program: &'p Program, address: &str) -> Vec<&'p str> {
    program.declarations[address].depends_on.iter().map(|address| address.as_str()).collect()
}

fn output(program: &Program, stack: &str, name: &str) -> Json {
    program.outputs[stack][name]
        .evaluate(&|address, output| Some(json!(format!("<{address}.{output}>"))))
}

#[test]
fn references_keep_their_type_and_make_dependencies() {
    let program = accepted(
        r#"
stack: main
resources:
  net: { type: test.network, range: 10.0.0.0/16 }
  host:
    type: test.host
    network: ${net.id}
    size: ${config.size}
    name: ${env.prefix}
    labels: { text: "size ${config.size} of ${env.prefix}-${env.name}", literal: "$${x}" }
outputs:
  id: ${host.id}
  size: ${config.sizes.large}
  sizes: ${config.sizes}
  text: "host ${host.id} in ${net.id}"
"#,
    )
    .program;
    assert_eq!(
        properties(&program, "main.host"),
        json!({
            "network": "<main.net.id>", "size": 4, "name": "acme",
            "labels": { "text": "size 4 of acme-dev", "literal": "${x}" },
        })
    );
    assert_eq!(needs(&program, "main.host"), ["main.net"]);
    assert_eq!(output(&program, "main", "size"), json!(8));
    assert_eq!(output(&program, "main", "sizes"), json!({ "small": 1, "large": 8 }));
    assert_eq!(output(&program, "main", "text"), json!("host <main.host.id> in <main.net.id>"));
}

#[test]
fn for_each_takes_lists_and_maps() {
    let program = accepted(
        r#"
stack: main
resources:
  net:
    type: test.network
    for_each: ${config.zones}
    range: 10.0.0.0/16
    tags: { zone: "${each.key}" }
  host:
    type: test.host
    for_each: { x: { size: 1, on: true }, y: { size: 2, on: true }, z: { size: 3, on: false } }
    when: ${each.value.on}
    network: ${net["a"].id}
    size: ${each.value.size}
  named:
    type: test.host
    for_each: [{ name: one, size: 5 }, { key: two, size: 6 }, { size: 7 }]
    network: ${net["b"].id}
    size: ${each.value.size}
outputs:
  ids: ${host.*.id}
  gone: ${host["z"].id}
  first: ${host["x"].id}
"#,
    )
    .program;
    assert_eq!(
        addresses(&program),
        [
            "main.host:x",
            "main.host:y",
            "main.named:2",
            "main.named:one",
            "main.named:two",
            "main.net:a",
            "main.net:b",
        ]
    );
    assert_eq!(properties(&program, "main.host:y")["size"], json!(2));
    assert_eq!(properties(&program, "main.named:2")["size"], json!(7));
    assert_eq!(program.declarations["main.net:b"].tags["zone"], "b");
    assert_eq!(output(&program, "main", "ids"), json!(["<main.host:x.id>", "<main.host:y.id>"]));
    assert_eq!(output(&program, "main", "gone"), json!(null));
}

#[test]
fn components_expand_with_their_options() {
    let program = accepted(
        r#"
stack: main
tags: { team: core }
resources:
  site:
    type: site
    range: 10.1.0.0/16
    size: ${net.size}
    from: ["${net.id}", 10.0.0.0/8]
    retain: true
    timeout: 5m
    tags: { own: 1 }
    depends_on: [net]
  net: { type: test.network, range: 10.0.0.0/16 }
  last: { type: test.host, network: "${site.network_id}", depends_on: [site] }
  near: { type: test.host, network: x, depends_on: [site.network] }
outputs:
  hosts: ${site.hosts}
  gateway: ${site.gateway}
  first: ${site.hosts[0]}
"#,
    )
    .program;
    let host = "main.site.host:eu-central-1a-0";
    assert_eq!(
        properties(&program, host),
        json!({
            "network": "<main.site.network.id>",
            "size": "<main.net.size>",
            "rules": [{ "port": 22, "from": ["<main.net.id>", "10.0.0.0/8"] }],
            "labels": { "zone": "eu-central-1a", "note": "costs ${much}" },
        })
    );
    let declaration = &program.declarations[host];
    assert!(declaration.retain && !declaration.protect);
    assert_eq!(declaration.timeout.unwrap().as_secs(), 300);
    let tags: Vec<_> = declaration.tags.iter().map(|(key, tag)| format!("{key}={tag}")).collect();
    assert_eq!(tags, ["own=1", "team=core", "zone=eu-central-1a"]);
    assert!(program.declarations["main.site.network"].protect);
    assert_eq!(needs(&program, host), ["main.net", "main.site.network"]);
    assert_eq!(needs(&program, "main.site.network"), ["main.net"]);
    assert_eq!(
        needs(&program, "main.last"),
        ["main.site.host:eu-central-1a-0", "main.site.host:eu-central-1b-0", "main.site.network"]
    );
    assert_eq!(needs(&program, "main.near"), ["main.site.network"]);
    assert_eq!(
        output(&program, "main", "hosts"),
        json!(["<main.site.host:eu-central-1a-0.id>", "<main.site.host:eu-central-1b-0.id>"])
    );
    assert_eq!(output(&program, "main", "first"), json!("<main.site.host:eu-central-1a-0.id>"));
    assert_eq!(output(&program, "main", "gateway"), json!(null));
}

#[test]
fn stacks_refer_to_each_other() {
    let first = "stack: a\nresources:\n  n: { type: test.network, range: 10.0.0.0/16 }\n\
                 outputs: { id: '${n.id}', all: ['${n.id}', x], back: '${stack.b.host}' }\n";
    let second = "stack: b\ndepends_on: [c]\nresources:\n\
                  \x20 h: { type: test.host, network: '${stack.a.id}', rules: [{ port: 1, from: '${stack.a.all}' }] }\n\
                  outputs: { host: '${h.id}', second: '${stack.a.all[1]}' }\n";
    let third = "stack: c\nresources:\n  n: { type: test.network, range: 10.0.0.0/16 }\n";
    let stacks: [(&str, &[u8]); 3] =
        [("a.yaml", first.as_bytes()), ("b.yaml", second.as_bytes()), ("c.yaml", third.as_bytes())];
    let result = compile_with(ENVIRONMENT, &stacks);
    let program = result.unwrap_or_else(|refusal| panic!("{}", rendered(Err(refusal)))).program;
    assert_eq!(properties(&program, "b.h")["rules"][0]["from"], json!(["<a.n.id>", "x"]));
    assert_eq!(needs(&program, "b.h"), ["a.n", "c.n"]);
    assert_eq!(output(&program, "a", "back"), json!("<b.h.id>"));
    assert_eq!(output(&program, "b", "second"), json!("x"));
}

#[test]
fn what_is_left_out_is_null() {
    let program = accepted(
        "stack: main\nresources:\n  net: { type: test.network, range: a/8, when: false }\n  \
         host: { type: test.host, network: x, name: '${net.id}', depends_on: [net] }\n\
         outputs: { id: '${net.id}' }\n",
    )
    .program;
    assert_eq!(addresses(&program), ["main.host"]);
    assert_eq!(properties(&program, "main.host")["name"], json!(null));
    assert_eq!(output(&program, "main", "id"), json!(null));
}

#[test]
fn anchors_and_merge_keys_are_followed() {
    let program = accepted(
        "stack: main\nresources:\n  a: &base { type: test.host, network: x, size: 2 }\n  \
         b:\n    <<: *base\n    size: 3\n",
    )
    .program;
    assert_eq!(properties(&program, "main.b"), json!({ "network": "x", "size": 3 }));
}
