//! `classify`, `suggest` and `replay`: no workspace, a line in, a line out.

use planton_tests::Planton;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

const CATEGORIES: [&str; 7] = [
    "emergency",
    "complaint",
    "recruitment",
    "thanks",
    "witness",
    "incident",
    "other",
];

#[test]
fn classify_answers_every_line_in_order_with_everything_that_was_promised() {
    let planton = Planton::new();
    let input = "{\"id\":\"a\",\"text\":\"Au secours, il a un couteau 😱\"}\n{\"text\":\"Merci à l'équipage\",\"id\":7}\n{\"text\":\"\"}\n";
    let ended = planton.run_with(&["classify"], input);
    let lines = ended.done();
    assert_eq!(lines.len(), 3);
    assert_eq!(
        (&lines[0]["id"], &lines[1]["id"], &lines[2]["id"]),
        (&json!("a"), &json!(7), &Value::Null)
    );
    assert_eq!(
        (&lines[0]["category"], &lines[1]["category"]),
        (&json!("emergency"), &json!("thanks"))
    );
    for line in &lines {
        let keys: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            [
                "category",
                "confidence",
                "evidence",
                "id",
                "language",
                "scores",
                "secondary",
                "signals"
            ]
        );
        assert!(CATEGORIES.contains(&line["category"].as_str().unwrap()));
        for category in CATEGORIES {
            let score = line["scores"][category].as_f64().unwrap();
            assert!((0.0..=1.0).contains(&score), "{category}: {score}");
        }
        assert!((0.0..=1.0).contains(&line["confidence"].as_f64().unwrap()));
    }
    let text = "Au secours, il a un couteau 😱";
    let evidence = lines[0]["evidence"].as_array().unwrap();
    assert!(!evidence.is_empty(), "an emergency shows which words decided");
    for word in evidence {
        let place = |key: &str| usize::try_from(word[key].as_u64().unwrap()).unwrap();
        let (start, end) = (place("start"), place("end"));
        let named: String = text.chars().skip(start).take(end - start).collect();
        assert_eq!(word["text"], json!(named), "positions count characters");
        assert!(!word["why"].as_str().unwrap().is_empty());
    }
    assert!(
        ended.err.is_empty() && !planton.data().exists(),
        "it needs no workspace"
    );
}

#[test]
fn a_bad_line_is_answered_in_its_place_and_ends_with_one() {
    let planton = Planton::new();
    let input = "{\"text\":\"un\"}\nPAS DU JSON\n{\"texte\":\"deux\"}\n{\"text\":3}\n[]\n{\"text\":\"six\"}";
    for command in ["classify", "suggest"] {
        let ended = planton.run_with(&[command], input);
        assert_eq!(ended.code, Some(1), "{command}");
        let lines = ended.lines();
        assert_eq!(lines.len(), 6);
        let bad: Vec<_> = lines
            .iter()
            .filter_map(|line| line.get("line")?.as_u64())
            .collect();
        assert_eq!(bad, [2, 3, 4, 5]);
        assert!(lines[1]["error"].as_str().unwrap().contains("JSON"));
        assert!(!ended.out.contains("PAS DU"), "an error quotes nothing");
    }
}

#[test]
fn the_same_from_a_file_a_pipe_and_with_windows_line_ends() {
    let planton = Planton::new();
    let unix = "{\"id\":1,\"text\":\"Bonjour\"}\n{\"id\":2,\"text\":\"Merci à vous\"}\n";
    let windows = format!("\u{feff}{}", unix.replace('\n', "\r\n"));
    let file = planton.file("in.jsonl", &windows);
    let expected = planton.run_with(&["classify", "-"], unix).done();
    assert_eq!(planton.run_with(&["classify"], &windows).done(), expected);
    assert_eq!(
        planton.run(&["classify", file.to_str().unwrap()]).done(),
        expected
    );
    assert_eq!(
        planton
            .run(&["--json", "classify", file.to_str().unwrap()])
            .done(),
        expected
    );
}

#[test]
fn plain_lines_are_texts_and_empty_ones_too() {
    let planton = Planton::new();
    let ended = planton.run_with(
        &["classify", "--lines"],
        "\u{feff}Merci à l'équipage\r\n\r\n{\"text\":\"x\"}\nfin",
    );
    let ids: Vec<_> = ended.done().into_iter().map(|line| line["id"].clone()).collect();
    assert_eq!(ids, [json!(1), json!(2), json!(3), json!(4)]);
    let broken = planton.run_with(&["classify", "--lines"], b"bonjour\n\xff\xfe\nmerci\n");
    assert_eq!((broken.code, broken.lines().len()), (Some(1), 3));
    assert_eq!(broken.lines()[1]["line"], 2);
}

#[test]
fn a_text_of_two_hundred_thousand_characters_is_a_text() {
    let planton = Planton::new();
    let long =
        json!({ "id": "long", "text": "Bonjour, une très longue histoire. ".repeat(6000) }).to_string();
    let lines = planton
        .run_with(&["classify"], format!("{long}\n{{\"text\":\"après\"}}\n"))
        .done();
    assert_eq!((lines.len(), &lines[0]["id"]), (2, &json!("long")));
}

#[test]
fn suggest_gives_at_most_three_best_first() {
    let planton = Planton::new();
    let input = json!({ "id": "c", "text": "Un de vos policiers m'a insulté et frappé pendant un contrôle", "at": "2027-01-15T10:00:00+01:00" });
    let lines = planton.run_with(&["suggest"], format!("{input}\n")).done();
    assert_eq!(lines[0]["id"], "c");
    let suggestions = lines[0]["suggestions"].as_array().unwrap();
    assert!((1..=3).contains(&suggestions.len()));
    assert_eq!(suggestions[0]["reply"], "igpn_link");
    let scores: Vec<f64> = suggestions.iter().map(|s| s["score"].as_f64().unwrap()).collect();
    assert!(scores.windows(2).all(|pair| pair[0] >= pair[1]));
    for suggestion in suggestions {
        for key in ["reply", "language", "text", "why"] {
            assert!(!suggestion[key].as_str().unwrap().is_empty(), "{key}");
        }
        assert!(!suggestion["text"].as_str().unwrap().contains("{{"));
    }
    let english = planton.run_with(
        &["suggest", "--pack", "int-generic"],
        "{\"text\":\"Thank you so much\"}\n",
    );
    assert_eq!(english.code, Some(0));
    let unknown = planton.run_with(&["suggest", "--pack", "no-such-pack"], "{\"text\":\"x\"}\n");
    assert_eq!((unknown.code, unknown.out.as_str()), (Some(2), ""));
}

#[test]
fn replay_reads_a_burst_as_one_and_answers_it_once() {
    let planton = Planton::new();
    let said = |at: &str, text: &str| json!({ "at": format!("2027-01-15T{at}:00+01:00"), "from": "contact", "text": text });
    let case = json!({ "id": "b", "messages": [
        said("00:30", "au secours il défonce la porte"),
        said("00:31", "c'est bon, fausse alerte"),
        said("00:32", "merci"),
    ] });
    let file = planton.file("burst.jsonl", case.to_string());
    let [result] = <[Value; 1]>::try_from(planton.run(&["replay", file.to_str().unwrap()]).done()).unwrap();
    assert_eq!(result["category"], "emergency");
    let replies = result["night_replies"].as_array().unwrap();
    assert_eq!(replies.len(), 1);
    assert_eq!(replies[0]["reply"], "night_emergency");
    assert_eq!(result["left"].as_array().unwrap().len(), 2);
}

#[test]
fn replay_says_what_would_have_been_sent() {
    let planton = Planton::new();
    let nights = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/nights");
    for name in ["once_a_night.jsonl", "clock_changes.jsonl", "boundaries.jsonl"] {
        let cases: Vec<Value> = std::fs::read_to_string(nights.join(name))
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let input: String = cases.iter().map(|case| format!("{}\n", case["case"])).collect();
        let file = planton.file("cases.jsonl", input);
        let results = planton.run(&["replay", file.to_str().unwrap()]).done();
        assert_eq!(results.len(), cases.len());
        for (case, result) in cases.iter().zip(&results) {
            let id = &case["case"]["id"];
            assert_eq!(&result["id"], id);
            // Triage reads the texts here, where the case says what it would have said: it may see danger where the case does not.
            // At most one general reply a night, and a word on every message, hold all the same.
            let nights = |replies: &Value| -> Vec<String> {
                let replies = replies.as_array().unwrap().iter();
                replies
                    .map(|reply| reply["at"].as_str().unwrap().chars().take(10).collect())
                    .collect()
            };
            let general = result["night_replies"].as_array().unwrap().iter();
            let general: Vec<Value> = general
                .filter(|reply| reply["reply"] == "night_general")
                .cloned()
                .collect();
            let general = nights(&json!(general));
            assert_eq!(
                general.iter().collect::<BTreeSet<_>>().len(),
                general.len(),
                "{id}: one a night"
            );
            let judged = |of: &Value| {
                ["night_replies", "left"]
                    .map(|key| of[key].as_array().unwrap().len())
                    .iter()
                    .sum::<usize>()
            };
            assert_eq!(
                judged(result),
                judged(&case["expect"]),
                "{id}: nothing is passed over"
            );
        }
    }
    let bad = planton.run_with(
        &["replay", "-"],
        "{\"id\":\"x\"}\n{\"id\":\"y\",\"messages\":[]}\n",
    );
    assert_eq!((bad.code, bad.lines().len()), (Some(1), 2));
    assert_eq!(bad.lines()[0]["line"], 1);
}

#[test]
fn wrong_usage_is_two_and_nothing_on_standard_output() {
    let planton = Planton::new();
    for arguments in [
        &["classify", "--no-such-flag"][..],
        &["no-such-command"],
        &["classify", "/no/such/file"],
        &["replay"],
        &["import", "--format", "carrier-pigeon", "--inbox", "x", "file"],
        &["queue", "--category", "gossip"],
        &["suggest", "--pack"],
        &[],
    ] {
        let ended = planton.run_with(arguments, "");
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!ended.err.is_empty(), "{arguments:?}");
    }
    assert_eq!(planton.run(&["--help"]).code, Some(0));
    assert_eq!(planton.run(&["--version"]).code, Some(0));
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let planton = Planton::new();
    let mut child = planton
        .command(&["classify", "--lines"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        for _ in 0..20_000 {
            if writeln!(stdin, "Bonjour, merci à l'équipage d'hier soir").is_err() {
                return;
            }
        }
    });
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    assert!(first.starts_with('{'));
    writer.join().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn ten_thousand_lines_come_out_as_they_go_in() {
    let planton = Planton::new();
    let input: String = (0..10_000)
        .map(|n| format!("{{\"id\":{n},\"text\":\"Bonjour {n}\"}}\n"))
        .collect();
    let lines = planton.run_with(&["classify"], input).done();
    assert_eq!(lines.len(), 10_000);
    assert!(lines.iter().enumerate().all(|(n, line)| line["id"] == json!(n)));
}

#[test]
fn evaluate_judges_each_file_apart_and_never_shows_a_text() {
    let planton = Planton::new();
    let labelled = "{\"id\":\"one\",\"text\":\"merci mille fois pour votre aide hier soir\",\"category\":\"thanks\",\"signals\":[],\"reply\":\"thanks_ack\",\"lang\":\"fr\"}\n\
                    {\"id\":\"two\",\"text\":\"merci mille fois pour votre aide hier soir\",\"category\":\"witness\",\"signals\":[],\"reply\":\"witness_channel\",\"lang\":\"fr\"}\n";
    let good = planton.folder().join("good.jsonl");
    let bad = planton.folder().join("bad.jsonl");
    std::fs::write(&good, labelled).unwrap();
    std::fs::write(&bad, "{\"id\":\"no text\"}\n").unwrap();
    let (good, bad) = (good.display().to_string(), bad.display().to_string());
    let ended = planton.run_with(&["--json", "evaluate", &good], "");
    let report = &ended.done()[0]["report"];
    assert_eq!(report["messages"], 2);
    assert_eq!(report["accuracy"], json!({ "hits": 1, "of": 2 }));
    assert_eq!(report["first_reply"], json!({ "hits": 1, "of": 2 }));
    assert_eq!(report["confused"], json!([["two", "witness", "thanks"]]));
    assert!(!report.to_string().contains("mille"), "a report names ids only");
    let ended = planton.run_with(&["--json", "evaluate", &bad, &good], "");
    assert_eq!(
        ended.code,
        Some(1),
        "a file that cannot be read is told, the next one is judged"
    );
    assert_eq!(ended.lines().len(), 1);
}

#[test]
fn train_without_a_corpus_says_what_it_needs() {
    let planton = Planton::new();
    let folder = planton.folder().display().to_string();
    let ended = planton.run_with(&["train", "--corpus", &folder], "");
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("train_*.jsonl"), "{}", ended.err);
}
