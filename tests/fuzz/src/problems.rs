//! What an error about a document may say.

use failsoft::error::{ConfigError, ProblemCode};

/// A key as providers make them: documents of the corpus carry it, and no error may show it or a part of it.
pub const SECRET: &str = "sk-live0f9e8d7c6b5a49382716fuzz";

/// An error names where it is and what is allowed, on one line, and keeps secrets.
pub fn hold(document: &str, error: &ConfigError) {
    assert!(!error.problems.is_empty(), "an error without a problem");
    for problem in &error.problems {
        let whole = matches!(problem.code, ProblemCode::Syntax | ProblemCode::WrongType);
        assert!(whole || !problem.path.is_empty(), "{problem:?} is nowhere");
        assert!(!problem.message.is_empty(), "{problem:?} says nothing");
        for said in [&problem.path, &problem.message] {
            assert!(!said.chars().any(char::is_control), "{problem:?} is more than a line");
            assert!(
                !said.contains(&SECRET[..SHOWN]) || !recognisable(document),
                "{problem:?} tells a secret"
            );
        }
    }
}

/// Whether every place of the secret is one where a key can be told from a word: not with a letter before it, nor
/// with an escape, which may stand for one.
fn recognisable(document: &str) -> bool {
    let before = |at: usize| document[..at].chars().next_back();
    let cut = document.matches(&SECRET[..SHOWN]).count() != document.matches(SECRET).count();
    !cut && document
        .match_indices(SECRET)
        .all(|(at, _)| before(at).is_none_or(|letter| matches!(letter, '"' | ' ' | '=' | ':')))
}

/// So much of a key is too much of it.
const SHOWN: usize = 9;
