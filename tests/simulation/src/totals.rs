//! What was tried, in numbers.

use std::fmt::{self, Write as _};

/// What can go wrong in a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    Down,
    Flapping,
    Busy,
    Greedy,
    Refusing,
    TimingOut,
    Confused,
    Forbidding,
    Missing,
    Spent,
    Aborting,
    Herd,
    WokenEarly,
    WokenLate,
    AnsweredPartly,
    CancelledInFlight,
    CancelledWaiting,
    LateAnswer,
    LateTicket,
    LostTicket,
    DoubledTicket,
    ForgedTicket,
    ClockStalls,
    ClockLeaps,
    ClockGoesBack,
    ClockEnds,
    ForcedOpen,
    ForcedClosed,
    Reset,
    Reconfigured,
    RestoredInPlace,
    Restarted,
    BrokenSnapshot,
    ChainCancelled,
    StepBenched,
    BadMetric,
    MetricWithoutNumber,
    LevelByHand,
}

const NAMES: [&str; 38] = [
    "the server is down",
    "the server fails now and then",
    "the server asks for time",
    "the server asks for more time than anybody has",
    "connections are refused",
    "the server times out",
    "errors that nobody knows",
    "the server forbids",
    "what is asked for is not there",
    "the quota is spent",
    "the server's side cancels",
    "callers come in a herd",
    "a timer fires early",
    "a timer fires late",
    "an answer breaks off",
    "a caller leaves during an attempt",
    "a caller leaves while it waits",
    "an answer comes after the attempt was over",
    "a ticket comes back after its epoch",
    "a ticket is lost",
    "a ticket comes back twice",
    "a ticket is made up",
    "the clock stands still",
    "the clock leaps forward",
    "the clock goes back",
    "the clock reaches its end",
    "a breaker is held open",
    "a breaker is held closed",
    "a breaker is reset",
    "a breaker in use gets other settings",
    "a breaker is restored in place",
    "a program restarts from snapshots on another clock",
    "a snapshot cannot be read",
    "a chain's caller leaves",
    "a step is on the bench",
    "a metric is bad",
    "a metric is no number",
    "a level is chosen by hand",
];

/// How much was tried.
#[derive(Debug, Clone)]
pub struct Totals {
    /// Schedules.
    pub schedules: u64,
    /// Steps of all schedules together.
    pub steps: u64,
    /// Time that clocks moved forward, in nanoseconds.
    pub nanos: u128,
    faults: [u64; NAMES.len()],
}

impl Default for Totals {
    fn default() -> Self {
        Self { schedules: 0, steps: 0, nanos: 0, faults: [0; NAMES.len()] }
    }
}

impl Totals {
    pub(crate) const fn count(&mut self, fault: Fault) {
        self.faults[fault as usize] += 1;
    }

    /// Adds what another thread, or another schedule, has tried.
    pub fn add(&mut self, other: &Self) {
        self.schedules += other.schedules;
        self.steps += other.steps;
        self.nanos += other.nanos;
        for (mine, more) in self.faults.iter_mut().zip(other.faults) {
            *mine += more;
        }
    }

    /// Simulated years, whole ones.
    pub fn years(&self) -> u128 {
        self.nanos / (31_557_600 * 1_000_000_000)
    }

    /// How often each kind of fault happened.
    pub fn faults(&self) -> impl Iterator<Item = (&'static str, u64)> {
        NAMES.into_iter().zip(self.faults)
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kinds, all) = (self.faults().filter(|(_, times)| *times > 0).count(), self.faults.iter().sum());
        writeln!(
            f,
            "{} schedules, {} steps, {} faults of {kinds} kinds, {} simulated years",
            grouped(self.schedules),
            grouped(self.steps),
            grouped(all),
            grouped(u64::try_from(self.years()).unwrap_or(u64::MAX))
        )?;
        self.faults().try_for_each(|(name, times)| writeln!(f, "  {:>12}  {name}", grouped(times)))
    }
}

/// A number with its thousands apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    digits.chars().enumerate().fold(String::new(), |mut text, (index, digit)| {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        let _ = text.write_char(digit);
        text
    })
}
