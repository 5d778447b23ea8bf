//! How the story is told: steps in both languages, and beneath each what is really so.

/// Tells a story line by line.
pub(crate) struct Narrator<'a> {
    tell: &'a mut dyn FnMut(&str),
    steps: usize,
}

const NUMERALS: [&str; 12] = ["①", "②", "③", "④", "⑤", "⑥", "⑦", "⑧", "⑨", "⑩", "⑪", "⑫"];

impl<'a> Narrator<'a> {
    /// Tells it to whoever listens.
    pub(crate) fn new(tell: &'a mut dyn FnMut(&str)) -> Self {
        Self { tell, steps: 0 }
    }

    /// A line as it is.
    pub(crate) fn say(&mut self, line: &str) {
        (self.tell)(line);
    }

    /// The next step.
    pub(crate) fn step(&mut self, zh: &str, en: &str) {
        let numeral = NUMERALS.get(self.steps).copied().unwrap_or("·");
        self.steps += 1;
        self.say("");
        self.say(&format!("{numeral} {zh}"));
        self.say(&format!("   {en}"));
    }

    /// Something that is so.
    pub(crate) fn fact(&mut self, line: &str) {
        self.say(&format!("   · {line}"));
    }

    /// A name and what it stands for, in two columns.
    pub(crate) fn pair(&mut self, name: &str, value: &str) {
        self.say(&format!("       {}{value}", padded(name, 24)));
    }
}

/// A text with blanks behind it up to so many columns. What is not ASCII is two columns wide, as
/// terminals show Chinese.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    let width: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    format!("{text}{}", " ".repeat(columns.saturating_sub(width).max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_latin_texts_end_in_the_same_column() {
        assert_eq!(padded("电话", 8), "电话    ");
        assert_eq!(padded("rev", 8), "rev     ");
        assert_eq!(padded("太长太长太长", 4), "太长太长太长 ");
    }

    #[test]
    fn steps_are_counted() {
        let mut told = Vec::new();
        let mut tell = |line: &str| told.push(line.to_owned());
        let mut narrator = Narrator::new(&mut tell);
        narrator.step("登录", "Sign in");
        narrator.step("拉取", "Pull");
        assert_eq!(told, ["", "① 登录", "   Sign in", "", "② 拉取", "   Pull"]);
    }
}
