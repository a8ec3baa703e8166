//! A file, a folder or a zip as one list of named files that are read one after the other.
//!
//! What comes in: a path. What goes out: entries with a name and a size, and a reader for each. A folder may hold zips (exports
//! come in parts): their files are listed as `part.zip/name`. A zip whose end is missing is walked from its start, so that all
//! that is whole in it, and the beginning of what is not, can be read.
//!
//! Deliberately absent: extraction. No name inside an archive ever becomes a path on this machine, so none can escape; links
//! in folders are reported and not followed; what unpacks to absurd sizes is cut off.

use crate::channel::Undecodable;
use crate::error::{Error, Result};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use zip::ZipArchive;

/// Beyond this an entry must be plausible: text does not shrink two hundredfold.
const SUSPECT_SIZE: u64 = 64 << 20;
const SUSPECT_RATIO: u64 = 200;

/// The most that one zip may unpack to, all entries together.
const MAX_UNPACKED: u64 = 32 << 30;

/// The most that is read of a file which must be held whole in memory.
const MAX_WHOLE: u64 = 1 << 30;

/// The method numbers of a zip's entries that are understood.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// One file to read.
pub(super) struct Entry {
    /// Its name within the source, with `/` between folders; nothing in it that would disturb a terminal.
    pub(super) name: String,
    /// How long it is, as declared.
    pub(super) size: u64,
    at: At,
}

enum At {
    /// A file on the disk.
    Disk(PathBuf),
    /// Number `index` of an opened zip.
    Zipped { zip: usize, index: usize },
    /// A stretch of a zip that has lost its end.
    Salvaged {
        path: PathBuf,
        start: u64,
        packed: u64,
        method: u16,
        whole: bool,
    },
}

/// Everything at a path.
pub(super) struct Source {
    entries: Vec<Entry>,
    zips: Vec<ZipArchive<BufReader<File>>>,
    problems: Vec<Undecodable>,
    /// The path itself is the one file to read: it is meant, whatever its name.
    pub(super) single: bool,
    /// The path is a pipe: it can be read once, from its start to its end.
    pub(super) pipe: bool,
    /// The name of the path itself, without folders and extension.
    pub(super) title: String,
    /// Bytes unpacked so far, for the limit of the whole.
    unpacked: u64,
}

impl Source {
    /// Lists what is at a path.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let meta = std::fs::metadata(path).map_err(|error| {
            let why = match error.kind() {
                io::ErrorKind::NotFound => "There is no such file or folder.".to_owned(),
                io::ErrorKind::PermissionDenied => "The file or folder may not be read.".to_owned(),
                _ => format!("The file or folder cannot be opened: {}.", error.kind()),
            };
            Error::invalid(why).hint("Check the path of the export.")
        })?;
        let mut source = Self {
            entries: Vec::new(),
            zips: Vec::new(),
            problems: Vec::new(),
            single: false,
            pipe: !meta.is_dir() && !meta.is_file(),
            title: path
                .file_stem()
                .map(|stem| clean(&stem.to_string_lossy()))
                .unwrap_or_default(),
            unpacked: 0,
        };
        if meta.is_dir() {
            source.walk(path)?;
        } else {
            let name = path
                .file_name()
                .map(|name| clean(&name.to_string_lossy()))
                .unwrap_or_default();
            let zipped = !source.pipe && is_zip(path)?;
            if zipped {
                source.add_zip(path, "");
            } else {
                source.single = true;
                source.entries.push(Entry {
                    name,
                    size: meta.len(),
                    at: At::Disk(path.to_owned()),
                });
            }
        }
        source.entries.sort_by(|a, b| natural(&a.name, &b.name));
        Ok(source)
    }

    /// The files, in the natural order of their names.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What could not even be listed.
    pub(super) fn take_problems(&mut self) -> Vec<Undecodable> {
        std::mem::take(&mut self.problems)
    }

    /// A reader of one entry, or why there is none.
    pub(super) fn reader(&mut self, number: usize) -> Result<Box<dyn BufRead + '_>, String> {
        let entry = self.entries.get(number).ok_or("no such file")?;
        match &entry.at {
            At::Disk(path) => {
                let file = File::open(path).map_err(|error| cannot_read(&error))?;
                Ok(Box::new(BufReader::with_capacity(64 << 10, file)))
            }
            At::Zipped { zip, index } => {
                let archive = self.zips.get_mut(*zip).ok_or("no such zip")?;
                let file = archive.by_index(*index).map_err(|error| match error {
                    zip::result::ZipError::UnsupportedArchive(_) => {
                        "the zip keeps it encrypted or packed in a way that is not understood".to_owned()
                    }
                    _ => "the zip is damaged here".to_owned(),
                })?;
                let packed = file.compressed_size();
                Ok(Box::new(BufReader::with_capacity(
                    64 << 10,
                    Guarded::new(file, packed, &mut self.unpacked),
                )))
            }
            At::Salvaged {
                path,
                start,
                packed,
                method,
                whole,
            } => {
                let mut file = File::open(path).map_err(|error| cannot_read(&error))?;
                file.seek(SeekFrom::Start(*start))
                    .map_err(|error| cannot_read(&error))?;
                let stretch = BufReader::new(file.take(*packed));
                let inner: Box<dyn Read> = match *method {
                    STORED => Box::new(stretch),
                    _ => Box::new(flate2::bufread::DeflateDecoder::new(stretch)),
                };
                let cut = Cut { inner, whole: *whole };
                Ok(Box::new(BufReader::with_capacity(
                    64 << 10,
                    Guarded::new(cut, *packed, &mut self.unpacked),
                )))
            }
        }
    }

    /// The whole of an entry, and what went wrong on the way if something did: what was read until then is there.
    pub(super) fn whole(&mut self, number: usize) -> (Vec<u8>, Option<String>) {
        let mut bytes = Vec::new();
        let reader = match self.reader(number) {
            Ok(reader) => reader,
            Err(reason) => return (bytes, Some(reason)),
        };
        match reader.take(MAX_WHOLE).read_to_end(&mut bytes) {
            Ok(read) if read as u64 == MAX_WHOLE => {
                (bytes, Some("the file is too large to be one export file".into()))
            }
            Ok(_) => (bytes, None),
            Err(error) => (bytes, Some(cannot_read(&error))),
        }
    }

    /// The first bytes of an entry; empty where it cannot be read.
    pub(super) fn head(&mut self, number: usize, length: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Ok(reader) = self.reader(number) {
            // A failure shows again, and is reported, when the entry is read.
            let _ = reader.take(length).read_to_end(&mut bytes);
        }
        bytes
    }

    /// The first bytes of the file of this name beside the single file that was given; empty where there is none.
    pub(super) fn sibling(&self, name: &str, length: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let (true, Some(At::Disk(path))) = (self.single, self.entries.first().map(|entry| &entry.at))
            && let Ok(file) = File::open(path.with_file_name(name))
        {
            // What cannot be read is as good as absent: the reader then says what it misses.
            let _ = file.take(length).read_to_end(&mut bytes);
        }
        bytes
    }

    /// All files under a folder, without following links and without recursion.
    fn walk(&mut self, root: &Path) -> Result<()> {
        let mut folders = vec![(root.to_owned(), String::new())];
        while let Some((folder, prefix)) = folders.pop() {
            let listing = match std::fs::read_dir(&folder) {
                Ok(listing) => listing,
                Err(error) if prefix.is_empty() => {
                    return Err(Error::invalid(format!(
                        "The folder cannot be read: {}.",
                        error.kind()
                    )));
                }
                Err(error) => {
                    self.problem(prefix, cannot_read(&error));
                    continue;
                }
            };
            for child in listing {
                let (child, kind) = match child.and_then(|child| child.file_type().map(|kind| (child, kind)))
                {
                    Ok(found) => found,
                    Err(error) => {
                        self.problem(prefix.clone(), cannot_read(&error));
                        continue;
                    }
                };
                let name = format!("{prefix}{}", clean(&child.file_name().to_string_lossy()));
                let path = child.path();
                if kind.is_dir() {
                    folders.push((path, format!("{name}/")));
                } else if kind.is_file() {
                    if has_extension(&name, &["zip"]) && is_zip(&path).unwrap_or(false) {
                        self.add_zip(&path, &format!("{name}/"));
                    } else {
                        let size = child.metadata().map_or(0, |meta| meta.len());
                        self.entries.push(Entry {
                            name,
                            size,
                            at: At::Disk(path),
                        });
                    }
                } else {
                    self.problem(name, "not a file: links and devices are not followed".to_owned());
                }
            }
        }
        Ok(())
    }

    /// The files of a zip.
    fn add_zip(&mut self, path: &Path, prefix: &str) {
        let opened = File::open(path)
            .map_err(|error| cannot_read(&error))
            .and_then(|file| {
                ZipArchive::new(BufReader::new(file)).map_err(|_| "the zip has lost its end".to_owned())
            });
        match opened {
            Ok(mut archive) => {
                let zip = self.zips.len();
                for index in 0..archive.len() {
                    match archive.by_index_raw(index) {
                        Ok(file) if file.is_dir() => {}
                        Ok(file) => self.entries.push(Entry {
                            name: format!("{prefix}{}", clean(&String::from_utf8_lossy(file.name_raw()))),
                            size: file.size(),
                            at: At::Zipped { zip, index },
                        }),
                        Err(_) => {
                            self.problems.push(Undecodable {
                                origin: format!("{}#{index}", origin_of_zip(path, prefix)),
                                reason: "the zip is damaged here".into(),
                                raw: Vec::new(),
                            });
                        }
                    }
                }
                self.zips.push(archive);
            }
            Err(reason) => {
                let origin = origin_of_zip(path, prefix);
                let found = salvage(path, prefix, &mut self.entries).unwrap_or(0);
                self.problem(
                    origin,
                    format!("{reason}: what is left of it was read ({found} files), the rest is missing"),
                );
            }
        }
    }

    fn problem(&mut self, origin: String, reason: String) {
        self.problems.push(Undecodable {
            origin,
            reason,
            raw: Vec::new(),
        });
    }
}

/// How a zip is called in a report: by its own name.
fn origin_of_zip(path: &Path, prefix: &str) -> String {
    if prefix.is_empty() {
        path.file_name()
            .map(|name| clean(&name.to_string_lossy()))
            .unwrap_or_default()
    } else {
        prefix.trim_end_matches('/').to_owned()
    }
}

/// Why a file cannot be read, in words that hold nothing of it.
pub(super) fn cannot_read(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the file ends too early".to_owned(),
        io::ErrorKind::QuotaExceeded => "it unpacks to an absurd size: refused".to_owned(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => "the packed data is damaged".to_owned(),
        kind => format!("the file cannot be read ({kind})"),
    }
}

/// Does the name end in one of these extensions, in any case?
pub(super) fn has_extension(name: &str, extensions: &[&str]) -> bool {
    name.rsplit_once('.').is_some_and(|(_, found)| {
        extensions
            .iter()
            .any(|extension| found.eq_ignore_ascii_case(extension))
    })
}

/// The last part of a name.
pub(super) fn file_name(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, file)| file)
}

/// Everything before the last part of a name.
pub(super) fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A name without anything that would disturb a terminal or a path.
fn clean(name: &str) -> String {
    name.replace('\\', "/")
        .chars()
        .map(|sign| if sign.is_control() { '\u{fffd}' } else { sign })
        .collect()
}

/// Order in which `part2` comes before `part10`.
pub(super) fn natural(a: &str, b: &str) -> std::cmp::Ordering {
    fn pieces(text: &str) -> Vec<(u128, &str)> {
        let mut out = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let digits = rest
                .find(|sign: char| !sign.is_ascii_digit())
                .unwrap_or(rest.len());
            let (number, after) = rest.split_at(digits);
            let words = after
                .find(|sign: char| sign.is_ascii_digit())
                .unwrap_or(after.len());
            let (word, after) = after.split_at(words);
            out.push((number.parse().unwrap_or(u128::MAX), word));
            rest = after;
        }
        out
    }
    pieces(a).cmp(&pieces(b)).then_with(|| a.cmp(b))
}

/// Does the file begin like a zip?
fn is_zip(path: &Path) -> Result<bool> {
    let mut head = Vec::new();
    File::open(path)
        .and_then(|file| file.take(4).read_to_end(&mut head))
        .map_err(|error| Error::invalid(format!("The file cannot be read: {}.", error.kind())))?;
    Ok(head == LOCAL || head == *b"PK\x05\x06" || head == *b"PK\x07\x08")
}

/// What every entry of a zip begins with.
const LOCAL: [u8; 4] = *b"PK\x03\x04";

/// Walks a zip that has lost its directory (it stands at the end) from local header to local header.
fn salvage(path: &Path, prefix: &str, entries: &mut Vec<Entry>) -> io::Result<usize> {
    let length = std::fs::metadata(path)?.len();
    let mut file = BufReader::new(File::open(path)?);
    let mut found = 0;
    let mut at = 0u64;
    loop {
        file.seek(SeekFrom::Start(at))?;
        let mut header = [0u8; 30];
        if file.read_exact(&mut header).is_err() || !header.starts_with(&LOCAL) {
            return Ok(found);
        }
        let flags = u16_at(&header, 6);
        let method = u16_at(&header, 8);
        let declared = u64::from(u32_at(&header, 18));
        let unpacked = u64::from(u32_at(&header, 22));
        let mut name = vec![0u8; usize::from(u16_at(&header, 26))];
        if file.read_exact(&mut name).is_err() {
            return Ok(found);
        }
        let start = at + 30 + name.len() as u64 + u64::from(u16_at(&header, 28));
        let name = clean(&String::from_utf8_lossy(&name));
        let sizes_follow = flags & 0x0008 != 0 || declared == u64::from(u32::MAX);
        let encrypted = flags & 0x0001 != 0;
        // Where the sizes stand behind the data, only unpacking tells where the data ends; stored data cannot tell at all.
        let packed = if sizes_follow && method == DEFLATED && !encrypted {
            file.seek(SeekFrom::Start(start))?;
            let mut decoder = flate2::bufread::DeflateDecoder::new(&mut file);
            let read = io::copy(&mut (&mut decoder).take(MAX_UNPACKED), &mut io::sink());
            let consumed = decoder.total_in();
            (read.is_ok() && start + consumed < length).then_some(consumed)
        } else if sizes_follow {
            None
        } else {
            (start + declared <= length).then_some(declared)
        };
        if !name.ends_with('/') && (method == STORED || method == DEFLATED) && !encrypted {
            entries.push(Entry {
                name: format!("{prefix}{name}"),
                size: unpacked,
                at: At::Salvaged {
                    path: path.to_owned(),
                    start,
                    packed: packed.unwrap_or_else(|| length.saturating_sub(start)),
                    method,
                    whole: packed.is_some(),
                },
            });
            found += 1;
        }
        let Some(packed) = packed else {
            return Ok(found);
        };
        at = start + packed;
        if sizes_follow {
            // The descriptor behind the data is 12 to 24 bytes long, with or without a signature: look for the next header.
            file.seek(SeekFrom::Start(at))?;
            let mut near = Vec::new();
            (&mut file).take(28).read_to_end(&mut near)?;
            match near.windows(4).position(|window| window == LOCAL) {
                Some(gap) => at += gap as u64,
                None => return Ok(found),
            }
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes
        .get(at..at + 2)
        .and_then(|two| two.try_into().ok())
        .map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .and_then(|four| four.try_into().ok())
        .map_or(0, u32::from_le_bytes)
}

/// Says that the data ended too early, where the decoder would end in silence.
struct Cut<R> {
    inner: R,
    whole: bool,
}

impl<R: Read> Read for Cut<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buffer) {
            Ok(0) if !self.whole && !buffer.is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
            other => other,
        }
    }
}

/// Stops what unpacks to absurd sizes.
struct Guarded<'a, R> {
    inner: R,
    packed: u64,
    read: u64,
    total: &'a mut u64,
}

impl<'a, R> Guarded<'a, R> {
    fn new(inner: R, packed: u64, total: &'a mut u64) -> Self {
        Self {
            inner,
            packed,
            read: 0,
            total,
        }
    }
}

impl<R: Read> Read for Guarded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read += read as u64;
        *self.total += read as u64;
        let absurd = self.read > SUSPECT_SIZE && self.read / self.packed.max(1) > SUSPECT_RATIO;
        if absurd || *self.total > MAX_UNPACKED {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        Ok(read)
    }
}

/// A line of a stream.
pub(super) enum Line {
    /// The line is in the buffer, without its end.
    Whole,
    /// It is longer than allowed: the buffer holds its beginning, the rest was passed over.
    TooLong,
    /// There is no more.
    End,
}

/// Reads one line into `line`, never holding more than `most` bytes; `taken` is what it took from the stream.
pub(super) fn read_line(
    reader: &mut dyn BufRead,
    line: &mut Vec<u8>,
    most: usize,
    taken: &mut u64,
) -> io::Result<Line> {
    line.clear();
    *taken = 0;
    let mut too_long = false;
    loop {
        let chunk = match reader.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            return Ok(match (too_long, *taken) {
                (_, 0) => Line::End,
                (true, _) => Line::TooLong,
                (false, _) => Line::Whole,
            });
        }
        let end = chunk.iter().position(|&byte| byte == b'\n');
        let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or(chunk);
        if line.len() + part.len() > most {
            too_long = true;
            let room = most.saturating_sub(line.len());
            line.extend(part.iter().take(room));
        } else {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        *taken += used as u64;
        reader.consume(used);
        if end.is_some() {
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            return Ok(if too_long { Line::TooLong } else { Line::Whole });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Options, Progress, read, testing};
    use super::*;
    use crate::error::Code;
    use std::io::Write as _;
    use zip::write::SimpleFileOptions;

    /// A zip of these files.
    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .expect("an entry");
            writer.write_all(bytes).expect("written");
        }
        writer.finish().expect("a zip").into_inner()
    }

    fn line(id: u32) -> Vec<u8> {
        format!("{{\"id\":{id},\"conversation\":\"c{id}\",\"text\":\"bonjour\"}}\n").into_bytes()
    }

    /// The sample of a format as (name, bytes).
    fn sample(name: &str) -> Vec<(String, Vec<u8>)> {
        let root = testing::sample(name);
        let source = Source::open(&root).expect("a sample");
        source
            .entries()
            .iter()
            .map(|entry| {
                (
                    entry.name.clone(),
                    std::fs::read(root.join(&entry.name)).expect("a file"),
                )
            })
            .collect()
    }

    #[test]
    fn a_zip_and_its_folder_are_the_same() {
        for (format, name) in [
            (Format::Facebook, "facebook"),
            (Format::Facebook, "facebook_e2ee"),
            (Format::Instagram, "instagram"),
            (Format::X, "x"),
            (Format::Whatsapp, "whatsapp"),
            (Format::Mbox, "mail"),
        ] {
            let files = sample(name);
            let files: Vec<(&str, &[u8])> = files
                .iter()
                .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
                .collect();
            let from_zip = testing::read_bytes(format, "export.zip", &zipped(&files));
            let from_folder = testing::read_path(format, &testing::sample(name), &testing::options());
            assert_eq!(from_zip.ids(), from_folder.ids(), "{name}");
            assert_eq!(from_zip.texts(), from_folder.texts(), "{name}");
            assert!(!from_zip.messages.is_empty() && from_zip.bad.is_empty(), "{name}");
        }
    }

    #[test]
    fn parts_in_a_folder_are_read_as_one_export() {
        let folder = tempfile::tempdir().expect("a folder");
        for part in [1, 2, 10] {
            let zip = zipped(&[("a/b.jsonl", &line(part)), ("photo.jpg", b"x")]);
            std::fs::write(folder.path().join(format!("part-{part}.zip")), zip).expect("written");
        }
        let out = testing::read_path(Format::Jsonl, folder.path(), &testing::options());
        assert_eq!(out.ids(), ["1", "2", "10"]);
    }

    #[test]
    fn names_in_a_zip_cannot_escape() {
        let zip = zipped(&[
            ("../../../up.jsonl", &line(1)),
            ("/etc/abs.jsonl", &line(2)),
            ("a\u{1b}[2J.jsonl", b"no"),
        ]);
        let out = testing::read_bytes(Format::Jsonl, "e.zip", &zip);
        assert_eq!((out.summary.read, out.bad.len()), (2, 1));
        assert!(!out.bad[0].origin.contains('\u{1b}'));
    }

    #[test]
    fn a_cut_zip_gives_what_is_whole_and_the_start_of_what_is_not() {
        let long: Vec<u8> = (10..5000).flat_map(line).collect();
        let zip = zipped(&[("1.jsonl", &line(1)), ("2.jsonl", &line(2)), ("3.jsonl", &long)]);
        let whole = testing::read_bytes(Format::Jsonl, "e.zip", &zip);
        assert_eq!((whole.summary.read, whole.summary.undecodable), (4992, 0));
        for keep in [zip.len() * 2 / 3, zip.len() - 30] {
            let out = testing::read_bytes(Format::Jsonl, "e.zip", &zip[..keep]);
            assert_eq!(out.ids()[..2], ["1", "2"]);
            assert!(out.summary.read > 100 && out.bad.iter().any(|bad| bad.origin == "e.zip"));
        }
        let out = testing::read_bytes(Format::Jsonl, "e.zip", &zip[..zip.len() * 2 / 3]);
        assert!(
            out.bad
                .iter()
                .any(|bad| bad.origin.starts_with("3.jsonl:") && bad.reason.contains("too early"))
        );
        // Nothing whole is left: reported, not an error, so that it is kept in front of people.
        let out = testing::read_bytes(Format::Jsonl, "e.zip", &zip[..20]);
        assert_eq!((out.summary.read, out.bad.len()), (0, 1));
    }

    #[test]
    fn a_cut_zip_whose_sizes_stand_behind_the_data_is_walked_too() {
        // Zips that were written as a stream have their sizes in a descriptor behind each file.
        let mut writer = zip::ZipWriter::new_stream(Vec::new());
        for (name, bytes) in [("1.jsonl", line(1)), ("2.jsonl", line(2))] {
            writer
                .start_file(name, SimpleFileOptions::default())
                .expect("an entry");
            writer.write_all(&bytes).expect("written");
        }
        let zip = writer.finish().expect("a zip").into_inner();
        let out = testing::read_bytes(Format::Jsonl, "e.zip", &zip[..zip.len() - 40]);
        assert_eq!(out.ids(), ["1", "2"]);
    }

    #[test]
    fn a_damaged_entry_is_reported_and_the_others_are_read() {
        let mut zip = zipped(&[("1.jsonl", &line(1)), ("2.jsonl", &line(2))]);
        // Into the packed data of the first entry.
        zip[30 + 7 + 5] ^= 0xff;
        let out = testing::read_bytes(Format::Jsonl, "e.zip", &zip);
        assert!(out.ids().contains(&"2"));
        assert!(out.bad.iter().any(|bad| bad.origin.starts_with("1.jsonl")));
    }

    #[test]
    fn what_unpacks_to_absurd_sizes_is_cut_off() {
        let zip = zipped(&[("1.jsonl", &vec![b'a'; 80 << 20]), ("2.jsonl", &line(2))]);
        assert!(zip.len() < 1 << 20);
        let out = testing::read_bytes(Format::Jsonl, "e.zip", &zip);
        assert_eq!(out.ids(), ["2"]);
        assert!(out.bad[0].reason.contains("absurd"));
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_folder_are_reported_and_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.jsonl"), line(1)).expect("written");
        std::os::unix::fs::symlink(folder.path(), folder.path().join("round")).expect("a link");
        let out = testing::read_path(Format::Jsonl, folder.path(), &testing::options());
        assert_eq!((out.ids(), out.bad[0].origin.as_str()), (vec!["1"], "round"));
    }

    #[test]
    fn nothing_to_read_is_an_error_with_a_hint() {
        let fail = |format: Format, path: &Path| {
            let error = read(format, path, &testing::options(), &mut |_| {}, &mut |_| Ok(())).unwrap_err();
            assert_eq!(error.code, Code::Invalid);
            assert!(!error.hint.is_empty());
        };
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("notes.md"), "x").expect("written");
        let zip = folder.path().join("e.zip");
        std::fs::write(&zip, zipped(&[("notes.md", b"x")])).expect("written");
        for format in Format::ALL {
            fail(*format, Path::new("no/such/path"));
            fail(*format, folder.path());
            fail(*format, &zip);
        }
    }

    #[test]
    fn progress_reaches_its_totals_and_the_sink_can_stop() {
        let bytes: Vec<u8> = (0..20_000).flat_map(line).collect();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.jsonl");
        std::fs::write(&path, &bytes).expect("written");
        let mut seen: Vec<Progress> = Vec::new();
        let options = Options::in_zone(chrono_tz::UTC);
        read(
            Format::Jsonl,
            &path,
            &options,
            &mut |now| seen.push(now),
            &mut |_| Ok(()),
        )
        .expect("read");
        let last = seen.last().expect("progress");
        assert_eq!(
            (last.files_done, last.bytes_done, last.bytes_total),
            (1, bytes.len() as u64, bytes.len() as u64)
        );
        assert!(seen.len() > 3 && seen.len() < 100);
        let stop = read(Format::Jsonl, &path, &options, &mut |_| {}, &mut |_| {
            Err(Error::internal("full"))
        });
        assert_eq!(stop.unwrap_err().message, "full");
    }

    #[test]
    fn names_sort_as_people_count() {
        let mut names = ["p10", "p2", "p", "b2a", "b10"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["b2a", "b10", "p", "p2", "p10"]);
    }

    #[test]
    fn lines_are_bounded() {
        let (mut line, mut taken) = (Vec::new(), 0);
        let mut stream = io::Cursor::new(b"abc\r\nabcdef\n\nend".to_vec());
        let mut next = || {
            let kind = read_line(&mut stream, &mut line, 4, &mut taken).expect("a line");
            (
                matches!(kind, Line::Whole),
                matches!(kind, Line::End),
                line.clone(),
                taken,
            )
        };
        assert_eq!(next(), (true, false, b"abc".to_vec(), 5));
        assert_eq!(next(), (false, false, b"abcd".to_vec(), 7));
        assert_eq!(next(), (true, false, Vec::new(), 1));
        assert_eq!(next(), (true, false, b"end".to_vec(), 3));
        assert!(next().1);
    }
}
