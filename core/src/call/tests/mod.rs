//! Stories of guarded calls, in virtual time. A story is told in lines such as `3s: wait 2s`.

mod attempts;
mod breaker;
mod budget;
#[cfg(feature = "std")]
mod composed;
mod deadline;
mod hedge;
mod hints;
mod isolation;
mod limits;
mod outage;
mod report;
mod seeds;
mod timeout;

use core::time::Duration;
use std::format;
use std::string::String;
use std::vec::Vec;

use super::{Call, Next, Step, StopReason};
use crate::breaker::{Breaker, Outcome, StateName, Ticket, Transition};
use crate::classify::Fault;
use crate::guard::{Gate, Guard, Guards, Ungated};
use crate::policy::Policy;
use crate::time::Instant;

/// A call through a policy and its guards, the time, and what has been told so far.
struct Story {
    policy: Policy,
    guards: Guards,
    call: Call,
    now: Instant,
    wait: Duration,
    told: Vec<String>,
}

impl Story {
    fn of(policy: &str) -> Self {
        Self::seeded(policy, 1)
    }

    fn seeded(policy: &str, seed: u64) -> Self {
        let policy = Policy::parse(policy).unwrap_or_else(|error| panic!("{policy}: {error}"));
        let guards = Guards::new(&policy.guards());
        let call = Call::new(seed, START);
        Self { policy, guards, call, now: START, wait: Duration::ZERO, told: Vec::new() }
    }

    fn breaker(&mut self) -> &mut Breaker {
        self.guards.breaker.as_mut().expect("a breaker")
    }

    fn opens_in(&mut self) -> Option<Duration> {
        self.guards.retry_after(self.now)
    }

    fn failures(&mut self) -> u32 {
        let now = self.now;
        self.breaker().failure_count(now)
    }

    fn state(&mut self) -> StateName {
        let now = self.now;
        self.breaker().state(now)
    }

    /// The call is over; another one begins, at the same breaker.
    fn another_call(&mut self) -> &mut Self {
        self.call = Call::new(1, self.now);
        self
    }

    fn after(&mut self, time: Duration) -> &mut Self {
        self.now = self.now.saturating_add(time);
        self
    }

    /// Sleeps as long as it was told to.
    fn sleep(&mut self) -> &mut Self {
        self.after(self.wait)
    }

    fn admit(&mut self) -> &mut Self {
        let step = self.call.admit(&self.policy, &mut self.guards, self.now);
        self.hear(step)
    }

    fn fail(&mut self, fault: &str) -> &mut Self {
        let step = self.call.fail(&self.policy, &mut self.guards, &parse(fault), self.now);
        self.hear(step)
    }

    /// Asks for a further attempt to race.
    fn hedge(&mut self) -> &mut Self {
        match self.call.hedge(&self.policy, &mut self.guards, self.now) {
            Some(step) => self.hear(step),
            None => self.tell("no hedge", None),
        }
    }

    /// One of several attempts fails.
    fn fails(&mut self, number: u32, fault: &str) -> &mut Self {
        let step = self.call.fail_attempt(number, &self.policy, &mut self.guards, &parse(fault), self.now);
        self.hear(step)
    }

    /// One of several attempts wins.
    fn wins(&mut self, number: u32) -> &mut Self {
        let change = self.call.succeed_attempt(number, &mut self.guards, self.now);
        self.tell("success", change)
    }

    fn succeed(&mut self) -> &mut Self {
        let change = self.call.succeed(&mut self.guards, self.now);
        self.tell("success", change)
    }

    fn abandon(&mut self) -> &mut Self {
        let change = self.call.abandon(&mut self.guards, self.now);
        self.tell("abandoned", change)
    }

    /// Begins, fails with each fault and sleeps in between, until it is told to do something else.
    fn play(&mut self, faults: &[&str]) -> &mut Self {
        self.admit();
        for fault in faults {
            self.fail(fault);
            if self.call.report().stop_reason.is_some() {
                break;
            }
            self.sleep().admit();
        }
        self
    }

    /// The policy's only call ends this way, as far as its breaker is concerned.
    fn others(&mut self, outcome: Outcome, times: u32) -> &mut Self {
        for _ in 0..times {
            let ticket = self.guards.admit(self.now).ticket.expect("admitted");
            let change = self.guards.settle(ticket, outcome, self.now);
            self.told.extend(change.map(|change| format!("{}: others, {}", self.clock(), arrow(change))));
        }
        self
    }

    /// Other calls succeed at their first attempt.
    fn others_succeed(&mut self, times: u32) -> &mut Self {
        for _ in 0..times {
            let mut call = Call::new(1, self.now);
            let _ = call.admit(&self.policy, &mut self.guards, self.now);
            call.succeed(&mut self.guards, self.now);
        }
        self
    }

    fn told(&mut self) -> Vec<String> {
        core::mem::take(&mut self.told)
    }

    fn hear(&mut self, step: Step) -> &mut Self {
        let line = match step.next {
            Next::Attempt { number, timeout: None, .. } => format!("attempt {number}"),
            Next::Attempt { number, timeout: Some(left), by_deadline: true, .. } => {
                format!("attempt {number}, {left:?} left")
            }
            Next::Attempt { number, timeout: Some(limit), .. } => format!("attempt {number} of {limit:?}"),
            Next::Wait(wait) => {
                self.wait = wait;
                format!("wait {wait:?}")
            }
            Next::Queue(longest) => format!("queue for {longest:?} at most"),
            Next::Race => String::from("race goes on"),
            Next::Stop(reason) => format!("stop {}", reason.name()),
            Next::Rejected(refusal) if matches!(refusal.by, Guard::Breaker(_)) => {
                format!("rejected, come back in {:?}", refusal.retry_after)
            }
            Next::Rejected(refusal) => {
                format!("refused by {}, come back in {:?}", refusal.by.name(), refusal.retry_after)
            }
        };
        self.tell(&line, step.transition)
    }

    fn tell(&mut self, line: &str, change: Option<Transition>) -> &mut Self {
        let change = change.map_or_else(String::new, |change| format!(", {}", arrow(change)));
        self.told.push(format!("{}: {line}{change}", self.clock()));
        self
    }

    fn clock(&self) -> String {
        format!("{:?}", self.now.saturating_since(START))
    }
}

fn arrow(change: Transition) -> String {
    format!("{} > {}", change.from.name(), change.to.name())
}

fn parse(fault: &str) -> Fault {
    Fault::from_json(fault).unwrap_or_else(|error| panic!("{fault}: {error}"))
}

/// A policy with this `retry` section and plain delays: 1 s, 2 s, 4 s …
fn plain(retry: &str) -> String {
    let comma = if retry.is_empty() { "" } else { "," };
    format!("{{\"retry\":{{\"jitter\":\"none\"{comma}{retry}}}}}")
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const START: Instant = Instant::from_nanos(1_000_000_000_000);

/// No connection could be made: the request surely never left.
const REFUSED: &str = r#"{"host":"python","type":"ConnectionRefusedError","bases":["ConnectionError","OSError","Exception"],"errno":111,"syscall":"connect","message":"[Errno 111] Connection refused"}"#;
/// The connection broke: the request may have arrived.
const RESET: &str = r#"{"host":"python","type":"ConnectionResetError","bases":["ConnectionError","OSError","Exception"],"errno":104,"message":"[Errno 104] Connection reset by peer"}"#;
const UNAVAILABLE: &str = r#"{"status":503}"#;
const NOT_FOUND: &str = r#"{"status":404}"#;
const MISTAKE: &str =
    r#"{"host":"python","type":"ValueError","bases":["Exception"],"message":"invalid literal"}"#;
const CANCELLED: &str = r#"{"host":"python","type":"asyncio.CancelledError","bases":["BaseException"]}"#;

/// A 503 with a `Retry-After` in seconds.
fn come_back_in(seconds: &str) -> String {
    format!(r#"{{"status":503,"headers":{{"Retry-After":"{seconds}"}}}}"#)
}
