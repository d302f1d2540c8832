//! Why a command failed, and which exit code that is.

use std::sync::Arc;

use super::ExitStatus;
use crate::aws::{ConnectError, Error as AwsError};
use crate::definition::Refusal;
use crate::engine::plan::PlanError;
use crate::engine::refresh::RefreshError;
use crate::state::{Detour, LockError, StoreError};
use crate::view::{Failure, View};

/// A command that failed.
#[derive(Debug)]
pub enum Failed {
    /// The definition is wrong.
    Definition(Box<Refusal>),
    /// Somebody else holds the lock.
    Locked(Failure),
    /// Somebody stopped the run before it changed anything.
    Interrupted,
    /// Anything else.
    Other(Failure),
}

impl Failed {
    /// A failure with words of its own.
    pub fn new(message: impl Into<String>) -> Self {
        Self::Other(Failure::new(message))
    }

    /// The same with advice.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        match self {
            Self::Other(failure) => Self::Other(failure.hint(hint)),
            Self::Locked(failure) => Self::Locked(failure.hint(hint)),
            other @ (Self::Definition(_) | Self::Interrupted) => other,
        }
    }

    pub(super) fn show(self, view: &mut dyn View) -> ExitStatus {
        match self {
            Self::Definition(refusal) => {
                view.definition(&refusal.diagnostics, &refusal.sources);
                ExitStatus::BadDefinition
            }
            Self::Locked(failure) => {
                view.error(&failure);
                ExitStatus::Locked
            }
            Self::Interrupted => {
                view.error(&Failure::new("interrupted; nothing was changed"));
                ExitStatus::Interrupted
            }
            Self::Other(failure) => {
                view.error(&failure);
                ExitStatus::Failed
            }
        }
    }
}

impl From<AwsError> for Failed {
    fn from(error: AwsError) -> Self {
        let failure = Failure::of(&error);
        Self::Other(Failure { hint: error.hint(), ..failure })
    }
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self::Other(Failure::of(&error))
    }
}

impl From<ConnectError> for Failed {
    fn from(error: ConnectError) -> Self {
        Self::Other(Failure::of(&error).hint(
            "sign in (e.g. `aws sso login`), set AWS_PROFILE, or use the sandbox: `provision up sandbox`",
        ))
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Other(Failure::of(&error).hint(error.hint()))
    }
}

impl From<Arc<StoreError>> for Failed {
    fn from(error: Arc<StoreError>) -> Self {
        Self::Other(Failure::of(&*error).hint(error.hint()))
    }
}

impl From<Detour> for Failed {
    fn from(detour: Detour) -> Self {
        let path = detour.path.display();
        Self::Other(
            Failure::of(&*detour.cause).hint(format!(
                "the state is in {path}: the next run on this machine brings it back"
            )),
        )
    }
}

impl From<LockError> for Failed {
    fn from(error: LockError) -> Self {
        let failure = Failure::of(&error);
        match error {
            LockError::Held { .. } => Self::Locked(failure.hint(
                "wait for it to end; if it is dead, the lock lapses within a minute, or `provision unlock` breaks it",
            )),
            LockError::Store(source) => Self::Other(failure.hint(source.hint())),
            LockError::Corrupt { .. } => {
                Self::Other(failure.hint("`provision unlock` removes it"))
            }
        }
    }
}

impl From<RefreshError> for Failed {
    fn from(error: RefreshError) -> Self {
        let hint = match &error {
            RefreshError::Read { source, .. } => source.hint(),
            RefreshError::UnknownKind { .. } => {
                Some("use the newer version of provision that wrote the state".to_owned())
            }
            RefreshError::Twins { .. } => {
                Some("delete the one that nothing uses, then run again".to_owned())
            }
        };
        Self::Other(Failure { hint, ..Failure::of(&error) })
    }
}

impl From<Vec<PlanError>> for Failed {
    fn from(errors: Vec<PlanError>) -> Self {
        let causes = errors.iter().flat_map(|error| {
            error.problems.iter().map(move |problem| {
                let place = match problem.path.as_str() {
                    "" => error.address.to_string(),
                    path => format!("{}.{path}", error.address),
                };
                format!("{place}: {}", problem.message)
            })
        });
        Self::Other(Failure {
            message: "the values that AWS gave break rules of what uses them".to_owned(),
            causes: causes.collect(),
            hint: errors.iter().flat_map(|error| &error.problems).find_map(|it| it.hint.clone()),
            ..Failure::default()
        })
    }
}
