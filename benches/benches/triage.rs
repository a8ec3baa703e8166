//! How fast messages are judged: a batch of short ones, one short, one long, one huge, and loading what is known.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "criterion's macros make undocumented items; a bench may fail"
)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use planton_core::classify::Classifier;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Messages as people write them on a phone.
const CORPUS: &str = include_str!("../../core/corpus/train_w2.jsonl");
/// Bytes of a short message, at most.
const SHORT: usize = 160;
/// Single calls of which the slowest hundredth is told.
const CALLS: usize = 20_000;
const ONE: &str = "slt qqn essaie de rentrer chez ma voisine par le balcon, elle est seule, venez vite svp";

fn texts() -> Vec<String> {
    CORPUS
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|sample| sample["text"].as_str().unwrap().to_owned())
        .collect()
}

fn short() -> Vec<String> {
    texts().into_iter().filter(|text| text.len() <= SHORT).collect()
}

fn batch(criterion: &mut Criterion) {
    let classifier = Classifier::built_in();
    let texts = short();
    let mut group = criterion.benchmark_group("triage");
    group.throughput(Throughput::Elements(texts.len() as u64));
    group.bench_function("a batch of short messages", |bench| {
        bench.iter(|| {
            for text in &texts {
                black_box(classifier.classify(text));
            }
        });
    });
    group.finish();
}

fn single(criterion: &mut Criterion) {
    let classifier = Classifier::built_in();
    let joined = texts().join(" ");
    let words: Vec<&str> = joined.split_whitespace().take(300).collect();
    let long = words.join(" ");
    let mut huge = joined.repeat((1 << 20) / joined.len() + 1);
    huge.truncate(huge.floor_char_boundary(1 << 20));
    let mut group = criterion.benchmark_group("one message");
    group.bench_function("short", |bench| {
        bench.iter(|| classifier.classify(black_box(ONE)))
    });
    group.bench_function("300 words", |bench| {
        bench.iter(|| classifier.classify(black_box(&long)))
    });
    group.sample_size(10);
    group.bench_function("1 MB", |bench| {
        bench.iter(|| classifier.classify(black_box(&huge)))
    });
    group.finish();
}

/// Criterion tells means; what a person waits for is the slow call.
fn slowest(_: &mut Criterion) {
    let classifier = Classifier::built_in();
    let texts = short();
    let mut times: Vec<Duration> = texts
        .iter()
        .cycle()
        .take(CALLS)
        .map(|text| {
            let start = Instant::now();
            black_box(classifier.classify(text));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!(
        "one message of {CALLS}: median {:?}, p99 {:?}, slowest {:?}",
        times[CALLS / 2],
        times[CALLS * 99 / 100],
        times[CALLS - 1]
    );
}

fn loading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("loading");
    group.sample_size(20);
    group.bench_function("lexicon and model", |bench| bench.iter(Classifier::load));
    group.finish();
}

criterion_group!(benches, batch, single, slowest, loading);
criterion_main!(benches);
