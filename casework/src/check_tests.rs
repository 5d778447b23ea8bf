use super::*;
use crate::testing::{object, said};
use ruhu_sync::shape::Class;

fn form() -> Form {
    let text = r#"{"id":"means","version":1,"label_zh":"家计",
        "source":{"law":"某法","document":"某号","article":"第1条"},
        "valid_from":null,"valid_to":null,"computed":[],
        "sections":[{"id":"a","label_zh":"甲","questions":[
            {"id":"rent","label_zh":"租金","kind":{"type":"fen"}},
            {"id":"lives","label_zh":"居住地","kind":{"type":"area_code","digits":12}},
            {"id":"income","label_zh":"收入","required":true,"kind":{"type":"rows","max_rows":9,"questions":[
                {"id":"wage","label_zh":"工资","kind":{"type":"fen"}},
                {"id":"months","label_zh":"月数","kind":{"type":"integer","min":1,"max":12}}
            ]}}
        ]}]}"#;
    Form::parse(text).expect("form")
}

fn ask(path: &str, wish: Wish) -> Ask {
    Ask { path: Path::parse(path).expect("path"), wish, class: Class::Ask, rows: Vec::new() }
}

fn said_of(asks: &[Ask]) -> Vec<String> {
    let areas = Areas::shipped().expect("areas");
    let knowing = Knowing { today: NaiveDate::default(), areas: &areas };
    said(answers(&[&form()], "answers", asks, knowing))
}

#[test]
fn an_area_beside_those_that_are_known_is_none() {
    let lives = |code: &str| said_of(&[ask("/answers/lives", Wish::Set(Json::from(code)))]);
    assert_eq!(lives("110102001001"), [""; 0]);
    assert_eq!(lives("440305001001"), [""; 0], "nothing is known of that province");
    assert_eq!(lives("110102999001"), ["/answers/lives area_unknown"]);
    assert_eq!(lives("119902001001"), ["/answers/lives area_unknown"]);
    assert_eq!(lives("1101029990"), ["/answers/lives area_code_expected"]);
}

#[test]
fn money_as_a_fraction_is_named_so_in_answers_and_in_their_rows() {
    let asks = [
        ask("/answers/rent", Wish::Set(Json::Real(12.5))),
        ask("/answers/income/r1", Wish::AddRow(object(r#"{"wage":0.5,"months":13}"#))),
        ask("/answers/income/r2/wage", Wish::Set(Json::Real(1.5))),
        ask("/answers/income/r3", Wish::Remove),
        ask("/note", Wish::Set(Json::Real(1.5))),
    ];
    assert_eq!(
        said_of(&asks),
        [
            "/answers/rent fen_expected",
            "/answers/income/r1/wage fen_expected",
            "/answers/income/r1/months out_of_range",
            "/answers/income/r2/wage fen_expected",
        ]
    );
}

#[test]
fn a_submission_lacks_what_its_form_requires() {
    let check = |text: &str| said(whole_answers(&form(), "answers", &object(text)));
    assert_eq!(check("{}"), ["/answers/income required"]);
    assert!(check(r#"{"answers":{"income":{"r1":{"wage":1}}}}"#).is_empty());
}
