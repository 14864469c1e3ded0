//! Calls through a fallback chain whose steps have guards of their own.

use std::collections::BTreeMap;

use failsoft::facade::{self, Action, Answer, Chain, ChainCall, Guarded};
use serde_json::{Value, json};

use crate::calls::{answer, changed, read};
use crate::parts::{Parts, tokens};

struct Chained<'a> {
    parts: &'a Parts,
    document: String,
    chain: Chain,
    seed: u64,
    begun: u64,
    slots: BTreeMap<char, Slot>,
    now: f64,
    said: Vec<Value>,
}

struct Slot {
    run: ChainCall,
    stands: Stands,
}

enum Stands {
    /// It asks the chain next.
    Asks,
    /// An attempt of this step is under way, in a call of the step's own if it has guards.
    UnderWay(u32, Option<Guarded>),
    /// That call waits until then.
    Waits(u32, Guarded, f64),
}

pub(crate) fn play(parts: &Parts, case: &Value) -> Value {
    let document = parts.document("chains", &case[0]);
    let chain = Chain::new(&document).unwrap_or_else(|error| panic!("{document}: {error}"));
    let seed = case[1].as_u64().expect("a seed");
    let mut world = Chained {
        parts,
        document,
        chain,
        seed,
        begun: 0,
        slots: BTreeMap::new(),
        now: 0.0,
        said: Vec::new(),
    };
    for (what, with) in tokens(&case[2]) {
        world.act(what, with);
    }
    for slot in world.slots.values() {
        world.said.push(read(&slot.run.report()));
    }
    world.said.push(read(&world.chain.statistics(world.now)));
    world.said.push(read(&world.chain.snapshot(world.now)));
    json!({ "calls": world.begun, "said": world.said })
}

impl Chained<'_> {
    fn act(&mut self, what: char, with: char) {
        match what {
            '+' => self.now += self.parts.seconds(with),
            '?' => self.said.push(read(&self.chain.statistics(self.now))),
            '%' => {
                let saved = self.chain.snapshot(self.now);
                self.chain = Chain::new(&self.document).expect("the same document");
                self.slots.clear();
                self.now = self.parts.seconds(with);
                self.chain.restore(&saved, self.now).expect("its own snapshot");
            }
            key => self.step(key, with),
        }
    }

    fn step(&mut self, key: char, outcome: char) {
        let slot = self.slots.remove(&key).unwrap_or_else(|| {
            self.begun += 1;
            Slot { run: self.chain.begin(self.now), stands: Stands::Asks }
        });
        let Slot { run, stands } = slot;
        match stands {
            Stands::Asks => self.ask(key, run),
            Stands::Waits(step, mut call, due) => {
                self.now = self.now.max(due);
                let given = call.admit(self.now, |_| {});
                self.follow(key, run, step, call, &given);
            }
            Stands::UnderWay(step, call) => self.settle(key, run, step, call, outcome),
        }
    }

    fn ask(&mut self, key: char, mut run: ChainCall) {
        let (course, step, seconds) = match run.next(self.now) {
            Ok(course) => course,
            // Whoever was cancelled has ended the call.
            Err(error) => {
                return self.said.extend([json!({ "problems": error.problems }), read(&run.report())]);
            }
        };
        self.said.push(json!([course, step, seconds]));
        if course != facade::TRY {
            return self.said.push(read(&run.report()));
        }
        if let Some(engine) = self.chain.engine(step) {
            let mut call = engine.begin(self.seed + self.begun, self.now);
            let given = call.admit(self.now, |_| {});
            self.follow(key, run, step, call, &given);
        } else {
            self.slots.insert(key, Slot { run, stands: Stands::UnderWay(step, None) });
        }
    }

    fn settle(&mut self, key: char, mut run: ChainCall, step: u32, call: Option<Guarded>, outcome: char) {
        let now = self.now;
        match (outcome, call) {
            ('.', call) => {
                let moved = call.map_or_else(|| json!({}), |mut call| changed(call.succeed(now, |_| {})));
                run.succeed(step, now).expect("in order");
                self.said.extend([moved, read(&run.report())]);
            }
            ('x', call) => {
                let moved = call.map_or_else(|| json!({}), |mut call| changed(call.abandon(now, |_| {})));
                run.abandon(now);
                self.said.extend([moved, read(&run.report())]);
            }
            (_, Some(mut call)) => {
                let fault = self.parts.fault(outcome);
                let given = call.fail(&fault, now, |_| {}).expect("a fault");
                if given.action == Action::Wait {
                    return self.follow(key, run, step, call, &given);
                }
                self.said.push(answer(&given));
                run.fail(step, &fault, now).expect("in order");
                self.slots.insert(key, Slot { run, stands: Stands::Asks });
            }
            (_, None) => {
                run.fail(step, &self.parts.fault(outcome), now).expect("in order");
                self.slots.insert(key, Slot { run, stands: Stands::Asks });
            }
        }
    }

    fn follow(&mut self, key: char, mut run: ChainCall, step: u32, call: Guarded, given: &Answer) {
        self.said.push(answer(given));
        let stands = match given.action {
            Action::Attempt => Stands::UnderWay(step, Some(call)),
            Action::Wait => Stands::Waits(step, call, self.now + given.seconds.unwrap_or(0.0)),
            Action::Stop | Action::Reject => {
                run.refuse(step, given.seconds, self.now).expect("in order");
                Stands::Asks
            }
        };
        self.slots.insert(key, Slot { run, stands });
    }
}
