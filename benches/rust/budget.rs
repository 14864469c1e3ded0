//! What a retry budget costs, beside other budgets: `make bench`.

use std::hint::black_box;
use std::time::Duration;

use failsoft::budget::{Amount, BudgetConfig, RatioBudget};
use failsoft::host::SharedBudget;
use failsoft_benches::{Clock, Running, Still, calls, head, measure};
use tower::retry::budget::{Budget as _, TpsBudget};
use tower_resilience_retry::RetryBudgetBuilder;

fn main() {
    let (still, running) = (Still, Running::new());
    head("a success while the budget is full");
    let budget = SharedBudget::new(BudgetConfig::default());
    measure("failsoft, tokens", || calls(|| ()), || calls(|| budget.succeeded(false)));
    let budget = TpsBudget::default();
    measure("tower, TpsBudget", || calls(|| ()), || calls(|| budget.deposit()));
    let budget = RetryBudgetBuilder::new().token_bucket().build().expect("sensible settings");
    measure("tower-resilience, token bucket", || calls(|| ()), || calls(|| budget.deposit()));

    head("a retry that is paid for, and what earns it back");
    let budget = SharedBudget::new(BudgetConfig::default());
    measure(
        "failsoft, tokens",
        || calls(|| ()),
        || {
            calls(|| {
                black_box(budget.withdraw(still.now()).is_granted());
                black_box(budget.succeeded(true));
            })
        },
    );
    for (name, ratio) in [("failsoft, ratio", ratio()), ("failsoft, ratio; with the clock", ratio())] {
        let budget = SharedBudget::new(BudgetConfig::Ratio(ratio));
        if name.ends_with("clock") {
            measure(name, || calls(|| ()), || calls(|| began_and_retried(&budget, running)));
        } else {
            measure(name, || calls(|| ()), || calls(|| began_and_retried(&budget, still)));
        }
    }
    let budget = TpsBudget::new(Duration::from_secs(10), 10, 1.0);
    measure(
        "tower, TpsBudget",
        || calls(|| ()),
        || {
            calls(|| {
                budget.deposit();
                black_box(budget.withdraw());
            })
        },
    );
    for (name, budget) in [
        ("tower-resilience, token bucket", RetryBudgetBuilder::new().token_bucket().build()),
        ("tower-resilience, AIMD", Ok(RetryBudgetBuilder::new().aimd().build().expect("sensible settings"))),
    ] {
        let budget = budget.expect("sensible settings");
        measure(
            name,
            || calls(|| ()),
            || {
                calls(|| {
                    budget.deposit();
                    black_box(budget.try_withdraw());
                })
            },
        );
    }
}

fn began_and_retried(budget: &SharedBudget, clock: impl Clock) {
    budget.began(|| clock.now());
    black_box(budget.withdraw(clock.now()).is_granted());
}

/// A retry for each call, so that none is refused.
fn ratio() -> RatioBudget {
    RatioBudget::new(Amount::ONE, Amount::whole(10), Duration::from_secs(10)).expect("sensible settings")
}
