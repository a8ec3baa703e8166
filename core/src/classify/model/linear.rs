//! The linear judge: one weight a feature for each category and each signal.
//!
//! What comes in: hashed features. What goes out: sums of 8-bit weights from one table; a word of a message costs a row.
//! Deliberately absent: learning, scaling by the length of a text, and probabilities.

use super::OUTPUTS;
use crate::classify::features::Feature;

/// Rows of the table: a power of two.
pub(crate) const ROWS: usize = 1 << 17;

/// Rows fetched before they are added.
const FETCHED: usize = 32;

/// The weights, quantised.
#[derive(Clone, PartialEq)]
pub(crate) struct Linear {
    pub(super) rows: Vec<i8>,
    pub(super) scale: [f32; OUTPUTS],
}

impl Linear {
    /// Quantises learned weights, `OUTPUTS` a row.
    #[must_use]
    pub(crate) fn quantise(weights: &[[f32; OUTPUTS]]) -> Self {
        let mut most = [1e-9_f32; OUTPUTS];
        for row in weights {
            for (most, weight) in most.iter_mut().zip(row) {
                *most = most.max(weight.abs());
            }
        }
        let scale = most.map(|m| m / 127.0);
        let rows = weights
            .iter()
            .flat_map(|row| row.iter().zip(&scale))
            .map(|(weight, scale)| (weight / scale).round().clamp(-127.0, 127.0) as i8)
            .collect();
        Self { rows, scale }
    }

    /// What a step of each output's weights is worth.
    #[must_use]
    pub(crate) fn scale(&self) -> &[f32; OUTPUTS] {
        &self.scale
    }

    /// Some sums with the weights of features added, in steps.
    #[must_use]
    pub(crate) fn added(&self, mut sums: [f32; OUTPUTS], features: &[Feature]) -> [f32; OUTPUTS] {
        let rows = self.rows.as_chunks::<OUTPUTS>().0;
        let mut fetched = [[0; OUTPUTS]; FETCHED];
        for features in features.chunks(FETCHED) {
            // Memory answers many questions at once, if they are asked before anything is done with the answers.
            for (slot, feature) in fetched.iter_mut().zip(features) {
                if let Some(row) = rows.get(feature.hash as usize & (ROWS - 1)) {
                    *slot = *row;
                }
            }
            for (row, feature) in fetched.iter().zip(features) {
                for (sum, weight) in sums.iter_mut().zip(row) {
                    *sum += feature.value * f32::from(*weight);
                }
            }
        }
        sums
    }
}
