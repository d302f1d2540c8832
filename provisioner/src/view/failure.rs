//! Why something failed, with everything that a person or a machine needs to mend it.

use std::error::Error as StdError;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::plan::past;
use crate::address::Address;
use crate::aws::Error as AwsError;
use crate::definition::{Program, Sources};
use crate::engine::execute;
use crate::value::Span;

/// What is declared, and the files that say so.
#[derive(Clone)]
pub struct Declared {
    /// What is declared.
    pub program: Arc<Program>,
    /// The files.
    pub sources: Arc<Sources>,
}

impl Declared {
    /// Where an object is declared; `None` for what no YAML declares any more.
    pub fn span(&self, address: &Address) -> Option<Span> {
        self.program.declarations.get(address).map(|declaration| declaration.span)
    }
}

/// Why a command failed, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failure {
    /// What failed.
    pub message: String,
    /// Its causes, outermost first.
    pub causes: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
    /// What AWS said, where it said something.
    pub answer: Option<Box<Answer>>,
    /// The object that it is about.
    pub address: Option<Address>,
    /// Where that is declared.
    pub span: Option<Span>,
}

/// What AWS said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// `ec2:CreateVpc`.
    pub operation: Option<String>,
    /// `VpcLimitExceeded`; `None` where no answer came.
    pub code: Option<String>,
    /// AWS's message, or ours where no answer came.
    pub message: String,
    /// What AWS support asks for.
    pub request_id: Option<String>,
    /// All of it in one line, as the chain of causes has it.
    pub text: String,
}

impl Answer {
    // Boxed: a failure is the error of every command, and most have no answer.
    fn boxed(error: &AwsError) -> Box<Self> {
        Box::new(Self {
            operation: error.operation().map(str::to_owned),
            code: error.code().map(str::to_owned),
            message: error.message().to_owned(),
            request_id: error.request_id().map(str::to_owned),
            text: error.to_string(),
        })
    }

    fn json(&self) -> Json {
        json!({
            "operation": self.operation,
            "code": self.code,
            "message": self.message,
            "request_id": self.request_id,
        })
    }
}

/// The error that began a chain.
pub fn root<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error
}

impl Failure {
    /// A failure without a cause below it.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// The failure of an error, with its causes, and AWS's answer where one is among them.
    pub fn of(error: &(dyn StdError + 'static)) -> Self {
        let mut failure = Self::new(error.to_string());
        let mut next = Some(error);
        while let Some(error) = next {
            failure.answer = error.downcast_ref::<AwsError>().map(Answer::boxed);
            next = error.source();
            if failure.answer.is_some() {
                // Below are the layers of the transport: only the deepest says what happened.
                next = next.map(root);
            }
            failure.causes.extend(next.map(ToString::to_string));
            if failure.answer.is_some() {
                break;
            }
        }
        failure
    }

    /// The failure of one object of a run.
    pub fn of_object(failed: &execute::Failure, declared: &Declared) -> Self {
        let error = Self::of(&failed.error);
        let causes = std::iter::once(error.message).chain(error.causes);
        Self {
            message: format!("{} could not be {}", failed.address, past(failed.action)),
            causes: causes.collect(),
            hint: failed.hint(&declared.program.environment.name),
            answer: failed.error.aws().map(Answer::boxed).or(error.answer),
            address: Some(failed.address.clone()),
            span: declared.span(&failed.address),
        }
    }

    /// The same with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same for machines: `message`, `causes`, `hint`, `aws`, `address` and `place`.
    pub fn json(&self, sources: Option<&Sources>) -> Json {
        let place = self.span.zip(sources).and_then(|(span, sources)| sources.place(span));
        json!({
            "message": self.message,
            "causes": self.causes,
            "hint": self.hint,
            "aws": self.answer.as_deref().map(Answer::json),
            "address": self.address,
            "place": place.map(|place| {
                json!({ "file": place.path, "line": place.line, "column": place.column })
            }),
        })
    }
}
