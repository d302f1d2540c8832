//! The program on a terminal: `script` of util-linux is one.

use std::process::Command;

use regex_lite::Regex;

use crate::project::{PROGRAM, Project, Ran};

/// Runs the program on a terminal of so many columns; all that is sent to it is in `stdout`.
fn on_terminal(project: &Project, columns: u16, variables: &str, arguments: &str) -> Ran {
    let run = format!("stty cols {columns} rows 30; exec env {variables} {PROGRAM} {arguments}");
    let inner = project.command(arguments);
    let mut script = Command::new("script");
    script.args(["-qec", &run, "/dev/null"]).current_dir(project.path(".")).env_clear();
    script.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    script.env("TERM", "xterm-256color").env("SHELL", "/bin/sh");
    project.finish(&mut script)
}

/// What stays of it without the escape sequences: no line may be wider than the terminal.
fn shown(sent: &str) -> Vec<String> {
    let plain = console::strip_ansi_codes(sent).replace("\r\n", "\n");
    plain.lines().map(|line| line.trim_start_matches('\r').to_owned()).collect()
}

const COLOR: &str = "\u{1b}[32m";
const WIPE: &str = "\u{1b}[J";

#[test]
fn progress_is_drawn_and_no_line_is_torn() {
    for columns in [60_u16, 80, 120] {
        let ran = on_terminal(&Project::repository(), columns, "", "up dev --yes");
        assert!(ran.stdout.contains(COLOR) && ran.stdout.contains(WIPE));
        let lines = shown(&ran.stdout);
        assert!(lines.iter().any(|line| line.contains("under way")), "{lines:#?}");
        let begun = lines.iter().position(|line| line.starts_with('✓')).unwrap();
        let mut progress = lines[begun..].iter().take_while(|line| !line.contains(" done in "));
        assert_eq!(progress.find(|line| is_torn(line, columns)), None);
    }
}

#[test]
fn what_does_not_fit_into_a_line_goes_to_the_next() {
    let project = Project::repository().up();
    for command in ["status dev", "down dev"] {
        let lines = shown(&on_terminal(&project, 80, "", command).stdout);
        assert_eq!(lines.iter().find(|line| is_torn(line, 80)), None, "{command}");
    }
}

fn is_torn(line: &str, columns: u16) -> bool {
    console::measure_text_width(line) > columns.into()
}

#[test]
fn without_colours_where_they_are_not_wanted() {
    for (variables, arguments) in [("NO_COLOR=1", ""), ("", "--no-color")] {
        let arguments = format!("up dev --yes {arguments}");
        let ran = on_terminal(&Project::new(), 80, variables, &arguments);
        assert!(ran.stdout.contains(WIPE), "there is progress all the same");
        let colors = Regex::new(r"\x1b\[[0-9;]*m").unwrap();
        assert_eq!(colors.find(&ran.stdout).map(|found| found.as_str()), None, "{ran}");
    }
}

#[test]
fn quiet_draws_nothing() {
    let sent = on_terminal(&Project::new(), 80, "", "up dev --yes --quiet").stdout;
    assert!(!sent.contains(WIPE) && sent.contains("network.vpc_id"), "{sent}");
}

#[test]
fn a_terminal_that_is_dumb_gets_lines() {
    let sent = on_terminal(&Project::new(), 80, "TERM=dumb", "up dev --yes").stdout;
    assert!(!sent.contains(WIPE) && sent.contains("[5/5] ✓"), "{sent}");
}
