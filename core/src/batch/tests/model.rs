//! The batch against a model that keeps every event and counts anew each time.

use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_answers_as_a_model_that_forgets_nothing(
        items in 0..25_u32,
        concurrency in 1..6_u32,
        stop in 0..5_u32,
        events in prop::collection::vec(events(), 0..120),
    ) {
        let mut batch = Batch::new(config(concurrency, stop), items);
        let mut model = Model { items, concurrency, stop, ..Model::default() };
        for event in &events {
            match *event {
                Event::Next => prop_assert_eq!(model.next(), batch.next()),
                Event::Succeed(index) => prop_assert_eq!(model.settle(index, End::Success), batch.succeed(index)),
                Event::Fail(index) => {
                    prop_assert_eq!(model.settle(index, End::Failure), batch.fail(index, Category::Server));
                }
                Event::Ignore(index) => prop_assert_eq!(model.settle(index, End::Cancelled), batch.ignore(index)),
                Event::Stop => {
                    model.stopped = true;
                    batch.stop();
                }
            }
            prop_assert_eq!(model.report(), batch.report());
            prop_assert!(batch.report().under_way <= concurrency);
        }
    }

    #[test]
    fn a_driver_that_settles_what_it_starts_always_comes_to_an_end(
        items in 0..200_u32,
        concurrency in 1..10_u32,
        stop in 0..5_u32,
        ends in prop::collection::vec(0..3_u8, 200),
    ) {
        let mut batch = Batch::new(config(concurrency, stop), items);
        let mut under_way = Vec::new();
        for _ in 0..=2 * items {
            match batch.next() {
                Next::Start(index) => under_way.push(index),
                Next::Wait => {
                    let index: u32 = under_way.pop().unwrap();
                    let settled = match ends[index as usize] {
                        0 => batch.fail(index, Category::Server),
                        1 => batch.ignore(index),
                        _ => batch.succeed(index),
                    };
                    prop_assert!(settled);
                }
                Next::Done => break,
            }
        }
        prop_assert_eq!(Next::Done, batch.next());
        prop_assert_eq!(0, batch.report().under_way);
    }
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Next,
    Succeed(u32),
    Fail(u32),
    Ignore(u32),
    Stop,
}

fn events() -> impl Strategy<Value = Event> {
    let index = || prop_oneof![20 => 0..26_u32, 1 => Just(u32::MAX)];
    prop_oneof![
        120 => Just(Event::Next),
        80 => index().prop_map(Event::Succeed),
        50 => index().prop_map(Event::Fail),
        30 => index().prop_map(Event::Ignore),
        1 => Just(Event::Stop),
    ]
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Success,
    Failure,
    Cancelled,
}

#[derive(Default)]
struct Model {
    items: u32,
    concurrency: u32,
    stop: u32,
    stopped: bool,
    started: Vec<u32>,
    ended: Vec<(u32, End)>,
}

impl Model {
    fn ended_as(&self, end: End) -> Vec<u32> {
        self.started.iter().copied().filter(|index| self.ended.contains(&(*index, end))).collect()
    }

    fn under_way(&self) -> usize {
        self.started.len() - self.ended.len()
    }

    fn is_stopped(&self) -> bool {
        self.stopped || (self.stop > 0 && self.ended_as(End::Failure).len() >= self.stop as usize)
    }

    fn next(&mut self) -> Next {
        let left = (0..self.items).find(|index| !self.started.contains(index)).filter(|_| !self.is_stopped());
        match left {
            None if self.under_way() == 0 => Next::Done,
            Some(index) if self.under_way() < self.concurrency as usize => {
                self.started.push(index);
                Next::Start(index)
            }
            _ => Next::Wait,
        }
    }

    fn settle(&mut self, index: u32, end: End) -> bool {
        let first = self.started.contains(&index) && self.ended.iter().all(|(other, _)| *other != index);
        if first {
            self.ended.push((index, end));
        }
        first
    }

    fn report(&self) -> BatchReport {
        let successes = self.ended_as(End::Success);
        let failures = self.ended_as(End::Failure).into_iter();
        let count = |number: usize| u32::try_from(number).unwrap();
        BatchReport {
            items: self.items,
            failures: failures.map(|index| FailedItem { index, category: Category::Server }).collect(),
            cancelled: self.ended_as(End::Cancelled),
            skipped: self.items - count(self.started.len()),
            under_way: count(self.under_way()),
            stopped: self.is_stopped(),
            success_rate: match self.items {
                0 => 1.0,
                items => f64::from(count(successes.len())) / f64::from(items),
            },
            successes,
        }
    }
}
