//! A model as bytes.
//!
//! What comes in: a [`Model`], or bytes that claim to be one. What goes out: the other. Numbers are little-endian, parts
//! follow each other in a fixed order with their lengths. Deliberately absent: compression; loading must be quick.

use super::linear::{Linear, ROWS};
use super::reader::{DEPTH, FILTERS, HEADS, MARKS, PIECES, POOLED, Reader, Table, WINDOW};
use super::{Calibration, Model};
use crate::error::{Error, Result};

/// How a model file begins; the digit counts formats.
const MAGIC: &[u8; 8] = b"PLANTON2";

pub(super) fn encode(model: &Model) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    put_count(&mut bytes, model.vocabulary.len());
    bytes.extend(model.vocabulary.iter().flat_map(|key| key.to_le_bytes()));
    put_numbers(&mut bytes, &model.linear.scale);
    put_steps(&mut bytes, &model.linear.rows);
    put_numbers(&mut bytes, &model.calibration.categories);
    put_numbers(&mut bytes, &model.calibration.category_bias);
    put_numbers(&mut bytes, model.calibration.signals.as_flattened());
    put_count(&mut bytes, model.readers.len());
    for reader in &model.readers {
        for table in [&reader.words, &reader.pieces, &reader.marks] {
            put_numbers(&mut bytes, &table.scales);
            put_steps(&mut bytes, &table.steps);
        }
        for part in [
            &reader.filters,
            &reader.filter_bias,
            &reader.heads,
            &reader.head_bias,
        ] {
            put_numbers(&mut bytes, part);
        }
    }
    bytes
}

fn put_count(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn put_numbers(bytes: &mut Vec<u8>, numbers: &[f32]) {
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

fn put_steps(bytes: &mut Vec<u8>, steps: &[i8]) {
    bytes.extend(steps.iter().map(|step| step.to_le_bytes()[0]));
}

/// Bytes still to be read.
struct Rest<'b>(&'b [u8]);

impl Rest<'_> {
    fn take(&mut self, bytes: usize) -> Result<&[u8]> {
        let (taken, rest) = self.0.split_at_checked(bytes).ok_or_else(damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    fn count(&mut self, most: usize) -> Result<usize> {
        let bytes = self.take(4)?;
        let count = bytes
            .first_chunk::<4>()
            .map_or(0, |four| u32::from_le_bytes(*four)) as usize;
        if count <= most { Ok(count) } else { Err(damaged()) }
    }

    fn words(&mut self, count: usize) -> Result<Vec<u32>> {
        let bytes = self.take(4 * count)?;
        Ok(bytes
            .as_chunks::<4>()
            .0
            .iter()
            .map(|four| u32::from_le_bytes(*four))
            .collect())
    }

    fn numbers(&mut self, count: usize) -> Result<Vec<f32>> {
        let bytes = self.take(4 * count)?;
        let numbers: Vec<f32> = bytes
            .as_chunks::<4>()
            .0
            .iter()
            .map(|four| f32::from_le_bytes(*four))
            .collect();
        if numbers.iter().all(|number| number.is_finite()) {
            Ok(numbers)
        } else {
            Err(damaged())
        }
    }

    fn fixed<const N: usize>(&mut self) -> Result<[f32; N]> {
        self.numbers(N)?.try_into().map_err(|_| damaged())
    }

    fn steps(&mut self, count: usize) -> Result<Vec<i8>> {
        Ok(self
            .take(count)?
            .iter()
            .map(|byte| i8::from_le_bytes([*byte]))
            .collect())
    }

    fn table(&mut self, rows: usize) -> Result<Table> {
        Ok(Table {
            scales: self.numbers(rows)?,
            steps: self.steps(rows * DEPTH)?,
        })
    }
}

fn damaged() -> Error {
    Error::invalid("the model file is damaged or of another version")
}

pub(super) fn decode(bytes: &[u8]) -> Result<Model> {
    let mut rest = Rest(bytes.strip_prefix(MAGIC.as_slice()).ok_or_else(damaged)?);
    let words = rest.count(1 << 20)?;
    let vocabulary = rest.words(words)?;
    let linear = Linear {
        scale: rest.fixed()?,
        rows: rest.steps(ROWS * super::OUTPUTS)?,
    };
    let mut calibration = Calibration {
        categories: rest.fixed()?,
        category_bias: rest.fixed()?,
        ..Calibration::default()
    };
    for signal in &mut calibration.signals {
        *signal = rest.fixed()?;
    }
    let mut readers = Vec::new();
    for _ in 0..rest.count(16)? {
        readers.push(Reader {
            words: rest.table(words)?,
            pieces: rest.table(PIECES)?,
            marks: rest.table(MARKS)?,
            filters: rest.numbers(WINDOW * DEPTH * FILTERS)?,
            filter_bias: rest.numbers(FILTERS)?,
            heads: rest.numbers(POOLED * HEADS)?,
            head_bias: rest.numbers(HEADS)?,
        });
    }
    if rest.0.is_empty() {
        Ok(Model::assemble(vocabulary, linear, readers, calibration))
    } else {
        Err(damaged())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: usize) -> Table {
        let numbers: Vec<f32> = (0..rows * DEPTH).map(|n| (n % 17) as f32 - 8.0).collect();
        Table::quantise(&numbers)
    }

    fn model() -> Model {
        let mut weights = vec![[0.0; super::super::OUTPUTS]; ROWS];
        for n in [0, 1, 130, ROWS - 1] {
            weights[n][n % super::super::OUTPUTS] = 0.5 + n as f32;
        }
        let reader = Reader {
            words: table(3),
            pieces: table(PIECES),
            marks: table(MARKS),
            filters: vec![0.5; WINDOW * DEPTH * FILTERS],
            filter_bias: vec![0.25; FILTERS],
            heads: vec![-0.5; POOLED * HEADS],
            head_bias: vec![1.0; HEADS],
        };
        Model::assemble(
            vec![7, 8, 9],
            Linear::quantise(&weights),
            vec![reader],
            Calibration::default(),
        )
    }

    #[test]
    fn a_file_gives_back_the_model() {
        let model = model();
        let bytes = model.encode();
        let again = Model::decode(&bytes).unwrap();
        assert!(again.vocabulary == model.vocabulary && again.linear == model.linear);
        assert!(again.readers == model.readers && again.calibration == model.calibration);
        assert!(again.encode() == bytes);
    }

    #[test]
    fn a_damaged_file_is_refused() {
        let bytes = model().encode();
        for cut in [0, 7, 8, 11, 100, bytes.len() - 1] {
            assert!(Model::decode(&bytes[..cut]).is_err(), "{cut} bytes");
        }
        assert!(
            Model::decode(&[bytes.as_slice(), &[0]].concat()).is_err(),
            "a byte too many"
        );
        let mut infinite = bytes;
        let at = 8 + 4 + 12;
        infinite[at..at + 4].copy_from_slice(&f32::NAN.to_le_bytes());
        assert!(Model::decode(&infinite).is_err(), "not a number");
    }
}
