//! The outline: a form for printing, with all questions in order and room to write. One
//! self-contained HTML page.

use std::fmt::Write;

use crate::form::{Form, Source};
use crate::question::{ChoiceOption, Kind, Question};

/// The number of empty rows to print.
const EMPTY_ROWS: usize = 4;
/// Wider rows are printed one below the other: a column needs room for handwriting.
const COLUMNS_MAX: usize = 8;
const EMPTY_CARDS: usize = 2;
/// With more options than this they are listed once, not printed with a box each.
const BOXES_MAX: usize = 12;

const STYLE: &str = "@page{size:A4;margin:18mm 16mm}body{font:14px/1.6 'Songti SC','Noto Serif CJK SC',serif;\
max-width:180mm;margin:0 auto;padding:8px;color:#111}h1{font-size:20px;text-align:center;margin:8px 0}\
h2{font-size:16px;border-bottom:1px solid #333;margin:18px 0 6px;break-after:avoid}\
.question{margin:8px 0;break-inside:avoid}.help,.source{color:#555;font-size:12px}\
.line{display:inline-block;min-width:60mm;border-bottom:1px solid #333;height:1.4em}\
.wide{display:block;border-bottom:1px solid #333;height:1.8em}.option{margin-right:1.2em;white-space:nowrap}\
table{border-collapse:collapse;width:100%;table-layout:fixed;font-size:12px}\
th,td{border:1px solid #333;padding:3px;height:1.6em;overflow-wrap:anywhere;font-weight:normal;text-align:left}\
.card{display:grid;grid-template-columns:1fr 1fr;gap:4px 16px;border:1px solid #333;padding:8px;\
margin:6px 0;font-size:12px;break-inside:avoid}.card .line{min-width:30mm}.wide-field{grid-column:1/-1}\
.signatures{display:grid;grid-template-columns:1fr 1fr;gap:14px 24px;margin-top:24px;break-inside:avoid}";

impl Form {
    /// The form as a page to print (A4): every question with its options and room for the answer,
    /// the computed values, lines for signatures and a place for the seal.
    pub fn outline_html(&self) -> String {
        let mut page = Page(String::new());
        let title = escape(self.label_zh());
        page.put(format_args!(
            "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{title}</title>\
             <style>{STYLE}</style></head><body><h1>{title}</h1>\
             <p class=\"source\">依据：{}　表单：{}　第{}版</p>\
             <p>户编号：<span class=\"line\"></span>　案号：<span class=\"line\"></span></p>",
            source(self.source()),
            escape(self.id()),
            self.version()
        ));
        let mut number = 0;
        for section in self.sections() {
            page.put(format_args!("<section><h2>{}</h2>", escape(&section.label_zh)));
            page.help(section.help_zh.as_deref());
            for question in &section.questions {
                number += 1;
                page.question(number, question);
            }
            page.put(format_args!("</section>"));
        }
        self.put_computed(&mut page);
        page.signatures(self.investigators());
        page.put(format_args!("</body></html>"));
        page.0
    }

    fn put_computed(&self, page: &mut Page) {
        if self.computed_values().is_empty() {
            return;
        }
        page.put(format_args!("<section><h2>由系统计算</h2>"));
        for value in self.computed_values() {
            let mark = if value.suggests { "（建议，由工作人员决定）" } else { "" };
            page.put(format_args!(
                "<div class=\"question\">{}{mark}：<span class=\"line\"></span> \
                 <span class=\"source\">{}</span></div>",
                escape(&value.label_zh),
                source(&value.source)
            ));
        }
        page.put(format_args!("</section>"));
    }
}

struct Page(String);

impl Page {
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing into memory cannot fail.
        let _ = self.0.write_fmt(text);
    }

    fn help(&mut self, help: Option<&str>) {
        if let Some(help) = help {
            self.put(format_args!("<div class=\"help\">{}</div>", escape(help)));
        }
    }

    fn question(&mut self, number: usize, question: &Question) {
        let required = if question.required { " *" } else { "" };
        let condition =
            if question.asked_when.is_some() { "（符合条件时填写）" } else { "" };
        self.put(format_args!(
            "<div class=\"question\"><strong>{number}. {}{required}</strong>{condition} ",
            escape(&question.label_zh)
        ));
        match &question.kind {
            Kind::Rows { questions, .. } if questions.len() > COLUMNS_MAX => self.cards(questions),
            Kind::Rows { questions, .. } => self.table(questions),
            Kind::Text { max_chars } if *max_chars > 100 => {
                self.put(format_args!("<span class=\"wide\"></span><span class=\"wide\"></span>"));
            }
            kind => self.put(format_args!("{}", room(kind))),
        }
        for unsaid in &question.may_be {
            let label = match unsaid {
                crate::Unsaid::Unknown => "不清楚",
                crate::Unsaid::Refused => "拒绝回答",
            };
            self.put(format_args!(" <span class=\"option\">☐ {label}</span>"));
        }
        self.help(question.help_zh.as_deref());
        self.put(format_args!("</div>"));
    }

    /// A row's fields as columns; their options are listed once, below.
    fn table(&mut self, fields: &[Question]) {
        self.put(format_args!("<table><thead><tr><th style=\"width:2em\">序号</th>"));
        for field in fields {
            let required = if field.required { " *" } else { "" };
            self.put(format_args!("<th>{}{required}</th>", escape(&field.label_zh)));
        }
        self.put(format_args!("</tr></thead><tbody>"));
        for row in 1..=EMPTY_ROWS {
            self.put(format_args!("<tr><td>{row}</td>{}</tr>", "<td></td>".repeat(fields.len())));
        }
        self.put(format_args!("</tbody></table>"));
        self.options_of(fields, 0);
    }

    /// A row as a block of its fields.
    fn cards(&mut self, fields: &[Question]) {
        for card in 1..=EMPTY_CARDS {
            self.put(format_args!(
                "<div class=\"card\"><div class=\"wide-field\">（{card}）</div>"
            ));
            for field in fields {
                let required = if field.required { " *" } else { "" };
                let wide = match &field.kind {
                    Kind::Choice { options } | Kind::Choices { options } => {
                        options.len() > 4 && options.len() <= BOXES_MAX
                    }
                    _ => false,
                };
                let class = if wide { " class=\"wide-field\"" } else { "" };
                self.put(format_args!(
                    "<div{class}>{}{required}：{}</div>",
                    escape(&field.label_zh),
                    room(&field.kind)
                ));
            }
            self.put(format_args!("</div>"));
        }
        self.options_of(fields, BOXES_MAX);
    }

    /// The options of fields that have many.
    fn options_of(&mut self, fields: &[Question], more_than: usize) {
        for field in fields {
            if let Kind::Choice { options } | Kind::Choices { options } = &field.kind
                && options.len() > more_than
            {
                let labels: Vec<_> =
                    options.iter().map(|option| option.label_zh.as_str()).collect();
                self.put(format_args!(
                    "<div class=\"help\">{}：{}</div>",
                    escape(&field.label_zh),
                    escape(&labels.join("／"))
                ));
            }
        }
    }

    fn signatures(&mut self, investigators: usize) {
        self.put(format_args!("<div class=\"signatures\">"));
        for number in 1..=investigators {
            let number = if investigators > 1 { number.to_string() } else { String::new() };
            self.put(format_args!("<div>调查人员{number}签名：<span class=\"line\"></span></div>"));
        }
        self.put(format_args!(
            "<div>被调查人签名：<span class=\"line\"></span></div>\
             <div>日期：　　　年　　月　　日</div><div>（盖章处）</div></div>"
        ));
    }
}

/// Room for an answer.
fn room(kind: &Kind) -> String {
    let boxes = |options: &[ChoiceOption]| {
        let one = |option: &ChoiceOption| {
            format!("<span class=\"option\">☐ {}</span> ", escape(&option.label_zh))
        };
        options.iter().map(one).collect::<String>()
    };
    match kind {
        Kind::Choice { options } | Kind::Choices { options } if options.len() <= BOXES_MAX => {
            boxes(options)
        }
        Kind::YesNo {} => "☐ 是　☐ 否".to_owned(),
        Kind::Fen {} => "<span class=\"line\"></span>元".to_owned(),
        Kind::Date {} => "　　　　年　　月　　日".to_owned(),
        Kind::Photo {} => "（照片）".to_owned(),
        Kind::Location {} => "（定位）".to_owned(),
        _ => "<span class=\"line\"></span>".to_owned(),
    }
}

fn source(source: &Source) -> String {
    let parts = [&source.law, &source.document, &source.article];
    let parts: Vec<_> = parts.into_iter().map(|part| escape(part)).collect();
    parts.join(" ")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
