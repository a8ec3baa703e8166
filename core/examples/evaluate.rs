//! `evaluate [--train CORPUS...] FILE...`: scores the classifier on labelled files, each apart. With `--train` it learns from
//! those files first and writes the model to `core/src/classify/model.bin`.

use planton_core::classify::{Classifier, evaluate, train};
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let mut arguments = arguments.peekable();
    let mut files = Vec::new();
    let mut corpus = Vec::new();
    let learning = arguments.next_if_eq("--train").is_some();
    for path in arguments {
        let is_corpus = learning
            && path
                .rsplit('/')
                .next()
                .is_some_and(|name| name.starts_with("train_"));
        if is_corpus {
            corpus.push(path)
        } else {
            files.push(path)
        }
    }
    let own = if learning {
        corpus.sort();
        let mut samples = Vec::new();
        for path in &corpus {
            samples.extend(train::read(&text(path)?).map_err(|e| format!("{path}: {e}"))?);
        }
        let model = train::train(&samples);
        let bytes = model.encode();
        println!("learned from {} messages, {} bytes", samples.len(), bytes.len());
        std::fs::write(
            concat!(env!("CARGO_MANIFEST_DIR"), "/src/classify/model.bin"),
            bytes,
        )
        .map_err(|e| e.to_string())?;
        Some(Classifier::with_model(model))
    } else {
        None
    };
    let classifier = own.as_ref().unwrap_or_else(|| Classifier::built_in());
    for path in files {
        let messages = evaluate::read(&text(&path)?).map_err(|e| format!("{path}: {e}"))?;
        show(&path, &evaluate::evaluate(classifier, &messages));
    }
    Ok(())
}

fn text(path: &str) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))
}

fn show(path: &str, report: &evaluate::Report) {
    let share = |s: &evaluate::Share| format!("{:5.1} % ({}/{})", 100.0 * s.rate(), s.hits, s.of);
    println!("\n== {path}: {} messages", report.messages);
    let (low, high) = report.emergency_interval;
    println!(
        "emergency recall {} [{:.3}, {:.3}]",
        share(&report.emergency_recall),
        low,
        high
    );
    println!("broad recall     {}", share(&report.broad_recall));
    println!(
        "false alarms     {}   hard {}",
        share(&report.false_alarms),
        share(&report.hard_false_alarms)
    );
    println!(
        "accuracy         {}   macro-F1 {:.3}   hard {}",
        share(&report.accuracy),
        report.macro_f1(),
        share(&report.hard)
    );
    for (name, score) in &report.categories {
        println!(
            "  {name:<18} recall {} precision {} F1 {:.3}",
            share(&score.recall),
            share(&score.precision),
            score.f1()
        );
    }
    for (name, score) in &report.signals {
        println!(
            "  {name:<18} recall {} precision {}",
            share(&score.recall),
            share(&score.precision)
        );
    }
    for (name, right) in &report.languages {
        println!("  {name:<18} right {}", share(right));
    }
    println!(
        "missed {:?}\nbroad missed {:?}\nalarmed {:?}",
        report.missed, report.broad_missed, report.alarmed
    );
    println!("confused {:?}", report.confused);
}
