//! Text to numbers and back, by the one reader and the one writer of numbers that a program with documents has anyhow.
//!
//! Rust's own `parse::<f64>` and `Display` would be second ones. They bring tables that do not compress and some 10 kB of code,
//! which a page that loads this library as WebAssembly would have to wait for.

use alloc::format;
use alloc::string::String;

use serde_json::Value;

/// What `{number}` writes, but for the last of seventeen digits where two are as near: no exponent, and no point where it is whole.
pub(crate) fn plain(number: f64) -> String {
    let (digits, power) = written(number);
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |digits| ("-", digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let places = usize::try_from(power.unsigned_abs()).unwrap_or_default();
    match power {
        0 => format!("{sign}{digits}"),
        // There are no more digits behind the point than places: an exponent begins with 10¹⁶.
        1.. => format!("{sign}{whole}{part:0<places$}"),
        _ => format!("{sign}0.{whole:0>places$}{part}"),
    }
}

/// What `{number:e}` writes of a number that has so many digits, 10¹⁶ or more, that nobody reads them.
pub(crate) fn scientific(number: f64) -> String {
    let (digits, power) = written(number);
    format!("{digits}e{power}")
}

/// The shortest digits that are this number and no other, and the power of ten that they are to be multiplied by.
fn written(number: f64) -> (String, i32) {
    let text = serde_json::to_string(&number).unwrap_or_default();
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = digits.strip_suffix(".0").unwrap_or(digits);
    (digits.into(), power.strip_prefix('+').unwrap_or(power).parse().unwrap_or_default())
}

/// What `text.parse::<f64>()` answers, to the last bit.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let (sign, size) = match text.as_bytes().first() {
        Some(b'-') => (-1.0, text.get(1..)?),
        Some(b'+') => (1.0, text.get(1..)?),
        _ => (1.0, text),
    };
    let is = |word: &str| size.eq_ignore_ascii_case(word);
    if is("inf") || is("infinity") {
        return Some(sign * f64::INFINITY);
    }
    if is("nan") { Some(f64::NAN) } else { decimal(size).map(|size| sign * size) }
}

/// Digits, a point among, before or behind them, and an exponent.
fn decimal(text: &str) -> Option<f64> {
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let enough = number.bytes().any(|byte| byte.is_ascii_digit()) && !power.is_empty();
    let well_formed = enough && digits(whole) && digits(part) && digits(power);
    if !well_formed {
        return None;
    }
    // JSON has neither leading zeros nor a point without digits on both sides.
    let json = format!("{:0>1}.{part:0<1}e{exponent}", whole.trim_start_matches('0'));
    // Well formed as it is, it can only be too large.
    // As a value, which is read anyhow; a reader of doubles only would be one more.
    let number: Value = serde_json::from_str(&json).unwrap_or_default();
    Some(number.as_f64().unwrap_or(f64::INFINITY))
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};
    use std::format;

    use super::{parse, plain, scientific};
    use crate::rng::Rng;

    fn bits(number: Option<f64>) -> Option<u64> {
        // No NaN is like another, and nobody asks which.
        number.map(|number| if number.is_nan() { u64::MAX } else { number.to_bits() })
    }

    fn assert_same(text: &str) {
        assert_eq!(bits(text.parse().ok()), bits(parse(text)), "{text:?}");
    }

    #[test]
    fn reads_what_rust_reads_and_nothing_else() {
        let written = [
            "0", "-0", "+0", "00", "007", "1", "-1", "+1", "1.", ".5", "-.5", "1.5", "1.50", "01.5", "1e3",
            "1E3", "1e+3", "1e-3", "1.e3", ".5e3", "0e0", "1e400", "-1e400", "1e-400", "0e999999999999",
            "1e999999999999", "1e-999999999999", "inf", "-INF", "+Infinity", "nan", "-NaN", "", ".", "-",
            "+", "e", "e3", ".e3", "1e", "1e+", "1e3.0", "1..2", "1.2.3", "--1", "+-1", " 1", "1 ", "1_000",
            "1,5", "0x10", "infinit", "1f", "١", "9007199254740993", "18446744073709551616",
            "2.2250738585072011e-308", "4.9e-324", "2.4e-324", "1.7976931348623157e308",
            "1.7976931348623159e308", "8777077777717777.0",
        ];
        for text in written {
            assert_same(text);
        }
    }

    #[test]
    fn reads_any_digits_as_rust_does() {
        let mut rng = Rng::from_seed(1);
        for _ in 0..20_000 {
            let mut draw = |below: u64| rng.between(0, below - 1);
            let mut text = String::new();
            for _ in 0..draw(22) {
                text += &draw(10).to_string();
            }
            if draw(2) == 0 {
                text.push('.');
                for _ in 0..draw(30) {
                    text += &draw(10).to_string();
                }
            }
            if draw(2) == 0 {
                text += if draw(2) == 0 { "e-" } else { "e" };
                text += &draw(340).to_string();
            }
            assert_same(&text);
        }
    }

    #[test]
    fn reads_back_every_number_that_rust_writes() {
        let mut rng = Rng::from_seed(2);
        for _ in 0..20_000 {
            let number = f64::from_bits(rng.draw());
            assert_same(&format!("{number}"));
            assert_same(&format!("{number:e}"));
        }
    }

    #[test]
    fn writes_what_people_write_as_rust_does() {
        let short = (0..20_000).map(|number| f64::from(number) / 1000.0);
        let edges = [0.0, -0.0, 1e15, 1e16, 1.5e16, 1e-4, 1e-5, 1e-6, 1.5e-7, 1e21, 123e20, f64::MAX, 5e-324];
        for number in short.chain(edges) {
            assert_eq!(plain(number), format!("{number}"));
            if number >= 1e16 {
                assert_eq!(scientific(number), format!("{number:e}"));
            }
        }
    }

    #[test]
    fn writes_any_number_as_short_as_rust_does_and_so_that_it_is_the_same_when_it_is_read() {
        let mut rng = Rng::from_seed(3);
        let drawn = (0..20_000).map(|_| f64::from_bits(rng.draw())).filter(|number| number.is_finite());
        for number in drawn {
            // Of two numbers that are as short and as near, Rust writes the greater and JSON the even one.
            let (plain, rust) = (plain(number), format!("{number}"));
            assert_eq!((bits(plain.parse().ok()), plain.len()), (bits(Some(number)), rust.len()), "{rust}");
            if number.abs() >= 1e16 {
                assert_eq!(bits(scientific(number).parse().ok()), bits(Some(number)), "{rust}");
            }
        }
    }
}
