//! A breaker as a list of what happened.

use failsoft::breaker::{BreakerConfig, Counts, Mode, Reason, StateName, Tally, Transition};

use super::nanos;
use super::window::Window;

/// Where the breaker should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Closed,
    /// Until when is known within bounds first, because a part of it may be drawn, and to the nanosecond once it was told.
    Open {
        least: u64,
        most: u64,
        until: Option<u64>,
    },
    HalfOpen,
    ForcedOpen,
    ForcedClosed,
}

impl Place {
    pub(crate) const fn name(self) -> StateName {
        match self {
            Self::Closed => StateName::Closed,
            Self::Open { .. } => StateName::Open,
            Self::HalfOpen => StateName::HalfOpen,
            Self::ForcedOpen => StateName::ForcedOpen,
            Self::ForcedClosed => StateName::ForcedClosed,
        }
    }
}

/// What an admitted call is to the breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Issue {
    pub(crate) generation: u64,
    pub(crate) number: u64,
    pub(crate) began: u64,
    pub(crate) probe: bool,
    /// Let pass in shadow mode only.
    pub(crate) bystander: bool,
}

/// What the end of a call means, as a table made by hand says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    Success,
    /// Of which kind, and for how long the server wants to be left alone.
    Failure(u64, Option<u64>),
    Nothing,
}

#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) config: BreakerConfig,
    pub(crate) now: u64,
    pub(crate) place: Place,
    /// Changes, and whatever else makes results that are still out meaningless.
    pub(crate) generation: u64,
    pub(crate) tally: Tally,
    /// Every result since it last closed: the kind of a failure.
    pub(super) row: Vec<Option<u64>>,
    window: Window,
    /// Calls of a closed breaker that have not come back: their number and when they began.
    pub(super) under_way: Vec<(u64, u64)>,
    /// Probes that hold a place: their number and when their lease ends, as it was when they went out.
    pub(crate) probes: Vec<(u64, u64)>,
    successes: u32,
    opened: u32,
    numbers: u64,
}

impl Model {
    pub(crate) fn new(config: BreakerConfig) -> Self {
        let place = match config.mode {
            Mode::Normal | Mode::Shadow => Place::Closed,
            Mode::ForcedOpen => Place::ForcedOpen,
            Mode::ForcedClosed => Place::ForcedClosed,
        };
        Self {
            config,
            now: 0,
            place,
            generation: 1,
            tally: Tally::default(),
            row: Vec::new(),
            window: Window::new(config.window),
            under_way: Vec::new(),
            probes: Vec::new(),
            successes: 0,
            opened: 0,
            numbers: 0,
        }
    }

    pub(crate) fn hear(&mut self, now: u64) {
        self.now = self.now.max(now);
    }

    /// A call wants to go out: who it is then, or how long to stay away.
    pub(crate) fn ask(&mut self, now: u64) -> (Result<Issue, Option<u64>>, Option<Transition>) {
        let change = self.wake(now);
        let now = self.now;
        self.numbers += 1;
        let issue = Issue {
            generation: self.generation,
            number: self.numbers,
            began: now,
            probe: false,
            bystander: false,
        };
        let answer = match self.place {
            Place::Closed => {
                self.under_way.push((issue.number, now));
                Ok(issue)
            }
            Place::ForcedClosed => Ok(issue),
            Place::ForcedOpen => Err(None),
            Place::Open { until, .. } => Err(until.map(|until| until - now)),
            Place::HalfOpen => {
                self.probes.retain(|(_, ends)| *ends > now);
                if self.probes.len() < self.config.half_open_max_calls.get() as usize {
                    let ends = now.saturating_add(nanos(self.config.probe_timeout));
                    self.probes.push((issue.number, ends));
                    Ok(Issue { probe: true, ..issue })
                } else {
                    Err(Some(self.place_free()))
                }
            }
        };
        self.tally.rejected += u64::from(answer.is_err());
        let lets_pass = self.config.mode == Mode::Shadow && self.place != Place::ForcedOpen;
        let answer =
            if answer.is_err() && lets_pass { Ok(Issue { bystander: true, ..issue }) } else { answer };
        (answer, change)
    }

    /// What time alone brings about.
    pub(crate) fn wake(&mut self, now: u64) -> Option<Transition> {
        self.hear(now);
        match self.place {
            Place::Open { until: Some(until), .. } if self.now >= until => {
                (self.probes, self.successes) = (Vec::new(), 0);
                Some(self.go(Place::HalfOpen, Reason::RecoveryTimeout))
            }
            Place::Closed if self.late() > 0 => self.trips().map(|reason| self.open(reason, None)),
            _ => None,
        }
    }

    /// A call comes back. `None` is a ticket that was never given out.
    pub(crate) fn settle(&mut self, issue: Option<Issue>, meaning: Meaning, now: u64) -> Option<Transition> {
        self.hear(now);
        if issue.is_some_and(|issue| issue.bystander) && self.config.mode == Mode::Shadow {
            return None;
        }
        let Some(issue) = issue.filter(|issue| self.is_waited_for(issue)) else {
            self.tally.stale += 1;
            return None;
        };
        let held = matches!(self.place, Place::ForcedOpen | Place::ForcedClosed);
        self.tally.failures += u64::from(matches!(meaning, Meaning::Failure(..)) && !held);
        let slow = self
            .config
            .slow_call
            .is_some_and(|slow| self.now - issue.began.min(self.now) >= nanos(slow.duration));
        match self.place {
            Place::Closed => {
                self.under_way.retain(|(number, _)| *number != issue.number);
                let (kind, hint) = match meaning {
                    Meaning::Nothing => return None,
                    Meaning::Success => (None, None),
                    Meaning::Failure(kind, hint) => (Some(kind), hint),
                };
                self.row.push(kind);
                if kind.is_some() || slow || self.config.has_rates() || !self.is_timed() {
                    self.window.add(kind.is_some(), slow, self.now);
                }
                if kind.is_none() && !slow {
                    return None;
                }
                self.trips().map(|reason| self.open(reason, hint))
            }
            Place::HalfOpen => {
                self.probes.retain(|(number, _)| *number != issue.number);
                match meaning {
                    Meaning::Nothing => return None,
                    Meaning::Failure(_, hint) => return Some(self.open(Reason::ProbeFailed, hint)),
                    Meaning::Success if slow => return Some(self.open(Reason::ProbeSlow, None)),
                    Meaning::Success => self.successes += 1,
                }
                (self.successes >= self.config.success_threshold.get())
                    .then(|| self.close(Reason::ProbesSucceeded))
            }
            Place::Open { .. } | Place::ForcedOpen | Place::ForcedClosed => None,
        }
    }

    pub(crate) fn is_waited_for(&self, issue: &Issue) -> bool {
        issue.generation == self.generation
            && match self.place {
                Place::Closed | Place::ForcedOpen | Place::ForcedClosed => true,
                Place::HalfOpen => self.probes.iter().any(|(number, _)| *number == issue.number),
                Place::Open { .. } => false,
            }
    }

    pub(crate) fn force(&mut self, place: Place) -> Option<Transition> {
        (self.place != place).then(|| self.go(place, Reason::Manual))
    }

    pub(crate) fn reset(&mut self) -> Option<Transition> {
        if self.place == Place::Closed {
            self.forget();
            self.generation += 1;
            return None;
        }
        Some(self.close(Reason::Manual))
    }

    pub(crate) fn reconfigure(&mut self, config: BreakerConfig, now: u64) -> Option<Transition> {
        self.hear(now);
        let before = core::mem::replace(&mut self.config, config);
        // Who took the lane past a window by time, without rates, was not heard of.
        if matches!(before.window, failsoft::breaker::Window::Time(_))
            && !before.has_rates()
            && before.identical_failures.is_none()
        {
            self.row.clear();
        }
        self.window.change(config.window, config.slow_call.is_some(), self.now);
        if let Place::Open { until: Some(until), .. } = self.place {
            let until = until.min(self.now.saturating_add(self.longest_wait()));
            self.place = Place::Open { least: until, most: until, until: Some(until) };
        }
        self.successes = self.successes.min(config.success_threshold.get() - 1);
        let limit = |config: &BreakerConfig| config.slow_call.map(|slow| slow.duration);
        if limit(&before) != limit(&config) {
            self.generation += 1;
            self.under_way.clear();
            self.probes.clear();
        }
        match (config.mode, self.place) {
            _ if config.mode == before.mode => None,
            (Mode::ForcedOpen, _) => self.force(Place::ForcedOpen),
            (Mode::ForcedClosed, _) => self.force(Place::ForcedClosed),
            (_, Place::ForcedOpen | Place::ForcedClosed) => self.reset(),
            _ => None,
        }
    }

    /// It was saved and restored when its clock read `before`, and the clock reads `after` now.
    pub(crate) fn restore(&mut self, before: u64, after: u64) {
        self.generation += 1;
        self.under_way.clear();
        self.probes.clear();
        self.successes = self.successes.min(self.config.success_threshold.get() - 1);
        if let Place::Open { until: Some(until), .. } = self.place {
            let left = until.saturating_sub(before).min(self.longest_wait());
            let until = after.saturating_add(left);
            self.place = Place::Open { least: until, most: until, until: Some(until) };
        }
        self.window.move_to(before, after);
        self.now = after;
    }

    /// The breaker says until when it is open. Was that to be expected?
    pub(crate) fn learn(&mut self, told: Option<u64>) -> Result<(), String> {
        let Place::Open { least, most, until: None } = self.place else { return Ok(()) };
        let told = told.ok_or("an open breaker that nothing wakes")?;
        self.place = Place::Open { least, most, until: Some(told.clamp(least, most)) };
        if (least..=most).contains(&told) {
            return Ok(());
        }
        let wait = |until: u64| until - self.now.min(until);
        Err(format!("open for {} ns, expected {} to {}", wait(told), wait(least), wait(most)))
    }

    /// How long until a call may be admitted; `None` if nobody knows.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        match self.place {
            Place::ForcedOpen => None,
            Place::Closed | Place::ForcedClosed => Some(0),
            _ if self.config.mode == Mode::Shadow => Some(0),
            Place::Open { until, .. } => until.map(|until| until.saturating_sub(self.now)),
            Place::HalfOpen => Some(self.place_free()),
        }
    }

    /// How long until so many leases have ended that somebody may take a place.
    fn place_free(&self) -> u64 {
        let mut ends: Vec<u64> =
            self.probes.iter().map(|(_, ends)| *ends).filter(|ends| *ends > self.now).collect();
        ends.sort_unstable();
        let over = ends.len().checked_sub(self.config.half_open_max_calls.get() as usize);
        over.map_or(0, |over| ends[over] - self.now)
    }

    /// Whose leases have not run out.
    pub(crate) fn leased(&self) -> usize {
        self.probes.iter().filter(|(_, ends)| *ends > self.now).count()
    }

    pub(crate) fn failures(&self) -> u32 {
        if self.is_row() { self.in_a_row().0 } else { self.window.counts(self.now).failures }
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = self.window.counts(self.now);
        let late = self.late();
        counts.calls += late;
        counts.slow += late;
        counts
    }

    fn open(&mut self, reason: Reason, hint: Option<u64>) -> Transition {
        let cap = u128::from(self.longest_wait());
        let mut wait = u128::from(nanos(self.config.recovery_timeout)).min(cap);
        let growth = thousandths(self.config.recovery_growth.as_f64());
        for _ in 0..self.opened {
            wait = (wait * growth / 1_000).min(cap);
        }
        let drawn =
            self.config.recovery_jitter.map_or(0, |part| wait * millionths(part.as_f64()) / 1_000_000);
        let hint = u128::from(hint.unwrap_or(0)).min(cap);
        let then = |wait: u128| self.now.saturating_add(u64::try_from(wait.max(hint)).unwrap_or(u64::MAX));
        let place = Place::Open { least: then(wait - drawn), most: then(wait), until: None };
        self.opened += 1;
        self.tally.trips += 1;
        self.go(place, reason)
    }

    fn close(&mut self, reason: Reason) -> Transition {
        self.forget();
        self.opened = 0;
        self.go(Place::Closed, reason)
    }

    fn forget(&mut self) {
        self.row.clear();
        self.window.clear();
        self.under_way.clear();
    }

    fn go(&mut self, to: Place, reason: Reason) -> Transition {
        let from = core::mem::replace(&mut self.place, to);
        self.generation += 1;
        self.under_way.clear();
        Transition { from: from.name(), to: to.name(), reason }
    }

    fn longest_wait(&self) -> u64 {
        nanos(self.config.max_recovery_timeout).max(nanos(self.config.recovery_timeout))
    }

    const fn is_row(&self) -> bool {
        matches!(self.config.window, failsoft::breaker::Window::Consecutive)
    }

    const fn is_timed(&self) -> bool {
        matches!(self.config.window, failsoft::breaker::Window::Time(_))
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a factor from 1 to 1 000")]
fn thousandths(factor: f64) -> u128 {
    (factor * 1e3).round() as u128
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share from 0 to 1")]
fn millionths(share: f64) -> u128 {
    (share * 1e6).round() as u128
}
