mod matrix;
mod model;
mod seeds;
mod stories;

use alloc::sync::Arc;
use core::num::NonZeroU32;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;

/// A call that may have so many remedies of this table.
fn call(max_remedies: u32, table: &[(&str, &[&str])]) -> Heal {
    Heal::new(Arc::new(config(max_remedies, table)))
}

fn config(max_remedies: u32, table: &[(&str, &[&str])]) -> HealConfig {
    let row = |(diagnosis, remedies): &(&str, &[&str])| {
        (diagnosis.to_string(), remedies.iter().map(ToString::to_string).collect())
    };
    HealConfig {
        max_remedies: NonZeroU32::new(max_remedies).expect("not zero"),
        remedies: table.iter().map(row).collect(),
    }
}

/// What a table of the documentation's example looks like.
const DISK: [(&str, &[&str]); 2] =
    [("disk_full", &["clear_cache", "rotate_logs"]), ("cache_corrupt", &["clear_cache", "rebuild_index"])];

#[allow(clippy::unnecessary_wraps, reason = "what the machine answers is a result")]
fn remedy(number: u32, name: &str) -> Result<Next<'_>, Misuse> {
    Ok(Next::Remedy { number, name })
}

#[allow(clippy::unnecessary_wraps, reason = "what the machine answers is a result")]
fn given_up(reason: GiveUp) -> Result<Next<'static>, Misuse> {
    Ok(Next::GiveUp(reason))
}

/// What was tried: diagnosis, remedy, outcome.
fn tried(heal: &Heal) -> Vec<(String, String, RemedyOutcome)> {
    let triple = |tried: TriedRemedy| (tried.diagnosis, tried.remedy, tried.outcome);
    heal.report().remedies.into_iter().map(triple).collect()
}
