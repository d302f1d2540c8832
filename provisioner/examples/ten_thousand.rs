//! Plans 10,000 resources that are as they are declared, on an AWS in memory: what the toolkit's
//! own work costs, from the YAML to the plan.
//!
//! Prints one line of JSON: `seconds` for the plan, `load_seconds` of them for reading the YAML,
//! and `peak_rss_mb` of the whole process, the creation of the objects included.

#![expect(clippy::unwrap_used, reason = "a measurement that can't go on has failed")]

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use environment::Environment;

#[path = "../tests/engine/environment.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod environment;
#[path = "../tests/engine/memory/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests use the rest of it")]
mod memory;

const STACKS: usize = 10;
const RESOURCES: usize = 1000;
/// How many stand on one disk.
const GROUP: usize = 10;

fn main() -> io::Result<()> {
    let mut environment = Environment::of("  {}\n");
    environment.patience = Duration::from_secs(600);
    environment.parallel = STACKS * RESOURCES;
    for number in 0..STACKS {
        environment.declare_in(&format!("stack{number}"), &resources());
    }
    let made = environment.up().done;
    assert_eq!(made, STACKS * RESOURCES);

    let start = Instant::now();
    let program = environment.program();
    let load = start.elapsed();
    let plan = environment.plan_of(program);
    let whole = start.elapsed();
    assert!(plan.is_empty(), "{} steps", plan.steps.len());
    let figures = serde_json::json!({
        "seconds": whole.as_secs_f64(),
        "load_seconds": load.as_secs_f64(),
        "peak_rss_mb": peak_rss_mb()?,
    });
    writeln!(io::stdout(), "{figures}")
}

/// A stack of disks with servers on them, each with properties of several types.
fn resources() -> String {
    let mut text = String::new();
    for number in 0..RESOURCES {
        let disk = number - number % GROUP;
        let _ = match number == disk {
            true => {
                writeln!(text, "  disk{disk}: {{ type: memory.disk, zone: a, size: {number} }}")
            }
            false => writeln!(
                text,
                "  server{number}:\n    type: memory.server\n    base: ${{disk{disk}.id}}\n    \
                 uses: [\"${{disk{disk}.id}}\"]\n    note: of ${{disk{disk}.zone}}, {number}\n    \
                 tags: {{ number: \"{number}\", team: blue }}"
            ),
        };
    }
    text.replacen("size: 0", "size: 1", 1)
}

/// The most memory that the process had at any time.
fn peak_rss_mb() -> io::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    Ok(kilobytes / 1024.0)
}
