//! Where the database is and who we are there; re-read, so that a rotated password is followed.

use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::RwLock;

use serde::Deserialize;
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::Role;

/// The certificates that RDS and Aurora prove themselves with, in every region.
const RDS_ROOTS: &[u8] = include_bytes!("../../certs/rds-global-bundle.pem");

/// Where to learn of the database. What stands further down overrides what stands above it.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// `postgres://user:password@host:port/name`.
    pub url: Option<String>,
    /// The same for the reader endpoint.
    pub reader_url: Option<String>,
    /// The JSON that Secrets Manager keeps for a database.
    pub secret: Option<Secret>,
    /// The host of the writer.
    pub host: Option<String>,
    /// The host of the readers.
    pub reader_host: Option<String>,
    /// The port of both.
    pub port: Option<u16>,
    /// The name of the database.
    pub name: Option<String>,
    /// The user.
    pub user: Option<String>,
    /// The password.
    pub password: Option<String>,
    /// How far TLS goes; as the URL says if absent.
    pub tls: Option<PgSslMode>,
    /// Whom to trust when TLS verifies.
    pub root: TlsRoot,
}

/// Where a secret comes from.
#[derive(Clone)]
pub enum Secret {
    /// Its text.
    Text(String),
    /// A file with its text, which is read again when the database refuses the password and from
    /// time to time.
    File(PathBuf),
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(_) => formatter.write_str("Text(…)"),
            Self::File(path) => formatter.debug_tuple("File").field(path).finish(),
        }
    }
}

/// Whom to trust when TLS verifies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TlsRoot {
    /// The authorities of RDS, embedded.
    #[default]
    Rds,
    /// The authorities of the web, embedded.
    Web,
    /// The certificates of a PEM file.
    File(PathBuf),
}

/// Why we don't know where the database is.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// Nothing says where it is.
    #[error("DATABASE_URL, DATABASE_HOST or a secret with a host must say where the database is")]
    NoHost,
    /// The secret can't be read.
    #[error("the secret cannot be read from {0}")]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// The secret is not what Secrets Manager keeps for a database. What stands in it is not told.
    #[error("the secret is not a JSON object with username and password")]
    Malformed,
    /// The URL is none. It holds a password, so it is not told.
    #[error("{0} is not a postgres:// URL")]
    Url(&'static str),
}

/// The members of a database's secret; RDS itself keeps the first two only.
#[derive(Deserialize)]
struct SecretJson {
    username: String,
    password: String,
    host: Option<String>,
    port: Option<Value>,
    dbname: Option<String>,
}

/// Where the database is and who we are there, now.
#[derive(Debug)]
pub struct Credentials {
    source: Source,
    current: RwLock<Current>,
}

#[derive(Clone, Debug)]
struct Current {
    writer: PgConnectOptions,
    reader: Option<PgConnectOptions>,
    /// The text of the secret that they were made of.
    secret: Option<String>,
}

impl Credentials {
    /// Reads them from where `source` says.
    ///
    /// # Errors
    /// When the source is incomplete, unreadable or malformed.
    pub fn read(source: Source) -> Result<Self, CredentialError> {
        let current = source.current()?;
        Ok(Self { source, current: RwLock::new(current) })
    }

    /// Reads them again; true if they are others now. What was known stays when that fails.
    ///
    /// # Errors
    /// When the secret is unreadable or malformed, as it may be while somebody writes it.
    pub fn refresh(&self) -> Result<bool, CredentialError> {
        let fresh = self.source.current()?;
        let mut current = self.current.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let changed = current.secret != fresh.secret;
        *current = fresh;
        Ok(changed)
    }

    /// Whether anything could change: only a file can.
    pub fn can_change(&self) -> bool {
        matches!(self.source.secret, Some(Secret::File(_)))
    }

    /// Whether the readers have an endpoint of their own.
    pub fn has_reader(&self) -> bool {
        self.current().reader.is_some()
    }

    pub(super) fn options(&self, role: Role) -> PgConnectOptions {
        let current = self.current();
        match (role, current.reader) {
            (Role::Reader, Some(reader)) => reader,
            _ => current.writer,
        }
    }

    fn current(&self) -> Current {
        self.current.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

impl Source {
    fn current(&self) -> Result<Current, CredentialError> {
        let secret = self.secret.as_ref().map(Secret::text).transpose()?;
        let parsed = secret.as_deref().map(parse_secret).transpose()?;
        let secret_host = parsed.as_ref().and_then(|secret| secret.host.as_deref());
        let host = self.host.as_deref().or(secret_host);
        if self.url.is_none() && host.is_none() {
            return Err(CredentialError::NoHost);
        }
        let writer = self.options(("DATABASE_URL", &self.url), host, parsed.as_ref())?;
        let reader_host = self.reader_host.as_deref();
        let reader = match (&self.reader_url, reader_host) {
            (None, None) => None,
            (Some(_), _) => Some(self.options(
                ("DATABASE_READER_URL", &self.reader_url),
                reader_host,
                parsed.as_ref(),
            )?),
            (None, _) => {
                Some(self.options(("DATABASE_URL", &self.url), reader_host, parsed.as_ref())?)
            }
        };
        Ok(Current { writer, reader, secret })
    }

    fn options(
        &self,
        (variable, url): (&'static str, &Option<String>),
        host: Option<&str>,
        secret: Option<&SecretJson>,
    ) -> Result<PgConnectOptions, CredentialError> {
        let mut options = match url {
            Some(url) => {
                PgConnectOptions::from_str(url).map_err(|_| CredentialError::Url(variable))?
            }
            None => PgConnectOptions::new_without_pgpass(),
        };
        if let Some(host) = host {
            options = options.host(host);
        }
        if let Some(port) = self.port.or_else(|| secret.and_then(SecretJson::port)) {
            options = options.port(port);
        }
        let dbname = secret.and_then(|secret| secret.dbname.as_deref());
        if let Some(name) = self.name.as_deref().or(dbname) {
            options = options.database(name);
        }
        let user = secret.map(|secret| secret.username.as_str());
        if let Some(user) = user.or(self.user.as_deref()) {
            options = options.username(user);
        }
        let password = secret.map(|secret| secret.password.as_str());
        if let Some(password) = password.or(self.password.as_deref()) {
            options = options.password(password);
        }
        Ok(self.secured(options.application_name("app")))
    }

    fn secured(&self, options: PgConnectOptions) -> PgConnectOptions {
        let Some(mode) = self.tls else { return options };
        let options = options.ssl_mode(mode);
        if !matches!(mode, PgSslMode::VerifyCa | PgSslMode::VerifyFull) {
            return options;
        }
        match &self.root {
            TlsRoot::Rds => options.ssl_root_cert_from_pem(RDS_ROOTS.to_vec()),
            TlsRoot::Web => options,
            TlsRoot::File(path) => options.ssl_root_cert(path),
        }
    }
}

impl Secret {
    fn text(&self) -> Result<String, CredentialError> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::File(path) => std::fs::read_to_string(path)
                .map_err(|error| CredentialError::Unreadable(path.clone(), error)),
        }
    }
}

fn parse_secret(text: &str) -> Result<SecretJson, CredentialError> {
    // The error of the parser would quote the text.
    serde_json::from_str(text).map_err(|_| CredentialError::Malformed)
}

impl SecretJson {
    fn port(&self) -> Option<u16> {
        match self.port.as_ref()? {
            Value::String(text) => text.parse().ok(),
            value => value.as_u64().and_then(|port| port.try_into().ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Option<Secret> {
        Some(Secret::Text(text.into()))
    }

    #[test]
    fn a_secret_of_secrets_manager_says_it_all() {
        let text = r#"{"username":"u","password":"p","engine":"postgres","host":"h","port":5433,
                       "dbname":"d","dbClusterIdentifier":"c"}"#;
        let credentials =
            Credentials::read(Source { secret: secret(text), ..Source::default() }).unwrap();
        let options = credentials.options(Role::Writer);
        assert_eq!(
            (
                options.get_host(),
                options.get_port(),
                options.get_username(),
                options.get_database()
            ),
            ("h", 5433, "u", Some("d"))
        );
        assert!(!credentials.has_reader());
    }

    #[test]
    fn the_secret_that_rds_keeps_needs_a_host_beside_it() {
        let text = r#"{"username":"u","password":"p"}"#;
        let bare = Source { secret: secret(text), ..Source::default() };
        assert!(matches!(Credentials::read(bare.clone()), Err(CredentialError::NoHost)));
        let source = Source {
            host: Some("writer".into()),
            reader_host: Some("reader".into()),
            port: Some(6000),
            ..bare
        };
        let credentials = Credentials::read(source).unwrap();
        assert_eq!(credentials.options(Role::Writer).get_host(), "writer");
        assert_eq!(credentials.options(Role::Reader).get_host(), "reader");
        assert_eq!(credentials.options(Role::Reader).get_port(), 6000);
    }

    #[test]
    fn no_error_tells_a_password() {
        for (url, text) in [(Some("hunter2"), "{}"), (None, r#"{"password":"hunter2"}"#)] {
            let source =
                Source { url: url.map(String::from), secret: secret(text), ..Source::default() };
            assert!(!format!("{source:?}").contains("hunter2") || url.is_some());
            let error = Credentials::read(source).unwrap_err();
            assert!(!format!("{error:?} {error}").contains("hunter2"));
        }
    }

    #[test]
    fn a_file_is_read_again_and_a_half_written_one_changes_nothing() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let write = |password: &str| {
            let text = format!(r#"{{"username":"u","password":"{password}","host":"h"}}"#);
            std::fs::write(file.path(), text).unwrap();
        };
        write("one");
        let source = Source { secret: Some(Secret::File(file.path().into())), ..Source::default() };
        let credentials = Credentials::read(source).unwrap();
        assert!(!credentials.refresh().unwrap());
        write("two");
        assert!(credentials.refresh().unwrap());
        std::fs::write(file.path(), r#"{"username":"#).unwrap();
        assert!(credentials.refresh().is_err());
        assert_eq!(credentials.options(Role::Writer).get_host(), "h");
    }
}
