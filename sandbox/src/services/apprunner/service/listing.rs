//! Services, and what has been done to them, as lists.

use serde::{Deserialize, Serialize};

use super::lifecycle::ServiceRequest;
use super::progress::Operation;
use super::view::{Summary, View, summary, view};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::apprunner::errors;
use crate::services::page::{descending, page};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct Description {
    service: View,
}

/// Describes a service, also one that was deleted not long ago.
pub(in super::super) fn describe(
    call: &mut Call<'_>,
    request: ServiceRequest,
) -> Result<Description, Fault> {
    let endpoint = call.endpoint;
    let state = &call.region().apprunner;
    let service = state.service(&request.service_arn)?;
    Ok(Description { service: view(state, service, endpoint) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct ListRequest {
    next_token: Option<String>,
    max_results: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct ListResponse {
    service_summary_list: Vec<Summary>,
    next_token: Option<String>,
}

/// Lists the services that are not deleted.
pub(in super::super) fn list(
    call: &mut Call<'_>,
    request: ListRequest,
) -> Result<ListResponse, Fault> {
    let endpoint = call.endpoint;
    let listed = call.region().apprunner.services();
    let limit = request.max_results.unwrap_or(20);
    let page = page(listed, request.next_token.as_deref(), limit, |service| service.id.clone())
        .map_err(errors::invalid_token)?;
    Ok(ListResponse {
        service_summary_list: page
            .items
            .into_iter()
            .map(|service| summary(service, endpoint))
            .collect(),
        next_token: page.next,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct OperationsRequest {
    service_arn: String,
    next_token: Option<String>,
    max_results: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct OperationsResponse {
    operation_summary_list: Vec<Operation>,
    next_token: Option<String>,
}

/// Lists what has been done to a service, the latest first.
pub(in super::super) fn operations(
    call: &mut Call<'_>,
    request: OperationsRequest,
) -> Result<OperationsResponse, Fault> {
    let service = call.region().apprunner.service(&request.service_arn)?;
    let numbered = service.operations.iter().enumerate().rev();
    let limit = request.max_results.unwrap_or(20);
    let page = page(numbered, request.next_token.as_deref(), limit, |(number, _)| {
        descending(&format!("{number:010}"))
    })
    .map_err(errors::invalid_token)?;
    Ok(OperationsResponse {
        operation_summary_list: page
            .items
            .into_iter()
            .map(|(_, operation)| operation.clone())
            .collect(),
        next_token: page.next,
    })
}
