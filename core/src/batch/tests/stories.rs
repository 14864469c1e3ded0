//! One behaviour each.

use super::*;

#[test]
fn failures_do_not_stop_a_batch_unless_it_is_told_so() {
    let mut batch = Batch::new(config(1, 0), 100);
    while let Next::Start(index) = batch.next() {
        batch.fail(index, Category::Server);
    }
    let report = batch.report();
    assert_eq!(
        (100, 0, false, 0.0),
        (report.failures.len(), report.skipped, report.stopped, report.success_rate)
    );
}

#[test]
fn the_last_failure_that_it_puts_up_with_stops_it_and_what_is_under_way_may_end() {
    let mut batch = Batch::new(config(3, 2), 10);
    assert_eq!((Vec::from([0, 1, 2]), Next::Wait), fill(&mut batch));
    batch.fail(0, Category::Server);
    assert_eq!((Vec::from([3]), Next::Wait), fill(&mut batch));
    batch.fail(3, Category::Quota);
    assert_eq!(Next::Wait, batch.next());
    assert!(batch.succeed(1));
    assert!(batch.fail(2, Category::Server));
    assert_eq!(Next::Done, batch.next());
    let expected = BatchReport {
        items: 10,
        successes: Vec::from([1]),
        failures: failed(&[(0, Category::Server), (2, Category::Server), (3, Category::Quota)]),
        cancelled: Vec::new(),
        skipped: 6,
        under_way: 0,
        stopped: true,
        success_rate: 0.1,
    };
    assert_eq!(expected, batch.report());
}

#[test]
fn a_cancelled_item_is_neither_a_success_nor_a_failure_and_frees_its_place() {
    let mut batch = Batch::new(config(1, 1), 4);
    assert_eq!(Next::Start(0), batch.next());
    assert!(batch.ignore(0));
    assert_eq!(Next::Start(1), batch.next());
    assert!(batch.fail(1, Category::Cancelled));
    assert_eq!(Next::Start(2), batch.next());
    let report = batch.report();
    assert_eq!((Vec::from([0, 1]), failed(&[]), false), (report.cancelled, report.failures, report.stopped));
    assert_eq!((1, 1, 0.0), (report.under_way, report.skipped, report.success_rate));
}

#[test]
fn stopped_by_hand_it_starts_nothing_more() {
    let mut batch = Batch::new(config(2, 0), 3);
    assert_eq!(Next::Start(0), batch.next());
    batch.stop();
    assert_eq!(Next::Wait, batch.next());
    batch.succeed(0);
    assert_eq!(Next::Done, batch.next());
    assert_eq!((2, true), (batch.report().skipped, batch.report().stopped));
}

#[test]
fn an_empty_batch_is_done_at_once_and_all_of_it_was_done() {
    let mut batch = Batch::new(BatchConfig::default(), 0);
    assert_eq!(Next::Done, batch.next());
    assert_eq!(
        (1.0, 0, false),
        (batch.report().success_rate, batch.report().skipped, batch.report().stopped)
    );
}

#[test]
fn the_largest_batch_costs_nothing_until_it_is_worked_through() {
    let mut batch = Batch::new(config(u32::MAX, 0), u32::MAX);
    assert_eq!(Next::Start(0), batch.next());
    assert!(!batch.succeed(u32::MAX));
    assert_eq!((u32::MAX - 1, 1), (batch.report().skipped, batch.report().under_way));
}

#[test]
fn the_report_is_plain_data() {
    let mut batch = Batch::new(config(2, 0), 2);
    let _ = fill(&mut batch);
    batch.succeed(1);
    batch.fail(0, Category::RateLimit);
    let expected = serde_json::json!({
        "items": 2, "successes": [1], "failures": [{"index": 0, "category": "rate_limit"}], "cancelled": [],
        "skipped": 0, "under_way": 0, "stopped": false, "success_rate": 0.5,
    });
    assert_eq!(expected, serde_json::to_value(batch.report()).unwrap());
}
