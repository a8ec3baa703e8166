//! `queue`.

use super::Office;
use crate::args;
use crate::output::{Outcome, Output};
use planton_core::desk::{QueueItem, QueueRequest};
use planton_core::domain::Instant;
use planton_core::error::Result;
use serde_json::{Value, json};

/// Runs it.
pub(crate) fn run(office: &Office, options: &args::Queue, output: &Output) -> Result<Outcome> {
    let mut left = options.limit;
    let mut after = None;
    let mut place = 0;
    while left > 0 {
        let page = office.desk.queue(
            &office.actor,
            &QueueRequest {
                status: Some(options.state),
                category: options.category,
                words: options.search.clone(),
                after,
                limit: left.min(200),
                ..QueueRequest::default()
            },
        )?;
        for item in &page.items {
            place += 1;
            output.result(&object(item), || line(place, item, office.desk.now()))?;
        }
        left = left.saturating_sub(page.items.len());
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if place == 0 && !output.json {
        output.say(output.say_in("Rien n'attend.", "Nothing waits."));
    }
    Ok(Outcome::Done)
}

fn object(item: &QueueItem) -> Value {
    let conversation = &item.conversation;
    json!({
        "conversation": conversation.id,
        "inbox": item.inbox.name,
        "channel": item.inbox.channel,
        "contact": item.contact.name,
        "category": conversation.category,
        "signals": conversation.signals,
        "language": conversation.language,
        "waiting_since": conversation.waiting_since,
        "deadline": conversation.deadline,
        "last_message_at": conversation.last_message_at,
        "excerpt": conversation.excerpt,
        "state": conversation.status,
        "reply_state": conversation.reply_state,
        "holder": item.holder.as_ref().map(|(_, name)| name),
    })
}

fn line(place: usize, item: &QueueItem, now: Instant) -> String {
    let conversation = &item.conversation;
    let wait = conversation
        .waiting_since
        .map_or_else(String::new, |since| duration(now - since));
    let name: String = item.contact.name.chars().take(18).collect();
    let excerpt: String = conversation.excerpt.chars().take(70).collect();
    format!(
        "{place:>4}  {:<11} {wait:>6}  {:<9} {name:<18}  {excerpt}",
        conversation.category.as_str(),
        item.inbox.channel.as_str()
    )
}

fn duration(wait: chrono::Duration) -> String {
    match (wait.num_days(), wait.num_hours(), wait.num_minutes()) {
        (days, ..) if days > 0 => format!("{days} d"),
        (_, hours, _) if hours > 0 => format!("{hours} h"),
        (.., minutes) => format!("{} min", minutes.max(0)),
    }
}
