//! How a server is configured: what the customer's parameters say, and what this machine needs.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddrV4;

use super::admin::SUPERUSER;

/// What belongs to the machine rather than to the customer. `fsync` is off: the data survive the
/// death of every process here, and nobody trusts a sandbox with more.
const MACHINE: &[(&str, &str)] = &[
    ("unix_socket_directories", ""),
    ("fsync", "off"),
    ("shared_buffers", "32MB"),
    ("dynamic_shared_memory_type", "posix"),
    ("wal_level", "replica"),
    ("max_wal_senders", "10"),
    ("hot_standby", "on"),
    ("password_encryption", "scram-sha-256"),
    // Metrics have it.
    ("track_wal_io_timing", "on"),
    ("log_timezone", "UTC"),
    ("log_line_prefix", "%t:%r:%u@%d:[%p]:"),
];
/// What it has unless the customer says otherwise.
const DEFAULTS: &[(&str, &str)] = &[("max_connections", "200"), ("timezone", "UTC")];
/// What Aurora has and PostgreSQL does not, or what a laptop is too small for.
const IGNORED: &[&str] = &["apg_", "aurora_", "rds.", "huge_pages", "shared_preload_libraries"];

/// The texts of `postgresql.conf` and `pg_hba.conf`.
pub fn render(address: SocketAddrV4, parameters: &BTreeMap<String, String>) -> (String, String) {
    let address =
        [("listen_addresses", address.ip().to_string()), ("port", address.port().to_string())];
    let ours = |name: &str| {
        MACHINE.iter().any(|(machine, _)| *machine == name)
            || address.iter().any(|(machine, _)| *machine == name)
    };
    let ignored = |name: &str| IGNORED.iter().any(|prefix| name.starts_with(prefix));
    // A value like {DBInstanceClassMemory/9531392} is for servers that have a class.
    let chosen = parameters.iter().filter(|(name, value)| {
        !ours(name) && !ignored(name) && !name.contains('.') && !value.contains('{')
    });
    let defaults = DEFAULTS.iter().filter(|(name, _)| !parameters.contains_key(*name));
    let mut settings = String::new();
    for (name, value) in &address {
        line(&mut settings, name, value);
    }
    for (name, value) in MACHINE.iter().chain(defaults) {
        line(&mut settings, name, value);
    }
    for (name, value) in chosen {
        line(&mut settings, name, value);
    }
    (settings, access())
}

fn line(text: &mut String, name: &str, value: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{name} = '{}'", value.replace('\'', "''"));
}

/// Everybody of this machine who has a password; readers and snapshots copy as the superuser.
fn access() -> String {
    format!(
        "host all all 127.0.0.0/8 scram-sha-256\n\
         host replication {SUPERUSER} 127.0.0.0/8 scram-sha-256\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_customer_s_parameters_are_there_but_for_those_of_the_machine() {
        let given = [
            ("log_min_duration_statement", "500"),
            ("search_path", "it's"),
            ("port", "1"),
            ("shared_buffers", "{DBInstanceClassMemory/12038}"),
            ("rds.force_ssl", "1"),
            ("max_connections", "50"),
        ];
        let parameters = given.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let address = "127.64.0.10:5432".parse().unwrap();
        let (settings, _) = render(address, &parameters);
        for line in ["log_min_duration_statement = '500'", "search_path = 'it''s'"] {
            assert!(settings.contains(line), "{settings}");
        }
        assert!(settings.contains("max_connections = '50'") && !settings.contains("'200'"));
        assert!(!settings.contains("force_ssl") && !settings.contains("DBInstanceClassMemory"));
        assert_eq!(settings.matches("port = ").count(), 1);
    }
}
