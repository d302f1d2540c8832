//! What a site is made of: every kind of it.

use tests::Lab;

use crate::story::{ALL, Moment, SAMPLE, Subject};

const FILE: &str = "stacks/site.yaml";

const SITE: Subject =
    Subject { declare, change, consent: &["--allow-replace", "site.records"], kept: &[] };

fn declare(lab: &Lab) {
    lab.only(&[]);
    lab.stack("site", include_str!("../pains/every_kind_site.yaml"));
    lab.write("site/index.html", "<h1>every kind</h1>");
    lab.write("site/assets/old.js", "old");
}

/// The bucket of the access logs and the certificate can't be changed, so they are replaced, under
/// the distribution that uses both; the headers go, which it used too; a file is changed, one is
/// new, and one is gone.
fn change(lab: &Lab) {
    lab.replace(FILE, "name: lab-every-kind-records", "name: lab-other-records");
    lab.replace(FILE, "[every-kind.example]\n    key", "[other.every-kind.example]\n    key");
    lab.replace(FILE, "release: first", "release: second");
    lab.replace(FILE, "limit: 2000", "limit: 500");
    lab.replace(FILE, "max_age_seconds: 60", "max_age_seconds: 90");
    lab.replace(FILE, "response_headers_policy_id: ${headers.id}", "");
    lab.remove(FILE, "headers");
    lab.write("site/index.html", "<h1>another</h1>");
    lab.write("site/assets/new.js", "new");
    std::fs::remove_file(lab.path("site/assets/old.js")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_killed_while_it_is_made() {
    SITE.killed(Moment::Up, ALL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_killed_while_it_is_changed() {
    SITE.killed(Moment::Change, SAMPLE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_killed_while_it_is_deleted() {
    SITE.killed(Moment::Down, SAMPLE).await;
}
