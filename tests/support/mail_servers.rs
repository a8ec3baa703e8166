//! Real mail servers for one test: Dovecot keeps the mailbox (IMAP, LMTP), Exim takes what we send (SMTP).
//!
//! They run on loopback, on free ports, in a folder of their own, as an ordinary user (as `nobody` where the test runs as root), and
//! end with the test, also when it is killed. Where one is not installed the test fails with a sentence that says what to install.
//!
//! Deliberately absent: any server or setting of the machine; the real postmaster of the machine never sees a thing.

#![allow(
    clippy::expect_used,
    reason = "a helper of tests: what fails here fails the test"
)]

use planton_core::domain::{ChannelKind, Inbox, InboxId, InboxState};
use planton_core::secret::Secret;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Our address at the test servers.
pub const ADDRESS: &str = "boite@police.test";
/// Another address of ours, delivered to the same mailbox by hand ([`MailServers::deliver`] always goes to [`ADDRESS`]'s).
pub const ALIAS: &str = "accueil@police.test";
/// The login of [`ADDRESS`].
pub const LOGIN: &str = "boite";
/// Its password.
pub const PASSWORD: &str = "secret";
/// Exim answers 550 to this recipient.
pub const REFUSED_RECIPIENT: &str = "refuse@example.org";
/// Exim answers 451 to this recipient.
pub const LATER_RECIPIENT: &str = "plustard@example.org";
/// Exim answers 550 after the text of a mail to this recipient.
pub const REFUSED_TEXT_RECIPIENT: &str = "contenu@example.org";

const DOVECOT_PROGRAM: &str = "/usr/sbin/dovecot";
const EXIM_PROGRAM: &str = "/usr/sbin/exim4";
const DOVECOT: &str = include_str!("../data/mail/dovecot.conf");
const EXIM: &str = include_str!("../data/mail/exim.conf");
const OPENSSL: &str = include_str!("../data/mail/openssl.cnf");
const INSTALL: &str =
    "apt-get install --no-install-recommends dovecot-imapd dovecot-lmtpd dovecot-sieve exim4-daemon-light";

/// A running pair of servers.
pub struct MailServers {
    // In this order: the servers end before their folder goes.
    dovecot: Server,
    _exim: Server,
    ports: Ports,
    user: TestUser,
    dir: tempfile::TempDir,
}

/// The ports, chosen at run time.
#[derive(Debug, Clone, Copy)]
struct Ports {
    imap: u16,
    imaps: u16,
    lmtp: u16,
    /// Wants a sign-in; offers STARTTLS.
    smtp: u16,
    /// The same, encrypted from the first byte.
    smtps: u16,
    /// Takes everything from everybody: where Dovecot's own vacation replies go.
    relay: u16,
}

/// How a test connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// In clear, on loopback.
    None,
    /// STARTTLS on both servers.
    Starttls,
    /// TLS from the first byte on both.
    Tls,
}

/// A mail as Exim took it.
#[derive(Debug, Clone)]
pub struct SentMail {
    /// The envelope's sender; empty for `MAIL FROM:<>`.
    pub envelope_from: String,
    /// The envelope's recipients.
    pub envelope_to: String,
    /// The whole mail.
    pub raw: String,
}

impl SentMail {
    /// A header's value on one line, if the mail has the header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        header(&self.raw, name)
    }

    /// Everything after the headers, as it stands in the mail.
    #[must_use]
    pub fn body(&self) -> String {
        self.raw
            .replace("\r\n", "\n")
            .split_once("\n\n")
            .map(|(_, body)| body.to_owned())
            .unwrap_or_default()
    }
}

fn header(raw: &str, name: &str) -> Option<String> {
    let raw = raw.replace("\r\n", "\n");
    let head = raw
        .split("\n\n")
        .next()
        .unwrap_or_default()
        .replace("\n ", " ")
        .replace("\n\t", " ");
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

impl MailServers {
    /// Starts both and waits until they answer.
    ///
    /// # Panics
    /// A server is not installed or does not start: with a sentence that says what to do.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with("", SentFolder::Present)
    }

    /// The same, without a Sent folder in the mailboxes.
    #[must_use]
    pub fn start_without_sent_folder() -> Self {
        Self::start_with("", SentFolder::Absent)
    }

    /// The same, with a Sieve vacation script at Dovecot's delivery: the reference for who may be answered automatically.
    #[must_use]
    pub fn start_with_sieve(script: &str) -> Self {
        assert!(
            Path::new("/usr/lib/dovecot/modules/lib90_sieve_plugin.so").exists(),
            "This test asks Pigeonhole, which is not installed. Install it: {INSTALL}"
        );
        Self::start_with(script, SentFolder::Present)
    }

    fn start_with(sieve: &str, sent_folder: SentFolder) -> Self {
        installed(EXIM_PROGRAM);
        let version = Command::new(installed(DOVECOT_PROGRAM))
            .arg("--version")
            .output()
            .expect("dovecot --version runs");
        let version = String::from_utf8_lossy(&version.stdout).into_owned();
        assert!(
            version.starts_with("2.3"),
            "The mail tests configure Dovecot 2.3 (Debian 12, Ubuntu 22.04 and 24.04); this is {}",
            version.trim()
        );
        // Another process may take a port between our look and the server's start: then once more, with others.
        let mut complaints = String::new();
        for _ in 0..3 {
            let dir = tempfile::Builder::new()
                .prefix("planton-mail-")
                .tempdir()
                .expect("a temporary folder");
            let ports = Ports::free();
            let user = TestUser::current();
            write_configuration(dir.path(), &user, ports, sieve, sent_folder);
            let dovecot = Server::dovecot(dir.path(), &user);
            let exim = Server::exim(dir.path(), &user);
            match ports.greet() {
                Ok(()) => {
                    return Self {
                        dovecot,
                        _exim: exim,
                        ports,
                        user,
                        dir,
                    };
                }
                Err(silent) => complaints = format!("{silent} does not greet.\n{}", logs(dir.path())),
            }
        }
        panic!("The mail servers of the test did not start: {complaints}");
    }

    /// Ends Dovecot and starts it again: every open connection breaks, the mailbox stays.
    pub fn restart_imap(&mut self) {
        self.dovecot.stop();
        self.dovecot = Server::dovecot(self.dir.path(), &self.user);
        self.ports.greet().expect("Dovecot starts again");
    }

    /// An inbox that is connected to these servers, in clear on loopback.
    #[must_use]
    pub fn inbox(&self) -> Inbox {
        self.inbox_with(&self.settings(Protection::None))
    }

    /// An inbox with other settings.
    #[must_use]
    pub fn inbox_with(&self, settings: &serde_json::Value) -> Inbox {
        Inbox {
            id: InboxId(1),
            name: "Accueil".to_owned(),
            channel: ChannelKind::Email,
            address: ADDRESS.to_owned(),
            zone: chrono_tz::Europe::Paris,
            state: InboxState::Live,
            connection: settings.to_string(),
            last_message_at: None,
            last_error: None,
        }
    }

    /// The password.
    #[must_use]
    pub fn secret(&self) -> Secret {
        Secret::new(PASSWORD)
    }

    /// `Inbox::connection` for these servers, to change in a test.
    #[must_use]
    pub fn settings(&self, protection: Protection) -> serde_json::Value {
        let (security, imap, smtp) = match protection {
            Protection::None => ("none_on_loopback", self.ports.imap, self.ports.smtp),
            Protection::Starttls => ("starttls", self.ports.imap, self.ports.smtp),
            Protection::Tls => ("tls", self.ports.imaps, self.ports.smtps),
        };
        let authority = (protection != Protection::None)
            .then(|| std::fs::read_to_string(self.dir.path().join("cert.pem")).expect("the certificate"));
        serde_json::json!({
            "certificate_authority": authority,
            "address": ADDRESS,
            "aliases": [ALIAS],
            "login": LOGIN,
            "imap": {"host": "127.0.0.1", "port": imap, "security": security},
            "smtp": {"host": "127.0.0.1", "port": smtp, "security": security},
        })
    }

    /// Puts a mail into the mailbox of [`ADDRESS`], as the mail server of the force would. `envelope_from` may be empty.
    pub fn deliver(&self, raw: impl AsRef<[u8]>, envelope_from: &str) {
        self.deliver_to(raw, envelope_from, ADDRESS);
    }

    /// The same, for another recipient's mailbox.
    pub fn deliver_to(&self, raw: impl AsRef<[u8]>, envelope_from: &str, to: &str) {
        let stream = TcpStream::connect(("127.0.0.1", self.ports.lmtp)).expect("LMTP answers");
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .expect("a timeout");
        let mut lmtp = Lmtp(BufReader::new(stream));
        lmtp.expect("220");
        lmtp.say("LHLO test.localhost", "250");
        lmtp.say(&format!("MAIL FROM:<{envelope_from}>"), "250");
        lmtp.say(&format!("RCPT TO:<{to}>"), "250");
        lmtp.say("DATA", "354");
        let mut text = Vec::new();
        for line in raw.as_ref().split(|byte| *byte == b'\n') {
            if line.first() == Some(&b'.') {
                text.push(b'.');
            }
            text.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
            text.extend_from_slice(b"\r\n");
        }
        text.extend_from_slice(b".\r\n");
        lmtp.0.get_mut().write_all(&text).expect("the mail is taken");
        lmtp.expect("250");
        lmtp.say("QUIT", "221");
    }

    /// What Exim took so far, in the order of arrival.
    #[must_use]
    pub fn sent(&self) -> Vec<SentMail> {
        files(&self.dir.path().join("sent/new"))
            .into_iter()
            .map(|raw| SentMail {
                envelope_from: header(&raw, "Return-path")
                    .unwrap_or_default()
                    .trim_matches(|sign| sign == '<' || sign == '>')
                    .to_owned(),
                envelope_to: header(&raw, "Envelope-to").unwrap_or_default(),
                raw,
            })
            .collect()
    }

    /// Waits until Exim has taken `count` mails.
    ///
    /// # Panics
    /// It has not within 20 seconds.
    #[must_use]
    pub fn wait_for_sent(&self, count: usize) -> Vec<SentMail> {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let sent = self.sent();
            if sent.len() >= count {
                return sent;
            }
            assert!(
                Instant::now() < until,
                "{} of {count} mails arrived at the SMTP server",
                sent.len()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until Exim has delivered everything it took: what is not in [`MailServers::sent`] then was never sent.
    ///
    /// # Panics
    /// It has not within 20 seconds.
    pub fn settle(&self) {
        let until = Instant::now() + Duration::from_secs(20);
        let waiting = || {
            std::fs::read_dir(self.dir.path().join("spool/input"))
                .map_or(0, |entries| entries.flatten().count())
        };
        while waiting() > 0 {
            assert!(
                Instant::now() < until,
                "Exim does not deliver: {}",
                logs(self.dir.path())
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The copies in the Sent folder of [`ADDRESS`]'s mailbox.
    #[must_use]
    pub fn filed(&self) -> Vec<String> {
        let sent = self.maildir().join(".Sent");
        files(&sent.join("cur"))
            .into_iter()
            .chain(files(&sent.join("new")))
            .collect()
    }

    /// How many mails of the mailbox are marked as answered, and how many as read.
    #[must_use]
    pub fn answered_and_seen(&self) -> (usize, usize) {
        let Ok(entries) = std::fs::read_dir(self.maildir().join("cur")) else {
            return (0, 0);
        };
        let flags: Vec<String> = entries
            .filter_map(|entry| {
                entry
                    .ok()?
                    .file_name()
                    .to_str()?
                    .rsplit_once(":2,")
                    .map(|(_, flags)| flags.to_owned())
            })
            .collect();
        let count = |flag: char| flags.iter().filter(|flags| flags.contains(flag)).count();
        (count('R'), count('S'))
    }

    /// Makes Dovecot number the mailbox anew: another UIDVALIDITY, the same mails.
    pub fn renumber(&self) {
        for file in std::fs::read_dir(self.maildir()).expect("the mailbox") {
            let file = file.expect("a file of the mailbox");
            let name = file.file_name().to_string_lossy().into_owned();
            if name == "dovecot-uidlist" || name.starts_with("dovecot.index") {
                std::fs::remove_file(file.path()).expect("the numbering goes");
            }
        }
    }

    fn maildir(&self) -> PathBuf {
        self.dir.path().join("mail").join(LOGIN)
    }
}

/// Whether mailboxes have a folder marked `\\Sent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SentFolder {
    Present,
    Absent,
}

fn write_configuration(dir: &Path, user: &TestUser, ports: Ports, sieve: &str, sent_folder: SentFolder) {
    for folder in ["run", "mail", "sent", "spool", "log"] {
        std::fs::create_dir(dir.join(folder)).expect("a folder in the temporary folder");
    }
    make_certificate(dir);
    let path = dir.to_str().expect("a temporary folder with a printable name");
    let fill = |template: &str| {
        let mut text = template
            .replace("@DIR@", path)
            .replace("@USER@", &user.name)
            .replace("@GROUP@", &user.group);
        for (mark, port) in [
            ("@IMAP@", ports.imap),
            ("@IMAPS@", ports.imaps),
            ("@LMTP@", ports.lmtp),
            ("@SMTP@", ports.smtp),
            ("@SMTPS@", ports.smtps),
            ("@RELAY@", ports.relay),
        ] {
            text = text.replace(mark, &port.to_string());
        }
        text
    };
    let mut dovecot_conf = fill(DOVECOT);
    if sent_folder == SentFolder::Absent {
        dovecot_conf = dovecot_conf.replace("auto = create", "auto = no");
    }
    if !sieve.is_empty() {
        std::fs::write(dir.join("vacation.sieve"), sieve).expect("the script is written");
        dovecot_conf.push_str(&format!(
            "protocol lmtp {{\n  mail_plugins = $mail_plugins sieve\n}}\nplugin {{\n  sieve = file:{path}/vacation.sieve\n  \
             sieve_vacation_default_period = 1d\n  sieve_vacation_min_period = 0\n}}\n"
        ));
    }
    std::fs::write(dir.join("dovecot.conf"), dovecot_conf).expect("the configuration is written");
    std::fs::write(dir.join("exim.conf"), fill(EXIM)).expect("the configuration is written");
    user.own(dir);
}

fn logs(dir: &Path) -> String {
    [
        "dovecot.log",
        "dovecot.out",
        "exim.out",
        "log/mainlog",
        "log/paniclog",
    ]
    .iter()
    .filter_map(|log| std::fs::read_to_string(dir.join(log)).ok())
    .collect()
}

impl Ports {
    /// Waits until every server greets; the name of one that does not.
    fn greet(self) -> Result<(), &'static str> {
        [
            ("dovecot", self.imap, "* OK"),
            ("dovecot", self.lmtp, "220"),
            ("exim", self.smtp, "220"),
            ("exim", self.relay, "220"),
        ]
        .into_iter()
        .try_for_each(|(name, port, greeting)| if greets(port, greeting) { Ok(()) } else { Err(name) })
    }

    fn free() -> Self {
        // All are held until all are chosen, or the same could come twice.
        let held: Vec<TcpListener> = (0..6)
            .map(|_| TcpListener::bind(("127.0.0.1", 0)).expect("a free port"))
            .collect();
        let mut ports = held
            .iter()
            .map(|listener| listener.local_addr().expect("an address").port());
        let mut next = || ports.next().expect("six ports");
        Self {
            imap: next(),
            imaps: next(),
            lmtp: next(),
            smtp: next(),
            smtps: next(),
            relay: next(),
        }
    }
}

/// Who the servers run as.
struct TestUser {
    name: String,
    group: String,
    /// Set where the test runs as root: the servers must not.
    drop_to: Option<(u32, u32)>,
}

impl TestUser {
    fn current() -> Self {
        if id(&["-u"]) == "0" {
            let number = |flag| {
                id(&[flag, "nobody"])
                    .parse()
                    .expect("the user nobody has numbers")
            };
            Self {
                name: "nobody".to_owned(),
                group: id(&["-gn", "nobody"]),
                drop_to: Some((number("-u"), number("-g"))),
            }
        } else {
            Self {
                name: id(&["-un"]),
                group: id(&["-gn"]),
                drop_to: None,
            }
        }
    }

    fn own(&self, path: &Path) {
        let Some((uid, gid)) = self.drop_to else { return };
        std::os::unix::fs::chown(path, Some(uid), Some(gid)).expect("root may give a folder away");
        if path.is_dir() {
            for entry in std::fs::read_dir(path).expect("a folder of the test") {
                self.own(&entry.expect("an entry").path());
            }
        }
    }
}

fn id(arguments: &[&str]) -> String {
    let output = Command::new("id").args(arguments).output().expect("id runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn installed(program: &str) -> &str {
    assert!(
        Path::new(program).exists(),
        "This test needs real mail servers, and {program} is not installed. Install them: {INSTALL} \
         (the services that Debian starts with them are not used and may be stopped)."
    );
    program
}

fn make_certificate(dir: &Path) {
    let conf = dir.join("openssl.cnf");
    std::fs::write(&conf, OPENSSL).expect("the configuration is written");
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .arg("-config")
        .arg(&conf)
        .arg("-keyout")
        .arg(dir.join("key.pem"))
        .arg("-out")
        .arg(dir.join("cert.pem"))
        .output();
    match made {
        Ok(output) => assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(_) => panic!("openssl is not installed. Install it: apt-get install openssl"),
    }
}

/// A server below a shell that waits for the test: when the test ends, however it ends, its end of the pipe closes, the shell
/// wakes up and ends the server.
struct Server(Child);

impl Server {
    fn dovecot(dir: &Path, user: &TestUser) -> Self {
        Self::spawn(DOVECOT_PROGRAM, &["-F", "-c"], dir, "dovecot", user)
    }

    fn exim(dir: &Path, user: &TestUser) -> Self {
        Self::spawn(EXIM_PROGRAM, &["-bdf", "-C"], dir, "exim", user)
    }

    fn spawn(program: &str, arguments: &[&str], dir: &Path, name: &str, user: &TestUser) -> Self {
        let log = std::fs::File::create(dir.join(format!("{name}.out"))).expect("a log");
        let mut shell = Command::new("sh");
        shell
            .args([
                "-c",
                "\"$@\" & server=$!; read _; kill -TERM $server; wait $server",
                "sh",
            ])
            .arg(program)
            .args(arguments)
            .arg(dir.join(format!("{name}.conf")))
            .current_dir(dir)
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log);
        if let Some((uid, gid)) = user.drop_to {
            shell.uid(uid).gid(gid);
        }
        Self(shell.spawn().expect("sh starts"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Server {
    fn stop(&mut self) {
        drop(self.0.stdin.take());
        let until = Instant::now() + Duration::from_secs(10);
        while matches!(self.0.try_wait(), Ok(None)) {
            if Instant::now() > until {
                self.0.kill().ok();
                self.0.wait().ok();
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn greets(port: u16, greeting: &str) -> bool {
    let until = Instant::now() + Duration::from_secs(15);
    while Instant::now() < until {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
            stream
                .set_read_timeout(Some(Duration::from_secs(5)))
                .expect("a timeout");
            let mut begin = vec![0; greeting.len()];
            if stream.read_exact(&mut begin).is_ok() && begin == greeting.as_bytes() {
                return true;
            }
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    false
}

/// The files of a maildir folder, oldest first (their names begin with the time).
fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
        .iter()
        .filter_map(|path| std::fs::read(path).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect()
}

struct Lmtp(BufReader<TcpStream>);

impl Lmtp {
    fn say(&mut self, command: &str, expected: &str) {
        self.0
            .get_mut()
            .write_all(format!("{command}\r\n").as_bytes())
            .expect("LMTP listens");
        self.expect(expected);
    }

    fn expect(&mut self, expected: &str) {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).expect("LMTP answers");
            assert!(
                line.starts_with(expected),
                "LMTP said {line:?} instead of {expected}"
            );
            // `250-` goes on, `250 ` is the last line.
            if line.as_bytes().get(3) != Some(&b'-') {
                return;
            }
        }
    }
}

/// Where an unreliable SMTP server stops answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutAt {
    /// Hangs up instead of greeting.
    Greeting,
    /// Hangs up after `RCPT`.
    Recipient,
    /// Reads the whole mail and hangs up without a word: nobody knows whether it took it.
    AfterText,
}

/// An SMTP server that breaks off. Ends with the test.
#[derive(Debug)]
pub struct CuttingSmtp {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    /// What it read of each connection.
    heard: std::sync::Arc<std::sync::Mutex<Vec<String>>>,
}

impl CuttingSmtp {
    /// Starts one.
    #[must_use]
    pub fn start(at: CutAt) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let heard = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let all = heard.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut said = String::new();
                // A client that hangs up first is fine too.
                Self::talk(stream, at, &mut said).ok();
                all.lock().expect("no other thread panics").push(said);
            }
        });
        Self { port, heard }
    }

    /// Everything it read, a text a connection.
    #[must_use]
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("no other thread panics").clone()
    }

    fn talk(stream: TcpStream, at: CutAt, said: &mut String) -> std::io::Result<()> {
        if at == CutAt::Greeting {
            return Ok(());
        }
        let mut stream = BufReader::new(stream);
        stream.get_mut().write_all(b"220 cut.test ESMTP\r\n")?;
        let mut text = false;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line)? == 0 {
                return Ok(());
            }
            said.push_str(&line);
            if text {
                if line == ".\r\n" {
                    return Ok(());
                }
                continue;
            }
            let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
            let answer = match verb.as_str() {
                "RCPT" if at == CutAt::Recipient => return Ok(()),
                "DATA" => {
                    text = true;
                    "354 go on"
                }
                _ => "250 fine",
            };
            stream.get_mut().write_all(format!("{answer}\r\n").as_bytes())?;
        }
    }
}

/// An IMAP server that speaks just enough and misbehaves: what a real one does too rarely to wait for it.
#[derive(Debug)]
pub struct UnrulyImap {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
}

/// What an unruly server does when a mail is asked for.
#[derive(Debug, Clone)]
pub enum Mail {
    /// Hands it over.
    Good(String),
    /// Says NO.
    Refused,
    /// Answers something that is no IMAP.
    Garbled,
    /// Hangs up in the middle of the command, as if all had been said.
    HangsUp,
}

impl UnrulyImap {
    /// Starts one whose mails have the uids 1, 2, 3 …
    #[must_use]
    pub fn start(mails: Vec<Mail>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mails = mails.clone();
                // A connection a thread: the client may open the next one before it drops the last.
                std::thread::spawn(move || Self::talk(stream, &mails).ok());
            }
        });
        Self { port }
    }

    fn talk(stream: TcpStream, mails: &[Mail]) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.get_mut().write_all(b"* OK unruly\r\n")?;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let (tag, command) = line.trim_end().split_once(' ').unwrap_or_default();
            let mut answer = String::new();
            let mut done = "OK done";
            if command.starts_with("SELECT") || command.starts_with("EXAMINE") {
                let next = mails.len() + 1;
                answer = format!(
                    "* {} EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT {next}] n\r\n",
                    mails.len()
                );
            } else if let Some(fetch) = command.strip_prefix("UID FETCH ") {
                let (set, what) = fetch.split_once(' ').unwrap_or_default();
                for (uid, mail) in (1_usize..).zip(mails).filter(|(uid, _)| Self::holds(set, *uid)) {
                    if what.contains("RFC822.SIZE") {
                        answer.push_str(&format!("* {uid} FETCH (UID {uid} RFC822.SIZE 100)\r\n"));
                        continue;
                    }
                    match mail {
                        Mail::Good(raw) => answer.push_str(&format!(
                            "* {uid} FETCH (UID {uid} BODY[] {{{}}}\r\n{raw})\r\n",
                            raw.len()
                        )),
                        Mail::Refused => done = "NO [SERVERBUG] not this one",
                        Mail::Garbled => answer.push_str("* FETCH )))\r\n"),
                        Mail::HangsUp => {
                            return stream.get_mut().write_all(answer.as_bytes());
                        }
                    }
                }
            }
            stream
                .get_mut()
                .write_all(format!("{answer}{tag} {done}\r\n").as_bytes())?;
        }
    }

    /// Is the uid in `1,3` or `2:9`?
    fn holds(set: &str, uid: usize) -> bool {
        set.split(',').any(|part| {
            let (first, last) = part.split_once(':').unwrap_or((part, part));
            let number = |text: &str| text.parse::<usize>().unwrap_or(usize::MAX);
            (number(first)..=number(last)).contains(&uid)
        })
    }
}
