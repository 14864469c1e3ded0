//! The three integrations of document 004, each from one policy document: breakers of its own for each engine, inside a
//! fallback chain, inside a call that is retried behind a breaker.

use serde_json::json;

use super::*;
use crate::breaker::Breaker;
use crate::call::{Call, Next, StopReason};
use crate::classify::{Category, Fault, Verdict};
use crate::degrade::Degradation;
use crate::fallback::{Availability, Chain, Decision};
use crate::guard::Ungated;
use crate::time::Instant;

/// A chain of engines, some of which are down.
struct Engines {
    chain: Chain,
    policies: Vec<Option<Policy>>,
    breakers: Vec<Option<Breaker>>,
    down: Vec<&'static str>,
}

impl Engines {
    fn of(policy: &Policy) -> Self {
        let fallback = policy.fallback.clone().expect("a chain");
        let breaker = |policy: &Option<Policy>| policy.as_ref()?.breaker.map(Breaker::new);
        Self {
            chain: Chain::new(fallback.chain).expect("a sound chain"),
            breakers: fallback.policies.iter().map(breaker).collect(),
            policies: fallback.policies,
            down: Vec::new(),
        }
    }

    /// Who answers at what quality, or the verdict on the last error.
    fn execute(&mut self, now: Instant, told: &mut Vec<String>) -> Result<f64, Verdict> {
        let mut run = self.chain.begin(now);
        let mut last = Verdict::new(Category::OpenCircuit, false, "all benched");
        loop {
            let breakers = &mut self.breakers;
            let available =
                |step: usize| match breakers[step].as_mut().map(|breaker| breaker.retry_after(now)) {
                    None | Some(Some(Duration::ZERO)) => Availability::Ready,
                    Some(Some(wait)) => Availability::BenchedUntil(now.saturating_add(wait)),
                    Some(None) => Availability::Benched,
                };
            let Ok(Decision::Try { step }) = run.next(&mut self.chain, available, now) else {
                return Err(last);
            };
            let name = self.chain.config().steps[step].name.clone();
            match self.call(step, &name, now) {
                Ok(()) => {
                    told.push(format!("{name} answers"));
                    return Ok(run.succeeded(&mut self.chain, step, now).expect("under way").quality);
                }
                Err(verdict) => {
                    told.push(format!("{name} fails"));
                    run.failed(&mut self.chain, step, &verdict, now).expect("under way");
                    last = verdict;
                }
            }
        }
    }

    /// One engine under its own policy and breaker.
    fn call(&mut self, step: usize, name: &str, now: Instant) -> Result<(), Verdict> {
        let never = policy("{}");
        let policy = self.policies[step].as_ref().unwrap_or(&never);
        let mut call = Call::new(1, now);
        let mut open = self.breakers[step].as_mut();
        let next = match &mut open {
            Some(breaker) => call.admit(policy, *breaker, now).next,
            None => call.admit(policy, &mut Ungated, now).next,
        };
        assert!(
            matches!(next, Next::Attempt { number: 1, .. }),
            "the chain asked the breaker before: {next:?}"
        );
        let down = self.down.iter().any(|down| name.starts_with(down));
        match (open, down) {
            (Some(breaker), false) => drop(call.succeed(breaker, now)),
            (None, false) => drop(call.succeed(&mut Ungated, now)),
            (Some(breaker), true) => drop(call.fail(policy, breaker, &unavailable(), now)),
            (None, true) => drop(call.fail(policy, &mut Ungated, &unavailable(), now)),
        }
        call.verdict().cloned().map_or(Ok(()), Err)
    }
}

/// `execute_with_resilience`: what is in `work`, retried behind a breaker; how it ended, and when.
fn resiliently(
    policy: &Policy,
    breaker: &mut Breaker,
    mut now: Instant,
    mut work: impl FnMut(Instant) -> Result<f64, Verdict>,
) -> (Result<f64, StopReason>, Instant) {
    let mut call = Call::new(1, now);
    loop {
        match call.admit(policy, breaker, now).next {
            Next::Attempt { .. } => {}
            Next::Rejected(_) => return (Err(StopReason::CircuitOpen), now),
            other => panic!("{other:?}"),
        }
        match work(now) {
            Ok(quality) => {
                call.succeed(breaker, now);
                return (Ok(quality), now);
            }
            Err(_) => match call.fail(policy, breaker, &unavailable(), now).next {
                Next::Wait(wait) => now = now.saturating_add(wait),
                Next::Stop(reason) => return (Err(reason), now),
                other => panic!("{other:?}"),
            },
        }
    }
}

fn unavailable() -> Fault {
    Fault::from_json(r#"{"status": 503}"#).expect("a fault")
}

fn at(seconds: u64) -> Instant {
    Instant::default().saturating_add(secs(seconds))
}

const GUARDS: &str = r#""retry": {"max_attempts": 2, "initial_delay": 5, "jitter": "none"}, "circuit_breaker": {"failure_threshold": 3}"#;
const OWN: &str = r#""policy": {"circuit_breaker": {"failure_threshold": 2, "recovery_timeout": 60}}"#;

fn video() -> Policy {
    policy(&format!(
        r#"{{"name": "video_generation", {GUARDS}, "degradation": {{}}, "fallback": [
            {{"name": "hunyuan_premium", {OWN}}}, {{"name": "wan_standard", "quality": 0.8, {OWN}}},
            {{"name": "cached_fallback", "quality": 0.4}}]}}"#
    ))
}

#[test]
fn s11_the_video_engine_falls_back_benches_and_comes_back() {
    let policy = video();
    let (mut breaker, mut engines) = (Breaker::new(policy.breaker.unwrap()), Engines::of(&policy));
    engines.down = vec!["hunyuan"];
    let mut told = Vec::new();
    let mut served = Vec::new();
    for second in [0, 1, 2, 61, 62] {
        if second == 61 {
            engines.down.clear();
        }
        let (result, _) =
            resiliently(&policy, &mut breaker, at(second), |now| engines.execute(now, &mut told));
        served.push(result);
        told.push(format!("- {second}"));
    }
    assert_eq!([Ok(0.8), Ok(0.8), Ok(0.8), Ok(1.0), Ok(1.0)], *served);
    let expected = [
        "hunyuan_premium fails", "wan_standard answers", "- 0", "hunyuan_premium fails",
        "wan_standard answers", "- 1", "wan_standard answers", "- 2", "hunyuan_premium answers", "- 61",
        "hunyuan_premium answers", "- 62",
    ];
    assert_eq!(expected, *told);
    let statistics = engines.chain.statistics(at(62));
    assert_eq!(
        (Some("hunyuan_premium"), 1.0, 1),
        (
            statistics.last_successful_fallback.as_deref(),
            statistics.overall_success_rate,
            statistics.steps[0].benched
        )
    );
}

#[test]
fn s11_the_video_engine_gets_its_request_as_the_level_allows() {
    let mut degradation = Degradation::new(video().degradation.unwrap()).unwrap();
    degradation.set_level("medium", at(0)).unwrap();
    let request = json!({"prompt": "A story scene", "duration": 10, "quality": "high"});
    let request = serde_json::from_value(request).unwrap();
    assert_eq!(request, degradation.adjust(&request));
}

#[test]
fn s11_the_image_engine_is_retried_as_a_whole_and_then_refused() {
    let chain = |name: &str| format!(r#"{{"name": "{name}", {OWN}}}"#);
    let steps = ["qwen_ultra", "flux_high", "newbie_standard"].map(chain).join(",");
    let policy = policy(&format!(r#"{{{GUARDS}, "fallback": [{steps}]}}"#));
    let (mut breaker, mut engines) = (Breaker::new(policy.breaker.unwrap()), Engines::of(&policy));
    engines.down = vec!["qwen", "flux", "newbie"];
    let mut told = Vec::new();
    let mut execute =
        |second: u64| resiliently(&policy, &mut breaker, at(second), |now| engines.execute(now, &mut told));
    assert_eq!((Err(StopReason::Exhausted), at(5)), execute(0));
    // All engines are on the bench by now, and the third failure opens the breaker around them.
    assert_eq!((Err(StopReason::CircuitOpen), at(6)), execute(6));
    assert_eq!((Err(StopReason::CircuitOpen), at(7)), execute(7));
    let round = ["qwen_ultra fails", "flux_high fails", "newbie_standard fails"];
    assert_eq!([round, round].concat(), told);
}

#[test]
fn s11_a_workflow_of_three_chains_is_repeated_as_a_whole_when_one_is_exhausted() {
    let around = policy(&format!("{{{GUARDS}}}"));
    let phase = |name: &str| {
        let document = format!(
            r#"{{"fallback": [{{"name": "{name}", {OWN}}}, {{"name": "{name}_cached", "quality": 0.5}}]}}"#
        );
        Engines::of(&policy(&document))
    };
    let mut phases = ["generate", "process", "output"].map(phase);
    let mut breaker = Breaker::new(around.breaker.unwrap());
    let mut told = Vec::new();
    phases[1].down = vec!["process"];
    let (result, ended) = resiliently(&around, &mut breaker, at(0), |now| {
        if now == at(5) {
            phases[1].down = vec!["process_cached"];
        }
        phases.iter_mut().try_fold(1.0, |worst: f64, phase| Ok(worst.min(phase.execute(now, &mut told)?)))
    });
    assert_eq!((Ok(1.0), at(5)), (result, ended));
    let expected = [
        "generate answers", "process fails", "process_cached fails", "generate answers", "process answers",
        "output answers",
    ];
    assert_eq!(expected, *told);
}
