//! The linear judge's lessons: L2-regularised squared hinge, dual coordinate descent, all outputs side by side.
//!
//! What comes in: lessons. What goes out: quantised weights. Deliberately absent: calibration, and any second look at a
//! message that is far on its side of the margin.

use super::{CATEGORIES, Lesson, OUTPUTS, ROWS, Seeded};
use crate::classify::features::Feature;
use crate::classify::model::linear::Linear;
use crate::domain::Category;

/// What even a feature of every message counts for.
const LEAST: f32 = 0.3;
/// Brings the rarities of usual features to about one, so that costs keep their meaning.
const SPREAD: f32 = 4.0;
/// Passes over the corpus.
const PASSES: usize = 10;
/// How much an error costs against the size of the weights.
const COST: f32 = 2.0;
/// How much more a missed positive costs.
const POSITIVE: f32 = 1.4;

pub(super) fn learn(lessons: &[Lesson]) -> Linear {
    let rarity = rarity(lessons);
    let rare = |feature: &Feature| rarity.get(feature.hash as usize).copied().unwrap_or(0.0);
    let mut weights = vec![[0.0; OUTPUTS]; ROWS];
    let mut duals = vec![[0.0_f32; OUTPUTS]; lessons.len()];
    let mut order: Vec<usize> = (0..lessons.len()).collect();
    let mut seeded = Seeded::new(0);
    for _ in 0..PASSES {
        seeded.shuffle(&mut order);
        for n in &order {
            let (Some(lesson), Some(duals)) = (lessons.get(*n), duals.get_mut(*n)) else {
                continue;
            };
            let square: f32 = lesson
                .features
                .iter()
                .map(|f| {
                    let value = f.value * rare(f);
                    value * value
                })
                .sum();
            let margins = judge(&weights, lesson, rare);
            let mut steps = [0.0; OUTPUTS];
            let each = steps
                .iter_mut()
                .zip(duals.iter_mut())
                .zip(margins)
                .zip(truth(lesson));
            for (((step, dual), margin), truth) in each {
                let cost = if truth > 0.0 { COST * POSITIVE } else { COST };
                let soft = 0.5 / cost;
                let slope = truth * margin - 1.0 + soft * *dual;
                let new = (*dual - slope / (square + soft)).max(0.0);
                *step = (new - *dual) * truth;
                *dual = new;
            }
            if steps.iter().all(|s| s.abs() < 1e-6) {
                continue;
            }
            for feature in &lesson.features {
                if let Some(row) = weights.get_mut(feature.hash as usize) {
                    for (weight, step) in row.iter_mut().zip(&steps) {
                        *weight += step * feature.value * rare(feature);
                    }
                }
            }
        }
    }
    // What a feature counted for here goes into its weights: the model knows no rarities.
    for (row, rarity) in weights.iter_mut().zip(&rarity) {
        row.iter_mut().for_each(|weight| *weight *= rarity);
    }
    Linear::quantise(&weights)
}

/// How much a feature counts: the fewer messages have it, the more it tells of those that do.
fn rarity(lessons: &[Lesson]) -> Vec<f32> {
    let mut messages = vec![0_u32; ROWS];
    for feature in lessons.iter().flat_map(|lesson| &lesson.features) {
        if let Some(count) = messages.get_mut(feature.hash as usize) {
            *count += 1;
        }
    }
    let all = 1.0 + lessons.len() as f32;
    messages
        .into_iter()
        .map(|count| (ln(all / (1.0 + count as f32)) + LEAST) / SPREAD)
        .collect()
}

/// The natural logarithm of a number from 1 up; only the four operations, so that every machine gets the same bits.
fn ln(x: f32) -> f32 {
    let (mut x, mut whole) = (f64::from(x), 0.0);
    while x > 1.5 {
        x /= 2.0;
        whole += 1.0;
    }
    // ln x = 2 artanh((x - 1) / (x + 1)), by its series.
    let part = (x - 1.0) / (x + 1.0);
    let square = part * part;
    let series = 1.0 + square * (1.0 / 3.0 + square * (1.0 / 5.0 + square * (1.0 / 7.0 + square / 9.0)));
    (whole * std::f64::consts::LN_2 + 2.0 * part * series) as f32
}

fn judge(weights: &[[f32; OUTPUTS]], lesson: &Lesson, rare: impl Fn(&Feature) -> f32) -> [f32; OUTPUTS] {
    let mut sums = [0.0; OUTPUTS];
    for feature in &lesson.features {
        if let Some(row) = weights.get(feature.hash as usize) {
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum += feature.value * rare(feature) * weight;
            }
        }
    }
    sums
}

/// 1 where an output should speak, -1 where not. A message may be two things.
fn truth(lesson: &Lesson) -> [f32; OUTPUTS] {
    let mut truth = [-1.0; OUTPUTS];
    for (slot, category) in truth.iter_mut().zip(Category::ALL) {
        if lesson.category == *category || lesson.secondary == Some(*category) {
            *slot = 1.0;
        }
    }
    for (slot, carries) in truth.iter_mut().skip(CATEGORIES).zip(lesson.signals) {
        if carries {
            *slot = 1.0;
        }
    }
    truth
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_exact_enough() {
        for x in [1.0_f32, 1.3, 2.0, 10.0, 4000.0, 1e6] {
            assert!((ln(x) - x.ln()).abs() < 1e-5, "{x}: {}", ln(x));
        }
    }
}
