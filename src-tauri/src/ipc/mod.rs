//! The wire between the page and the desk.
//!
//! Adding a command: 1. a function in `commands/`, 2. its name in [`handler`], 3. its counterpart in the page's `backend.ts`, `tauri.ts`
//! and fake. A test compares the names here with those that the page calls.

pub(crate) mod commands;
pub(crate) mod error;
pub(crate) mod from_core;
pub(crate) mod view;

use commands::{accounts, conversations, night, people, replies, reviews, triage};

/// Every command that the page may call.
pub(crate) fn handler() -> impl Fn(tauri::ipc::Invoke<tauri::Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        people::set_language,
        people::start,
        people::create_first_person,
        people::fill_with_samples,
        people::sign_in,
        people::sign_in_demo,
        people::session,
        people::sign_out,
        conversations::queue,
        conversations::counts,
        conversations::conversation,
        conversations::next_conversation,
        conversations::claim,
        conversations::release,
        conversations::snooze,
        conversations::resolve,
        conversations::reopen,
        conversations::correct_category,
        replies::save_draft,
        replies::send,
        replies::cancel_send,
        replies::settle_send,
        replies::retry_send,
        reviews::reviews,
        reviews::approve,
        reviews::edit_in_review,
        reviews::reject,
        night::night,
        night::set_night,
        accounts::inboxes,
        accounts::add_mail_account,
        accounts::test_inbox,
        accounts::pause_inbox,
        accounts::pick_import_file,
        accounts::import_file,
        accounts::quarantine,
        accounts::resolve_quarantined,
        triage::learned,
        triage::forget_learned,
    ]
}

#[cfg(test)]
mod tests;
