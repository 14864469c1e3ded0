//! Random policies, and random events of interleaved calls and runs with results that come late, twice or never, on clocks
//! that stall and step back.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use super::super::{Answer, Decision, Input, LogConfig, Recorder, RunNext};
use super::{fault, policy};
use crate::breaker::{Forced, Transition};
use crate::call::{Next, StopReason};
use crate::classify::Fault;
use crate::guard::{Guard, Refusal};
use crate::policy::Policy;
use crate::rng::Rng;
use crate::time::Instant;

pub(super) struct Soup {
    rng: Rng,
    pub(super) recorder: Recorder,
    pub(super) policies: Vec<Arc<Policy>>,
    documents: Vec<Value>,
    calls: Vec<Known>,
    /// Part, run, and the step that it tried last.
    runs: Vec<(usize, u64, String)>,
    pub(super) now: u64,
    /// Whether the dependency answers for a while.
    well: bool,
    /// What has been said: reasons of transitions and stops, refusals, ends of runs.
    pub(super) said: BTreeSet<String>,
}

#[derive(Clone, Copy)]
struct Known {
    part: usize,
    call: u64,
    /// How many attempts it has been given, and which of them was a hedge.
    attempts: u32,
    hedge: u32,
}

impl Soup {
    pub(super) fn new(seed: u64, config: LogConfig) -> Self {
        let mut rng = Rng::from_seed(seed);
        let now = rng.between(0, 5_000_000_000);
        let mut recorder = Recorder::new(config, Instant::from_nanos(now));
        let (mut policies, mut documents) = (Vec::new(), Vec::new());
        for part in 0..rng.between(1, 3) {
            let document = any_policy(&mut rng, true);
            let policy = policy(&document);
            recorder.open(&format!("part-{part}"), Arc::clone(&policy), Instant::from_nanos(now));
            policies.push(policy);
            documents.push(document);
        }
        let (calls, runs, said) = (Vec::new(), Vec::new(), BTreeSet::new());
        Self { rng, recorder, policies, documents, calls, runs, now, well: false, said }
    }

    pub(super) fn step(&mut self) {
        let now = self.clock();
        let input = match self.rng.between(0, 9) {
            0 => self.of_run(now),
            1 => self.of_part(),
            _ => self.of_call(now),
        };
        if let Some((part, input)) = input {
            let hedged = matches!(input, Input::Hedge { .. });
            let of = match &input {
                Input::Admit { call } | Input::Hedge { call } | Input::Succeeded { call, .. } => Some(*call),
                _ => None,
            };
            let won = match &input {
                Input::Succeeded { attempt, .. } => *attempt,
                _ => 0,
            };
            let answer = self.recorder.tell(part, input, now);
            self.note(&answer);
            if let Some(known) = self.calls.iter_mut().find(|known| Some(known.call) == of) {
                if let Decision::Step { step, .. } = &answer.decision
                    && let Next::Attempt { number, .. } = step.next
                {
                    known.attempts = number;
                    known.hedge = if hedged { number } else { 0 };
                }
                if answer.report.is_some() && won > 0 && won == known.hedge {
                    self.said.insert(String::from("hedge won"));
                }
            }
        }
        // A driver gives up calls that take too long, but for a few that it forgets.
        if self.calls.len() > 6 {
            let Known { part, call, .. } = self.calls.remove(0);
            if self.rng.between(0, 60) > 0 {
                self.recorder.tell(part, Input::Abandoned { call }, now);
            }
        }
        if self.runs.len() > 3 {
            let (part, run, _) = self.runs.remove(0);
            let answer = self.recorder.tell(part, Input::RunAbandoned { run }, now);
            self.note(&answer);
        }
        // Now and then everybody leaves.
        if self.rng.between(0, 80) == 0 {
            for Known { part, call, .. } in core::mem::take(&mut self.calls) {
                self.recorder.tell(part, Input::Abandoned { call }, now);
            }
            for (part, run, _) in core::mem::take(&mut self.runs) {
                self.recorder.tell(part, Input::RunAbandoned { run }, now);
            }
        }
    }

    fn clock(&mut self) -> Instant {
        self.now = match self.rng.between(0, 39) {
            0 => self.now.saturating_sub(self.rng.between(0, 400_000_000)),
            1..=9 => self.now,
            10 => self.now.saturating_add(self.rng.between(0, 2_000_000_000)),
            _ => self.now.saturating_add(self.rng.between(0, 40_000_000)),
        };
        Instant::from_nanos(self.now)
    }

    fn of_call(&mut self, now: Instant) -> Option<(usize, Input)> {
        let some = self.any(self.calls.len());
        let part = self.any(self.policies.len());
        let known = Known { part, call: 99_999, attempts: 1, hedge: 0 };
        let Known { part, call, attempts, .. } = self.calls.get(some).copied().unwrap_or(known);
        let attempt = u32::try_from(self.rng.between(1, u64::from(attempts.max(1)))).unwrap_or(1);
        let input = match self.rng.between(0, 85) {
            0..=14 => {
                let (seed, part) = (self.rng.draw(), self.any(self.policies.len()));
                let call = match self.rng.between(0, 4) {
                    0 => self.recorder.begin_step(part, "mirror", seed, now),
                    _ => self.recorder.begin(part, seed, now),
                };
                self.calls.push(Known { part, call, attempts: 0, hedge: 0 });
                return None;
            }
            15..=49 => Input::Admit { call },
            50..=54 => Input::Hedge { call },
            55..=59 => Input::Succeeded { call, attempt },
            60..=62 => Input::Failed { call, attempt, fault: self.any_fault() },
            63..=84 if self.well => Input::Succeeded { call, attempt: attempts.max(1) },
            63..=84 => Input::Failed { call, attempt: attempts.max(1), fault: self.any_fault() },
            _ => Input::Abandoned { call },
        };
        Some((part, input))
    }

    fn of_run(&mut self, now: Instant) -> Option<(usize, Input)> {
        let some = self.any(self.runs.len());
        let Some((part, run, step)) = self.runs.get(some).cloned() else {
            let part = self.any(self.policies.len());
            let run = self.recorder.begin_run(part, now);
            self.runs.push((part, run, String::from("mirror")));
            return None;
        };
        let input = match self.rng.between(0, 9) {
            0 | 1 => {
                let part = self.any(self.policies.len());
                let run = self.recorder.begin_run(part, now);
                self.runs.push((part, run, String::from("mirror")));
                return None;
            }
            2..=5 => Input::RunNext { run },
            6 if self.well => Input::RunSucceeded { run, step },
            6 => Input::RunFailed { run, step, fault: self.any_fault() },
            7 | 8 => {
                let retry_after = (self.rng.between(0, 1) == 0).then(|| self.rng.between(0, 90_000_000));
                Input::RunRefused { run, step, retry_after }
            }
            _ => Input::RunSucceeded { run, step: String::from("mirror") },
        };
        let answer = self.recorder.tell(part, input, now);
        self.note(&answer);
        if let Decision::Run(RunNext::Try { step }) = answer.decision {
            self.runs[some].2 = step;
        }
        None
    }

    fn of_part(&mut self) -> Option<(usize, Input)> {
        let part = self.any(self.policies.len());
        let step = (self.rng.between(0, 3) == 0).then(|| String::from("mirror"));
        let input = match self.rng.between(0, 15) {
            0..=3 => Input::Tick,
            4 if self.rng.between(0, 3) > 0 => Input::Reset { step },
            4 if self.rng.between(0, 1) == 0 => Input::Forced { step, state: Forced::Open },
            4 => Input::Forced { step, state: Forced::Closed },
            5..=7 if self.rng.between(0, 1) == 0 => Input::Tick,
            5..=8 => {
                self.well = !self.well;
                Input::Tick
            }
            9 | 10 => {
                let value = f64::from(u8::try_from(self.rng.between(0, 100)).unwrap_or(0)) / 100.0;
                Input::Observed { metric: String::from("error_rate"), value }
            }
            11 => Input::Degraded { reason: String::from("token=hunter2hunter2") },
            12 => Input::Raised,
            13 if self.rng.between(0, 1) == 0 => Input::Pinned { level: String::from("low") },
            13 => Input::Unpinned,
            14 if self.rng.between(0, 3) == 0 => {
                Input::Reconfigured { step, policy: any_policy(&mut self.rng, false) }
            }
            14 => {
                let mut document = self.documents[part].clone();
                if document.get("circuit_breaker").is_some() {
                    document["circuit_breaker"] = any_breaker(&mut self.rng);
                }
                Input::Reconfigured { step: None, policy: document }
            }
            _ => {
                let stage = self.recorder.stage(part).cloned();
                let now = Instant::from_nanos(self.now);
                let saved = stage.map(|mut stage| stage.apply(&Input::Checkpoint, now));
                let Some(Decision::Saved(saved)) = saved else { return None };
                Input::Restored { saved }
            }
        };
        Some((part, input))
    }

    fn note(&mut self, answer: &Answer) {
        let transitions: Vec<Option<Transition>> = match &answer.decision {
            Decision::Step { step, .. } => {
                if let Next::Rejected(Refusal { by, .. }) = step.next {
                    self.said.insert(refused(by));
                }
                alloc::vec![step.transition]
            }
            Decision::Over { transition, .. } | Decision::Moved { transition } => alloc::vec![*transition],
            Decision::Stands { breaker, steps, .. } => {
                breaker.iter().chain(steps.values()).map(|stand| stand.transition).collect()
            }
            Decision::Refused(_) => {
                self.said.insert(String::from("refused input"));
                Vec::new()
            }
            _ => Vec::new(),
        };
        let reasons = transitions.into_iter().flatten().map(|transition| transition.reason.name());
        self.said.extend(reasons.map(|reason| format!("moved {reason}")));
        let stops = answer.report.as_ref().and_then(|report| report.stop_reason);
        self.said.extend(stops.map(|reason: StopReason| format!("stopped {}", reason.name())));
        let ending = answer.run.as_ref().and_then(|report| report.ending);
        self.said.extend(ending.map(|ending| format!("run {ending}")));
    }

    fn any(&mut self, len: usize) -> usize {
        let last = u64::try_from(len).unwrap_or(0).saturating_sub(1);
        usize::try_from(self.rng.between(0, last)).unwrap_or(0)
    }

    fn any_fault(&mut self) -> Fault {
        let faults = [
            json!({ "status": 503, "message": "overloaded at 10:03, password=hunter2" }),
            json!({ "status": 503 }),
            json!({ "status": 429, "headers": { "retry-after": "1" }, "now": 1_700_000_000.123_456_7 }),
            json!({ "status": 400 }),
            json!({ "type": "ConnectionResetError", "errno": 104, "cause": { "code": "ECONNRESET" } }),
            json!({ "code": "insufficient_quota", "attrs": { "n": 0.1, "api_key": "sk-1234567890abcdef" } }),
        ];
        let some = self.any(faults.len());
        fault(faults[some].clone())
    }
}

fn refused(by: Guard) -> String {
    match by {
        Guard::Breaker(state) => format!("refused circuit_breaker {}", state.name()),
        by => format!("refused {}", by.name()),
    }
}

pub(super) fn any_policy(rng: &mut Rng, with_chain: bool) -> Value {
    let coin = |rng: &mut Rng| rng.between(0, 1) == 0;
    let mut retry = json!({
        "max_attempts": rng.between(1, 5),
        "initial_delay": "20ms",
        "max_delay": "200ms",
        "retry_open_circuit": coin(rng),
        "idempotent": rng.between(0, 3) > 0,
        "budget": if coin(rng) { json!({ "capacity": 3, "retry_cost": 2 }) } else { json!({ "kind": "ratio" }) },
    });
    if coin(rng) {
        retry["deadline"] = json!("900ms");
    }
    let rate_limit = json!({ "rate": rng.between(1, 9), "per": "100ms", "max_wait": "50ms" });
    let bulkhead = json!({ "max_concurrent": rng.between(1, 3), "max_queue": 2, "max_wait": "80ms" });
    let hedge =
        if coin(rng) { json!({ "delay": "5ms" }) } else { json!({ "percentile": 0.5, "minimum_calls": 3 }) };
    let adaptive = json!({ "initial": 2, "max": rng.between(2, 4), "backoff_ratio": 0.5 });
    let sections = [
        ("retry", retry),
        ("circuit_breaker", any_breaker(rng)),
        ("rate_limit", rate_limit),
        ("bulkhead", bulkhead),
        ("throttle", json!({ "minimum_calls": 4, "window": "5s" })),
        ("adaptive", adaptive),
        ("hedge", hedge),
        ("timeout", json!({ "attempt": "300ms" })),
        ("degradation", json!({})),
    ];
    let chosen = sections.into_iter().filter(|_| rng.between(0, 2) > 0);
    let mut policy: Map<String, Value> = chosen.map(|(name, section)| (name.to_string(), section)).collect();
    if with_chain && rng.between(0, 2) > 0 {
        let mut chain = json!({ "steps": [
            { "name": "mirror", "quality": 0.75, "policy": any_policy(rng, false) },
            { "name": "cache", "cost": 0.1 },
            { "name": "stale", "policy": { "circuit_breaker": any_breaker(rng) } },
        ] });
        if coin(rng) {
            chain["steps"].as_array_mut().expect("steps").remove(1);
            if coin(rng) {
                chain["steps"].as_array_mut().expect("steps").remove(1);
            }
        }
        if coin(rng) {
            let more = json!({ "order": "success", "minimum_calls": 1, "history": 6, "explore_every": 3 });
            chain.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        }
        policy.insert("fallback".into(), chain);
    }
    Value::Object(policy)
}

fn any_breaker(rng: &mut Rng) -> Value {
    let mut breaker = match rng.between(0, 6) {
        0 | 1 => json!({ "failure_threshold": 3 }),
        2 => json!({ "identical_failures": 2, "failure_threshold": 9 }),
        3 => json!({ "count_window": 8, "failure_threshold": 4 }),
        4 => json!({ "time_window": "2s", "failure_threshold": 3 }),
        5 => json!({ "count_window": 6, "failure_rate": 0.5, "minimum_calls": 4 }),
        _ => json!({
            "count_window": 6, "slow_call": { "duration": "60ms", "rate": 0.5 }, "minimum_calls": 3,
        }),
    };
    breaker["recovery_timeout"] = json!("150ms");
    breaker["half_open_max_calls"] = json!(rng.between(1, 2));
    breaker["success_threshold"] = json!(rng.between(1, 2));
    if rng.between(0, 1) == 0 {
        breaker["recovery_jitter"] = json!(0.5);
    }
    if rng.between(0, 7) == 0 {
        breaker["mode"] = json!("shadow");
    }
    breaker
}
