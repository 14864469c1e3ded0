//! One text within another.
//!
//! The standard library's search is made for long needles: 9 kB of code, for which a page would wait. Ours are short, and what is
//! searched is bounded.

use alloc::string::String;

/// Where `part` first stands in `text`.
pub(crate) fn find(text: &str, part: &str) -> Option<usize> {
    text.as_bytes().windows(part.len().max(1)).position(|here| here == part.as_bytes())
}

/// Where `part` last stands in `text`.
pub(crate) fn find_last(text: &str, part: &str) -> Option<usize> {
    text.as_bytes().windows(part.len().max(1)).rposition(|here| here == part.as_bytes())
}

/// Whether `part` stands in `text`.
pub(crate) fn has(text: &str, part: &str) -> bool {
    find(text, part).is_some()
}

/// What stands before the first `part`, and what behind it.
pub(crate) fn split<'a>(text: &'a str, part: &str) -> Option<(&'a str, &'a str)> {
    let at = find(text, part)?;
    Some((text.get(..at)?, text.get(at + part.len()..)?))
}

/// `text` with `new` in the place of each `part`.
pub(crate) fn replaced(text: &str, part: &str, new: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, behind)) = split(rest, part) {
        out.push_str(before);
        out.push_str(new);
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{find, find_last, has, replaced, split};

    #[test]
    fn finds_what_the_standard_library_finds() {
        let texts =
            ["", "a", "ab", "aab", "abab", "x-reset-after", "://", "a://b://c", "é://ü", "ratelimit-reset"];
        for text in texts {
            for part in ["a", "ab", "://", "reset", "b", "é"] {
                assert_eq!(find(text, part), text.find(part), "{part} in {text}");
                assert_eq!(find_last(text, part), text.rfind(part), "{part} in {text}");
                assert_eq!(has(text, part), text.contains(part), "{part} in {text}");
                assert_eq!(split(text, part), text.split_once(part), "{part} in {text}");
                assert_eq!(replaced(text, part, "new"), text.replace(part, "new"), "{part} in {text}");
            }
        }
    }
}
