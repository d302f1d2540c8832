//! What an `observability` stands for.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value as Json;

use super::alarms::NAMES;
use super::*;
use crate::aws::kinds;
use crate::components::components;
use crate::definition::{self, Definition, File, Files, Refusal};

const ENVIRONMENT: &str =
    "account: \"123456789012\"\nregion: us-east-1\nprefix: acme-dev\nendpoint: sandbox\n";

const ALL: &str = r#"
    subscriptions: [{ protocol: email, endpoint: team@example.com }]
    pages: [{ protocol: https, endpoint: "https://pager.example.com/acme" }]
    runbooks: https://example.com/runbooks
    database: { cluster: acme-dev-db, instances: 2, capacity: { min: 1, max: 4 } }
    service: SERVICE
    program: { namespace: acme-dev, service: acme-dev-api, log_group: /acme/api }
    site: { distribution_id: E1, web_acl: acme }
    log_groups: { events: 365 }
    alarms:
      service_errors: { threshold: 2, evaluation_periods: 10 }
      firewall_blocks: { enabled: false }
"#;

const ON_APP_RUNNER: &str = "{ runtime: apprunner, name: acme-api, id: s-0123, max_instances: 4 }";
const ON_EXPRESS: &str = "{ runtime: ecs_express, name: acme-api, cluster: default, \
                          load_balancer: app/acme/1, target_group: targetgroup/acme/2, \
                          max_instances: 4 }";

fn compiled(properties: &str) -> Result<Definition, Refusal> {
    let stack = format!("stack: watch\nresources:\n  main:\n    type: observability\n{properties}");
    let files = Files {
        environment: File::new("config/dev.yaml", ENVIRONMENT),
        stacks: vec![File::new("stacks/watch.yaml", stack)],
    };
    definition::compile(Path::new("/project"), "dev", files, &kinds(), &components())
}

/// The properties of every child, by its name.
fn children(properties: &str) -> serde_json::Map<String, Json> {
    let program = compiled(properties).unwrap().program;
    let declarations = program.declarations.values();
    let child = |it: &definition::Declaration| {
        let name = it.address.to_string().replace("watch.main.", "");
        (name, it.properties.evaluate(&|_, _| None))
    };
    declarations.map(child).collect()
}

fn mistakes(properties: &str) -> Vec<String> {
    let refusal = compiled(properties).err().unwrap();
    refusal.diagnostics.iter().map(|mistake| mistake.detail.clone()).collect()
}

#[test]
fn everything_that_can_be_watched() {
    let mut shown = String::new();
    for runtime in [ON_APP_RUNNER, ON_EXPRESS] {
        let children = children(&ALL.replace("SERVICE", runtime));
        for (name, child) in children {
            let is_the_same = runtime == ON_EXPRESS && !name.starts_with("alarm:service");
            if name == "dashboard" || is_the_same {
                continue;
            }
            shown.push_str(&format!("{name} {child:#}\n"));
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn every_alarm_has_a_name_that_settings_know_and_a_runbook() {
    let children = children(&ALL.replace("SERVICE", ON_APP_RUNNER));
    let alarms = children.keys().filter_map(|name| name.strip_prefix("alarm:"));
    let mut alarms: BTreeSet<&str> = alarms.collect();
    assert!(alarms.insert("firewall_blocks"), "it was switched off");
    assert_eq!(alarms, BTreeSet::from(NAMES));
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../arch/runbooks.md");
    let page = std::fs::read_to_string(page).unwrap();
    for name in NAMES.into_iter().chain(["users_are_hurt"]) {
        assert!(page.contains(&format!("\n## {name}\n")), "{name} has no runbook");
    }
}

#[test]
fn a_little_is_enough() {
    let children = children("");
    let names: Vec<&String> = children.keys().collect();
    assert_eq!(names, ["dashboard", "key", "topic"]);
    assert_eq!(children["dashboard"]["body"]["widgets"].as_array().unwrap().len(), 1);
}

#[test]
fn the_dashboard_has_no_two_widgets_in_one_place() {
    let children = children(&ALL.replace("SERVICE", ON_APP_RUNNER));
    let widgets = children["dashboard"]["body"]["widgets"].as_array().unwrap();
    let mut places = BTreeSet::new();
    for widget in widgets {
        let number = |name: &str| widget[name].as_u64().unwrap();
        assert!(number("x") + number("width") <= 24, "{widget}");
        for x in number("x")..number("x") + number("width") {
            for y in number("y")..number("y") + number("height") {
                assert!(places.insert((x, y)), "{widget}");
            }
        }
    }
    assert!(widgets.len() > 15);
}

#[test]
fn connections_are_as_many_as_awss_table_says() {
    let of = |min, max| Capacity { min, max }.connections();
    assert_eq!([of(1.0, 1.0), of(1.0, 4.0), of(1.0, 16.0)], [189.0, 823.0, 3360.0]);
    assert_eq!([of(1.0, 32.0), of(1.0, 128.0), of(0.5, 32.0)], [5000.0, 5000.0, 2000.0]);
}

#[test]
fn mistakes_are_refused() {
    assert_eq!(
        mistakes("    alarms: { service_error: { threshold: 1 } }\n"),
        ["There is no alarm `service_error`."]
    );
    assert_eq!(
        mistakes("    service: { runtime: apprunner, name: api, max_instances: 1 }\n"),
        ["The service's metrics can't be told from others without `id`."]
    );
}
