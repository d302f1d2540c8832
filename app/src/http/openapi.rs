//! The OpenAPI document, made from the handlers themselves.

use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::server::Server;

use super::{health, root};
use crate::cars;

#[derive(OpenApi)]
#[openapi(
    info(title = "Car inventory", description = "Every path exists under `/api` as well."),
    paths(root::welcome, root::status, health::live, health::ready),
    tags(
        (name = "Cars", description = "The inventory"),
        (name = "About", description = "What this is"),
        (name = "Health", description = "For load balancers"),
    )
)]
struct Documentation;

/// The whole document.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Documentation::openapi();
    document.merge(cars::documentation());
    document.servers = Some(vec![Server::new("/"), Server::new("/api")]);
    let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    document.components.get_or_insert_default().add_security_scheme("token", token);
    document
}
