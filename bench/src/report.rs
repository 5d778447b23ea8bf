//! The output: one table per workload.

use crate::output::say;
use crate::processes::Memory;
use crate::statistics::Samples;

/// One line of a table.
#[derive(Debug)]
struct Line {
    name: String,
    figure: String,
    ceiling: String,
    ratio: String,
}

/// A table, filled line by line.
#[derive(Debug)]
pub(crate) struct Table {
    title: String,
    ceiling: &'static str,
    lines: Vec<Line>,
}

impl Table {
    /// An empty table. `ceiling` names what the figures are compared with.
    pub(crate) fn new(title: String, ceiling: &'static str) -> Self {
        Self { title, ceiling, lines: Vec::new() }
    }

    /// A figure and its ceiling. Their ratio is taken round by round, so that a temporary slowdown
    /// of the machine affects both.
    pub(crate) fn compare(&mut self, name: &str, unit: &str, pairs: &[(f64, f64)]) {
        let figures: Samples = pairs.iter().map(|pair| pair.0).collect();
        let ceilings: Samples = pairs.iter().map(|pair| pair.1).collect();
        let ratios: Samples = pairs.iter().map(|pair| pair.0 / pair.1).collect();
        self.lines.push(Line {
            name: name.to_owned(),
            figure: format!("{} {unit}", with_spread(&figures)),
            ceiling: with_spread(&ceilings),
            ratio: format!("{:.2}", ratios.median()),
        });
    }

    /// A figure without a ceiling, with a remark.
    pub(crate) fn note(&mut self, name: &str, figure: String, remark: &str) {
        let (ceiling, ratio) = (remark.to_owned(), String::new());
        self.lines.push(Line { name: name.to_owned(), figure, ceiling, ratio });
    }

    /// A process's memory after the work, and before it.
    pub(crate) fn note_memory(&mut self, after: Memory, fresh: Memory) {
        let remark = format!(
            "at most {}, fresh {}",
            megabytes(after.peak_bytes),
            megabytes(fresh.resident_bytes)
        );
        self.note("memory after it", megabytes(after.resident_bytes), &remark);
    }

    /// Prints it.
    pub(crate) fn print(&self) {
        let heads = ["", "figure", self.ceiling, "ratio"];
        let rows = self.lines.iter().map(|l| [&*l.name, &*l.figure, &*l.ceiling, &*l.ratio]);
        let rows: Vec<[&str; 4]> = std::iter::once(heads).chain(rows).collect();
        let width = |column: usize| rows.iter().map(|row| wide(row[column])).max().unwrap_or(0);
        let widths = [width(0), width(1), width(2), width(3)];
        say("");
        say(&self.title);
        for row in &rows {
            let cells = row.iter().zip(widths).map(|(cell, width)| {
                format!("{cell}{}", " ".repeat(width.saturating_sub(wide(cell))))
            });
            say(format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end());
        }
    }
}

fn wide(text: &str) -> usize {
    text.chars().count()
}

fn with_spread(samples: &Samples) -> String {
    let (low, high) = (samples.quantile(0.25), samples.quantile(0.75));
    format!("{} ({}–{})", rounded(samples.median()), rounded(low), rounded(high))
}

/// Three significant digits.
pub(crate) fn rounded(number: f64) -> String {
    match number.abs() {
        size if size >= 1_000.0 => {
            let whole = format!("{number:.0}");
            let (head, tail) = whole.split_at(whole.len() - 3);
            format!("{head},{tail}")
        }
        size if size >= 100.0 => format!("{number:.0}"),
        size if size >= 10.0 => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}

/// Bytes in readable units.
pub(crate) fn megabytes(bytes: usize) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_three_digits_that_count() {
        let shown = [0.5, 6.516, 12.34, 123.4, 29_000.4].map(rounded);
        assert_eq!(shown, ["0.50", "6.52", "12.3", "123", "29,000"]);
    }
}
