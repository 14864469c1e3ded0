use super::*;

/// The waits of an open breaker whose probes all fail.
fn waits(config: BreakerConfig, number: usize) -> Vec<Duration> {
    let mut sim = Sim::new(config);
    sim.breaker.seed(7);
    sim.fails(3);
    (0..number)
        .map(|_| {
            let wait = sim.view().retry_after.expect("a wait");
            sim.after(wait).fails(1);
            wait
        })
        .collect()
}

fn growing(factor: f64) -> BreakerConfig {
    BreakerConfig {
        recovery_growth: Growth::new(factor).expect("a factor"),
        max_recovery_timeout: secs(300),
        ..config()
    }
}

#[test]
fn each_probe_that_fails_makes_the_next_wait_longer_up_to_the_longest() {
    assert_eq!([60, 120, 240, 300, 300].map(secs), *waits(growing(2.0), 5));
}

#[test]
fn without_growth_all_waits_are_alike() {
    assert_eq!([secs(60); 3], *waits(config(), 3));
}

#[test]
fn closing_starts_the_growth_over() {
    let mut sim = Sim::new(growing(2.0));
    sim.fails(3).after(secs(60)).fails(1).after(secs(120)).succeeds(1).fails(3);
    assert_eq!(Some(secs(60)), sim.view().retry_after);
}

#[test]
fn a_breaker_may_reopen_for_ever() {
    let waits = waits(growing(1_000.0), 300);
    assert_eq!((Some(&secs(60)), Some(&secs(300))), (waits.first(), waits.last()));
}

#[test]
fn the_factor_is_a_number_from_one() {
    for factor in [0.999, 0.0, -2.0, 1_000.1, f64::NAN, f64::INFINITY] {
        assert_eq!(None, Growth::new(factor), "{factor}");
    }
    assert_eq!(Some(1.5), Growth::new(1.5).map(Growth::as_f64));
}

#[test]
fn jitter_draws_from_the_last_part_of_each_wait_and_never_exceeds_it() {
    let config = BreakerConfig { recovery_jitter: Rate::new(0.25), ..config() };
    let mut waits = waits(config, 200);
    assert!(waits.iter().all(|wait| (secs(45)..=secs(60)).contains(wait)), "{waits:?}");
    waits.sort_unstable();
    waits.dedup();
    assert!(waits.len() > 190, "{} of 200 differ", waits.len());
    let (least, most) = (waits.first().expect("a wait"), waits.last().expect("a wait"));
    assert!(*least < secs(46) && *most > secs(59), "from {least:?} to {most:?}");
}

#[test]
fn breakers_with_other_seeds_draw_other_waits() {
    let config = BreakerConfig { recovery_jitter: Rate::new(1.0), ..config() };
    let wait = |seed| {
        let mut sim = Sim::new(config);
        sim.breaker.seed(seed);
        sim.breaker.seed(seed + 1);
        sim.fails(3).view().retry_after
    };
    assert_eq!((wait(1), false), (wait(1), wait(1) == wait(2)));
}

fn hinted(seconds: u64) -> Outcome {
    Outcome::Failure { fingerprint: TIMEOUT, hint: Some(secs(seconds)) }
}

#[test]
fn a_hint_of_the_server_lengthens_the_wait_up_to_the_longest_and_never_shortens_it() {
    for (hint, expected) in [(90, 90), (10, 60), (4_000, 300)] {
        let mut sim = Sim::new(config());
        sim.fails(2).calls(1, hinted(hint));
        assert_eq!(Some(secs(expected)), sim.view().retry_after, "a hint of {hint} s");
    }
}

#[test]
fn only_the_failure_that_opens_it_can_lengthen_the_wait() {
    let mut sim = Sim::new(config());
    sim.calls(2, hinted(200)).fails(1);
    assert_eq!(Some(secs(60)), sim.view().retry_after);
    sim.after(secs(60)).calls(1, hinted(100));
    assert_eq!(Some(secs(100)), sim.view().retry_after, "a probe's hint counts as well");
}

#[test]
fn an_open_breaker_wakes_when_its_wait_is_over() {
    let mut sim = tripped(config());
    assert_eq!(Some(secs(60)), sim.wakes_in());
    sim.after(secs(60)).tick();
    assert_eq!(["open > half_open: recovery_timeout"], *sim.changes());
    assert_eq!(None, sim.wakes_in());
}

#[test]
fn a_half_open_breaker_wakes_when_a_lost_probe_gives_its_place_back() {
    let mut sim = tripped(config());
    sim.after(secs(60)).call();
    assert_eq!(Some(secs(30)), sim.wakes_in());
}

#[test]
fn nothing_wakes_a_breaker_that_is_closed_or_held() {
    let mut sim = Sim::new(config());
    sim.fails(2);
    assert_eq!(None, sim.wakes_in());
    assert_eq!((None, None), (sim.force(Forced::Open).wakes_in(), sim.force(Forced::Closed).wakes_in()));
}
