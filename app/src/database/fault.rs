//! What an error of the database says about the connection that it came over.

use std::error::Error as _;

/// Kinds of errors that are acted upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The statement was refused; the connection is sound.
    Statement,
    /// The connection is gone, or can't be made yet.
    Dropped,
    /// The server ended the connection, and is about to end the others as well: it stops, crashed,
    /// or somebody had it do so.
    Ended,
    /// The server does not take changes: it is not the writer any more.
    ReadOnly,
    /// The server does not take this user or password.
    Credentials,
    /// The server ended the statement because it took too long.
    Cancelled,
    /// No connection could be had in time.
    NoConnection,
}

impl Fault {
    pub(super) fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(refusal) => match refusal.code() {
                Some(code) => Self::of_state(&code),
                None => Self::Statement,
            },
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => Self::Dropped,
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::NoConnection
            }
            other if other.source().is_some_and(|source| source.is::<std::io::Error>()) => {
                Self::Dropped
            }
            _ => Self::Statement,
        }
    }

    /// By SQLSTATE, as appendix A of PostgreSQL's manual lists them.
    fn of_state(code: &str) -> Self {
        match code {
            "25006" => Self::ReadOnly,
            "28000" | "28P01" => Self::Credentials,
            // query_canceled, lock_not_available
            "57014" | "55P03" => Self::Cancelled,
            // admin_shutdown, crash_shutdown
            "57P01" | "57P02" => Self::Ended,
            // cannot_connect_now, idle_session_timeout, too_many_connections,
            // idle_in_transaction_session_timeout
            "57P03" | "57P05" | "53300" | "25P03" => Self::Dropped,
            code if code.starts_with("08") => Self::Dropped,
            _ => Self::Statement,
        }
    }

    /// Whether the connection must not be used again.
    pub(super) fn spoils_connection(self) -> bool {
        self.lost_connection() || matches!(self, Self::ReadOnly | Self::Credentials)
    }

    /// Whether another connection may give the answer.
    pub(super) fn lost_connection(self) -> bool {
        matches!(self, Self::Dropped | Self::Ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_told_apart() {
        assert_eq!(Fault::of_state("57P01"), Fault::Ended);
        assert_eq!(Fault::of_state("08006"), Fault::Dropped);
        assert_eq!(Fault::of_state("25006"), Fault::ReadOnly);
        assert_eq!(Fault::of_state("28P01"), Fault::Credentials);
        assert_eq!(Fault::of_state("57014"), Fault::Cancelled);
        assert_eq!(Fault::of_state("23514"), Fault::Statement);
    }

    #[test]
    fn a_broken_pipe_is_a_dropped_connection() {
        let error = sqlx::Error::Io(std::io::ErrorKind::BrokenPipe.into());
        assert!(Fault::of(&error).spoils_connection());
        assert!(!Fault::of(&sqlx::Error::RowNotFound).spoils_connection());
    }
}
