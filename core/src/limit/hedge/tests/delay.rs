use super::*;

#[test]
fn a_fixed_delay_is_what_it_is_whatever_is_observed() {
    let mut sim = Sim::new(fixed());
    sim.observes([1_000; 100]);
    assert_eq!((Some(50), 0), (sim.delay(), sim.observed()));
}

#[test]
fn a_percentile_is_known_from_so_many_calls_on() {
    let mut sim = Sim::new(config());
    sim.observes([100; 9]);
    assert_eq!(None, sim.delay());
    sim.observes([100]);
    assert_eq!(Some(100), sim.delay());
}

#[test]
fn until_then_the_fixed_delay_holds_if_there_is_one() {
    let When::Percentile(of) = config().when else { panic!("a percentile") };
    let mut sim = Sim::new(percentile(Percentile { until_known: Some(millis(250)), ..of }));
    assert_eq!(Some(250), sim.observes([100; 9]).delay());
    assert_eq!(Some(100), sim.observes([100]).delay());
}

#[test]
fn so_large_a_share_of_the_calls_is_faster() {
    for (share, expected) in
        [(0.1, 10), (0.5, 50), (0.51, 51), (0.9, 90), (0.901, 91), (0.99, 99), (0.999, 100)]
    {
        let When::Percentile(of) = config().when else { panic!("a percentile") };
        let mut sim = Sim::new(percentile(Percentile { share: Share::from_f64(share), ..of }));
        sim.observes((1..=100).rev());
        let delay = sim.hedge.delay(sim.now).unwrap();
        let most = millis(expected) + millis(expected) / 32 + Duration::from_nanos(1_024);
        assert!((millis(expected)..=most).contains(&delay), "{share}: {delay:?}, not {expected} ms");
    }
}

#[test]
fn one_slow_call_in_ten_does_not_move_the_ninetieth_percentile_and_two_do() {
    let mut sim = Sim::new(config());
    assert_eq!(Some(10), sim.observes([10, 10, 10, 10, 10, 10, 10, 10, 10, 5_000]).delay());
    let mut sim = Sim::new(config());
    assert_eq!(Some(5_100), sim.observes([10, 10, 10, 10, 10, 10, 10, 10, 5_000, 5_000]).delay());
}

#[test]
fn a_dependency_that_becomes_slower_is_hedged_later_and_one_that_recovers_sooner() {
    let mut sim = Sim::new(config());
    let mut told = Vec::new();
    for latency in [20, 20, 200, 200, 200, 200, 20, 20, 20, 20] {
        told.push(sim.after(secs(10)).observes([latency; 10]).delay());
    }
    let expected = [20, 20, 201, 201, 201, 201, 201, 201, 201, 20].map(Some);
    assert_eq!(expected, *told);
}

#[test]
fn the_shortest_and_the_longest_latency_are_latencies() {
    for (latency, expected) in [(Duration::ZERO, 0), (NANOSECOND, 0), (Duration::MAX, 4_398_046)] {
        let mut sim = Sim::new(config());
        for _ in 0..10 {
            sim.hedge.observe(latency, sim.now);
        }
        assert_eq!(Some(expected), sim.delay(), "{latency:?}");
    }
}

#[test]
fn so_many_hedges_may_be_made_and_no_more() {
    let allowed = |most| {
        let hedge = Hedge::new(HedgeConfig { max_hedges: count(most), ..fixed() });
        [0, 1, 2, 3, u32::MAX].map(|already| hedge.may_hedge(already))
    };
    assert_eq!([true, false, false, false, false], allowed(1));
    assert_eq!([true, true, true, false, false], allowed(3));
    assert_eq!([true, true, true, true, false], allowed(u32::MAX));
}

#[test]
fn the_default_is_one_hedge_at_the_95th_percentile_of_a_hundred_calls() {
    let mut sim = Sim::new(HedgeConfig::default());
    assert_eq!(None, sim.observes(1..=99).delay());
    // The 95th of a hundred, and the end of its bucket.
    assert_eq!(Some(96), sim.observes([100]).delay());
    assert_eq!((true, false), (sim.hedge.may_hedge(0), sim.hedge.may_hedge(1)));
    assert_eq!((Some(96), None), (sim.after(secs(44)).delay(), sim.after(secs(16)).delay()));
}
