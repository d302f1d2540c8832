//! One run at a time: a lock that names its holder and lapses when the holder is dead.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::store::Version;
use super::{LockFile, StoreError};

/// How long a lock holds without being renewed.
const LEASE: Duration = Duration::from_secs(60);
/// How often its holder renews it.
const RENEWAL: Duration = Duration::from_secs(10);

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Another for every run.
    pub id: String,
    /// The user's name on the host.
    pub user: String,
    /// The host's name.
    pub host: String,
    /// The process, while this boot of the host lasts.
    pub process: Process,
    /// What was run.
    pub command: String,
    /// When the lock was taken.
    pub since: Timestamp,
    /// When it was last renewed.
    pub renewed: Timestamp,
}

/// A process, named so that no other can be taken for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// When it started, in the kernel's ticks: numbers are used again.
    pub started: u64,
    /// The host's boot and the process's number space: elsewhere the number means nothing.
    pub space: String,
}

/// The lock could not be taken or kept.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else has it.
    #[error("{location} is locked by {}", describe(.holder))]
    Held {
        /// Where the lock is.
        location: String,
        /// Who has it.
        holder: Box<Holder>,
    },
    /// The lock's place can't be read or written.
    #[error("the lock could not be taken")]
    Store(#[from] StoreError),
    /// The lock's file is not a lock.
    #[error("the lock at {location} can't be understood")]
    Corrupt {
        /// Where the lock is.
        location: String,
        /// Why not.
        #[source]
        source: serde_json::Error,
    },
}

/// A held lock. It is renewed in the background until [`Lock::release`].
pub struct Lock {
    file: Arc<dyn LockFile>,
    held: Arc<Mutex<(Holder, Version)>>,
    /// Cancelled when somebody else has taken the lock: the run must not go on.
    pub lost: CancellationToken,
    /// The dead holder from whom it was taken over.
    pub taken_over: Option<Holder>,
    renewal: JoinHandle<()>,
}

impl Lock {
    /// Takes the lock, also from a holder that is provably dead: its process is gone from this
    /// very host, or it has not renewed the lock for a minute.
    ///
    /// # Errors
    /// [`LockError::Held`] while somebody else holds it.
    pub async fn take(file: Arc<dyn LockFile>, command: &str) -> Result<Self, LockError> {
        let holder = Holder::this_process(command);
        let (version, taken_over) = loop {
            // Whoever was faster holds it, as the next look tells, or has given it back already.
            if let Some(taken) = attempt(&*file, &holder).await? {
                break taken;
            }
        };
        let held = Arc::new(Mutex::new((holder, version)));
        let lost = CancellationToken::new();
        let renewal = tokio::spawn(renew(Arc::clone(&file), Arc::clone(&held), lost.clone()));
        Ok(Self { file, held, lost, taken_over, renewal })
    }

    /// Gives the lock back.
    ///
    /// # Errors
    /// When its file can't be deleted; it lapses by itself then.
    pub async fn release(self) -> Result<(), StoreError> {
        self.renewal.abort();
        let version = self.held.lock().unwrap_or_else(PoisonError::into_inner).1.clone();
        self.file.delete_lock(&version).await
    }

    /// Who holds the lock now.
    ///
    /// # Errors
    /// When that can't be read.
    pub async fn holder(file: &dyn LockFile) -> Result<Option<Holder>, LockError> {
        Ok(read(file).await?.map(|(holder, _)| holder))
    }

    /// Takes the lock away from whoever holds it, also one that can't be understood.
    ///
    /// # Errors
    /// When its file can't be read or deleted.
    pub async fn break_open(file: &dyn LockFile) -> Result<(), StoreError> {
        match file.read_lock().await? {
            Some((_, version)) => file.delete_lock(&version).await,
            None => Ok(()),
        }
    }
}

/// Takes the lock if it is free, or its holder dead: its new version, and the dead holder. `None`
/// when somebody else was faster.
async fn attempt(
    file: &dyn LockFile,
    holder: &Holder,
) -> Result<Option<(Version, Option<Holder>)>, LockError> {
    let there = read(file).await?;
    if let Some((other, _)) = &there
        && !other.is_dead(Timestamp::now())
    {
        return Err(held(file, other.clone()));
    }
    let (dead, expected) = there.unzip();
    let version = file.write_lock(&encode(holder), expected.as_ref()).await?;
    Ok(version.map(|version| (version, dead)))
}

fn held(file: &dyn LockFile, holder: Holder) -> LockError {
    LockError::Held { location: file.lock_location(), holder: Box::new(holder) }
}

async fn read(file: &dyn LockFile) -> Result<Option<(Holder, Version)>, LockError> {
    let Some((content, version)) = file.read_lock().await? else { return Ok(None) };
    let holder = serde_json::from_slice(&content)
        .map_err(|source| LockError::Corrupt { location: file.lock_location(), source })?;
    Ok(Some((holder, version)))
}

fn encode(holder: &Holder) -> Vec<u8> {
    // A struct of texts and numbers always has a JSON form.
    serde_json::to_vec_pretty(holder).unwrap_or_default()
}

async fn renew(
    file: Arc<dyn LockFile>,
    held: Arc<Mutex<(Holder, Version)>>,
    lost: CancellationToken,
) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        let (mut holder, version) = held.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let last = holder.renewed;
        holder.renewed = Timestamp::now();
        match file.write_lock(&encode(&holder), Some(&version)).await {
            Ok(Some(version)) => {
                *held.lock().unwrap_or_else(PoisonError::into_inner) = (holder, version);
            }
            Ok(None) => return lost.cancel(),
            // The place may come back before the lease is over.
            Err(_) if !lapsed(last, Timestamp::now()) => {}
            Err(_) => return lost.cancel(),
        }
    }
}

fn lapsed(renewed: Timestamp, now: Timestamp) -> bool {
    now.duration_since(renewed) > SignedDuration::try_from(LEASE).unwrap_or_default()
}

impl Holder {
    /// This very process.
    pub fn this_process(command: &str) -> Self {
        let now = Timestamp::now();
        let node = rustix::system::uname();
        Self {
            id: uuid::Uuid::new_v4().to_string(),
            user: user(),
            host: node.nodename().to_string_lossy().into_owned(),
            process: Process::this(),
            command: command.to_owned(),
            since: now,
            renewed: now,
        }
    }

    /// Whether the holder can't be running any more.
    pub fn is_dead(&self, now: Timestamp) -> bool {
        let here = Process::this();
        let gone = self.process.space == here.space
            && Process::start_of(self.process.pid) != Some(self.process.started);
        gone || lapsed(self.renewed, now)
    }
}

/// The user's name, or number where the environment gives no name, as in a container.
fn user() -> String {
    let named = ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    named.unwrap_or_else(|| format!("user {}", rustix::process::getuid().as_raw()))
}

impl Process {
    fn this() -> Self {
        let pid = std::process::id();
        Self { pid, started: Self::start_of(pid).unwrap_or_default(), space: space() }
    }

    /// The twenty-second field of `/proc/PID/stat`, counted after the name in parentheses, which
    /// may hold spaces.
    fn start_of(pid: u32) -> Option<u64> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        stat.rsplit_once(") ")?.1.split(' ').nth(19)?.parse().ok()
    }
}

fn space() -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let pids = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    format!("{} {}", boot.trim(), pids.display())
}

/// Who, where, since when and for what: everything that a person needs to decide.
pub fn describe(holder: &Holder) -> String {
    let age = Timestamp::now().duration_since(holder.since).as_secs().max(0);
    format!(
        "{}@{} (process {}) running `{}` since {} ({})",
        holder.user,
        holder.host,
        holder.process.pid,
        holder.command,
        holder.since.strftime("%Y-%m-%d %H:%M:%S UTC"),
        age_of(age),
    )
}

fn age_of(seconds: i64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s ago"),
        120..=7199 => format!("{} min ago", seconds / 60),
        _ => format!("{} h ago", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::LocalStore;

    fn file() -> (tempfile::TempDir, Arc<dyn LockFile>) {
        let directory = tempfile::tempdir().unwrap();
        let store = LocalStore::new(directory.path(), "test");
        (directory, Arc::new(store))
    }

    /// Leaves a lock behind as a run would that died.
    async fn abandon(file: &Arc<dyn LockFile>, change: impl FnOnce(&mut Holder)) {
        let mut holder = Holder::this_process("provision up test");
        change(&mut holder);
        file.write_lock(&encode(&holder), None).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn the_second_is_refused_and_told_who_has_it() {
        let (_directory, file) = file();
        let lock = Lock::take(Arc::clone(&file), "provision up test").await.unwrap();
        let Err(error) = Lock::take(Arc::clone(&file), "provision down test").await else {
            panic!("two holders")
        };
        let text = error.to_string();
        assert!(text.contains("`provision up test`") && text.contains("s ago"), "{text}");
        lock.release().await.unwrap();
        Lock::take(file, "provision down test").await.unwrap().release().await.unwrap();
    }

    #[tokio::test]
    async fn a_lock_of_a_dead_process_of_this_host_is_taken_over() {
        let (_directory, file) = file();
        abandon(&file, |holder| holder.process.started += 1).await;
        let lock = Lock::take(file, "provision up test").await.unwrap();
        assert!(lock.taken_over.is_some());
        lock.release().await.unwrap();
    }

    #[tokio::test]
    async fn a_lock_from_elsewhere_holds_until_its_lease_is_over() {
        let (_directory, file) = file();
        abandon(&file, |holder| holder.process.space = "elsewhere".to_owned()).await;
        assert!(Lock::take(Arc::clone(&file), "up").await.is_err());
        Lock::break_open(&*file).await.unwrap();
        abandon(&file, |holder| {
            holder.process.space = "elsewhere".to_owned();
            holder.renewed -= SignedDuration::from_secs(61);
        })
        .await;
        Lock::take(file, "up").await.unwrap().release().await.unwrap();
    }

    #[tokio::test]
    async fn of_many_at_once_one_gets_it() {
        let (_directory, file) = file();
        let takes = (0..16).map(|_| Lock::take(Arc::clone(&file), "up"));
        let got = futures::future::join_all(takes).await;
        assert_eq!(got.iter().filter(|lock| lock.is_ok()).count(), 1);
    }
}
