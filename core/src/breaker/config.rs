//! The settings of a breaker, already known to make sense.

use core::num::NonZeroU32;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::nanos;

/// When a breaker trips, how long it stays open, and what it takes to close it again.
///
/// Numbers that must not be zero are types that cannot be; contradictions are rejected where documents
/// are read ([`crate::policy`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerConfig {
    /// So many failures trip it: in a row, or within the window if there is one. `None`: this does not.
    pub failure_threshold: Option<NonZeroU32>,
    /// So many failures *with the same fingerprint* in a row trip it.
    pub identical_failures: Option<NonZeroU32>,
    /// This share of failures among the calls in the window trips it.
    pub failure_rate: Option<Rate>,
    /// Calls that take too long, and the share of them in the window that trips it.
    pub slow_call: Option<SlowCall>,
    /// No rate trips it before so many calls are in the window.
    pub minimum_calls: NonZeroU32,
    /// Where calls are counted.
    pub window: Window,
    /// How long it stays open before it lets a probe through.
    pub recovery_timeout: Duration,
    /// How the open wait grows while probes keep failing.
    pub recovery_growth: Growth,
    /// Neither growth nor a server's hint keeps it open for longer than this, or `recovery_timeout` where that is longer.
    pub max_recovery_timeout: Duration,
    /// The open wait is drawn from the last so much of it, so that a fleet does not probe in step.
    pub recovery_jitter: Option<Rate>,
    /// So many probes at a time.
    pub half_open_max_calls: NonZeroU32,
    /// So many probes must succeed to close it.
    pub success_threshold: NonZeroU32,
    /// A probe that has not answered after this long gives its place to the next caller.
    pub probe_timeout: Duration,
    /// Whether it decides by itself.
    pub mode: Mode,
}

/// Where calls are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// In a row: a success starts over.
    Consecutive,
    /// Among this many calls.
    Count(NonZeroU32),
    /// Within this long, to a precision of one thirtieth.
    Time(Duration),
}

/// Which calls are slow, and how many of them are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlowCall {
    /// A call that takes this long or longer is slow, however it ends; one under way is counted as slow as soon as
    /// it has taken so long, to a precision of one eighth.
    pub duration: Duration,
    /// This share of slow calls among the calls in the window trips the breaker.
    pub rate: Rate,
}

/// Whether a breaker decides by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It does.
    #[default]
    Normal,
    /// It counts, trips and recovers, and says so, but rejects nobody: to try settings on real traffic.
    Shadow,
    /// It begins held open, as by [`Forced::Open`](super::Forced::Open).
    ForcedOpen,
    /// It begins held closed, as by [`Forced::Closed`](super::Forced::Closed).
    ForcedClosed,
}

/// A share above 0 and up to 1, to the millionth: what 0.1 means is then not a question of binary fractions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(NonZeroU32);

impl Rate {
    /// The share nearest to `share`; `None` if that is not above 0 and up to 1.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "float to integer casts saturate and turn NaN into 0, which is refused"
    )]
    pub fn new(share: f64) -> Option<Self> {
        let millionths = (share * f64::from(MILLION.get()) + 0.5) as u32;
        NonZeroU32::new(millionths).filter(|millionths| *millionths <= MILLION).map(Self)
    }

    /// The share as a number.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0.get()) / f64::from(MILLION.get())
    }

    /// Whether `part` is at least this share of `whole`.
    pub const fn is_reached(self, part: u32, whole: u32) -> bool {
        part as u64 * MILLION.get() as u64 >= self.0.get() as u64 * whole as u64
    }

    /// This share of a number of nanoseconds.
    #[allow(clippy::cast_possible_truncation, reason = "a share is at most the whole, which fitted")]
    pub(super) const fn of(self, nanos: u64) -> u64 {
        (nanos as u128 * self.0.get() as u128 / MILLION.get() as u128) as u64
    }
}

/// A factor from one open wait to the next, in thousandths; at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Growth(u32);

impl Growth {
    /// Every open wait is as long as the first.
    pub const NONE: Self = Self(THOUSAND);

    /// The factor nearest to `factor`; `None` if that is not from 1 to [`Self::MOST`].
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "float to integer casts saturate and turn NaN into 0, which is refused"
    )]
    pub fn new(factor: f64) -> Option<Self> {
        let thousandths = (factor * f64::from(THOUSAND) + 0.5) as u32;
        let most = (Self::MOST * f64::from(THOUSAND)) as u32;
        (THOUSAND..=most).contains(&thousandths).then_some(Self(thousandths))
    }

    /// The largest factor there is: beyond it growth is a way to write the cap.
    pub const MOST: f64 = 1_000.0;

    /// The factor as a number.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / f64::from(THOUSAND)
    }

    /// `first` grown so many `times`, at most `most`.
    pub(super) fn grow(self, first: u64, times: u32, most: u64) -> u64 {
        let mut wait = first.min(most);
        if self == Self::NONE {
            return wait;
        }
        for _ in 0..times {
            let longer = u128::from(wait) * u128::from(self.0) / u128::from(THOUSAND);
            let longer = u64::try_from(longer).unwrap_or(u64::MAX).min(most);
            if longer == wait {
                break;
            }
            wait = longer;
        }
        wait
    }
}

impl Default for BreakerConfig {
    /// Five failures in a row open it for a minute; then one probe at a time, and one success closes it.
    ///
    /// Five and sixty are the values of most libraries and of most of our users' own breakers. One probe is the
    /// least that a struggling dependency can be asked to bear. The lease is as long as the open wait: a
    /// lost probe then costs no more than one further trip would. Twenty calls are the fewest of which a share of a
    /// half says something: at fewer, chance alone trips a breaker whose dependency fails one call in four. Five
    /// minutes are the longest that a server may keep it open, as they are the longest outage that nobody is paged for.
    fn default() -> Self {
        Self {
            failure_threshold: NonZeroU32::new(5),
            identical_failures: None,
            failure_rate: None,
            slow_call: None,
            minimum_calls: NonZeroU32::MIN.saturating_add(19),
            window: Window::Consecutive,
            recovery_timeout: Duration::from_secs(60),
            recovery_growth: Growth::NONE,
            max_recovery_timeout: Duration::from_secs(300),
            recovery_jitter: None,
            half_open_max_calls: NonZeroU32::MIN,
            success_threshold: NonZeroU32::MIN,
            probe_timeout: Duration::from_secs(60),
            mode: Mode::Normal,
        }
    }
}

impl BreakerConfig {
    /// The longest that anything but a hand keeps it open.
    pub(super) fn longest_open_wait(&self) -> Duration {
        self.max_recovery_timeout.max(self.recovery_timeout)
    }

    /// The shortest that it stays open by itself.
    pub(crate) fn shortest_open_wait(&self) -> Duration {
        let wait = nanos(self.recovery_timeout);
        let drawn = self.recovery_jitter.map_or(0, |jitter| jitter.of(wait));
        Duration::from_nanos(wait.saturating_sub(drawn))
    }

    /// From when on a call is slow.
    pub(super) fn slow_limit(&self) -> Option<Duration> {
        self.slow_call.map(|slow| slow.duration)
    }

    /// Whether a rate has to be known, and so every call in the window has to be counted.
    pub const fn has_rates(&self) -> bool {
        self.failure_rate.is_some() || self.slow_call.is_some()
    }
}

const MILLION: NonZeroU32 = NonZeroU32::MIN.saturating_add(999_999);
const THOUSAND: u32 = 1_000;
