//! Two who write: the later one notices, and the earlier one's document stands.

use sandbox::gateway::hook::Phase;
use serde_json::{Value, json};
use tests::{Ended, Kept, Lab, PLAN, Place, UP};

/// Lets somebody write a document in the middle of a run, changed like this; gives what the run
/// said in the end, and expects that the document stands.
async fn written_meanwhile(lab: &Lab, place: &Place, change: impl FnOnce(&mut Value)) -> Ended {
    let gate =
        lab.hold(|call, phase| call.operation == "CreateRepository" && phase == Phase::Before);
    let run = lab.start(&UP);
    gate.reached().await;
    let mut document = place.json("state.json").await;
    change(&mut document);
    let document = serde_json::to_vec(&document).unwrap();
    place.put("state.json", document.clone()).await;
    gate.open();
    let ended = run.wait().await.expect(1);
    assert_eq!(place.get("state.json").await, Some(document), "{}", ended.text);
    assert_eq!(place.get("lock.json").await, None);
    ended
}

async fn what_another_has_written_meanwhile_stands(kept: Kept) {
    let lab = Lab::small().await;
    let place = Place::prepare(&lab, kept).await;
    let serial = |document: &mut Value| {
        document["serial"] = json!(document["serial"].as_u64().unwrap() + 5);
    };
    let ended = written_meanwhile(&lab, &place, serial).await;
    ended.says(&["was written by somebody else meanwhile"]);
    // The intent that both documents hold is enough to find what was made.
    lab.run(&UP).await.expect(0);
    lab.run(&PLAN).await.expect(0);
    assert_eq!(lab.objects().await["us-east-1/ecr/repositories"], 1);
}

async fn another_lineage_is_not_overwritten(kept: Kept) {
    let lab = Lab::small().await;
    let place = Place::prepare(&lab, kept).await;
    let foreign = |document: &mut Value| document["lineage"] = json!("another");
    let ended = written_meanwhile(&lab, &place, foreign).await;
    ended.says(&["is not this environment's: its lineage is another"]);
}

tests::in_each_place! {
    what_another_has_written_meanwhile_stands
    another_lineage_is_not_overwritten
}
