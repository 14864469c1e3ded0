//! What a server may answer, and what that means by the project's rules: written down by hand, not asked of the classifier.

use failsoft::call::Judgement;
use failsoft::classify::{Fault, Verdict};
use failsoft::policy::Policy;

use crate::model::Meaning;

/// A kind of answer.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "it is a row of a table")]
pub(crate) struct Answer {
    pub(crate) name: &'static str,
    document: &'static str,
    /// Whether it says that the dependency is unwell.
    pub(crate) counts: bool,
    pub(crate) retryable: bool,
    /// Whether it was surely not worked on.
    pub(crate) unsent: bool,
    pub(crate) cancelled: bool,
    /// Whether a worse step would not help.
    pub(crate) fails_now: bool,
    /// For how many nanoseconds the server wants to be left alone.
    pub(crate) hint: Option<u64>,
}

impl Answer {
    /// What it means to a breaker, when it is the answer with this index; `heeded` says whether hints are.
    pub(crate) fn meaning(&self, index: usize, heeded: bool) -> Meaning {
        if self.counts {
            Meaning::Failure(index as u64, self.hint.filter(|_| heeded))
        } else {
            Meaning::Nothing
        }
    }
}

/// What a policy's classifier makes of each answer.
pub(crate) fn judged(policy: &Policy) -> Vec<(Judgement, Verdict)> {
    let fault = |answer: &Answer| Fault::from_json(answer.document).expect("a fault document");
    ANSWERS
        .iter()
        .map(fault)
        .map(|fault| (policy.judge(&fault), policy.classifier.classify(&fault)))
        .collect()
}

const SECOND: u64 = 1_000_000_000;

const SERVER: Answer = Answer {
    name: "503",
    document: r#"{"status": 503}"#,
    counts: true,
    retryable: true,
    unsent: false,
    cancelled: false,
    fails_now: false,
    hint: None,
};

const CALLERS: Answer =
    Answer { name: "404", document: r#"{"status": 404}"#, counts: false, retryable: false, ..SERVER };

pub(crate) const ANSWERS: [Answer; 10] = [
    SERVER,
    Answer {
        name: "429, come back in 7 s",
        document: r#"{"status": 429, "headers": {"retry-after": "7"}}"#,
        unsent: true,
        hint: Some(7 * SECOND),
        ..SERVER
    },
    Answer {
        name: "429, come back in 3 months",
        document: r#"{"status": 429, "type": "TooMuch", "headers": {"retry-after": "7776000"}}"#,
        unsent: true,
        hint: Some(7_776_000 * SECOND),
        ..SERVER
    },
    Answer {
        name: "connection refused",
        document: r#"{"type": "builtins.ConnectionRefusedError", "bases": ["ConnectionError", "OSError"]}"#,
        unsent: true,
        ..SERVER
    },
    Answer { name: "504", document: r#"{"status": 504}"#, ..SERVER },
    CALLERS,
    Answer { name: "401", document: r#"{"status": 401}"#, fails_now: true, ..CALLERS },
    Answer { name: "nobody knows what", document: r#"{"message": "no idea"}"#, retryable: false, ..SERVER },
    Answer {
        name: "the quota is spent",
        document: r#"{"status": 429, "code": "insufficient_quota"}"#,
        retryable: false,
        ..SERVER
    },
    Answer { name: "cancelled", document: r#"{"name": "AbortError"}"#, cancelled: true, ..CALLERS },
];

/// Where in the table is what: what a server in trouble of some kind answers.
pub(crate) const DOWN: usize = 0;
pub(crate) const BUSY: usize = 1;
pub(crate) const GREEDY: usize = 2;
pub(crate) const REFUSED: usize = 3;
pub(crate) const TIMED_OUT: usize = 4;
pub(crate) const MISSING: usize = 5;
pub(crate) const FORBIDDEN: usize = 6;
pub(crate) const UNKNOWN: usize = 7;
pub(crate) const SPENT: usize = 8;
pub(crate) const ABORTED: usize = 9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classifier_agrees_with_the_table() {
        let policy = Policy::parse("{}").expect("a policy");
        for (answer, (_, verdict)) in ANSWERS.iter().zip(judged(&policy)) {
            let hint = answer.hint.map(core::time::Duration::from_nanos);
            assert_eq!(
                (answer.retryable, answer.unsent, hint, answer.cancelled),
                (
                    verdict.retryable,
                    verdict.unsent,
                    verdict.retry_after,
                    verdict.category == failsoft::classify::Category::Cancelled
                ),
                "{}: {verdict:?}",
                answer.name
            );
            assert_eq!(answer.counts, verdict.category.blames_dependency(), "{}", answer.name);
        }
    }

    #[test]
    fn answers_of_two_kinds_are_two_errors() {
        let prints: std::collections::BTreeSet<u64> = ANSWERS
            .iter()
            .map(|answer| Fault::from_json(answer.document).expect("a fault document").fingerprint())
            .collect();
        assert_eq!(ANSWERS.len(), prints.len());
    }
}
