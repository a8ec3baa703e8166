//! A reader: a small network that sees words in their order.
//!
//! What comes in: for each word its row, its pieces and its marks (concepts, rules, contexts, place in the sentence). What
//! goes out: margins for categories, signals and topics. Every word becomes a vector; a window of three words activates
//! filters; the strongest and the mean activation of each filter decide. As vectors and filters only add and multiply,
//! what a word does to the three windows it stands in is computed once and kept ([`CachedRows`]).
//! Deliberately absent: learning (see `train`); memory beyond three words, so that a text of any length is read in one pass.

use super::OUTPUTS;
use crate::classify::features::Pieces;
use crate::domain::Topic;

/// Numbers in a word's vector.
pub(crate) const DEPTH: usize = 32;
/// Filters over a window of words.
pub(crate) const FILTERS: usize = 96;
/// Words in a window.
pub(crate) const WINDOW: usize = 3;
/// What one word adds to the windows it stands in.
pub(crate) const WIDTH: usize = WINDOW * FILTERS;
/// Rows for pieces of words: a power of two.
pub(crate) const PIECES: usize = 1 << 15;
/// Rows for marks: a power of two.
pub(crate) const MARKS: usize = 1 << 12;
/// Categories and signals, then topics.
pub(crate) const HEADS: usize = OUTPUTS + Topic::ALL.len();
/// Filters' strongest activation, then their mean.
pub(crate) const POOLED: usize = 2 * FILTERS;

/// Numbers added side by side: as many as stay in registers.
const BLOCK: usize = 16;
/// Marks of one word that are added in one go.
const MARKS_AT_ONCE: usize = 12;

/// What a word or mark adds to its three windows, one reader after the other.
pub(crate) type CachedRows = Box<[f32]>;

/// A table of vectors in 8 bits, each with its own scale.
#[derive(Clone, PartialEq)]
pub(crate) struct Table {
    pub(super) scales: Vec<f32>,
    pub(super) steps: Vec<i8>,
}

impl Table {
    /// Quantises rows of `DEPTH` numbers.
    #[must_use]
    pub(crate) fn quantise(rows: &[f32]) -> Self {
        let mut table = Self {
            scales: Vec::with_capacity(rows.len() / DEPTH),
            steps: Vec::with_capacity(rows.len()),
        };
        for row in rows.chunks_exact(DEPTH) {
            let most = row.iter().fold(1e-9_f32, |most, v| most.max(v.abs()));
            let scale = most / 127.0;
            table.scales.push(scale);
            table
                .steps
                .extend(row.iter().map(|v| (v / scale).round().clamp(-127.0, 127.0) as i8));
        }
        table
    }

    fn add(&self, row: usize, times: f32, vector: &mut [f32; DEPTH]) {
        let steps = self.steps.as_chunks::<DEPTH>().0;
        if let (Some(steps), Some(scale)) = (steps.get(row), self.scales.get(row)) {
            let times = times * scale;
            for (slot, step) in vector.iter_mut().zip(steps) {
                *slot += times * f32::from(*step);
            }
        }
    }
}

/// The network.
#[derive(Clone, PartialEq)]
pub(crate) struct Reader {
    /// Vectors of whole words.
    pub(crate) words: Table,
    /// Vectors of pieces of words.
    pub(crate) pieces: Table,
    /// Vectors of marks.
    pub(crate) marks: Table,
    /// For each place in the window and each number of a vector, a weight a filter.
    pub(crate) filters: Vec<f32>,
    /// Added to each filter.
    pub(crate) filter_bias: Vec<f32>,
    /// For each pooled number, a weight a head.
    pub(crate) heads: Vec<f32>,
    /// Added to each head.
    pub(crate) head_bias: Vec<f32>,
}

impl Reader {
    /// What a word adds to its windows.
    pub(crate) fn word(&self, row: Option<usize>, pieces: &Pieces<'_>, into: &mut [f32]) {
        let mut vector = [0.0; DEPTH];
        let runs = pieces.runs();
        let times = 1.0 / (runs.len().max(1) as f32).sqrt();
        for piece in runs {
            self.pieces
                .add(piece.hash as usize & (PIECES - 1), times, &mut vector);
        }
        if let Some(row) = row {
            self.words.add(row, 1.0, &mut vector);
        }
        self.project(&vector, into);
    }

    /// What a mark adds to the windows of the word that bears it.
    pub(crate) fn mark(&self, mark: u16, into: &mut [f32]) {
        let mut vector = [0.0; DEPTH];
        self.marks.add(usize::from(mark), 1.0, &mut vector);
        self.project(&vector, into);
    }

    fn project(&self, vector: &[f32; DEPTH], into: &mut [f32]) {
        let places = self.filters.chunks_exact(DEPTH * FILTERS);
        for (weights, into) in places.zip(into.chunks_exact_mut(FILTERS)) {
            let weights = weights.as_chunks::<BLOCK>().0;
            for (block, into) in into.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
                let mut sums = [0.0; BLOCK];
                let column = weights.iter().skip(block).step_by(FILTERS / BLOCK);
                for (value, weights) in vector.iter().zip(column) {
                    for (sum, weight) in sums.iter_mut().zip(weights) {
                        *sum += value * weight;
                    }
                }
                *into = sums;
            }
        }
    }

    /// Adds the margins of categories and signals.
    pub(super) fn judge(&self, pool: &Pool, index: usize, margins: &mut [f32; OUTPUTS]) {
        self.heads(pool, index, 0, margins);
    }

    /// Adds the margins of topics.
    pub(super) fn topics(&self, pool: &Pool, index: usize, margins: &mut [f32; Topic::ALL.len()]) {
        self.heads(pool, index, OUTPUTS, margins);
    }

    fn heads<const N: usize>(&self, pool: &Pool, index: usize, from: usize, margins: &mut [f32; N]) {
        let mut sums = [0.0; N];
        let bias = self
            .head_bias
            .get(from..)
            .and_then(|rest| rest.first_chunk::<N>());
        if let Some(bias) = bias {
            sums = *bias;
        }
        for (value, weights) in pool.pooled(index).zip(self.heads.chunks_exact(HEADS)) {
            if let Some(weights) = weights.get(from..).and_then(|rest| rest.first_chunk::<N>()) {
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += value * weight;
                }
            }
        }
        for (margin, sum) in margins.iter_mut().zip(&sums) {
            *margin += sum;
        }
    }

    /// Adds, at each word, what the filters that it moved most say for a head.
    pub(super) fn blame(&self, pool: &Pool, index: usize, head: usize, share: f32, blame: &mut [f32]) {
        let strongest = pool.strongest_of(index).zip(pool.pooled(index));
        for ((at, value), weights) in strongest.zip(self.heads.chunks_exact(HEADS)) {
            if let (Some(slot), Some(weight)) = (blame.get_mut(at as usize), weights.get(head)) {
                *slot += share * value * weight;
            }
        }
    }
}

/// What a word adds to the filters of one reader at one place of the window.
fn filters(rows: &[f32], index: usize, place: usize) -> Option<&[f32; FILTERS]> {
    rows.as_chunks::<FILTERS>().0.get(index * WINDOW + place)
}

/// A block of numbers with the same block of some marks added, one after the other.
fn added(mut sums: [f32; BLOCK], marks: &[&[f32]], block: usize) -> [f32; BLOCK] {
    for mark in marks {
        if let Some(more) = mark.as_chunks::<BLOCK>().0.get(block) {
            for (sum, more) in sums.iter_mut().zip(more) {
                *sum += more;
            }
        }
    }
    sums
}

/// The readers on their way through a text: three words in view, and what was pooled so far.
pub(super) struct Pool {
    window: [Vec<f32>; WINDOW],
    strongest: Vec<f32>,
    strongest_at: Vec<u32>,
    sum: Vec<f32>,
    words: usize,
    /// Is `strongest_at` wanted?
    placed: bool,
}

impl Pool {
    pub(super) fn new(readers: usize) -> Self {
        Self {
            window: std::array::from_fn(|_| vec![0.0; readers * WIDTH]),
            strongest: vec![0.0; readers * FILTERS],
            strongest_at: vec![u32::MAX; readers * FILTERS],
            sum: vec![0.0; readers * FILTERS],
            words: 0,
            placed: false,
        }
    }

    /// Makes room for a new text.
    pub(super) fn clear(&mut self, placed: bool) {
        self.placed = placed;
        self.window.iter_mut().for_each(|rows| rows.fill(0.0));
        self.strongest.fill(0.0);
        self.strongest_at.fill(u32::MAX);
        self.sum.fill(0.0);
        self.words = 0;
    }

    /// A new word comes into view, with its marks in their order.
    pub(super) fn next<'m>(&mut self, rows: &[f32], mut marks: impl Iterator<Item = &'m [f32]>) {
        self.window.rotate_left(1);
        let [.., newest] = &mut self.window;
        let mut some: [&[f32]; MARKS_AT_ONCE] = [&[]; MARKS_AT_ONCE];
        let mut fill = |some: &mut [&'m [f32]; MARKS_AT_ONCE]| {
            let slots = some.iter_mut().zip(marks.by_ref());
            slots.map(|(slot, mark)| *slot = mark).count()
        };
        let count = fill(&mut some);
        let bases = rows.as_chunks::<BLOCK>().0.iter();
        for (block, (into, base)) in newest
            .as_chunks_mut::<BLOCK>()
            .0
            .iter_mut()
            .zip(bases)
            .enumerate()
        {
            *into = added(*base, some.get(..count).unwrap_or(&[]), block);
        }
        // Few words bear more.
        loop {
            let count = fill(&mut some);
            if count == 0 {
                break;
            }
            for (block, into) in newest.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
                *into = added(*into, some.get(..count).unwrap_or(&[]), block);
            }
        }
    }

    /// The word is complete: the window around the one before it is activated.
    pub(super) fn step(&mut self, readers: &[Reader]) {
        if self.words > 0 {
            self.activate(readers);
        }
        self.words += 1;
    }

    /// No further word.
    pub(super) fn end(&mut self, readers: &[Reader]) {
        if self.words == 0 {
            return;
        }
        self.window.rotate_left(1);
        let [.., newest] = &mut self.window;
        newest.fill(0.0);
        self.activate(readers);
        let mean = 1.0 / (self.words as f32).sqrt();
        self.sum.iter_mut().for_each(|sum| *sum *= mean);
    }

    fn activate(&mut self, readers: &[Reader]) {
        let at = u32::try_from(self.counted()).unwrap_or(u32::MAX);
        let [before, middle, after] = &self.window;
        for (index, reader) in readers.iter().enumerate() {
            let range = index * FILTERS..(index + 1) * FILTERS;
            let (
                Some(before),
                Some(middle),
                Some(after),
                Some(bias),
                Some(strongest),
                Some(strongest_at),
                Some(sum),
            ) = (
                filters(before, index, 0),
                filters(middle, index, 1),
                filters(after, index, 2),
                reader.filter_bias.first_chunk::<FILTERS>(),
                self.strongest.get_mut(range.clone()),
                self.strongest_at.get_mut(range.clone()),
                self.sum.get_mut(range),
            )
            else {
                return;
            };
            let mut active = [0.0; FILTERS];
            for ((((slot, b), m), a), bias) in active.iter_mut().zip(before).zip(middle).zip(after).zip(bias)
            {
                *slot = (bias + b + m + a).max(0.0);
            }
            for (sum, active) in sum.iter_mut().zip(&active) {
                *sum += active;
            }
            if self.placed {
                for ((most, place), active) in strongest.iter().zip(strongest_at).zip(&active) {
                    *place = if *active > *most { at } else { *place };
                }
            }
            for (most, active) in strongest.iter_mut().zip(&active) {
                *most = if *active > *most { *active } else { *most };
            }
        }
    }

    /// Words activated so far: during a step the newest is not yet, at the end all but the last are.
    fn counted(&self) -> usize {
        self.words.saturating_sub(1)
    }

    fn pooled(&self, index: usize) -> impl Iterator<Item = f32> + '_ {
        let range = index * FILTERS..(index + 1) * FILTERS;
        let strongest = self.strongest.get(range.clone()).unwrap_or(&[]);
        strongest
            .iter()
            .chain(self.sum.get(range).unwrap_or(&[]))
            .copied()
    }

    fn strongest_of(&self, index: usize) -> impl Iterator<Item = u32> + '_ {
        self.strongest_at
            .get(index * FILTERS..(index + 1) * FILTERS)
            .unwrap_or(&[])
            .iter()
            .copied()
    }
}
