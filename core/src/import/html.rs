//! HTML bodies of mails as plain text.
//!
//! What comes in: HTML as mail programs write it, however broken. What goes out: its words, with the line breaks that a reader
//! would see and the addresses of links behind their labels. Deliberately absent: layout, images, styles, scripts - and any
//! fetching.

use mail_parser::decoders::html::add_html_token;

/// Elements that begin and end on a line of their own.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "blockquote",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
];

/// Elements whose content nobody reads.
const HIDDEN: &[&str] = &["head", "script", "style", "template", "title", "svg", "noscript"];

/// The longest thing between `&` and `;` that is taken for a character.
const LONGEST_ENTITY: usize = 32;

/// The words of an HTML text.
pub(super) fn to_text(html: &str) -> String {
    let mut out = Text::default();
    let mut links: Vec<(String, usize)> = Vec::new();
    let mut rest = html;
    while let Some((before, from_tag)) = rest.split_once('<') {
        out.words(before);
        if let Some(comment) = from_tag.strip_prefix("!--") {
            rest = after(comment, "-->");
            continue;
        }
        // A `<` that begins no tag is a sign like any other.
        if !from_tag.starts_with(|sign: char| sign.is_ascii_alphabetic() || matches!(sign, '/' | '!' | '?')) {
            out.words("<");
            rest = from_tag;
            continue;
        }
        let (tag, behind) = from_tag.split_once('>').unwrap_or((from_tag, ""));
        rest = behind;
        let closing = tag.starts_with('/');
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .map(|sign| sign.to_ascii_lowercase())
            .collect();
        match name.as_str() {
            "br" => out.line_end(),
            "a" if !closing => links.push((href(tag), out.0.len())),
            "a" => {
                if let Some((target, start)) = links.pop() {
                    out.link(&target, start);
                }
            }
            "td" | "th" if closing => out.space(),
            hidden if !closing && HIDDEN.contains(&hidden) => rest = skip_element(behind, hidden),
            block if BLOCKS.contains(&block) => out.fresh_line(),
            _ => {}
        }
    }
    out.words(rest);
    tidy(&out.0)
}

#[derive(Default)]
struct Text(String);

impl Text {
    /// Words with their entities; white space counts once, as in a browser.
    fn words(&mut self, raw: &str) {
        let mut rest = raw;
        while let Some(sign) = rest.chars().next() {
            let mut used = sign.len_utf8();
            if sign.is_ascii_whitespace() {
                self.space();
            } else if let Some(length) = entity_length(rest) {
                let (entity, _) = rest.split_at(length);
                add_html_token(&mut self.0, entity.as_bytes(), false);
                used = length;
            } else {
                self.0.push(sign);
            }
            rest = rest.get(used..).unwrap_or("");
        }
    }

    fn space(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with([' ', '\n']) {
            self.0.push(' ');
        }
    }

    fn line_end(&mut self) {
        self.0.truncate(self.0.trim_end_matches(' ').len());
        self.0.push('\n');
    }

    fn fresh_line(&mut self) {
        self.0.truncate(self.0.trim_end_matches(' ').len());
        if !self.0.is_empty() && !self.0.ends_with('\n') {
            self.0.push('\n');
        }
    }

    /// The address of a link, behind its label, unless the label says it already.
    fn link(&mut self, target: &str, start: usize) {
        let label = self.0.get(start..).unwrap_or("").trim().to_owned();
        let web = target.starts_with("http://") || target.starts_with("https://");
        if web
            && !label.contains(target)
            && !target
                .trim_end_matches('/')
                .ends_with(label.trim_end_matches('/'))
        {
            self.0.push_str(&format!(" <{target}>"));
        } else if web && label.is_empty() {
            self.0.push_str(target);
        }
    }
}

/// How long the entity at the start of a text is, with its `&` and `;`.
fn entity_length(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('&')?;
    let end = inner.bytes().take(LONGEST_ENTITY).position(|byte| byte == b';')?;
    let name = inner.get(..end)?;
    let known = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'#');
    known.then_some(end + 2)
}

/// The target of an `<a …>`.
fn href(tag: &str) -> String {
    let lower = tag.to_ascii_lowercase();
    let Some(at) = lower.find("href") else {
        return String::new();
    };
    let value = tag.get(at + 4..).unwrap_or("").trim_start();
    let value = value.strip_prefix('=').unwrap_or("").trim_start();
    let raw = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value.get(1..).unwrap_or("").split(quote).next(),
        _ => value.split_ascii_whitespace().next(),
    };
    let mut out = Text::default();
    out.words(raw.unwrap_or(""));
    out.0
}

/// What stands behind the end of an element whose start has just been read; everything is inside if it never ends.
fn skip_element<'t>(text: &'t str, name: &str) -> &'t str {
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('<') {
        let ends = behind
            .strip_prefix('/')
            .and_then(|closing| closing.get(..name.len()));
        if ends.is_some_and(|closing| closing.eq_ignore_ascii_case(name)) {
            return after(behind, ">");
        }
        // `<head>` is often left open: its content ends where the body begins.
        if name == "head"
            && behind
                .get(..4)
                .is_some_and(|tag| tag.eq_ignore_ascii_case("body"))
        {
            return after(behind, ">");
        }
        rest = behind;
    }
    ""
}

fn after<'t>(text: &'t str, mark: &str) -> &'t str {
    text.split_once(mark).map_or("", |(_, behind)| behind)
}

/// At most one empty line in a row, none at the ends.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(|line| line.trim_matches([' ', '\u{a0}'])) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::to_text;

    #[test]
    fn keeps_the_lines_and_words() {
        let html = "<html><head><title>t</title><style>p{}</style></head><body><div>Bonjour,</div><div><br></div>\
            <p>On m&rsquo;a vol&eacute; <b>mon&nbsp;v&#233;lo</b> 2 < 3 &amp; &inconnu; &#x1F622;</p>\n<ul><li>un<li>deux</ul>\
            <a href='https://example.org/a'>ici</a> <a href=\"https://example.org/\">https://example.org</a></body></html>";
        assert_eq!(
            to_text(html),
            "Bonjour,\n\nOn m’a volé mon\u{a0}vélo 2 < 3 & &inconnu; 😢\nun\ndeux\nici <https://example.org/a> https://example.org"
        );
    }

    #[test]
    fn broken_html_loses_no_words() {
        assert_eq!(to_text("a <b"), "a");
        assert_eq!(to_text("<div>é<div"), "é");
        assert_eq!(to_text("x<!-- never closed"), "x");
        assert_eq!(to_text("<head><body>il est là"), "il est là");
        assert_eq!(to_text(""), "");
    }
}
