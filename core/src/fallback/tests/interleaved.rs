//! Many calls at once, whose drivers get everything wrong: results come twice, late, for other steps or never, and the
//! clock jumps. What holds is counted anew from a log of what was accepted.

use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_drivers_do_the_counts_add_up_and_no_step_is_tried_twice(
        learns in any::<bool>(),
        events in prop::collection::vec(events(), 1..200),
    ) {
        let config = if learns { learning() } else { plain() };
        let mut world = World { chain: Chain::new(config).unwrap(), clock: 1_000, calls: Vec::new(), log: Vec::new() };
        for event in &events {
            world.step(*event)?;
        }
        world.adds_up()?;
    }
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Begin,
    /// Which call; a bit for each step that is benched.
    Next(usize, u8),
    Settle(usize, usize, End),
    Abandon(usize),
    Lose(usize),
    Advance(u64),
    StepBack(u64),
    /// To another process.
    Move,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Success,
    Failure,
    FailNow,
    Refused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fact {
    Step(usize, End),
    Abandoned(usize),
    Benched(usize),
    Ended(&'static str),
}

struct Call {
    run: ChainRun,
    tried: Vec<usize>,
    benched: Vec<usize>,
    under_way: Option<usize>,
    over: bool,
    /// What is answered again once it is over, if it ended with an answer.
    answer: Option<Decision>,
}

struct World {
    chain: Chain,
    clock: u64,
    calls: Vec<Call>,
    log: Vec<Fact>,
}

fn events() -> impl Strategy<Value = Event> {
    let end = prop_oneof![
        2 => Just(End::Success),
        4 => Just(End::Failure),
        1 => Just(End::FailNow),
        1 => Just(End::Refused),
    ];
    prop_oneof![
        4 => Just(Event::Begin),
        12 => (0..4_usize, 0..8_u8, any::<bool>())
            .prop_map(|(call, benched, ready)| Event::Next(call, if ready { 0 } else { benched })),
        12 => (0..4_usize, 0..4_usize, end).prop_map(|(call, step, end)| Event::Settle(call, step, end)),
        1 => (0..4_usize).prop_map(Event::Abandon),
        1 => (0..4_usize).prop_map(Event::Lose),
        3 => (0..200_u64).prop_map(Event::Advance),
        1 => (0..2_000_u64).prop_map(Event::StepBack),
        1 => Just(Event::Move),
    ]
}

type Checked = Result<(), TestCaseError>;

impl World {
    fn step(&mut self, event: Event) -> Checked {
        let now = at(self.clock);
        match event {
            Event::Begin => {
                let run = self.chain.begin(now);
                let (tried, benched) = (Vec::new(), Vec::new());
                self.calls.push(Call { run, tried, benched, under_way: None, over: false, answer: None });
            }
            Event::Next(call, mask) => return self.next(call, mask),
            Event::Settle(call, step, end) => return self.settle(call, step, end),
            Event::Abandon(call) => {
                let Some(call) = self.calls.get_mut(call) else { return Ok(()) };
                let done = call.run.abandoned(&mut self.chain, now);
                prop_assert_eq!(!call.over, done.is_ok());
                if done.is_ok() {
                    self.log.extend(call.under_way.map(Fact::Abandoned));
                    end(call, "abandoned", None, &mut self.log);
                }
            }
            Event::Lose(call) if call < self.calls.len() => drop(self.calls.remove(call)),
            Event::Lose(_) => {}
            Event::Advance(seconds) => self.clock += seconds,
            Event::StepBack(seconds) => self.clock = self.clock.saturating_sub(seconds),
            Event::Move => {
                let snapshot = self.chain.snapshot(now);
                self.chain = Chain::new(self.chain.config().clone()).unwrap();
                self.clock = 7;
                self.chain.restore(&snapshot, at(self.clock)).unwrap();
                self.calls.clear();
            }
        }
        Ok(())
    }

    fn next(&mut self, call: usize, mask: u8) -> Checked {
        let Some(call) = self.calls.get_mut(call) else { return Ok(()) };
        let (mut asked, before) = (Vec::new(), self.chain.clone());
        let available = |step: usize| {
            asked.push(step);
            if mask >> step & 1 == 1 { Availability::Benched } else { Availability::Ready }
        };
        let decision = call.run.next(&mut self.chain, available, at(self.clock));
        if let Some(answer) = call.answer {
            prop_assert_eq!(Ok(answer), decision);
            return Ok(());
        }
        if call.over || call.under_way.is_some() {
            prop_assert!(decision.is_err());
            prop_assert_eq!(&before, &self.chain);
            return Ok(());
        }
        prop_assert!(asked.iter().all(|step| !call.tried.contains(step)));
        for step in asked {
            let benched = mask >> step & 1 == 1;
            call.benched.retain(|other| *other != step);
            if benched {
                call.benched.push(step);
            } else {
                prop_assert_eq!(Ok(Decision::Try { step }), decision);
                call.tried.push(step);
                call.under_way = Some(step);
                return Ok(());
            }
        }
        let failed = call.tried.iter().any(|step| !call.benched.contains(step));
        let (name, answer) = if failed {
            ("exhausted", Decision::Exhausted { until: None })
        } else {
            ("all_benched", Decision::AllBenched { until: None })
        };
        prop_assert_eq!(Ok(answer), decision);
        prop_assert_eq!(
            3,
            (0..3).filter(|step| call.tried.contains(step) || call.benched.contains(step)).count()
        );
        end(call, name, Some(answer), &mut self.log);
        Ok(())
    }

    fn settle(&mut self, call: usize, step: usize, how: End) -> Checked {
        let Some(call) = self.calls.get_mut(call) else { return Ok(()) };
        let (before, now) = ((self.chain.clone(), call.run.clone()), at(self.clock));
        let done = match how {
            End::Success => call.run.succeeded(&mut self.chain, step, now).map(drop),
            End::Failure => call.run.failed(&mut self.chain, step, &verdict(Category::Server), now),
            End::FailNow => call.run.failed(&mut self.chain, step, &verdict(Category::Auth), now),
            End::Refused => call.run.refused(&mut self.chain, step, None, now),
        };
        prop_assert_eq!(call.under_way == Some(step), done.is_ok());
        if done.is_err() {
            prop_assert_eq!(before, (self.chain.clone(), call.run.clone()));
            return Ok(());
        }
        call.under_way = None;
        match how {
            End::Refused => call.benched.push(step),
            _ => self.log.push(Fact::Step(step, how)),
        }
        match how {
            End::Success => end(call, "served", None, &mut self.log),
            End::FailNow => end(call, "failed_now", Some(Decision::FailNow { step }), &mut self.log),
            End::Failure | End::Refused => {}
        }
        Ok(())
    }

    fn adds_up(&self) -> Checked {
        let count = |fact: Fact| self.log.iter().filter(|other| **other == fact).count() as u64;
        let statistics = self.chain.statistics(at(self.clock));
        let tally = statistics.tally;
        let endings = ["served", "exhausted", "all_benched", "failed_now", "abandoned"];
        let counted = [tally.served, tally.exhausted, tally.all_benched, tally.failed_now, tally.abandoned];
        prop_assert_eq!(endings.map(|ending| count(Fact::Ended(ending))), counted);
        prop_assert_eq!(counted.iter().sum::<u64>(), tally.calls);
        for (index, step) in statistics.steps.iter().enumerate() {
            let of = |end| count(Fact::Step(index, end));
            let expected = (of(End::Success), of(End::Failure) + of(End::FailNow));
            prop_assert_eq!(expected, (step.successes, step.failures));
            prop_assert_eq!(count(Fact::Abandoned(index)), step.abandoned);
            prop_assert_eq!(count(Fact::Benched(index)), step.benched);
        }
        Ok(())
    }
}

fn end(call: &mut Call, name: &'static str, answer: Option<Decision>, log: &mut Vec<Fact>) {
    log.extend(call.benched.drain(..).map(Fact::Benched));
    log.push(Fact::Ended(name));
    call.under_way = None;
    (call.over, call.answer) = (true, answer);
}
