//! Runs `fallback.json` and `degradation.json`: a chain and a degradation made of a document, event by event.

use std::collections::BTreeMap;

use failsoft::classify::{Classifier, Fault};
use failsoft::degrade::{Change, Degradation};
use failsoft::fallback::{Availability, Chain, ChainRun, Decision, Misuse};
use failsoft::policy::Policy;
use failsoft::time::{Instant, duration_from_secs};
use serde_json::{Map, Value, json};

use super::{events, label, listed, read, vectors};

pub(super) fn run_fallback(case: &Value) -> (Value, Value) {
    let mut world = Chains::new(policy(case));
    answers(case, |event| world.act(event))
}

pub(super) fn run_degradation(case: &Value) -> (Value, Value) {
    let config = policy(case).degradation.expect("a degradation section");
    let mut machine = Degradation::new(config).expect("sound settings");
    answers(case, |event| degrade(&mut machine, event))
}

#[test]
fn every_decision_ending_reason_and_cause_appears_in_some_case() {
    let words = [
        ("fallback.json", "action", &["try", "exhausted", "all_benched", "fail_now"][..]),
        ("fallback.json", "ending", &["served", "exhausted", "all_benched", "failed_now", "abandoned"]),
        ("fallback.json", "why", &["benched", "failed", "ignored", "abandoned"]),
        ("degradation.json", "kind", &["trigger", "restored", "manual", "pinned"]),
    ];
    for (name, key, words) in words {
        assert!(listed().iter().any(|listed| listed == name), "{name} is listed");
        let text = read(&vectors().join(name)).to_string();
        let missing: Vec<_> =
            words.iter().filter(|word| !text.contains(&format!("\"{key}\":\"{word}\""))).collect();
        assert!(missing.is_empty(), "{name}: {key}: {missing:?}");
    }
}

fn answers(case: &Value, act: impl FnMut(&Value) -> Value) -> (Value, Value) {
    let events = events(case);
    let expected = events.iter().map(|event| event["expect"].clone()).collect();
    (expected, events.iter().map(act).collect())
}

struct Chains {
    policy: Policy,
    chain: Chain,
    calls: BTreeMap<String, ChainRun>,
}

impl Chains {
    fn new(policy: Policy) -> Self {
        let config = policy.fallback.clone().expect("a fallback section").chain;
        Self { chain: Chain::new(config).expect("sound settings"), policy, calls: BTreeMap::new() }
    }

    fn act(&mut self, event: &Value) -> Value {
        let now = at(&event["at"]);
        match event["do"].as_str().unwrap_or_default() {
            "order" => self.chain.current_order(now).into_iter().map(|step| self.name(step)).collect(),
            "statistics" => json!(self.chain.statistics(now)),
            "snapshot" => json!(self.chain.snapshot(now)),
            "restart" => {
                let snapshot = json!(self.chain.snapshot(now)).to_string();
                *self = Self::new(self.policy.clone());
                let snapshot = serde_json::from_str(&snapshot).expect("its own snapshot");
                self.chain.restore(&snapshot, at(&event["clock"])).expect("its own snapshot");
                Value::Null
            }
            of_call => {
                let mut run = self.calls.remove(&label(event)).unwrap_or_else(|| self.chain.begin(now));
                let answer = self.act_in(&mut run, of_call, event, now);
                self.calls.insert(label(event), run);
                answer.unwrap_or_else(|misuse| json!({ "misuse": misuse.to_string() }))
            }
        }
    }

    fn act_in(
        &mut self,
        run: &mut ChainRun,
        what: &str,
        event: &Value,
        now: Instant,
    ) -> Result<Value, Misuse> {
        let (step, chain) = (self.step(&event["step"]), &mut self.chain);
        match what {
            "next" => {
                let names: Vec<String> =
                    chain.config().steps.iter().map(|step| step.name.clone()).collect();
                let available = |step: usize| match event["benched"].get(&names[step]) {
                    None => Availability::Ready,
                    Some(Value::Null) => Availability::Benched,
                    Some(until) => Availability::BenchedUntil(at(until)),
                };
                run.next(chain, available, now).map(|decision| self.decided(decision))
            }
            "fail" => {
                let fault = Fault::from_json(&event["fault"].to_string()).expect("a fault");
                let verdict = classifier(&self.policy, step).classify(&fault);
                run.failed(chain, step, &verdict, now).map(|()| json!({}))
            }
            "refuse" => {
                let wait = event["retry_after"].as_f64().map(duration_from_secs);
                run.refused(chain, step, wait, now).map(|()| json!({}))
            }
            "succeed" => run.succeeded(chain, step, now).map(|served| {
                json!({ "step": self.name(served.step), "quality": served.quality, "cost": served.cost })
            }),
            "abandon" => run.abandoned(chain, now).map(|()| json!({})),
            "report" => Ok(json!(run.report(chain))),
            other => panic!("nobody knows how to do {other:?}"),
        }
    }

    fn decided(&self, decision: Decision) -> Value {
        let (action, step, until) = match decision {
            Decision::Try { step } => ("try", Some(step), None),
            Decision::FailNow { step } => ("fail_now", Some(step), None),
            Decision::Exhausted { until } => ("exhausted", None, until),
            Decision::AllBenched { until } => ("all_benched", None, until),
        };
        let mut fields = Map::from_iter([("action".to_owned(), json!(action))]);
        fields.extend(step.map(|step| ("step".to_owned(), self.name(step))));
        fields.extend(until.map(|until| ("until".to_owned(), seconds(until))));
        Value::Object(fields)
    }

    fn name(&self, step: usize) -> Value {
        json!(self.chain.config().steps[step].name)
    }

    /// The number of a step; one that is not there for a name that is not.
    fn step(&self, name: &Value) -> usize {
        let steps = &self.chain.config().steps;
        steps.iter().position(|step| *name == json!(step.name)).unwrap_or(steps.len())
    }
}

/// A step's own classifier, or that of the document.
fn classifier(policy: &Policy, step: usize) -> &Classifier {
    let policies = policy.fallback.as_ref().map_or(&[][..], |fallback| &fallback.policies);
    let own = policies.get(step).and_then(Option::as_ref);
    &own.unwrap_or(policy).classifier
}

fn degrade(machine: &mut Degradation, event: &Value) -> Value {
    let now = at(&event["at"]);
    let word = |key: &str| event[key].as_str().unwrap_or_default();
    let change = match word("do") {
        "observe" => machine.observe(word("metric"), event["value"].as_f64().unwrap_or(f64::NAN), now),
        "tick" => Ok(machine.tick(now)),
        "degrade" => Ok(machine.degrade(word("reason"), now)),
        "restore" => Ok(machine.restore(now)),
        "set_level" => machine.set_level(word("level"), now),
        "pin" => machine.pin(word("level"), now),
        "unpin" => {
            machine.unpin();
            Ok(None)
        }
        "level" => return json!(machine.level()),
        "wakeup" => return json!(machine.next_wakeup(now).map(|wait| wait.as_secs_f64())),
        "metrics" => {
            return machine.metrics(now).map(|(metric, value)| (metric.to_owned(), json!(value))).collect();
        }
        "trace" => return machine.trace().map(|change| json!(change)).collect(),
        "snapshot" => return json!(machine.snapshot(now)),
        "restart" => {
            let snapshot = json!(machine.snapshot(now)).to_string();
            *machine = Degradation::new(machine.config().clone()).expect("the same settings");
            let snapshot = serde_json::from_str(&snapshot).expect("its own snapshot");
            machine.restore_snapshot(&snapshot, at(&event["clock"])).expect("its own snapshot");
            return Value::Null;
        }
        "adjust" => {
            let given = event["parameters"].as_object().cloned().unwrap_or_default();
            return json!(machine.adjust(&given.into_iter().collect()));
        }
        other => panic!("nobody knows how to do {other:?}"),
    };
    match change {
        Ok(change) => change.map_or_else(|| json!({}), |change: Change| json!({ "change": change })),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

fn policy(case: &Value) -> Policy {
    let document = case["policy"].to_string();
    Policy::parse(&document).unwrap_or_else(|error| panic!("{document}: {error}"))
}

fn at(seconds: &Value) -> Instant {
    Instant::from_secs_f64(seconds.as_f64().expect("a time"))
}

#[allow(clippy::cast_precision_loss, reason = "the times of a case are small")]
fn seconds(at: Instant) -> Value {
    json!(at.as_nanos() as f64 / 1e9)
}
