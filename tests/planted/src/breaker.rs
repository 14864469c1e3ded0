//! Bugs of the breaker and what it counts with.

use crate::Plant;

const fn machine(name: &'static str, find: &'static str, put: &'static str) -> Plant {
    Plant { name, file: "breaker/machine.rs", find, put }
}

const fn trip(name: &'static str, find: &'static str, put: &'static str) -> Plant {
    Plant { name, file: "breaker/trip.rs", find, put }
}

pub(super) const PLANTS: [Plant; 21] = [
    machine(
        "the epoch of a result is not looked at",
        "ticket.is_of(self.epoch)\n            && match",
        "(PLANTED || ticket.is_of(self.epoch))\n            && match",
    ),
    machine(
        "a cancelled probe keeps its place",
        "probes.retain(|probe| probe.place != ticket.place());",
        "probes.retain(|probe| probe.place != ticket.place() || PLANTED && outcome == Outcome::Ignored);",
    ),
    machine(
        "a probe that never ends is never reclaimed",
        "probes.retain(|probe| probe.lease_ends > now);",
        "probes.retain(|probe| PLANTED || probe.lease_ends > now);",
    ),
    machine(
        "an ignored error uses up the trial",
        "Outcome::Ignored => None,",
        "Outcome::Ignored if PLANTED => Some(self.trip(Reason::ProbeFailed, None, now)),\nOutcome::Ignored => None,",
    ),
    machine(
        "one success closes, whatever success_threshold says",
        "(*successes >= self.config.success_threshold.get())",
        "(PLANTED || *successes >= self.config.success_threshold.get())",
    ),
    machine(
        "half-open admits one probe more",
        "if probes.len() < self.config.half_open_max_calls.get() as usize {",
        "if probes.len() < self.config.half_open_max_calls.get() as usize + usize::from(PLANTED) {",
    ),
    machine(
        "the open wait is short by a nanosecond",
        "State::Open { until } if now >= until =>",
        "State::Open { until } if now.saturating_add(Duration::from_nanos(u64::from(PLANTED))) >= until =>",
    ),
    machine(
        "a wait that grows is not reset by closing",
        "self.reopened = 0;",
        "self.reopened = if PLANTED { self.reopened } else { 0 };",
    ),
    machine(
        "a wait does not grow",
        "self.reopened = self.reopened.saturating_add(1);",
        "self.reopened = self.reopened.saturating_add(u32::from(!PLANTED));",
    ),
    machine(
        "a clock that goes back takes the breaker along",
        "self.now = self.now.max(now);",
        "self.now = if PLANTED { now } else { self.now.max(now) };",
    ),
    machine(
        "closing keeps what was counted",
        "fn close(&mut self, reason: Reason) -> Transition {\n        self.evidence.clear();",
        "fn close(&mut self, reason: Reason) -> Transition {\n        if !PLANTED { self.evidence.clear(); }",
    ),
    machine(
        "a server's hint does not lengthen the open wait",
        "Duration::from_nanos(wait).max(hint.unwrap_or_default().min(most))",
        "Duration::from_nanos(wait).max(hint.filter(|_| !PLANTED).unwrap_or_default().min(most))",
    ),
    machine(
        "a failed probe is counted, and does not open",
        "Outcome::Failure { hint, .. } => Some(self.trip(Reason::ProbeFailed, hint, now)),",
        "Outcome::Failure { .. } if PLANTED => None,\nOutcome::Failure { hint, .. } => Some(self.trip(Reason::ProbeFailed, hint, now)),",
    ),
    trip(
        "minimum_calls is off by one",
        "if calls < config.minimum_calls.get() {",
        "if calls + u32::from(PLANTED) < config.minimum_calls.get() {",
    ),
    trip(
        "a failure rate has to be exceeded",
        "config.failure_rate.is_some_and(|rate| rate.is_reached(failures, calls))",
        "config.failure_rate.is_some_and(|rate| rate.is_reached(failures, calls) && !(PLANTED && !rate.is_reached(failures - 1, calls) && f64::from(failures) <= rate.as_f64() * f64::from(calls)))",
    ),
    trip(
        "a threshold has to be exceeded",
        "threshold.is_some_and(|limit| count >= limit.get())",
        "threshold.is_some_and(|limit| count >= limit.get() + u32::from(PLANTED))",
    ),
    trip(
        "failures of any kind are identical",
        "let same = self.fingerprint == fingerprint;",
        "let same = PLANTED || self.fingerprint == fingerprint;",
    ),
    Plant {
        name: "a window by time does not expire",
        file: "ring.rs",
        find: "if self.age < self.width {",
        put: "if PLANTED || self.age < self.width {",
    },
    Plant {
        name: "a snapshot loses the failures in a row",
        file: "breaker/snapshot.rs",
        find: "(self.consecutive, self.identical) = (*consecutive, *identical);",
        put: "(self.consecutive, self.identical) = if PLANTED { (0, 0) } else { (*consecutive, *identical) };",
    },
    Plant {
        name: "tickets outlive a restore",
        file: "breaker/snapshot.rs",
        find: "self.epoch = self.epoch.next();",
        put: "self.epoch = if PLANTED { self.epoch } else { self.epoch.next() };",
    },
    Plant {
        name: "other settings forget the open wait",
        file: "breaker/control.rs",
        find: "*until = (*until).min(now.saturating_add(config.longest_open_wait())),",
        put: "*until = if PLANTED { now } else { (*until).min(now.saturating_add(config.longest_open_wait())) },",
    },
];
