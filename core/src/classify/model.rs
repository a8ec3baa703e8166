//! What was learned: one weight a feature for each category and each signal.
//!
//! What comes in: hashed features. What goes out: a probability for each of the seven categories and nine signals, each
//! judged for itself (a message may be two things). Weights are 8-bit, in one table; reading a short message costs a few
//! hundred additions. Deliberately absent: learning (that is `train`) and the verdict (that is `decide`).

use super::features::Feature;
use crate::domain::{Category, Signal};
use crate::error::{Error, Result};

/// Seven categories, then nine signals.
pub const OUTPUTS: usize = 16;
/// Rows of the table.
pub const ROWS: usize = 1 << 17;
/// How a model file begins; the digit counts formats.
const MAGIC: &[u8; 8] = b"PLANTON1";

/// The weights, quantised.
#[derive(Clone, PartialEq)]
pub struct Model {
    rows: Vec<[i8; OUTPUTS]>,
    scale: [f32; OUTPUTS],
    bias: [f32; OUTPUTS],
    slope: [f32; OUTPUTS],
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

    /// The same opinion with an emergency at least this likely.
    #[must_use]
    pub fn raised(mut self, emergency: f32) -> Self {
        if let Some(first) = self.0.first_mut() {
            *first = first.max(emergency);
        }
        self
    }

    /// That it belongs to a category.
    #[must_use]
    pub fn category(&self, category: Category) -> f32 {
        self.0.get(category as usize).copied().unwrap_or(0.0)
    }

    /// That it carries a signal.
    #[must_use]
    pub fn signal(&self, signal: Signal) -> f32 {
        self.0
            .get(Category::ALL.len() + signal as usize)
            .copied()
            .unwrap_or(0.0)
    }
}

impl Model {
    /// Quantises learned weights; `slope` and `bias` turn a margin into odds.
    #[must_use]
    pub fn quantise(weights: &[[f32; OUTPUTS]], slope: [f32; OUTPUTS], bias: [f32; OUTPUTS]) -> Self {
        let mut most = [1e-9_f32; OUTPUTS];
        for row in weights {
            for (most, weight) in most.iter_mut().zip(row) {
                *most = most.max(weight.abs());
            }
        }
        let scale = most.map(|m| m / 127.0);
        let rows = weights
            .iter()
            .map(|row| {
                let mut small = [0_i8; OUTPUTS];
                for ((small, weight), scale) in small.iter_mut().zip(row).zip(&scale) {
                    *small = (weight / scale).round().clamp(-127.0, 127.0) as i8;
                }
                small
            })
            .collect();
        Self {
            rows,
            scale,
            bias,
            slope,
        }
    }

    /// What the features say.
    #[must_use]
    pub fn judge(&self, features: &[Feature]) -> Opinion {
        let mut sums = [0.0_f32; OUTPUTS];
        for feature in features {
            if let Some(row) = self.rows.get(feature.hash as usize & (ROWS - 1)) {
                for (sum, weight) in sums.iter_mut().zip(row) {
                    *sum += feature.value * f32::from(*weight);
                }
            }
        }
        let mut odds = [0.0; OUTPUTS];
        let parts = sums
            .iter()
            .zip(&self.scale)
            .zip(self.slope.iter().zip(&self.bias));
        for (slot, ((sum, scale), (slope, bias))) in odds.iter_mut().zip(parts) {
            *slot = sigmoid(sum * scale * slope + bias);
        }
        Opinion(odds)
    }

    /// As a file: rows without weights are left out.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for part in [&self.scale, &self.bias, &self.slope] {
            bytes.extend(part.iter().flat_map(|v| v.to_le_bytes()));
        }
        let mut skipped: u32 = 0;
        for row in &self.rows {
            if row.iter().all(|w| *w == 0) {
                skipped += 1;
                continue;
            }
            let mut rest = skipped;
            while rest >= 0x80 {
                bytes.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            bytes.push(rest as u8);
            bytes.extend(row.iter().map(|w| w.to_le_bytes()[0]));
            skipped = 0;
        }
        bytes
    }

    /// From a file.
    ///
    /// # Errors
    /// Where it is not a model of this format.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let bad = || Error::invalid("the model file is damaged or of another version");
        let mut rest = bytes.strip_prefix(MAGIC.as_slice()).ok_or_else(bad)?;
        let mut parts = [[0.0_f32; OUTPUTS]; 3];
        for value in parts.iter_mut().flatten() {
            let (four, after) = rest.split_first_chunk::<4>().ok_or_else(bad)?;
            *value = f32::from_le_bytes(*four);
            rest = after;
        }
        let [scale, bias, slope] = parts;
        let mut rows = vec![[0_i8; OUTPUTS]; ROWS];
        let mut next = 0_usize;
        while !rest.is_empty() {
            let mut skipped = 0_usize;
            let mut shift = 0;
            loop {
                let (byte, after) = rest.split_first().ok_or_else(bad)?;
                rest = after;
                skipped |= usize::from(byte & 0x7f) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
                if shift > 28 {
                    return Err(bad());
                }
            }
            let (weights, after) = rest.split_first_chunk::<OUTPUTS>().ok_or_else(bad)?;
            rest = after;
            next += skipped;
            let row = rows.get_mut(next).ok_or_else(bad)?;
            *row = weights.map(|w| i8::from_le_bytes([w]));
            next += 1;
        }
        Ok(Self {
            rows,
            scale,
            bias,
            slope,
        })
    }
}

/// From odds to a probability; only the four operations, so that every machine gets the same bits.
#[must_use]
pub fn sigmoid(x: f32) -> f32 {
    let x = x.clamp(-30.0, 30.0);
    // e^(x/1024) by its series, then squared ten times.
    let small = f64::from(x) / 1024.0;
    let mut e = 1.0 + small * (1.0 + small / 2.0 * (1.0 + small / 3.0));
    for _ in 0..10 {
        e *= e;
    }
    (e / (1.0 + e)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gives_back_the_model() {
        let mut weights = vec![[0.0; OUTPUTS]; ROWS];
        for n in [0, 1, 130, ROWS - 1] {
            weights[n][n % OUTPUTS] = 0.5 + n as f32;
        }
        let model = Model::quantise(&weights, [1.0; OUTPUTS], [0.25; OUTPUTS]);
        assert!(Model::decode(&model.encode()).unwrap() == model);
    }

    #[test]
    fn a_damaged_file_is_refused() {
        let model = Model::quantise(&vec![[1.0; OUTPUTS]; ROWS], [1.0; OUTPUTS], [0.0; OUTPUTS]);
        let bytes = model.encode();
        for cut in [0, 7, 8, 100, 201, bytes.len() - 1] {
            assert!(Model::decode(&bytes[..cut]).is_err(), "{cut} bytes");
        }
        assert!(
            Model::decode(&[bytes.clone(), bytes].concat()).is_err(),
            "more rows than there are"
        );
    }

    #[test]
    fn sigmoid_is_exact_enough() {
        for x in [-20.0_f32, -3.0, -0.5, 0.0, 0.5, 3.0, 20.0] {
            assert!((sigmoid(x) - 1.0 / (1.0 + (-x).exp())).abs() < 1e-5, "{x}");
        }
    }
}
