use anstream::adapter::strip_str;
use insta::assert_snapshot;

use super::*;
use crate::engine::plan::{Bookkeeping, Step};
use crate::resource::TagChange;

fn plan(addresses: &[&str]) -> Plan {
    let step = |address: &&str| Step {
        address: address.parse().unwrap(),
        kind: "ec2.vpc".to_owned(),
        action: Action::Create,
        id: None,
        changes: Vec::new(),
        tags: TagChange::default(),
        reason: None,
        loss: None,
    };
    Plan {
        environment: "dev".to_owned(),
        lineage: None,
        steps: addresses.iter().map(step).collect(),
        outputs: Vec::new(),
        unchanged: 0,
        refusals: Vec::new(),
        bookkeeping: Bookkeeping::default(),
    }
}

fn event(address: &str, progress: Progress) -> Event {
    Event { address: address.parse().unwrap(), action: Action::Create, progress }
}

fn started(address: &str, expected: u64) -> Event {
    event(address, Progress::Started { expected: Duration::from_secs(expected) })
}

fn plain(lines: &[String]) -> String {
    strip_str(&lines.join("\n")).to_string()
}

#[test]
fn a_line_for_each_object_under_way_and_the_totals() {
    let began = Instant::now();
    let after = |seconds| began + Duration::from_secs(seconds);
    let plan = plan(&["network.vpc", "network.nat:a", "db.cluster", "db.role"]);
    let mut board = Board::new(&plan, Duration::from_secs(400), began);
    board.event(&started("network.nat:a", 100), began);
    board.event(&started("network.vpc", 1), after(1));
    board.event(&started("db.cluster", 300), after(2));
    let status = "creating".to_owned();
    board.event(&event("db.cluster", Progress::Working { status }), after(3));
    let id = Some("vpc-1".to_owned());
    let elapsed = Duration::from_millis(1200);
    let ended = board.event(&event("network.vpc", Progress::Finished { elapsed, id }), after(3));
    let (brief, error) = ("NatGatewayLimitExceeded".to_owned(), String::new());
    let failure = Progress::Failed { elapsed, brief, error };
    let failed = board.event(&event("network.nat:a", failure), after(4));
    let stay = [ended.unwrap(), failed.unwrap()];
    assert_snapshot!(plain(&stay), @"
    ✓ create  network.vpc     1.2s  vpc-1
    ✗ create  network.nat:a   1.2s  NatGatewayLimitExceeded
    ");
    assert_snapshot!(plain(&board.lines(after(72), 24)), @"
    ⠋ create  db.cluster    1m10s of about 5m00s  creating
    ━━━━━━━━━━━━━━━━━━━━━━━━ 2 of 4, 1 failed, 1 under way, 1m12s of about 6m40s
    ");
    assert_eq!(board.heartbeat(after(72)).unwrap(), "… under way: db.cluster (1m10s)");
    assert_eq!(board.count(), "[2/4]");
}

#[test]
fn many_objects_under_way_do_not_fill_the_terminal() {
    let began = Instant::now();
    let addresses: Vec<String> = (0..60).map(|number| format!("a.object_{number}")).collect();
    let names: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let mut board = Board::new(&plan(&names), Duration::ZERO, began);
    for name in &names {
        board.event(&started(name, 1), began);
    }
    let height = |rows| board.lines(began, rows).len();
    assert_eq!((height(50), height(24), height(10), height(2)), (18, 18, 8, 3));
    assert!(plain(&board.lines(began, 50)).contains("and 44 more"));
    assert!(board.heartbeat(began).unwrap().ends_with("and 55 more"));
}

#[test]
fn what_aws_says_can_not_drive_the_terminal() {
    let began = Instant::now();
    let mut board = Board::new(&plan(&["a.b"]), Duration::ZERO, began);
    board.event(&started("a.b", 1), began);
    let status = "\u{1b}[2Jcleared\n".to_owned();
    board.event(&event("a.b", Progress::Working { status }), began);
    let shown = plain(&board.lines(began, 24));
    assert!(shown.contains("\u{fffd}[2Jcleared"), "{shown}");
}
