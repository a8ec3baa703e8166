//! The sources themselves.

use std::path::{Path, PathBuf};

/// A source file: where it is, and its lines outside of tests.
struct Source {
    path: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// What git keeps, with these endings, below these folders.
fn sources(folders: &[&str], endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    for folder in folders {
        walk(&root().join(folder), endings, &mut found);
    }
    assert!(!found.is_empty(), "there are sources below {folders:?}");
    found
}

fn walk(at: &Path, endings: &[&str], found: &mut Vec<Source>) {
    let Ok(entries) = std::fs::read_dir(at) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            if !matches!(
                name,
                "node_modules" | "target" | "dist" | "gen" | ".git" | "generated" | "coverage"
            ) {
                walk(&path, endings, found);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            let path = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            found.push(Source { path, text });
        }
    }
}

impl Source {
    /// The lines outside of the tests at the end of the file and outside of comments, with their numbers.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
            .map(|(number, line)| (number + 1, line))
    }
}

fn assert_none(found: &[String], what: &str) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

const RUST: [&str; 5] = ["core/src", "channels/src", "cli/src", "src-tauri/src", "tests"];

#[test]
fn sql_and_the_database_live_in_the_store_only() {
    let mut found = Vec::new();
    for source in sources(
        &["core/src", "channels/src", "cli/src", "src-tauri/src"],
        &[".rs"],
    ) {
        if source.path.starts_with("core/src/store/") {
            continue;
        }
        for (number, line) in source.code() {
            let sql = ["SELECT ", "INSERT INTO", "DELETE FROM", "PRAGMA ", "UPDATE "]
                .iter()
                .any(|word| line.contains(word));
            if sql || line.contains("rusqlite") {
                found.push(format!("{}:{number}", source.path));
            }
        }
    }
    assert_none(&found, "SQL or the database outside of core/src/store");
}

#[test]
fn no_database_type_leaves_the_store() {
    let mut found = Vec::new();
    for source in sources(&["core/src/store"], &[".rs"]) {
        for (number, line) in source.code() {
            let leaves = line.trim_start().starts_with("pub fn") || line.trim_start().starts_with("pub use");
            if leaves && (line.contains("rusqlite") || line.contains("Connection")) {
                found.push(format!("{}:{number}", source.path));
            }
        }
    }
    assert_none(&found, "a database type in a signature that others see");
}

#[test]
fn only_the_outbox_sends() {
    // A channel's `send` takes an `Outgoing`: nobody else makes one.
    let mut found = Vec::new();
    for source in sources(&["core/src", "cli/src", "src-tauri/src"], &[".rs"]) {
        if matches!(
            source.path.as_str(),
            "core/src/outbox/worker.rs" | "core/src/channel.rs"
        ) {
            continue;
        }
        for (number, line) in source.code() {
            if line.contains("Outgoing {") || line.contains("channel.send(") {
                found.push(format!("{}:{number}", source.path));
            }
        }
    }
    assert_none(&found, "something is sent past the outbox");
    let worker = std::fs::read_to_string(root().join("core/src/outbox/worker.rs")).unwrap();
    assert_eq!(worker.matches(".send(&").count(), 1, "one place touches the wire");
}

#[test]
fn only_the_night_and_the_desk_decide_that_something_leaves() {
    let mut found = Vec::new();
    for source in sources(&["core/src", "cli/src", "src-tauri/src"], &[".rs"]) {
        let may = [
            "core/src/outbox/",
            "core/src/desk/answer.rs",
            "core/src/night/responder.rs",
            "core/src/store/",
        ];
        if may.iter().any(|path| source.path.starts_with(path)) {
            continue;
        }
        for (number, line) in source.code() {
            if line.contains("outbox::enqueue") || line.contains("insert_outbox_entry") {
                found.push(format!("{}:{number}", source.path));
            }
        }
    }
    assert_none(&found, "a send without a named decision");
}

#[test]
fn nobody_reads_the_clock_but_the_clock() {
    let mut found = Vec::new();
    for source in sources(
        &["core/src", "channels/src", "cli/src", "src-tauri/src"],
        &[".rs"],
    ) {
        if source.path == "core/src/clock.rs" {
            continue;
        }
        for (number, line) in source.code() {
            if ["Utc::now()", "Local::now()", "SystemTime::now()"]
                .iter()
                .any(|call| line.contains(call))
            {
                found.push(format!("{}:{number}", source.path));
            }
        }
    }
    assert_none(&found, "take the instant from `Clock`");
}

#[test]
fn nothing_is_left_half_done() {
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
        concat!("db", "g!("),
        concat!("#[ig", "nore"),
        concat!("unimple", "mented!("),
        concat!("it.sk", "ip("),
        concat!("test.sk", "ip("),
        concat!("describe.on", "ly("),
        concat!("it.on", "ly("),
    ];
    let mut found = Vec::new();
    for source in sources(
        &[&RUST[..], &["ui/src", "scripts", "docs"]].concat(),
        &[".rs", ".ts", ".svelte", ".sh", ".md", ".css"],
    ) {
        for (number, line) in source.text.lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{}", source.path, number + 1));
            }
        }
    }
    assert_none(&found, "left half done");
}

#[test]
fn no_path_of_a_machine_and_no_word_about_tools() {
    // Written in pieces, so that this file does not find itself.
    let words = [
        concat!("/wo", "rk/"),
        // Ana is nobody: she stands in examples.
        concat!("/ho", "me/r"),
        concat!("/ho", "me/u"),
        concat!("/ro", "ot/"),
        concat!("/Us", "ers/"),
        concat!("Cla", "ude Code"),
        concat!("Chat", "GPT"),
        concat!("Anth", "ropic"),
        concat!("Cop", "ilot"),
        concat!("language ", "model"),
        concat!("AI-gen", "erated"),
    ];
    let folders = [
        &RUST[..],
        &[
            "ui/src",
            "scripts",
            "docs",
            "core/packs",
            "core/demo",
            "core/migrations",
            "core/corpus",
            "tests/data",
        ],
    ]
    .concat();
    let endings = [
        ".rs", ".ts", ".svelte", ".sh", ".md", ".css", ".toml", ".json", ".jsonl", ".sql", ".html", ".tsv",
        ".txt", ".conf",
    ];
    let mut found = Vec::new();
    for source in sources(&folders, &endings) {
        for (number, line) in source.text.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(*word)) {
                found.push(format!("{}:{}: {word}", source.path, number + 1));
            }
        }
    }
    for name in ["README.md", "CHANGELOG.md", "Makefile", "Cargo.toml"] {
        let text = std::fs::read_to_string(root().join(name)).unwrap_or_default();
        found.extend(
            words
                .iter()
                .filter(|word| text.contains(*word))
                .map(|word| format!("{name}: {word}")),
        );
    }
    assert_none(
        &found,
        "this belongs to somebody's machine or desk, not to the project",
    );
}

#[test]
fn every_file_of_the_crates_opens_with_its_story() {
    let mut found = Vec::new();
    for source in sources(&RUST, &[".rs"]) {
        if !source.text.starts_with("//! ") {
            found.push(source.path);
        }
    }
    assert_none(
        &found,
        "a file that does not say what comes in, what goes out and what it does not do",
    );
}

#[test]
fn errors_name_no_text_of_a_citizen() {
    // The nouns that hold what people wrote or who they are must not be put into a sentence for a log or an error.
    let private = [
        "message.text",
        "entry.text",
        "draft.text",
        "contact.name",
        "excerpt",
        "contact.remote_id",
        "submission.text",
        "outgoing.text",
    ];
    let mut found = Vec::new();
    for source in sources(&["core/src", "channels/src"], &[".rs"]) {
        let mut sentence = false;
        for (number, line) in source.code() {
            let starts = ["Error::", "tracing::", "ChannelError::", "panic!(", ".context("]
                .iter()
                .any(|call| line.contains(call));
            sentence = starts || (sentence && !line.trim_end().ends_with(';'));
            if sentence && line.contains("format!") && private.iter().any(|name| line.contains(name)) {
                found.push(format!("{}:{number}", source.path));
            }
        }
    }
    assert_none(&found, "private text in an error or a log");
}

#[test]
fn the_samples_of_the_tests_were_made_for_the_tests() {
    // Real exports hold real addresses and numbers; the samples use names that are reserved for examples.
    let mut found = Vec::new();
    let allowed = ["example", "test", "localhost", "invalid"];
    for source in sources(
        &["tests/data"],
        &[
            ".json", ".jsonl", ".eml", ".js", ".txt", ".conf", ".cnf", ".sieve",
        ],
    ) {
        for (number, line) in source.text.lines().enumerate() {
            for (at, _) in line.match_indices('@') {
                let domain: String = line
                    .split_at(at + 1)
                    .1
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
                    .collect();
                let domain = domain.trim_end_matches(['.', '-']);
                let own = domain.split('.').any(|part| allowed.contains(&part));
                if domain.contains('.') && !own {
                    found.push(format!("{}:{}", source.path, number + 1));
                }
            }
        }
    }
    assert_none(&found, "an address that is not reserved for examples");
    let mut size = 0;
    for source in sources(&["tests/data"], &[""]) {
        size += source.text.len();
        assert!(
            source.text.len() < 200_000,
            "{} is too large for a sample",
            source.path
        );
    }
    assert!(size < 2_000_000);
}
