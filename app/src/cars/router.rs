//! Cars over HTTP.

use axum::Router;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use utoipa::OpenApi;

use super::{Car, CarDraft, CarPage, Cars, ListQuery, StoreError};
use crate::http::{
    EntityTag, Identifier, JsonBody, Parameters, Problem, ProblemDocument, Shared, Writer,
    if_match, revalidated,
};

/// The routes of cars.
pub fn router() -> Router<Shared> {
    Router::new()
        .route("/cars", get(list).post(create))
        .route("/cars/{id}", get(read).put(replace).delete(remove))
}

#[derive(OpenApi)]
#[openapi(paths(list, create, read, replace, remove))]
struct Documentation;

/// What the OpenAPI document says of cars.
pub fn documentation() -> utoipa::openapi::OpenApi {
    Documentation::openapi()
}

/// List cars
///
/// Filters narrow the list; text is compared without heed of case. Pages go by key: `next` is the
/// `cursor` of the following page, with the other parameters unchanged, and null on the last.
#[utoipa::path(get, path = "/cars", tag = "Cars",
    params(
        ("make" = Option<String>, Query, description = "Only of this maker", example = "Toyota"),
        ("model" = Option<String>, Query, description = "Only of this model"),
        ("year" = Option<i32>, Query, description = "Only of this model year", example = 2024),
        ("color" = Option<String>, Query, description = "Only of this color"),
        ("min_price" = Option<String>, Query, description = "Only at this price or above",
         example = "20000"),
        ("max_price" = Option<String>, Query, description = "Only at this price or below"),
        ("q" = Option<String>, Query,
         description = "Words, each of which has to begin a word of make, model, color or year",
         example = "tes mod"),
        ("sort" = Option<String>, Query,
         description = "created_at, make, model, year, color or price; with `-` before it to \
                        reverse. The newest first unless told otherwise", example = "-price"),
        ("limit" = Option<u8>, Query, description = "How many cars, 1 to 100; 20 unless told \
                                                     otherwise", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("If-None-Match" = Option<String>, Header, description = "The tag of the page at hand"),
    ),
    responses(
        (status = 200, description = "A page", body = CarPage, headers(("ETag" = String))),
        (status = 304, description = "The page at hand still holds"),
        (status = 400, description = "A parameter is not valid", body = ProblemDocument,
         content_type = "application/problem+json"),
        (status = 503, description = "Come back after `Retry-After` seconds",
         body = ProblemDocument, content_type = "application/problem+json",
         headers(("Retry-After" = u32))),
    ))]
async fn list(
    State(cars): State<Cars>,
    Parameters(parameters): Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = ListQuery::from_parameters(parameters).map_err(Problem::parameters)?;
    let page = cars.list(&query).await?;
    let body = serde_json::to_vec(&page).map_err(|_| Problem::internal())?;
    Ok(revalidated(&headers, &EntityTag::of_bytes(&body), body))
}

/// Show a car
#[utoipa::path(get, path = "/cars/{id}", tag = "Cars",
    params(
        ("id" = i64, Path, description = "Its id"),
        ("If-None-Match" = Option<String>, Header, description = "The tag of the car at hand"),
    ),
    responses(
        (status = 200, description = "The car", body = Car, headers(("ETag" = String))),
        (status = 304, description = "The car at hand still holds"),
        (status = 404, description = "There is none", body = ProblemDocument,
         content_type = "application/problem+json"),
    ))]
async fn read(
    State(cars): State<Cars>,
    Identifier(id): Identifier,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let car = cars.get(id).await?;
    let body = serde_json::to_vec(&car).map_err(|_| Problem::internal())?;
    Ok(revalidated(&headers, &EntityTag::of_car(&car), body))
}

/// Add a car
#[utoipa::path(post, path = "/cars", tag = "Cars", security(("token" = [])),
    request_body = CarDraft,
    responses(
        (status = 201, description = "It was added", body = Car,
         headers(("ETag" = String), ("Location" = String))),
        (status = 400, description = "The body is not JSON", body = ProblemDocument,
         content_type = "application/problem+json"),
        (status = 401, description = "The token is missing or not valid", body = ProblemDocument,
         content_type = "application/problem+json"),
        (status = 413, description = "The body is too long", body = ProblemDocument,
         content_type = "application/problem+json"),
        (status = 422, description = "The car is not valid", body = ProblemDocument,
         content_type = "application/problem+json"),
    ))]
async fn create(
    _: Writer,
    State(cars): State<Cars>,
    OriginalUri(uri): OriginalUri,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let draft = CarDraft::from_json(&body).map_err(Problem::body)?;
    let car = cars.create(&draft).await.map_err(unsure)?;
    // Below the address that was asked, which may have the prefix of the CDN.
    let location = HeaderValue::from_str(&format!("{}/{}", uri.path(), car.id));
    let mut response = changed(StatusCode::CREATED, &car)?;
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Change a car
///
/// With `If-Match`, only if nobody else changed it since.
#[utoipa::path(put, path = "/cars/{id}", tag = "Cars", security(("token" = [])),
    params(
        ("id" = i64, Path, description = "Its id"),
        ("If-Match" = Option<String>, Header, description = "The tag of the car at hand"),
    ),
    request_body = CarDraft,
    responses(
        (status = 200, description = "It was changed", body = Car, headers(("ETag" = String))),
        (status = 401, description = "The token is missing or not valid", body = ProblemDocument,
         content_type = "application/problem+json"),
        (status = 404, description = "There is none", body = ProblemDocument,
         content_type = "application/problem+json"),
        (status = 412, description = "It was changed since", body = ProblemDocument,
         content_type = "application/problem+json"),
        (status = 422, description = "The car is not valid", body = ProblemDocument,
         content_type = "application/problem+json"),
    ))]
async fn replace(
    _: Writer,
    State(cars): State<Cars>,
    Identifier(id): Identifier,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let draft = CarDraft::from_json(&body).map_err(Problem::body)?;
    let car = cars.replace(id, &draft, &if_match(&headers)?).await.map_err(unsure)?;
    changed(StatusCode::OK, &car)
}

/// Remove a car
#[utoipa::path(delete, path = "/cars/{id}", tag = "Cars", security(("token" = [])),
    params(
        ("id" = i64, Path, description = "Its id"),
        ("If-Match" = Option<String>, Header, description = "The tag of the car at hand"),
    ),
    responses(
        (status = 204, description = "It was removed"),
        (status = 401, description = "The token is missing or not valid", body = ProblemDocument,
         content_type = "application/problem+json"),
        (status = 404, description = "There is none", body = ProblemDocument,
         content_type = "application/problem+json"),
        (status = 412, description = "It was changed since", body = ProblemDocument,
         content_type = "application/problem+json"),
    ))]
async fn remove(
    _: Writer,
    State(cars): State<Cars>,
    Identifier(id): Identifier,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    cars.delete(id, &if_match(&headers)?).await.map_err(unsure)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn changed(status: StatusCode, car: &Car) -> Result<Response, Problem> {
    let body = serde_json::to_vec(car).map_err(|_| Problem::internal())?;
    let mut response = revalidated(&HeaderMap::new(), &EntityTag::of_car(car), body);
    *response.status_mut() = status;
    Ok(response)
}

/// A change whose connection was lost may have been made; only the client can find out.
fn unsure(error: StoreError) -> Problem {
    use crate::database::DatabaseError::{Slow, Unavailable};
    match error {
        StoreError::Database(error @ (Unavailable(_) | Slow(_))) => {
            let detail = "The database went away. The change may have been made: look before you \
                          repeat it.";
            Problem::from(error).with_detail(detail)
        }
        error => error.into(),
    }
}
