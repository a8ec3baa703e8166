//! A reader's lessons: gradient descent through the little network, in a few passes.
//!
//! What comes in: the school and the seed a reader starts from. What goes out: a quantised [`Reader`]. Tables learn by a step for
//! each vector that a message touched (adaptive, one memory a row), filters and heads by Adam over small groups of messages.
//! Words and pooled numbers are left out at random, from the seed, so that no single one is relied upon.
//! Deliberately absent: threads inside, and anything that a rounding difference between machines could change.

use super::{Lesson, School, Seeded};
use crate::classify::model::reader::{
    DEPTH, FILTERS, HEADS, MARKS, PIECES, POOLED, Reader, Table, WIDTH, WINDOW,
};
use crate::classify::model::{CATEGORIES, OUTPUTS, sigmoid, softmax};
use crate::domain::Category;

/// Passes over the corpus.
const PASSES: usize = 7;
/// Messages that filters and heads learn from at once.
const GROUP: usize = 16;
/// First step of tables; steps shrink to nothing along the way.
const TABLE_STEP: f32 = 0.02;
/// First step of filters and heads.
const STEP: f32 = 0.001;
/// Share of pooled numbers left out.
const DROPPED: f32 = 0.3;
/// Share of words whose own vector is left out, so that pieces learn too.
const WORDS_DROPPED: f32 = 0.1;
/// Weight of signals, and of topics, against categories.
const SIDE: f32 = 0.5;
/// Weight of topics against categories.
const TOPIC: f32 = 1.0;
/// What a second intent takes from the first.
const SECOND: f32 = 0.3;
/// What certainty keeps back.
const SMOOTH: f32 = 0.03;

/// Vectors that learn, each with a memory of how much it moved.
struct Vectors {
    rows: Vec<f32>,
    moved: Vec<f32>,
}

impl Vectors {
    fn new(rows: usize, seeded: &mut Seeded) -> Self {
        Self {
            rows: (0..rows * DEPTH).map(|_| seeded.around() * 0.1).collect(),
            moved: vec![0.0; rows],
        }
    }

    fn add(&self, row: usize, times: f32, vector: &mut [f32; DEPTH]) {
        if let Some(values) = self
            .rows
            .get(row * DEPTH..)
            .and_then(|rest| rest.first_chunk::<DEPTH>())
        {
            for (slot, value) in vector.iter_mut().zip(values) {
                *slot += times * value;
            }
        }
    }

    fn step(&mut self, row: usize, step: f32, times: f32, slope: &[f32; DEPTH], square: f32) {
        let values = self
            .rows
            .get_mut(row * DEPTH..)
            .and_then(|rest| rest.first_chunk_mut::<DEPTH>());
        if let (Some(values), Some(moved)) = (values, self.moved.get_mut(row)) {
            *moved += square * times * times;
            let step = step * times / (moved.sqrt() + 1e-4);
            for (value, slope) in values.iter_mut().zip(slope) {
                *value -= step * slope;
            }
        }
    }
}

/// Weights that learn by Adam.
struct Weights {
    values: Vec<f32>,
    slopes: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
}

impl Weights {
    fn new(count: usize, size: f32, seeded: &mut Seeded) -> Self {
        Self {
            values: (0..count).map(|_| seeded.around() * size).collect(),
            slopes: vec![0.0; count],
            first: vec![0.0; count],
            second: vec![0.0; count],
        }
    }

    fn step(&mut self, step: f32, messages: usize, kept: [f32; 2]) {
        let share = 1.0 / messages.max(1) as f32;
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((value, slope), (first, second)) in self.values.iter_mut().zip(&mut self.slopes).zip(moments) {
            let mean = *slope * share;
            *first = 0.9 * *first + 0.1 * mean;
            *second = 0.999 * *second + 0.001 * mean * mean;
            let [kept_first, kept_second] = kept;
            let pace = (*first / (1.0 - kept_first)) / ((*second / (1.0 - kept_second)).sqrt() + 1e-7);
            *value -= step * (pace + 0.01 * *value);
            *slope = 0.0;
        }
    }
}

/// The network while it learns.
struct Pupil {
    words: Vectors,
    pieces: Vectors,
    marks: Vectors,
    filters: Weights,
    filter_bias: Weights,
    heads: Weights,
    head_bias: Weights,
}

/// Room for one message, used again for the next.
#[derive(Default)]
struct Desk {
    vectors: Vec<[f32; DEPTH]>,
    own: Vec<bool>,
    active: Vec<[f32; FILTERS]>,
    slopes: Vec<[f32; DEPTH]>,
}

pub(super) fn learn(school: &School, seed: u64) -> Reader {
    let mut seeded = Seeded::new(seed * 7919 + 12_345);
    let mut pupil = Pupil {
        words: Vectors::new(school.vocabulary.len(), &mut seeded),
        pieces: Vectors::new(PIECES, &mut seeded),
        marks: Vectors::new(MARKS, &mut seeded),
        filters: Weights::new(WIDTH * DEPTH, 1.0 / ((WINDOW * DEPTH) as f32).sqrt(), &mut seeded),
        filter_bias: Weights::new(FILTERS, 0.0, &mut seeded),
        heads: Weights::new(POOLED * HEADS, 0.5 / (POOLED as f32).sqrt(), &mut seeded),
        head_bias: Weights::new(HEADS, 0.0, &mut seeded),
    };
    let mut desk = Desk::default();
    let mut order: Vec<usize> = (0..school.lessons.len()).collect();
    let steps = (PASSES * order.len().div_ceil(GROUP)).max(1) as f32;
    let mut done = 0.0;
    let mut kept = [1.0_f32, 1.0];
    for _ in 0..PASSES {
        seeded.shuffle(&mut order);
        for group in order.chunks(GROUP) {
            let left = (1.0 - done / steps).max(0.02);
            done += 1.0;
            for lesson in group.iter().filter_map(|at| school.lessons.get(*at)) {
                pupil.study(school, lesson, TABLE_STEP * left, &mut seeded, &mut desk);
            }
            kept = [kept[0] * 0.9, kept[1] * 0.999];
            for weights in [
                &mut pupil.filters,
                &mut pupil.filter_bias,
                &mut pupil.heads,
                &mut pupil.head_bias,
            ] {
                weights.step(STEP * left, group.len(), kept);
            }
        }
    }
    Reader {
        words: Table::quantise(&pupil.words.rows),
        pieces: Table::quantise(&pupil.pieces.rows),
        marks: Table::quantise(&pupil.marks.rows),
        filters: pupil.filters.values,
        filter_bias: pupil.filter_bias.values,
        heads: pupil.heads.values,
        head_bias: pupil.head_bias.values,
    }
}

impl Pupil {
    /// Reads a message, compares, and moves what led there.
    fn study(&mut self, school: &School, lesson: &Lesson, step: f32, seeded: &mut Seeded, desk: &mut Desk) {
        if lesson.words.is_empty() {
            return;
        }
        self.look(school, lesson, seeded, desk);
        let mean = 1.0 / (lesson.words.len() as f32).sqrt();
        let (mut pooled, strongest) = self.activate(desk, mean);
        let kept = 1.0 / (1.0 - DROPPED);
        let mask: [f32; POOLED] = std::array::from_fn(|_| if seeded.share() < DROPPED { 0.0 } else { kept });
        pooled
            .iter_mut()
            .zip(&mask)
            .for_each(|(value, mask)| *value *= mask);
        let errors = errors(lesson, self.answer(&pooled));
        let mut slopes = self.heads_slopes(&pooled, &errors);
        slopes
            .iter_mut()
            .zip(&mask)
            .for_each(|(slope, mask)| *slope *= mask);
        self.filter_slopes(desk, &slopes, &strongest, mean);
        self.move_tables(school, lesson, step, desk);
    }

    fn look(&self, school: &School, lesson: &Lesson, seeded: &mut Seeded, desk: &mut Desk) {
        desk.vectors.clear();
        desk.own.clear();
        for word in lesson
            .words
            .iter()
            .filter_map(|at| school.words.get(*at as usize))
        {
            let mut vector = [0.0; DEPTH];
            let times = 1.0 / (word.runs.len().max(1) as f32).sqrt();
            for run in &word.runs {
                self.pieces.add(*run as usize & (PIECES - 1), times, &mut vector);
            }
            let own = word.row.filter(|_| seeded.share() >= WORDS_DROPPED);
            if let Some(row) = own {
                self.words.add(row, 1.0, &mut vector);
            }
            desk.own.push(own.is_some());
            desk.vectors.push(vector);
        }
        for (at, mark) in &lesson.marks {
            if let Some(vector) = desk.vectors.get_mut(*at as usize) {
                self.marks.add(usize::from(*mark), 1.0, vector);
            }
        }
    }

    /// Activations of every window; their strongest and scaled sum, and where the strongest stood.
    fn activate(&self, desk: &mut Desk, mean: f32) -> ([f32; POOLED], [usize; FILTERS]) {
        desk.active.clear();
        let mut pooled = [0.0; POOLED];
        let mut strongest = [usize::MAX; FILTERS];
        for at in 0..desk.vectors.len() {
            let mut active = [0.0; FILTERS];
            active.copy_from_slice(&self.filter_bias.values);
            for (vector, weights) in
                window(&desk.vectors, at).zip(self.filters.values.chunks_exact(DEPTH * FILTERS))
            {
                for (value, weights) in vector.into_iter().flatten().zip(weights.chunks_exact(FILTERS)) {
                    for (slot, weight) in active.iter_mut().zip(weights) {
                        *slot += value * weight;
                    }
                }
            }
            let (most, sum) = pooled.split_at_mut(FILTERS);
            for ((active, place), (most, sum)) in active
                .iter_mut()
                .zip(&mut strongest)
                .zip(most.iter_mut().zip(sum))
            {
                *active = active.max(0.0);
                if *active > *most {
                    *most = *active;
                    *place = at;
                }
                *sum += *active * mean;
            }
            desk.active.push(active);
        }
        (pooled, strongest)
    }

    fn answer(&self, pooled: &[f32; POOLED]) -> [f32; HEADS] {
        let mut margins = [0.0; HEADS];
        margins.copy_from_slice(&self.head_bias.values);
        for (value, weights) in pooled.iter().zip(self.heads.values.chunks_exact(HEADS)) {
            if *value != 0.0 {
                for (margin, weight) in margins.iter_mut().zip(weights) {
                    *margin += value * weight;
                }
            }
        }
        margins
    }

    /// Adds the slopes of the heads; gives those of the pooled numbers.
    fn heads_slopes(&mut self, pooled: &[f32; POOLED], errors: &[f32; HEADS]) -> [f32; POOLED] {
        let mut slopes = [0.0; POOLED];
        let heads = self
            .heads
            .values
            .chunks_exact(HEADS)
            .zip(self.heads.slopes.chunks_exact_mut(HEADS));
        for ((slope, value), (weights, head_slopes)) in slopes.iter_mut().zip(pooled).zip(heads) {
            for ((error, weight), head_slope) in errors.iter().zip(weights).zip(head_slopes) {
                *slope += error * weight;
                *head_slope += error * value;
            }
        }
        for (slope, error) in self.head_bias.slopes.iter_mut().zip(errors) {
            *slope += error;
        }
        slopes
    }

    /// Adds the slopes of the filters; leaves those of the words' vectors on the desk.
    fn filter_slopes(
        &mut self,
        desk: &mut Desk,
        pooled: &[f32; POOLED],
        strongest: &[usize; FILTERS],
        mean: f32,
    ) {
        desk.slopes.clear();
        desk.slopes.resize(desk.vectors.len(), [0.0; DEPTH]);
        let (most, sum) = pooled.split_at(FILTERS);
        for (at, active) in desk.active.iter().enumerate() {
            let mut slopes = [0.0; FILTERS];
            let each = slopes
                .iter_mut()
                .zip(active)
                .zip(strongest)
                .zip(most.iter().zip(sum));
            for (((slope, active), place), (most, sum)) in each {
                if *active > 0.0 {
                    *slope = sum * mean + if *place == at { *most } else { 0.0 };
                }
            }
            for (total, slope) in self.filter_bias.slopes.iter_mut().zip(&slopes) {
                *total += slope;
            }
            let places = self
                .filters
                .values
                .chunks_exact(DEPTH * FILTERS)
                .zip(self.filters.slopes.chunks_exact_mut(DEPTH * FILTERS));
            for (place, (weights, filter_slopes)) in places.enumerate() {
                let Some(of) = (at + place).checked_sub(WINDOW / 2) else {
                    continue;
                };
                let (Some(vector), Some(vector_slopes)) = (desk.vectors.get(of), desk.slopes.get_mut(of))
                else {
                    continue;
                };
                let rows = weights
                    .chunks_exact(FILTERS)
                    .zip(filter_slopes.chunks_exact_mut(FILTERS));
                for ((value, vector_slope), (weights, filter_slopes)) in
                    vector.iter().zip(vector_slopes).zip(rows)
                {
                    *vector_slope += dot(&slopes, weights);
                    for (total, slope) in filter_slopes.iter_mut().zip(&slopes) {
                        *total += slope * value;
                    }
                }
            }
        }
    }

    fn move_tables(&mut self, school: &School, lesson: &Lesson, step: f32, desk: &Desk) {
        let words = lesson
            .words
            .iter()
            .filter_map(|at| school.words.get(*at as usize));
        let mut marks = lesson.marks.iter().peekable();
        for (((word, own), slopes), at) in words.zip(&desk.own).zip(&desk.slopes).zip(0_u32..) {
            let square = slopes.iter().map(|s| s * s).sum::<f32>() / DEPTH as f32;
            let moves = square > 0.0;
            if moves {
                let times = 1.0 / (word.runs.len().max(1) as f32).sqrt();
                for run in &word.runs {
                    self.pieces
                        .step(*run as usize & (PIECES - 1), step, times, slopes, square);
                }
                if let Some(row) = word.row.filter(|_| *own) {
                    self.words.step(row, step, 1.0, slopes, square);
                }
            }
            while let Some((_, mark)) = marks.next_if(|(of, _)| *of <= at) {
                if moves {
                    self.marks.step(usize::from(*mark), step, 1.0, slopes, square);
                }
            }
        }
    }
}

/// The vectors around a word; none beyond the borders.
fn window(vectors: &[[f32; DEPTH]], at: usize) -> impl Iterator<Item = Option<&[f32; DEPTH]>> {
    (0..WINDOW).map(move |place| {
        (at + place)
            .checked_sub(WINDOW / 2)
            .and_then(|of| vectors.get(of))
    })
}

/// A sum of products in eight lanes, so that it is quick and always added in the same order.
fn dot(a: &[f32; FILTERS], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum()
}

/// How far each head is from the truth.
fn errors(lesson: &Lesson, mut heads: [f32; HEADS]) -> [f32; HEADS] {
    let (judged, topics) = heads.split_at_mut(OUTPUTS);
    let (categories, signals) = judged.split_at_mut(CATEGORIES);
    softmax(categories);
    let smooth = SMOOTH / (CATEGORIES - 1) as f32;
    for (error, category) in categories.iter_mut().zip(Category::ALL) {
        let first = if lesson.secondary.is_some() {
            1.0 - SECOND
        } else {
            1.0 - SMOOTH
        };
        *error -= if lesson.category == *category {
            first
        } else if lesson.secondary == Some(*category) {
            SECOND
        } else {
            smooth
        };
    }
    for (error, carries) in signals.iter_mut().zip(lesson.signals) {
        *error = SIDE * (sigmoid(*error) - if carries { 1.0 } else { 0.0 });
    }
    match lesson.topic {
        Some(topic) => {
            softmax(topics);
            for (at, error) in topics.iter_mut().enumerate() {
                *error = TOPIC * (*error - if at == topic as usize { 1.0 } else { 0.0 });
            }
        }
        None => topics.fill(0.0),
    }
    heads
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_point_where_the_error_grows() {
        let lesson = Lesson {
            features: Vec::new(),
            words: Vec::new(),
            marks: Vec::new(),
            category: Category::Thanks,
            secondary: None,
            signals: [false; 9],
            topic: None,
        };
        let errors = errors(&lesson, [0.0; HEADS]);
        for (at, error) in errors.iter().take(CATEGORIES).enumerate() {
            assert!(
                (*error < 0.0) == (at == Category::Thanks as usize),
                "{at} {error}"
            );
        }
        assert!(errors[CATEGORIES..OUTPUTS].iter().all(|e| *e > 0.0));
        assert!(errors[OUTPUTS..].iter().all(|e| *e == 0.0));
    }
}
