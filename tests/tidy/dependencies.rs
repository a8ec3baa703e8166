//! What each crate may know of.

use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::process::Command;

/// The names of everything that a crate needs to run: itself, and what it depends on, tests left out.
fn reaches(root: &str) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .args([
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"),
        ])
        .output()
        .expect("cargo is there");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let names: HashMap<&str, &str> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (package["id"].as_str().unwrap(), package["name"].as_str().unwrap()))
        .collect();
    let nodes: HashMap<&str, &Value> = metadata["resolve"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| (node["id"].as_str().unwrap(), node))
        .collect();
    let mut to_visit: Vec<&str> = names
        .iter()
        .filter(|(_, name)| **name == root)
        .map(|(id, _)| *id)
        .collect();
    assert_eq!(to_visit.len(), 1, "there is one {root}");
    let mut seen = BTreeSet::new();
    while let Some(id) = to_visit.pop() {
        if !seen.insert(id) {
            continue;
        }
        for dependency in nodes[id]["deps"].as_array().unwrap() {
            let runs = dependency["dep_kinds"]
                .as_array()
                .unwrap()
                .iter()
                .any(|kind| kind["kind"].is_null());
            if runs {
                to_visit.push(dependency["pkg"].as_str().unwrap());
            }
        }
    }
    seen.into_iter().map(|id| names[id].to_owned()).collect()
}

fn forbidden<'n>(reached: &'n BTreeSet<String>, names: &[&str]) -> Vec<&'n String> {
    reached
        .iter()
        .filter(|name| {
            names
                .iter()
                .any(|forbidden| name.as_str() == *forbidden || name.starts_with(&format!("{forbidden}-")))
        })
        .collect()
}

#[test]
fn the_core_knows_no_window_no_network_and_no_tls() {
    let reached = reaches("planton-core");
    let none = forbidden(
        &reached,
        &[
            "tauri",
            "wry",
            "tao",
            "webkit2gtk",
            "gtk",
            "reqwest",
            "hyper",
            "h2",
            "ureq",
            "rustls",
            "openssl",
            "native-tls",
            "lettre",
            "async-imap",
            "planton-channels",
            "planton-desktop",
            "clap",
        ],
    );
    assert!(none.is_empty(), "planton-core depends on {none:?}");
    assert!(reached.contains("rusqlite"), "the check reads the real graph");
}

#[test]
fn the_channels_know_no_window_and_no_database() {
    let reached = reaches("planton-channels");
    assert!(forbidden(&reached, &["tauri", "wry", "tao", "gtk"]).is_empty());
    let manifest = include_str!("../../channels/Cargo.toml");
    assert!(!manifest.contains("rusqlite"), "the store is the core's");
}

#[test]
fn the_command_line_knows_no_window() {
    assert!(forbidden(&reaches("planton-cli"), &["tauri", "wry", "tao", "gtk"]).is_empty());
}
