//! JSON broken into lines to be read, with not a byte of it changed.

/// The widest line that holds a whole value.
const COLUMNS: usize = 100;

/// The text with line breaks and spaces between its tokens; without them it is the text again.
pub(crate) fn lay_out(json: &str) -> String {
    let mut lines = String::new();
    lay(json, 0, &mut lines);
    lines
}

fn lay(json: &str, depth: usize, lines: &mut String) {
    let is_open = json.starts_with(['{', '[']) && json.ends_with(['}', ']']);
    if !is_open || json.chars().count() + 2 * depth <= COLUMNS {
        lines.push_str(json);
        return;
    }
    let (open, rest) = json.split_at(1);
    let (inside, close) = rest.split_at(rest.len() - 1);
    lines.push_str(open);
    let mut separator = "";
    for part in divide(inside, ',') {
        lines.push_str(separator);
        new_line(depth + 1, lines);
        let value = match divide(part, ':')[..] {
            [name, ..] if open == "{" && name.len() < part.len() => {
                lines.push_str(&part[..=name.len()]);
                lines.push(' ');
                &part[name.len() + 1..]
            }
            _ => part,
        };
        lay(value, depth + 1, lines);
        separator = ",";
    }
    new_line(depth, lines);
    lines.push_str(close);
}

fn new_line(depth: usize, lines: &mut String) {
    lines.push('\n');
    lines.push_str(&"  ".repeat(depth));
}

/// Splits at a mark where it stands in no string, list or object.
fn divide(json: &str, mark: char) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for (at, c) in json.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            c if c == mark && depth == 0 => {
                parts.push(&json[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&json[start..]);
    parts
}

#[test]
fn a_layout_keeps_every_byte_and_the_order() {
    let long = "长".repeat(COLUMNS);
    let json = format!(r#"{{"b":[1,"a,]:\"{long}"],"a":{{}},"c":[["{long}"],1.50]}}"#);
    let lines = lay_out(&json);
    assert_eq!(lines.lines().nth(1), Some(r#"  "b": ["#));
    let packed: String = lines.lines().map(str::trim_start).collect();
    assert_eq!(packed.replace("\": ", "\":"), json);
}
