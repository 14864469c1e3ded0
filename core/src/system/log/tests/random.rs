//! Whatever was recorded must be decided again; see [`soup`](super::soup) for what is recorded.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use serde_json::json;

use super::super::{Decision, EventLog, LogConfig, Record, diff, input, replay_with};
use super::soup::{Soup, any_policy};
use super::{bounds, policy};
use crate::call::Next;
use crate::rng::Rng;

fn play_again(soup: &Soup, seed: u64) -> super::super::Replayed {
    let text = soup.recorder.log().to_text();
    assert!(
        !text.contains("hunter2") && !text.contains("sk-1234567890abcdef"),
        "a secret in the log of seed {seed}"
    );
    let read = EventLog::read(&text).expect("a log");
    assert_eq!(text, read.to_text(), "written as it was read");
    let policy_of = |part: &str| {
        let number: usize = part.trim_start_matches("part-").parse().expect("a part");
        Arc::clone(&soup.policies[number])
    };
    match replay_with(policy_of, &read) {
        Ok(replayed) => replayed,
        Err(divergence) => panic!("seed {seed}: {divergence}"),
    }
}

#[test]
fn whatever_was_recorded_is_decided_again_and_that_is_everything_there_is_to_decide() {
    let (mut said, mut seen) = (String::new(), BTreeSet::new());
    for seed in 0..60 {
        let mut soup = Soup::new(seed, LogConfig::default());
        for _ in 0..300 {
            soup.step();
        }
        let replayed = play_again(&soup, seed);
        assert_eq!((0, 0), (replayed.skipped, replayed.dropped), "seed {seed}");
        said.push_str(&soup.recorder.log().to_text());
        seen.append(&mut soup.said);
    }
    let words = [
        "attempt", "wait", "queue", "race", "stop", "rejected", "woken", "level", "half_open", "over",
        "nothing", "trigger", "try", "restored", "reconfigured",
    ];
    for word in words {
        assert!(said.contains(&format!("\"{word}\"")), "nobody was ever told {word}");
    }
    let mut missing = Vec::from(EVERYTHING);
    missing.retain(|word| !seen.contains(*word));
    assert_eq!(Vec::<&str>::new(), missing);
}

#[test]
fn what_is_left_of_a_log_that_overflowed_is_decided_again() {
    let (mut played, mut skipped, mut dropped) = (0, 0, 0);
    for seed in 0..40 {
        let config = if seed % 2 == 0 { bounds(120, u32::MAX) } else { bounds(u32::MAX, 20_000) };
        let mut soup = Soup::new(1_000 + seed, config);
        for _ in 0..400 {
            soup.step();
        }
        let replayed = play_again(&soup, 1_000 + seed);
        assert!(soup.recorder.log().len() <= 120 || seed % 2 == 1, "seed {seed}");
        assert!(soup.recorder.log().bytes() <= 20_000 || seed % 2 == 0, "seed {seed}");
        played += replayed.played;
        skipped += replayed.skipped;
        dropped += replayed.dropped;
    }
    assert!(
        dropped > 10_000 && played > 2_000 && skipped > 100,
        "{played} played, {skipped} skipped, {dropped} dropped"
    );
}

#[test]
fn a_clock_at_either_end_of_time_is_replayed_too() {
    for now in [0, u64::MAX - 1_000_000_000, u64::MAX] {
        for seed in 0..10 {
            let mut soup = Soup::new(seed, bounds(100, 50_000));
            soup.now = now;
            for _ in 0..200 {
                soup.step();
            }
            play_again(&soup, seed);
        }
    }
}

#[test]
fn events_in_any_order_under_any_policy_break_nothing() {
    let mut differ = 0;
    for seed in 0..30 {
        let mut soup = Soup::new(2_000 + seed, bounds(300, u32::MAX));
        for _ in 0..300 {
            soup.step();
        }
        let mut rng = Rng::from_seed(seed);
        let mut records: Vec<Record> = soup.recorder.log().records().collect();
        let times: Vec<u64> = records.iter().map(|record| record.at).collect();
        for last in (0..records.len()).rev() {
            let back = usize::try_from(rng.between(0, 5)).expect("a few");
            records.swap(last, last.saturating_sub(back));
        }
        let mut text = String::from(r#"{"v":1,"log":"failsoft","origin":7,"dropped":0}"#);
        for (seq, (record, at)) in records.iter().zip(times).enumerate() {
            let (input, decision) = (input::to_value(&record.input), &record.decision);
            let part = &record.part;
            let line =
                json!({ "v": 1, "seq": seq, "at": at, "part": part, "input": input, "decision": decision });
            text.push('\n');
            text.push_str(&line.to_string());
        }
        let log = EventLog::read(&text).expect("a log");
        let [one, other] = [(); 2].map(|()| policy(&any_policy(&mut rng, true)));
        let same = diff(&one, &one, &log);
        assert_eq!(
            (0, records.len() as u64),
            (same.decisions.len(), same.replayed.played + same.replayed.skipped)
        );
        differ += diff(&one, &other, &log).decisions.len();
    }
    assert!(differ > 1_000, "{differ} decisions differ");
}

#[test]
fn waits_of_a_second_are_whole_nanoseconds_in_a_log() {
    let decision = Decision::Step {
        step: crate::call::Step { next: Next::Wait(Duration::from_secs(1)), transition: None },
        woken: Vec::new(),
    };
    assert_eq!(json!({ "next": { "wait": 1_000_000_000 } }), decision.to_value());
}

/// Every reason of a transition, every reason of a stop, every refusal and every end of a run.
const EVERYTHING: [&str; 38] = [
    "moved consecutive_failures",
    "moved identical_failures",
    "moved count_window",
    "moved time_window",
    "moved failure_rate",
    "moved slow_call_rate",
    "moved recovery_timeout",
    "moved probe_failed",
    "moved probe_slow",
    "moved probes_succeeded",
    "moved manual",
    "stopped success",
    "stopped permanent",
    "stopped exhausted",
    "stopped deadline",
    "stopped budget",
    "stopped circuit_open",
    "stopped throttled",
    "stopped rate_limited",
    "stopped bulkhead_full",
    "stopped concurrency_limited",
    "stopped retry_after_over_cap",
    "stopped not_idempotent",
    "stopped cancelled",
    "refused circuit_breaker open",
    "refused circuit_breaker half_open",
    "refused circuit_breaker forced_open",
    "refused throttle",
    "refused rate_limit",
    "refused bulkhead",
    "refused adaptive",
    "run served",
    "run exhausted",
    "run all_benched",
    "run failed_now",
    "run abandoned",
    "hedge won",
    "refused input",
];
