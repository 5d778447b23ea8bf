//! That the contract documents what handlers return: the compiler does not compare the two.

use super::house::{holds, sources};

/// What wraps an answer's type on its way out.
const WRAPPERS: [&str; 3] = ["web::Json<", "Recorded<", "Tagged<"];

/// Texts that `sync` writes itself, and the types by which the contract describes them.
const WRITTEN_BY_SYNC: [(&str, &str); 2] = [("PushAnswer", "PushAnswerBody"), ("Page", "PageBody")];

/// The handlers of a file: what each documents for 200, and what it returns.
fn handlers(text: &str) -> Vec<(&str, &str, &str)> {
    let described = text.split("#[utoipa::path(").skip(1);
    described
        .filter_map(|handler| {
            let documented = handler.split_once("status = 200").map(|(_, rest)| rest)?;
            let documented = documented.split_once(')')?.0.split_once("body = ")?.1;
            let (_, function) = handler.split_once("async fn ")?;
            let name = function.split(['(', '<']).next()?;
            let (_, returned) = function.split_once("-> Answer<")?;
            let returned =
                WRAPPERS.into_iter().find_map(|wrapper| returned.strip_prefix(wrapper))?;
            let end = |c: char| !c.is_alphanumeric() && c != '_' && c != ':';
            Some((name, documented.split(end).next()?, returned.split(end).next()?))
        })
        .collect()
}

#[test]
fn a_handler_returns_the_type_that_it_documents() {
    let mut broken = Vec::new();
    let mut met = 0;
    for (path, text) in sources("api") {
        for (name, documented, returned) in handlers(text) {
            met += 1;
            let last = |path: &'static str| path.rsplit("::").next().unwrap_or(path);
            let by_sync = WRITTEN_BY_SYNC.contains(&(returned, documented));
            if last(documented) != last(returned) && !by_sync {
                broken
                    .push(format!("{path}: {name} documents {documented} and returns {returned}"));
            }
        }
    }
    assert!(met > 50, "{met} handlers");
    holds("What a handler returns is what the contract says:", broken);
}

#[test]
fn a_handler_that_documents_something_else_is_found() {
    let text = "#[utoipa::path(\n responses((status = 200, description = \"x\", body = Right)))]\n\
        pub(crate) async fn wrong(\n) -> Answer<web::Json<Wrong>> {";
    assert_eq!(handlers(text), [("wrong", "Right", "Wrong")]);
}
