//! The wire stays typed: TypeScript is generated from the views, and every command has its counterpart in the page.

use super::view;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use ts_rs::{Config, TS};

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/lib/ipc")
}

fn generate(folder: &Path) {
    let config = Config::new().with_out_dir(folder);
    macro_rules! export {
        ($($view:ident),+ $(,)?) => { $( view::$view::export_all(&config).expect("a view can be written as TypeScript"); )+ };
    }
    export!(
        ErrorView,
        StartView,
        SessionView,
        QueueFilter,
        QueuePage,
        CountsView,
        ConversationView,
        DraftView,
        SendView,
        ReviewRow,
        NightView,
        InboxView,
        QuarantineRow,
        ImportView,
        LearnedView,
        MailAccountForm,
        StaleEvent,
    );
}

/// Run with `PLANTON_GENERATE=1` to write the types into the page's sources.
#[test]
fn the_page_s_types_are_those_that_the_views_give() {
    let committed = page().join("generated");
    if std::env::var_os("PLANTON_GENERATE").is_some() {
        let _old = std::fs::remove_dir_all(&committed);
        generate(&committed);
    }
    let fresh = tempfile::tempdir().expect("a folder");
    generate(fresh.path());
    let read = |folder: &Path| -> std::collections::BTreeMap<String, String> {
        std::fs::read_dir(folder)
            .expect("the folder of generated types")
            .map(|entry| entry.expect("an entry").path())
            .map(|path| {
                (
                    path.file_name().expect("a name").to_string_lossy().into_owned(),
                    std::fs::read_to_string(&path).expect("a type"),
                )
            })
            .collect()
    };
    assert_eq!(
        read(&committed),
        read(fresh.path()),
        "run `make generate` and commit ui/src/lib/ipc/generated"
    );
}

#[test]
fn the_page_calls_every_command_and_no_other() {
    let handler = include_str!("mod.rs");
    let here: BTreeSet<&str> = handler
        .lines()
        .filter_map(|line| line.trim().strip_suffix(','))
        .filter_map(|line| line.split_once("::").map(|(_, name)| name))
        .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect();
    assert!(here.len() > 30, "the handler's list could not be read");
    let tauri_ts = std::fs::read_to_string(page().join("tauri.ts")).expect("the page's tauri.ts");
    let mut there = BTreeSet::new();
    let mut rest = tauri_ts.as_str();
    while let Some((_, after)) = rest.split_once('"') {
        let Some((word, behind)) = after.split_once('"') else {
            break;
        };
        if here.contains(word)
            || (word.contains('_') && word.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        {
            there.insert(word);
        }
        rest = behind;
    }
    assert_eq!(here, there);
}
