//! Secrets: where they come from, how they change, and whom the database has to prove itself to.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use http::Method;
use rustix::process::getuid;

use crate::support::{PASSWORD, Postgres, Service, TOKEN, car, run, until};

#[tokio::test]
async fn the_secret_of_secrets_manager_is_understood() {
    let postgres = Postgres::start().await;
    let secret = postgres.secret(PASSWORD);
    let service = Service::start(&[("DATABASE_SECRET", &secret)]).await;
    service.ready().await;
    // RDS itself keeps the user and the password only; the rest is in the environment.
    let short = format!(r#"{{"username":"app","password":"{PASSWORD}"}}"#);
    let port = postgres.port().to_string();
    let service = Service::start(&[
        ("DATABASE_SECRET", &*short),
        ("DATABASE_HOST", "127.0.0.1"),
        ("DATABASE_PORT", &*port),
        ("DATABASE_NAME", "cars"),
    ])
    .await;
    service.ready().await;
}

#[tokio::test]
async fn passwords_are_proved_and_not_sent() {
    let postgres = Postgres::start().await;
    let scram =
        format!("set password_encryption = 'scram-sha-256'; alter role app password '{PASSWORD}'");
    postgres.execute(&scram).await;
    let service = Service::start(&[("DATABASE_URL", &postgres.url())]).await;
    service.ready().await;
}

#[tokio::test]
async fn a_rotated_password_is_followed_without_a_restart() {
    let postgres = Postgres::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, postgres.secret(PASSWORD)).unwrap();
    let service = Service::start(&[
        ("DATABASE_SECRET_FILE", file.to_str().unwrap()),
        // Not before the test is over: it is the refusal that has to make it look.
        ("DATABASE_SECRET_REFRESH", "10m"),
    ])
    .await;
    service.ready().await;
    for round in 0..3 {
        let next = format!("{PASSWORD}-{round}");
        postgres.execute(&format!("alter role app password '{next}'")).await;
        fs::write(&file, postgres.secret(&next)).unwrap();
        postgres.terminate().await;
        let answer = service.post("/cars", &car("Kia", "EV6", "1")).await;
        // The write that met the end of its connection may fail, and no other.
        assert!([201, 503].contains(&answer.status.as_u16()), "{answer:?}");
        assert_eq!(service.get("/cars").await.status, 200);
        assert_eq!(service.post("/cars", &car("Kia", "EV6", "1")).await.status, 201);
        service.ready().await;
    }
}

#[tokio::test]
async fn who_rotates_between_two_users_is_followed_before_the_first_is_refused() {
    let postgres = Postgres::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, postgres.secret(PASSWORD)).unwrap();
    let refresh = ("DATABASE_SECRET_REFRESH", "50ms");
    let service =
        Service::start(&[("DATABASE_SECRET_FILE", file.to_str().unwrap()), refresh]).await;
    service.ready().await;
    let twin = format!("create role twin login password '{PASSWORD}'; grant app to twin");
    postgres.execute(&twin).await;
    fs::write(&file, postgres.secret(PASSWORD).replace(r#""app""#, r#""twin""#)).unwrap();
    until("it was read", async || service.log().contains("new credentials")).await;
    postgres.terminate().await;
    assert_eq!(service.get("/cars").await.status, 200);
    let twins = "select count(*) from pg_stat_activity where usename = 'twin'";
    assert!(postgres.count(twins).await > 0);
}

#[tokio::test]
async fn the_most_talkative_log_tells_no_secret() {
    let mut postgres = Postgres::start().await;
    let service = Service::start(&[("DATABASE_URL", &postgres.url()), ("LOG", "trace")]).await;
    service.ready().await;
    assert_eq!(service.post("/cars", &car("Kia", "EV6", "1")).await.status, 201);
    let typo = format!("Bearer {TOKEN}x");
    service.send(Method::POST, "/cars", &[("authorization", &typo)], "").await.problem(401);
    service.get(&format!("/cars?token={TOKEN}")).await.problem(400);
    postgres.stop();
    service.get("/cars").await.problem(503);
    // That it tells none is looked at when it ends.
    assert!(service.log().contains("DEBUG"));
}

#[test]
fn no_error_of_the_command_line_tells_a_secret() {
    let half = format!(r#"{{"username":"app","password":"{PASSWORD}""#);
    for variables in [
        [("DATABASE_URL", format!("mysql://app:{PASSWORD}@127.0.0.1/cars"))],
        [("DATABASE_URL", format!("postgres://app:{PASSWORD}@127.0.0.1:1/cars"))],
        [("DATABASE_SECRET", half)],
        [("PORT", PASSWORD.to_owned())],
    ] {
        let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
        let output = run(&["migrate"], &variables);
        assert!(!output.status.success(), "{variables:?}");
        let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(told.starts_with("error: ") && !told.contains(PASSWORD), "{told}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_a_503_and_is_told_nowhere() {
    let postgres = Postgres::start().await;
    let secret = postgres.secret("wr0ng-pa55word");
    let service = Service::start(&[("DATABASE_SECRET", &secret)]).await;
    service.get("/cars").await.problem(503);
    until("it is logged", async || service.log().contains("password authentication failed")).await;
    assert!(!service.log().contains("wr0ng-pa55word"));
}

/// Makes an authority, and a server certificate of it for 127.0.0.1 and localhost.
fn certificates(folder: &Path) {
    let openssl = |arguments: &str| {
        let mut command = Command::new("openssl");
        let output = command.args(arguments.split(' ')).current_dir(folder).output();
        let output = output.expect("openssl is installed, as it is with Debian's PostgreSQL");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let names = "basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost\n";
    fs::write(folder.join("names"), names).unwrap();
    openssl(
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem",
    );
    openssl("req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr");
    openssl(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
         -extfile names -out server.pem",
    );
    let key = folder.join("server.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    if getuid().is_root() {
        chown(&key, Some(65534), Some(65534)).unwrap();
    }
}

#[tokio::test]
async fn the_database_has_to_prove_that_it_is_the_one() {
    let mut postgres = Postgres::start().await;
    certificates(postgres.folder());
    let file = |name: &str| postgres.folder().join(name).to_str().unwrap().to_owned();
    let (certificate, key, authority) = (file("server.pem"), file("server.key"), file("ca.pem"));
    postgres.stop();
    postgres.set("ssl=on");
    postgres.set(&format!("ssl_cert_file={certificate}"));
    postgres.set(&format!("ssl_key_file={key}"));
    postgres.launch().await;

    let by_name = postgres.url().replace("127.0.0.1", "localhost");
    let start = async |url: &str, root: &str| {
        let service = Service::start(&[
            ("DATABASE_URL", url),
            ("DATABASE_TLS", "verify-full"),
            ("DATABASE_TLS_ROOT", root),
        ])
        .await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        service
    };
    let service = start(&by_name, &authority).await;
    service.ready().await;
    let encrypted = "select count(*) from pg_stat_ssl join pg_stat_activity using (pid)
                     where usename = 'app' and not ssl";
    assert_eq!(service.get("/cars").await.status, 200);
    assert_eq!(postgres.count(encrypted).await, 0);
    // Another authority, and another name.
    for (url, root) in [(&*by_name, "rds"), (&*by_name, "web"), (&*postgres.url(), &*authority)] {
        let service = start(url, root).await;
        service.get("/cars").await.problem(503);
        assert_eq!(service.get("/health/ready").await.status, 503);
    }
}
