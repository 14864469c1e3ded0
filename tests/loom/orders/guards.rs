//! A budget and a breaker behind one lane.

use std::sync::{Arc, Mutex};

use failsoft::breaker::{BreakerConfig, Lane};
use failsoft::budget::{Amount, BudgetConfig, TokenBudget};
use failsoft::guard::{Gate, GuardConfig};
use failsoft::host::{SharedGate, SharedGuards};
use failsoft_loom::{at, in_every_order};

use super::together;

/// Guards, and the lane that was last published for them.
struct Host {
    guards: SharedGuards,
    published: Mutex<Lane>,
}

fn host(breaker: Option<BreakerConfig>) -> Arc<Host> {
    let [capacity, cost, refund] = [10, 5, 5].map(Amount::whole);
    let tokens = TokenBudget::new(capacity, cost, refund).expect("a bucket that works");
    let budget = Some(BudgetConfig::Tokens(tokens));
    let guards = SharedGuards::new(&GuardConfig { breaker, budget, ..GuardConfig::default() }, None);
    let published = Mutex::new(guards.lane());
    Arc::new(Host { guards, published })
}

impl Host {
    fn publish(&self, lane: Lane) {
        *self.published.lock().expect("no panic") = lane;
    }

    fn gate(&self) -> SharedGate<'_, impl FnMut(Lane)> {
        SharedGate { guards: &self.guards, publish: |lane| self.publish(lane) }
    }

    fn retry(&self) {
        self.gate().withdraw(at(1));
    }

    fn succeed(&self) {
        let ticket = self.gate().admit(at(1)).ticket.expect("closed");
        self.guards.succeed(ticket, || at(1), |lane| self.publish(lane));
    }

    /// Who is told is told the truth: the lane counts for as long as the budget wants to hear of successes.
    fn is_true(&self) {
        let full = self.guards.budget().expect("a budget").is_full();
        let published = *self.published.lock().expect("no panic");
        assert_eq!((!full, self.guards.lane()), (published.counts(), published));
    }
}

#[test]
fn the_lane_counts_for_as_long_as_the_budget_wants_it() {
    in_every_order(|| {
        let host = host(None);
        together(&host, |host, thread| {
            if thread == 0 {
                host.retry();
            } else {
                host.succeed();
            }
        });
        host.is_true();
    });
}

#[test]
fn so_it_does_beside_a_breaker() {
    in_every_order(|| {
        let host = host(Some(BreakerConfig::default()));
        together(&host, |host, thread| {
            host.retry();
            if thread != 0 {
                host.succeed();
            }
        });
        host.is_true();
    });
}
