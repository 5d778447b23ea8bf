//! Two administrators at the same moment.

use ruhu_tests::{Hand, Server, on_both_databases};
use serde_json::{Value, json};
use std::sync::Barrier;
use std::thread;

on_both_databases! {
    of_two_values_that_are_entered_at_once_for_the_same_days_one_stands,
}

fn enter(admin: &Hand, key: &str, value: &Value) -> u16 {
    admin.call("POST", "/v1/tables").header("Idempotency-Key", key).json(value).send().status
}

fn of_two_values_that_are_entered_at_once_for_the_same_days_one_stands(server: Server) {
    let admins = [server.hand("admin"), server.hand("admin")];
    for year in 2027..2043 {
        let begin = Barrier::new(admins.len());
        let mut statuses: Vec<u16> = thread::scope(|scope| {
            let entering: Vec<_> = admins
                .iter()
                .enumerate()
                .map(|(n, admin)| {
                    let begin = &begin;
                    let value = json!({"table": "dibao_standard_fen", "area_code": "11",
                        "valid_from": format!("{year}-01-01"), "valid_to": format!("{year}-12-31"),
                        "value": 100_000 + n, "source": "演示值，不是法定标准", "confirmed": false});
                    scope.spawn(move || {
                        begin.wait();
                        enter(admin, &format!("enter-{year}-{n}"), &value)
                    })
                })
                .collect();
            entering.into_iter().map(|thread| thread.join().expect("answered")).collect()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 422], "{year}");
    }
}
