//! The files of this repository: what it declares, and the schemas that editors use.

use std::fs;
use std::path::{Path, PathBuf};

use provisioner::compliance::catalog;
use provisioner::definition::{self, File, schema};
use provisioner::view::diagnostic::{self, Paint};
use serde_json::Value as Json;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn yaml_files(directory: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(directory)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".yaml")).map(|name| format!("{directory}/{name}")).collect()
}

/// The files that a schema is for.
fn files_of(schema: &str) -> Vec<String> {
    const EXCEPTIONS: &str = "config/exceptions.yaml";
    match schema {
        "config/schema/stack.schema.json" => yaml_files("stacks"),
        "config/schema/control.schema.json" => yaml_files("config/controls"),
        "config/schema/exception.schema.json" => vec![EXCEPTIONS.to_owned()],
        _ => yaml_files("config").into_iter().filter(|path| path != EXCEPTIONS).collect(),
    }
}

/// The schemas as the code says, by their files.
fn schemas() -> [(&'static str, Json); 4] {
    let (kinds, components) = (provisioner::aws::kinds(), provisioner::components::components());
    [
        ("config/schema/stack.schema.json", schema::stack_schema(&kinds, &components)),
        ("config/schema/environment.schema.json", schema::environment_schema()),
        ("config/schema/control.schema.json", catalog::controls_schema()),
        ("config/schema/exception.schema.json", catalog::exceptions_schema()),
    ]
}

#[test]
fn every_environment_is_without_mistakes() {
    let (kinds, components) = (provisioner::aws::kinds(), provisioner::components::components());
    let environments = definition::environments(&root());
    assert_eq!(environments, ["dev", "moto", "prod", "sandbox", "staging"]);
    for environment in environments {
        let (diagnostics, sources) =
            match definition::program(&root(), &environment, &kinds, &components) {
                Ok(definition) => (definition.warnings, definition.sources),
                Err(refusal) => (refusal.diagnostics, refusal.sources),
            };
        let text = diagnostic::human(&diagnostics, &sources, Paint::Plain, diagnostic::WIDTH);
        assert!(diagnostics.is_empty(), "{environment}:\n{text}");
    }
}

#[test]
fn the_committed_schemas_are_current() {
    for (path, schema) in schemas() {
        let committed = fs::read_to_string(root().join(path)).unwrap_or_default();
        let current = committed == format!("{schema:#}\n");
        assert!(current, "{path} is stale: run `provision schema --write config/schema`");
    }
}

#[test]
fn editors_accept_the_files() {
    for (name, schema) in schemas() {
        let validator = jsonschema::validator_for(&schema).unwrap();
        for path in files_of(name) {
            let text = fs::read(root().join(&path)).unwrap();
            let json = definition::as_written(File::new(&path, text)).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&json)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{path}: {errors:#?}");
        }
    }
}

#[test]
fn editors_refuse_what_is_wrong() {
    let [(_, stack), (_, environment), ..] = schemas();
    let stack = jsonschema::validator_for(&stack).unwrap();
    let resource = |body: &str| {
        let text = format!("stack: main\nresources:\n  a: {body}\n");
        stack.is_valid(&definition::as_written(File::new("a.yaml", text)).unwrap())
    };
    assert!(resource("{ type: ec2.vpc, cidr_block: 10.0.0.0/16, protect: true }"));
    assert!(resource(
        "{ type: ec2.vpc, cidr_block: '${config.x}', enable_dns_support: '${config.y}' }"
    ));
    assert!(resource(
        "{ type: ec2.vpc, cidr_block: x, for_each: [a], tags: { a: 1 }, timeout: 5m }"
    ));
    assert!(!resource("{ type: ec2.vpc, cidr: 10.0.0.0/16 }"));
    assert!(!resource("{ type: ec2.vpc, cidr_block: 10.0.0.0/16, enable_dns_support: maybe }"));
    assert!(!resource("{ type: ec2.vcp, cidr_block: 10.0.0.0/16 }"));
    assert!(!resource("{ cidr_block: 10.0.0.0/16 }"));
    let environment = jsonschema::validator_for(&environment).unwrap();
    let settings = |text: &str| {
        environment.is_valid(&definition::as_written(File::new("a.yaml", text)).unwrap())
    };
    assert!(settings("region: us-east-1\nendpoint: sandbox\nanything: { goes: [here] }\n"));
    assert!(!settings("region: Virginia\n"));
    assert!(!settings("region: us-east-1\nstate: { s3: {} }\n"));
}
