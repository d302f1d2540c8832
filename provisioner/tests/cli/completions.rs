//! `provision completions`

use crate::project::Project;

#[test]
fn each_shell_gets_a_script_of_its_own() {
    let project = Project::offline();
    let shells = [
        ("bash", "complete -F _provision"),
        ("zsh", "#compdef provision"),
        ("fish", "complete -c provision"),
    ];
    for (shell, mark) in shells {
        let ran = project.run(&format!("completions {shell}"));
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{shell}");
        assert!(ran.stdout.contains(mark), "{shell}");
        for word in ["drift", "detailed-exitcode", "sandbox", "mermaid"] {
            assert!(ran.stdout.contains(word), "{shell} does not complete {word}");
        }
    }
}

#[test]
fn bash_takes_the_script() {
    let project = Project::offline();
    project.write("script", &project.run("completions bash").stdout);
    let mut bash = assert_cmd::Command::new("bash");
    let completed = "source ./script && COMP_WORDS=(provision dr) COMP_CWORD=1 \
                     && _provision provision dr provision && echo \"${COMPREPLY[@]}\"";
    bash.args(["-euc", completed])
        .current_dir(project.path("."))
        .assert()
        .success()
        .stdout("drift\n");
}
