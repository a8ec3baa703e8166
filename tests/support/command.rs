//! The command line as people run it: the real program, its arguments, its streams, its exit code.

use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program, with a workspace of its own.
pub struct Planton {
    folder: tempfile::TempDir,
}

/// How a command ended.
pub struct Ended {
    /// Its exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ended {
    /// Standard output as JSON Lines.
    ///
    /// # Panics
    /// When a line is not JSON.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
            .collect()
    }

    /// The same, when all was well.
    ///
    /// # Panics
    /// When it was not.
    pub fn done(&self) -> Vec<Value> {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self.lines()
    }
}

/// Where the program is: beside the folder of the test programs.
///
/// # Panics
/// When it has not been built.
#[must_use]
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("the test knows where it is");
    let program = test
        .parent()
        .and_then(Path::parent)
        .expect("test programs lie in a folder of the build")
        .join("planton");
    assert!(
        program.exists(),
        "the program `planton` is not built: run `cargo build -p planton-cli` first (`make test` does)"
    );
    program
}

impl Default for Planton {
    fn default() -> Self {
        Self::new()
    }
}

impl Planton {
    /// A workspace that does not exist yet.
    ///
    /// # Panics
    /// When there is no room for it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// Where its workspace is.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("workspace")
    }

    /// A folder for the files of a test.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A file of a test.
    ///
    /// # Panics
    /// When it cannot be written.
    #[must_use]
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("a file");
        path
    }

    /// The command, ready to run: English, no password file, no terminal.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("LANG", "C.UTF-8")
            .env("PLANTON_DATA", self.data())
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Runs it.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Ended {
        ended(&self.command(arguments).output().expect("it starts"))
    }

    /// Runs it as a person of the workspace, whose password is in a file.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn run_as(&self, login: &str, password: &str, arguments: &[&str]) -> Ended {
        let file = self.file(&format!("password-{login}"), password);
        let mut command = self.command(arguments);
        command
            .env("PLANTON_AS", login)
            .env("PLANTON_PASSWORD_FILE", file);
        ended(&command.output().expect("it starts"))
    }

    /// Adds a person whose password is in a file, as somebody or as the local administrator.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn add_person(&self, by: Option<(&str, &str)>, login: &str, password: &str, role: &str) -> Ended {
        let new = self.file(&format!("new-{login}"), password);
        let mut command = self.command(&["--json", "people", "add", login, "--name", login, "--role", role]);
        command.env("PLANTON_NEW_PASSWORD_FILE", new);
        if let Some((login, password)) = by {
            let file = self.file(&format!("password-{login}"), password);
            command
                .env("PLANTON_AS", login)
                .env("PLANTON_PASSWORD_FILE", file);
        }
        ended(&command.output().expect("it starts"))
    }

    /// Runs it with something on standard input.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn run_with(&self, arguments: &[&str], input: impl AsRef<[u8]>) -> Ended {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("a standard input");
        let input = input.as_ref().to_owned();
        let writer = std::thread::spawn(move || {
            // It may end before it has read everything.
            let _gone = stdin.write_all(&input);
        });
        let output = child.wait_with_output().expect("it ends");
        writer.join().expect("the input was written");
        ended(&output)
    }
}

fn ended(output: &std::process::Output) -> Ended {
    Ended {
        code: output.status.code(),
        out: String::from_utf8(output.stdout.clone()).expect("UTF-8 on standard output"),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
