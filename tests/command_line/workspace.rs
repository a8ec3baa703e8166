//! A workspace and its people, from the command line.

use planton_core::clock::SystemClock;
use planton_core::desk::Desk;
use planton_core::domain::{ConversationId, Language};
use planton_core::secret::Secret;
use planton_tests::Planton;
use serde_json::{Value, json};
use std::sync::Arc;

const PASSWORD: &str = "quatre mots faciles ici";

#[test]
fn a_fresh_folder_is_made_without_questions_and_for_its_owner_only() {
    let planton = Planton::new();
    let ended = planton.run(&["--json", "queue"]);
    assert_eq!(
        (ended.code, ended.out.as_str(), ended.err.as_str()),
        (Some(0), "", "")
    );
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(planton.data()), mode(planton.data().join("key"))),
        (0o700, 0o600)
    );
}

#[test]
fn the_flag_is_stronger_than_the_variable() {
    let planton = Planton::new();
    let elsewhere = planton.folder().join("elsewhere");
    assert_eq!(
        planton
            .run(&["--data", elsewhere.to_str().unwrap(), "--json", "queue"])
            .code,
        Some(0)
    );
    assert!(elsewhere.join("planton.db").exists() && !planton.data().exists());
}

#[test]
fn what_was_corrected_in_the_window_counts_on_the_command_line_until_it_is_reset() {
    const TEXT: &str = "Est-ce que la piscine municipale est ouverte demain ?";
    let planton = Planton::new();
    planton
        .add_person(None, "marie", PASSWORD, "administrator")
        .done();
    planton
        .add_person(Some(("marie", PASSWORD)), "alex", PASSWORD, "operator")
        .done();
    let arrives = |name: &str| {
        let file = planton.folder().join(format!("{name}.jsonl"));
        let line = json!({ "id": name, "conversation": name, "from": { "id": name, "name": name }, "at": "2026-11-20T10:00:00Z", "text": TEXT });
        std::fs::write(&file, line.to_string()).unwrap();
        let import = [
            "--json",
            "import",
            "--format",
            "jsonl",
            "--inbox",
            "Compte",
            file.to_str().unwrap(),
        ];
        planton.run_as("marie", PASSWORD, &import).done();
        let queue = planton.run_as("marie", PASSWORD, &["--json", "queue"]).done();
        let row = queue.iter().find(|row| row["contact"] == name).unwrap().clone();
        (
            row["category"].as_str().unwrap().to_owned(),
            row["conversation"].as_i64().unwrap(),
        )
    };
    let (judged, first) = arrives("zoe");
    let said = if judged == "witness" {
        "complaint"
    } else {
        "witness"
    };

    let desk = Desk::open(&planton.data(), Arc::new(SystemClock)).unwrap();
    let alex = desk.sign_in("alex", &Secret::new(PASSWORD)).unwrap();
    let opened = desk
        .open_conversation(&alex, ConversationId(first), None, Language::French)
        .unwrap();
    desk.correct_category(&alex, opened.messages[0].id, said.parse().unwrap())
        .unwrap();

    assert_eq!(
        arrives("max").0,
        said,
        "by another program, from the next message on"
    );
    let learned = planton
        .run_as("alex", PASSWORD, &["--json", "triage", "learned"])
        .done();
    assert_eq!(learned.len(), 1);
    assert_eq!(
        (&learned[0]["from"], &learned[0]["to"], &learned[0]["by"]),
        (&json!(judged), &json!(said), &json!("alex"))
    );
    let list = planton.run_as("alex", PASSWORD, &["triage", "learned"]).out;
    assert!(
        list.contains("->") && list.contains(said) && list.contains("alex"),
        "{list}"
    );

    let refused = planton.run_as("alex", PASSWORD, &["triage", "reset"]);
    assert_eq!(refused.code, Some(2));
    let reset = planton
        .run_as("marie", PASSWORD, &["--json", "triage", "reset"])
        .done();
    assert_eq!(reset, [json!({ "corrections": 1, "choices": 0 })]);
    assert_eq!(arrives("tom").0, judged);
    let none = planton.run_as("marie", PASSWORD, &["--json", "triage", "learned"]);
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
}

#[test]
fn once_people_exist_acts_ask_who() {
    let planton = Planton::new();
    let first = planton.add_person(None, "marie", PASSWORD, "operator").done();
    assert_eq!(
        first[0]["role"], "administrator",
        "the first one administers, whatever was asked"
    );

    let nobody = planton.run(&["--json", "queue"]);
    assert_eq!((nobody.code, nobody.out.as_str()), (Some(2), ""));
    assert!(nobody.err.contains("--as"), "{}", nobody.err);
    let no_password = planton.run(&["--as", "marie", "--json", "queue"]);
    assert_eq!(no_password.code, Some(2));
    assert!(
        no_password.err.contains("PLANTON_PASSWORD_FILE"),
        "{}",
        no_password.err
    );

    planton
        .add_person(Some(("marie", PASSWORD)), "alex", PASSWORD, "operator")
        .done();
    planton.run_as("alex", PASSWORD, &["--json", "queue"]).done();
    planton
        .run_as("alex", &format!("{PASSWORD}\n"), &["--json", "queue"])
        .done();
    let wrong = planton.run_as("alex", "pas le bon mot", &["--json", "queue"]);
    assert_eq!((wrong.code, wrong.out.as_str()), (Some(2), ""));
    assert!(!wrong.err.contains("pas le bon"));
    let forbidden = planton.run_as("alex", PASSWORD, &["--json", "settings", "set", "demo", "true"]);
    assert_eq!(forbidden.code, Some(2));
    let people = planton
        .run_as("alex", PASSWORD, &["--json", "people", "list"])
        .done();
    let logins: Vec<_> = people
        .iter()
        .map(|person| person["login"].as_str().unwrap())
        .collect();
    assert_eq!(logins, ["alex", "marie"]);

    planton
        .run_as(
            "marie",
            PASSWORD,
            &[
                "--json",
                "people",
                "role",
                "alex",
                "supervisor",
                "--review-level",
                "2",
            ],
        )
        .done();
    planton
        .run_as("alex", PASSWORD, &["--json", "journal", "verify"])
        .done();
    planton
        .run_as("marie", PASSWORD, &["--json", "people", "disable", "alex"])
        .done();
    assert_eq!(
        planton.run_as("alex", PASSWORD, &["--json", "queue"]).code,
        Some(2)
    );
    assert_eq!(
        planton
            .run_as("marie", PASSWORD, &["people", "disable", "marie"])
            .code,
        Some(2)
    );
    assert_eq!(
        planton
            .run_as("marie", PASSWORD, &["people", "role", "nobody", "operator"])
            .code,
        Some(2)
    );
    assert_eq!(
        planton
            .add_person(Some(("marie", PASSWORD)), "bruno", "court", "operator")
            .code,
        Some(2)
    );
}

#[test]
fn settings_are_read_and_set_as_json() {
    let planton = Planton::new();
    let all = planton.run(&["--json", "settings", "get"]).done();
    assert!(all.len() >= 6 && all.iter().all(|one| one.as_object().unwrap().len() == 1));
    planton
        .run(&["settings", "set", "outbox", "{\"undo_seconds\":12}"])
        .done();
    let outbox = planton.run(&["--json", "settings", "get", "outbox"]).done();
    assert_eq!(outbox, [json!({ "outbox": { "undo_seconds": 12 } })]);
    for bad in [
        ["outbox", "{\"undo_seconds\":\"x\"}"],
        ["outbox", "not json"],
        ["nothing", "1"],
        ["pack", "\"no-such-pack\""],
        ["review", "[{\"levels\":4}]"],
        [
            "night",
            "{\"schedule\":{\"windows\":[{\"begins\":\"25:00\",\"ends\":\"06:00\"}]}}",
        ],
    ] {
        let ended = planton.run(&["settings", "set", bad[0], bad[1]]);
        assert_eq!(ended.code, Some(2), "{bad:?}");
    }
    assert_eq!(
        planton.run(&["--json", "settings", "get", "outbox"]).done(),
        outbox,
        "nothing bad was kept"
    );
    assert_eq!(planton.run(&["settings", "get", "nothing"]).code, Some(2));
}

#[test]
fn the_preview_shows_fourteen_nights_and_the_texts() {
    let planton = Planton::new();
    let lines = planton.run(&["--json", "night", "preview"]).done();
    let of = |kind: &str| {
        lines
            .iter()
            .filter(|line| line["kind"] == json!(kind))
            .collect::<Vec<&Value>>()
    };
    assert_eq!(of("night").len(), 14);
    for night in of("night") {
        assert!(
            night["begins"].as_str().unwrap().contains("T00:00:00+0"),
            "local time"
        );
        assert!(night["begins_utc"].as_str().unwrap().ends_with('Z'));
        assert!([5.0, 6.0, 7.0].contains(&night["hours"].as_f64().unwrap()));
    }
    let texts = of("text");
    for reply in [
        "night_general",
        "night_emergency",
        "night_cannot_speak",
        "night_suicide",
    ] {
        assert!(texts.iter().any(|text| text["reply"] == json!(reply)), "{reply}");
    }
    for text in &texts {
        let text = text["text"].as_str().unwrap();
        assert!(text.chars().count() <= 600 && !text.contains("{{"));
    }
    let three = planton
        .run(&["--json", "night", "preview", "--nights", "3"])
        .done();
    assert_eq!(
        three.iter().filter(|line| line["kind"] == json!("night")).count(),
        3
    );
}

#[test]
fn the_status_says_whether_it_is_on() {
    let planton = Planton::new();
    let status = |planton: &Planton| planton.run(&["--json", "night", "status"]).done().remove(0);
    assert_eq!(
        (
            &status(&planton)["enabled"],
            &status(&planton)["breaker_open_since"]
        ),
        (&json!(false), &Value::Null)
    );
    let on = planton.run(&["night", "on"]);
    assert_eq!((on.code, on.out.as_str()), (Some(0), ""));
    assert_eq!(status(&planton)["enabled"], json!(true));
    planton.run(&["night", "off"]).done();
    assert_eq!(status(&planton)["sent"], json!([]));
}

#[test]
fn the_packs_of_the_project_are_sound() {
    let planton = Planton::new();
    let packs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/packs");
    for pack in ["fr-police-nationale", "int-generic"] {
        let ended = planton.run(&["--json", "pack", "check", packs.join(pack).to_str().unwrap()]);
        assert_eq!(ended.code, Some(0), "{pack}: {}", ended.out);
        assert!(
            ended
                .lines()
                .iter()
                .all(|problem| problem["severity"] == json!("warning"))
        );
    }
    assert_eq!(planton.run(&["pack", "check", "/no/such/pack"]).code, Some(2));
    assert!(!planton.data().exists(), "it needs no workspace");
}

#[test]
fn the_doctor_finds_a_fresh_workspace_well() {
    let planton = Planton::new();
    let checks = planton.run(&["--json", "doctor"]).done();
    assert!(
        checks.iter().all(|check| check["well"] == json!(true)),
        "{checks:?}"
    );
    let names: Vec<_> = checks
        .iter()
        .map(|check| check["check"].as_str().unwrap())
        .collect();
    for name in [
        "database",
        "counters",
        "journal",
        "pack",
        "quarantine",
        "sends",
        "night",
    ] {
        assert!(names.contains(&name), "{name}");
    }
}

#[test]
fn the_journal_verifies_and_names_its_head() {
    let planton = Planton::new();
    planton.run(&["night", "on"]).done();
    let verdict = planton.run(&["--json", "journal", "verify"]).done().remove(0);
    assert_eq!(
        (&verdict["intact"], &verdict["entries"]),
        (&json!(true), &json!(2))
    );
    assert_eq!(verdict["head"].as_str().unwrap().len(), 64);
}

#[test]
fn a_database_that_cannot_be_opened_is_a_sentence() {
    let planton = Planton::new();
    planton.run(&["--json", "queue"]).done();
    let key = planton.data().join("key");
    let kept = std::fs::read_to_string(&key).unwrap();
    std::fs::write(&key, "0".repeat(64)).unwrap();
    let wrong = planton.run(&["--json", "queue"]);
    assert_eq!((wrong.code, wrong.out.as_str()), (Some(2), ""));
    assert!(wrong.err.contains("key"), "{}", wrong.err);
    assert!(
        !wrong.err.contains("sqlcipher") && !wrong.err.contains("hmac"),
        "{}",
        wrong.err
    );
    std::fs::write(&key, kept).unwrap();
    std::fs::write(planton.data().join("planton.db"), "damaged").unwrap();
    for command in ["queue", "doctor", "serve"] {
        let damaged = planton.run(&[command]);
        assert_eq!(damaged.code, Some(2), "{command}");
        assert!(
            damaged.err.contains("backup"),
            "it says what to do: {}",
            damaged.err
        );
    }
    let file = planton.file("file", "");
    assert_eq!(
        planton.run(&["--data", file.to_str().unwrap(), "queue"]).code,
        Some(2)
    );
}

#[test]
fn one_round_of_the_headless_desk() {
    let planton = Planton::new();
    let round = planton.run(&["--json", "serve", "--once"]).done().remove(0);
    assert_eq!(
        (&round["standing_by"], &round["stored"], &round["failures"]),
        (&json!(false), &json!(0), &json!(0))
    );
    let again = planton.run(&["--json", "serve", "--once"]).done().remove(0);
    assert_eq!(again["standing_by"], json!(false), "the lease was given back");
}

#[test]
fn the_demo_lets_its_people_in_by_name() {
    let planton = Planton::new();
    assert_eq!(planton.run(&["demo"]).code, Some(0));
    let rows = planton.run(&["--as", "alex", "--json", "queue"]).done();
    assert!(rows.len() > 10);
    assert_eq!(
        rows[0]["category"],
        json!("emergency"),
        "what is urgent comes first"
    );
    let complaints = planton
        .run(&["--as", "alex", "--json", "queue", "--category", "complaint"])
        .done();
    assert!(!complaints.is_empty() && complaints.iter().all(|row| row["category"] == json!("complaint")));
    assert_eq!(
        planton
            .run(&["--as", "alex", "--json", "queue", "--limit", "2"])
            .done(),
        rows[..2]
    );
    assert_eq!(planton.run(&["demo"]).code, Some(2), "only once");
    planton
        .run(&["--as", "camille", "--json", "journal", "verify"])
        .done();
    assert_eq!(planton.run(&["--json", "doctor"]).code, Some(0));
}
