//! The settings that are walked, one test each. The numbers are asserted so that a walk that shrinks is noticed.

use super::*;

fn small() -> BreakerConfig {
    BreakerConfig {
        failure_threshold: NonZeroU32::new(3),
        recovery_timeout: Duration::from_nanos(WAIT),
        max_recovery_timeout: Duration::from_nanos(LONGEST),
        probe_timeout: Duration::from_nanos(LEASE),
        ..BreakerConfig::default()
    }
}

fn story(name: &'static str, config: BreakerConfig, steps: &'static [u64]) -> Story {
    let most = |limit: Option<NonZeroU32>| limit.map_or(0, NonZeroU32::get);
    let longest_runs = (
        most(config.identical_failures),
        if config.window == Window::Consecutive { most(config.failure_threshold) } else { 0 },
    );
    Story { name, config, sibling: None, steps, in_flight: 3, most_counted: 4, longest_runs }
}

const EVERY_STEP: &[u64] = &[0, 1, LEASE - 1, LEASE, WAIT - 1, WAIT, HINT, END, BACK];

/// The one whose table is shown: small, and with a number of each kind.
pub(super) fn shown() -> Story {
    let config = BreakerConfig { success_threshold: count(2), ..small() };
    story("three failures in a row; one probe at a time, two successes", config, EVERY_STEP)
}

pub(super) fn in_a_row() -> Story {
    let config = BreakerConfig { half_open_max_calls: count(2), success_threshold: count(3), ..small() };
    story("three failures in a row; two probes at a time, three successes", config, EVERY_STEP)
}

pub(super) fn alike() -> Story {
    let config = BreakerConfig {
        failure_threshold: NonZeroU32::new(3),
        identical_failures: NonZeroU32::new(2),
        recovery_growth: Growth::new(1.5).expect("a factor"),
        ..small()
    };
    story("two failures of a kind or three in a row; a wait that grows", config, EVERY_STEP)
}

pub(super) fn among_the_last() -> Story {
    let config = BreakerConfig { window: Window::Count(count(4)), success_threshold: count(2), ..small() };
    story("three failures among the last four calls; two successes", config, EVERY_STEP)
}

pub(super) fn share_of_the_last() -> Story {
    let config = BreakerConfig {
        failure_threshold: None,
        failure_rate: Rate::new(0.6),
        minimum_calls: count(3),
        window: Window::Count(count(4)),
        ..small()
    };
    story("three fifths of the last four calls, of at least three", config, EVERY_STEP)
}

pub(super) fn slow_ones() -> Story {
    let config = BreakerConfig {
        failure_threshold: None,
        slow_call: Some(SlowCall {
            duration: Duration::from_nanos(4),
            rate: Rate::new(0.5).expect("a rate"),
        }),
        minimum_calls: count(2),
        window: Window::Count(count(3)),
        success_threshold: count(2),
        ..small()
    };
    story("half of the last three calls slow, of at least two", config, &[0, 2, 4, WAIT, END, BACK])
}

pub(super) fn of_late() -> Story {
    let config = BreakerConfig { window: Window::Time(Duration::from_nanos(60)), ..small() };
    Story {
        in_flight: 1,
        ..story("three failures within a window of time", config, &[0, 1, 20, 60, END, BACK])
    }
}

pub(super) fn share_of_late() -> Story {
    let config = BreakerConfig {
        failure_threshold: None,
        failure_rate: Rate::new(0.5),
        minimum_calls: count(3),
        window: Window::Time(Duration::from_nanos(90)),
        ..small()
    };
    Story {
        in_flight: 2,
        ..story(
            "half of the calls within a window of time, of at least three",
            config,
            &[0, 30, 90, END, BACK],
        )
    }
}

pub(super) fn shadow() -> Story {
    let config = BreakerConfig {
        failure_threshold: NonZeroU32::new(2),
        success_threshold: count(2),
        mode: Mode::Shadow,
        ..small()
    };
    story("shadow mode", config, EVERY_STEP)
}

pub(super) fn held_open() -> Story {
    let config = BreakerConfig { mode: Mode::ForcedOpen, failure_threshold: NonZeroU32::new(2), ..small() };
    story("held open from the start", config, EVERY_STEP)
}

pub(super) fn held_closed() -> Story {
    let config = BreakerConfig { mode: Mode::ForcedClosed, failure_threshold: NonZeroU32::new(2), ..small() };
    story("held closed from the start", config, EVERY_STEP)
}

pub(super) fn told_otherwise() -> Story {
    let sibling = BreakerConfig {
        failure_threshold: NonZeroU32::new(2),
        identical_failures: NonZeroU32::new(2),
        recovery_timeout: Duration::from_nanos(WAIT / 2),
        max_recovery_timeout: Duration::from_nanos(WAIT / 2),
        half_open_max_calls: count(1),
        success_threshold: count(1),
        ..small()
    };
    let config = BreakerConfig { half_open_max_calls: count(2), success_threshold: count(3), ..small() };
    let story = story("settings that change to stricter ones and back", config, EVERY_STEP);
    Story { sibling: Some(sibling), in_flight: 2, longest_runs: (2, 3), ..story }
}

pub(super) fn told_another_window() -> Story {
    let config = BreakerConfig { window: Window::Count(count(4)), ..small() };
    let sibling = BreakerConfig {
        window: Window::Count(count(2)),
        failure_threshold: NonZeroU32::new(2),
        mode: Mode::Shadow,
        ..small()
    };
    let story = story("settings that change to a smaller window in shadow mode and back", config, EVERY_STEP);
    Story { sibling: Some(sibling), in_flight: 2, ..story }
}

/// Each with the states and the events in them.
pub(super) const STORIES: [(fn() -> Story, Extent); 13] = [
    (shown, (141, 9_708)),
    (in_a_row, (329, 31_754)),
    (alike, (256, 16_819)),
    (among_the_last, (269, 19_436)),
    (share_of_the_last, (441, 32_418)),
    (slow_ones, (1_636, 106_150)),
    (of_late, (4_045, 173_620)),
    (share_of_late, (861, 35_554)),
    (shadow, (251, 22_676)),
    (held_open, (105, 6_882)),
    (held_closed, (105, 6_882)),
    (told_otherwise, (843, 82_824)),
    (told_another_window, (761, 71_561)),
];

fn walks(story: fn() -> Story) {
    let (_, expected) = STORIES.iter().find(|(other, _)| other().name == story().name).expect("a story");
    if std::env::var_os("WALK").is_some_and(|walk| walk == "far") {
        return walks_far(&story());
    }
    let found = walk(&story(), |_| {});
    std::println!("{}: {} states, {} events in them", story().name, found.0, found.1);
    assert_eq!(*expected, found, "states, and events in them");
}

/// The same with two probes at a time and every step. Where time is counted in buckets each further step multiplies the
/// states into days of them, so those keep the steps that are theirs.
fn walks_far(story: &Story) {
    let config = BreakerConfig { half_open_max_calls: count(2), ..story.config };
    let timed = matches!(config.window, Window::Time(_));
    let steps = if timed { story.steps } else { EVERY_STEP };
    let found = walk(&Story { config, steps, ..*story }, |_| {});
    std::println!("{}, farther: {} states, {} events in them", story.name, found.0, found.1);
}

#[test]
fn what_is_shown() {
    walks(shown);
}

/// mode: open for ever
#[test]
fn failures_in_a_row() {
    walks(in_a_row);
}

#[test]
fn failures_of_a_kind() {
    walks(alike);
}

#[test]
fn failures_among_the_last_calls() {
    walks(among_the_last);
}

#[test]
fn a_share_of_the_last_calls() {
    walks(share_of_the_last);
}

/// mode: open for ever
#[test]
fn slow_calls() {
    walks(slow_ones);
}

/// mode: open for ever
#[test]
fn failures_of_late() {
    walks(of_late);
}

#[test]
fn a_share_of_the_calls_of_late() {
    walks(share_of_late);
}

/// mode: open for ever
#[test]
fn a_shadow() {
    walks(shadow);
}

#[test]
fn a_breaker_held_open() {
    walks(held_open);
}

#[test]
fn a_breaker_held_closed() {
    walks(held_closed);
}

/// mode: open for ever
#[test]
fn settings_that_change() {
    walks(told_otherwise);
}

#[test]
fn a_window_that_changes() {
    walks(told_another_window);
}
