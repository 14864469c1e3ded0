//! What a policy does, in plain words, and what in it cannot work as it stands.
//!
//! Nothing here is an error: every policy that parses can be used. But a policy is read once and runs for years,
//! and what follows from its numbers is easily overlooked.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use serde::Serialize;

use super::about_breaker::about_breaker;
use super::about_budget::about_budget;
use super::adaptive::about_adaptive;
use super::batch::about_batch;
use super::bulkhead::about_bulkhead;
use super::degradation_words::about_degradation;
use super::doubts::doubts;
use super::duration::in_seconds;
use super::heal::about_heal;
use super::hedge::about_hedge;
use super::rate_limit::about_rate_limit;
use super::throttle::about_throttle;
use super::{Fallback, Policy};
use crate::call::SyncTimeout;

/// What a policy does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// Sentences, in the order in which a call meets what they describe.
    pub sentences: Vec<String>,
    /// The first attempts, at most [`MOST_SHOWN`] of them.
    pub attempts: Vec<Plan>,
    /// The longest that a call can take, in seconds, its attempts included; absent if nothing bounds it.
    pub worst_case: Option<f64>,
    /// How many calls a dependency may see for each of the program's: the factor on its load in an outage, for as long as
    /// the budget lasts.
    pub amplification: u32,
    /// What cannot work, or hardly as it was meant.
    pub warnings: Vec<Warning>,
}

/// One attempt as planned; times in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Plan {
    /// From 1.
    pub number: u32,
    /// The shortest wait before it that can be drawn.
    pub shortest_wait: f64,
    /// The longest.
    pub longest_wait: f64,
    /// How long it may take; absent for no limit.
    pub limit: Option<f64>,
}

/// A doubt about a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The setting that it is about; of a fallback step's own policy, such as `fallback[1].policy.retry`.
    pub path: Cow<'static, str>,
    /// What is wrong with it.
    pub message: String,
}

impl Policy {
    /// Says what this policy does, and what in it cannot work.
    pub fn explain(&self) -> Explanation {
        let attempts =
            (1..=self.retry.max_attempts.get().min(MOST_SHOWN)).map(|number| self.plan(number)).collect();
        let worst_case = self.worst_case();
        let mut sentences = alloc::vec![self.about_attempts()];
        sentences.extend(self.about_waits());
        sentences.extend(self.about_budget());
        sentences.push(self.about_limits(worst_case));
        sentences.extend(self.breaker.as_ref().map(about_breaker));
        sentences.extend(self.throttle.as_ref().map(about_throttle));
        sentences.extend(self.rate_limit.as_ref().map(about_rate_limit));
        sentences.extend(self.bulkhead.as_ref().map(about_bulkhead));
        sentences.extend(self.adaptive.as_ref().map(about_adaptive));
        sentences.extend(self.hedge.as_ref().map(about_hedge));
        sentences.extend(self.heal.as_deref().map(about_heal));
        sentences.extend(self.batch.map(about_batch));
        sentences.extend(self.fallback.iter().flat_map(Fallback::sentences));
        sentences.extend(self.degradation.as_ref().map(about_degradation));
        Explanation {
            sentences,
            attempts,
            worst_case: worst_case.map(|longest| longest.as_secs_f64()),
            amplification: self.amplification(),
            warnings: doubts(self),
        }
    }

    /// Of its own dependency and those of its fallback, the one that sees most.
    pub(super) fn amplification(&self) -> u32 {
        let healed = self.heal.as_ref().map_or(0, |heal| heal.most_in_a_call());
        let attempts = self.retry.max_attempts.get();
        let own = attempts.saturating_mul(self.most_at_once()).saturating_mul(healed.saturating_add(1));
        self.fallback.as_ref().map_or(own, |chain| own.max(chain.amplification()))
    }

    fn plan(&self, number: u32) -> Plan {
        let (shortest, longest) =
            if number > 1 { self.wait_before(number - 1) } else { (Duration::ZERO, Duration::ZERO) };
        Plan {
            number,
            shortest_wait: shortest.as_secs_f64(),
            longest_wait: longest.as_secs_f64(),
            limit: self.timeout.map(|timeout| timeout.limit(number).as_secs_f64()),
        }
    }

    /// Its own attempts and waits, and then all the steps of its fallback one after the other.
    pub(super) fn worst_case(&self) -> Option<Duration> {
        let own = self.own_worst_case()?;
        self.fallback.as_ref().map_or(Some(own), |chain| Some(own.saturating_add(chain.worst_case()?)))
    }

    /// All attempts as long as they may be and all waits as long as they can be, those for a limit included, or the
    /// deadline where it comes first. A hint may lengthen any wait up to the cap. A remedy takes as long as it likes.
    fn own_worst_case(&self) -> Option<Duration> {
        if self.heal.is_some() {
            return None;
        }
        if self.retry.retry_open_circuit && self.retry.deadline.is_none() {
            return None;
        }
        let timeout = self.timeout?;
        let Some(turn) = self.longest_turn() else { return self.retry.deadline };
        let mut total = timeout.limit(1).saturating_add(turn);
        for number in 2..=self.retry.max_attempts.get().min(MOST_ADDED_UP) {
            let (_, longest) = self.wait_before(number - 1);
            let wait = if self.retry.respect_retry_after { self.retry.schedule.max_delay } else { longest };
            total = total.saturating_add(wait).saturating_add(turn).saturating_add(timeout.limit(number));
        }
        let counted = self.retry.max_attempts.get() <= MOST_ADDED_UP;
        self.retry.deadline.map_or(counted.then_some(total), |deadline| Some(total.min(deadline)))
    }

    /// The shortest and the longest wait that can be drawn before retry number `retry`, whatever failed before it.
    pub(super) fn wait_before(&self, retry: u32) -> (Duration, Duration) {
        let (shortest, longest) = self.retry.schedule.range(retry);
        // Each attempt that fails in a race counts.
        let failures = retry.saturating_mul(self.most_at_once());
        if self.retry.escalate_after.is_none_or(|limit| failures < limit.get()) {
            return (shortest, longest);
        }
        let escalated = self.retry.schedule.escalated().range(retry);
        (shortest.min(escalated.0), longest.max(escalated.1))
    }

    /// The attempts of one call that can be under way at the same time.
    fn most_at_once(&self) -> u32 {
        self.hedge.map_or(1, |hedge| hedge.max_hedges.saturating_add(1).get())
    }

    /// The longest that an attempt can wait for its limits to let it out; `None` if nothing bounds that.
    fn longest_turn(&self) -> Option<Duration> {
        let rate_limit = self.rate_limit.map_or(Duration::ZERO, |limit| limit.max_wait);
        match self.bulkhead.filter(|bulkhead| bulkhead.max_queue > 0) {
            None => Some(rate_limit),
            Some(bulkhead) => Some(rate_limit.saturating_add(bulkhead.max_wait?)),
        }
    }

    fn about_attempts(&self) -> String {
        let retry = &self.retry;
        let times = match retry.max_attempts.get() {
            1 => return String::from("each call is made once; nothing is retried"),
            attempts => format!("each call is made at most {attempts} times"),
        };
        let safe = if retry.idempotent {
            ""
        } else {
            ", again only where the request surely never left or was turned away"
        };
        format!("{times}{safe}")
    }

    fn about_waits(&self) -> Option<String> {
        let retry = &self.retry;
        if retry.max_attempts.get() == 1 {
            return None;
        }
        let shown = retry.max_attempts.get().min(MOST_SHOWN);
        let waits: Vec<String> = (1..shown)
            .map(|number| {
                let (shortest, longest) = self.wait_before(number);
                if shortest == longest {
                    seconds(longest)
                } else {
                    format!("{} to {}", seconds(shortest), seconds(longest))
                }
            })
            .collect();
        let more = if retry.max_attempts.get() > shown { " …" } else { "" };
        let hint = match (retry.respect_retry_after, retry.retry_after_over_cap) {
            (false, _) => String::from("a server's hint is not heeded"),
            (true, over) => format!(
                "a server's hint of at most {} replaces one, a longer hint {}",
                seconds(retry.schedule.max_delay),
                over.in_words()
            ),
        };
        let escalated = retry.escalate_after.map_or(String::new(), |limit| {
            let failures = plural(limit.get(), "failure", "failures of the same kind in a row");
            format!("; after {failures} they double with each retry, whatever the strategy")
        });
        Some(format!("the waits between them are {}{more}{escalated}; {hint}", waits.join(", ")))
    }

    fn about_budget(&self) -> Option<String> {
        let attempts = self.retry.max_attempts.get();
        match &self.retry.budget {
            None if attempts == 1 => None,
            None => Some(format!(
                "nothing bounds the retries of all calls together: in an outage each call is made {attempts} times"
            )),
            Some(budget) => Some(about_budget(budget)),
        }
    }

    fn about_limits(&self, worst_case: Option<Duration>) -> String {
        let attempt = match self.timeout {
            None => String::from("an attempt may take as long as it likes"),
            Some(timeout) => {
                let first = format!("an attempt may take {}", seconds(timeout.limit(1)));
                let last = timeout.limit(self.retry.max_attempts.get());
                let grown = if last > timeout.limit(1) {
                    format!(", the last one {}", seconds(last))
                } else {
                    String::new()
                };
                let sync = match timeout.sync {
                    SyncTimeout::Thread => ", functions that block in a thread of their own",
                    SyncTimeout::Refuse => "",
                };
                format!("{first}{grown}{sync}")
            }
        };
        let deadline = self.retry.deadline.map_or(String::new(), |deadline| {
            format!("; no wait is begun that ends later than {} after the call began", seconds(deadline))
        });
        let total = worst_case.map_or(String::from("; nothing bounds the whole call"), |total| {
            format!("; a call takes at most {}", seconds(total))
        });
        format!("{attempt}{deadline}{total}")
    }
}

pub(super) fn plural(count: u32, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// `a, b and c`.
pub(super) fn and_list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

pub(super) fn seconds(duration: Duration) -> String {
    format!("{} s", in_seconds(duration))
}

/// More attempts than anybody wants to read.
pub const MOST_SHOWN: u32 = 10;

/// More attempts than a sum has to have: a policy with more has no worst case worth a number.
const MOST_ADDED_UP: u32 = 10_000;
