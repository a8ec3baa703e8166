//! From margins to probabilities that can be believed.
//!
//! What comes in: the margins of messages that taught nothing, and their labels. What goes out: a [`Calibration`]: how much
//! the linear judge and the readers count, and what is added, by logistic regression. Deliberately absent: thresholds; where
//! an alarm begins is a decision, not a measurement.

use super::Sample;
use crate::classify::model::{CATEGORIES, Calibration, Margins, SIGNALS, sigmoid, softmax};
use crate::domain::{Category, Signal};

/// Passes of gradient descent over all margins: the sums are small and smooth.
const PASSES: usize = 400;
/// Size of its steps.
const STEP: f32 = 0.5;
/// Pull of every weight towards where it started, so that few cases do not run away.
const PULL: f32 = 1e-3;

pub(super) fn fit(margins: &[Margins], samples: &[Sample]) -> Calibration {
    let mut fitted = Calibration::default();
    if margins.is_empty() {
        return fitted;
    }
    categories(margins, samples, &mut fitted);
    for (at, (weights, signal)) in fitted.signals.iter_mut().zip(Signal::ALL).enumerate() {
        let carries: Vec<bool> = samples.iter().map(|s| s.signals.contains(signal)).collect();
        *weights = one_signal(at, margins, &carries);
    }
    fitted
}

fn categories(margins: &[Margins], samples: &[Sample], fitted: &mut Calibration) {
    let share = 1.0 / margins.len() as f32;
    for _ in 0..PASSES {
        let mut slopes = [0.0_f32; 2];
        let mut bias_slopes = [0.0_f32; CATEGORIES];
        for (margin, sample) in margins.iter().zip(samples) {
            let mut p = [0.0; CATEGORIES];
            for ((p, category), bias) in p.iter_mut().zip(Category::ALL).zip(&fitted.category_bias) {
                *p = fitted.opinion_margin(margin, *category as usize) + bias;
            }
            softmax(&mut p);
            let both = margin.linear.iter().zip(&margin.readers);
            for (((p, category), (linear, reader)), bias) in
                p.iter().zip(Category::ALL).zip(both).zip(&mut bias_slopes)
            {
                let error = p - if sample.category == *category { 1.0 } else { 0.0 };
                slopes[0] += error * linear;
                slopes[1] += error * reader;
                *bias += error;
            }
        }
        for (weight, slope) in fitted.categories.iter_mut().zip(slopes) {
            *weight = (*weight - STEP * (slope * share + PULL * (*weight - 1.0))).max(0.0);
        }
        for (bias, slope) in fitted.category_bias.iter_mut().zip(bias_slopes) {
            *bias -= STEP * (slope * share + PULL * *bias);
        }
    }
}

impl Calibration {
    /// A category's margin from both judges, nothing added.
    fn opinion_margin(&self, margins: &Margins, category: usize) -> f32 {
        let [linear, readers] = self.categories;
        let of = |margins: &[f32]| margins.get(category).copied().unwrap_or(0.0);
        linear * of(&margins.linear) + readers * of(&margins.readers)
    }
}

fn one_signal(signal: usize, margins: &[Margins], carries: &[bool]) -> [f32; 3] {
    debug_assert!(signal < SIGNALS);
    let mut weights = [1.0_f32, 1.0, 0.0];
    let share = 1.0 / margins.len() as f32;
    let of = |margins: &[f32]| margins.get(CATEGORIES + signal).copied().unwrap_or(0.0);
    for _ in 0..PASSES {
        let mut slopes = [0.0_f32; 3];
        for (margin, carries) in margins.iter().zip(carries) {
            let (linear, reader) = (of(&margin.linear), of(&margin.readers));
            let p = sigmoid(weights[0] * linear + weights[1] * reader + weights[2]);
            let error = p - if *carries { 1.0 } else { 0.0 };
            for (slope, value) in slopes.iter_mut().zip([linear, reader, 1.0]) {
                *slope += error * value;
            }
        }
        for ((weight, slope), start) in weights.iter_mut().zip(slopes).zip([1.0, 1.0, 0.0]) {
            *weight -= 4.0 * STEP * (slope * share + PULL * (*weight - start));
        }
        weights[0] = weights[0].max(0.0);
        weights[1] = weights[1].max(0.0);
    }
    weights
}
