//! Texts with variables, so strict that nothing half-filled can leave.
//!
//! What comes in: a text and the facts of this moment. What goes out: the finished text, or an error that names the file and the line
//! and nothing of a citizen. Deliberately absent: loops, macros, includes - a text says something or leaves it out (`{% if %}`), it does
//! not compute.

use crate::error::{Error, Result};
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// One text of a reply.
#[derive(Debug)]
pub(super) struct Template {
    source: String,
    /// The variables it names, e.g. `numbers.police`.
    variables: BTreeSet<String>,
}

impl Template {
    /// Reads a text.
    pub(super) fn parse(source: &str) -> Result<Self> {
        if let Some(expression) = computed(source) {
            return Err(Error::invalid(format!(
                "only a variable may stand in {{{{ }}}}, not \"{expression}\""
            )));
        }
        if let Some(word) = foreign_block(source) {
            return Err(Error::invalid(format!(
                "only if, elif, else and endif may stand in {{% %}}, not \"{word}\""
            )));
        }
        let source = source.trim().to_owned();
        let variables = environment()
            .template_from_str(&source)
            .map_err(|e| explain(&e))?
            .undeclared_variables(true)
            .into_iter()
            .collect();
        Ok(Self { source, variables })
    }

    /// The variables it names.
    pub(super) fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(String::as_str)
    }

    /// Is it empty?
    pub(super) fn is_blank(&self) -> bool {
        self.source.is_empty()
    }

    /// Fills it. A variable that is unknown, empty or closed now is an error unless an `if` left it out.
    pub(super) fn fill(&self, values: &minijinja::Value) -> Result<String> {
        environment()
            .render_str(&self.source, values)
            .map(|text| text.trim().to_owned())
            .map_err(|e| explain(&e))
    }
}

fn environment() -> &'static Environment<'static> {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_trim_blocks(true);
        environment.set_formatter(|out, _, value| match value.as_str() {
            Some(text) if !text.trim().is_empty() => Ok(out.write_str(text)?),
            _ => Err(ErrorKind::UndefinedError.into()),
        });
        environment
    })
}

/// The first `{{ }}` that holds more than a variable.
fn computed(source: &str) -> Option<&str> {
    source
        .split("{{")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("}}")?.0.trim()))
        .find(|inner| {
            !inner
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
        })
}

/// The first `{% word` that is not part of an `if`.
fn foreign_block(source: &str) -> Option<&str> {
    source
        .split("{%")
        .skip(1)
        .filter_map(|rest| {
            rest.trim_start_matches(['-', '+', ' '])
                .split(|c: char| !c.is_alphabetic())
                .next()
        })
        .find(|word| !["if", "elif", "else", "endif"].contains(word))
}

fn explain(error: &minijinja::Error) -> Error {
    let line = error.line().unwrap_or(1);
    Error::invalid(match error.kind() {
        ErrorKind::UndefinedError => {
            format!("line {line} uses a variable that is unknown, empty or closed now")
        }
        ErrorKind::SyntaxError => format!("line {line} is not a valid template"),
        kind => format!("line {line} cannot be filled ({kind})"),
    })
}
