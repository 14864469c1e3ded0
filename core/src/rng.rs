//! The only entropy: a seeded generator with a fixed algorithm.

use rand::SeedableRng;
use rand::rand_core::Rng as _;
use rand::rngs::Xoshiro256PlusPlus;

/// A stream of draws that is the same for the same seed on every target and in every host.
///
/// xoshiro256++ by name: `rand`'s `SmallRng` and `StdRng` change between targets or versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rng(Xoshiro256PlusPlus);

impl Rng {
    /// The stream that belongs to `seed`.
    #[inline]
    pub fn from_seed(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// The next number of the stream.
    #[inline]
    pub fn draw(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A draw from `low..=high`; `low` when the range is empty.
    ///
    /// One multiplication of the next number with the span, the upper half kept: no rejection loop, so
    /// that each draw moves the stream by exactly one. The bias is below span/2⁶⁴.
    #[inline]
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        let span = u128::from(high.saturating_sub(low)) + 1;
        let scaled = (u128::from(self.draw()) * span) >> 64;
        low.saturating_add(u64::try_from(scaled).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_pinned() {
        let mut rng = Rng::from_seed(7);
        let draws = [rng.draw(), rng.draw(), rng.draw()];
        assert_eq!([1_021_219_803_524_665_661, 3_174_977_118_032_272_916, 13_236_943_193_235_544_178], draws);
    }

    #[test]
    fn draws_stay_in_their_range_up_to_its_ends() {
        let mut rng = Rng::from_seed(1);
        let draws: std::vec::Vec<u64> = (0..200).map(|_| rng.between(3, 5)).collect();
        assert_eq!((Some(&3), Some(&5)), (draws.iter().min(), draws.iter().max()));
    }

    #[test]
    fn an_empty_range_is_its_lower_end() {
        assert_eq!(9, Rng::from_seed(1).between(9, 2));
        assert_eq!(u64::MAX, Rng::from_seed(1).between(u64::MAX, u64::MAX));
    }
}
