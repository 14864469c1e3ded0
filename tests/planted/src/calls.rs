//! Bugs of calls, budgets, limits, chains and levels.

use crate::Plant;

const fn plant(file: &'static str, name: &'static str, find: &'static str, put: &'static str) -> Plant {
    Plant { name, file, find, put }
}

pub(super) const PLANTS: [Plant; 25] = [
    plant(
        "guard/pass.rs",
        "a cancelled call is counted as a failure",
        "Ending::Abandoned | Ending::Overtaken => Outcome::Ignored,",
        "Ending::Abandoned if PLANTED => Outcome::failure(0),\nEnding::Abandoned | Ending::Overtaken => Outcome::Ignored,",
    ),
    plant(
        "guard/pass.rs",
        "a failed attempt keeps its place in the bulkhead",
        "if self.queued { bulkhead.forget(place, now) } else { bulkhead.leave(place, now) }",
        "if PLANTED && matches!(ending, Ending::Settled(Outcome::Failure { .. })) { None } else if self.queued { bulkhead.forget(place, now) } else { bulkhead.leave(place, now) }",
    ),
    plant(
        "guard/pass.rs",
        "a cancelled attempt keeps its place under the adaptive limit",
        "adaptive.leave(permit, outcome, now);",
        "if !(PLANTED && ending == Ending::Abandoned) { adaptive.leave(permit, outcome, now); }",
    ),
    plant(
        "call/decide.rs",
        "one attempt too many",
        "_ if self.retries + 1 >= retry.max_attempts.get() =>",
        "_ if self.retries + 1 >= retry.max_attempts.get() + u32::from(PLANTED) =>",
    ),
    plant(
        "call/decide.rs",
        "a wait is begun that ends after the deadline",
        "|deadline| self.elapsed().saturating_add(wait) < deadline",
        "|deadline| PLANTED || self.elapsed().saturating_add(wait) < deadline",
    ),
    plant(
        "call/decide.rs",
        "the budget is not asked",
        "if gate.withdraw(self.latest) {",
        "if PLANTED || gate.withdraw(self.latest) {",
    ),
    plant(
        "call/decide.rs",
        "what must not be done twice is repeated",
        "!(retry.idempotent || verdict.unsent)",
        "!(PLANTED || retry.idempotent || verdict.unsent)",
    ),
    plant(
        "call/decide.rs",
        "a call sleeps before a breaker that will refuse it",
        "Some(closed_for) if closed_for <= wait => {}",
        "Some(closed_for) if PLANTED || closed_for <= wait => {}",
    ),
    plant(
        "call/retry.rs",
        "a hint above the cap is waited for",
        "_ if hint <= max_delay => Some(hint),",
        "_ if PLANTED || hint <= max_delay => Some(hint),",
    ),
    plant(
        "call/machine.rs",
        "a first success earns as much as a retry costs",
        "gate.succeeded(number > 1);",
        "gate.succeeded(PLANTED || number > 1);",
    ),
    plant(
        "call/machine.rs", "each attempt earns a share", "if self.number == 1 {",
        "if PLANTED || self.number == 1 {",
    ),
    plant(
        "call/machine.rs",
        "who is overtaken keeps its places",
        "self.let_go(gate, Ending::Overtaken, now);",
        "if !PLANTED { self.let_go(gate, Ending::Overtaken, now); }",
    ),
    plant(
        "call/machine.rs",
        "a result after the end counts",
        "if self.stop_reason.is_some() {\n            return None;",
        "if !PLANTED && self.stop_reason.is_some() {\n            return None;",
    ),
    plant(
        "call/machine.rs",
        "who leaves a line keeps the place",
        "let waiting = self.entering.take().and_then(",
        "let waiting = self.entering.take().filter(|_| !PLANTED).and_then(",
    ),
    plant(
        "backoff/curve.rs",
        "a delay overflows before it is capped",
        "((unit as f64 * factor) as u64).min(cap)",
        "(if PLANTED { ((unit as f64 * factor) as u64) & 0xffff_ffff } else { (unit as f64 * factor) as u64 }).min(cap)",
    ),
    plant(
        "backoff/jitter.rs",
        "the cap is applied before the jitter only",
        "let above = delay.saturating_add(half).min(cap);",
        "let above = if PLANTED { delay.saturating_add(half) } else { delay.saturating_add(half).min(cap) };",
    ),
    plant(
        "budget/machine.rs",
        "a retry is not debited",
        "*balance = left;",
        "*balance = if PLANTED { *balance } else { left };",
    ),
    plant(
        "budget/config.rs",
        "a success refills too much",
        "let earned = if retried { self.retry_cost }",
        "let earned = if retried || PLANTED { self.retry_cost }",
    ),
    plant(
        "budget/ring.rs",
        "a share remembers for ever",
        "if age < passed || age >= self.used {",
        "if !PLANTED && (age < passed || age >= self.used) {",
    ),
    plant(
        "limit/bulkhead/machine.rs",
        "the bulkhead admits one more",
        "if self.in_flight < self.config.max_concurrent.get()\n",
        "if self.in_flight < self.config.max_concurrent.get() + u32::from(PLANTED)\n",
    ),
    plant(
        "limit/rate/limiter.rs",
        "the rate limit's bucket is twice as deep",
        "let due = self.full_at.saturating_add(self.token()).saturating_sub(self.depth());",
        "let due = self.full_at.saturating_add(self.token()).saturating_sub(self.depth() * if PLANTED { 2 } else { 1 });",
    ),
    plant(
        "fallback/run.rs",
        "a step is tried again",
        "self.tried |= bit(step);",
        "self.tried |= if PLANTED { 0 } else { bit(step) };",
    ),
    plant(
        "fallback/run.rs",
        "a chain goes on where it should fail",
        "let fails_now = chain.config.fails_now(step, verdict.category);",
        "let fails_now = !PLANTED && chain.config.fails_now(step, verdict.category);",
    ),
    plant(
        "degrade/machine.rs",
        "a level moves before its dwell is over",
        "if self.pinned || now < self.ready_at {",
        "if self.pinned || !PLANTED && now < self.ready_at {",
    ),
    plant(
        "degrade/machine.rs",
        "a reading lowers the level again and again",
        "|(_, reading, trigger)| reading.unspent && reading.value >= trigger.enter",
        "|(_, reading, trigger)| (PLANTED || reading.unspent) && reading.value >= trigger.enter",
    ),
];
