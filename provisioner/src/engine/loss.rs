//! What deletions do to data: asked of AWS, told before anybody agrees to them.

use futures::{TryStreamExt, stream};
use serde_json::Value as Json;

use super::plan::{Action, Plan, Step};
use super::refresh::RefreshError;
use crate::aws::Context;
use crate::definition::{Declaration, Program};
use crate::resource::{Kind, Kinds};
use crate::state::State;

/// How many objects are asked about at once.
const AT_ONCE: usize = 8;

/// Says of each step that deletes an object with data what becomes of the data.
///
/// # Errors
/// When AWS does not tell: nobody can agree to what is not known.
pub async fn tell(
    plan: &mut Plan,
    cx: &Context,
    kinds: &Kinds,
    state: &State,
    program: &Program,
) -> Result<(), RefreshError> {
    let steps = plan.steps.iter_mut().filter(|step| {
        let kind = kinds.get(&step.kind);
        (step.action.deletes() || step.action == Action::Cleanup)
            && kind.is_some_and(|kind| kind.traits().holds_data)
    });
    stream::iter(steps.map(Ok))
        .try_for_each_concurrent(AT_ONCE, |step| async move {
            step.loss = one(step, cx, kinds, state, program).await?;
            Ok(())
        })
        .await
}

async fn one(
    step: &Step,
    cx: &Context,
    kinds: &Kinds,
    state: &State,
    program: &Program,
) -> Result<Option<String>, RefreshError> {
    let (Some(kind), Some(entry), Some(id)) =
        (kinds.get(&step.kind), state.entries.get(&step.address), &step.id)
    else {
        return Ok(None);
    };
    let deposed = entry.deposed.iter().find(|old| old.kind == step.kind && old.id == *id);
    let applied = deposed.map_or(&entry.inputs, |old| &old.inputs);
    let inputs = as_declared(&**kind, applied, program.declarations.get(&step.address));
    kind.loss(cx, id, &inputs).await.map_err(|source| RefreshError::Read {
        what: format!("what {} holds", step.address),
        source,
    })
}

/// What was last applied, with how to delete it as the YAML says now: nobody has to apply that
/// first.
pub fn as_declared(kind: &dyn Kind, applied: &Json, declaration: Option<&Declaration>) -> Json {
    let mut inputs = applied.clone();
    let same = declaration.filter(|declaration| declaration.kind.name() == kind.name());
    if let (Some(declaration), Json::Object(fields)) = (same, &mut inputs) {
        let declared = declaration.properties.evaluate(&|_, _| None);
        for &name in kind.traits().deletion {
            match &declared[name] {
                Json::Null => fields.remove(name),
                value if crate::unknown::is_partial(value) => None,
                value => fields.insert(name.to_owned(), value.clone()),
            };
        }
    }
    inputs
}
