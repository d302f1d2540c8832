//! Any bytes as an environment's file and two stacks' files, through every phase of the
//! definition and both of its views.
#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use provisioner::definition::{self, File, Files};
use provisioner::resource::Kinds;
use provisioner::view::diagnostic::{self, Paint};

static KINDS: LazyLock<Kinds> = LazyLock::new(provisioner::aws::kinds);

fuzz_target!(|texts: (Option<Vec<u8>>, Vec<u8>, Vec<u8>)| {
    let (environment, first, second) = texts;
    let environment = environment
        .unwrap_or_else(|| b"region: us-east-1\nendpoint: sandbox\nlist: [a, b]\n".to_vec());
    let files = Files {
        environment: File::new("config/fuzz.yaml", environment),
        stacks: vec![File::new("stacks/a.yaml", first), File::new("stacks/b.yaml", second)],
    };
    let components = provisioner::components::components();
    if let Err(refusal) = definition::compile(Path::new("/"), "fuzz", files, &KINDS, &components) {
        diagnostic::human(&refusal.diagnostics, &refusal.sources, Paint::Coloured);
        diagnostic::json(&refusal.diagnostics, &refusal.sources);
    }
});
