//! `iam.service_linked_role`: the role that AWS makes for one of its services, which alone may take
//! it on.

use aws_sdk_iam::types::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::adopted::{LEFT, adopted, is_adopted, name};
use crate::aws::read::one_by_one;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// A service's own role. One that is there already, which services often make by themselves, is
/// adopted, and never deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceLinkedRole {
    /// The service, e.g. `config.amazonaws.com`. A change replaces.
    #[schemars(length(min = 1, max = 128))]
    pub aws_service_name: String,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its ARN.
    pub arn: String,
    /// Its name, e.g. `AWSServiceRoleForConfig`.
    pub name: String,
}

impl Resource for ServiceLinkedRole {
    const KIND: &'static str = "iam.service_linked_role";
    const TRAITS: Traits = Traits { immutable: &["aws_service_name"], ..Traits::DEFAULT };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let names: Vec<Id> = ids.iter().map(|id| Id::from(name(id))).collect();
        one_by_one(&names, |name| async move {
            let answer = cx.clients.iam().get_role().role_name(name).send().await;
            let answer = Error::optional(answer.map_err(Error::from))?;
            Ok(answer.and_then(|answer| answer.role).map(|role| live(&role)))
        })
        .await
    }

    async fn find(&self, cx: &Context, _owner: &Owner) -> Result<Vec<Id>> {
        let request = cx.clients.iam().list_roles().path_prefix(path(&self.aws_service_name));
        let answer = request.send().await?;
        Ok(answer.roles().first().map(|role| adopted(role.role_name())).into_iter().collect())
    }

    async fn create(&self, cx: &Context, _owner: &Owner) -> Result<Created<Outputs>> {
        let request = cx.clients.iam().create_service_linked_role();
        let answer = request.aws_service_name(&self.aws_service_name).send().await?;
        let role = answer.role;
        let role = role.ok_or_else(|| Error::missing("iam:CreateServiceLinkedRole", "Role"))?;
        Ok(Created::ready(role.role_name(), live(&role).outputs))
    }

    async fn update(&self, _cx: &Context, _id: &Id, _change: &Change<Self>) -> Result<()> {
        Ok(())
    }

    /// IAM first asks the service whether it still needs the role.
    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        if is_adopted(id) {
            return Ok(LEFT);
        }
        let request = cx.clients.iam().delete_service_linked_role().role_name(id.as_str());
        let answer = Error::optional(request.send().await.map_err(Error::from))?;
        Ok(if answer.is_some() { Deleted::Pending } else { Deleted::Gone })
    }
}

fn path(service: &str) -> String {
    format!("/aws-service-role/{service}/")
}

fn live(role: &Role) -> Live<ServiceLinkedRole> {
    let service = role.path().split('/').nth(2).unwrap_or_default();
    let spec = ServiceLinkedRole { aws_service_name: service.to_owned() };
    let outputs = Outputs { arn: role.arn().to_owned(), name: role.role_name().to_owned() };
    Live { spec, outputs, tags: None, status: Status::Ready }
}
