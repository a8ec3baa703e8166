//! Counting hits: shares with their intervals, recall and precision, and how far confidence can be believed.
//!
//! What comes in: yes or no, case by case. What goes out: numbers. Deliberately absent: messages.

/// Hits among cases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Share {
    /// How many.
    pub hits: usize,
    /// Of how many.
    pub of: usize,
}

impl Share {
    /// One more case.
    pub fn count(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.of += 1;
    }

    /// From 0 to 1; 0 of nothing is 0.
    #[must_use]
    pub fn rate(&self) -> f64 {
        if self.of == 0 {
            0.0
        } else {
            self.hits as f64 / self.of as f64
        }
    }

    /// Wilson's interval at 95 %.
    #[must_use]
    pub fn wilson(&self) -> (f64, f64) {
        if self.of == 0 {
            return (0.0, 1.0);
        }
        let (n, p, z) = (self.of as f64, self.rate(), 1.96);
        let middle = p + z * z / (2.0 * n);
        let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z * z / n;
        (
            ((middle - half) / scale).max(0.0),
            ((middle + half) / scale).min(1.0),
        )
    }
}

/// How well one category or signal is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Score {
    /// Found among those that are it.
    pub recall: Share,
    /// Right among those called it.
    pub precision: Share,
}

impl Score {
    /// One more case: what it is and what it was called.
    pub fn count(&mut self, is: bool, said: bool) {
        if is {
            self.recall.count(said);
        }
        if said {
            self.precision.count(is);
        }
    }

    /// The harmonic mean of both.
    #[must_use]
    pub fn f1(&self) -> f64 {
        let (r, p) = (self.recall.rate(), self.precision.rate());
        if r + p == 0.0 { 0.0 } else { 2.0 * r * p / (r + p) }
    }
}

/// One step of confidence: how sure the verdicts in it were on average, and how many of them were right.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Step {
    /// Mean confidence, from 0 to 1.
    pub sure: f64,
    /// Verdicts that were right.
    pub right: Share,
}

/// Ten steps of confidence.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
#[serde(transparent)]
pub struct Steps([Step; 10]);

impl Steps {
    /// One more verdict. `sure` holds sums until [`Steps::finish`].
    pub(super) fn count(&mut self, confidence: f32, right: bool) {
        let at = ((confidence * 10.0) as usize).min(9);
        if let Some(step) = self.0.get_mut(at) {
            step.sure += f64::from(confidence);
            step.right.count(right);
        }
    }

    /// Sums become means.
    pub(super) fn finish(&mut self) {
        for step in &mut self.0 {
            step.sure /= step.right.of.max(1) as f64;
        }
    }

    /// The steps that hold verdicts, from doubtful to sure.
    pub fn iter(&self) -> impl Iterator<Item = &Step> {
        self.0.iter().filter(|step| step.right.of > 0)
    }

    /// The expected calibration error: how far confidence is from the truth, on average over the verdicts.
    #[must_use]
    pub fn error(&self) -> f64 {
        let all: usize = self.0.iter().map(|step| step.right.of).sum();
        let off: f64 = self
            .iter()
            .map(|step| (step.sure - step.right.rate()).abs() * step.right.of as f64)
            .sum();
        off / all.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_is_wilson() {
        let (low, high) = Share { hits: 99, of: 100 }.wilson();
        assert!(
            (low - 0.9455).abs() < 1e-3 && (high - 0.9982).abs() < 1e-3,
            "{low} {high}"
        );
    }

    #[test]
    fn confidence_that_holds_has_no_error() {
        let mut steps = Steps::default();
        for n in 0..4 {
            steps.count(0.75, n > 0);
        }
        steps.finish();
        assert!(steps.error() < 1e-6, "{}", steps.error());
        let mut boastful = Steps::default();
        boastful.count(1.0, false);
        boastful.finish();
        assert!((boastful.error() - 1.0).abs() < 1e-6);
    }
}
