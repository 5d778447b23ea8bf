//! Medians and their spread.

use std::time::Duration;

/// Figures of several rounds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    /// Adds one.
    pub(crate) fn push(&mut self, sample: f64) {
        let at = self.0.partition_point(|other| *other <= sample);
        self.0.insert(at, sample);
    }

    /// Adds a duration, in milliseconds.
    pub(crate) fn push_ms(&mut self, sample: Duration) {
        self.push(sample.as_secs_f64() * 1_000.0);
    }

    /// Adds all of others.
    pub(crate) fn push_all(&mut self, others: &Self) {
        self.0.extend_from_slice(&others.0);
        self.0.sort_by(f64::total_cmp);
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The value at this quantile.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        // The share is between 0 and 1.
        let index = (share * last as f64).round() as usize;
        self.0.get(index.min(last)).copied().unwrap_or(f64::NAN)
    }

    /// The median.
    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<T: IntoIterator<Item = f64>>(samples: T) -> Self {
        let mut all = Self::default();
        samples.into_iter().for_each(|sample| all.push(sample));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one_in_whatever_order_they_came() {
        let samples: Samples = [5.0, 1.0, 9.0, 3.0, 7.0].into_iter().collect();
        assert_eq!((samples.median(), samples.quantile(0.0)), (5.0, 1.0));
        assert_eq!((samples.quantile(0.25), samples.quantile(1.0)), (3.0, 9.0));
        assert!(Samples::default().median().is_nan());
    }
}
