//! The end of a service.

use std::time::Duration;

use serde::Deserialize;

use super::create::Answer;
use super::status::Status;
use super::update::found;
use super::view;
use crate::call::Call;
use crate::fault::Fault;

/// How long AWS takes, as a rule, to take away what it put around a service.
const DRAINING: Duration = Duration::from_secs(180);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct DeleteRequest {
    service_arn: String,
}

/// Begins to delete a service with what ECS put around it; its log group stays.
pub(in super::super) fn delete(
    call: &mut Call<'_>,
    request: DeleteRequest,
) -> Result<Answer, Fault> {
    let mut service = found(call, &request.service_arn)?;
    let now = call.clock.now;
    service.supersede(now);
    service.status = Status::Draining;
    service.updated = now;
    service.due = Some(call.clock.after(DRAINING));
    service.tell("has begun draining.", now);
    let shown = view::express(&service, call.endpoint, false);
    call.region().ecs.services.insert(service.arn.clone(), service);
    Ok(Answer { service: shown })
}
