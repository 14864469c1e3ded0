//! A user's own rules.

use alloc::string::ToString;
use core::time::Duration;

use super::{fault, line};
use crate::classify::{Category, Classifier, Kind, Match, Rule, Status, StatusPattern, Then};

fn with(rules: impl IntoIterator<Item = Rule>) -> Classifier {
    Classifier { rules: rules.into_iter().collect(), ..Classifier::default() }
}

#[test]
fn rules_come_first_and_the_first_that_fits_decides() {
    let classifier = with([
        Rule::new(Match::types(["Other"]), Then::Permanent),
        Rule::new(Match::statuses([StatusPattern::Class(5)]), Then::Permanent),
        Rule::new(Match::default(), Then::Transient),
    ]);
    assert_eq!("server, no retry, rules[1]", line(&classifier.classify(&fault(r#"{"status": 503}"#))));
    assert_eq!("not_found, retry, rules[2]", line(&classifier.classify(&fault(r#"{"status": 404}"#))));
}

#[test]
fn an_ignored_or_degraded_error_is_not_retried() {
    let document = fault(r#"{"type": "Partial", "status": 503}"#);
    let ignored = with([Rule::new(Match::types(["Partial"]), Then::Ignore)]).classify(&document);
    assert_eq!((true, false, Status::Permanent), (ignored.ignored, ignored.retryable, ignored.status));
    let degraded = with([Rule::new(Match::types(["Partial"]), Then::Degraded)]).classify(&document);
    assert_eq!((false, false, Status::Degraded), (degraded.ignored, degraded.retryable, degraded.status));
}

#[test]
fn a_rule_may_set_the_wait() {
    let rule = Rule::new(Match::codes(["warming"]), Then::Category(Category::Server));
    let classifier = with([rule.with_retry_after(Duration::from_secs(3))]);
    let verdict = classifier.classify(&fault(r#"{"code": "WARMING", "headers": {"retry-after": "60"}}"#));
    assert_eq!(Some(Duration::from_secs(3)), verdict.retry_after);
}

/// mode: cancellation counted or retried
#[test]
fn no_rule_and_no_setting_retries_cancellation() {
    let cancelled = fault(r#"{"type": "asyncio.CancelledError", "bases": ["BaseException"]}"#);
    for kind in [Kind::Default, Kind::Keyword, Kind::None] {
        let rules = Then::NAMES.iter().filter_map(|name| Then::parse(name));
        for then in rules {
            let classifier =
                Classifier { kind, retry_unknown: true, rules: [Rule::new(Match::default(), then)].into() };
            assert!(!classifier.classify(&cancelled).retryable, "{kind:?} {then:?}");
        }
    }
}

#[test]
fn every_word_is_read_and_written_back() {
    for name in Then::NAMES {
        assert_eq!(Some(name), Then::parse(name).map(Then::name));
    }
    for name in Kind::NAMES {
        assert_eq!(Some(name), Kind::parse(name).map(Kind::name));
    }
    assert_eq!((None, None), (Then::parse("sometimes"), Kind::parse("best")));
}

#[test]
fn a_status_is_a_number_or_a_class() {
    assert_eq!(Some(StatusPattern::Exact(503)), StatusPattern::parse(" 503 "));
    assert_eq!(Some(StatusPattern::Class(5)), StatusPattern::parse("5XX"));
    for wrong in ["", "5x", "xxx", "6xx", "50", "5000", "-503", "五百"] {
        assert_eq!(None, StatusPattern::parse(wrong), "{wrong}");
    }
}

#[test]
fn a_match_is_made_of_one_thing_and_fits_that_only() {
    let document =
        r#"{"type": "A", "name": "B", "code": "C", "status": 503, "message": "it is down", "attrs": {}}"#;
    let decides = |wanted: Match| with([Rule::new(wanted, Then::Permanent)]).classify(&fault(document)).rule;
    for (fits, misses) in [
        (Match::types(["A"]), Match::types(["B"])),
        (Match::names(["B"]), Match::names(["A"])),
        (Match::codes(["C"]), Match::codes(["A"])),
        (Match::messages(["down"]), Match::messages(["up"])),
        (Match::categories([Category::Server]), Match::categories([Category::Auth])),
        (Match::statuses([StatusPattern::Class(5)]), Match::statuses([StatusPattern::Class(4)])),
    ] {
        assert_eq!(("rules[0]", "http.status.503"), (decides(fits).as_str(), decides(misses).as_str()));
    }
}

#[test]
fn a_class_of_statuses_ends_before_the_next() {
    let fits = [399, 400, 499, 500].map(|status| StatusPattern::Class(4).fits(status));
    assert_eq!([false, true, true, false], fits);
    assert_eq!(["4xx", "404"], [StatusPattern::Class(4), StatusPattern::Exact(404)].map(|it| it.to_string()));
}
