//! The one list of routes. Both the server and the contract are made from it, so that a route is
//! in both or in neither.
//!
//! A new one: a file beside the others with the handler, whose first argument is the authority it
//! needs; its `mod` line; a line in the list below; `ruhu openapi --write` for the contract.

pub mod areas;
pub mod audit;
pub mod confirmation;
pub mod conflicts;
pub mod deletion;
pub mod desk;
pub mod devices;
pub mod docs;
pub mod events;
pub mod finds;
pub mod forms;
pub mod full;
pub mod health;
pub mod keys;
pub mod kinds;
pub mod me;
pub mod moves;
pub mod operations;
pub mod organisations;
pub mod page;
pub mod pin;
pub mod problems;
pub mod quarantine;
pub mod second_factor;
pub mod session;
pub mod sync;
pub mod tables;

use crate::problem::{Answer, Kind, Problem};
use actix_web::http::header;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use utoipa::OpenApi as _;

macro_rules! routes {
    ($($module:ident :: $handler:ident,)*) => {
        fn register_listed(config: &mut ServiceConfig) {
            $(config.service($module::$handler);)*
        }

        /// The operations of the contract, as the handlers declare them.
        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($module::$handler),*))]
        pub(crate) struct Listed;
    };
}

routes! {
    page::read_front_page,
    session::sign_in,
    session::refresh_session,
    session::sign_out,
    me::read_me,
    pin::set_my_pin,
    pin::change_my_password,
    second_factor::read_my_second_factor,
    second_factor::begin_my_second_factor,
    second_factor::confirm_my_second_factor,
    second_factor::switch_my_second_factor_off,
    devices::list_my_devices,
    devices::revoke_my_device,
    devices::report_my_device_lost,
    devices::list_devices,
    devices::revoke_device,
    devices::report_device_lost,
    devices::report_device_found,
    sync::read_handshake,
    sync::push_edits,
    sync::pull_changes,
    events::listen_to_events,
    desk::list_assessments,
    desk::read_assessment,
    desk::take_up_assessment,
    desk::return_assessment,
    desk::accept_assessment,
    confirmation::confirm_household,
    finds::list_finds,
    finds::read_find,
    full::view_record,
    full::view_quarantined,
    deletion::list_deleted,
    deletion::delete_record,
    deletion::undelete_record,
    conflicts::list_conflicts,
    conflicts::read_conflicts,
    conflicts::settle_conflicts,
    quarantine::list_quarantine,
    quarantine::read_quarantined,
    quarantine::apply_quarantined,
    quarantine::dismiss_quarantined,
    moves::list_desk_caseloads,
    moves::list_households,
    moves::move_households,
    organisations::list_providers,
    organisations::add_provider,
    organisations::list_bans,
    organisations::begin_ban,
    organisations::lift_ban,
    organisations::list_contracts,
    organisations::add_contract,
    organisations::end_contract,
    organisations::list_caseloads,
    organisations::add_caseload,
    organisations::list_memberships,
    organisations::add_membership,
    organisations::end_membership,
    organisations::list_offices,
    organisations::add_office,
    organisations::end_office,
    organisations::list_accounts,
    organisations::add_account,
    organisations::switch_account,
    organisations::reset_password,
    organisations::reset_second_factor,
    audit::read_audit_log,
    forms::list_forms,
    forms::read_form,
    forms::read_form_schema,
    forms::read_form_outline,
    forms::check_form,
    forms::publish_form,
    forms::retire_form,
    forms::lift_form_retirement,
    tables::list_tables,
    tables::enter_table,
    tables::correct_table,
    areas::list_areas,
    kinds::list_kinds,
    keys::read_key_set,
    health::is_alive,
    health::is_ready,
    health::read_metrics,
    operations::list_jobs,
    docs::read_contract,
    docs::enter_docs,
    docs::read_docs,
    problems::list_problems,
    problems::read_problem,
}

/// Registers every route, and what is answered where there is none.
pub fn register(config: &mut ServiceConfig) {
    let refused = |what: String| {
        Problem::new(Kind::InvalidRequest)
            .detail(
                format!("地址中的参数有误（{what}），请改正后重发。"),
                format!("Correct the parameter in the address: {what}."),
            )
            .into()
    };
    config
        .app_data(web::PathConfig::default().error_handler(move |e, _| refused(e.to_string())))
        .app_data(web::QueryConfig::default().error_handler(move |e, _| refused(e.to_string())));
    register_listed(config);
    config.app_data(web::Data::new(KnownAddresses::listed())).default_service(web::to(no_route));
}

/// The contract of all routes, as it is served and checked in.
pub fn contract() -> Answer<String> {
    crate::openapi::to_json(Listed::openapi())
}

/// The addresses and their methods, to tell a wrong method from a wrong address.
struct KnownAddresses(Vec<(actix_web::dev::ResourceDef, String)>);

impl KnownAddresses {
    fn listed() -> Self {
        let operations = crate::openapi::operations(Listed::openapi());
        let mut known: Vec<(String, Vec<&str>)> = Vec::new();
        for (path, method) in operations {
            match known.iter_mut().find(|(of, _)| *of == path) {
                Some((_, methods)) => methods.push(method),
                None => known.push((path, vec![method])),
            }
        }
        let definition = |(path, methods): (String, Vec<&str>)| {
            // Whatever can be read answers HEAD, too.
            let head = methods.contains(&"GET").then_some("HEAD");
            let methods: Vec<_> = methods.into_iter().chain(head).collect();
            (actix_web::dev::ResourceDef::new(path), methods.join(", "))
        };
        Self(known.into_iter().map(definition).collect())
    }

    fn allowed(&self, path: &str) -> Option<&str> {
        let known = self.0.iter().find(|(known, _)| known.is_match(path))?;
        Some(&known.1)
    }
}

async fn no_route(known: web::Data<KnownAddresses>, request: HttpRequest) -> Answer<HttpResponse> {
    Err(match known.allowed(request.path()) {
        Some(methods) => Problem::new(Kind::MethodNotAllowed).header(header::ALLOW, methods),
        None => Problem::new(Kind::NotFound),
    })
}
