//! Why a command failed, and which exit code that is.

use std::sync::Arc;

use aws_credential_types::provider::error::CredentialsError;

use super::ExitStatus;
use crate::audit::files::FilesError;
use crate::audit::trend::TrendError;
use crate::aws::{ConnectError, Error as AwsError};
use crate::definition::{Refusal, Sources};
use crate::engine::plan::PlanError;
use crate::engine::refresh::RefreshError;
use crate::state::{Detour, LockError, StoreError};
use crate::value::Span;
use crate::view::{Failure, View, root};

const SIGN_IN: &str = "sign in (e.g. `aws sso login`), set AWS_PROFILE, or use the sandbox: \
                       `provision up sandbox`";

/// A command that failed.
#[derive(Debug)]
pub enum Failed {
    /// The definition is wrong.
    Definition(Box<Refusal>),
    /// Somebody else holds the lock.
    Locked(Failure),
    /// Somebody stopped the run before it changed anything.
    Interrupted,
    /// A line of the definition contradicts what is on AWS.
    Declared(Box<Failure>, Arc<Sources>),
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
            Self::Declared(failure, sources) => {
                Self::Declared(Box::new(failure.hint(hint)), sources)
            }
            other @ (Self::Definition(_) | Self::Interrupted) => other,
        }
    }

    /// The same, with the line that is to blame.
    #[must_use]
    pub fn at(self, span: Span, sources: &Arc<Sources>) -> Self {
        match self {
            Self::Other(failure) => Self::Declared(
                Box::new(Failure { span: Some(span), ..failure }),
                Arc::clone(sources),
            ),
            other => other,
        }
    }

    pub(super) fn show(self, view: &mut dyn View) -> ExitStatus {
        match self {
            Self::Definition(refusal) => {
                view.definition(&refusal.diagnostics, &refusal.sources);
                ExitStatus::BadDefinition
            }
            Self::Locked(failure) => {
                view.error(&failure, &Sources::default());
                ExitStatus::Locked
            }
            Self::Interrupted => {
                let failure = Failure::new("interrupted; nothing was changed");
                view.error(&failure, &Sources::default());
                ExitStatus::Interrupted
            }
            Self::Declared(failure, sources) => {
                view.error(&failure, &sources);
                ExitStatus::Failed
            }
            Self::Other(failure) => {
                view.error(&failure, &Sources::default());
                ExitStatus::Failed
            }
        }
    }
}

impl From<AwsError> for Failed {
    fn from(error: AwsError) -> Self {
        let failure = Failure { hint: error.hint(), ..Failure::of(&error) };
        Self::Other(match error.code() {
            Some(_) => Failure { message: "AWS refused a call".to_owned(), ..failure },
            None => failure,
        })
    }
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self::Other(Failure::of(&error))
    }
}

impl From<ConnectError> for Failed {
    fn from(error: ConnectError) -> Self {
        let failure = Failure::of(&error);
        Self::Other(match &error {
            ConnectError::Credentials(CredentialsError::CredentialsNotLoaded(_)) => {
                let nowhere = "neither the environment, nor the profile, nor this machine has any";
                Failure { causes: vec![nowhere.to_owned()], ..failure }.hint(SIGN_IN)
            }
            ConnectError::Credentials(source) => {
                Failure { causes: vec![root(source).to_string()], ..failure }.hint(SIGN_IN)
            }
            ConnectError::Certificates { .. } => failure.hint("correct AWS_CA_BUNDLE, or unset it"),
        })
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

impl From<FilesError> for Failed {
    fn from(error: FilesError) -> Self {
        Self::Other(Failure::of(&error))
    }
}

impl From<TrendError> for Failed {
    fn from(error: TrendError) -> Self {
        Self::Other(Failure::of(&error).hint("`--since` names the folder of an earlier report"))
    }
}
