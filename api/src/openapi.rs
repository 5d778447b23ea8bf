//! The contract: OpenAPI 3.1 made from the routes' own declarations, completed with what holds for
//! all of them.

mod shared;

use crate::problem::{Answer, Kind, Language, Problem, ProblemDocument};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::PartialSchema as _;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, ContactBuilder, Content, InfoBuilder, LicenseBuilder, OpenApi, Ref, RefOr, Response,
};
use utoipa::openapi::{ResponseBuilder, tag::TagBuilder};

/// What a protected operation names in its `security`.
const ACCESS_TOKEN: &str = "access_token";

const PROBLEM_JSON: &str = "application/problem+json";

/// Makes a type that an operation lists among its responses: the problems that are its own. Those
/// that hold for all operations of its kind are added to it here.
macro_rules! refusals {
    ($name:ident: $($kind:expr),+ $(,)?) => {
        pub(crate) struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<
                String,
                utoipa::openapi::RefOr<utoipa::openapi::Response>,
            > {
                $crate::openapi::responses_of(&[$($kind),+])
            }
        }
    };
}
pub(crate) use refusals;

/// The responses of these problems, by status.
pub(crate) fn responses_of(kinds: &[Kind]) -> BTreeMap<String, RefOr<Response>> {
    let mut responses = BTreeMap::new();
    for kind in kinds {
        add_problem(&mut responses, *kind);
    }
    responses
}

fn add_problem(responses: &mut BTreeMap<String, RefOr<Response>>, kind: Kind) {
    let empty = || RefOr::T(ResponseBuilder::new().build());
    let response = responses.entry(kind.status().to_string()).or_insert_with(empty);
    let RefOr::T(response) = response else {
        return;
    };
    let content = response
        .content
        .entry(PROBLEM_JSON.to_owned())
        .or_insert_with(|| RefOr::T(Content::new(Some(Ref::from_schema_name("Problem")))));
    let RefOr::T(content) = content else {
        return;
    };
    let document = Problem::new(kind).document(Language::English, Some("0f8c2b7e5d1a4f3e"));
    let example = ExampleBuilder::new()
        .summary(kind.title().en)
        .value(serde_json::to_value(document).ok())
        .build();
    content.examples.insert(kind.slug().to_owned(), RefOr::T(example));
    let slugs: Vec<_> = content.examples.keys().map(|slug| format!("`{slug}`")).collect();
    response.description = slugs.join(", ");
}

/// The contract of these operations.
fn contract(listed: OpenApi) -> OpenApi {
    let mut contract = listed;
    contract.info = InfoBuilder::new()
        .title("入户 Ruhu")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .contact(Some(ContactBuilder::new().name(Some("Ruhu maintainers")).build()))
        .license(Some(
            LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build(),
        ))
        .build();
    contract.tags = Some(
        TAGS.iter()
            .map(|(name, text)| TagBuilder::new().name(*name).description(Some(*text)).build())
            .collect(),
    );
    let components = contract.components.get_or_insert_with(Components::new);
    components.schemas.insert("Problem".to_owned(), ProblemDocument::schema());
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The `access_token` of `POST /v1/session`"))
        .build();
    components.add_security_scheme(ACCESS_TOKEN, SecurityScheme::Http(scheme));
    for item in contract.paths.paths.values_mut() {
        for operation in operations_of(item).into_iter().map(|(_, operation)| operation) {
            complete(operation);
        }
    }
    share_problems(&mut contract);
    contract
}

/// Moves every problem response and its examples to `components`, so that each is written once.
fn share_problems(contract: &mut OpenApi) {
    let mut shared = BTreeMap::new();
    let mut examples = BTreeMap::new();
    for item in contract.paths.paths.values_mut() {
        for (_, operation) in operations_of(item) {
            for response in operation.responses.responses.values_mut() {
                let Some(slugs) = take_examples(response, &mut examples) else { continue };
                let name = slugs.join(".");
                let own = RefOr::Ref(Ref::from_response_name(&name));
                shared.insert(name, std::mem::replace(response, own));
            }
        }
    }
    let components = contract.components.get_or_insert_with(Components::new);
    components.responses.extend(shared);
    components.examples.extend(examples);
}

/// Takes the examples out of a problem response, leaving references, and gives the problems' slugs;
/// none for another response.
fn take_examples(
    response: &mut RefOr<Response>,
    examples: &mut BTreeMap<String, RefOr<Example>>,
) -> Option<Vec<String>> {
    let RefOr::T(response) = response else { return None };
    let RefOr::T(content) = response.content.get_mut(PROBLEM_JSON)? else { return None };
    for (slug, example) in &mut content.examples {
        let reference = RefOr::Ref(Ref::new(format!("#/components/examples/{slug}")));
        examples.insert(slug.clone(), std::mem::replace(example, reference));
    }
    Some(content.examples.keys().cloned().collect())
}

const DESCRIPTION: &str = "Offline-first field visits for social assistance. Tablets work without a network and \
    synchronise when there is one; desks review over the same records.\n\n\
    Failures are [problem documents](/problems) (RFC 9457), in Chinese or, by `Accept-Language`, in English. \
    Bodies may travel in gzip or zstd, both ways. Every answer has an `X-Request-Id`.";

const TAGS: &[(&str, &str)] = &[
    (
        "session",
        "Signing in and out. A session is a device: a person's installation on one tablet, or at one desk.",
    ),
    ("sync", "The sync protocol of tablets."),
    ("reference", "What is the same for all: forms and areas."),
    ("desk", "Reviewing at a desk."),
    ("administration", "What administrators do."),
    (
        "organisations",
        "Who works for whom: providers, bans, contracts, caseloads, memberships, offices, accounts. \
         A refusal names all its reasons at once, in both languages.",
    ),
    ("audit", "What people did, for those who look after it."),
    ("operations", "Running the service, and reading about it."),
];

/// What holds for every operation of its kind.
fn complete(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    if is_protected(operation.security.as_deref()) {
        let any = [Kind::SignInRequired, Kind::AccessTokenExpired, Kind::DeviceLost];
        for kind in any.into_iter().chain([Kind::NewPasswordDue, Kind::SecondFactorDue]) {
            add_problem(responses, kind);
        }
    }
    let takes_a_query = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(p) if p.parameter_in == ParameterIn::Query);
    if operation.parameters.iter().flatten().any(takes_a_query) {
        add_problem(responses, Kind::InvalidRequest);
    }
    if operation.request_body.is_some() {
        // A push is read by the protocol, which has words of its own for what is no push.
        let is_push = names_problem(responses, Kind::MalformedPush);
        for kind in [
            if is_push { Kind::MalformedPush } else { Kind::MalformedJson },
            Kind::DamagedBody,
            Kind::BodyNotUtf8,
            Kind::RequestTimeout,
            Kind::BodyTooLarge,
            Kind::UnsupportedMediaType,
            Kind::UnsupportedEncoding,
        ] {
            add_problem(responses, kind);
        }
    }
    let needs_store =
        operation.tags.as_ref().is_none_or(|tags| !tags.contains(&"operations".to_owned()));
    if needs_store {
        for kind in [Kind::RateLimited, Kind::Busy, Kind::StoreUnavailable] {
            add_problem(responses, kind);
        }
    }
    add_problem(responses, Kind::Internal);
}

fn names_problem(responses: &BTreeMap<String, RefOr<Response>>, kind: Kind) -> bool {
    let response = responses.get(&kind.status().to_string());
    let Some(RefOr::T(response)) = response else { return false };
    let Some(RefOr::T(content)) = response.content.get(PROBLEM_JSON) else { return false };
    content.examples.contains_key(kind.slug())
}

fn is_protected(security: Option<&[utoipa::openapi::security::SecurityRequirement]>) -> bool {
    let names_the_scheme = |requirement| {
        serde_json::to_value(requirement).is_ok_and(|value| value.get(ACCESS_TOKEN).is_some())
    };
    security.is_some_and(|all| all.iter().any(names_the_scheme))
}

fn operations_of(item: &mut PathItem) -> Vec<(&'static str, &mut Operation)> {
    [
        ("GET", item.get.as_mut()),
        ("PUT", item.put.as_mut()),
        ("POST", item.post.as_mut()),
        ("DELETE", item.delete.as_mut()),
        ("PATCH", item.patch.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation?)))
    .collect()
}

/// Every path with each of its methods.
pub(crate) fn operations(mut contract: OpenApi) -> Vec<(String, &'static str)> {
    let paths = contract.paths.paths.iter_mut();
    paths
        .flat_map(|(path, item)| {
            let methods = operations_of(item).into_iter().map(|(method, _)| method);
            methods.map(|method| (path.clone(), method)).collect::<Vec<_>>()
        })
        .collect()
}

/// The contract's text, as it is served and checked in.
pub(crate) fn to_json(listed: OpenApi) -> Answer<String> {
    // Through a value, whose members are in order: the text depends on nothing but the routes.
    let mut value: Value = serde_json::to_value(contract(listed)).map_err(Problem::internal)?;
    for (name, schema) in crate::kinds::schemas() {
        value["components"]["schemas"][name] = schema;
    }
    shared::share(&mut value);
    shared::write(&value).map_err(Problem::internal)
}
