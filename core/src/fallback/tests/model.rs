//! The chain against a model that keeps every observation and works everything out anew.

use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_decides_as_a_model_that_forgets_nothing(
        config in configs(),
        calls in prop::collection::vec(calls(), 1..120),
        restores in any::<bool>(),
    ) {
        let mut chain = Chain::new(config.clone()).unwrap();
        let mut model = Model::new(config);
        let mut now = secs(1_000_000);
        for (number, call) in calls.iter().enumerate() {
            now += secs(call.pause);
            if restores && number % 17 == 16 {
                let saved = chain.snapshot(instant(now));
                chain = Chain::new(model.config.clone()).unwrap();
                chain.restore(&saved, instant(now)).unwrap();
            }
            now = play(&mut chain, &mut model, call, now)?;
            adds_up(&chain, &model, now)?;
        }
    }
}

#[derive(Debug, Clone)]
struct Call {
    pause: u64,
    /// For each step: its bench and what comes of it.
    steps: Vec<(Bench, End, u64)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Bench {
    No,
    Unknown,
    For(u64),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Success,
    Failure,
    FailNow,
    Ignored,
    Refused,
    Cancelled,
}

fn calls() -> impl Strategy<Value = Call> {
    let bench =
        prop_oneof![6 => Just(Bench::No), 1 => Just(Bench::Unknown), 1 => (0..30_u64).prop_map(Bench::For)];
    let end = prop_oneof![
        8 => Just(End::Success),
        8 => Just(End::Failure),
        1 => Just(End::FailNow),
        1 => Just(End::Ignored),
        1 => Just(End::Refused),
        1 => Just(End::Cancelled),
    ];
    let steps = prop::collection::vec((bench, end, 0..40_u64), 5);
    let pause = prop_oneof![4 => 0..5_u64, 1 => 0..400_u64];
    (pause, steps).prop_map(|(pause, steps)| Call { pause, steps })
}

fn configs() -> impl Strategy<Value = ChainConfig> {
    let by = prop_oneof![Just(OrderBy::Success), Just(OrderBy::SuccessThenLatency)];
    let reorder =
        (by, 1..5_u32, 0..12_u32, 1..1_000_u64, 1..6_u32).prop_map(|(by, least, more, forget, every)| {
            Reorder {
                by,
                minimum_calls: count(least),
                history: count(least + more),
                forget_after: secs(forget),
                explore_every: count(every),
            }
        });
    (1..6_usize, prop::option::weighted(0.8, reorder)).prop_map(|(steps, reorder)| {
        let steps =
            (0..steps).map(|number| Step { cost: 0.25, quality: 0.5, ..Step::new(number.to_string()) });
        ChainConfig { reorder, ..ChainConfig::new(steps.collect()) }
    })
}

type Checked<T> = Result<T, TestCaseError>;

/// One call through both; the model says beforehand what must happen.
fn play(chain: &mut Chain, model: &mut Model, call: &Call, mut now: Duration) -> Checked<Duration> {
    let mut order = model.order(now);
    prop_assert_eq!(&order, &chain.current_order(instant(now)));
    let explored = model.explores(&order);
    if let Some(step) = explored {
        order.retain(|other| *other != step);
        order.insert(0, step);
    }
    let began = now;
    let mut run = chain.begin(instant(now));
    prop_assert_eq!(explored, run.explored());
    let (mut tried, mut attempted) = (Vec::new(), false);
    let ends = |step: usize| match call.steps[step].0 {
        Bench::No => None,
        Bench::Unknown => Some(Duration::MAX),
        Bench::For(seconds) => Some(began + secs(seconds)),
    };
    loop {
        let expected =
            order.iter().find(|step| !tried.contains(*step) && ends(**step).is_none_or(|end| end <= now));
        let available = |step| match ends(step) {
            None => Availability::Ready,
            Some(Duration::MAX) => Availability::Benched,
            Some(end) => Availability::BenchedUntil(instant(end)),
        };
        let decision = run.next(chain, available, instant(now)).unwrap();
        let Some(step) = expected.copied() else {
            let name = if attempted { "exhausted" } else { "all_benched" };
            prop_assert_eq!(Some(name), run.ending().map(Ending::name));
            model.ended(name, None);
            return Ok(now);
        };
        prop_assert_eq!(Decision::Try { step }, decision);
        tried.push(step);
        let (_, end, took) = call.steps[step];
        now += secs(took);
        attempted |= !matches!(end, End::Refused);
        model.settled(step, end, secs(took), explored == Some(step), now);
        let category = match end {
            End::Success => {
                let served = run.succeeded(chain, step, instant(now)).unwrap();
                prop_assert_eq!(Served { step, quality: 0.5, cost: 0.25 }, served);
                model.ended("served", Some(step));
                return Ok(now);
            }
            End::Failure | End::Ignored => Category::Server,
            End::FailNow => Category::Auth,
            End::Refused => Category::OpenCircuit,
            End::Cancelled => Category::Cancelled,
        };
        let verdict = Verdict { ignored: end == End::Ignored, ..verdict(category) };
        run.failed(chain, step, &verdict, instant(now)).unwrap();
        match end {
            End::FailNow => {
                let next = run.next(chain, |_| Availability::Ready, instant(now));
                prop_assert_eq!(Ok(Decision::FailNow { step }), next);
                model.ended("failed_now", None);
                return Ok(now);
            }
            End::Cancelled => {
                prop_assert_eq!(Some(Ending::Abandoned), run.ending());
                model.ended("abandoned", None);
                return Ok(now);
            }
            _ => {}
        }
    }
}

fn adds_up(chain: &Chain, model: &Model, now: Duration) -> Checked<()> {
    let statistics = chain.statistics(instant(now));
    let tally = statistics.tally;
    let ways = [tally.served, tally.exhausted, tally.all_benched, tally.failed_now, tally.abandoned];
    prop_assert_eq!(tally.calls, ways.iter().sum::<u64>());
    let expected =
        ["served", "exhausted", "all_benched", "failed_now", "abandoned"].map(|name| model.endings(name));
    prop_assert_eq!(expected, ways);
    prop_assert_eq!(tally.served, statistics.steps.iter().map(|step| step.successes).sum::<u64>());
    prop_assert_eq!(model.last.map(|step| step.to_string()), statistics.last_successful_fallback);
    for (index, step) in statistics.steps.iter().enumerate() {
        let of = |end: &[End]| {
            model.settled.iter().filter(|(at, how)| *at == index && end.contains(how)).count() as u64
        };
        prop_assert_eq!(of(&[End::Success]), step.successes);
        prop_assert_eq!(of(&[End::Failure, End::FailNow]), step.failures);
        prop_assert_eq!((of(&[End::Ignored]), of(&[End::Cancelled])), (step.ignored, step.abandoned));
        prop_assert_eq!(step.attempts, step.successes + step.failures + step.ignored + step.abandoned);
        let recent = model.recent(index, now);
        let successes = recent.iter().filter(|took| took.is_some()).count() as u64;
        prop_assert_eq!(
            (successes, recent.len() as u64 - successes),
            (step.recent.successes, step.recent.failures)
        );
    }
    Ok(())
}

struct Model {
    config: ChainConfig,
    /// Every observation of each step, in generations: when it began, and how long each success took.
    seen: Vec<Vec<(Duration, Vec<Option<Duration>>)>>,
    settled: Vec<(usize, End)>,
    endings: Vec<&'static str>,
    last: Option<usize>,
    turns: u32,
    /// The steps explored by turn, oldest first.
    explored: Vec<usize>,
    recovering: Vec<bool>,
}

impl Model {
    fn new(config: ChainConfig) -> Self {
        let count = config.steps.len();
        Self {
            config,
            seen: std::vec![Vec::new(); count],
            settled: Vec::new(),
            endings: Vec::new(),
            last: None,
            turns: 0,
            explored: Vec::new(),
            recovering: std::vec![false; count],
        }
    }

    fn recent(&self, step: usize, now: Duration) -> Vec<Option<Duration>> {
        let Some(reorder) = self.config.reorder else { return Vec::new() };
        let last = self.seen[step].iter().rev().take(4);
        let live = last.filter(|(began, _)| *began + reorder.forget_after > now);
        live.flat_map(|(_, seen)| seen.clone()).collect()
    }

    /// Repeated exchange of neighbours among the steps that are known.
    fn order(&self, now: Duration) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.seen.len()).collect();
        let Some(reorder) = self.config.reorder else { return order };
        let known = |step: usize| self.recent(step, now).len() >= reorder.minimum_calls.get() as usize;
        let places: Vec<usize> = order.iter().copied().filter(|step| known(*step)).collect();
        for _ in 0..places.len() {
            for pair in places.windows(2) {
                let (front, back) = (order[pair[0]], order[pair[1]]);
                if self.is_better(back, front, reorder.by, now) {
                    order.swap(pair[0], pair[1]);
                }
            }
        }
        order
    }

    fn is_better(&self, one: usize, other: usize, by: OrderBy, now: Duration) -> bool {
        let score = |step: usize| {
            let recent = self.recent(step, now);
            let successes: Vec<Duration> = recent.iter().flatten().copied().collect();
            let calls = recent.len();
            let rate = (0..=20).rev().find(|rate| successes.len() * 40 + calls >= 2 * rate * calls);
            let average =
                successes.iter().sum::<Duration>().checked_div(u32::try_from(successes.len()).unwrap());
            let pace = average
                .map(|average| (0..60).take_while(|power| average.as_micros() + 1 >= 2 << power).count());
            (rate, pace.unwrap_or(usize::MAX))
        };
        let ((rate, pace), (other_rate, other_pace)) = (score(one), score(other));
        rate > other_rate || (rate == other_rate && by == OrderBy::SuccessThenLatency && pace < other_pace)
    }

    fn explores(&mut self, order: &[usize]) -> Option<usize> {
        let every = self.config.reorder?.explore_every;
        let behind = |place: usize| order[..place].iter().any(|before| *before > order[place]);
        let mut demoted: Vec<usize> =
            (0..order.len()).filter(|place| behind(*place)).map(|place| order[place]).collect();
        demoted.sort_unstable();
        if demoted.is_empty() {
            return None;
        }
        self.turns += 1;
        if !self.turns.is_multiple_of(every.get()) {
            return demoted.into_iter().find(|step| self.recovering[*step]);
        }
        let step =
            demoted.into_iter().min_by_key(|step| self.explored.iter().rposition(|other| other == step));
        self.explored.extend(step);
        step
    }

    fn settled(&mut self, step: usize, end: End, took: Duration, explored: bool, now: Duration) {
        self.settled.push((step, end));
        let success = end == End::Success;
        let Some(reorder) = self.config.reorder.filter(|_| success || end == End::Failure) else { return };
        let recent = self.recent(step, now);
        let failures = recent.iter().filter(|took| took.is_none()).count();
        if success && explored && failures * 2 > recent.len() {
            self.recovering[step] = true;
        }
        let size = reorder.history.get().div_ceil(3) as usize;
        let seen = &mut self.seen[step];
        let fresh = seen
            .last()
            .is_some_and(|(began, seen)| seen.len() < size && *began + reorder.forget_after / 3 > now);
        if !fresh {
            seen.push((now, Vec::new()));
        }
        seen.last_mut().unwrap().1.push(success.then_some(took));
        if !success || self.recent(step, now).iter().all(Option::is_some) {
            self.recovering[step] = false;
        }
    }

    fn ended(&mut self, ending: &'static str, served: Option<usize>) {
        self.endings.push(ending);
        self.last = served.or(self.last);
    }

    fn endings(&self, name: &str) -> u64 {
        self.endings.iter().filter(|ending| **ending == name).count() as u64
    }
}

fn instant(time: Duration) -> Instant {
    Instant::default().saturating_add(time)
}
