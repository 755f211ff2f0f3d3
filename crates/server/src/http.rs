//! Routes: one file a noun, each with `pub(crate) fn routes() -> OpenApiRouter<Shared>`.
//!
//! A handler takes [`body::Json`] for its body, [`crate::language::Language`] for its texts (or [`crate::place::Here`],
//! where a message may be sent or a code is typed), and returns
//! `Result<_, ApiError>`; the layer [`crate::problem::write_problems`] writes the error in the reader's language.

pub mod body;
mod bounds;
pub mod challenges;
pub mod client;
mod demo;
mod embed;
mod explain;
mod frame;
mod health;
mod identity;
mod layers;
pub mod me;
pub(crate) mod page;
pub(crate) mod plain;
mod policy;
mod programme;
pub mod redemptions;
pub mod rewards;
pub mod session;
pub mod shed;
pub mod vouchers;
mod widget;

use crate::app::Shared;
use axum::Router;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        ContentBuilder, RefOr, ResponseBuilder, Schema, Type,
        path::ParameterIn,
        schema::{AdditionalProperties, SchemaType},
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

/// The API's document, before its paths are added.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tukar",
        description = "Points, rewards and redemption with one-time codes. Every refusal and failure is \
                       application/problem+json; texts follow Accept-Language (id, en)."
    ),
    components(schemas(tukar_wire::Problem)),
    modifiers(&Session)
)]
struct Document;

/// The session's token in the document.
struct Session;

impl Modify for Session {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "Token of `POST /v1/challenges/{id}/check`, or of `POST /v1/identity` for what reads only.",
            ))
            .build();
        if let Some(components) = &mut document.components {
            components.add_security_scheme("session", SecurityScheme::Http(scheme));
        }
    }
}

/// Adds what the derived schema of `Recipient` can't say: it has one field alone, and a number is not long.
fn bound_recipient(document: &mut utoipa::openapi::OpenApi) {
    let schemas = document.components.as_mut().map(|components| &mut components.schemas);
    let recipient = schemas.and_then(|schemas| schemas.get_mut("Recipient"));
    let Some(RefOr::T(Schema::OneOf(choices))) = recipient else {
        unreachable!("the routes bring the schema of a recipient");
    };
    for choice in &mut choices.items {
        let RefOr::T(Schema::Object(choice)) = choice else { continue };
        if choice.properties.is_empty() {
            continue;
        }
        choice.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        if let Some(RefOr::T(Schema::Object(phone))) = choice.properties.get_mut("phone") {
            (phone.min_length, phone.max_length) = (Some(1), Some(PHONE_LETTERS_MAX));
        }
    }
}

/// Says of every text that comes in what [`body`] holds all of them to: no NUL.
fn exclude_nul(document: &mut utoipa::openapi::OpenApi) {
    fn exclude(schema: &mut RefOr<Schema>) {
        let RefOr::T(Schema::Object(text)) = schema else { return };
        let is_text = match &text.schema_type {
            SchemaType::Type(kind) => *kind == Type::String,
            SchemaType::Array(kinds) => kinds.contains(&Type::String),
            SchemaType::AnyValue => false,
        };
        if is_text && text.pattern.is_none() && text.enum_values.is_none() && text.format.is_none() {
            text.pattern = Some(r"^[^\u0000]*$".to_owned());
        }
    }
    /// What comes in has no fields beyond those that are documented.
    fn exclude_in(schema: &mut Schema) {
        match schema {
            Schema::Object(object) if object.additional_properties.is_some() => {
                object.properties.values_mut().for_each(exclude);
            }
            Schema::OneOf(choices) => {
                for choice in &mut choices.items {
                    if let RefOr::T(choice) = choice {
                        exclude_in(choice);
                    }
                }
            }
            _ => {}
        }
    }
    for path in document.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.post, &mut path.put, &mut path.delete];
        for operation in operations.into_iter().flatten() {
            for parameter in operation.parameters.iter_mut().flatten() {
                if parameter.parameter_in != ParameterIn::Header {
                    parameter.schema.iter_mut().for_each(exclude);
                }
            }
        }
    }
    for schema in document.components.iter_mut().flat_map(|components| components.schemas.values_mut()) {
        if let RefOr::T(schema) = schema {
            exclude_in(schema);
        }
    }
}

/// Letters of a number as typed.
const PHONE_LETTERS_MAX: usize = 40;

/// Every route of the API, with its document.
fn api() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(health::routes())
        .merge(programme::routes())
        .merge(rewards::routes())
        .merge(challenges::routes())
        .merge(session::routes())
        .merge(identity::routes())
        .merge(me::routes())
        .merge(redemptions::routes())
        .merge(vouchers::routes())
}

/// The OpenAPI document, as committed in `openapi.json`.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = api().into_openapi();
    bound_recipient(&mut document);
    exclude_nul(&mut document);
    with_common_answers(document)
}

/// Paths of the pages of forms, each posted to.
pub fn form_paths() -> impl Iterator<Item = &'static str> {
    plain::paths()
}

/// Adds what the layers around every route may answer, so that no route has to say it.
fn with_common_answers(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    for path in document.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.post, &mut path.put, &mut path.delete];
        for operation in operations.into_iter().flatten() {
            let body = operation.request_body.is_some();
            let common = [
                ("400", "Not of the documented shape", true),
                ("413", "The body is too large", body),
                ("415", "The body is not JSON", body),
                ("503", "Busy or stopping: send it again", true),
            ];
            for (status, words, may) in common {
                if may {
                    let answers = &mut operation.responses.responses;
                    answers.entry(status.to_owned()).or_insert_with(|| problem(words).into());
                }
            }
        }
    }
    document
}

fn problem(words: &str) -> utoipa::openapi::Response {
    let content =
        ContentBuilder::new().schema(Some(utoipa::openapi::Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(words).content("application/problem+json", content).build()
}

/// The whole server: API, its pages, the widget, and the layers around them.
pub fn router(app: Shared) -> Router {
    let (routes, document) = api().split_for_parts();
    let document = with_common_answers(document);
    let mut router = routes
        .merge(embed::routes())
        .merge(explain::routes())
        .merge(frame::routes())
        .merge(plain::routes())
        .merge(SwaggerUi::new("/docs").url("/openapi.json", document))
        .method_not_allowed_fallback(layers::method_not_allowed);
    if app.config.demo {
        router = router.merge(demo::routes());
    }
    router = router.fallback(widget::serve);
    layers::around(router, &app).with_state(app)
}
