//! `classify` and `suggest`: a line in, a line out, in the same order, whatever the line holds. Nothing is kept between lines.

use crate::args;
use crate::output::{Outcome, Output};
use planton_core::classify::{Classifier, explain};
use planton_core::clock::{Clock as _, SystemClock};
use planton_core::domain::{Category, Classification, Instant};
use planton_core::error::{Error, Result};
use planton_core::suggest::{self, Pack, Situation, Usage};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::io::BufRead;
use std::path::Path;

/// The longest line that is read; a longer one is reported, and the rest goes on.
const LONGEST_LINE: usize = 64 << 20;

/// One line as it is read.
#[derive(Deserialize)]
struct Input {
    text: String,
    #[serde(default)]
    id: Value,
    at: Option<chrono::DateTime<chrono::FixedOffset>>,
}

/// `classify`.
pub(crate) fn classify(options: &args::Text, output: &Output) -> Result<Outcome> {
    let classifier = Classifier::built_in();
    each_line(options, output, |input| {
        let verdict = classifier.classify(&input.text);
        Ok(line(&input, &verdict, output))
    })
}

/// `suggest`.
pub(crate) fn suggest(options: &args::Suggest, output: &Output) -> Result<Outcome> {
    let classifier = Classifier::built_in();
    let pack = Pack::built_in(&options.pack)?;
    let usage = Usage::new();
    each_line(&options.text, output, |input| {
        let classification = classifier.classify(&input.text);
        let now: Instant = input.at.map_or_else(|| SystemClock.now(), |at| at.to_utc());
        let situation = Situation {
            classification: &classification,
            topics: &classifier.topics(&input.text),
            text: &input.text,
            now,
            zone: pack.zone(),
            first_name: None,
            usage: &usage,
            channel: None,
        };
        let suggestions: Vec<Value> = suggest::suggest(&pack, &situation, output.language)
            .into_iter()
            .map(|s| json!({ "reply": s.reply, "language": s.language, "score": rounded(s.score), "text": s.text, "why": s.why }))
            .collect();
        Ok(json!({ "id": input.id, "suggestions": suggestions }))
    })
}

fn line(input: &Input, verdict: &Classification, output: &Output) -> Value {
    let scores: Map<String, Value> = Category::ALL
        .iter()
        .map(|category| (category.to_string(), json!(rounded(verdict.score(*category)))))
        .collect();
    let evidence: Vec<Value> = verdict
        .evidence
        .iter()
        .filter_map(|evidence| {
            let text = evidence.text(&input.text)?;
            // Positions count characters (code points), as most languages that read this count them.
            let start = input.text.get(..evidence.span.start)?.chars().count();
            let end = start + text.chars().count();
            Some(json!({ "start": start, "end": end, "text": text, "code": evidence.why, "why": explain::why(&evidence.why, output.language) }))
        })
        .collect();
    json!({
        "id": input.id,
        "category": verdict.category,
        "secondary": verdict.secondary,
        "confidence": rounded(verdict.confidence),
        "scores": scores,
        "language": verdict.language,
        "signals": verdict.signals,
        "evidence": evidence,
    })
}

/// Four decimals are more than anybody reads, and keep the lines short.
fn rounded(value: f32) -> f64 {
    (f64::from(value) * 10_000.0).round() / 10_000.0
}

/// Reads line by line: constant memory, one answer for each line, a bad line answered in its place.
fn each_line(
    options: &args::Text,
    output: &Output,
    mut answer: impl FnMut(Input) -> Result<Value>,
) -> Result<Outcome> {
    let mut reader = open(&options.file)?;
    let mut outcome = Outcome::Done;
    let mut number = 0u64;
    let mut line = Vec::new();
    loop {
        line.clear();
        let whole = read_line(&mut reader, &mut line)?;
        let Some(whole) = whole else { return Ok(outcome) };
        number += 1;
        let parsed = if whole {
            parse(&line, number, options.lines)
        } else {
            Err(format!("the line is longer than {LONGEST_LINE} bytes"))
        };
        let result = match parsed {
            Ok(input) => answer(input).map_err(|error| error.message),
            Err(problem) => Err(problem),
        };
        match result {
            Ok(value) => output.object(&value)?,
            Err(problem) => {
                outcome = Outcome::SomeBad;
                output.object(&json!({ "line": number, "error": problem }))?;
            }
        }
    }
}

fn parse(line: &[u8], number: u64, lines: bool) -> std::result::Result<Input, String> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = if number == 1 {
        line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
    } else {
        line
    };
    if lines {
        let text = std::str::from_utf8(line).map_err(|_| "the line is not UTF-8".to_owned())?;
        return Ok(Input {
            text: text.to_owned(),
            id: json!(number),
            at: None,
        });
    }
    // One answer a line, so that both files can be read side by side: an empty line gets its answer too.
    if line.iter().all(u8::is_ascii_whitespace) {
        return Err("the line is empty".to_owned());
    }
    // The position only: the parser's own words could quote the text.
    serde_json::from_slice(line).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => {
            format!("not an object with a \"text\" (column {})", error.column())
        }
        _ => format!("not JSON (column {})", error.column()),
    })
}

/// Reads up to the end of the line; none at the end of the input, false for a line that is too long (which is skipped).
fn read_line(reader: &mut dyn BufRead, line: &mut Vec<u8>) -> Result<Option<bool>> {
    let mut any = false;
    let mut whole = true;
    loop {
        let buffer = match reader.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Error::internal(format!("The input cannot be read: {error}"))),
        };
        if buffer.is_empty() {
            return Ok(any.then_some(whole));
        }
        any = true;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |at| at + 1);
        if line.len() + used <= LONGEST_LINE {
            line.extend(buffer.iter().take(used));
        } else {
            whole = false;
        }
        reader.consume(used);
        if end.is_some() {
            return Ok(Some(whole));
        }
    }
}

/// A file, or `-` for standard input.
pub(crate) fn open(path: &Path) -> Result<Box<dyn BufRead>> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::BufReader::new(std::io::stdin())));
    }
    let file = std::fs::File::open(path).map_err(|error| {
        Error::invalid(format!("{} cannot be read: {error}.", path.display()))
            .hint("Give a file, or - for standard input.")
    })?;
    if file.metadata().is_ok_and(|meta| meta.is_dir()) {
        return Err(Error::invalid(format!("{} is a folder.", path.display()))
            .hint("Give a file, or - for standard input."));
    }
    Ok(Box::new(std::io::BufReader::with_capacity(1 << 16, file)))
}
