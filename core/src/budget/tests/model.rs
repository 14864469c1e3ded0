//! Both kinds of budget against models that keep every event and count anew each time they are asked.

use proptest::prelude::*;
use std::vec::Vec;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_decides_as_a_model_that_forgets_nothing(config in configs(), events in prop::collection::vec(events(), 1..200)) {
        let mut budget = Budget::new(config);
        let mut model = Model { config, history: Vec::new(), now: 0 };
        // The budget's clock is ahead of the model's by this much, since a move.
        let (mut clock, mut ahead) = (EPOCH, 0_i64);
        for event in events {
            let now = Instant::from_nanos(clock.saturating_add_signed(ahead));
            match event {
                Event::Begin => {
                    budget.began(now);
                    model.at(clock).push(Entry::Begun);
                }
                Event::Succeed { retried } => {
                    let was_full = budget.is_full();
                    let filled = budget.succeeded(retried);
                    model.history.push((model.now, Entry::Succeeded { retried }));
                    prop_assert_eq!(!was_full && model.is_full(), filled);
                }
                Event::Retry => {
                    let expected = if model.balance(clock) < model.price() {
                        Withdrawal::Refused
                    } else {
                        Withdrawal::Granted { was_full: model.is_full() }
                    };
                    prop_assert_eq!(model.balance(clock) >= model.price(), budget.can_withdraw(now));
                    prop_assert_eq!(expected, budget.withdraw(now));
                    if expected.is_granted() {
                        model.at(clock).push(Entry::Retried);
                    }
                }
                Event::Advance(nanos) => clock += nanos,
                Event::StepBack(nanos) => clock = clock.saturating_sub(nanos).max(1),
                Event::Move { to } => {
                    let saved = budget.snapshot(now);
                    model.balance(clock);
                    (clock, ahead) = (model.now, i64::try_from(to).unwrap() - i64::try_from(model.now).unwrap());
                    budget = Budget::new(config);
                    budget.restore(&saved, Instant::from_nanos(to)).unwrap();
                }
            }
            let now = Instant::from_nanos(clock.saturating_add_signed(ahead));
            prop_assert_eq!(model.balance(clock), budget.balance(now).into());
            prop_assert_eq!(model.is_full(), budget.is_full());
        }
        comes_back(budget, Instant::from_nanos((model.now).saturating_add_signed(ahead)))?;
    }
}

/// Whatever happened, successes or time make another retry possible.
fn comes_back(mut budget: Budget, now: Instant) -> Result<(), TestCaseError> {
    let enough = |price: Amount, each: Amount| price.millionths().div_ceil(each.millionths());
    let later = match budget.config() {
        BudgetConfig::Tokens(config) => {
            for _ in 0..enough(config.retry_cost(), config.success_refund()) {
                budget.succeeded(false);
            }
            now
        }
        BudgetConfig::Ratio(config) => {
            let later = now.saturating_add(config.ttl() * 2);
            if config.reserve() < Amount::ONE {
                (0..enough(Amount::ONE, config.ratio())).for_each(|_| budget.began(later));
            }
            later
        }
    };
    prop_assert!(budget.can_withdraw(later));
    Ok(())
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Begin,
    Succeed {
        retried: bool,
    },
    Retry,
    Advance(u64),
    StepBack(u64),
    /// Saved, and restored where the clock reads this.
    Move {
        to: u64,
    },
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => Just(Event::Begin),
        4 => any::<bool>().prop_map(|retried| Event::Succeed { retried }),
        10 => Just(Event::Retry),
        6 => (0..SECOND).prop_map(Event::Advance),
        1 => (0..40 * SECOND).prop_map(Event::Advance),
        1 => (0..100 * SECOND).prop_map(Event::StepBack),
        1 => (0..200 * SECOND).prop_map(|to| Event::Move { to }),
    ]
}

fn configs() -> impl Strategy<Value = BudgetConfig> {
    let part = |most: u64| (1_000..=most).prop_map(Amount::from_millionths);
    let tokens = (part(6 * TOKEN), part(3 * TOKEN), part(2 * TOKEN)).prop_map(|(more, cost, refund)| {
        let capacity = Amount::from_millionths(cost.millionths() + more.millionths() - 1);
        BudgetConfig::Tokens(TokenBudget::new(capacity, cost, refund).expect("a bucket that works"))
    });
    let ttl = prop_oneof![1..40_u64, (1..1_000_u64).prop_map(|tenths| tenths * SECOND / 10)];
    let ratio = (1_000..2 * TOKEN, 0..10 * TOKEN, ttl).prop_map(|(ratio, reserve, ttl)| {
        let each_second = Amount::from_millionths(reserve.saturating_mul(SECOND) / ttl);
        share(Amount::from_millionths(ratio), each_second, Duration::from_nanos(ttl))
    });
    prop_oneof![tokens, ratio]
}

#[derive(Debug, Clone, Copy)]
enum Entry {
    Begun,
    Succeeded { retried: bool },
    Retried,
}

struct Model {
    config: BudgetConfig,
    /// All that ever happened, and when.
    history: Vec<(u64, Entry)>,
    now: u64,
}

impl Model {
    fn at(&mut self, clock: u64) -> Moment<'_> {
        self.now = self.now.max(clock);
        Moment(self)
    }

    fn balance(&mut self, clock: u64) -> u128 {
        self.now = self.now.max(clock);
        self.counted()
    }

    fn counted(&self) -> u128 {
        match self.config {
            BudgetConfig::Tokens(config) => {
                self.history.iter().fold(config.capacity().millionths().into(), |balance, entry| {
                    let more = match entry.1 {
                        Entry::Begun => 0,
                        Entry::Succeeded { retried: false } => config.success_refund().millionths().into(),
                        Entry::Succeeded { retried: true } => config.retry_cost().millionths().into(),
                        Entry::Retried => return balance - u128::from(config.retry_cost().millionths()),
                    };
                    u128::min(balance + more, config.capacity().millionths().into())
                })
            }
            BudgetConfig::Ratio(config) => {
                // The documented rule: ten buckets, or as many as the time has nanoseconds if those are fewer.
                let ttl = u64::try_from(config.ttl().as_nanos()).unwrap();
                let width = ttl.div_ceil(10);
                let counts = |then: u64| (self.now / width - then / width) * width < ttl;
                let reserve = u128::from(config.min_retries_per_second().millionths()) * u128::from(ttl);
                let sum: i128 = self
                    .history
                    .iter()
                    .filter(|(then, _)| counts(*then))
                    .map(|(_, entry)| match entry {
                        Entry::Begun => i128::from(config.ratio().millionths()),
                        Entry::Retried => -i128::from(TOKEN),
                        Entry::Succeeded { .. } => 0,
                    })
                    .sum();
                let reserve = i128::try_from(reserve / u128::from(SECOND)).unwrap();
                u128::try_from(reserve + sum).unwrap_or(0)
            }
        }
    }

    fn price(&self) -> u128 {
        match self.config {
            BudgetConfig::Tokens(config) => config.retry_cost().millionths().into(),
            BudgetConfig::Ratio(_) => TOKEN.into(),
        }
    }

    fn is_full(&self) -> bool {
        match self.config {
            BudgetConfig::Tokens(config) => self.counted() == u128::from(config.capacity().millionths()),
            BudgetConfig::Ratio(_) => false,
        }
    }
}

/// A model whose clock is set.
struct Moment<'m>(&'m mut Model);

impl Moment<'_> {
    fn push(self, entry: Entry) {
        self.0.history.push((self.0.now, entry));
    }
}

const SECOND: u64 = 1_000_000_000;
const EPOCH: u64 = 10_000 * SECOND;
