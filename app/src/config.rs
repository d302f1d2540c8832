//! What can be set: by the environment alone, all of it listed in [`SETTINGS`].

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::PgSslMode;

use crate::database::{Limits, Secret, Source, TlsRoot};
use crate::http::server::Connections;
use crate::telemetry::{LogFormat, LogSettings, TraceSettings};

/// A variable of the environment.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What holds where it is absent or empty; empty for nothing.
    pub default: &'static str,
    /// What it means.
    pub help: &'static str,
}

const fn setting(name: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { name, default, help }
}

/// All variables that are heeded.
pub const SETTINGS: &[Setting] = &[
    setting("HOST", "0.0.0.0", "address to listen on"),
    setting("PORT", "3001", "port to listen on"),
    setting("API_TOKENS", "", "bearer tokens that may change cars, separated by commas"),
    setting("CORS_ORIGINS", "", "origins whose pages may use the API, separated by commas; or *"),
    setting("REQUEST_TIMEOUT", "10s", "how long an answer may take"),
    setting("REQUEST_BODY_LIMIT", "16384", "how long a body may be, in bytes"),
    setting("HTTP_CONNECTIONS", "4096", "how many clients may be connected"),
    setting(
        "SHUTDOWN_DELAY",
        "0s",
        "how long to go on after SIGTERM, while /health/ready says 503",
    ),
    setting("SHUTDOWN_TIMEOUT", "25s", "how long requests under way may then take"),
    setting("DATABASE_URL", "", "postgres://user:password@host:port/name"),
    setting("DATABASE_READER_URL", "", "the same for the reader endpoint"),
    setting("DATABASE_SECRET", "", "the JSON that Secrets Manager keeps for a database"),
    setting("DATABASE_SECRET_FILE", "", "a file with it, which is read again when it changes"),
    setting("DATABASE_SECRET_REFRESH", "15s", "how often that file is looked at"),
    setting("DATABASE_HOST", "", "host of the writer"),
    setting("DATABASE_READER_HOST", "", "host of the readers"),
    setting("DATABASE_PORT", "", "port of both"),
    setting("DATABASE_NAME", "", "name of the database"),
    setting("DATABASE_USER", "", "user, where no secret says so"),
    setting("DATABASE_PASSWORD", "", "password, where no secret says so"),
    setting("DATABASE_TLS", "", "disable, prefer, require, verify-ca or verify-full"),
    setting("DATABASE_TLS_ROOT", "rds", "whom to trust: rds, web, or a file of PEM certificates"),
    setting("DATABASE_CONNECTIONS", "10", "connections to each endpoint"),
    setting("DATABASE_WAITING", "200", "requests that may wait for one; others get 503 at once"),
    setting("DATABASE_ACQUIRE_TIMEOUT", "1s", "how long to wait for a connection"),
    setting("DATABASE_QUERY_TIMEOUT", "3s", "how long a statement may take"),
    setting("DATABASE_CONNECTION_LIFETIME", "5m", "after which a connection is made anew"),
    setting("MIGRATE_AT_START", "true", "whether `serve` applies missing migrations"),
    setting("LOG", "info,sqlx::postgres::notice=warn", "what is logged, as in info,app=debug"),
    setting("LOG_FORMAT", "json", "json or text"),
    setting("EMF_NAMESPACE", "", "CloudWatch namespace; metrics are logged for it if set"),
    setting("EMF_INTERVAL", "60s", "how often"),
    setting("OTEL_EXPORTER_OTLP_ENDPOINT", "", "collector of traces, as in http://localhost:4318"),
    setting("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "", "the same with its path"),
    setting("OTEL_SERVICE_NAME", "app", "name of the service in traces and metrics"),
    setting("OTEL_TRACES_SAMPLER_ARG", "1", "share of traces that are made, 0 to 1"),
];

/// Everything that is set.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub address: SocketAddr,
    /// The tokens of those who may change cars.
    pub tokens: Vec<String>,
    /// Origins whose pages may use the API.
    pub origins: Vec<String>,
    /// How long an answer may take.
    pub timeout: Duration,
    /// How long a body may be, in bytes.
    pub body_limit: usize,
    /// How many clients, and how they are drained.
    pub connections: Connections,
    /// How long to go on after the signal to stop.
    pub delay: Duration,
    /// Where the database is.
    pub source: Source,
    /// How often the secret is looked at.
    pub refresh: Duration,
    /// How the pools behave.
    pub limits: Limits,
    /// Whether `serve` migrates.
    pub migrate: bool,
    /// What is logged.
    pub logs: LogSettings,
    /// What is traced.
    pub traces: TraceSettings,
    /// The namespace of embedded metrics, and how often they are written.
    pub embedded_metrics: Option<(String, Duration)>,
}

/// Everything that is wrong with the environment.
#[derive(Debug, thiserror::Error)]
#[error("the environment is not valid:\n  {}", .0.join("\n  "))]
pub struct ConfigError(Vec<String>);

impl Config {
    /// Reads the environment of the process.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// Reads an environment.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub fn from_variables(variables: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut reader = Reader { variables, errors: Vec::new() };
        let config = Self {
            address: SocketAddr::new(
                reader.parsed::<IpAddr>("HOST", "an IP address"),
                reader.parsed("PORT", "a port"),
            ),
            tokens: reader.list("API_TOKENS"),
            origins: reader.list("CORS_ORIGINS"),
            timeout: reader.duration("REQUEST_TIMEOUT"),
            body_limit: reader.parsed("REQUEST_BODY_LIMIT", "a number of bytes"),
            connections: Connections {
                most: reader.positive("HTTP_CONNECTIONS"),
                drain: reader.duration("SHUTDOWN_TIMEOUT"),
            },
            delay: reader.duration("SHUTDOWN_DELAY"),
            refresh: reader.duration("DATABASE_SECRET_REFRESH"),
            limits: Limits {
                connections: reader.positive("DATABASE_CONNECTIONS").try_into().unwrap_or(u32::MAX),
                waiting: reader.parsed("DATABASE_WAITING", "a number"),
                acquire: reader.duration("DATABASE_ACQUIRE_TIMEOUT"),
                query: reader.duration("DATABASE_QUERY_TIMEOUT"),
                lifetime: reader.duration("DATABASE_CONNECTION_LIFETIME"),
            },
            migrate: reader.parsed("MIGRATE_AT_START", "true or false"),
            logs: LogSettings { filter: reader.text("LOG"), format: reader.log_format() },
            traces: reader.traces(),
            embedded_metrics: reader
                .given("EMF_NAMESPACE")
                .map(|namespace| (namespace, reader.duration("EMF_INTERVAL"))),
            source: reader.source(),
        };
        if reader.errors.is_empty() { Ok(config) } else { Err(ConfigError(reader.errors)) }
    }
}

struct Reader<F> {
    variables: F,
    errors: Vec<String>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    /// What is given; an empty variable is an absent one.
    fn given(&self, name: &str) -> Option<String> {
        debug_assert!(SETTINGS.iter().any(|setting| setting.name == name), "{name}");
        (self.variables)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    fn text(&self, name: &str) -> String {
        let default = SETTINGS.iter().find(|setting| setting.name == name);
        self.given(name).unwrap_or_else(|| {
            default.map(|setting| setting.default).unwrap_or_default().to_owned()
        })
    }

    fn wrong(&mut self, name: &str, wanted: &str) {
        // What was given is not told: it may be a secret in the wrong place.
        self.errors.push(format!("{name} is not {wanted}"));
    }

    fn list(&self, name: &str) -> Vec<String> {
        let text = self.text(name);
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    }

    fn parsed<T: FromStr + FallBack>(&mut self, name: &str, wanted: &str) -> T {
        self.text(name).parse().unwrap_or_else(|_| {
            self.wrong(name, wanted);
            T::FALL_BACK
        })
    }

    fn positive(&mut self, name: &str) -> usize {
        let count = self.parsed(name, "a number above 0");
        if count == 0 && !self.errors.iter().any(|error| error.starts_with(name)) {
            self.wrong(name, "a number above 0");
        }
        count
    }

    fn duration(&mut self, name: &str) -> Duration {
        parse_duration(&self.text(name)).unwrap_or_else(|| {
            self.wrong(name, "a time such as 500ms, 10s or 5m");
            Duration::ZERO
        })
    }

    fn log_format(&mut self) -> LogFormat {
        match self.text("LOG_FORMAT").as_str() {
            "json" => LogFormat::Json,
            "text" => LogFormat::Text,
            _ => {
                self.wrong("LOG_FORMAT", "json or text");
                LogFormat::Json
            }
        }
    }

    fn traces(&mut self) -> TraceSettings {
        let base = self.given("OTEL_EXPORTER_OTLP_ENDPOINT");
        let base = base.map(|base| format!("{}/v1/traces", base.trim_end_matches('/')));
        let ratio: f64 = self.parsed("OTEL_TRACES_SAMPLER_ARG", "a number between 0 and 1");
        if !(0.0..=1.0).contains(&ratio) {
            self.wrong("OTEL_TRACES_SAMPLER_ARG", "a number between 0 and 1");
        }
        TraceSettings {
            endpoint: self.given("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").or(base),
            service: self.text("OTEL_SERVICE_NAME"),
            ratio,
        }
    }

    fn source(&mut self) -> Source {
        let secret = match (self.given("DATABASE_SECRET"), self.given("DATABASE_SECRET_FILE")) {
            (_, Some(path)) => Some(Secret::File(PathBuf::from(path))),
            (Some(text), None) => Some(Secret::Text(text)),
            (None, None) => None,
        };
        let port = self.given("DATABASE_PORT");
        let tls = self.given("DATABASE_TLS");
        Source {
            url: self.given("DATABASE_URL"),
            reader_url: self.given("DATABASE_READER_URL"),
            secret,
            host: self.given("DATABASE_HOST"),
            reader_host: self.given("DATABASE_READER_HOST"),
            port: port.map(|_| self.parsed("DATABASE_PORT", "a port")),
            name: self.given("DATABASE_NAME"),
            user: self.given("DATABASE_USER"),
            password: self.given("DATABASE_PASSWORD"),
            tls: tls.and_then(|mode| {
                let mode = PgSslMode::from_str(&mode).ok();
                if mode.is_none() {
                    self.wrong(
                        "DATABASE_TLS",
                        "disable, prefer, require, verify-ca or verify-full",
                    );
                }
                mode
            }),
            root: match self.text("DATABASE_TLS_ROOT").as_str() {
                "rds" => TlsRoot::Rds,
                "web" => TlsRoot::Web,
                path => TlsRoot::File(PathBuf::from(path)),
            },
        }
    }
}

/// What stands in for a value that is not valid while the other errors are gathered.
trait FallBack {
    const FALL_BACK: Self;
}

macro_rules! fall_back {
    ($($kind:ty = $value:expr),*) => { $(impl FallBack for $kind { const FALL_BACK: Self = $value; })* };
}
fall_back!(
    u16 = 0,
    usize = 0,
    f64 = 0.0,
    bool = false,
    IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED)
);

fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number.checked_mul(60)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_variables(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn defaults_hold_where_nothing_is_set() {
        let config = read(&[("PORT", " ")]).unwrap();
        assert_eq!(config.address.to_string(), "0.0.0.0:3001");
        assert_eq!(config.limits.connections, 10);
        assert!(config.migrate && config.tokens.is_empty() && config.traces.endpoint.is_none());
    }

    #[test]
    fn lists_and_times_are_read() {
        let config = read(&[
            ("API_TOKENS", "a, b,"),
            ("REQUEST_TIMEOUT", "250ms"),
            ("DATABASE_CONNECTION_LIFETIME", "2m"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/"),
        ])
        .unwrap();
        assert_eq!(config.tokens, ["a", "b"]);
        assert_eq!(config.timeout, Duration::from_millis(250));
        assert_eq!(config.limits.lifetime, Duration::from_secs(120));
        assert_eq!(config.traces.endpoint.as_deref(), Some("http://collector:4318/v1/traces"));
    }

    #[test]
    fn everything_wrong_is_told_and_no_value_is_repeated() {
        let error = read(&[
            ("PORT", "hunter2"),
            ("DATABASE_CONNECTIONS", "0"),
            ("REQUEST_TIMEOUT", "10"),
            ("DATABASE_TLS", "maybe"),
            ("OTEL_TRACES_SAMPLER_ARG", "2"),
        ])
        .unwrap_err();
        let names: Vec<_> =
            error.0.iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
        assert_eq!(
            names,
            [
                "PORT",
                "REQUEST_TIMEOUT",
                "DATABASE_CONNECTIONS",
                "OTEL_TRACES_SAMPLER_ARG",
                "DATABASE_TLS",
            ]
        );
        assert!(!error.to_string().contains("hunter2"));
    }
}
