use std::string::ToString;

use super::*;

#[test]
fn a_number_is_rounded_to_the_nearest_millionth() {
    for (tokens, millionths) in [
        (0.6, 600_000),
        (0.7, 700_000),
        (0.9, 900_000),
        (0.000_000_5, 1),
        (0.000_000_4, 0),
        (0.123_456_7, 123_457),
        (500.0, 500_000_000),
    ] {
        assert_eq!(Amount::from_millionths(millionths), Amount::from_tokens(tokens), "{tokens}");
    }
}

#[test]
fn every_ratio_of_four_decimals_is_exact() {
    for decimals in 0..=10_000_u32 {
        let amount = Amount::from_tokens(f64::from(decimals) / 10_000.0);
        assert_eq!(u64::from(decimals) * 100, amount.millionths());
    }
}

#[test]
fn what_is_no_number_of_tokens_is_none_or_the_most_there_is() {
    for (tokens, millionths) in
        [(f64::NAN, 0), (-1.0, 0), (f64::NEG_INFINITY, 0), (f64::INFINITY, u64::MAX), (1e300, u64::MAX)]
    {
        assert_eq!(millionths, Amount::from_tokens(tokens).millionths(), "{tokens}");
    }
    assert_eq!(u64::from(u32::MAX) * TOKEN, Amount::whole(u32::MAX).millionths());
}

#[test]
fn amounts_are_written_with_as_many_decimals_as_they_have() {
    for (millionths, text) in [
        (0, "0"),
        (1, "0.000001"),
        (100_000, "0.1"),
        (120_000, "0.12"),
        (1_000_000, "1"),
        (5_050_000, "5.05"),
        (u64::MAX, "18446744073709.551615"),
    ] {
        assert_eq!(text, Amount::from_millionths(millionths).to_string());
    }
}

#[test]
fn a_part_of_nothing_goes_into_nothing() {
    assert_eq!(
        (Some(100), None),
        (Amount::whole(500).times(Amount::whole(5)), Amount::ONE.times(Amount::ZERO))
    );
}
