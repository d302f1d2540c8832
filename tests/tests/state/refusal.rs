//! What can't be read is no empty state: it is refused, and left as it is.

use serde_json::{Value, json};
use tests::{DOWN, ENVIRONMENT, Kept, Lab, PLAN, Place, UP};

const RECOVER: [&str; 2] = ["recover", ENVIRONMENT];
const FORGET: [&str; 4] = ["state", "rm", ENVIRONMENT, "registry.api"];
const LIST: [&str; 3] = ["state", "list", ENVIRONMENT];

/// A state with a change to it.
fn changed(good: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut document = serde_json::from_slice(good).unwrap();
    change(&mut document);
    serde_json::to_vec(&document).unwrap()
}

/// What is wrong with a state, the state, and what is said about it.
fn cases(good: &[u8]) -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let newer = |document: &mut Value| {
        *document = json!({"format": 99, "written_by": "9.1.0", "things": {}});
    };
    let twin = |document: &mut Value| {
        let mut twin = document["objects"][0].clone();
        twin["address"] = json!("registry.twin");
        document["objects"].as_array_mut().unwrap().push(twin);
    };
    vec![
        ("empty", Vec::new(), "is empty"),
        ("blank", b" \n\n".to_vec(), "is empty"),
        ("cut in half", good[..good.len() / 2].to_vec(), "is corrupt"),
        ("cut before its end", good[..good.len() - 3].to_vec(), "is corrupt"),
        ("followed by rubbish", [good, b"rubbish"].concat(), "is corrupt"),
        ("no text", b"\x1f\x8b\xff\x00".to_vec(), "is corrupt"),
        ("no document", b"[]".to_vec(), "is corrupt"),
        ("without a lineage", changed(good, |it| it["lineage"] = json!("")), "no lineage"),
        ("with a twin", changed(good, twin), "are both ecr.repository"),
        ("with an unknown member", changed(good, |it| it["more"] = json!(1)), "unknown field"),
        ("of a newer format", changed(good, newer), "has format 99, written by provision 9.1.0"),
        (
            "of another environment",
            changed(good, |it| it["environment"] = json!("prod")),
            "it is of the environment `prod`",
        ),
    ]
}

async fn what_is_no_state_of_ours_is_refused_and_left_as_it_is(kept: Kept) {
    let lab = Lab::small().await;
    let place = Place::prepare(&lab, kept).await;
    let lab = lab.converged().await;
    let objects = lab.objects().await;
    let good = place.get("state.json").await.unwrap();
    for (wrong, content, said) in cases(&good) {
        place.put("state.json", content.clone()).await;
        for command in [&UP[..], &DOWN, &PLAN, &LIST, &RECOVER, &FORGET] {
            let ended = lab.run(command).await;
            assert_eq!(ended.code, Some(1), "{command:?}, {wrong}:\n{}", ended.text);
            ended.says(&["error: the state at ", "state.json", said, "hint: "]);
            let left = place.get("state.json").await;
            assert_eq!(left.as_ref(), Some(&content), "{command:?} touched it: {wrong}");
            assert_eq!(place.get("lock.json").await, None, "{command:?} keeps the lock: {wrong}");
        }
    }
    lab.holds(&objects).await;
    place.put("state.json", good).await;
    lab.run(&PLAN).await.expect(0);
}

tests::in_each_place! { what_is_no_state_of_ours_is_refused_and_left_as_it_is }
