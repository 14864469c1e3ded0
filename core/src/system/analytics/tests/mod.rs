mod bounds;
mod model;
mod seeds;
mod snapshot;
mod stories;

use core::num::NonZeroU32;
use core::time::Duration;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;
use crate::classify::{Category, Classifier, Fault, Verdict};
use crate::time::Instant;

fn config() -> AnalyticsConfig {
    AnalyticsConfig::default()
}

fn at(seconds: u64) -> Instant {
    Instant::from_nanos(seconds * 1_000_000_000)
}

fn fault(type_name: &str, message: &str) -> Fault {
    Fault { type_name: Some(type_name.to_string()), message: Some(message.to_string()), ..Fault::default() }
}

fn status(status: i64) -> Fault {
    Fault { status: Some(status), ..Fault::default() }
}

/// Tells of a fault, with the verdict of the default classifier.
fn record(analytics: &mut Analytics, fault: &Fault, source: &str, seconds: u64) {
    let verdict = Classifier::default().classify(fault);
    analytics.record(fault, &verdict, source, at(seconds));
}

fn counts(counted: &[Counted]) -> Vec<(&str, u64, u64)> {
    counted.iter().map(|name| (name.name.as_str(), name.count, name.over)).collect()
}
