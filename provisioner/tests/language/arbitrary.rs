//! Any text is either understood or refused: never a panic, never an endless wait.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::select;

use crate::{ENVIRONMENT, compile_with, rendered};

/// Far more than any small text needs, even on a slow machine in a debug build.
const LONG: Duration = Duration::from_secs(5);

const WELL_FORMED: &str = r#"stack: main
description: all of it
tags: { team: core, cost: 12 }
resources:
  net: &net
    type: test.network
    range: 10.0.0.0/16
    for_each: ${config.zones}
    tags: { zone: "${each.key}" }
  host:
    type: test.host
    network: ${net["a"].id}
    name: "x-${env.name}"
    size: ${config.size}
    rules: [{ port: 22, from: ["${net.*.id}", 10.0.0.0/8] }]
    when: true
    depends_on: [net, site.network]
    timeout: 5m
  other: { <<: *net, range: 10.1.0.0/16 }
  site:
    type: site
    range: 10.2.0.0/16
    size: 3
    policy: |
      folded ${net["b"].id}
outputs:
  ids: ${net.*.id}
  host: ${site.hosts[0]}
"#;

fn check(environment: &[u8], stack: &[u8]) {
    let start = Instant::now();
    let text = rendered(compile_with(environment, &[("main.yaml", stack)]));
    assert!(!text.contains('\0'));
    assert!(start.elapsed() < LONG, "took {:?}", start.elapsed());
}

/// Something that YAML or the language has a meaning for.
fn token() -> impl Strategy<Value = String> {
    const TOKENS: &[&str] = &[
        "${",
        "}",
        "$${",
        "${a",
        "${config.",
        "${each.value}",
        "${self.x}",
        "${stack.main.ids}",
        "[",
        "]",
        "{",
        "}",
        ":",
        ": ",
        "- ",
        "\n",
        "\n  ",
        "\n    ",
        "\t",
        "&a ",
        "*a",
        "*net",
        "<<: ",
        "!!str ",
        "!x ",
        "|\n",
        ">-\n",
        "'",
        "\"",
        "\\",
        "#",
        "? ",
        "---\n",
        "...\n",
        "%",
        "~",
        "null",
        "0",
        "-1",
        "1e9",
        ".nan",
        "\u{feff}",
        "é",
        "\u{85}",
        "\u{2028}",
        "for_each: ",
        "type: site",
        "when: ",
        "depends_on: ",
        "outputs:\n",
        "[[[[[[[[",
        "\r",
        "\0",
    ];
    prop_oneof![4 => select(TOKENS).prop_map(str::to_owned), 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes, &bytes);
    }

    #[test]
    fn any_tokens(tokens in proptest::collection::vec(token(), 0..60)) {
        let text = tokens.concat();
        check(ENVIRONMENT.as_bytes(), text.as_bytes());
        check(text.as_bytes(), WELL_FORMED.as_bytes());
    }

    #[test]
    fn a_stack_with_mistakes(
        edits in proptest::collection::vec((0..WELL_FORMED.len(), 0_usize..8, token()), 1..6),
    ) {
        let mut bytes = WELL_FORMED.as_bytes().to_vec();
        for (at, removed, inserted) in edits {
            let at = at.min(bytes.len());
            let end = (at + removed).min(bytes.len());
            bytes.splice(at..end, inserted.into_bytes());
        }
        check(ENVIRONMENT.as_bytes(), &bytes);
    }
}

/// Texts of the largest size whose reading could take quadratic time.
#[test]
fn the_longest_texts_are_read_in_time() {
    let megabyte = |piece: &str| piece.repeat((1 << 20) / piece.len() - 20);
    let patient = LONG * 12;
    for piece in [
        "[", "{", "- ", "a: ", "? ", "${", "$", "${a}", "'", "\"\\n", "[a, ", "&a ", "#\n", "\n",
        "!a ",
    ] {
        let start = Instant::now();
        let text = format!("stack: main\ndescription: {}", megabyte(piece));
        rendered(compile_with(ENVIRONMENT, &[("main.yaml", text.as_bytes())]));
        assert!(start.elapsed() < patient, "{piece:?} took {:?}", start.elapsed());
    }
    for piece in ["a, ", "${net.id}, ", "{a: b}, ", "'${config.size}', "] {
        let start = Instant::now();
        let text = format!("stack: main\noutputs: {{ x: [{}] }}", megabyte(piece));
        rendered(compile_with(ENVIRONMENT, &[("main.yaml", text.as_bytes())]));
        assert!(start.elapsed() < patient, "{piece:?} took {:?}", start.elapsed());
    }
}

/// Ten thousand resources that refer to each other, over the files that they need.
#[test]
fn ten_thousand_resources() {
    let stacks: Vec<(String, String)> =
        (0..10).map(|index| (format!("s{index}.yaml"), thousand(index))).collect();
    let files: Vec<(&str, &[u8])> =
        stacks.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    let result = compile_with(ENVIRONMENT, &files);
    let Ok(definition) = result else { panic!("{}", rendered(result)) };
    assert_eq!(definition.program.declarations.len(), 10_000);
    let last = &definition.program.declarations["s9.n999"];
    assert_eq!(last.depends_on.first().map(|address| address.as_str()), Some("s9.n0"));
}

fn thousand(index: usize) -> String {
    let mut text = format!(
        "stack: s{index}\nresources:\n  n0: {{ type: test.network, range: 10.0.0.0/16 }}\n"
    );
    for host in 1..1000 {
        let rules = "rules: [{ port: 22, from: [10.0.0.0/8] }], labels: { a: b }";
        text += &format!(
            "  n{host}: {{ type: test.host, network: '${{n0.id}}', size: '${{config.size}}', {rules} }}\n"
        );
    }
    text
}
