//! `config.recorder_status`: whether a recorder records. An object of its own, because it takes a
//! delivery channel to start, and the channel takes a recorder.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::adopted::{LEFT, adopted, is_adopted, name, refuse_existing};
use crate::aws::read::one_by_one;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// Whether a recorder records. One that records already goes on when this is deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecorderStatus {
    /// The recorder's name. A change replaces.
    #[schemars(length(min = 1, max = 256))]
    pub configuration_recorder_name: String,
    /// Whether it records; the region must have a delivery channel then. Default `true`.
    #[serde(default = "on")]
    pub recording: bool,
}

const fn on() -> bool {
    true
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// The recorder's name. Whoever needs it to record refers to this.
    pub configuration_recorder_name: String,
}

impl Resource for RecorderStatus {
    const KIND: &'static str = "config.recorder_status";
    const TRAITS: Traits =
        Traits { immutable: &["configuration_recorder_name"], ..Traits::DEFAULT };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let recorders: Vec<Id> = ids.iter().map(|id| Id::from(name(id))).collect();
        one_by_one(&recorders, |recorder| async move {
            Ok(is_recording(cx, recorder).await?.map(|recording| live(recorder, recording)))
        })
        .await
    }

    async fn find(&self, cx: &Context, _owner: &Owner) -> Result<Vec<Id>> {
        let recorder = &self.configuration_recorder_name;
        let there = is_recording(cx, recorder).await? == Some(true);
        Ok(there.then(|| adopted(recorder)).into_iter().collect())
    }

    async fn create(&self, cx: &Context, _owner: &Owner) -> Result<Created<Outputs>> {
        let recorder = &self.configuration_recorder_name;
        if is_recording(cx, recorder).await? == Some(true) {
            return refuse_existing("a recorder that records");
        }
        if self.recording {
            self.set(cx).await?;
        }
        Ok(Created::ready(recorder.as_str(), live(recorder, true).outputs))
    }

    async fn update(&self, cx: &Context, _id: &Id, change: &Change<Self>) -> Result<()> {
        if change.has("recording") { self.set(cx).await } else { Ok(()) }
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        if is_adopted(id) {
            return Ok(LEFT);
        }
        let request = cx.clients.config_service().stop_configuration_recorder();
        let answer = request.configuration_recorder_name(id.as_str()).send().await;
        Error::optional(answer.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl RecorderStatus {
    async fn set(&self, cx: &Context) -> Result<()> {
        let (config, recorder) = (cx.clients.config_service(), &self.configuration_recorder_name);
        if self.recording {
            let request = config.start_configuration_recorder();
            request.configuration_recorder_name(recorder).send().await?;
        } else {
            let request = config.stop_configuration_recorder();
            request.configuration_recorder_name(recorder).send().await?;
        }
        Ok(())
    }
}

/// Whether a recorder records; `None` where there is none of this name.
async fn is_recording(cx: &Context, recorder: &str) -> Result<Option<bool>> {
    let request = cx.clients.config_service().describe_configuration_recorder_status();
    let answer = request.configuration_recorder_names(recorder).send().await;
    let answer = Error::optional(answer.map_err(Error::from))?;
    let statuses = answer.and_then(|it| it.configuration_recorders_status).unwrap_or_default();
    Ok(statuses.first().map(|status| status.recording()))
}

fn live(recorder: &str, recording: bool) -> Live<RecorderStatus> {
    let configuration_recorder_name = recorder.to_owned();
    let outputs = Outputs { configuration_recorder_name: configuration_recorder_name.clone() };
    let spec = RecorderStatus { configuration_recorder_name, recording };
    Live { spec, outputs, tags: None, status: Status::Ready }
}
