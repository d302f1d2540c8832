//! Credentials that run out in mid-run, that will, and that are somebody else's.

use std::process::Command;

use sandbox::gateway::hook::Phase;
use tests::{ENVIRONMENT, Ended, Lab, PLAN, Run, UP};

use crate::stack;

/// Temporary credentials: a key, its secret, and the token that goes with them.
async fn temporary(lab: &Lab) -> [String; 3] {
    let answer = lab.clients().await.sts().get_session_token().send().await.unwrap();
    let given = answer.credentials().unwrap();
    [given.access_key_id(), given.secret_access_key(), given.session_token()].map(str::to_owned)
}

/// Converges with temporary credentials that end while the `number`th call is under way.
async fn up_until(lab: &Lab, number: u64) -> Ended {
    let [key, secret, token] = temporary(lab).await;
    let number = lab.calls() + number;
    let gate = lab.hold(move |call, phase| (call.number, phase) == (number, Phase::Before));
    let mut command = lab.command(&UP);
    command.env("AWS_ACCESS_KEY_ID", &key).env("AWS_SECRET_ACCESS_KEY", secret);
    command.env("AWS_SESSION_TOKEN", token);
    let run = Run::start(command);
    gate.reached().await;
    lab.sandbox().world(|world| world.global.sts.expire(&key));
    gate.open();
    run.wait().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_credentials_end_stops_and_the_next_goes_on() {
    let model = Lab::new().await.converged().await;
    let (calls, model) = (model.calls(), model.objects().await);
    for number in [2, calls / 4, calls / 2, calls * 3 / 4] {
        let lab = Lab::new().await;
        let ended = up_until(&lab, number).await.expect(1).says(&["run again"]);
        let told = ended.text.matches("renew the credentials").count();
        assert_eq!(told, 1, "at call {number}:\n{}", ended.text);
        assert_eq!(ended.text.matches("error: ").count(), 1, "at call {number}:\n{}", ended.text);
        assert!(stack::state(&lab).exists(), "at call {number}: no state");

        lab.run(&UP).await.expect(0);
        let mut objects = lab.objects().await;
        objects.remove("global/sts/sessions");
        assert_eq!(objects, model, "at call {number}");
        stack::settled(&lab).await;
    }
}

/// The same keys from a program that says that they end in `minutes`.
fn with_lifetime(lab: &Lab, arguments: &[&str], minutes: u32) -> Command {
    let from_now = Command::new("date")
        .args(["-u", "-d", &format!("{minutes} minutes"), "+%Y-%m-%dT%H:%M:%SZ"])
        .output()
        .unwrap();
    let keys = lab.sandbox().credentials();
    let answer = serde_json::json!({
        "Version": 1,
        "AccessKeyId": keys.access_key_id,
        "SecretAccessKey": keys.secret_access_key,
        "Expiration": String::from_utf8(from_now.stdout).unwrap().trim(),
    });
    lab.write("credentials.json", &answer.to_string());
    let process = format!("credential_process = cat {}", lab.path("credentials.json").display());
    lab.write("aws.ini", &format!("[default]\n{process}\n"));
    let mut command = lab.command(arguments);
    command.env("AWS_CONFIG_FILE", lab.path("aws.ini"));
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_takes_longer_than_the_credentials_last_is_not_begun() {
    let lab = Lab::new().await;
    let before = lab.objects().await;
    let refused = Run::start(with_lifetime(&lab, &UP, 2)).wait().await.expect(1);
    refused.says(&[
        "the credentials expire in 2 min",
        "this plan typically takes",
        "--allow-expiry",
    ]);
    lab.holds(&before).await;

    let allowed = ["up", ENVIRONMENT, "--yes", "--allow-expiry"];
    Run::start(with_lifetime(&lab, &allowed, 2)).wait().await.expect(0);
    // There is nothing to do any more, for which two minutes are enough.
    Run::start(with_lifetime(&lab, &UP, 2)).wait().await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_last_are_taken() {
    let lab = Lab::small().await;
    Run::start(with_lifetime(&lab, &UP, 180)).wait().await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_is_not_touched() {
    let lab = Lab::small().await;
    lab.replace("config/lab.yaml", "123456789012", "210987654321");
    let account = "123456789012";
    for arguments in [&UP[..], &PLAN, &["drift", ENVIRONMENT], &["down", ENVIRONMENT, "--yes"]] {
        let words = ["account 210987654321", account, "AWS_PROFILE"];
        stack::refused(&lab, arguments, &words).await;
    }
    let calls = stack::calls(&lab);
    assert!(calls.iter().all(|call| call == "sts:GetCallerIdentity"), "{calls:?}");
    assert!(!stack::state(&lab).exists());
}
