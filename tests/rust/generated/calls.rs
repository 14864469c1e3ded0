//! Calls through engines, made as a driver makes them: it begins, waits until it may, and says how the attempt ended.

use std::collections::BTreeMap;

use failsoft::breaker::Transition;
use failsoft::facade::{Action, Answer, Engine, Guarded};
use serde_json::{Map, Value, json};

use crate::parts::{Parts, tokens};

/// Calls that are not over, by their letters, and what was said so far.
pub(crate) struct Calls<'a> {
    parts: &'a Parts,
    seed: u64,
    begun: u64,
    slots: BTreeMap<char, Slot>,
    pub(crate) now: f64,
    pub(crate) said: Vec<Value>,
}

struct Slot {
    call: Guarded,
    /// When it asks again; nothing while an attempt is under way.
    due: Option<f64>,
    /// How long that attempt may take.
    limit: Option<f64>,
}

impl<'a> Calls<'a> {
    pub(crate) const fn new(parts: &'a Parts, seed: u64) -> Self {
        Self { parts, seed, begun: 0, slots: BTreeMap::new(), now: 0.0, said: Vec::new() }
    }

    /// What a token says that every family knows; false for another one.
    pub(crate) fn time(&mut self, what: char, with: char) -> bool {
        match what {
            '+' => self.now += self.parts.seconds(with),
            '-' => self.now = f64::max(0.0, self.now - self.parts.seconds(with)),
            _ => return false,
        }
        true
    }

    /// The next thing that happens to the call of this letter. A small letter begins on the lane, where that is open.
    pub(crate) fn step(&mut self, engine: &Engine, letter: char, outcome: char) {
        let key = letter.to_ascii_lowercase();
        let Some(mut slot) = self.slots.remove(&key) else {
            return self.begin(engine, letter, key);
        };
        if let Some(due) = slot.due {
            self.now = self.now.max(due);
            let answer = slot.call.admit(self.now, |_| {});
            return self.follow(key, slot, &answer);
        }
        match outcome {
            '.' => {
                let moved = slot.call.succeed(self.now, |_| {});
                self.ended(&slot.call, changed(moved));
            }
            'x' => {
                let moved = slot.call.abandon(self.now, |_| {});
                self.ended(&slot.call, changed(moved));
            }
            _ => {
                if outcome == '~' {
                    self.now += slot.limit.unwrap_or(1.0);
                }
                let fault = self.parts.fault(outcome);
                let answer = slot.call.fail(&fault, self.now, |_| {}).expect("a fault");
                self.follow(key, slot, &answer);
            }
        }
    }

    fn begin(&mut self, engine: &Engine, letter: char, key: char) {
        self.begun += 1;
        let seed = self.seed + self.begun;
        let lane = if letter == key { lane(engine) } else { 0 };
        if lane != 0 {
            let call = engine.resume(seed, self.now, lane);
            self.said.push(json!("lane"));
            self.slots.insert(key, Slot { call, due: None, limit: None });
        } else {
            let mut call = engine.begin(seed, self.now);
            let answer = call.admit(self.now, |_| {});
            self.follow(key, Slot { call, due: None, limit: None }, &answer);
        }
    }

    fn follow(&mut self, key: char, mut slot: Slot, given: &Answer) {
        match given.action {
            Action::Attempt => (slot.due, slot.limit) = (None, given.seconds),
            Action::Wait => slot.due = Some(self.now + given.seconds.unwrap_or(0.0)),
            Action::Stop | Action::Reject => return self.ended(&slot.call, answer(given)),
        }
        self.said.push(answer(given));
        self.slots.insert(key, slot);
    }

    fn ended(&mut self, call: &Guarded, how: Value) {
        self.said.extend([how, read(&call.report())]);
    }

    pub(crate) fn forget(&mut self) {
        self.slots.clear();
    }

    /// How many calls there were, and everything that was said; calls that are not over report last.
    pub(crate) fn done(mut self) -> Value {
        self.said.extend(self.slots.values().map(|slot| read(&slot.call.report())));
        json!({ "calls": self.begun, "said": self.said })
    }
}

/// One engine and the calls of a script.
pub(crate) fn play(parts: &Parts, case: &Value) -> Value {
    let document = parts.document("policies", &case[0]);
    let made = || Engine::new(&document, CARRIES).unwrap_or_else(|error| panic!("{document}: {error}"));
    let (mut engine, mut calls) = (made(), Calls::new(parts, case[1].as_u64().expect("a seed")));
    for (what, with) in tokens(&case[2]) {
        if calls.time(what, with) {
            continue;
        }
        match what {
            '?' => calls.said.push(stands(&engine, calls.now)),
            '!' => {
                let command = match with {
                    'o' => "open",
                    'c' => "closed",
                    _ => "reset",
                };
                calls.said.push(changed(engine.set(command, |_| {}).expect("a command")));
            }
            '%' => {
                let saved = engine.snapshot(calls.now, |_| {});
                engine = made();
                calls.forget();
                calls.now = parts.seconds(with);
                engine.restore(&saved, calls.now, |_| {}).expect("its own snapshot");
            }
            letter => calls.step(&engine, letter, with),
        }
    }
    let last = [stands(&engine, calls.now), read(&engine.snapshot(calls.now, |_| {}))];
    calls.said.extend(last);
    calls.done()
}

fn stands(engine: &Engine, now: f64) -> Value {
    json!({ "breaker": read(&engine.state(now, |_| {})), "lane": lane(engine) != 0 })
}

/// What a driver sees of the lane: one that has to time its attempts, or has limits to ask, does not look at it.
fn lane(engine: &Engine) -> u64 {
    if read(&engine.describe())["timed"] == json!(true) { 0 } else { engine.lane() }
}

/// The waits of a call that keeps failing, so many or until it stops.
pub(crate) fn schedule(parts: &Parts, case: &Value) -> Value {
    let document = format!("{{\"retry\":{}}}", parts.document("schedules", &case[0]));
    let engine = Engine::new(&document, CARRIES).unwrap_or_else(|error| panic!("{document}: {error}"));
    let mut call = engine.begin(case[1].as_u64().expect("a seed"), 0.0);
    let (mut now, mut waits) = (0.0, Vec::new());
    for _ in 0..case[2].as_u64().expect("so many") {
        let _ = call.admit(now, |_| {});
        let answer = call.fail(r#"{"status":503}"#, now, |_| {}).expect("a fault");
        waits.push(match answer.action {
            Action::Wait => json!(answer.seconds),
            _ => json!(answer.reason),
        });
        let (Action::Wait, Some(seconds)) = (answer.action, answer.seconds) else { break };
        now += seconds;
    }
    Value::Array(waits)
}

/// An answer as the vectors write it.
pub(crate) fn answer(answer: &Answer) -> Value {
    let action = match answer.action {
        Action::Attempt => "attempt",
        Action::Wait => "wait",
        Action::Stop => "stop",
        Action::Reject => "reject",
    };
    let mut fields = Map::from_iter([("action".to_owned(), json!(action))]);
    let optional = [
        ("attempt", (answer.attempt > 0).then(|| json!(answer.attempt))),
        ("seconds", answer.seconds.map(|seconds| json!(seconds))),
        ("reason", answer.reason.map(|reason| json!(reason))),
        ("transition", answer.transition.map(|transition| json!(transition))),
    ];
    fields.extend(optional.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    Value::Object(fields)
}

pub(crate) fn changed(transition: Option<Transition>) -> Value {
    transition.map_or_else(|| json!({}), |transition| json!({ "transition": transition }))
}

/// JSON that the façade wrote.
pub(crate) fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What the drivers that run these cases carry out, all of them.
pub(crate) const CARRIES: &[&str] = &["fallback", "batch"];
