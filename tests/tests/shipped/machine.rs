//! What runs and lies on this machine, seen past the program.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};

/// Where a sandbox keeps what other users have to reach.
const SHARED: &str = "/var/tmp/provision-";

/// The folders outside of the project that a sandbox's programs use.
pub fn folders(sandbox: u64) -> BTreeSet<PathBuf> {
    let children = fs::read_dir(format!("/proc/{sandbox}/task")).unwrap();
    let children = children.map(|task| task.unwrap().path().join("children"));
    let children = children.filter_map(|file| fs::read_to_string(file).ok()).collect::<String>();
    let lines = children.split_whitespace().map(|child| fs::read(format!("/proc/{child}/cmdline")));
    let lines: String = lines.map(|line| String::from_utf8(line.unwrap()).unwrap()).collect();
    let words = lines.split('\0').filter(|word| word.starts_with(SHARED));
    words.map(|word| Path::new(word).components().take(4).collect()).collect()
}

/// Kills every PostgreSQL that has its data in one of these folders.
pub fn kill_postgres(folders: &BTreeSet<PathBuf>) {
    let clusters = folders.iter().flat_map(|folder| entries(folder));
    let files = clusters.filter(|cluster| cluster.is_dir()).flat_map(|cluster| entries(&cluster));
    let servers = files.filter_map(|file| fs::read_to_string(file.join("postmaster.pid")).ok());
    let servers = servers.map(|file| file.lines().next().unwrap().parse().unwrap());
    let servers: Vec<i32> = servers.collect();
    assert!(!servers.is_empty(), "{folders:?}");
    for server in servers {
        kill_process(Pid::from_raw(server).unwrap(), Signal::KILL).unwrap();
    }
}

/// The command lines of processes that have one of these in it.
pub fn processes(words: &[String]) -> Vec<String> {
    let processes = entries(Path::new("/proc")).into_iter();
    let lines = processes.filter_map(|process| fs::read(process.join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.filter(|line| words.iter().any(|word| line.contains(word))).collect()
}

/// Whether somebody listens there.
pub fn listens(address: &str) -> bool {
    TcpStream::connect(address).is_ok()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}
