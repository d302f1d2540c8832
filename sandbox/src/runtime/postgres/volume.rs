//! A cluster's volume: a folder of data for each of its servers, one of which is the primary.
//!
//! A folder is made beside its place and then put there, so that a half-made one is never used.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::admin::SUPERUSER;
use super::installation::Installation;
use super::server::{PASSWORD, Server, ServerError};

/// The file that names the instance whose data are the cluster's.
const PRIMARY: &str = "primary";

/// Where a cluster's data are.
#[derive(Debug)]
pub struct Volume {
    folder: PathBuf,
}

impl Volume {
    /// The volume in a folder, which is made.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(installation: &Installation, folder: PathBuf) -> Result<Self, ServerError> {
        installation.make_folder(&folder).map_err(ServerError::files(&folder))?;
        Ok(Self { folder })
    }

    /// The folder of an instance's data.
    pub fn data(&self, instance: &str) -> PathBuf {
        self.folder.join(instance)
    }

    /// Whether an instance has data.
    pub fn has(&self, instance: &str) -> bool {
        self.data(instance).join("PG_VERSION").exists()
    }

    /// The instance whose data are the cluster's.
    pub fn primary(&self) -> Option<String> {
        std::fs::read_to_string(self.folder.join(PRIMARY)).ok().filter(|name| self.has(name))
    }

    /// Makes an instance's data the cluster's.
    ///
    /// # Errors
    /// When that cannot be written down.
    pub fn set_primary(
        &self,
        installation: &Installation,
        instance: &str,
    ) -> Result<(), ServerError> {
        let file = self.folder.join(PRIMARY);
        installation.write(&file, instance).map_err(ServerError::files(&file))
    }

    /// Gives the data of an instance that is gone to another one.
    ///
    /// # Errors
    /// When the folder cannot be moved.
    pub fn inherit(
        &self,
        installation: &Installation,
        from: &str,
        to: &str,
    ) -> Result<(), ServerError> {
        let folder = self.data(from);
        std::fs::rename(&folder, self.data(to)).map_err(ServerError::files(&folder))?;
        self.set_primary(installation, to)
    }

    /// Makes an instance's data anew: empty, but for the superuser.
    ///
    /// # Errors
    /// What `initdb` says.
    pub async fn initialise(
        &self,
        installation: &Installation,
        instance: &str,
    ) -> Result<(), ServerError> {
        let part = self.part(instance)?;
        let secret = self.folder.join("password");
        let password = format!("{:032x}", rand::random::<u128>());
        installation.write(&secret, &password).map_err(ServerError::files(&secret))?;
        let options = [
            ("--pgdata=", part.as_os_str()),
            ("--username=", SUPERUSER.as_ref()),
            ("--pwfile=", secret.as_os_str()),
            ("--encoding=", "UTF8".as_ref()),
            ("--locale=", "C.UTF-8".as_ref()),
            ("--auth=", "scram-sha-256".as_ref()),
        ];
        let mut arguments: Vec<OsString> =
            options.iter().map(|(name, value)| joined(name, value)).collect();
        arguments.push("--no-sync".into());
        let arguments: Vec<&OsStr> = arguments.iter().map(OsString::as_os_str).collect();
        installation.run("initdb", &arguments, None).await?;
        let kept = part.join(PASSWORD);
        std::fs::rename(&secret, &kept).map_err(ServerError::files(&kept))?;
        put(&part, &self.data(instance))
    }

    /// Makes an instance's data from a copy.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub async fn restore(
        &self,
        installation: &Installation,
        instance: &str,
        from: &Path,
    ) -> Result<(), ServerError> {
        let part = self.part(instance)?;
        copy(installation, from, &part).await?;
        put(&part, &self.data(instance))
    }

    /// Makes an instance's data a copy of the primary's that follows it.
    ///
    /// # Errors
    /// What `pg_basebackup` says.
    pub async fn follow(
        &self,
        installation: &Installation,
        instance: &str,
        primary: &Server,
    ) -> Result<(), ServerError> {
        let part = self.part(instance)?;
        back_up(installation, primary, &part, true).await?;
        put(&part, &self.data(instance))
    }

    /// Takes a copy of the cluster's data, while a server runs over them or not.
    ///
    /// # Errors
    /// When they cannot be copied. Without data there is nothing to copy, and nothing is.
    pub async fn snapshot(
        &self,
        installation: &Installation,
        primary: Option<&Server>,
        to: &Path,
    ) -> Result<(), ServerError> {
        let part = to.with_extension("part");
        remove(&part)?;
        match (primary, self.primary()) {
            (Some(server), _) => back_up(installation, server, &part, false).await?,
            (None, Some(instance)) => copy(installation, &self.data(&instance), &part).await?,
            (None, None) => return Ok(()),
        }
        put(&part, to)
    }

    /// Forgets an instance's data.
    ///
    /// # Errors
    /// When they cannot be removed.
    pub fn forget(&self, instance: &str) -> Result<(), ServerError> {
        remove(&self.data(instance).with_extension("log"))?;
        remove(&self.data(instance))
    }

    /// The instances that have data.
    pub fn instances(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        names.filter(|name| self.has(name)).collect()
    }

    fn part(&self, instance: &str) -> Result<PathBuf, ServerError> {
        let part = self.data(instance).with_extension("part");
        remove(&part)?;
        Ok(part)
    }
}

/// Removes a file or a folder with all that is in it, if it is there.
///
/// # Errors
/// When it is there and stays.
pub fn remove(path: &Path) -> Result<(), ServerError> {
    let removed =
        if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(ServerError::files(path)(error))
        }
        _ => Ok(()),
    }
}

fn put(part: &Path, place: &Path) -> Result<(), ServerError> {
    remove(place)?;
    std::fs::rename(part, place).map_err(ServerError::files(place))
}

async fn copy(installation: &Installation, from: &Path, to: &Path) -> Result<(), ServerError> {
    let arguments =
        ["--archive".as_ref(), "--reflink=auto".as_ref(), from.as_os_str(), to.as_os_str()];
    installation.run("/bin/cp", &arguments, None).await?;
    remove(&to.join("postmaster.pid"))
}

/// Copies a server's data while it runs.
async fn back_up(
    installation: &Installation,
    server: &Server,
    to: &Path,
    follows: bool,
) -> Result<(), ServerError> {
    let address = server.address();
    let options = [
        joined("--pgdata=", to.as_os_str()),
        joined("--host=", address.ip().to_string().as_ref()),
        joined("--port=", address.port().to_string().as_ref()),
        joined("--username=", SUPERUSER.as_ref()),
        "--checkpoint=fast".into(),
        "--wal-method=stream".into(),
        "--no-sync".into(),
    ];
    let mut arguments: Vec<&OsStr> = options.iter().map(OsString::as_os_str).collect();
    if follows {
        arguments.push("--write-recovery-conf".as_ref());
    }
    Ok(installation.run("pg_basebackup", &arguments, Some(server.password())).await?)
}

fn joined(name: &str, value: &OsStr) -> OsString {
    let mut argument = OsString::from(name);
    argument.push(value);
    argument
}
