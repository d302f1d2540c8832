//! The state operated on by hand: looked at, moved, forgotten, carried elsewhere, adopted, rebuilt.

use std::fs;

use serde_json::{Value, json};
use tests::{ENVIRONMENT, Kept, Lab, PLAN, Place, UP};

const NAME: &str = "vitality-sandbox/api";
const ADDRESS: &str = "registry.api";
const REPOSITORIES: &str = "us-east-1/ecr/repositories";

async fn lab(kept: Kept) -> (Lab, Place) {
    let lab = Lab::small().await;
    let place = Place::prepare(&lab, kept).await;
    (lab.converged().await, place)
}

async fn an_object_is_listed_and_shown(kept: Kept) {
    let (lab, _) = lab(kept).await;
    let list = lab.run(&["state", "list", ENVIRONMENT]).await.expect(0);
    assert_eq!(list.out.trim(), format!("{ADDRESS}\tecr.repository\t{NAME}\tready"));
    let list = lab.run(&["state", "list", ENVIRONMENT, "--json"]).await.expect(0);
    let line: Value = serde_json::from_str(&list.out).unwrap();
    assert_eq!((&line["address"], &line["id"]), (&json!(ADDRESS), &json!(NAME)));
    let show = lab.run(&["state", "show", ENVIRONMENT, ADDRESS]).await.expect(0);
    let shown: Value = serde_json::from_str(&show.out).unwrap();
    assert_eq!(shown["objects"][0]["inputs"]["name"], NAME);
    let wrong = lab.run(&["state", "show", ENVIRONMENT, "registry.app"]).await.expect(1);
    wrong.says(&["no object `registry.app`", ADDRESS]);
}

async fn a_renamed_object_is_moved_and_stays(kept: Kept) {
    let (lab, _) = lab(kept).await;
    let before = created(&lab).await;
    lab.replace("stacks/registry.yaml", "  api:", "  images:");
    lab.replace("stacks/registry.yaml", "${api.", "${images.");
    lab.run(&PLAN).await.expect(2).says(&["to delete"]);
    lab.run(&["state", "mv", ENVIRONMENT, ADDRESS, "registry.images"]).await.expect(0);
    lab.run(&UP).await.expect(0);
    lab.run(&PLAN).await.expect(0);
    assert_eq!(created(&lab).await, before);
    assert_eq!(lab.objects().await[REPOSITORIES], 1);
}

/// When the repository was made, to the millisecond.
async fn created(lab: &Lab) -> i128 {
    let clients = lab.clients().await;
    let answer = clients.ecr().describe_repositories().repository_names(NAME).send().await.unwrap();
    answer.repositories()[0].created_at().unwrap().as_nanos()
}

async fn a_forgotten_object_stays_on_aws_and_is_imported_again(kept: Kept) {
    let (lab, _) = lab(kept).await;
    let before = created(&lab).await;
    lab.run(&["state", "rm", ENVIRONMENT, ADDRESS]).await.expect(0);
    lab.run(&PLAN).await.expect(2).says(&["1 to create"]);
    lab.run(&["import", ENVIRONMENT, ADDRESS, NAME]).await.expect(0);
    lab.run(&UP).await.expect(0);
    lab.run(&PLAN).await.expect(0);
    assert_eq!(created(&lab).await, before);
}

async fn a_state_is_carried_away_and_back(kept: Kept) {
    let (lab, place) = lab(kept).await;
    let pulled = lab.run(&["state", "pull", ENVIRONMENT]).await.expect(0).out;
    assert_eq!(pulled.as_bytes(), place.get("state.json").await.unwrap());
    let backup = lab.path("backup.json");
    fs::write(&backup, &pulled).unwrap();
    let push = ["state", "push", ENVIRONMENT, backup.to_str().unwrap()];

    lab.run(&["state", "rm", ENVIRONMENT, ADDRESS]).await.expect(0);
    let serial = place.json("state.json").await["serial"].as_u64();
    lab.run(&push).await.expect(0);
    assert!(place.json("state.json").await["serial"].as_u64() > serial);
    lab.run(&PLAN).await.expect(0);

    let there = place.get("state.json").await;
    for (wrong, said) in [
        (pulled.replace("\"lineage\": \"", "\"lineage\": \"not-"), "its lineage is"),
        (
            pulled.replace(
                "\"environment\": \"lab\",\n  \"lineage",
                "\"environment\": \"prod\",\n  \"lineage",
            ),
            "a state of `prod`",
        ),
        (pulled[..pulled.len() / 2].to_owned(), "is corrupt"),
        (String::new(), "is empty"),
    ] {
        assert_ne!(wrong, pulled);
        fs::write(&backup, wrong).unwrap();
        lab.run(&push).await.expect(1).says(&[said]);
        assert_eq!(place.get("state.json").await, there);
    }
}

async fn what_somebody_made_by_hand_is_imported(kept: Kept) {
    let lab = Lab::small().await;
    Place::prepare(&lab, kept).await;
    let clients = lab.clients().await;
    clients.ecr().create_repository().repository_name(NAME).send().await.unwrap();
    let before = created(&lab).await;
    lab.run(&UP).await.expect(1).says(&["RepositoryAlreadyExistsException", "provision import"]);
    lab.run(&["import", ENVIRONMENT, ADDRESS, "vitality-sandbox/wrong"]).await.expect(1);
    lab.run(&["import", ENVIRONMENT, "registry.wrong", NAME]).await.expect(1);
    lab.run(&["import", ENVIRONMENT, ADDRESS, NAME]).await.expect(0);
    lab.run(&PLAN).await.expect(2).says(&["1 to update"]);
    lab.run(&UP).await.expect(0);
    lab.run(&PLAN).await.expect(0);
    assert_eq!(created(&lab).await, before);
    assert_eq!(lab.objects().await[REPOSITORIES], 1);
}

async fn a_lost_state_is_rebuilt_from_tags(kept: Kept) {
    let lab = Lab::new().await;
    let place = Place::prepare(&lab, kept).await;
    let lab = lab.converged().await;
    let objects = lab.objects().await;
    lab.run(&["recover", ENVIRONMENT]).await.expect(1).says(&["there is a state"]);
    place.delete("state.json").await;
    lab.run(&["recover", ENVIRONMENT]).await.expect(0).says(&["objects found, 0 not"]);
    lab.run(&PLAN).await.expect(0);
    lab.run(&UP).await.expect(0);
    lab.holds(&objects).await;
    lab.run(&["drift", ENVIRONMENT]).await.expect(0);
}

tests::in_each_place! {
    an_object_is_listed_and_shown
    a_renamed_object_is_moved_and_stays
    a_forgotten_object_stays_on_aws_and_is_imported_again
    a_state_is_carried_away_and_back
    what_somebody_made_by_hand_is_imported
    a_lost_state_is_rebuilt_from_tags
}
