//! Analytics against a model that keeps every event and counts anew each time it is asked.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const SOURCES: [&str; 4] = ["search", "billing", "mail", "maps"];
const WIDTH: u64 = 2;
const WINDOW: u64 = 60;

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_tells_what_a_model_that_forgets_nothing_tells(
        history in 0..6_u32,
        minimum in 1..6_u32,
        restores in any::<bool>(),
        events in prop::collection::vec(events(), 1..150),
    ) {
        let config = AnalyticsConfig { history, minimum_calls: NonZeroU32::new(minimum).unwrap(), ..config() };
        let mut analytics = Analytics::new(config);
        let mut model = Model::default();
        for (number, event) in events.iter().enumerate() {
            match *event {
                Event::Pass(seconds) => model.clock += seconds,
                Event::Back(seconds) => model.clock = model.clock.saturating_sub(seconds),
                Event::Error(code, source) => {
                    record(&mut analytics, &status(code), SOURCES[source], model.clock);
                    let now = model.advance();
                    model.errors.push((now, code, SOURCES[source]));
                }
                Event::Call(failed, attempts) => {
                    let now = at(model.clock);
                    if failed { analytics.failed(attempts, now) } else { analytics.succeeded(attempts, now) }
                    let now = model.advance();
                    model.call(failed, attempts, now);
                }
                Event::Clear => {
                    analytics.clear_history();
                    model.errors.clear();
                    model.calls.clear();
                }
            }
            if restores && number % 13 == 12 {
                let now = at(model.now.max(model.clock));
                let saved = serde_json::to_string(&analytics.snapshot(now)).unwrap();
                analytics = Analytics::new(config);
                analytics.restore(&serde_json::from_str(&saved).unwrap(), now).unwrap();
                model.advance();
            }
            compare(&analytics, &model, history as usize, u64::from(minimum))?;
        }
    }
}

fn compare(analytics: &Analytics, model: &Model, history: usize, minimum: u64) -> Result<(), TestCaseError> {
    let now = model.now.max(model.clock);
    let report = analytics.report(at(model.clock));
    let count =
        |wanted: &dyn Fn(&(bool, u32)) -> bool| model.calls.iter().filter(|call| wanted(call)).count() as u64;
    let expected = Totals {
        errors: model.errors.len() as u64,
        succeeded: count(&|call| !call.0),
        failed: count(&|call| call.0),
        attempts: model.calls.iter().map(|call| u64::from(call.1)).sum(),
        retries: model.calls.iter().map(|call| u64::from(call.1.saturating_sub(1))).sum(),
        retried: count(&|call| call.1 > 1),
    };
    prop_assert_eq!(expected, report.totals);
    let (calls, failed) = model.window(now);
    prop_assert_eq!(Recent { window: 60.0, calls, failed }, report.recent);
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    let rate = (calls >= minimum).then(|| failed as f64 / calls as f64);
    prop_assert_eq!(rate, report.error_rate);
    let mut by_source = BTreeMap::<&str, u64>::new();
    let mut by_code = BTreeMap::<String, u64>::new();
    for (_, code, source) in &model.errors {
        *by_source.entry(source).or_default() += 1;
        *by_code.entry(code.to_string()).or_default() += 1;
    }
    let ranked = |counted: BTreeMap<String, u64>| {
        let mut ranked: Vec<_> = counted.into_iter().collect();
        ranked.sort_by_key(|(_, count)| core::cmp::Reverse(*count));
        ranked
    };
    let found = |counted: &[Counted]| -> Vec<_> {
        counted.iter().map(|name| (name.name.clone(), name.count)).collect()
    };
    let by_source = by_source.into_iter().map(|(name, count)| (name.to_string(), count)).collect();
    prop_assert_eq!(ranked(by_source), found(&report.by_source));
    prop_assert_eq!(ranked(by_code), found(&report.by_code));
    let kept: Vec<_> = model.errors.iter().rev().take(history).rev().collect();
    let kept: Vec<_> =
        kept.into_iter().map(|(at, code, source)| (now - at, code.to_string(), source.to_string())).collect();
    let seconds = |ago: f64| Duration::from_secs_f64(ago).as_secs();
    let history: Vec<_> =
        report.history.into_iter().map(|entry| (seconds(entry.ago), entry.code, entry.source)).collect();
    prop_assert_eq!(kept, history);
    Ok(())
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Pass(u64),
    Back(u64),
    Error(i64, usize),
    Call(bool, u32),
    Clear,
}

fn events() -> impl Strategy<Value = Event> {
    let code = prop_oneof![Just(500_i64), Just(503), Just(404), Just(429)];
    prop_oneof![
        40 => (0..4_u64).prop_map(Event::Pass),
        10 => (0..90_u64).prop_map(Event::Pass),
        5 => (0..90_u64).prop_map(Event::Back),
        60 => (code, 0..4_usize).prop_map(|(code, source)| Event::Error(code, source)),
        90 => (any::<bool>(), 0..6_u32).prop_map(|(failed, attempts)| Event::Call(failed, attempts)),
        1 => Just(Event::Clear),
    ]
}

#[derive(Default)]
struct Model {
    clock: u64,
    now: u64,
    errors: Vec<(u64, i64, &'static str)>,
    calls: Vec<(bool, u32)>,
    /// The calls that ended in each bucket by its beginning; a bucket is filled for two seconds from its first call on.
    buckets: Vec<(u64, u64, u64)>,
}

impl Model {
    fn advance(&mut self) -> u64 {
        self.now = self.now.max(self.clock);
        self.now
    }

    fn call(&mut self, failed: bool, attempts: u32, now: u64) {
        self.calls.push((failed, attempts));
        if self.buckets.last().is_none_or(|bucket| now >= bucket.0 + WIDTH) {
            self.buckets.push((now, 0, 0));
        }
        let bucket = self.buckets.last_mut().unwrap();
        bucket.1 += 1;
        bucket.2 += u64::from(failed);
    }

    fn window(&self, now: u64) -> (u64, u64) {
        let live = self.buckets.iter().filter(|bucket| now < bucket.0 + WINDOW);
        live.fold((0, 0), |sum, bucket| (sum.0 + bucket.1, sum.1 + bucket.2))
    }
}
