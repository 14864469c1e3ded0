//! The gradient that did not earn its place, kept so that it can be measured again: the limit follows the ratio of the
//! latency in the long run to the latency just now. After Netflix' Gradient2, in integers.

use super::server::Limiter;
use super::*;
use crate::limit::adaptive::places::{Call, Places};

pub(super) struct Gradient {
    /// In units of 2⁻²⁰.
    limit: u64,
    places: Places,
    admitted: u64,
    window: Window,
    /// Nanoseconds, moved by a part of each window's average.
    long: Option<u64>,
}

/// The samples since the limit was last set.
#[derive(Default)]
struct Window {
    began: Instant,
    sum: u64,
    count: u64,
    most_in_flight: u32,
    failures: u64,
}

impl Gradient {
    pub(super) fn new() -> Self {
        Self { limit: 20 * ONE, places: Places::new(), admitted: 0, window: Window::default(), long: None }
    }

    fn whole(&self) -> u32 {
        u32::try_from(self.limit / ONE).unwrap()
    }

    fn set(&mut self, now: Instant) {
        let window = core::mem::take(&mut self.window);
        self.window.began = now;
        let short = (window.sum / window.count).max(1);
        let mut long = self.long.unwrap_or(short);
        long = (long * (LONG - 1) + short) / LONG;
        // After long overload: back to what is usual now, faster than the average gets there.
        if long > 2 * short {
            long = long * 9 / 10;
        }
        self.long = Some(long);
        if window.failures == 0 && window.most_in_flight * 2 < self.whole() {
            return;
        }
        // Half as slow again is taken as noise; no window takes more than half of the limit.
        let gradient = (ONE * 3 / 2 * long / short).clamp(ONE / 2, ONE);
        let aim = self.limit * gradient / ONE + 4 * ONE;
        self.limit = ((self.limit * 4 + aim) / 5).clamp(ONE, 200 * ONE);
    }
}

impl Limiter for Gradient {
    fn enter(&mut self, now: Instant) -> Option<Permit> {
        if self.places.taken() >= self.whole() {
            return None;
        }
        self.admitted += 1;
        Some(self.places.enter(Call { number: self.admitted, began: now, counts: true }))
    }

    fn leave(&mut self, permit: Permit, outcome: Outcome, now: Instant) {
        self.window.most_in_flight = self.window.most_in_flight.max(self.places.taken());
        let call = self.places.leave(permit).unwrap();
        self.window.sum += nanos(now.saturating_since(call.began));
        self.window.count += 1;
        if outcome == Outcome::Failure {
            self.window.failures += 1;
            self.limit = (self.limit * 9 / 10).max(ONE);
        }
        if self.window.count >= 10 && now.saturating_since(self.window.began) >= Duration::from_millis(100) {
            self.set(now);
        }
    }
}

const ONE: u64 = 1 << 20;
/// Windows that the long run is made of.
const LONG: u64 = 100;
