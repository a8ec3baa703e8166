//! `import` and `queue`: the files that a desk has today.

use planton_tests::Planton;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data/exports")
        .join(name)
}

fn import(planton: &Planton, format: &str, inbox: &str, path: &Path) -> (Option<i32>, Value) {
    let ended = planton.run(&[
        "--json",
        "import",
        "--format",
        format,
        "--inbox",
        inbox,
        path.to_str().unwrap(),
    ]);
    let lines = ended.lines();
    assert_eq!(lines.len(), 1, "{}", ended.err);
    (ended.code, lines[0].clone())
}

#[test]
fn every_sample_goes_in_once_with_its_accents_and_its_emoji() {
    for (format, name, shows, finds) in [
        ("facebook", "facebook", "😢", "velo"),
        ("facebook", "facebook_e2ee", "Zoé Démo", "urgent"),
        ("instagram", "instagram", "Zoé", "velo"),
        ("x", "x", "", ""),
        ("whatsapp", "whatsapp", "Zoé", "velo"),
        ("mbox", "mail", "", ""),
    ] {
        let planton = Planton::new();
        let (code, first) = import(&planton, format, name, &sample(name));
        assert_eq!(code, Some(0), "{name}");
        let count = |report: &Value, key: &str| report[key].as_u64().unwrap();
        assert!(count(&first, "stored") > 0);
        assert_eq!(
            (count(&first, "stored") + count(&first, "duplicates"), 0),
            (count(&first, "read"), count(&first, "quarantined"))
        );
        let (code, again) = import(&planton, format, name, &sample(name));
        assert_eq!(
            (code, count(&again, "stored"), count(&again, "duplicates")),
            (Some(0), 0, count(&first, "read")),
            "{name}"
        );

        let mut shown = String::new();
        for state in ["open", "snoozed", "resolved"] {
            for row in planton.run(&["--json", "queue", "--state", state]).done() {
                assert_eq!((&row["state"], &row["inbox"]), (&json!(state), &json!(name)));
                shown.push_str(row["contact"].as_str().unwrap());
                shown.push_str(row["excerpt"].as_str().unwrap());
            }
        }
        let broken = shown.contains('Ã') || shown.contains("â\u{80}") || shown.contains('\u{fffd}');
        assert!(!broken, "{name} holds letters that were read wrongly");
        assert!(shown.contains(shows), "{name}: {shows}");
        if !finds.is_empty() {
            let found = |state| {
                planton
                    .run(&["--json", "queue", "--state", state, "--search", finds])
                    .done()
                    .len()
            };
            assert!(found("open") + found("resolved") > 0, "{name}: {finds}");
        }
    }
}

#[test]
fn a_row_of_the_queue_has_every_field() {
    let planton = Planton::new();
    import(&planton, "facebook", "Page", &sample("facebook"));
    let rows = planton.run(&["--json", "queue", "--limit", "1"]).done();
    let rows = if rows.is_empty() {
        planton.run(&["--json", "queue", "--state", "resolved"]).done()
    } else {
        rows
    };
    let keys: Vec<_> = rows[0].as_object().unwrap().keys().map(String::as_str).collect();
    for key in [
        "conversation",
        "inbox",
        "contact",
        "category",
        "waiting_since",
        "excerpt",
        "state",
    ] {
        assert!(keys.contains(&key), "{key}");
    }
}

fn zipped(folder: &Path) -> Vec<u8> {
    fn add(writer: &mut zip::ZipWriter<std::io::Cursor<Vec<u8>>>, root: &Path, at: &Path) {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                add(writer, root, &path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                writer
                    .start_file(name, zip::write::SimpleFileOptions::default())
                    .unwrap();
                writer.write_all(&std::fs::read(path).unwrap()).unwrap();
            }
        }
    }
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    add(&mut writer, folder, folder);
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_zip_is_read_and_one_that_was_cut_off_is_reported() {
    let planton = Planton::new();
    let whole = zipped(&sample("facebook"));
    let file = planton.file("whole.zip", &whole);
    let (code, report) = import(&planton, "facebook", "Page", &file);
    assert_eq!(code, Some(0));
    assert!(report["stored"].as_u64().unwrap() > 0);

    for part in [whole.len() / 2, whole.len() - 30, 10, 0] {
        let cut = planton.file("cut.zip", &whole[..part]);
        let ended = planton.run(&[
            "--json",
            "import",
            "--format",
            "facebook",
            "--inbox",
            "Cut",
            cut.to_str().unwrap(),
        ]);
        assert!(
            matches!(ended.code, Some(1 | 2)),
            "cut at {part}: {:?} {}",
            ended.code,
            ended.err
        );
        assert!(!ended.err.is_empty(), "cut at {part}: it says what is wrong");
        assert!(!ended.err.contains("panicked"), "{}", ended.err);
    }
}

#[test]
fn a_bad_line_is_told_with_its_place_and_shown_by_the_doctor() {
    let planton = Planton::new();
    let line = |n: i32| json!({ "id": n.to_string(), "conversation": "c", "from": { "id": "z", "name": "Zoé" }, "at": "2026-01-05T21:00:00Z", "text": "Où déposer plainte ? 🚲" });
    let file = planton.file("export.jsonl", format!("{}\nPAS DU JSON\n{}\n", line(1), line(2)));
    let ended = planton.run(&[
        "--json",
        "import",
        "--format",
        "jsonl",
        "--inbox",
        "Export",
        file.to_str().unwrap(),
    ]);
    assert_eq!(ended.code, Some(1));
    assert_eq!(
        ended.lines()[0],
        json!({ "read": 3, "stored": 2, "duplicates": 0, "quarantined": 1 })
    );
    assert!(
        ended.err.contains("export.jsonl") && ended.err.contains('2'),
        "{}",
        ended.err
    );
    assert!(!ended.err.contains("PAS DU"), "nothing of its content is shown");
    let doctor = planton.run(&["--json", "doctor"]);
    assert_eq!(doctor.code, Some(1));
    assert!(
        doctor
            .lines()
            .iter()
            .any(|check| check["check"] == "quarantine" && check["well"] == json!(false))
    );
    let rows = planton.run(&["--json", "queue"]).done();
    assert_eq!(
        (rows.len(), &rows[0]["excerpt"]),
        (1, &json!("Où déposer plainte ? 🚲"))
    );
}

#[test]
fn nothing_that_can_be_read_is_two() {
    let planton = Planton::new();
    let empty = planton.folder().join("empty");
    std::fs::create_dir(&empty).unwrap();
    for path in ["/no/such/path", empty.to_str().unwrap()] {
        for format in ["jsonl", "facebook", "instagram", "x", "whatsapp", "mbox"] {
            let ended = planton.run(&["--json", "import", "--format", format, "--inbox", "E", path]);
            assert_eq!(
                (ended.code, ended.out.as_str()),
                (Some(2), ""),
                "{format}: {}",
                ended.err
            );
        }
    }
    assert!(
        planton.run(&["--json", "inbox", "list"]).done().is_empty(),
        "no empty inbox is left behind"
    );
}
