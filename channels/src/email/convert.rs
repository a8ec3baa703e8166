//! A mail becomes a message.
//!
//! What comes in: the bytes as the server handed them over. What goes out: an [`IncomingMessage`]. Reading the mail itself - charsets,
//! MIME, who it is from, which programs must not be answered - is the core's work, shared with the import of mail files; here is only
//! what a live mailbox adds: mails too big to be read whole.
//!
//! Deliberately absent: the wire, and anything that would keep bytes of an attachment.

use planton_core::domain::IncomingMessage;
use planton_core::import::mail;

/// A mail that was read whole.
pub(super) fn whole(raw: &[u8], our_addresses: &[String]) -> Result<IncomingMessage, String> {
    mail::convert(raw, our_addresses)
}

/// A mail of which only the beginning was read: what can be seen of it, and a sentence that says so.
pub(super) fn oversized(
    beginning: &[u8],
    bytes: u64,
    our_addresses: &[String],
) -> Result<IncomingMessage, String> {
    let mut message = mail::convert(beginning, our_addresses)?;
    // The last one was cut off, so what was counted of it is not its size.
    if let Some(cut) = message.attachments.last_mut() {
        cut.size = None;
    }
    let megabytes = bytes.div_ceil(1024 * 1024);
    if !message.text.is_empty() {
        message.text.push_str("\n\n");
    }
    message.text.push_str(&format!(
        "[Planton: ce courriel pèse {megabytes} Mo ; seul son début est lu ici, le reste est dans la boîte aux lettres. \
         / This mail weighs {megabytes} MB: only its beginning is read here, the rest is in the mailbox.]"
    ));
    Ok(message)
}
