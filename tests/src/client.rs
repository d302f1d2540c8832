//! Somebody who asks what was shipped.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use reqwest::{Client, Url};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client that knows names under `.localhost`, as every browser does, and that says what it is,
/// which the firewall demands.
pub fn client(url: &str) -> Client {
    let url = Url::parse(url).unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, url.port().unwrap()));
    // Only the first installs it. No certificate is ever checked here, yet no client goes without.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().resolve(url.host_str().unwrap(), address).user_agent("people");
    client.timeout(PATIENCE).build().unwrap()
}
