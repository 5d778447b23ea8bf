//! The story's household on the page: what is so now, who changed what and when, and the conflict.

use super::words::{self, Words};
use super::{StoryShown, Traced};
use ruhu_api::page::Html;
use ruhu_casework::days::in_beijing;
use ruhu_casework::mask;
use ruhu_forms::{Catalogue, Form};
use ruhu_store::desk::HistoryEntry;
use ruhu_sync::id::Instant;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::outcome::{Outcome, Verdict};

/// Writes all of it.
pub(super) fn write(page: &mut Html, shown: &StoryShown, catalogue: &Catalogue) {
    let form = form_of(&shown.assessment, catalogue);
    page.raw("<section id=story><h2>故事里的这一户<small>The story's household</small></h2>");
    page.raw(
        "<p>两名社工带着两台平板、在没有信号时各自填写，随后先后上传。下面的内容与历史读自数据库，冲突是它未决时服务器所答。",
    );
    page.raw("<small>Two workers wrote without a signal and pushed one after the other. ");
    page.raw("Contents and history are read from the database; the conflict is as the server ");
    page.raw("told it while it was open.</small></p>");
    conflict(page, shown, &Words::of(&shown.assessment.kind, form));
    history(page, shown, form);
    page.raw("<h3>现在的内容<small>As it is now</small></h3><div class=pair>");
    let parts =
        [("家庭", &shown.household), ("本人", &shown.person), ("自理能力评估", &shown.assessment)];
    for (title, traced) in parts {
        current(page, title, traced, form);
    }
    page.raw("</div><p class=digest>分歧选定之后，两台平板与服务器都有 ");
    page.element("b", &shown.told.records.to_string());
    page.raw(" 条记录，摘要都是 ");
    page.element("code", &shown.told.digest);
    page.raw("<small>Both tablets and the server held the same records, with one digest.</small>");
    page.raw("</p>");
    handed_over(page, shown);
    page.raw("</section>");
}

fn handed_over(page: &mut Html, shown: &StoryShown) {
    let told = &shown.told.handed_over;
    page.raw("<h3>移交与迟到的修改<small>The move and the late edit</small></h3><p>");
    page.element("span", &format!("{} 把这一户移交：{} → {}。", told.by, told.from, told.to));
    page.element("span", &format!("{} 当时还有一笔没上传：“{}”。", told.late_by, told.said));
    page.element("span", "它没有丢，也没有自行生效：搁置，由主管看过，");
    page.element("strong", "采纳");
    page.element(
        "span",
        &format!("（{}），作者收到通知；原小组的平板清走了这一户。", told.because),
    );
    page.raw(
        "<small>What was written late waited for a supervisor, who applied it; its author was ",
    );
    page.raw("told, and the old team's tablets gave the household up.</small></p>");
}

fn form_of<'a>(assessment: &Traced, catalogue: &'a Catalogue) -> Option<&'a Form> {
    let document = &assessment.content.document;
    let id = document.get("form")?.as_text()?;
    let version = u32::try_from(document.get("form_version")?.as_integer()?).ok()?;
    catalogue.get(id, version).map(|entry| entry.form())
}

fn conflict(page: &mut Html, shown: &StoryShown, words: &Words) {
    let told = &shown.told;
    let path = &told.conflict.id.path;
    let said = |value: Option<&Json>| words.value(path, value);
    page.raw("<h3>那处冲突<small>The conflict</small></h3><div class=conflict><p>");
    page.element("b", &words.label(path));
    page.raw("</p><div class=three>");
    let cards = [
        ("原来 base", said(told.conflict.base.as_ref()), "两人出发时 as both set out".to_owned()),
        ("现值 first", said(told.standing.as_ref()), format!("{} 先到", told.standing_by)),
        ("并存 beside it", said(told.conflict.value.as_ref()), format!("{} 后到", told.other_by)),
    ];
    for (title, value, who) in cards {
        page.raw("<div class=card>");
        page.element("small", title);
        page.element("strong", &value);
        page.element("small", &who);
        page.raw("</div>");
    }
    page.raw("</div><p>");
    let open = shown.assessment.content.conflicts.len();
    let settled = format!("{}看过两个值后选定：", told.settled_by);
    page.element("span", &settled);
    page.element("strong", &said(told.chosen.as_ref()));
    page.element("span", &format!("。现在还有 {open} 处未决。"));
    page.raw("<small>Nobody's value was overwritten; a person looked at both and chose.</small>");
    page.raw("</p></div>");
}

/// Fields that name other records or forms, which say nothing to people.
const NAMES: [&str; 4] = ["/person", "/visit", "/form", "/form_version"];

fn current(page: &mut Html, title: &str, traced: &Traced, form: Option<&Form>) {
    let words = Words::of(&traced.kind, form);
    let document = &traced.content.document;
    page.raw("<div class=scroll><table><caption>");
    page.element("b", title);
    page.raw("</caption>");
    for at in words.places(document) {
        let value = at.find(document);
        match (at.to_string().as_str(), value) {
            (name, _) if NAMES.contains(&name) => {}
            // As a desk would see it, demo or not.
            ("/id_no", Some(Json::Text(number))) => {
                page.row(&[&words.label(&at), &mask::id_number(number)]);
            }
            _ => page.row(&[&words.label(&at), &words.value(&at, value)]),
        }
    }
    if traced.kind == "assessment" {
        computed(page, document, form);
    }
    page.raw("</table></div>");
}

/// What the form makes of the answers.
fn computed(page: &mut Html, document: &Object, form: Option<&Form>) {
    for (label, said) in form.map(|form| words::computed(form, document)).unwrap_or_default() {
        page.row(&[&label, &said]);
    }
}

fn history(page: &mut Html, shown: &StoryShown, form: Option<&Form>) {
    page.raw("<h3>谁在何时改了什么<small>Who changed what, and when</small></h3>");
    page.raw("<div class=scroll><table class=history><tr><th>到达</th><th>谁</th><th>版本</th>");
    page.raw("<th>结果</th><th>改动</th></tr>");
    let both = [("户", &shown.household), ("评估", &shown.assessment)];
    let mut entries: Vec<_> = both
        .into_iter()
        .flat_map(|(title, traced)| traced.history.iter().map(move |entry| (title, traced, entry)))
        .collect();
    entries.sort_by_key(|(_, _, entry)| entry.received_at);
    for (title, traced, entry) in entries {
        let words = Words::of(&traced.kind, form);
        let version = format!("{title} {}", entry.rev_number);
        page.raw("<tr>");
        page.element("td", &beijing(entry.received_at));
        page.element("td", &entry.user_name);
        page.element("td", &version);
        page.element("td", outcome(entry));
        page.raw("<td>");
        changes(page, &words, entry);
        page.raw("</td></tr>");
    }
    page.raw("</table></div>");
}

fn beijing(at: Instant) -> String {
    in_beijing(at).format("%-m月%-d日 %H:%M:%S").to_string()
}

fn answered(entry: &HistoryEntry) -> Option<Outcome> {
    serde_json::from_str(&entry.outcome_text).ok()
}

fn outcome(entry: &HistoryEntry) -> &'static str {
    match answered(entry).map(|outcome| outcome.outcome) {
        Some(Verdict::Applied) => "采纳 applied",
        Some(Verdict::Merged) => "合并 merged",
        Some(Verdict::Conflict) => "冲突 conflict",
        _ => "",
    }
}

/// The first version is told in one line: all of it is new.
const CHANGES_SHOWN_MAX: usize = 8;

fn changes(page: &mut Html, words: &Words, entry: &HistoryEntry) {
    if entry.rev_number == 1 {
        page.element("div", &format!("建档（{} 项）", entry.effect.0.len()));
        return;
    }
    let told = entry.effect.0.iter().filter(|touch| !touch.only_makes_room());
    if entry.op.as_deref() == Some("move") {
        page.element("div", "移交给另一小组，内容不变");
    }
    if let Some(by) = &entry.applied_by {
        page.element("div", &format!("迟到的修改，由{by}采纳"));
    }
    for touch in told.take(CHANGES_SHOWN_MAX) {
        let said = |value: &Option<Json>| words.value(&touch.path, value.as_ref());
        let change = match &touch.before {
            None => said(&touch.after),
            before => format!("{} → {}", said(before), said(&touch.after)),
        };
        page.element("div", &format!("{}：{change}", words.label(&touch.path)));
    }
    for path in answered(entry).map(|outcome| outcome.conflicts).unwrap_or_default() {
        page.element("div", &format!("{}：另一个值并存，等人来定", words.label(&path)));
    }
}
