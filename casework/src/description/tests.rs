use super::*;

#[test]
fn every_field_of_every_kind_is_told_with_what_it_holds() {
    fn walk(rules: &[FieldRule], told: &[FieldTold]) {
        assert_eq!(rules.len(), told.len());
        for (rule, told) in rules.iter().zip(told) {
            assert_eq!((rule.name, rule.label_zh), (told.name, told.label_zh));
            assert!(!told.holds.is_empty(), "{}", rule.name);
            match rule.holds {
                Holds::Object(inner) | Holds::Rows(inner) => walk(inner, &told.fields),
                Holds::Choices(codes) | Holds::Leaf(Value::Code(codes)) => {
                    assert_eq!(codes.len(), told.options.len(), "{}", rule.name);
                }
                _ => {}
            }
        }
    }
    let all = all();
    assert_eq!(all.len(), kinds::ALL.len());
    for (kind, told) in kinds::ALL.iter().zip(&all) {
        walk(kind.fields, &told.fields);
        assert_eq!(kind.required.len(), told.required.len());
        assert_eq!(kind.access.len(), told.access.len());
        let passes = |rule: &StatusTold| rule.passes.len();
        assert_eq!(kind.status.map(|rule| rule.passes.len()), told.status.as_ref().map(passes));
    }
}

#[test]
fn a_visit_tells_who_ends_it_and_what_it_needs() {
    let all = all();
    let visit = all.iter().find(|kind| kind.name == "visit").expect("visits");
    let status = visit.status.as_ref().expect("a status");
    let done = status.passes.iter().find(|pass| pass.to == "done").expect("a pass");
    assert_eq!((done.by, done.from), ("worker", Some("in_progress")));
    let cancelled = status.passes.iter().find(|pass| pass.to == "cancelled").expect("a pass");
    assert_eq!(cancelled.needs.as_deref(), Some("/cancel_reason"));
}
