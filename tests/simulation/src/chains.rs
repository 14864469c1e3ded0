//! Calls through a fallback chain.

use failsoft::fallback::{Availability, Chain, ChainConfig, ChainRun, Decision};
use failsoft::time::Instant;

use crate::answers::ANSWERS;
use crate::calls::pick;
use crate::totals::Fault;
use crate::world::World;

/// The chain, the calls through it, and how they ended.
#[derive(Debug)]
pub(crate) struct Chains {
    pub(crate) chain: Chain,
    runs: Vec<Run>,
    /// Calls that were served, came to the end, found all steps benched, failed at once, were given up.
    pub(crate) endings: [u64; 5],
    pub(crate) complaint: Option<String>,
}

#[derive(Debug)]
struct Run {
    call: ChainRun,
    tried: Vec<usize>,
    under_way: Option<usize>,
}

impl Chains {
    pub(crate) fn new(config: ChainConfig) -> Self {
        let chain = Chain::new(config).expect("a chain");
        Self { chain, runs: Vec::new(), endings: [0; 5], complaint: None }
    }

    /// The program begins again: its calls are gone, and nobody has counted them.
    pub(crate) fn restart(&mut self, before: Instant, after: Instant) {
        let saved = self.chain.snapshot(before);
        let mut chain = Chain::new(self.chain.config().clone()).expect("a chain");
        chain.restore(&saved, after).expect("its own snapshot");
        self.chain = chain;
        self.runs.clear();
    }

    fn next(&mut self, index: usize, benched: u64, now: Instant) -> (Decision, bool) {
        let steps = self.chain.config().steps.len();
        let free: Vec<usize> = (0..steps).filter(|step| benched >> step & 1 == 0).collect();
        let Self { chain, runs, endings, complaint } = self;
        let run = &mut runs[index];
        let in_order = chain.config().reorder.is_none();
        let available =
            |step: usize| if free.contains(&step) { Availability::Ready } else { Availability::Benched };
        let decision = run.call.next(chain, available, now).expect("a call that is between two steps");
        let mut wrong = |why: &str| {
            complaint.get_or_insert_with(|| format!("{why}: {decision:?} after {:?}", run.tried));
        };
        let left = free.iter().any(|step| !run.tried.contains(step));
        match decision {
            Decision::Try { step } => {
                if run.tried.contains(&step) || !free.contains(&step) {
                    wrong("a step that was tried before, or is on the bench");
                }
                if in_order && free.iter().any(|other| *other < step && !run.tried.contains(other)) {
                    wrong("a step out of its turn");
                }
                run.tried.push(step);
                run.under_way = Some(step);
                return (decision, false);
            }
            Decision::Exhausted { .. } => endings[1] += 1,
            Decision::AllBenched { .. } => endings[2] += 1,
            Decision::FailNow { .. } => wrong("an end that nothing led to"),
        }
        if left {
            wrong("an end although a step is left");
        }
        if matches!(decision, Decision::AllBenched { .. }) != run.tried.is_empty() {
            wrong("the wrong end");
        }
        (decision, true)
    }
}

impl World<'_> {
    pub(crate) fn chain_goes(&mut self, which: u8, chance: u64) {
        let now = self.now();
        let between = (0..self.chains.runs.len()).find(|index| self.chains.runs[*index].under_way.is_none());
        let index = between.unwrap_or_else(|| {
            let call = self.chains.chain.begin(now);
            self.chains.runs.push(Run { call, tried: Vec::new(), under_way: None });
            self.chains.runs.len() - 1
        });
        // Most often nothing is on the bench.
        let benched = if which.is_multiple_of(3) { chance } else { 0 };
        if benched & 0xf > 0 {
            self.totals.count(Fault::StepBenched);
        }
        let (decision, over) = self.chains.next(index, benched, now);
        if over {
            self.chain_is_over(index);
        } else if self.chains.runs.len() > MOST {
            self.chain_is_left(0);
        }
        self.tell(|| format!("a call through the chain: {decision:?}"));
    }

    pub(crate) fn chain_hears(&mut self, which: u8, chance: u64) {
        let now = self.now();
        let tried: Vec<(usize, usize)> = self
            .chains
            .runs
            .iter()
            .enumerate()
            .filter_map(|(index, run)| run.under_way.map(|step| (index, step)))
            .collect();
        let Some((index, step)) = pick(&tried, which) else { return };
        let Chains { chain, runs, endings, complaint } = &mut self.chains;
        let run = &mut runs[index];
        if chance.is_multiple_of(3) {
            let served = run.call.succeeded(chain, step, now).expect("a step under way");
            if served.step != step {
                complaint.get_or_insert_with(|| format!("{served:?}, but step {step} answered"));
            }
            endings[0] += 1;
            self.chain_is_over(index);
            return self.tell(|| format!("step {step} of the chain answers"));
        }
        let answer = pick(&WHICH, chance.to_le_bytes()[7]).unwrap_or(0);
        run.call.failed(chain, step, &self.plan.judged[answer].1, now).expect("a step under way");
        run.under_way = None;
        let Some(expected) = ANSWERS.get(answer) else { return };
        let over = run.call.ending().is_some();
        if over != (expected.fails_now || expected.cancelled) {
            complaint.get_or_insert_with(|| format!("{}: over is {over}", expected.name));
        }
        if over {
            endings[if expected.cancelled { 4 } else { 3 }] += 1;
            self.chain_is_over(index);
        }
        self.tell(|| format!("step {step} of the chain fails ({})", expected.name));
    }

    pub(crate) fn chain_is_left(&mut self, which: u8) {
        let index = usize::from(which) % self.chains.runs.len().max(1);
        let now = self.now();
        let Chains { chain, runs, endings, .. } = &mut self.chains;
        if let Some(run) = runs.get_mut(index) {
            run.call.abandoned(chain, now).expect("a call that is not over");
            endings[4] += 1;
            self.totals.count(Fault::ChainCancelled);
            self.chain_is_over(index);
            self.tell(|| "the caller of a chain goes away".into());
        }
    }

    fn chain_is_over(&mut self, index: usize) {
        let run = self.chains.runs.swap_remove(index);
        let report = run.call.report(&self.chains.chain);
        self.levels.hears(self.latest, |system, now| system.chained("chain", &report, now));
    }
}

/// Calls through the chain at a time.
const MOST: usize = 3;
/// Which answers steps fail with.
const WHICH: [usize; 6] = [0, 3, 4, 6, 7, 9];
