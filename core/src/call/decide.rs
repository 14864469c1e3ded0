//! Whether a call goes on after a failure or a refusal, and after how long.

use core::time::Duration;

use super::machine::{Call, Next};
use super::report::StopReason;
use crate::classify::{Category, Verdict};
use crate::guard::{Gate, Guard, Refusal};
use crate::policy::Policy;

impl Call {
    /// How long to wait before trying again, or why not to.
    pub(super) fn wait(
        &mut self,
        policy: &Policy,
        gate: &mut impl Gate,
        verdict: &Verdict,
    ) -> Result<Duration, StopReason> {
        let retry = &policy.retry;
        match verdict.category {
            Category::Cancelled => return Err(StopReason::Cancelled),
            Category::OpenCircuit if !verdict.retryable => return Err(StopReason::CircuitOpen),
            // An attempt that was cut off because the call's time was up; as an error it is not worth a retry.
            Category::Timeout if self.is_late(policy) => return Err(StopReason::Deadline),
            _ if !verdict.retryable => return Err(StopReason::Permanent),
            _ if self.retries + 1 >= retry.max_attempts.get() => return Err(StopReason::Exhausted),
            _ if self.answering || !(retry.idempotent || verdict.unsent) => {
                return Err(StopReason::NotIdempotent);
            }
            _ => {}
        }
        let escalated = retry.escalate_after.is_some_and(|limit| self.identical.1 >= limit.get());
        let delay = if escalated {
            retry.schedule.escalated().delay(self.retries + 1, self.waited, &mut self.rng)
        } else {
            retry.schedule.delay(self.retries + 1, self.waited, &mut self.rng)
        };
        // A hint of zero is no hint: "at once" from a server that is failing is an invitation to a hot loop.
        let hint = verdict.retry_after.filter(|hint| retry.respect_retry_after && !hint.is_zero());
        let mut wait = match hint {
            None => delay,
            Some(hint) => retry
                .retry_after_over_cap
                .wait(hint, delay, retry.schedule.max_delay)
                .ok_or(StopReason::RetryAfterOverCap)?,
        };
        match gate.retry_after(self.latest) {
            Some(closed_for) if closed_for <= wait => {}
            // To sleep and then be refused would lose the caller's own error and time.
            Some(closed_for) if retry.retry_open_circuit => wait = closed_for,
            _ => return Err(StopReason::CircuitOpen),
        }
        let in_time = retry.deadline.is_none_or(|deadline| self.elapsed().saturating_add(wait) < deadline);
        if !in_time {
            return Err(StopReason::Deadline);
        }
        // Last, so that nothing is paid for a retry that would not have been made anyhow.
        if gate.withdraw(self.latest) { Ok(wait) } else { Err(StopReason::Budget) }
    }

    /// What a refused attempt leads to. Our own refusals are not retried, but for a breaker's if so told.
    pub(super) fn refused(&mut self, policy: &Policy, refusal: Refusal, left: Option<Duration>) -> Next {
        let waits = policy.retry.retry_open_circuit && matches!(refusal.by, Guard::Breaker(_));
        let wait = refusal.retry_after.filter(|wait| {
            let in_time = left.is_none_or(|left| *wait < left);
            waits && in_time && self.retries + 1 < policy.retry.max_attempts.get()
        });
        if let Some(wait) = wait {
            self.retries += 1;
            self.waited = wait;
            Next::Wait(wait)
        } else {
            self.stop_reason = Some(refusal.by.into());
            Next::Rejected(refusal)
        }
    }

    fn is_late(&self, policy: &Policy) -> bool {
        policy.retry.deadline.is_some_and(|deadline| self.elapsed() >= deadline)
    }
}
