//! What the kernel says of this process.

use std::fs;

/// What the kernel says of this process. Zero where it says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// Memory that is really there, in bytes.
    pub resident: i64,
    /// Threads.
    pub threads: i64,
    /// Open files, sockets among them.
    pub files: i64,
}

impl Process {
    /// As it is now.
    pub fn read() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let files = fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count());
        Self {
            resident: field(&status, "VmRSS:") * 1024,
            threads: field(&status, "Threads:"),
            files: i64::try_from(files).unwrap_or_default(),
        }
    }
}

fn field(status: &str, name: &str) -> i64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_is_read_as_linux_writes_it() {
        let status = "Name:\tapp\nVmRSS:\t   12345 kB\nThreads:\t3\n";
        assert_eq!((field(status, "VmRSS:"), field(status, "Threads:")), (12345, 3));
        assert_eq!(field(status, "VmSwap:"), 0);
    }
}
