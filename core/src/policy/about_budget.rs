//! What a budget does, in a sentence.

use alloc::format;
use alloc::string::String;

use super::explain::seconds;
use super::tree::Tree;
use crate::budget::{Amount, BudgetConfig, BudgetSettings};

pub(super) fn about_budget(budget: &BudgetSettings) -> String {
    let shared = budget.name.as_ref().map_or(String::new(), |name| {
        format!("; all policies that name budget {} share it", Tree::Text(name.clone()).describe())
    });
    let told = match budget.config {
        BudgetConfig::Tokens(tokens) => {
            let (capacity, cost) = (tokens.capacity(), tokens.retry_cost());
            let word = if capacity == Amount::ONE { "token" } else { "tokens" };
            let retries = match capacity.times(cost) {
                Some(1) => String::from("1 retry"),
                retries => format!("{} retries", retries.unwrap_or(u64::MAX)),
            };
            format!(
                "retries cost {cost} of {capacity} {word}, which successes earn back: after {retries} without a success no more are made"
            )
        }
        BudgetConfig::Ratio(ratio) => {
            let (each, reserve, within) = (ratio.ratio(), ratio.reserve(), seconds(ratio.ttl()));
            if each == Amount::ZERO {
                format!("within {within} at most {reserve} retries are made")
            } else if reserve == Amount::ZERO {
                format!("within {within} at most {each} retries a call are made")
            } else {
                format!("within {within} at most {each} retries a call are made, and {reserve} besides")
            }
        }
    };
    format!("{told}{shared}")
}
