//! How a server fares: what it says of itself and what the system says of its processes, as RDS's
//! metrics have it. What cannot be measured is left out.

use std::fs;
use std::time::{Duration, Instant};

use super::size::Size;

/// What PostgreSQL counts. Everything but the connections is a total that only rises, until a crash
/// or a reset of the statistics.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counters {
    /// The connections there are, besides RDS's own.
    pub connections: i64,
    /// Transactions that were committed, in all databases.
    pub commits: i64,
    /// Deadlocks that were broken.
    pub deadlocks: i64,
    /// How often the log was written to disk; none where PostgreSQL does not count it.
    pub writes: Option<f64>,
    /// How long that took, in milliseconds, waiting for the disk included.
    pub writing: Option<f64>,
}

/// What the system knows of a server's processes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Processes {
    /// The processors' time that they had, those that have ended included.
    time: Duration,
    /// The memory that they have, in bytes; what they share counts once.
    memory: f64,
}

/// A server at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    at: Instant,
    counters: Counters,
    processes: Option<Processes>,
}

/// A value of one of RDS's metrics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Vital {
    /// The metric's name.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// The value.
    pub value: f64,
}

impl Sample {
    /// A server now: what it counted, and its processes by the id of the first.
    pub fn take(counters: Counters, postmaster: Option<u32>) -> Self {
        Self { at: Instant::now(), counters, processes: postmaster.and_then(Processes::of) }
    }

    /// What is to be said of a server since it was last looked at. Rates need a look before.
    pub fn vitals(&self, before: Option<&Self>, size: Option<Size>) -> Vec<Vital> {
        let connections = self.counters.connections as f64;
        let mut vitals = vec![vital("DatabaseConnections", "Count", connections)];
        if let (Some(processes), Some(size)) = (self.processes, size) {
            let free = (size.memory - processes.memory).max(0.0);
            vitals.push(vital("FreeableMemory", "Bytes", free));
        }
        let Some(before) = before else { return vitals };
        let seconds = self.at.duration_since(before.at).as_secs_f64();
        if seconds <= 0.0 {
            return vitals;
        }
        vitals.extend(self.load(before, size, seconds));
        vitals.extend(self.counters.rates(&before.counters, seconds));
        vitals
    }

    /// What depends on how busy the processors were.
    fn load(&self, before: &Self, size: Option<Size>, seconds: f64) -> Vec<Vital> {
        let (Some(now), Some(before), Some(size)) = (self.processes, before.processes, size) else {
            return Vec::new();
        };
        let Some(time) = now.time.checked_sub(before.time) else { return Vec::new() };
        let busy = time.as_secs_f64() / seconds;
        // This machine may have more processors than the class.
        let share = (100.0 * busy / size.vcpus).min(100.0);
        let mut vitals = vec![vital("CPUUtilization", "Percent", share)];
        if let (Some(capacity), Some((_, most))) = (size.capacity(busy, now.memory), size.scales) {
            vitals.push(vital("ServerlessDatabaseCapacity", "Count", capacity));
            vitals.push(vital("ACUUtilization", "Percent", 100.0 * capacity / most));
        }
        vitals
    }
}

impl Counters {
    fn rates(&self, before: &Self, seconds: f64) -> Vec<Vital> {
        let mut vitals = Vec::new();
        let (commits, deadlocks) =
            (self.commits - before.commits, self.deadlocks - before.deadlocks);
        // Less than before: they began anew.
        if commits < 0 || deadlocks < 0 {
            return vitals;
        }
        vitals.push(vital("CommitThroughput", "Count/Second", commits as f64 / seconds));
        vitals.push(vital("Deadlocks", "Count/Second", deadlocks as f64 / seconds));
        vitals.extend(self.latency(before));
        vitals
    }

    /// What a commit waits for: the log's way to the disk. None where nothing was written.
    fn latency(&self, before: &Self) -> Option<Vital> {
        let writes = self.writes? - before.writes?;
        let writing = self.writing? - before.writing?;
        let is_known = writes > 0.0 && writing >= 0.0;
        is_known.then(|| vital("CommitLatency", "Milliseconds", writing / writes))
    }
}

impl Processes {
    /// The first process of a server with its children; none where the system does not tell.
    fn of(postmaster: u32) -> Option<Self> {
        let list = fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children"));
        let (own, ended) = ticks(&fs::read_to_string(format!("/proc/{postmaster}/stat")).ok()?)?;
        let mut all = Self { time: duration(own + ended), memory: memory(postmaster)? };
        let list = list.ok()?;
        for id in list.split_whitespace().filter_map(|id| id.parse::<u32>().ok()) {
            // It may have ended meanwhile; the next look has it among those that have.
            let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
            let Some((own, _)) = ticks(&stat) else { continue };
            all.time += duration(own);
            all.memory += memory(id).unwrap_or_default();
        }
        Some(all)
    }
}

/// The ticks of a process and those of its children that have ended, from `/proc/…/stat`.
fn ticks(stat: &str) -> Option<(u64, u64)> {
    // The name, in parentheses, may have spaces.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut numbers = fields.split_whitespace().skip(11).map(str::parse::<u64>);
    let mut next = || numbers.next()?.ok();
    let own = next()? + next()?;
    Some((own, next()? + next()?))
}

fn duration(ticks: u64) -> Duration {
    Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// A process's proportional share of memory, in bytes.
fn memory(id: u32) -> Option<f64> {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024.0)
}

fn vital(name: &'static str, unit: &'static str, value: f64) -> Vital {
    Vital { name, unit, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: f64 = 1_048_576.0;

    fn sample(at: Instant, second: u64, time: f64, counters: Counters) -> Sample {
        let processes =
            Some(Processes { time: Duration::from_secs_f64(time), memory: 256.0 * MIB });
        Sample { at: at + Duration::from_secs(second), counters, processes }
    }

    fn value(vitals: &[Vital], name: &str) -> Option<f64> {
        vitals.iter().find(|vital| vital.name == name).map(|vital| vital.value)
    }

    fn counters(commits: i64, deadlocks: i64, writes: f64, writing: f64) -> Counters {
        let (writes, writing) = (Some(writes), Some(writing));
        Counters { connections: 3, commits, deadlocks, writes, writing }
    }

    #[test]
    fn rates_are_of_the_time_between_two_looks() {
        let began = Instant::now();
        let size = Size::of("db.serverless", Some((0.5, 4.0)));
        let before = sample(began, 0, 10.0, counters(100, 1, 10.0, 5.0));
        let now = sample(began, 60, 40.0, counters(700, 4, 30.0, 45.0));
        let vitals = now.vitals(Some(&before), size);
        let seen = |name| value(&vitals, name).unwrap();
        assert_eq!(seen("DatabaseConnections"), 3.0);
        assert_eq!(seen("FreeableMemory"), (8192.0 - 256.0) * MIB);
        assert_eq!(seen("CPUUtilization"), 50.0);
        assert_eq!(seen("ServerlessDatabaseCapacity"), 2.0);
        assert_eq!(seen("ACUUtilization"), 50.0);
        assert_eq!(seen("CommitThroughput"), 10.0);
        assert_eq!(seen("Deadlocks"), 0.05);
        assert_eq!(seen("CommitLatency"), 2.0);
    }

    #[test]
    fn what_cannot_be_known_is_left_out() {
        let began = Instant::now();
        let size = Size::of("db.r7g.large", None);
        let first = sample(began, 0, 1.0, counters(100, 1, 10.0, 5.0));
        let names: Vec<_> = first.vitals(None, size).iter().map(|vital| vital.name).collect();
        assert_eq!(names, ["DatabaseConnections", "FreeableMemory"]);
        let quiet = first.vitals(Some(&sample(began, 0, 1.0, first.counters)), size);
        assert_eq!(value(&quiet, "Deadlocks"), None, "no time has passed");
        let anew = sample(began, 60, 121.0, counters(5, 0, 1.0, 1.0)).vitals(Some(&first), size);
        assert_eq!(value(&anew, "CPUUtilization"), Some(100.0));
        for name in ["CommitThroughput", "Deadlocks", "CommitLatency", "ACUUtilization"] {
            assert_eq!(value(&anew, name), None, "{name}");
        }
        let later = sample(began, 60, 2.0, counters(160, 1, 10.0, 5.0)).vitals(Some(&first), size);
        assert_eq!(value(&later, "CommitThroughput"), Some(1.0));
        assert_eq!(value(&later, "CommitLatency"), None, "nothing was written");
    }

    #[test]
    fn the_name_of_a_process_may_look_like_fields() {
        let stat = "7 (a) 9 b) S 1 7 7 0 -1 4194560 5 6 7 8 10 20 300 4000 20 0 1 0 99";
        assert_eq!(ticks(stat), Some((30, 4300)));
        assert_eq!(ticks(""), None);
    }
}
