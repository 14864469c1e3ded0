//! Fault documents, and what is made of them.

use failsoft::classify::{Category, Classifier, Fault, Kind, Match, Rule, Status, Then, Verdict};
use serde_json::Value;

use super::problems;

/// Any text is a fault about which there is a verdict, or an error that helps.
pub fn holds(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let fault = match Fault::from_json(&text) {
        Ok(fault) => fault,
        Err(error) => return problems::hold(&text, &error),
    };
    assert_eq!(fault.fingerprint(), fault.clone().fingerprint());
    for kind in [Kind::Default, Kind::Keyword, Kind::None] {
        for retry_unknown in [false, true] {
            let classifier = Classifier { kind, retry_unknown, ..Classifier::default() };
            let verdict = classifier.classify(&fault);
            assert_eq!(verdict, classifier.classify(&fault), "asked again");
            sensible(&verdict);
            let simple = matches!(verdict.category, Category::Cancelled | Category::Unknown);
            assert!(kind != Kind::None || simple, "{verdict:?}");
            ruled(&classifier, &fault, &verdict);
        }
    }
    written(&text, &Classifier::default().classify(&fault));
}

/// What cannot be, whatever the fault.
fn sensible(verdict: &Verdict) {
    let cancelled = verdict.category == Category::Cancelled;
    assert!(!(cancelled && verdict.retryable), "{verdict:?}");
    assert_eq!(verdict.retryable, verdict.status == Status::Transient, "{verdict:?}");
    // The name of a rule is of our making: short, and nothing that somebody else wrote.
    let named =
        !verdict.rule.is_empty() && verdict.rule.len() < 100 && !verdict.rule.contains(problems::SECRET);
    assert!(named && !verdict.rule.chars().any(char::is_control), "{verdict:?}");
    assert!(!verdict.ignored, "{verdict:?}");
}

/// A rule that fits everything decides, but for cancellation.
fn ruled(classifier: &Classifier, fault: &Fault, built_in: &Verdict) {
    for then in [Then::Transient, Then::Permanent, Then::Ignore, Then::Degraded] {
        let rules = vec![Rule::new(Match::default(), then)];
        let verdict = Classifier { rules, ..classifier.clone() }.classify(fault);
        let kept = built_in.category == Category::Cancelled || built_in.rule == "python.BaseException";
        if then == Then::Transient && kept {
            assert_eq!(*built_in, verdict, "no rule turns cancellation into another try");
        } else {
            let expected = ("rules[0]", then == Then::Transient, then == Then::Ignore);
            assert_eq!(expected, (verdict.rule.as_str(), verdict.retryable, verdict.ignored));
            assert_eq!((built_in.retry_after, built_in.category), (verdict.retry_after, verdict.category));
        }
    }
}

/// The verdict as a host gets it says the same.
fn written(text: &str, verdict: &Verdict) {
    let written = failsoft::facade::classify(text, "{}").expect("it was read before");
    let read: Value = serde_json::from_str(&written).expect("JSON");
    assert_eq!(serde_json::to_value(verdict).expect("a verdict can be written"), read);
    let facts = (read["category"].as_str(), read["retryable"].as_bool(), read["retry_after"].as_f64());
    let wait = verdict.retry_after.map(|wait| wait.as_secs_f64());
    assert_eq!((Some(verdict.category.name()), Some(verdict.retryable), wait), facts);
}
