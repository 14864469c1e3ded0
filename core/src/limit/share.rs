//! A share of something, in whole millionths.

/// A number above 0 and below 1, in whole millionths: decisions are made of integers, which are the same on every
/// target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u32);

impl Share {
    /// So many millionths; what is not above 0 and below 1 is the nearest that is.
    pub const fn from_millionths(millionths: u32) -> Self {
        Self(if millionths == 0 {
            1
        } else if millionths >= WHOLE {
            WHOLE - 1
        } else {
            millionths
        })
    }

    /// The share nearest to `number`.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "float to integer casts saturate and turn NaN into 0, and the nearest share is wanted"
    )]
    pub fn from_f64(number: f64) -> Self {
        Self::from_millionths((number * f64::from(WHOLE) + 0.5) as u32)
    }

    /// The number, for texts.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / f64::from(WHOLE)
    }

    /// This share of `whole`, rounded down; always less than it unless it is 0.
    pub(super) fn of(self, whole: u64) -> u64 {
        u64::try_from(u128::from(whole) * u128::from(self.0) / u128::from(WHOLE)).unwrap_or(whole)
    }

    /// This share of `whole`, rounded up.
    pub(super) fn of_at_least(self, whole: u64) -> u64 {
        u64::try_from((u128::from(whole) * u128::from(self.0)).div_ceil(u128::from(WHOLE))).unwrap_or(whole)
    }
}

const WHOLE: u32 = 1_000_000;

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};

    use super::*;

    #[test]
    fn a_number_becomes_the_nearest_share() {
        for (number, millionths) in [
            (0.9, 900_000),
            (0.95, 950_000),
            (0.251, 251_000),
            (0.000_000_6, 1),
            (0.000_001_6, 2),
            (0.000_000_4, 1),
            (0.0, 1),
            (-3.0, 1),
            (f64::NAN, 1),
            (1.0, 999_999),
            (f64::INFINITY, 999_999),
        ] {
            assert_eq!(Share(millionths), Share::from_f64(number), "{number}");
        }
    }

    #[test]
    fn it_is_shown_as_the_number_that_it_is() {
        let shown = [0.25, 0.9, 0.0].map(|number| Share::from_f64(number).as_f64().to_string());
        assert_eq!(["0.25", "0.9", "0.000001"].map(String::from), shown);
    }

    #[test]
    fn it_divides_the_largest_and_the_smallest_whole() {
        let share = Share::from_f64(0.9);
        let parts = [0, 1, 10, 11, u64::MAX].map(|whole| (share.of(whole), share.of_at_least(whole)));
        let most = 16_602_069_666_338_596_453;
        assert_eq!([(0, 0), (0, 1), (9, 9), (9, 10), (most, most + 1)], parts);
    }
}
