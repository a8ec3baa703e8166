//! What was learned: a linear judge over hashed features, and small readers that see the words in their order.
//!
//! What comes in: an [`Input`]. What goes out: an [`Opinion`], a probability for each of the seven categories and nine
//! signals, and on request the [`Topics`] a reply should speak of and which words weighed most. The linear judge and the
//! readers add up in one margin an output; a calibration learned on messages that taught nothing turns margins into
//! probabilities. Deliberately absent: learning (that is `train`) and the verdict (that is `decide`).

mod file;
pub(super) mod linear;
pub(super) mod reader;

use super::features::{Input, Pieces, Spelling};
use super::normalise::QuickMap;
use crate::domain::{Category, Signal, Topic, Topics};
use crate::error::Result;
use linear::Linear;
use reader::{CachedRows, MARKS, Pool, Reader};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Seven categories, then nine signals.
pub const OUTPUTS: usize = CATEGORIES + SIGNALS;
/// Categories judged.
pub const CATEGORIES: usize = 7;
/// Signals judged.
pub const SIGNALS: usize = 9;
/// Words whose sums are kept once computed; the vocabulary is ordered by how often a word is written.
const KEPT: usize = 16_384;
/// Words outside of the vocabulary whose sums are kept until another one needs the place: a power of two.
const RARE: usize = 4096;

/// The learned part of the classifier.
pub struct Model {
    pub(super) vocabulary: Vec<u32>,
    pub(super) linear: Linear,
    pub(super) readers: Vec<Reader>,
    pub(super) calibration: Calibration,
    rows: QuickMap<u32, u32>,
    words: Vec<OnceLock<Box<Known>>>,
    marks: Vec<OnceLock<CachedRows>>,
    /// What lies ready for the next text, one for each that was read at the same time.
    desks: Mutex<Vec<Desk>>,
}

/// The room that reading one text takes, used again for the next.
struct Desk {
    spelling: Spelling,
    pool: Pool,
    /// By the low bits of their keys: words outside of the vocabulary.
    rare: Vec<Option<(String, Known)>>,
}

/// What every occurrence of one word adds, computed at its first.
struct Known {
    linear: [f32; OUTPUTS],
    square: f32,
    rows: CachedRows,
}

/// From margins to probabilities.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// How much the linear judge and the readers count, for all categories alike.
    pub categories: [f32; 2],
    /// Added for each category.
    pub category_bias: [f32; CATEGORIES],
    /// How much the linear judge and the readers count, and what is added, for each signal.
    pub signals: [[f32; 3]; SIGNALS],
}

impl Default for Calibration {
    fn default() -> Self {
        Self {
            categories: [1.0, 1.0],
            category_bias: [0.0; CATEGORIES],
            signals: [[1.0, 1.0, 0.0]; SIGNALS],
        }
    }
}

/// Margins before calibration: what the linear judge says, what the readers say on average.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Margins {
    /// Of the linear judge.
    pub linear: [f32; OUTPUTS],
    /// The mean of the readers.
    pub readers: [f32; OUTPUTS],
}

/// A probability for everything the model judges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opinion([f32; OUTPUTS]);

impl Opinion {
    /// From seven categories and nine signals, in order of declaration.
    pub fn new(probabilities: impl Iterator<Item = f32>) -> Self {
        let mut all = [0.0; OUTPUTS];
        all.iter_mut().zip(probabilities).for_each(|(slot, p)| *slot = p);
        Self(all)
    }

    /// That it belongs to a category.
    #[must_use]
    pub fn category(&self, category: Category) -> f32 {
        self.0.get(category as usize).copied().unwrap_or(0.0)
    }

    /// That it carries a signal.
    #[must_use]
    pub fn signal(&self, signal: Signal) -> f32 {
        self.0.get(CATEGORIES + signal as usize).copied().unwrap_or(0.0)
    }
}

impl Model {
    /// Puts the parts together; `vocabulary` holds the keys of the words that the readers know, the commonest first.
    pub(super) fn assemble(
        vocabulary: Vec<u32>,
        linear: Linear,
        readers: Vec<Reader>,
        calibration: Calibration,
    ) -> Self {
        let rows = vocabulary.iter().zip(0..).map(|(key, row)| (*key, row)).collect();
        let kept = vocabulary.len().min(KEPT);
        Self {
            rows,
            words: std::iter::repeat_with(OnceLock::new).take(kept).collect(),
            marks: std::iter::repeat_with(OnceLock::new).take(MARKS).collect(),
            desks: Mutex::default(),
            vocabulary,
            linear,
            readers,
            calibration,
        }
    }

    /// Lends a desk; how one text was read changes nothing about the next.
    fn at_a_desk<T>(&self, work: impl FnOnce(&mut Desk) -> T) -> T {
        let desks = || self.desks.lock().unwrap_or_else(PoisonError::into_inner);
        let desk = desks().pop();
        let mut desk = desk.unwrap_or_else(|| Desk {
            spelling: Spelling::default(),
            pool: Pool::new(self.readers.len()),
            rare: std::iter::repeat_with(|| None).take(RARE).collect(),
        });
        let done = work(&mut desk);
        desks().push(desk);
        done
    }

    /// What a word adds that the vocabulary lacks.
    fn rare<'d>(
        &self,
        rare: &'d mut [Option<(String, Known)>],
        spelling: &mut Spelling,
        letters: &str,
        key: u32,
    ) -> Option<&'d Known> {
        let slot = rare.get_mut(key as usize & (RARE - 1))?;
        if slot.as_ref().is_none_or(|(word, _)| word != letters) {
            *slot = Some((letters.to_owned(), self.known(spelling, letters, None)));
        }
        slot.as_ref().map(|(_, known)| known)
    }

    /// The row of a word in the readers' tables.
    fn row(&self, key: u32) -> Option<usize> {
        self.rows.get(&key).map(|row| *row as usize)
    }

    fn known(&self, spelling: &mut Spelling, letters: &str, row: Option<usize>) -> Known {
        let pieces = spelling.of(letters);
        Known {
            linear: self.linear.added([0.0; OUTPUTS], pieces.features),
            square: pieces.square(),
            rows: self.word_rows(row, &pieces),
        }
    }

    fn word_rows(&self, row: Option<usize>, pieces: &Pieces<'_>) -> CachedRows {
        let mut rows = vec![0.0; reader::WIDTH * self.readers.len()];
        for (reader, rows) in self.readers.iter().zip(rows.chunks_exact_mut(reader::WIDTH)) {
            reader.word(row, pieces, rows);
        }
        rows.into_boxed_slice()
    }

    fn mark_rows(&self, mark: u16) -> Option<&CachedRows> {
        let slot = self.marks.get(usize::from(mark))?;
        Some(slot.get_or_init(|| {
            let mut rows = vec![0.0; reader::WIDTH * self.readers.len()];
            for (reader, rows) in self.readers.iter().zip(rows.chunks_exact_mut(reader::WIDTH)) {
                reader.mark(mark, rows);
            }
            rows.into_boxed_slice()
        }))
    }

    /// Reads the words once: the linear sums, and what the readers pool on the desk; `placed` where it must be known
    /// which words moved the filters most.
    fn read(
        &self,
        desk: &mut Desk,
        input: &Input<'_>,
        placed: bool,
        mut each: impl FnMut(usize, &[f32; OUTPUTS]),
    ) -> [f32; OUTPUTS] {
        let Desk { spelling, pool, rare } = desk;
        pool.clear(placed);
        // All words are looked up before any is added: memory answers many questions at once.
        let met = |letters: &str| {
            let key = super::features::word_key(letters);
            let row = self.row(key);
            let known = row.and_then(|row| self.words.get(row)).and_then(OnceLock::get);
            (key, row, known.map(|known| (known.as_ref(), known.rows.as_ref())))
        };
        let met: Vec<_> = input.letters().map(met).collect();
        let mut sums = [0.0_f32; OUTPUTS];
        let mut square = input.square;
        let mut marks = input.marks.as_slice();
        for (at, (letters, (key, row, known))) in input.letters().zip(met).enumerate() {
            let fresh;
            let (known, rows): (&Known, &[f32]) = if let Some(known) = known {
                known
            } else if let Some(place) = row.and_then(|row| self.words.get(row)) {
                let known = place.get_or_init(|| Box::new(self.known(spelling, letters, row)));
                (known, &known.rows)
            } else if row.is_none()
                && let Some(known) = self.rare(rare, spelling, letters, key)
            {
                (known, &known.rows)
            } else {
                fresh = self.known(spelling, letters, row);
                (&fresh, &fresh.rows)
            };
            each(at, &known.linear);
            for (sum, part) in sums.iter_mut().zip(&known.linear) {
                *sum += part;
            }
            square += known.square;
            let (here, later) = marks.split_at(marks.iter().take_while(|(of, _)| *of as usize <= at).count());
            marks = later;
            let more = here.iter().filter_map(|(_, mark)| self.mark_rows(*mark));
            pool.next(rows, more.map(AsRef::as_ref));
            pool.step(&self.readers);
        }
        pool.end(&self.readers);
        sums = self.linear.added(sums, &input.features);
        let norm = 1.0 / square.max(1e-12).sqrt();
        for (sum, scale) in sums.iter_mut().zip(self.linear.scale()) {
            *sum *= norm * scale;
        }
        sums
    }

    /// What both say, before calibration.
    #[must_use]
    pub fn margins(&self, input: &Input<'_>) -> Margins {
        let mut readers = [0.0; OUTPUTS];
        let linear = self.at_a_desk(|desk| {
            let linear = self.read(desk, input, false, |_, _| {});
            for (index, reader) in self.readers.iter().enumerate() {
                reader.judge(&desk.pool, index, &mut readers);
            }
            linear
        });
        let share = 1.0 / self.readers.len().max(1) as f32;
        readers.iter_mut().for_each(|margin| *margin *= share);
        Margins { linear, readers }
    }

    /// What the model thinks of a text.
    #[must_use]
    pub fn judge(&self, input: &Input<'_>) -> Opinion {
        self.calibration.opinion(&self.margins(input))
    }

    /// What a reply should speak of.
    #[must_use]
    pub fn topics(&self, input: &Input<'_>) -> Topics {
        let mut margins = [0.0; Topic::ALL.len()];
        self.at_a_desk(|desk| {
            self.read(desk, input, false, |_, _| {});
            for (index, reader) in self.readers.iter().enumerate() {
                reader.topics(&desk.pool, index, &mut margins);
            }
        });
        let share = 1.0 / self.readers.len().max(1) as f32;
        margins.iter_mut().for_each(|margin| *margin *= share);
        softmax(&mut margins);
        Topics::new(margins)
    }

    /// How much each word spoke for a category: shares of both margins that can be told apart by word.
    #[must_use]
    pub fn blame(&self, input: &Input<'_>, category: Category) -> Vec<f32> {
        let [linear_share, reader_share] = self.calibration.categories;
        let scale = self.linear.scale().get(category as usize).copied().unwrap_or(0.0);
        let mut blame = Vec::with_capacity(input.letters().len());
        let norm = 1.0 / input.square.max(1.0).sqrt();
        let share = reader_share / self.readers.len().max(1) as f32;
        self.at_a_desk(|desk| {
            self.read(desk, input, true, |_, linear| {
                let part = linear.get(category as usize).copied().unwrap_or(0.0);
                blame.push(part * scale * norm * linear_share);
            });
            for (index, reader) in self.readers.iter().enumerate() {
                reader.blame(&desk.pool, index, category as usize, share, &mut blame);
            }
        });
        blame
    }

    /// How margins become probabilities.
    #[must_use]
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// As a file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        file::encode(self)
    }

    /// From a file.
    ///
    /// # Errors
    /// Where it is not a model of this format.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        file::decode(bytes)
    }
}

impl Calibration {
    /// The probabilities of some margins.
    #[must_use]
    pub fn opinion(&self, margins: &Margins) -> Opinion {
        let mut all = [0.0; OUTPUTS];
        let both = margins.linear.iter().zip(&margins.readers);
        let [linear, readers] = self.categories;
        for ((slot, (l, r)), bias) in all.iter_mut().zip(both.clone()).zip(&self.category_bias) {
            *slot = linear * l + readers * r + bias;
        }
        if let Some(categories) = all.first_chunk_mut::<CATEGORIES>() {
            softmax(categories);
        }
        let signals = all.iter_mut().zip(both).skip(CATEGORIES).zip(&self.signals);
        for ((slot, (l, r)), [linear, readers, bias]) in signals {
            *slot = sigmoid(linear * l + readers * r + bias);
        }
        Opinion(all)
    }
}

/// Margins become probabilities that add up to one.
pub(super) fn softmax(margins: &mut [f32]) {
    let most = margins.iter().copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for margin in margins.iter_mut() {
        *margin = exp(*margin - most);
        sum += *margin;
    }
    margins.iter_mut().for_each(|p| *p /= sum.max(1e-30));
}

/// e^x; only the four operations, so that every machine gets the same bits.
pub(super) fn exp(x: f32) -> f32 {
    let small = f64::from(x.clamp(-60.0, 60.0)) / 1024.0;
    // e^(x/1024) by its series, then squared ten times.
    let mut e = 1.0 + small * (1.0 + small / 2.0 * (1.0 + small / 3.0 * (1.0 + small / 4.0)));
    for _ in 0..10 {
        e *= e;
    }
    e as f32
}

/// From odds to a probability.
#[must_use]
pub fn sigmoid(x: f32) -> f32 {
    let e = exp(x.clamp(-30.0, 30.0));
    e / (1.0 + e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sigmoid_and_softmax_are_exact_enough() {
        for x in [-20.0_f32, -3.0, -0.5, 0.0, 0.5, 3.0, 20.0] {
            assert!((sigmoid(x) - 1.0 / (1.0 + (-x).exp())).abs() < 1e-5, "{x}");
        }
        let mut margins = [1.0, 2.0, 3.0];
        softmax(&mut margins);
        assert!((margins.iter().sum::<f32>() - 1.0).abs() < 1e-6 && (margins[2] - 0.6652).abs() < 1e-3);
    }
}
