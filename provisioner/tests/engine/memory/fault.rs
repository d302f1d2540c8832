//! What goes wrong, and when.

use std::fmt;

use super::Call;

/// What a call asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Reads objects of one kind.
    Read,
    /// Looks for what an interrupted run has made.
    Find,
    /// Makes an object.
    Create,
    /// Changes an object.
    Update,
    /// Deletes an object.
    Delete,
    /// Asks what stands in the way of a deletion.
    Blockers,
    /// Asks what came of requests.
    Traffic,
}

impl Operation {
    /// Whether the call changes anything.
    pub fn changes(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Delete)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Find => "find",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Blockers => "blockers of",
            Self::Traffic => "traffic of",
        })
    }
}

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// AWS answers with this code, and does nothing.
    Code(&'static str),
    /// The call never arrives; all that is seen is that no answer comes.
    CallLost,
    /// The call has its effect, and its answer never arrives.
    AnswerLost,
    /// The process dies before the call leaves.
    DeathBefore,
    /// The call has its effect, and the process dies before the answer arrives.
    DeathAfter,
    /// Somebody stops the run while the call is under way.
    Stop,
    /// AWS takes the creation, and gives up on the object later.
    GivesUp,
    /// AWS takes the creation, and never gets done with it.
    Stuck,
    /// AWS takes the change, and goes back to what was before.
    TakenBack,
    /// Most requests to what was changed fail.
    Useless,
    /// A search does not see yet what was made a moment ago.
    Blind,
}

impl Fault {
    /// Too many calls.
    pub const THROTTLED: Self = Self::Code("ThrottlingException");
    /// A refusal that trying again does not change.
    pub const REFUSED: Self = Self::Code("ValidationException");
    /// The caller's credentials have run out.
    pub const EXPIRED: Self = Self::Code("ExpiredTokenException");
    /// Something needs the object.
    pub const NEEDED: Self = Self::Code("DependencyViolation");
    /// The object is being changed.
    pub const BUSY: Self = Self::Code("IncorrectState");
    /// Something else that the call names is not there.
    pub const NOT_FOUND: Self = Self::Code("InvalidBase.NotFound");
    /// The caller may not do this.
    pub const DENIED: Self = Self::Code("AccessDenied");
}

/// A fault, and the calls that it strikes.
#[derive(Debug, Clone)]
pub struct Rule {
    operation: Option<Operation>,
    subject: Option<String>,
    skip: usize,
    times: usize,
    fault: Fault,
}

impl Rule {
    /// Strikes the next such call for an address.
    pub fn at(operation: Operation, subject: &str, fault: Fault) -> Self {
        let (operation, subject) = (Some(operation), Some(subject.to_owned()));
        Self { operation, subject, skip: 0, times: 1, fault }
    }

    /// Strikes the next call of this operation.
    pub fn any(operation: Operation, fault: Fault) -> Self {
        Self { operation: Some(operation), subject: None, skip: 0, times: 1, fault }
    }

    /// Strikes the call of this number, counted from the next, which is 0.
    pub fn call(number: usize, fault: Fault) -> Self {
        Self { operation: None, subject: None, skip: number, times: 1, fault }
    }

    /// Strikes this often.
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// The fault, where the call is one that it strikes.
    pub(super) fn strike(&mut self, call: &Call) -> Option<Fault> {
        let meant = self.operation.is_none_or(|operation| operation == call.operation)
            && self.subject.as_ref().is_none_or(|subject| *subject == call.subject);
        if !meant || self.times == 0 {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        self.times -= 1;
        Some(self.fault)
    }
}
