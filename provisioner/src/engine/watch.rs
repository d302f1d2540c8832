//! What the users of a new version would see, and whether it is good enough.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use futures::future::join_all;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use tokio::time::{Instant, sleep_until};

use crate::resource::{Traffic, Watch};

/// How often everything is asked for.
const PACE: Duration = Duration::from_millis(200);
/// How long an answer may take before it counts as none.
const PATIENCE: Duration = Duration::from_secs(10);
/// One bad answer may have another reason; so many have one.
const FEW: u64 = 3;

/// Asks for what a user would ask for.
pub(super) struct Visitor {
    urls: Vec<(Client, Url)>,
    seen: Seen,
    next: Instant,
}

/// What came of it.
#[derive(Debug, Default)]
struct Seen {
    took: Vec<Duration>,
    /// How often which answer came, of those that are none.
    failed: BTreeMap<String, u64>,
}

/// How one request ended.
enum Answer {
    Good(Duration),
    Bad(Duration, String),
    Unreachable,
}

impl Visitor {
    /// One who asks for the URLs of a watch; `None` where there is nothing to ask for.
    pub fn new(watch: &Watch) -> Option<Self> {
        let urls = watch.urls.iter().filter_map(|url| {
            let url = Url::parse(url).ok()?;
            Some((client(&url).ok()?, url))
        });
        let urls: Vec<_> = urls.collect();
        (!urls.is_empty()).then(|| Self { urls, seen: Seen::default(), next: Instant::now() })
    }

    /// Asks for everything once, at a steady pace; says what is wrong with the answers so far.
    pub async fn visit(&mut self, watch: &Watch) -> Option<String> {
        sleep_until(self.next).await;
        self.next = Instant::now() + PACE;
        for answer in join_all(self.urls.iter().map(|(client, url)| ask(client, url))).await {
            self.seen.add(answer);
        }
        self.seen.fault(watch)
    }

    /// In a few words, what came of all requests.
    pub fn summary(&self) -> String {
        match self.seen.took.len() {
            0 => "it can't be reached from here".to_owned(),
            _ => format!("{} of {} requests failed", self.seen.bad(), self.seen.took.len()),
        }
    }
}

/// A client of one address. The resolvers of many machines don't know names under `.localhost`.
fn client(url: &Url) -> reqwest::Result<Client> {
    // The provider of every TLS connection here; whoever comes second finds it installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().timeout(PATIENCE).redirect(Policy::none());
    let client = client.user_agent(concat!("provision/", env!("CARGO_PKG_VERSION")));
    match url.host_str().filter(|host| host.ends_with(".localhost")) {
        Some(host) => client.resolve(host, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        None => client,
    }
    .build()
}

async fn ask(client: &Client, url: &Url) -> Answer {
    let began = Instant::now();
    match client.get(url.clone()).send().await {
        Ok(answer) if answer.status().is_server_error() => {
            Answer::Bad(began.elapsed(), format!("{} {}", url.path(), answer.status().as_u16()))
        }
        Ok(_) => Answer::Good(began.elapsed()),
        Err(error) if error.is_connect() => Answer::Unreachable,
        Err(_) => Answer::Bad(began.elapsed(), format!("{} no answer", url.path())),
    }
}

impl Seen {
    fn add(&mut self, answer: Answer) {
        match answer {
            Answer::Good(took) => self.took.push(took),
            Answer::Bad(took, what) => {
                self.took.push(took);
                *self.failed.entry(what).or_default() += 1;
            }
            // Whoever has never reached it may stand where nobody can.
            Answer::Unreachable if self.took.is_empty() => {}
            Answer::Unreachable => {
                *self.failed.entry("no connection".to_owned()).or_default() += 1;
                self.took.push(Duration::ZERO);
            }
        }
    }

    fn bad(&self) -> u64 {
        self.failed.values().sum()
    }

    fn fault(&self, watch: &Watch) -> Option<String> {
        let requests = self.took.len() as u64;
        let slow = watch
            .max_p99
            .map_or(0, |most| self.took.iter().filter(|took| **took > most).count() as u64);
        if self.bad() >= FEW && percent(self.bad(), requests) > watch.max_5xx_percent {
            let what: Vec<String> =
                self.failed.iter().map(|(what, times)| format!("{what} ×{times}")).collect();
            return Some(format!(
                "{} of {requests} requests failed ({})",
                self.bad(),
                what.join(", ")
            ));
        }
        if slow >= FEW && percent(slow, requests) > 1.0 {
            let most = watch.max_p99.unwrap_or_default().as_millis();
            return Some(format!("{slow} of {requests} answers took longer than {most} ms"));
        }
        None
    }
}

/// What is wrong with what AWS has counted.
pub(super) fn fault(traffic: &Traffic, watch: &Watch) -> Option<String> {
    let Traffic { requests, failed, p99 } = *traffic;
    if failed >= FEW && percent(failed, requests) > watch.max_5xx_percent {
        return Some(format!("CloudWatch counts {failed} failures of {requests} requests"));
    }
    let (took, most) = (p99?, watch.max_p99?);
    (took > most).then(|| {
        format!(
            "CloudWatch has a p99 of {} ms, and {} ms are the most",
            took.as_millis(),
            most.as_millis()
        )
    })
}

fn percent(part: u64, whole: u64) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn watch() -> Watch {
        Watch {
            time: Duration::from_secs(1),
            urls: Vec::new(),
            max_5xx_percent: 5.0,
            max_p99: Some(500 * MS),
        }
    }

    fn fault_of(answers: impl IntoIterator<Item = Answer>) -> Option<String> {
        let mut seen = Seen::default();
        answers.into_iter().for_each(|answer| seen.add(answer));
        seen.fault(&watch())
    }

    fn good(count: usize) -> impl Iterator<Item = Answer> {
        (0..count).map(|_| Answer::Good(5 * MS))
    }

    fn bad(count: usize) -> impl Iterator<Item = Answer> {
        (0..count).map(|_| Answer::Bad(5 * MS, "/cars 500".to_owned()))
    }

    #[test]
    fn a_share_of_failures_is_a_fault() {
        assert_eq!(fault_of(good(50)), None);
        assert_eq!(fault_of(bad(2)), None);
        let expected = "3 of 3 requests failed (/cars 500 ×3)".to_owned();
        assert_eq!(fault_of(bad(3)), Some(expected));
        assert_eq!(fault_of(good(57).chain(bad(3))), None);
    }

    #[test]
    fn answers_that_take_long_are_a_fault() {
        let slow = |count| (0..count).map(|_| Answer::Good(600 * MS));
        assert_eq!(fault_of(good(20).chain(slow(2))), None);
        let expected = "3 of 23 answers took longer than 500 ms".to_owned();
        assert_eq!(fault_of(good(20).chain(slow(3))), Some(expected));
        assert_eq!(fault_of(good(297).chain(slow(3))), None);
    }

    #[test]
    fn who_was_never_reached_is_not_judged() {
        let away = |count| (0..count).map(|_| Answer::Unreachable);
        assert_eq!(fault_of(away(50)), None);
        let expected = "3 of 4 requests failed (no connection ×3)".to_owned();
        assert_eq!(fault_of(good(1).chain(away(3))), Some(expected));
    }

    #[test]
    fn what_aws_counts_is_judged_alike() {
        let of = |requests, failed, p99: u32| {
            let p99 = Some(p99 * MS);
            fault(&Traffic { requests, failed, p99 }, &watch())
        };
        assert_eq!(of(1000, 50, 100), None);
        assert!(of(1000, 51, 100).unwrap().contains("51 failures of 1000"));
        assert_eq!(of(10, 2, 100), None);
        assert!(of(100, 0, 900).unwrap().contains("p99 of 900 ms"));
    }
}
