//! What can be typed.

use clap::{Parser, Subcommand, ValueEnum};
use planton_core::domain::Language;
use planton_core::error::Result;
use planton_core::store::DataDir;
use std::path::PathBuf;

/// The desk for the private messages that citizens send to a police force, without a window.
#[derive(Parser, Debug)]
#[command(name = "planton", version, about, long_about = None, arg_required_else_help = true)]
pub(crate) struct Args {
    /// The workspace's folder; made on first use [default: the platform's folder for application data]
    #[arg(long, env = "PLANTON_DATA", global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Print JSON Lines on standard output, and nothing else there
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Who acts, once the workspace has people; the password is asked for, or read from the file named by PLANTON_PASSWORD_FILE
    #[arg(long = "as", env = "PLANTON_AS", global = true, value_name = "NAME")]
    pub(crate) who: Option<String>,
    /// The language of sentences: fr or en [default: from LANG]
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub(crate) language: Option<ReaderLanguage>,
    /// Say more on standard error; twice for everything
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A language for sentences.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum ReaderLanguage {
    /// French
    Fr,
    /// English
    En,
}

/// What can be done.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// The headless desk: pull, triage, night replies, send; SIGTERM ends it cleanly
    Serve(Serve),
    /// Read a file or folder of messages into an inbox; importing twice adds nothing
    Import(Import),
    /// The queue as the window shows it
    Queue(Queue),
    /// Say what messages are about; needs no workspace
    Classify(Text),
    /// Propose canned responses for messages; needs no workspace
    Suggest(Suggest),
    /// How good triage and suggestions are on labelled messages; needs no workspace
    Evaluate(Evaluate),
    /// Learn the built-in model anew from a corpus; needs no workspace
    Train(Train),
    /// What the night responder would have done; needs no workspace, sends nothing
    Replay(Replay),
    /// The night: coming windows and texts, and what was sent
    Night(Night),
    /// What triage learned from this desk's people
    Triage(Triage),
    /// The desk's accounts
    Inbox(Inbox),
    /// The people at the desk
    People(People),
    /// Packs of canned responses
    Pack(Pack),
    /// The workspace's settings
    Settings(Settings),
    /// The journal of who did what
    Journal(Journal),
    /// Fill an empty workspace with a sample day to try
    Demo,
    /// Check this workspace and say what to mend
    Doctor,
}

/// `serve`.
#[derive(clap::Args, Debug)]
pub(crate) struct Serve {
    /// One round: pull, triage, night replies, send; then end
    #[arg(long)]
    pub(crate) once: bool,
}

/// `import`.
#[derive(clap::Args, Debug)]
pub(crate) struct Import {
    /// jsonl, facebook, instagram, x, whatsapp, mbox
    #[arg(long)]
    pub(crate) format: planton_core::import::Format,
    /// The inbox; made if there is none of this name
    #[arg(long)]
    pub(crate) inbox: String,
    /// A file, a folder or a zip
    pub(crate) path: PathBuf,
}

/// `queue`.
#[derive(clap::Args, Debug)]
pub(crate) struct Queue {
    /// Only this category
    #[arg(long)]
    pub(crate) category: Option<planton_core::domain::Category>,
    /// open, snoozed or resolved
    #[arg(long, default_value = "open")]
    pub(crate) state: planton_core::domain::ConversationStatus,
    /// Only conversations with these words
    #[arg(long)]
    pub(crate) search: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: usize,
}

/// `classify`.
#[derive(clap::Args, Debug)]
pub(crate) struct Text {
    /// A file, or - for standard input
    #[arg(default_value = "-")]
    pub(crate) file: PathBuf,
    /// Each line is a text, not JSON
    #[arg(long)]
    pub(crate) lines: bool,
}

/// `suggest`.
#[derive(clap::Args, Debug)]
pub(crate) struct Suggest {
    /// What is read
    #[command(flatten)]
    pub(crate) text: Text,
    /// The pack of canned responses
    #[arg(long, default_value = "fr-police-nationale")]
    pub(crate) pack: String,
}

/// `evaluate`.
#[derive(clap::Args, Debug)]
pub(crate) struct Evaluate {
    /// Files of labelled messages, JSON Lines; each is judged apart
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The pack of canned responses
    #[arg(long, default_value = "fr-police-nationale")]
    pub(crate) pack: String,
    /// A model that `train` wrote, instead of the built-in one
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
    /// Also name the messages that went wrong, by their ids
    #[arg(long)]
    pub(crate) errors: bool,
}

/// `train`.
#[derive(clap::Args, Debug)]
pub(crate) struct Train {
    /// A folder with train_*.jsonl to learn from and dev_*.jsonl to calibrate on
    #[arg(long, default_value = "core/corpus")]
    pub(crate) corpus: PathBuf,
    /// Where the model is written; the next build takes it in
    #[arg(long, default_value = "core/src/classify/model.bin")]
    pub(crate) out: PathBuf,
}

/// `replay`.
#[derive(clap::Args, Debug)]
pub(crate) struct Replay {
    /// A file of conversations, one JSON object a line, or - for standard input
    pub(crate) file: PathBuf,
    /// IANA zone of the nights
    #[arg(long, default_value = "Europe/Paris")]
    pub(crate) zone: chrono_tz::Tz,
}

/// `night`.
#[derive(clap::Args, Debug)]
pub(crate) struct Night {
    /// What about it
    #[command(subcommand)]
    pub(crate) command: NightCommand,
}

/// What about the night.
#[derive(Subcommand, Debug)]
pub(crate) enum NightCommand {
    /// The coming windows in local and UTC time, and the texts
    Preview {
        /// How many nights
        #[arg(long, default_value_t = 14)]
        nights: usize,
    },
    /// Is it night now, what was sent, is the breaker open
    Status,
    /// Switch the responder on
    On,
    /// Switch the responder off
    Off,
}

/// `triage`.
#[derive(clap::Args, Debug)]
pub(crate) struct Triage {
    /// What about it
    #[command(subcommand)]
    pub(crate) command: TriageCommand,
}

/// What about triage.
#[derive(Subcommand, Debug)]
pub(crate) enum TriageCommand {
    /// What people corrected here, the newest first: when, from which category to which, who
    Learned,
    /// Forget everything that was learned here; needs a supervisor
    Reset,
}

/// `inbox`.
#[derive(clap::Args, Debug)]
pub(crate) struct Inbox {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: InboxCommand,
}

/// What to do with accounts.
#[derive(Subcommand, Debug)]
pub(crate) enum InboxCommand {
    /// Connect an e-mail account; the password is asked for, or read from the file named by PLANTON_MAIL_PASSWORD_FILE
    Add {
        /// The desk's name for it
        name: String,
        /// Our address
        #[arg(long)]
        address: String,
        /// IMAP server as HOST:PORT; port 993 is TLS, any other STARTTLS (loopback: in clear)
        #[arg(long)]
        imap: String,
        /// SMTP server as HOST:PORT; port 465 is TLS, any other STARTTLS (loopback: in clear)
        #[arg(long)]
        smtp: String,
        /// The sign-in name [default: the address]
        #[arg(long)]
        login: Option<String>,
        /// IANA zone of its nights
        #[arg(long, default_value = "Europe/Paris")]
        zone: chrono_tz::Tz,
    },
    /// All accounts
    List,
    /// Try an account without changing anything
    Test {
        /// Its name
        name: String,
    },
    /// Take an account off the desk; its conversations stay
    Remove {
        /// Its name
        name: String,
    },
}

/// `people`.
#[derive(clap::Args, Debug)]
pub(crate) struct People {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: PeopleCommand,
}

/// What to do with people.
#[derive(Subcommand, Debug)]
pub(crate) enum PeopleCommand {
    /// Add a person; the password is asked for, or read from the file named by PLANTON_NEW_PASSWORD_FILE
    Add {
        /// Sign-in name
        login: String,
        /// Name on screens
        #[arg(long)]
        name: String,
        /// operator, supervisor or administrator; the first person is administrator
        #[arg(long, default_value = "operator")]
        role: planton_core::domain::Role,
        /// The highest review level they may fill, 0 to 3
        #[arg(long, default_value_t = 0)]
        review_level: u8,
    },
    /// Everybody
    List,
    /// Change a role
    Role {
        /// Sign-in name
        login: String,
        /// operator, supervisor or administrator
        role: planton_core::domain::Role,
        /// The highest review level they may fill, 0 to 3
        #[arg(long)]
        review_level: Option<u8>,
    },
    /// May not sign in any more
    Disable {
        /// Sign-in name
        login: String,
    },
}

/// `pack`.
#[derive(clap::Args, Debug)]
pub(crate) struct Pack {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: PackCommand,
}

/// What to do with packs.
#[derive(Subcommand, Debug)]
pub(crate) enum PackCommand {
    /// Check a pack's folder: variables, lengths, languages, review dates
    Check {
        /// The folder
        dir: PathBuf,
    },
}

/// `settings`.
#[derive(clap::Args, Debug)]
pub(crate) struct Settings {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: SettingsCommand,
}

/// What to do with settings.
#[derive(Subcommand, Debug)]
pub(crate) enum SettingsCommand {
    /// Print one setting, or all
    Get {
        /// Its name
        name: Option<String>,
    },
    /// Set one
    Set {
        /// Its name
        name: String,
        /// Its value, as JSON
        value: String,
    },
}

/// `journal`.
#[derive(clap::Args, Debug)]
pub(crate) struct Journal {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: JournalCommand,
}

/// What to do with the journal.
#[derive(Subcommand, Debug)]
pub(crate) enum JournalCommand {
    /// Check the whole chain; names the first bad entry
    Verify,
}

impl Args {
    /// The workspace's folder.
    pub(crate) fn data(&self) -> Result<PathBuf> {
        self.data.clone().map_or_else(DataDir::default_path, Ok)
    }

    /// The language of sentences: as asked for, else the system's, else English.
    pub(crate) fn language(&self) -> Language {
        match self.language {
            Some(ReaderLanguage::Fr) => Language::French,
            Some(ReaderLanguage::En) => Language::English,
            None => {
                let named = ["LC_ALL", "LC_MESSAGES", "LANG"]
                    .into_iter()
                    .filter_map(|name| std::env::var(name).ok())
                    .find(|value| !value.is_empty());
                if named.is_some_and(|value| value.starts_with("fr")) {
                    Language::French
                } else {
                    Language::English
                }
            }
        }
    }
}
