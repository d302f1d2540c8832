//! The whole of it, as somebody has it who clones the repository: one command brings the site up
//! with everything behind it, releases come and go under the eyes of people who use it, the
//! database dies and comes back, and one command takes everything away.

#![allow(clippy::print_stderr, clippy::unwrap_used, reason = "tests")]

use std::process::Command;
use std::time::{Duration, Instant};

use tests::{Ended, client};

mod checkout;
mod load;
mod machine;

use checkout::{Checkout, ENVIRONMENT};
use load::{Answers, Load};

const API: &str = "stacks/api.yaml";
/// How long a database may be away after it was killed.
const RECOVERY: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_system_comes_up_lives_and_goes() {
    if let Some(missing) = missing() {
        eprintln!("skipped: there is no {missing}");
        return;
    }
    let shop = Checkout::fresh().await;
    shop.run(&["up", ENVIRONMENT, "--yes"]).await.expect(0);
    shop.run(&["plan", ENVIRONMENT, "--detailed-exitcode"]).await.expect(0);
    let (site, api) = (shop.output("frontend.url").await, shop.output("api.url").await);
    let database = shop.output("db.endpoint").await;
    let folders = machine::folders(shop.sandbox());
    assert_eq!(folders.len(), 2, "of images and of databases: {folders:?}");

    a_person_adds_a_car(&shop, &site).await;
    assert_eq!(cars(&shop).await, "Mazda MX-5");

    let cars_url = format!("{site}/api/cars");
    let people = Load::on(&cars_url);
    shop.replace(API, "arguments: [serve]", "arguments: [serve, --nonsense]");
    let broken = deploy(&shop).await.expect(1);
    broken.says(&["the update of", "back", "unexpected argument '--nonsense'"]);
    all_were_answered(people.end().await);

    let people = Load::on(&cars_url);
    let labelled = "arguments: [serve]\n      labels: { release: good }";
    shop.replace(API, "arguments: [serve, --nonsense]", labelled);
    deploy(&shop).await.expect(0);
    all_were_answered(people.end().await);
    let history = shop.run(&["history", ENVIRONMENT, "api"]).await.expect(0).out;
    let ends = history.lines().map(|line| line.split_whitespace().last().unwrap());
    assert_eq!(ends.collect::<Vec<_>>(), ["done", "failed", "done"], "{history}");

    machine::kill_postgres(&folders);
    comes_back(&cars_url).await;
    assert_eq!(cars(&shop).await, "Mazda MX-5");

    shop.run(&["down", ENVIRONMENT, "--yes"]).await.expect(0);
    let words: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
    assert_eq!(machine::processes(&words), [""; 0]);
    assert_eq!(machine::processes(&[shop.path("").display().to_string()]), [""; 0]);
    assert!(folders.iter().all(|folder| !folder.exists()), "{folders:?}");
    let port = api.rsplit(':').next().unwrap();
    for address in [format!("127.0.0.1:{port}"), format!("{database}:5432")] {
        assert!(!machine::listens(&address), "{address}");
    }
}

/// What the story needs and this machine lacks.
fn missing() -> Option<&'static str> {
    let programs = [("psql", "PostgreSQL"), ("npm", "Node"), (&*chromium(), "Chromium")];
    let absent = |program: &str| Command::new(program).arg("--version").output().is_err();
    programs.iter().find(|(program, _)| absent(program)).map(|(_, name)| *name)
}

fn chromium() -> String {
    std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned())
}

async fn deploy(shop: &Checkout) -> Ended {
    shop.run(&["deploy", ENVIRONMENT, "api", "--yes"]).await
}

/// In a browser, with the token of those who may.
async fn a_person_adds_a_car(shop: &Checkout, site: &str) {
    let token = shop.secret(&shop.output("api.token_secret").await).await;
    let mut story = tokio::process::Command::new("npm");
    story.args(["run", "--silent", "test:shipped"]).current_dir(shop.path("frontend"));
    story.env("SITE_URL", site).env("API_TOKEN", token);
    let story = story.output().await.unwrap();
    let said = [story.stdout, story.stderr].concat();
    assert!(story.status.success(), "{}", String::from_utf8_lossy(&said));
}

/// What the table holds, asked of PostgreSQL with the credentials that RDS keeps.
async fn cars(shop: &Checkout) -> String {
    let secret = shop.json_secret(&shop.output("db.secret").await).await;
    let mut query = tokio::process::Command::new("psql");
    query.args(["--no-psqlrc", "--tuples-only", "--no-align"]);
    query.args(["--command", "SELECT make || ' ' || model FROM cars"]);
    let field = |name: &str| secret[name].as_str().unwrap().to_owned();
    query.env("PGHOST", shop.output("db.endpoint").await).env("PGPORT", "5432");
    query.env("PGDATABASE", shop.output("db.database").await);
    query.env("PGUSER", field("username")).env("PGPASSWORD", field("password"));
    let answer = query.output().await.unwrap();
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    String::from_utf8(answer.stdout).unwrap().trim().to_owned()
}

/// Nobody was refused, and nobody waited in vain.
#[track_caller]
fn all_were_answered(answers: Answers) {
    let good = answers.get("200").copied().unwrap_or_default();
    assert!(good > 50 && answers.len() == 1, "{answers:?}");
}

async fn comes_back(url: &str) {
    let (client, began) = (client(url), Instant::now());
    loop {
        let answer = client.get(url).send().await;
        let body = match answer {
            Ok(answer) if answer.status().is_success() => answer.text().await.unwrap(),
            _ => String::new(),
        };
        if body.contains("MX-5") {
            return;
        }
        assert!(began.elapsed() < RECOVERY, "the database stays away");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
