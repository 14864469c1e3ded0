//! What document 001 asks for, by its id.

use super::*;

/// T9: successes, failures and `success_rate` of a batch in which some items fail.
#[test]
fn t9_a_batch_answers_with_its_successes_its_failures_and_the_success_rate() {
    let mut batch = Batch::new(BatchConfig::default(), 4);
    assert_eq!((Vec::from([0, 1, 2, 3]), Next::Wait), fill(&mut batch));
    for index in [3, 0, 2] {
        assert!(batch.succeed(index));
    }
    assert!(batch.fail(1, Category::Timeout));
    assert_eq!(Next::Done, batch.next());
    let report = batch.report();
    let expected = (Vec::from([0, 2, 3]), failed(&[(1, Category::Timeout)]), 0.75);
    assert_eq!(expected, (report.successes, report.failures, report.success_rate));
}

/// T9: bounded concurrency, and the order of the items kept.
#[test]
fn t9_no_more_items_are_under_way_than_asked_for_and_they_start_in_order() {
    let mut batch = Batch::new(config(2, 0), 5);
    assert_eq!((Vec::from([0, 1]), Next::Wait), fill(&mut batch));
    batch.fail(1, Category::Server);
    assert_eq!((Vec::from([2]), Next::Wait), fill(&mut batch));
    batch.succeed(0);
    batch.succeed(2);
    assert_eq!((Vec::from([3, 4]), Next::Wait), fill(&mut batch));
    batch.succeed(4);
    assert_eq!((Vec::new(), Next::Wait), fill(&mut batch));
    batch.succeed(3);
    assert_eq!((Vec::new(), Next::Done), fill(&mut batch));
    assert_eq!(Vec::from([0, 2, 3, 4]), batch.report().successes);
}
