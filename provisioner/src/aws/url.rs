//! The URL of a host that AWS, or what speaks like it, named.

/// `https://` before a host, but `http://` before one under `.localhost`: such a name (RFC 6761)
/// is this machine's own, where the sandbox serves without a certificate. The host may carry a
/// port.
pub fn of_host(host: &str) -> String {
    let scheme = if is_local(host) { "http" } else { "https" };
    format!("{scheme}://{host}")
}

/// Whether a host, with or without a port, is a name of this machine.
pub fn is_local(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_end_matches('.');
    let last = name.rsplit('.').next().unwrap_or_default();
    last.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_aws_speak_tls() {
        assert_eq!(of_host("d111.cloudfront.net"), "https://d111.cloudfront.net");
        assert_eq!(of_host("cars.example.com:8443"), "https://cars.example.com:8443");
        assert_eq!(of_host("localhost.example.com"), "https://localhost.example.com");
    }

    #[test]
    fn hosts_of_this_machine_do_not() {
        assert_eq!(
            of_host("d111.cloudfront.localhost:4566"),
            "http://d111.cloudfront.localhost:4566"
        );
        assert_eq!(of_host("d111.cloudfront.LOCALHOST."), "http://d111.cloudfront.LOCALHOST.");
        assert_eq!(of_host("localhost"), "http://localhost");
    }
}
