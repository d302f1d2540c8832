//! A gallery of what is refused, as a person sees it.

use std::fmt::Write;

use insta::assert_snapshot;
use provisioner::definition::{self, Diagnostics, Sources};
use provisioner::view::diagnostic::{self, Paint};

use crate::{ENVIRONMENT, compile, compile_with, complaints, kinds, rendered};

/// A stack with these resources and a network `net`.
fn resources(text: &str) -> String {
    format!(
        "stack: main\nresources:\n  net: {{ type: test.network, range: 10.0.0.0/16 }}\n{text}\n"
    )
}

#[test]
fn names_that_do_not_exist() {
    assert_snapshot!(complaints(&resources("  a:\n    type: test.host\n    network: x\n    sise: 3\n")), @r#"
    error: Unknown property in main.a
     --> stacks/main.yaml:7:5
    7 |     sise: 3
      |     ^^^^
        `test.host` has no property `sise`.
        hint: did you mean `size`?

    1 error
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.hots, network: x }")), @r#"
    error: Unknown type
     --> stacks/main.yaml:4:14
    4 |   a: { type: test.hots, network: x }
      |              ^^^^^^^^^
        There is no type `test.hots`.
        hint: did you mean `test.host`?

    1 error
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: '${nett.id}' }")), @r#"
    error: Unknown reference
     --> stacks/main.yaml:4:35
    4 |   a: { type: test.host, network: '${nett.id}' }
      |                                   ^^^^^^^^^^
        The stack `main` has no resource `nett`.
        hint: did you mean `net`?

    1 error
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: 'in ${net.idd}' }")), @r#"
    error: Unknown reference
     --> stacks/main.yaml:4:38
    4 |   a: { type: test.host, network: 'in ${net.idd}' }
      |                                      ^^^^^^^^^^
        `net`, of type `test.network`, has no output `idd`.
        hint: did you mean `id`?

    1 error
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: '${net}' }")), @r#"
    error: Unknown reference
     --> stacks/main.yaml:4:35
    4 |   a: { type: test.host, network: '${net}' }
      |                                   ^^^^^^
        Which output of `net`?
        hint: there are `id`, `ranges`, `size`

    1 error
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: '${net.id.x}' }")), @r#"
    error: Unknown reference
     --> stacks/main.yaml:4:35
    4 |   a: { type: test.host, network: '${net.id.x}' }
      |                                   ^^^^^^^^^^^
        The output `id` of `net` has no `x`.

    1 error
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: '${stack.man.id}' }")), @r#"
    error: Unknown reference
     --> stacks/main.yaml:4:35
    4 |   a: { type: test.host, network: '${stack.man.id}' }
      |                                   ^^^^^^^^^^^^^^^
        There is no stack `man`.
        hint: did you mean `main`?

    1 error
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: '${main.id}' }")), @r#"
    error: Unknown reference
     --> stacks/main.yaml:4:35
    4 |   a: { type: test.host, network: '${main.id}' }
      |                                   ^^^^^^^^^^
        The stack `main` has no resource `main`.
        hint: write ${stack.main.id}

    1 error
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: '${config.sizes.smal}' }")), @r#"
    error: Unknown reference
     --> stacks/main.yaml:4:35
    4 |   a: { type: test.host, network: '${config.sizes.smal}' }
      |                                   ^^^^^^^^^^^^^^^^^^^^
        There is no `config.sizes.smal` in `config/dev.yaml`.
        hint: did you mean `small`?

    1 error
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: '${env.regoin} ${env.account}' }")), @r#"
    error: Unknown reference
     --> stacks/main.yaml:4:35
    4 |   a: { type: test.host, network: '${env.regoin} ${env.account}' }
      |                                   ^^^^^^^^^^^^^
        `env.regoin` does not exist.
        hint: there are `env.name`, `env.account`, `env.region`, `env.prefix`

    error: Unknown reference
     --> stacks/main.yaml:4:49
    4 |   a: { type: test.host, network: '${env.regoin} ${env.account}' }
      |                                                 ^^^^^^^^^^^^^^
        `config/dev.yaml` does not name its account, so `env.account` has no value.
        hint: add `account: "000000000000"` to the environment's file

    2 errors
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: '${each.key}' }")), @r#"
    error: Unknown reference
     --> stacks/main.yaml:4:35
    4 |   a: { type: test.host, network: '${each.key}' }
      |                                   ^^^^^^^^^^^
        `each` exists only inside a resource that has a `for_each`.

    1 error
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: '${self.net.id}' }")), @r#"
    error: Unknown reference
     --> stacks/main.yaml:4:35
    4 |   a: { type: test.host, network: '${self.net.id}' }
      |                                   ^^^^^^^^^^^^^^
        `self` exists only inside components.

    1 error
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: x, depends_on: [nett, 'net.x', stack.mian, '$'] }")), @r#"
    error: Unknown reference
     --> stacks/main.yaml:4:50
    4 |   a: { type: test.host, network: x, depends_on: [nett, 'net.x', stack.mian, '$'] }
      |                                                  ^^^^
        The stack `main` has no resource `nett`.
        hint: did you mean `net`?

    error: Unknown reference
     --> stacks/main.yaml:4:56
    4 |   a: { type: test.host, network: x, depends_on: [nett, 'net.x', stack.mian, '$'] }
      |                                                        ^^^^^^^
        `net` has no part `x`.

    error: Unknown reference
     --> stacks/main.yaml:4:65
    4 |   a: { type: test.host, network: x, depends_on: [nett, 'net.x', stack.mian, '$'] }
      |                                                                 ^^^^^^^^^^
        There is no stack `mian`.
        hint: did you mean `main`?

    error: Unreadable reference
     --> stacks/main.yaml:4:77
    4 |   a: { type: test.host, network: x, depends_on: [nett, 'net.x', stack.mian, '$'] }
      |                                                                             ^^^
        `$` does not name a resource.
        hint: write `main`, `main.vpc`, `subnet["a"]` or `stack.network`

    4 errors
    "#);
    assert_snapshot!(complaints("stack: main\nresource: {}\noutputs:\n  a: ${stack.main.b}\n  Bad: 1\n"), @r#"
    error: Unknown property
     --> stacks/main.yaml:2:1
    2 | resource: {}
      | ^^^^^^^^
        `stack` has no property `resource`.
        hint: did you mean `resources`?

    error: Unknown reference
     --> stacks/main.yaml:4:6
    4 |   a: ${stack.main.b}
      |      ^^^^^^^^^^^^^^^
        The stack `main` has no output `b`.
        hint: there is `a`

    error: Unusable name
     --> stacks/main.yaml:5:3
    5 |   Bad: 1
      |   ^^^
        A name begins with a lower-case letter and goes on with lower-case letters, digits and
        underscores; `Bad` does not.

    3 errors
    "#);
}

#[test]
fn values_that_do_not_fit() {
    assert_snapshot!(complaints(&resources("  a:\n    type: test.host\n    network: 7\n    name: UPPER\n    size: '3'\n    boot: disc\n    rules:\n      - port: 0\n        from: 10.0.0.0/8\n      - from: []\n    labels: [x]\n")), @r#"
    error: Wrong type in main.a
     --> stacks/main.yaml:6:14
    6 |     network: 7
      |              ^
        `network` is text; this is an integer.
        hint: write "7"

    error: Wrong form in main.a
     --> stacks/main.yaml:7:11
    7 |     name: UPPER
      |           ^^^^^
        `name` has the form `^[a-z-]+$`.

    error: Wrong type in main.a
     --> stacks/main.yaml:8:11
    8 |     size: '3'
      |           ^^^
        `size` is an integer; this is text.
        hint: write 3 without quotes

    error: Unknown value in main.a
     --> stacks/main.yaml:9:11
    9 |     boot: disc
      |           ^^^^
        `boot` is one of `disk`, `network`.
        hint: did you mean `disk`?

    error: Out of range in main.a
      --> stacks/main.yaml:11:15
    11 |       - port: 0
       |               ^
         `rules[0].port` is 1 to 65535; this is 0.

    error: Wrong type in main.a
      --> stacks/main.yaml:12:15
    12 |         from: 10.0.0.0/8
       |               ^^^^^^^^^^
         `rules[0].from` is a list; this is text.
         hint: write it as a list, in brackets

    error: Missing property in main.a
      --> stacks/main.yaml:13:9
    13 |       - from: []
       |         ^^^^^^^^
         `rules[1]` of `test.host` needs `port`. The port.

    error: Wrong type in main.a
      --> stacks/main.yaml:14:13
    14 |     labels: [x]
       |             ^^^
         `labels` is a map; this is a list.

    8 errors
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.host }\n  b: { type: test.host, network: '${net.ranges}', size: '${net.id}' }\n  c: { type: test.host, network: x, size: 100, name: averylongname }")), @r#"
    error: Missing property in main.a
     --> stacks/main.yaml:4:3
    4 |   a: { type: test.host }
      |   ^
        `test.host` needs `network`. The network that it is in.

    error: Wrong type in main.b
     --> stacks/main.yaml:5:34
    5 |   b: { type: test.host, network: '${net.ranges}', size: '${net.id}' }
      |                                  ^^^^^^^^^^^^^^^
        `network` is text; this refers to a list.

    error: Wrong type in main.b
     --> stacks/main.yaml:5:57
    5 |   b: { type: test.host, network: '${net.ranges}', size: '${net.id}' }
      |                                                         ^^^^^^^^^^^
        `size` is an integer; this refers to text.

    error: Out of range in main.c
     --> stacks/main.yaml:6:43
    6 |   c: { type: test.host, network: x, size: 100, name: averylongname }
      |                                           ^^^
        `size` is 1 to 64; this is 100.

    error: Wrong length in main.c
     --> stacks/main.yaml:6:54
    6 |   c: { type: test.host, network: x, size: 100, name: averylongname }
      |                                                      ^^^^^^^^^^^^^
        `name` has 2 to 8 characters; this has 13.

    5 errors
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.network, range: 10.0.0.0, names: yes }\n  b: { type: test.network, range: 10.0.0.0 }\n  c: { type: test.host, network: x, rules: [{ port: 1, from: [] }] }")), @r#"
    error: Wrong type in main.a
     --> stacks/main.yaml:4:52
    4 |   a: { type: test.network, range: 10.0.0.0, names: yes }
      |                                                    ^^^
        `names` is a boolean; this is text.
        hint: write true

    error: Invalid property in main.b
     --> stacks/main.yaml:5:35
    5 |   b: { type: test.network, range: 10.0.0.0 }
      |                                   ^^^^^^^^
        A range has a prefix length.
        hint: write 10.0.0.0/16

    error: Invalid property in main.c
     --> stacks/main.yaml:6:62
    6 |   c: { type: test.host, network: x, rules: [{ port: 1, from: [] }] }
      |                                                              ^^
        Nobody may.

    3 errors
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: 'x ${config.sizes}', protect: maybe, timeout: soon, retian: true, tags: { a: [] } }")), @r#"
    error: Wrong type
     --> stacks/main.yaml:4:37
    4 |   a: { type: test.host, network: 'x ${config.sizes}', protect: maybe, timeout: soon, retian: tru…
      |                                     ^^^^^^^^^^^^^^^
        `config.sizes` is a map, and only text, a number or a boolean can stand inside text.
        hint: let the reference be the whole value: it keeps its type then

    error: Wrong type
     --> stacks/main.yaml:4:64
    4 |   a: { type: test.host, network: 'x ${config.sizes}', protect: maybe, timeout: soon, retian: tru…
      |                                                                ^^^^^
        `protect` is a boolean; this is text.

    error: Unknown property in main.a
     --> stacks/main.yaml:4:86
    4 |   a: { type: test.host, network: 'x ${config.sizes}', protect: maybe, timeout: soon, retian: tru…
      |                                                                                      ^^^^^^
        `test.host` has no property `retian`.
        hint: did you mean `retain`?

    error: Wrong type
     --> stacks/main.yaml:4:111
    4 | …n: true, tags: { a: [] } }
      |                      ^^
        `tags.a` is a boolean, a number or text; this is a list.

    4 errors
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: '${gone.id}' }\n  gone: { type: test.host, network: x, when: false }")), @r#"
    error: Wrong type in main.a
     --> stacks/main.yaml:4:34
    4 |   a: { type: test.host, network: '${gone.id}' }
      |                                  ^^^^^^^^^^^^
        `network` is text; this is nothing.
        hint: leave the key out, or give it a value; what a reference refers to may be left out by its
              `when`

    1 error
    "#);
}

#[test]
fn instances() {
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: x, for_each: '${net.ranges}' }\n  b: { type: test.host, network: x, when: '${net.id}' }\n  c: { type: test.host, network: x, when: sometimes }")), @r#"
    error: Not known yet
     --> stacks/main.yaml:4:47
    4 |   a: { type: test.host, network: x, for_each: '${net.ranges}' }
      |                                               ^^^^^^^^^^^^^^^
        `for_each` must be known before AWS is asked, and this is known only after.
        hint: use ${config.…} or a list

    error: Not known yet
     --> stacks/main.yaml:5:43
    5 |   b: { type: test.host, network: x, when: '${net.id}' }
      |                                           ^^^^^^^^^^^
        `when` must be known before AWS is asked, and this is known only after.
        hint: use ${config.…}, ${env.…} or ${each.…}

    error: Wrong type
     --> stacks/main.yaml:6:43
    6 |   c: { type: test.host, network: x, when: sometimes }
      |                                           ^^^^^^^^^
        `when` is a boolean; this is text.

    3 errors
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: x, for_each: [a, b, a, 'x y', ''] }\n  b: { type: test.host, network: x, for_each: 3 }")), @r#"
    error: Duplicate key
     --> stacks/main.yaml:4:54
    4 |   a: { type: test.host, network: x, for_each: [a, b, a, 'x y', ''] }
      |                                                      ^
    4 |   a: { type: test.host, network: x, for_each: [a, b, a, 'x y', ''] }
      |                                                - first used here
        `a` is the key of two instances.

    error: Unusable key
     --> stacks/main.yaml:4:57
    4 |   a: { type: test.host, network: x, for_each: [a, b, a, 'x y', ''] }
      |                                                         ^^^^^
        `x y` can't be the key of an instance: keys are 1 to 64 letters, digits, `_`, `-` and `/`.
        hint: use a map, whose keys you choose, or give each item a `key`

    error: Unusable key
     --> stacks/main.yaml:4:64
    4 |   a: { type: test.host, network: x, for_each: [a, b, a, 'x y', ''] }
      |                                                                ^^
        `` can't be the key of an instance: keys are 1 to 64 letters, digits, `_`, `-` and `/`.
        hint: use a map, whose keys you choose, or give each item a `key`

    error: Wrong type
     --> stacks/main.yaml:5:47
    5 |   b: { type: test.host, network: x, for_each: 3 }
      |                                               ^
        `for_each` is a list or a map; this is an integer.

    4 errors
    "#);
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: x, for_each: [x, y] }\noutputs:\n  one: ${a.id}\n  two: ${a[\"z\"].id}\n  three: ${net[\"x\"].id}\n  four: ${net.*.id}")), @r#"
    error: Unknown reference
     --> stacks/main.yaml:6:8
    6 |   one: ${a.id}
      |        ^^^^^^^
        `a` has a `for_each`: which of its instances?
        hint: write ${a["x"].id} or ${a.*.id}

    error: Unknown reference
     --> stacks/main.yaml:7:8
    7 |   two: ${a["z"].id}
      |        ^^^^^^^^^^^^
        `a` has no instance `z`.
        hint: there are `x`, `y`

    error: Unknown reference
     --> stacks/main.yaml:8:10
    8 |   three: ${net["x"].id}
      |          ^^^^^^^^^^^^^^
        `net` is one object: it has no `for_each`.

    error: Unknown reference
     --> stacks/main.yaml:9:9
    9 |   four: ${net.*.id}
      |         ^^^^^^^^^^^
        `net` is one object: it has no `for_each`.

    4 errors
    "#);
    let many: Vec<String> = (0..10_001).map(|index| format!("n{index}")).collect();
    let many =
        format!("  a:\n    type: test.host\n    network: x\n    for_each: [{}]", many.join(", "));
    assert_snapshot!(complaints(&resources(&many)), @r#"
    error: Too many instances
     --> stacks/main.yaml:7:15
    7 |     for_each: [n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11, n12, n13, n14, n15, n16, n17, n…
      |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        `for_each` makes 10000 instances at most; this would make 10001.

    1 error
    "#);
}

#[test]
fn components() {
    assert_snapshot!(complaints(&resources("  s: { type: site, range: '${net.id}', hosts: 10, frm: [] }")), @r#"
    error: Not known yet in main.s
     --> stacks/main.yaml:4:27
    4 |   s: { type: site, range: '${net.id}', hosts: 10, frm: [] }
      |                           ^^^^^^^^^^^
        `range` must be known before AWS is asked, and this is known only after.
        hint: use ${config.…}, ${env.…}, ${each.…} or a value

    error: Out of range in main.s
     --> stacks/main.yaml:4:47
    4 |   s: { type: site, range: '${net.id}', hosts: 10, frm: [] }
      |                                               ^^
        `hosts` is 0 to 9; this is 10.

    error: Unknown property in main.s
     --> stacks/main.yaml:4:51
    4 |   s: { type: site, range: '${net.id}', hosts: 10, frm: [] }
      |                                                   ^^^
        `site` has no property `frm`.
        hint: did you mean `from`?

    3 errors
    "#);
    assert_snapshot!(complaints(&resources("  s: { type: site, range: 0.0.0.0/0 }\n  t: { type: site, range: none }")), @r#"
    error: Invalid property in main.s
     --> stacks/main.yaml:4:27
    4 |   s: { type: site, range: 0.0.0.0/0 }
      |                           ^^^^^^^^^
        That is the whole internet.

    error: Invalid property in main.t.network
     --> stacks/main.yaml:5:27
    5 |   t: { type: site, range: none }
      |                           ^^^^
        A range has a prefix length.
        hint: write 10.0.0.0/16

    2 errors
    "#);
    assert_snapshot!(complaints(&resources("  s: { type: site, range: 10.0.0.0/8, size: '${net.id}' }\noutputs: { x: '${s.network}', y: '${s}' }")), @r#"
    error: Wrong type in main.s.host:eu-central-1a-0
     --> stacks/main.yaml:4:45
    4 |   s: { type: site, range: 10.0.0.0/8, size: '${net.id}' }
      |                                             ^^^^^^^^^^^
        `size` is an integer; this refers to text.

    error: Unknown reference
     --> stacks/main.yaml:5:16
    5 | outputs: { x: '${s.network}', y: '${s}' }
      |                ^^^^^^^^^^^^
        `s` has no output `network`.
        hint: did you mean `network_id`?

    error: Unknown reference
     --> stacks/main.yaml:5:35
    5 | outputs: { x: '${s.network}', y: '${s}' }
      |                                   ^^^^
        Which output of `s`?
        hint: there are `network_id`, `hosts`, `gateway`

    3 errors
    "#);
}

#[test]
fn circles() {
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: '${b.id}' }\n  b: { type: test.host, network: '${c.id}' }\n  c: { type: test.host, network: x, depends_on: [a] }\n  self_made: { type: test.host, network: '${self_made.id}' }")), @r#"
    error: Cycle
     --> stacks/main.yaml:4:35
    4 |   a: { type: test.host, network: '${b.id}' }
      |                                   ^^^^^^^
    5 |   b: { type: test.host, network: '${c.id}' }
      |                                   ------- `main.b` needs `main.c`
    6 |   c: { type: test.host, network: x, depends_on: [a] }
      |                                                  - `main.c` needs `main.a`
        These objects wait for each other, so none could ever be made: main.a → main.b → main.c →
        main.a.

    error: Cycle
     --> stacks/main.yaml:7:43
    7 |   self_made: { type: test.host, network: '${self_made.id}' }
      |                                           ^^^^^^^^^^^^^^^
        These objects wait for each other, so none could ever be made: main.self_made → main.self_made.

    2 errors
    "#);
    let first = "stack: a\noutputs: { x: '${stack.b.y}' }\n";
    let second = "stack: b\noutputs: { y: '${stack.a.x}' }\n";
    let stacks: [(&str, &[u8]); 2] = [("a.yaml", first.as_bytes()), ("b.yaml", second.as_bytes())];
    assert_snapshot!(rendered(compile_with(ENVIRONMENT, &stacks)), @r#"
    error: Circular outputs
     --> stacks/b.yaml:2:16
    2 | outputs: { y: '${stack.a.x}' }
      |                ^^^^^^^^^^^^
     ::: stacks/a.yaml:2:16
    2 | outputs: { x: '${stack.b.y}' }
      |                ------------ refers to `stack.b.y`
        These outputs refer to each other: stack.a.x → stack.b.y → stack.a.x.

    1 error
    "#);
}

#[test]
fn names_that_stand_twice() {
    assert_snapshot!(complaints(&resources("  net: { type: test.network, range: 10.1.0.0/16 }")), @r#"
    error: Duplicate key
     --> stacks/main.yaml:4:3
    4 |   net: { type: test.network, range: 10.1.0.0/16 }
      |   ^^^
    3 |   net: { type: test.network, range: 10.0.0.0/16 }
      |   --- first written here
        `net` stands twice in this map; only one of the two can count.

    1 error
    "#);
    let stacks: [(&str, &[u8]); 2] = [("a.yaml", b"stack: main\n"), ("b.yaml", b"stack: main\n")];
    assert_snapshot!(rendered(compile_with(ENVIRONMENT, &stacks)), @r#"
    error: Duplicate stack
     --> stacks/b.yaml:1:8
    1 | stack: main
      |        ^^^^
     ::: stacks/a.yaml:1:8
    1 | stack: main
      |        ---- first used here
        `main` is the name of two stacks.

    1 error
    "#);
    assert_snapshot!(complaints(&resources("  Net: { type: test.network }\n  config: { type: test.network }\n  flat: 3\n  untyped: {}\n  typed: { type: 3 }")), @r#"
    error: Unusable name
     --> stacks/main.yaml:4:3
    4 |   Net: { type: test.network }
      |   ^^^
        A name begins with a lower-case letter and goes on with lower-case letters, digits and
        underscores; `Net` does not.

    error: Unusable name
     --> stacks/main.yaml:5:3
    5 |   config: { type: test.network }
      |   ^^^^^^
        `config` has a meaning of its own in references.

    error: Wrong type
     --> stacks/main.yaml:6:9
    6 |   flat: 3
      |         ^
        `flat` is a map with a `type`.

    error: Missing property
     --> stacks/main.yaml:7:3
    7 |   untyped: {}
      |   ^^^^^^^
        `untyped` needs a `type`: what it is.

    error: Wrong type
     --> stacks/main.yaml:8:18
    8 |   typed: { type: 3 }
      |                  ^
        `type` is the name of a kind or a component, written out.

    5 errors
    "#);
}

#[test]
fn text_that_is_not_yaml() {
    assert_snapshot!(complaints("stack: main\nresources: [\n"), @r#"
    error: Not YAML
     --> stacks/main.yaml:3:1
        YAML can't be read on from here: while parsing a node, did not find expected node content.

    1 error
    "#);
    assert_snapshot!(complaints("stack: main\n\tresources: {}\n"), @r#"
    error: Not YAML
     --> stacks/main.yaml:1:8
    1 | stack: main
      |        ^
        YAML can't be read on from here: while scanning a plain scalar, found a tab.
        hint: indent with spaces

    1 error
    "#);
    assert_snapshot!(complaints("stack: main\n---\nstack: other\n"), @r#"
    error: Several documents
     --> stacks/main.yaml:2:1
    2 | ---
      | ^^^
        A file holds one document; this begins a second one. Give it a file of its own.

    1 error
    "#);
    assert_snapshot!(complaints("stack: !!str main\nresources: !env {}\n"), @r#"
    error: Unknown tag
     --> stacks/main.yaml:1:8
    1 | stack: !!str main
      |        ^^^^^^^^^^
        The language has no tags, and this value has `!!str`.
        hint: leave the tag out; quote the value where it is meant as text

    error: Unknown tag
     --> stacks/main.yaml:2:12
    2 | resources: !env {}
      |            ^^^^^^
        The language has no tags, and this value has `!env`.
        hint: leave the tag out; quote the value where it is meant as text

    2 errors
    "#);
    assert_snapshot!(complaints("stack: main\n1: a\nno: b\n[x]: c\n$k: d\n~: e\n"), @r#"
    error: Unusable key
     --> stacks/main.yaml:2:1
    2 | 1: a
      | ^
        `1` is a key, but no text.
        hint: write "1"

    error: Unknown property
     --> stacks/main.yaml:3:1
    3 | no: b
      | ^^
        `stack` has no property `no`.
        hint: there are `stack`, `description`, `depends_on`, `tags`, `resources`, `outputs`

    error: Unusable key
     --> stacks/main.yaml:4:1
    4 | [x]: c
      | ^
        A key is text; this is something else.

    error: Unusable key
     --> stacks/main.yaml:5:1
    5 | $k: d
      | ^^
        `$k` is a key, and keys can't hold references or begin with `$`.

    error: Unusable key
     --> stacks/main.yaml:6:1
    6 | ~: e
      | ^
        `~` is a key, but no text.
        hint: write "~"

    5 errors
    "#);
    assert_snapshot!(complaints("stack: main\ndescription: a\0b\n"), @r#"
    error: Unprintable character
     --> stacks/main.yaml:2:15
    2 | description: a�b
      |               ^
        U+0000 is a control character, which YAML does not allow.

    1 error
    "#);
    assert_snapshot!(complaints("stack: main\ndescription: 012\ntags: { a: .nan, b: 99999999999999999999 }\n"), @r#"
    error: Ambiguous number
     --> stacks/main.yaml:2:14
    2 | description: 012
      |              ^^^
        `012` is a number that begins with a zero, which reading it would drop.
        hint: write "012" if it is text

    error: Ambiguous number
     --> stacks/main.yaml:3:12
    3 | tags: { a: .nan, b: 99999999999999999999 }
      |            ^^^^
        `.nan` is no number that AWS could be sent.
        hint: write ".nan" if it is text

    error: Ambiguous number
     --> stacks/main.yaml:3:21
    3 | tags: { a: .nan, b: 99999999999999999999 }
      |                     ^^^^^^^^^^^^^^^^^^^^
        `99999999999999999999` is a number that does not fit into 64 bits.
        hint: write "99999999999999999999" if it is text

    3 errors
    "#);
    assert_snapshot!(complaints("a: &a [*a]\n"), @r#"
    error: Endless alias
     --> stacks/main.yaml:1:8
    1 | a: &a [*a]
      |        ^^
        This alias stands inside the value that it names.

    1 error
    "#);
    assert_snapshot!(complaints("<<: 3\nstack: main\n"), @r#"
    error: Unusable merge
     --> stacks/main.yaml:1:5
    1 | <<: 3
      |     ^
        `<<` takes the keys of a map, or of a list of maps; this is neither.

    1 error
    "#);
    assert_snapshot!(complaints(""), @r#"
    error: Wrong type
     --> stacks/main.yaml:1:1
        A stack's file is a map: `stack`, its name, and `resources`.

    1 error
    "#);
    assert_snapshot!(complaints("- stack\n"), @r#"
    error: Wrong type
     --> stacks/main.yaml:1:1
    1 | - stack
      | ^
        A stack's file is a map: `stack`, its name, and `resources`.

    1 error
    "#);
    assert_snapshot!(rendered(compile_with(ENVIRONMENT, &[("main.yaml", b"stack: m\xffain\n")])), @r#"
    error: Not UTF-8
     --> stacks/main.yaml:1:9
    1 | stack: m�ain
      |         ^
        Definitions are UTF-8 text; byte 8 of this file is not.

    1 error
    "#);
}

#[test]
fn references_that_can_not_be_read() {
    assert_snapshot!(complaints(&resources("  a:\n    type: test.host\n    network: ${net.id\n    name: '${a + b}'\n    policy:\n      - \"${}\"\n      - |\n        folded\n        ${net.}\n")), @r#"
    error: Unreadable reference
     --> stacks/main.yaml:6:14
    6 |     network: ${net.id
      |              ^^^^^^^^
        This `${` has no closing brace.
        hint: write `$${` where you mean the text `${` itself

    error: Unreadable reference
     --> stacks/main.yaml:7:16
    7 |     name: '${a + b}'
      |                ^
        `+` does not belong into a reference.
        hint: a reference is a name and steps: ${cluster.endpoint}, ${subnet["a"].id}, ${subnet.*.id};
              there are no operators and no functions

    error: Unreadable reference
     --> stacks/main.yaml:9:12
    9 |       - "${}"
      |            ^
        A name is missing before this brace.
        hint: a reference is a name and steps: ${cluster.endpoint}, ${subnet["a"].id}, ${subnet.*.id};
              there are no operators and no functions

    error: Unreadable reference
      --> stacks/main.yaml:12:15
    12 |         ${net.}
       |               ^
         A name is missing before this brace.
         hint: a reference is a name and steps: ${cluster.endpoint}, ${subnet["a"].id}, ${subnet.*.id};
               there are no operators and no functions

    4 errors
    "#);
}

#[test]
fn text_without_bounds() {
    let deep = format!("stack: main\nx: {}{}\n", "[".repeat(65), "]".repeat(65));
    assert_snapshot!(complaints(&deep), @r#"
    error: Nested too deeply
     --> stacks/main.yaml:2:67
    2 | x: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]…
      |                                                                   ^
        Lists and maps may be nested 64 deep; this one is deeper.

    1 error
    "#);
    let mut bomb = "stack: main\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        let _ = writeln!(bomb, "a{level}: &a{level} [{}]", below.trim_end_matches(", "));
    }
    assert_snapshot!(complaints(&bomb), @r#"
    error: Too many aliases
     --> stacks/main.yaml:6:40
    6 | a4: &a4 [*a3, *a3, *a3, *a3, *a3, *a3, *a3, *a3, *a3, *a3]
      |                                        ^^^
        The anchors and aliases up to here stand for more than 100000 values. Write them out, or use
        `for_each`.

    1 error
    "#);
    let nested = format!(
        "a: &a {}x{}\nb: {}*a{}\n",
        "[".repeat(40),
        "]".repeat(40),
        "[".repeat(40),
        "]".repeat(40)
    );
    assert_snapshot!(complaints(&nested), @r#"
    error: Nested too deeply
     --> stacks/main.yaml:2:44
    2 | b: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[*a]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
      |                                            ^^
        Lists and maps may be nested 64 deep; with this alias they are deeper.

    1 error
    "#);
    let large = format!("stack: main\ndescription: {}\n", "x".repeat(1 << 20));
    assert_snapshot!(complaints(&large), @r#"
    error: File too large
     --> stacks/main.yaml:1:1
        A file has at most 1 MiB; this one has more. Split it.

    1 error
    "#);
    let wide = format!("stack: main\ntags: {{ text: {}, text: 1 }}\n", "x".repeat(300));
    assert_snapshot!(complaints(&wide), @r#"
    error: Duplicate key
     --> stacks/main.yaml:2:317
    2 | …xxxxxxxxxxxxxxxxxx, text: 1 }
      |                      ^^^^
    2 | tags: { text: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
      |         ---- first written here
        `text` stands twice in this map; only one of the two can count.

    1 error
    "#);
}

#[test]
fn secrets_are_neither_shown_nor_silent() {
    assert_snapshot!(complaints(&resources("  a: { type: test.host, network: x, labels: { password: hunter2, key: AKIAIOSFODNN7EXAMPLE }, policy: { password: '${net.id}' } }")), @r#"
    warning: Literal secret
     --> stacks/main.yaml:4:47
    4 |   a: { type: test.host, network: x, labels: { password: •••••••, key: •••••••••••••••••••• }, po…
      |                                               ^^^^^^^^
        `password` holds a literal, which everybody who can read this file can read.
        hint: let `secretsmanager.secret` generate it, and refer to its ARN

    warning: Literal secret
     --> stacks/main.yaml:4:71
    4 |   a: { type: test.host, network: x, labels: { password: •••••••, key: •••••••••••••••••••• }, po…
      |                                                                       ^^^^^^^^^^^^^^^^^^^^
        This looks like a key of an AWS account.
        hint: let `secretsmanager.secret` generate it, and refer to its ARN

    2 warnings
    "#);
}

#[test]
fn environments() {
    let stack: [(&str, &[u8]); 1] = [("main.yaml", b"stack: main\n")];
    assert_snapshot!(rendered(compile_with("region: Frankfurt\naccount: 12\nstate: { s4: {} }\nparallel: 0\nattempt_timeout: 1 week\n", &stack)), @r#"
    error: Wrong form
     --> config/dev.yaml:1:9
    1 | region: Frankfurt
      |         ^^^^^^^^^
        `region` has the form `^[a-z]{2}(-[a-z]+)+-[0-9]+$`.

    error: Wrong type
     --> config/dev.yaml:2:10
    2 | account: 12
      |          ^^
        `account` is text; this is an integer.
        hint: write "12"

    error: Missing property
     --> config/dev.yaml:3:8
    3 | state: { s4: {} }
      |        ^^^^^^^^^^
        `state` is a map with one of `local`, `s3`.

    error: Out of range
     --> config/dev.yaml:4:11
    4 | parallel: 0
      |           ^
        `parallel` is 1 to 512; this is 0.

    4 errors
    "#);
    assert_snapshot!(rendered(compile_with("region: eu-central-1\nattempt_timeout: 1 week\naccount: \"123456789012\"\n", &stack)), @r#"
    error: Wrong form
     --> config/dev.yaml:2:18
    2 | attempt_timeout: 1 week
      |                  ^^^^^^
        `attempt_timeout` is a time such as `10s`, `5m` or `1h 30m`, at most a day; `1 week` is none.

    1 error
    "#);
    assert_snapshot!(rendered(compile_with("region: eu-central-1\nacount: \"123456789012\"\n", &stack)), @r#"
    error: Missing property
     --> config/dev.yaml:1:1
    1 | region: eu-central-1
      | ^
        An environment on AWS names its `account`, so that a run with other credentials is refused.

    warning: Similar key
     --> config/dev.yaml:2:1
    2 | acount: "123456789012"
      | ^^^^^^
        `acount` has no meaning of its own, but `account` has.
        hint: did you mean `account`?

    1 error, 1 warning
    "#);
    assert_snapshot!(rendered(compile_with("region: eu-central-1\nendpoint: sandbox\nx: ${config.y}\ny: ${env.regoin}\n", &stack)), @r#"
    error: Unknown reference
     --> config/dev.yaml:3:4
    3 | x: ${config.y}
      |    ^^^^^^^^^^^
        `config.y` is not known here: an environment's file comes first, and can only refer to the
        environment itself.
        hint: there are `env.name`, `env.account`, `env.region`, `env.prefix`

    error: Unknown reference
     --> config/dev.yaml:4:4
    4 | y: ${env.regoin}
      |    ^^^^^^^^^^^^^
        `env.regoin` is not known here: an environment's file comes first, and can only refer to the
        environment itself.
        hint: there are `env.name`, `env.account`, `env.region`, `env.prefix`

    2 errors
    "#);
    assert_snapshot!(rendered(compile_with("- a\n", &stack)), @r#"
    error: Wrong type
     --> config/dev.yaml:1:1
    1 | - a
      | ^
        An environment's file is a map: `region` at least.

    1 error
    "#);
}

#[test]
fn files_that_are_not_there() {
    let root = tempfile::tempdir().unwrap();
    let missing = |environment| {
        let Err(refusal) =
            definition::program(root.path(), environment, &kinds::kinds(), &kinds::components())
        else {
            panic!("nothing is there");
        };
        let text = diagnostic::human(
            &refusal.diagnostics,
            &refusal.sources,
            Paint::Plain,
            diagnostic::WIDTH,
        );
        text.replace(&root.path().display().to_string(), "/project")
    };
    assert_snapshot!(missing("dev"), @"
    error: No stacks
        `stacks` can't be read in /project: No such file or directory (os error 2).
        hint: run in the project's directory: the one with `config` and `stacks`

    error: Unknown environment
        There is no environment `dev`: `config/dev.yaml` does not exist.
        hint: there is no environment in /project/config: run in the project's directory, or name
              it with `--root`

    2 errors
    ");
    std::fs::create_dir_all(root.path().join("config")).unwrap();
    std::fs::create_dir_all(root.path().join("stacks")).unwrap();
    std::fs::write(root.path().join("config/staging.yaml"), ENVIRONMENT).unwrap();
    assert_snapshot!(missing("stagin"), @r#"
    error: Unknown environment
        There is no environment `stagin`: `config/stagin.yaml` does not exist.
        hint: did you mean `staging`?

    1 error
    "#);
    assert_snapshot!(missing("../config/staging"), @r#"
    error: Unknown environment
        There is no environment `../config/staging`: `config/../config/staging.yaml` does not exist.
        hint: there is `staging`

    1 error
    "#);
}

#[test]
fn colours_and_json() {
    let Err(refusal) = compile(&resources("  a: { type: test.host, netwrk: x }")) else {
        panic!("it is wrong")
    };
    let coloured = diagnostic::human(
        &refusal.diagnostics,
        &refusal.sources,
        Paint::Coloured,
        diagnostic::WIDTH,
    );
    assert_snapshot!(coloured.replace('\u{1b}', "␛"), @"
    ␛[31;1merror␛[0m␛[1m: Unknown property in main.a␛[0m
     ␛[34;1m-->␛[0m stacks/main.yaml:4:25
    ␛[34;1m4 |␛[0m   a: { type: test.host, netwrk: x }
    ␛[34;1m  |␛[0m                         ␛[31;1m^^^^^^␛[0m
        `test.host` has no property `netwrk`.
        ␛[36;1mhint: ␛[0mdid you mean `network`?

    1 error
    ");
    let json = diagnostic::json(&refusal.diagnostics, &refusal.sources);
    assert_snapshot!(serde_json::to_string_pretty(&json).unwrap(), @r#"
    [
      {
        "severity": "error",
        "summary": "Unknown property",
        "detail": "`test.host` has no property `netwrk`.",
        "address": "main.a",
        "hint": "did you mean `network`?",
        "place": {
          "file": "stacks/main.yaml",
          "line": 4,
          "column": 25,
          "end_line": 4,
          "end_column": 31
        }
      }
    ]
    "#);
    assert_eq!(
        diagnostic::human(
            &Diagnostics::default(),
            &Sources::default(),
            Paint::Plain,
            diagnostic::WIDTH
        ),
        ""
    );
}
