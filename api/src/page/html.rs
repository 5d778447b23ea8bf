//! Writing HTML: text is escaped here and nowhere else.

use std::fmt::Write as _;

/// Text as it may stand in HTML, between tags or in a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // They would show the words behind them in another order than they stand in.
            '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {
                let _ = write!(escaped, "[U+{:04X}]", u32::from(character));
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// A page that is being written.
#[derive(Debug)]
pub struct Html(String);

impl Html {
    /// Begins a page.
    pub fn page(title: &str) -> Self {
        let mut page = Self(String::with_capacity(32 * 1024));
        let title = escape(title);
        page.raw("<!doctype html><html lang=zh-CN><head><meta charset=utf-8>");
        page.raw("<meta name=viewport content=\"width=device-width,initial-scale=1\">");
        page.raw("<meta name=robots content=noindex>");
        let _ = write!(page.0, "<title>{title}</title><style>");
        page.raw(include_str!("style.css"));
        let _ = write!(page.0, "</style></head><body><main><h1>{title}</h1>");
        page
    }

    /// Adds what is HTML already.
    pub fn raw(&mut self, html: &str) {
        self.0.push_str(html);
    }

    /// Adds text in an element.
    pub fn element(&mut self, name: &str, text: &str) {
        let _ = write!(self.0, "<{name}>{}</{name}>", escape(text));
    }

    /// Adds a table's row of texts.
    pub fn row(&mut self, cells: &[&str]) {
        self.raw("<tr>");
        for cell in cells {
            self.element("td", cell);
        }
        self.raw("</tr>");
    }

    /// Ends the page.
    pub fn end(mut self) -> String {
        self.raw("</main></body></html>\n");
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_wrote_is_never_markup() {
        let escaped = escape("<img src=x onerror='alert(\"1\")'>&amp;");
        assert_eq!(escaped, "&lt;img src=x onerror=&#39;alert(&quot;1&quot;)&#39;&gt;&amp;amp;");
        let mut page = Html::page("<b>");
        page.row(&["<script>"]);
        page.element("p", "&");
        let page = page.end();
        assert!(page.contains("<title>&lt;b&gt;</title>"));
        assert!(page.contains("<td>&lt;script&gt;</td>") && page.contains("<p>&amp;</p>"));
    }
}
