//! The creation of a service.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::check::check;
use super::configuration::{Configuration, Wishes};
use super::ending::begin;
use super::progress::Kind;
use super::version::Version;
use super::view::{View, view};
use super::{DOMAIN, Rest, Service};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::apprunner::{auto_scaling, errors};
use crate::services::image::Identifier;
use crate::services::tags::{Tag, Tags};

/// How many services a region can have: <https://docs.aws.amazon.com/general/latest/gr/apprunner.html>
const MOST_SERVICES: usize = 30;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct CreateRequest {
    service_name: String,
    #[serde(flatten)]
    wishes: Wishes,
    encryption_configuration: Option<Encryption>,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Encryption {
    kms_key: String,
}

/// What an operation on a service answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct Started {
    pub service: View,
    pub operation_id: String,
}

/// Begins to make a service. An image that is not there lets the creation fail in the end.
pub(in super::super) fn create(
    call: &mut Call<'_>,
    request: CreateRequest,
) -> Result<Started, Fault> {
    let name = request.service_name;
    check_room(call, &name)?;
    let tags = Tags::new(request.tags).map_err(errors::invalid_tags)?;
    let kms_key = request.encryption_configuration.map(|encryption| encryption.kms_key);
    check_key(call, kms_key.as_deref())?;
    let (configuration, deploying, failure) =
        plan(call, Configuration::of_nobody(), request.wishes, 1)?;
    let id = call.ids.hex(32);
    let label = call.ids.draw(b"abcdefghijkmnpqrstuvwxyz23456789", 10);
    let log = format!("/aws/apprunner/{name}/{id}");
    let mut service = Service {
        arn: call.arn("apprunner", &format!("service/{name}/{id}")),
        host: format!("{label}.{}{DOMAIN}", call.region),
        created: call.clock.now,
        updated: call.clock.now,
        deleted: None,
        configuration,
        operations: Vec::new(),
        tags,
        service_log: format!("{log}/service"),
        application_log: format!("{log}/application"),
        domains: BTreeMap::new(),
        kms_key,
        rest: Rest::CreateFailed,
        progress: None,
        former: None,
        serving: None,
        deploying,
        generation: 1,
        id,
        name,
    };
    provide_logs(call, &service);
    let operation_id = begin(call, &mut service, Kind::CreateService, failure);
    Ok(keep(call, service, operation_id))
}

/// The configuration with what a customer asks for, the version that it describes, and if there
/// can't be one, why.
pub(super) fn plan(
    call: &mut Call<'_>,
    former: Configuration,
    wishes: Wishes,
    generation: u64,
) -> Result<(Configuration, Option<Version>, Option<String>), Fault> {
    let kept = Some(former.scaling.clone()).filter(|arn| !arn.is_empty());
    let named = wishes.auto_scaling_configuration_arn.clone().or(kept);
    let scaling = auto_scaling::usable(call, named.as_deref())?;
    let mut configuration = check(call, former.with(wishes))?;
    configuration.scaling = scaling.arn;
    let version = version(call, &configuration, generation);
    let failure = version.is_none().then(|| "Failed to copy the image from ECR".to_owned());
    Ok((configuration, version, failure))
}

/// The version that a configuration, which has been checked, describes now; none without its image.
pub(super) fn version(
    call: &mut Call<'_>,
    configuration: &Configuration,
    generation: u64,
) -> Option<Version> {
    let repository = configuration.source.image_repository.as_ref()?;
    let image = Identifier::parse(&repository.image_identifier)?.resolve(call)?;
    let scaling = call.region().apprunner.scaling.find(&configuration.scaling)?.content;
    Some(Version::new(configuration, image, scaling, generation))
}

/// Puts a service in its place, and answers what has begun.
pub(super) fn keep(call: &mut Call<'_>, service: Service, operation_id: String) -> Started {
    let endpoint = call.endpoint;
    let state = &mut call.region().apprunner;
    let started = Started { service: view(state, &service, endpoint), operation_id };
    state.services.insert(service.id.clone(), service);
    started
}

fn check_room(call: &mut Call<'_>, name: &str) -> Result<(), Fault> {
    let state = &call.region().apprunner;
    if state.services().any(|service| service.name == name) {
        return Err(errors::service_exists(name));
    }
    match state.services().count() >= MOST_SERVICES {
        true => Err(errors::quota_exceeded(name)),
        false => Ok(()),
    }
}

fn check_key(call: &mut Call<'_>, key: Option<&str>) -> Result<(), Fault> {
    let account = call.account.to_owned();
    match key {
        Some(key) if !call.region().kms.can_encrypt(key, &account) => {
            Err(errors::invalid(format!("The KMS key can't be used: {key}")))
        }
        _ => Ok(()),
    }
}

fn provide_logs(call: &mut Call<'_>, service: &Service) {
    let now = call.clock.now;
    for name in [&service.service_log, &service.application_log] {
        let arn = call.arn("logs", &format!("log-group:{name}"));
        call.region().logs.provide_group(name, arn, now);
    }
}
