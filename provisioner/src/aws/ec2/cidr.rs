//! Ranges of addresses: what is wrong with one, and how AWS writes it.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::resource::Problem;

/// What is wrong with the IPv4 range of a VPC or a subnet.
pub(super) fn check_block(property: &str, text: &str) -> Option<Problem> {
    let Ok(net) = text.parse::<Ipv4Net>() else {
        return Some(
            Problem::at(property, format!("`{text}` is not an IPv4 range."))
                .hint("write an address and a prefix length, e.g. 10.0.0.0/16"),
        );
    };
    if !(16..=28).contains(&net.prefix_len()) {
        let length = net.prefix_len();
        let message = format!("A range of a VPC or subnet is between /16 and /28, not /{length}.");
        return Some(Problem::at(property, message));
    }
    check_host_bits(property, net.into())
}

/// What is wrong with an IPv4 range of any size.
pub(super) fn check_ipv4(property: &str, text: &str) -> Option<Problem> {
    text.parse::<Ipv4Net>().is_err().then(|| {
        Problem::at(property, format!("`{text}` is not an IPv4 range."))
            .hint("write an address and a prefix length, e.g. 10.0.0.0/16 or 192.0.2.1/32")
    })
}

/// What is wrong with an IPv6 range of any size.
pub(super) fn check_ipv6(property: &str, text: &str) -> Option<Problem> {
    text.parse::<Ipv6Net>().is_err().then(|| {
        Problem::at(property, format!("`{text}` is not an IPv6 range."))
            .hint("write an address and a prefix length, e.g. ::/0 or 2001:db8::/32")
    })
}

/// AWS would take the bits away silently, and the range would then differ from the YAML.
pub(super) fn check_host_bits(property: &str, net: IpNet) -> Option<Problem> {
    (net.trunc() != net).then(|| {
        Problem::at(property, format!("{net} has host bits set."))
            .hint(format!("write {}", net.trunc()))
    })
}

/// The range as AWS writes it: without host bits, an IPv6 address in its short form. Text that is
/// not a range stays as it is.
pub(super) fn canonical(text: &str) -> String {
    text.parse::<IpNet>().map_or_else(|_| text.to_owned(), |net| net.trunc().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_written_as_aws_writes_it() {
        assert_eq!(canonical("100.68.0.18/18"), "100.68.0.0/18");
        assert_eq!(canonical("2001:DB8:0:0::/32"), "2001:db8::/32");
        assert_eq!(canonical("pl-1"), "pl-1");
    }

    #[test]
    fn a_block_has_a_size_and_no_host_bits() {
        assert_eq!(check_block("cidr_block", "10.0.0.0/16"), None);
        let wrong = |text| check_block("cidr_block", text).map(|problem| problem.message);
        assert_eq!(wrong("10.0.0.1/24").as_deref(), Some("10.0.0.1/24 has host bits set."));
        assert!(wrong("10.0.0.0/8").is_some_and(|message| message.ends_with("not /8.")));
        assert!(wrong("10.0.0.0").is_some() && wrong("fd00::/56").is_some());
    }
}
