//! The packs that come with the program.
//!
//! What comes in: the files under `core/packs`, named here one by one and compiled in, so that the program needs no folder beside it. What
//! goes out: packs, each read once. Deliberately absent: folders at run time (see `Pack::load`). A test compares the list with the folder.

use super::pack::{Pack, SourceFile, refused};
use crate::error::{Error, Result};
use std::sync::{Arc, OnceLock};

/// One pack: its id and its files.
struct BuiltIn {
    id: &'static str,
    files: &'static [(&'static str, &'static str)],
    read: OnceLock<Result<Arc<Pack>>>,
}

macro_rules! built_in {
    ($id:literal, $($reply:literal),+ $(,)?) => {
        BuiltIn {
            id: $id,
            files: &[
                ("pack.toml", include_str!(concat!("../../packs/", $id, "/pack.toml"))),
                $((
                    concat!("replies/", $reply, ".toml"),
                    include_str!(concat!("../../packs/", $id, "/replies/", $reply, ".toml")),
                )),+
            ],
            read: OnceLock::new(),
        }
    };
}

static PACKS: [BuiltIn; 2] = [
    built_in!(
        "fr-police-nationale",
        "crisis_safe_info",
        "cyber_report",
        "data_rights",
        "domestic_violence_help",
        "emergency_114",
        "emergency_17",
        "file_complaint_how",
        "fine_contest",
        "found_lost_objects",
        "generic_ack",
        "igpn_link",
        "missing_person",
        "night_cannot_speak",
        "night_emergency",
        "night_general",
        "night_suicide",
        "online_complaint",
        "press_office",
        "recruitment_site",
        "suicide_help",
        "thanks_ack",
        "witness_channel",
        "witness_legal_frame",
        "wrong_force",
    ),
    built_in!(
        "int-generic",
        "complaint_oversight",
        "emergency_call",
        "generic_ack",
        "night_cannot_speak",
        "night_emergency",
        "night_general",
        "night_suicide",
        "recruitment_site",
        "report_how",
        "suicide_help",
        "thanks_ack",
    ),
];

/// The ids, the default pack first.
pub(super) fn ids() -> Vec<&'static str> {
    PACKS.iter().map(|pack| pack.id).collect()
}

/// A pack, read at the first request.
pub(super) fn pack(id: &str) -> Result<Arc<Pack>> {
    let known = PACKS.iter().find(|pack| pack.id == id).ok_or_else(|| {
        Error::not_found(format!(
            "There is no built-in pack of this name; there are: {}.",
            ids().join(", ")
        ))
    })?;
    known
        .read
        .get_or_init(|| {
            let files: Vec<_> = known
                .files
                .iter()
                .map(|(path, text)| SourceFile {
                    path: (*path).to_owned(),
                    text: (*text).to_owned(),
                })
                .collect();
            Pack::read(&files)
                .map(Arc::new)
                .map_err(|faults| refused(known.id, &faults))
        })
        .clone()
}

/// The files that are compiled in: pack id and path, for the test that compares them with the folder.
#[cfg(test)]
pub(super) fn listed() -> Vec<(&'static str, &'static str)> {
    PACKS
        .iter()
        .flat_map(|pack| pack.files.iter().map(|(path, _)| (pack.id, *path)))
        .collect()
}
