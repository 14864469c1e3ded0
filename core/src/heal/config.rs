//! The settings of self-healing.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use crate::gather::in_order;

/// Which remedies there are for which problem, and how many a call may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealConfig {
    /// So many remedies at most in one call, those that failed included; above [`MOST_REMEDIES`] it is that.
    pub max_remedies: NonZeroU32,
    /// For each diagnosis its remedies, in the order in which they are tried.
    pub remedies: BTreeMap<String, Vec<String>>,
}

impl HealConfig {
    /// The most remedies that one call can have: no more than there are, each once.
    pub fn most_in_a_call(&self) -> u32 {
        let mut names = in_order(self.remedies.values().flatten().map(String::as_str));
        names.dedup();
        let there_are = u32::try_from(names.len()).unwrap_or(u32::MAX);
        self.max_remedies.get().min(MOST_REMEDIES).min(there_are)
    }
}

impl Default for HealConfig {
    /// Three remedies, as document 001 makes three retries its default: what three remedies did not cure was diagnosed
    /// wrongly. No diagnosis has any: nobody but the user knows what helps.
    fn default() -> Self {
        Self { max_remedies: NonZeroU32::MIN.saturating_add(2), remedies: BTreeMap::new() }
    }
}

/// A call that needs more is not being healed.
pub const MOST_REMEDIES: u32 = 100;
