//! A schedule: from its seed to its end, and to the shortest story if it does not hold.

use std::fmt::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use failsoft::call::Judgement;
use failsoft::classify::Verdict;
use failsoft::policy::Policy;
use failsoft::system::SystemConfig;

use crate::answers;
use crate::document;
use crate::draw::Draw;
use crate::invariants::{self, Violation};
use crate::script::{self, Step};
use crate::totals::Totals;
use crate::world::{Plan, World};

/// What a seed stands for.
#[derive(Debug)]
pub struct Schedule {
    seed: u64,
    plan: Plan,
    steps: Vec<Step>,
}

/// A schedule that does not hold, as short as it could be made.
#[derive(Debug)]
pub struct Failure {
    /// Which.
    pub seed: u64,
    /// What was broken.
    pub violation: Violation,
    /// What it takes: documents, then steps with their times.
    pub story: Vec<String>,
    /// How many steps of the schedule are left.
    pub steps: usize,
}

impl Schedule {
    /// The schedule of `seed`.
    ///
    /// # Panics
    ///
    /// If a document that it makes is none.
    pub fn new(seed: u64) -> Self {
        let mut draw = Draw::new(seed);
        let guarded = !draw.one_in(12);
        let rates = draw.one_in(2);
        let breakers: Vec<_> = (0..3).map(|_| guarded.then(|| document::breaker(&mut draw, rates))).collect();
        let mut document = document::policy(&mut draw, breakers[0].as_ref());
        let documents: Vec<String> = breakers
            .iter()
            .map(|breaker| {
                if let Some(breaker) = breaker {
                    document["circuit_breaker"] = breaker.clone();
                }
                document.to_string()
            })
            .collect();
        let parse = |text: &String| Policy::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let policies: Vec<Policy> = documents.iter().map(parse).collect();
        let chain = parse(&document::chain(&mut draw).to_string());
        let system = document::system(&mut draw).to_string();
        let plan = Plan {
            judged: judged(policies[0].retry.respect_retry_after).to_vec(),
            policies,
            documents,
            chain: chain.fallback.expect("a chain").chain,
            system: SystemConfig::parse(&system).unwrap_or_else(|error| panic!("{system}: {error}")),
        };
        let steps = script::steps(&mut draw, STEPS);
        Self { seed, plan, steps }
    }

    /// Plays it, and adds to the totals what it tried.
    pub fn play(&self, totals: &mut Totals) -> Result<(), Failure> {
        let Err(violation) = self.goes(&self.steps, totals) else { return Ok(()) };
        let steps = self.shrunk(violation.invariant);
        let (violation, story) = self.told(&steps);
        Err(Failure { seed: self.seed, violation, story, steps: steps.len() })
    }

    /// Only whether it holds, and which promise it breaks.
    pub fn holds(&self, totals: &mut Totals) -> Result<(), Violation> {
        self.goes(&self.steps, totals)
    }

    fn goes(&self, steps: &[Step], totals: &mut Totals) -> Result<(), Violation> {
        let mut world = World::new(&self.plan, false);
        let outcome = through(&mut world, steps);
        totals.add(&world.totals);
        totals.schedules += 1;
        outcome
    }

    /// The fewest steps that still break the same promise.
    fn shrunk(&self, invariant: &str) -> Vec<Step> {
        let breaks = |steps: &[Step]| {
            self.goes(steps, &mut Totals::default()).err().is_some_and(|found| found.invariant == invariant)
        };
        fewest(&self.steps, breaks)
    }

    fn told(&self, steps: &[Step]) -> (Violation, Vec<String>) {
        let mut world = World::new(&self.plan, true);
        let found = through(&mut world, steps);
        let mut story: Vec<String> = Vec::new();
        for (index, document) in self.plan.documents.iter().enumerate() {
            story.push(format!("document {index}: {document}"));
        }
        story.extend(world.story.take().unwrap_or_default());
        let nothing = Violation { invariant: "none", what: "it holds when it is told".into() };
        (found.err().unwrap_or(nothing), story)
    }
}

/// As few of them as still break something: parts are left out, from halves down to single ones.
fn fewest<T: Copy>(all: &[T], breaks: impl Fn(&[T]) -> bool) -> Vec<T> {
    let mut steps = all.to_vec();
    let mut size = steps.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < steps.len() {
            let end = (at + size).min(steps.len());
            let fewer: Vec<T> = steps[..at].iter().chain(&steps[end..]).copied().collect();
            if breaks(&fewer) {
                steps = fewer;
            } else {
                at = end;
            }
        }
        size /= 2;
    }
    steps
}

/// The steps, one after the other; a panic breaks a promise as well.
fn through(world: &mut World<'_>, steps: &[Step]) -> Result<(), Violation> {
    let played = catch_unwind(AssertUnwindSafe(|| {
        for step in steps {
            world.plays(step);
            invariants::hold(world)?;
        }
        world.totals.steps = world.totals.steps.next_multiple_of(48);
        let ends = invariants::hold(world);
        world.totals.steps = steps.len() as u64;
        ends
    }));
    played.unwrap_or_else(|panic| {
        let what = panic.downcast_ref::<String>().cloned();
        let what = what.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(Violation { invariant: PANIC, what: what.unwrap_or_default() })
    })
}

/// What the default classifier makes of each answer, which is the same for all policies that treat hints alike.
fn judged(heeds_hints: bool) -> &'static [(Judgement, Verdict)] {
    static JUDGED: [OnceLock<Vec<(Judgement, Verdict)>>; 2] = [OnceLock::new(), OnceLock::new()];
    JUDGED[usize::from(heeds_hints)].get_or_init(|| {
        let document = format!(r#"{{"retry": {{"respect_retry_after": {heeds_hints}}}}}"#);
        answers::judged(&Policy::parse(&document).expect("a policy"))
    })
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { invariant, what } = &self.violation;
        writeln!(f, "seed {} breaks {invariant}, in {} steps:", self.seed, self.steps)?;
        for line in &self.story {
            writeln!(f, "  {line}")?;
        }
        f.write_char('\n')?;
        write!(f, "  {what}")
    }
}

/// Steps of a schedule.
pub const STEPS: usize = 240;
const PANIC: &str = "0: nothing panics";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_keeps_only_what_it_takes() {
        let all: Vec<u32> = (0..240).collect();
        let breaks = |steps: &[u32]| steps.contains(&7) && steps.contains(&142);
        assert_eq!(vec![7, 142], fewest(&all, breaks));
    }
}
