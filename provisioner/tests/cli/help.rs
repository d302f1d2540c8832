//! Help, and arguments that can't be understood.

use clap::{Command, CommandFactory};
use insta::assert_snapshot;
use provisioner::cli::Cli;

use crate::project::Project;

/// Every command and subcommand with its words.
fn commands(command: &Command, words: &str, found: &mut Vec<(String, Command)>) {
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let words = format!("{words} {}", sub.get_name());
        found.push((words.clone(), sub.clone()));
        commands(sub, &words, found);
    }
}

fn every_command() -> Vec<(String, Command)> {
    let mut found = Vec::new();
    commands(&Cli::command(), "provision", &mut found);
    found
}

#[test]
fn every_command_has_examples_that_are_real_command_lines() {
    assert!(every_command().len() > 25);
    for (words, command) in every_command() {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let examples = help.strip_prefix("Examples:\n").unwrap_or_else(|| {
            panic!("`{words}` has no examples");
        });
        let lines: Vec<&str> = examples.lines().take_while(|line| !line.is_empty()).collect();
        assert!(lines.iter().any(|line| line.contains(&words)), "`{words}` has none of its own");
        for line in lines {
            let Some((_, example)) = line.split_once("provision ") else { continue };
            // What stands far behind it is a remark; what follows a pipe is another program's.
            let end = example.find("  ").unwrap_or(example.len());
            let example = example[..end].split(['|', '>', ')']).next().unwrap_or_default();
            let words = example.split_whitespace().filter(|word| !word.starts_with('#'));
            let parsed =
                Cli::command().try_get_matches_from(["provision"].into_iter().chain(words));
            assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
        }
    }
}

#[test]
fn every_argument_says_what_it_is() {
    for (words, command) in every_command() {
        assert!(command.get_about().is_some(), "`{words}`");
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "`{words}` {}", argument.get_id());
        }
    }
}

#[test]
fn the_overview() {
    let project = Project::offline();
    assert_snapshot!(project.run("--help"), @r"
    exit 0
    ── stdout
    Provisions and deploys a full-stack application on AWS from declarative YAML

    Usage: provision [OPTIONS] <COMMAND>

    Commands:
      plan         Show what `up` would do, and change nothing
      up           Converge an environment to what its YAML says
      deploy       Ship one stack alone: build, push, roll out, or upload
      rollback     Go back to an earlier release of a stack
      history      Show what was shipped: when, by whom, from which commit
      down         Delete everything that an environment holds, in reverse order
      check        Hold what is declared to the controls; exit code 2 on findings
      audit        Read what is on AWS, hold it to the controls, and write a report for auditors
      drift        Show what somebody changed by hand since the last run; exit code 2 if anything
      status       Show the objects that an environment holds, and how they are
      outputs      Show the outputs of the stacks, or one of them
      logs         Show what services and other objects write to their logs, and follow it
      graph        Draw what waits for what, as Mermaid, DOT or SVG
      import       Take an existing object on AWS under a declared address
      state        Look into the state, or operate on it
      recover      Rebuild a lost state from the tags that every object carries
      unlock       Show who holds an environment's lock, and break it
      schema       Print or write the JSON Schemas of the definitions, for editors
      completions  Print a completion script for a shell
      sandbox      Run the embedded AWS endpoint
      help         Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Options of every command:
      -C, --root <DIR>  The project's directory, with `stacks/` and `config/` [default: .]
          --json        One JSON object a line on stdout instead of text
          --no-color    No colours (so does the variable NO_COLOR)
      -q, --quiet       No progress and no notes
          --timings     Print where the time went, and every call to AWS

    Examples:
      provision up sandbox            the whole system on this machine, no account needed
      provision plan staging          what `up` would do
      provision up prod --yes --json  in CI: no prompt, one JSON event a line
      provision outputs dev db.endpoint

    Exit codes: 0 done, 1 failed, 2 changes, drift or findings, 3 bad definition, 4 locked, 130
    interrupted.
    ");
    let bare = project.run("");
    assert_eq!((bare.code, bare.stderr), (1, project.run("--help").stdout));
}

#[test]
fn one_command() {
    assert_snapshot!(Project::offline().run("help up"), @"
    exit 0
    ── stdout
    Converge an environment to what its YAML says

    Usage: provision up [OPTIONS] <ENV>

    Arguments:
      <ENV>  The environment: the name of a file in `config/`

    Options:
          --stack <STACK>            Only this stack and what it depends on (may be repeated)
          --allow-replace <ADDRESS>  Consent to replace this object although it holds data (may be
                                     repeated)
          --allow-delete <ADDRESS>   Consent to delete this object although it holds data (may be
                                     repeated)
          --plan <FILE>              Carry out this saved plan; refused when the world has moved since
          --force-migrations         Ship migrations that the running release can't live with
          --wait                     Wait until CloudFront has brought what changed to all of its
                                     places, which takes minutes. Otherwise that is waited for only
                                     where something is to go after it
      -y, --yes                      Do not ask
          --parallel <N>             How many calls to AWS at once
          --allow-expiry             Begin although the credentials may expire before the end
      -h, --help                     Print help

    Options of every command:
      -C, --root <DIR>  The project's directory, with `stacks/` and `config/` [default: .]
          --json        One JSON object a line on stdout instead of text
          --no-color    No colours (so does the variable NO_COLOR)
      -q, --quiet       No progress and no notes
          --timings     Print where the time went, and every call to AWS

    Examples:
      provision up dev                       plan, ask, converge
      provision up prod --yes --json         in CI
      provision up dev --stack db            one stack and what it depends on
      provision up prod --plan merge.plan    exactly what was reviewed, or nothing
      provision up dev --allow-replace db.main.cluster
    ");
}

#[test]
fn wrong_arguments_are_an_ordinary_failure_not_a_plan_with_changes() {
    let project = Project::offline();
    assert_snapshot!(project.run("plna dev"), @"
    exit 1
    ── stderr
    error: unrecognized subcommand 'plna'

      tip: a similar subcommand exists: 'plan'

    Usage: provision [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    assert_snapshot!(project.run("plan dev --stak db"), @"
    exit 1
    ── stderr
    error: unexpected argument '--stak' found

      tip: a similar argument exists: '--stack'

    Usage: provision plan --stack <STACK> <ENV>

    For more information, try '--help'.
    ");
    assert_snapshot!(project.run("sandbox start --throttle 3"), @"
    exit 1
    ── stderr
    error: invalid value '3' for '--throttle <SHARE>': a share is a number from 0 to 1

    For more information, try '--help'.
    ");
    assert_snapshot!(project.run("sandbox start --time-scale fast"), @"
    exit 1
    ── stderr
    error: invalid value 'fast' for '--time-scale <FACTOR>': a factor is a number, 0 or more

    For more information, try '--help'.
    ");
}

#[test]
fn where_the_environment_is_missing_the_ones_that_exist_are_named() {
    let project = Project::offline();
    assert_snapshot!(project.run("plan"), @"
    exit 1
    ── stderr
    error: the following required arguments were not provided:
      <ENV>

    Usage: provision plan <ENV>

    For more information, try '--help'.
    ");
    project.write("config/dev.yaml", "");
    project.write("config/prod.yaml", "");
    assert_snapshot!(project.run("up --yes"), @"
    exit 1
    ── stderr
    error: the following required arguments were not provided:
      <ENV>

      tip: the environments here are dev, prod

    Usage: provision up --yes <ENV>

    For more information, try '--help'.
    ");
    let elsewhere = project.command("plan --root").arg(project.path(".")).current_dir("/").output();
    let said = String::from_utf8(elsewhere.unwrap().stderr).unwrap();
    assert!(said.contains("the environments here are dev, prod"), "{said}");
}
