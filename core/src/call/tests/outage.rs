//! What retries do to a dependency that is down, and to one that is back: simulated, with time passed in.

use std::collections::BinaryHeap;
use std::vec;

use super::*;

struct Client {
    policy: Policy,
    guards: Guards,
}

fn client(policy: &str) -> Client {
    let policy = Policy::parse(policy).unwrap_or_else(|error| panic!("{policy}: {error}"));
    let guards = Guards::new(&policy.guards());
    Client { policy, guards }
}

/// How often what is down is asked by one call through these layers.
fn asked(layers: &mut [Client], now: &mut Instant) -> u32 {
    let Some((layer, inner)) = layers.split_first_mut() else { return 1 };
    let (mut call, mut times) = (Call::new(1, *now), 0);
    loop {
        if let Next::Attempt { .. } = call.admit(&layer.policy, &mut layer.guards, *now).next {
            times += asked(inner, now);
        }
        match call.fail(&layer.policy, &mut layer.guards, &parse(UNAVAILABLE), *now).next {
            Next::Wait(wait) => *now = now.saturating_add(wait),
            _ => return times,
        }
    }
}

/// mode: nested retries multiply
#[test]
fn three_layers_of_three_attempts_put_a_third_more_load_on_what_is_down() {
    let three = |more| [plain(more), plain(more), plain(more)].map(|policy| client(&policy));
    let load = |mut layers: [Client; 3]| {
        let mut now = START;
        (0..1_000).map(|_| asked(&mut layers, &mut now)).sum::<u32>()
    };
    assert_eq!(27_000, load(three(r#""max_attempts":3,"budget":false"#)));
    assert_eq!(1_300, load(three(r#""max_attempts":3"#)));
}

/// A server that works on one request after the other, for 10 ms each, and does nothing from the tenth second to the
/// seventieth. Up to two seconds' worth of requests stand in line; it does not know that their callers have gone.
struct Server {
    busy_until: u64,
}

const SERVICE: u64 = 10;
const LINE: u64 = 2_000;
const DOWN: core::ops::Range<u64> = 10_000..70_000;

impl Server {
    /// When it answers what arrives now, in milliseconds; it refuses what finds the line full.
    fn ask(&mut self, now: u64) -> Option<u64> {
        let free = if DOWN.contains(&now) { DOWN.end } else { now };
        let begins = self.busy_until.max(free);
        if begins - free >= LINE {
            return None;
        }
        self.busy_until = begins + SERVICE;
        Some(self.busy_until)
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Begins,
    Answers(usize),
    Fails(usize),
    Wakes(usize),
}

/// What became of two minutes of eighty calls a second, four clients' each their own.
struct Outcome {
    /// How often the server was asked while it was down, per call that began then.
    load: f64,
    /// How many seconds after the outage nearly every call that begins is answered.
    recovery: Option<u64>,
}

fn outage(policy: &str) -> Outcome {
    const PATIENCE: u64 = 1_000;
    const END: u64 = 130_000;
    let mut clients = [policy; 4].map(client);
    let mut server = Server { busy_until: 0 };
    let mut events: BinaryHeap<_> =
        (0..END * 2).step_by(25).map(|half| core::cmp::Reverse((half / 2, Event::Begins))).collect();
    let (mut calls, mut asked, mut begun) = (Vec::new(), 0_u32, 0_u32);
    let mut answered = vec![(0_u32, 0_u32); usize::try_from(END / 1_000).expect("small")];
    while let Some(core::cmp::Reverse((at, event))) = events.pop() {
        let now = START.saturating_add(Duration::from_millis(at));
        let number = match event {
            Event::Begins => {
                calls.push((at, Call::new(u64::try_from(calls.len()).expect("small"), now)));
                begun += u32::from(DOWN.contains(&at));
                calls.len() - 1
            }
            Event::Answers(number) | Event::Fails(number) | Event::Wakes(number) => number,
        };
        let client = &mut clients[number % 4];
        let (since, call) = &mut calls[number];
        let slot = &mut answered[usize::try_from(*since / 1_000).expect("small")];
        match event {
            Event::Answers(_) => {
                call.succeed(&mut client.guards, now);
                *slot = (slot.0 + 1, slot.1 + 1);
            }
            Event::Fails(_) => {
                match call.fail(&client.policy, &mut client.guards, &parse(UNAVAILABLE), now).next {
                    Next::Wait(wait) => {
                        let wakes = at + u64::try_from(wait.as_millis()).expect("short") + 1;
                        events.push(core::cmp::Reverse((wakes, Event::Wakes(number))));
                    }
                    _ => slot.1 += 1,
                }
            }
            Event::Begins | Event::Wakes(_) => {
                let next = call.admit(&client.policy, &mut client.guards, now).next;
                assert!(matches!(next, Next::Attempt { .. }), "{next:?}");
                asked += u32::from(DOWN.contains(&at));
                let (ends, event) = match server.ask(at) {
                    Some(answer) if answer <= at + PATIENCE => (answer, Event::Answers(number)),
                    Some(_) => (at + PATIENCE, Event::Fails(number)),
                    None => (at, Event::Fails(number)),
                };
                events.push(core::cmp::Reverse((ends, event)));
            }
        }
    }
    let after = answered.iter().skip(70).take(50);
    let recovery = after.clone().position(|(good, all)| *good * 100 >= *all * 99);
    Outcome {
        load: f64::from(asked) / f64::from(begun),
        recovery: recovery.map(|second| u64::try_from(second).expect("small")),
    }
}

/// mode: metastable outage
#[test]
fn an_outage_of_a_minute_at_four_fifths_of_the_load_is_over_when_it_is_over() {
    let retry = r#""max_attempts":4,"initial_delay":"100ms","max_delay":"2s","jitter":"full""#;
    let unbounded = outage(&format!(r#"{{"retry":{{{retry},"budget":false}}}}"#));
    assert!(
        unbounded.load > 3.0 && unbounded.recovery.is_none(),
        "the outage lasts by itself without a budget"
    );
    let bounded = outage(&format!(r#"{{"retry":{{{retry}}}}}"#));
    assert!(bounded.load <= 1.2, "{} times the load", bounded.load);
    assert!(bounded.recovery.is_some_and(|seconds| seconds <= 10), "{:?} s", bounded.recovery);
}
