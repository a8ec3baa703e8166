//! The desk's everyday costs: a durable batch of a thousand, a page of the queue, a search.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "criterion's macros make undocumented items; a bench may fail"
)]

use chrono::{Duration, TimeZone as _, Utc};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use planton_core::channel::Batch;
use planton_core::classify::learn::{KEPT, Memory, imprint};
use planton_core::clock::ManualClock;
use planton_core::desk::{Desk, QueueRequest};
use planton_core::domain::{
    Category, ChannelKind, Classification, Correction, CorrectionId, Direction, Inbox, InboxState,
    IncomingMessage, MessageKind, OperatorId, SenderFlags, ThreadKind,
};
use planton_core::ingest::Arrival;
use std::sync::Arc;

const TEXTS: [&str; 5] = [
    "Bonjour, on m'a volé mon vélo devant la gare hier soir, comment je peux porter plainte ?",
    "slt c koi les conditions pour passer le concours de gardien de la paix svp",
    "merci a l equipe qui est venue hier soir, vous avez ete super avec ma grand mere",
    "quelqu'un est en train de casser la porte du voisin au 3e venez vite",
    "J'ai reçu une amende que je ne comprends pas, je n'étais pas à cette adresse ce jour-là.",
];

fn message(number: usize) -> IncomingMessage {
    let text = TEXTS.get(number % TEXTS.len()).copied().unwrap_or_default();
    let at = Utc.with_ymd_and_hms(2026, 3, 2, 9, 0, 0).unwrap()
        + Duration::seconds(i64::try_from(number).unwrap());
    IncomingMessage {
        remote_id: format!("m{number}"),
        thread_id: format!("t{}", number / 3),
        thread_kind: ThreadKind::Direct,
        contact_id: format!("c{}", number / 3),
        contact_name: "Camille".to_owned(),
        direction: Direction::In,
        kind: MessageKind::Text,
        sent_at: Some(at),
        text: format!("{text} ({number})"),
        attachments: Vec::new(),
        flags: SenderFlags::default(),
        reply_context: None,
    }
}

fn batch(from: usize) -> Batch {
    Batch {
        messages: (from..from + 1000).map(message).collect(),
        ..Batch::default()
    }
}

fn desk(folder: &tempfile::TempDir) -> (Desk, Inbox) {
    let clock = ManualClock::at(Utc.with_ymd_and_hms(2026, 3, 3, 9, 0, 0).unwrap());
    let desk = Desk::open(folder.path(), Arc::new(clock)).unwrap();
    let actor = desk.local_administrator().unwrap();
    let zone = "Europe/Paris".parse().unwrap();
    let inbox = desk
        .add_inbox(
            &actor,
            "Bench",
            ChannelKind::Messenger,
            "",
            zone,
            InboxState::Demo,
            "{}",
            None,
        )
        .unwrap();
    (desk, inbox)
}

/// What a desk learned in years: as many corrections as are kept, none of them twice.
fn learned(criterion: &mut Criterion) {
    let memory = Memory::of((0..KEPT).map(|n| Correction {
        id: CorrectionId(i64::try_from(n).unwrap()),
        message: None,
        from: Category::Other,
        to: Category::Witness,
        by: OperatorId(1),
        at: Utc.with_ymd_and_hms(2026, 3, 2, 9, 0, 0).unwrap(),
        imprint: imprint(&format!(
            "{} {}",
            TEXTS.get(n % TEXTS.len()).copied().unwrap_or_default(),
            n.to_string().replace(|c: char| c.is_ascii_digit(), "x").repeat(n % 7 + 1)
        )),
    }));
    let mut group = criterion.benchmark_group("learned");
    group.throughput(Throughput::Elements(TEXTS.len() as u64));
    group.bench_function("five short messages, 5,000 corrections", |bench| {
        bench.iter(|| TEXTS.map(|text| memory.apply(text, Classification::wordless()).category));
    });
    group.finish();
}

fn ingest(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ingest");
    group.sample_size(10).throughput(Throughput::Elements(1000));
    group.bench_function(
        "a durable batch of 1000, classified, indexed, encrypted",
        |bench| {
            bench.iter_batched(
                || {
                    let folder = tempfile::tempdir().unwrap();
                    let (desk, inbox) = desk(&folder);
                    (folder, desk, inbox, batch(0))
                },
                |(folder, desk, inbox, batch)| {
                    desk.accept(&inbox, &batch, Arrival::Live).unwrap();
                    folder
                },
                BatchSize::PerIteration,
            );
        },
    );
    group.finish();
}

fn reading(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let (desk, inbox) = desk(&folder);
    for thousand in 0..30 {
        desk.accept(&inbox, &batch(thousand * 1000), Arrival::History)
            .unwrap();
    }
    let actor = desk.local_administrator().unwrap();
    let mut group = criterion.benchmark_group("10,000 conversations");
    group.bench_function("first page of the queue", |bench| {
        let request = QueueRequest {
            limit: 50,
            ..QueueRequest::default()
        };
        bench.iter(|| desk.queue(&actor, &request).unwrap().items.len());
    });
    group.bench_function("search for two words", |bench| {
        let request = QueueRequest {
            limit: 50,
            words: Some("amende adresse".to_owned()),
            ..QueueRequest::default()
        };
        bench.iter(|| desk.queue(&actor, &request).unwrap().items.len());
    });
    group.finish();
}

criterion_group!(benches, learned, ingest, reading);
criterion_main!(benches);
