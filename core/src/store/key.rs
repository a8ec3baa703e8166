//! The data folder and the key that opens its database.
//!
//! The database is encrypted as a whole with a random 256-bit key. The key lies in a file of mode 0600 beside the database, so that
//! the command line, the service and the window open the same workspace without questions; whoever protects the user's account
//! protects the key. A data folder that does not exist is made on first use.

use crate::error::{Code, Error, Result};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A workspace's folder: database, key, backups.
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

/// The random key of one workspace.
#[derive(Clone)]
pub struct WorkspaceKey([u8; 32]);

impl std::fmt::Debug for WorkspaceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WorkspaceKey(redacted)")
    }
}

impl DataDir {
    /// A folder, made with mode 0700 if it does not exist.
    ///
    /// # Errors
    /// `Store` when it cannot be made or is no folder.
    pub fn open(path: &Path) -> Result<Self> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(|error| {
            Error::new(Code::Store, format!("The data folder {} cannot be made: {error}.", path.display()))
                .hint("Choose another folder with --data, or ask whoever runs this machine for the right to write there.")
        })?;
        Ok(Self(path.to_owned()))
    }

    /// Where a workspace lies when nobody says where: the platform's folder for application data.
    ///
    /// # Errors
    /// `Invalid` on a system that names no such folder.
    pub fn default_path() -> Result<PathBuf> {
        dirs::data_dir()
            .map(|folder| folder.join("planton"))
            .ok_or_else(|| {
                Error::invalid("This system names no folder for application data.")
                    .hint("Say where with --data DIR or PLANTON_DATA.")
            })
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The database file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.0.join("planton.db")
    }

    /// The key; made on first use. A workspace whose key is gone is never silently started anew.
    ///
    /// # Errors
    /// `Store` when the key cannot be read, written, or is missing beside an existing database.
    pub fn key(&self) -> Result<WorkspaceKey> {
        let path = self.0.join("key");
        match std::fs::read_to_string(&path) {
            Ok(text) => WorkspaceKey::from_hex(text.trim()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if self.database().exists() {
                    return Err(Error::new(Code::Store, "The key of this workspace is missing.")
                        .hint("Put the file `key` back into the data folder; without it nobody can read the database."));
                }
                self.make_key(&path)
            }
            Err(error) => Err(Error::new(
                Code::Store,
                format!("The key of this workspace cannot be read: {error}."),
            )
            .hint("Give the file `key` in the data folder back to the user who runs Planton (mode 0600).")),
        }
    }

    fn make_key(&self, path: &Path) -> Result<WorkspaceKey> {
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes)
            .map_err(|error| Error::internal(format!("No random numbers: {error}")))?;
        let key = WorkspaceKey(bytes);
        // Written aside and then linked: two that start together, be they processes or threads, must end up with one key. The name
        // aside is another random number: a name that both used would let one write into what the other has linked.
        let mut name = [0u8; 8];
        getrandom::fill(&mut name).map_err(|error| Error::internal(format!("No random numbers: {error}")))?;
        let aside = self.0.join(format!("key.{:016x}", u64::from_le_bytes(name)));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&aside)?;
        file.write_all(key.hex().as_bytes())?;
        file.sync_all()?;
        let linked = std::fs::hard_link(&aside, path);
        std::fs::remove_file(&aside)?;
        match linked {
            Ok(()) => Ok(key),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => self.key(),
            Err(error) => Err(error.into()),
        }
    }
}

impl WorkspaceKey {
    fn from_hex(text: &str) -> Result<Self> {
        let damaged = || {
            Error::new(Code::Store, "The key file of this workspace is damaged.")
                .hint("Put the original file `key` back into the data folder.")
        };
        let digits: Vec<u8> = text
            .chars()
            .filter_map(|c| c.to_digit(16))
            .filter_map(|d| u8::try_from(d).ok())
            .collect();
        if digits.len() != 64 || text.len() != 64 {
            return Err(damaged());
        }
        let bytes: Vec<u8> = digits
            .chunks_exact(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect();
        Ok(Self(bytes.try_into().map_err(|_| damaged())?))
    }

    /// In hexadecimal, for the database's key statement and nothing else.
    #[must_use]
    pub(in crate::store) fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
