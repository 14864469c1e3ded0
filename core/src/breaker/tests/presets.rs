use super::*;

fn numbers(preset: Preset) -> (u32, u32, u64, u32, Window) {
    let config = preset.config();
    let failures = config.failure_threshold.expect("a threshold").get();
    let seconds = config.recovery_timeout.as_secs();
    (failures, config.success_threshold.get(), seconds, config.half_open_max_calls.get(), config.window)
}

/// S3
#[test]
fn the_presets_are_those_of_document_004() {
    let window = Window::Time(secs(300));
    assert_eq!(
        [(5, 2, 60, 3, window), (3, 1, 30, 1, window), (10, 5, 120, 5, window)],
        [Preset::Standard, Preset::Critical, Preset::Lenient].map(numbers)
    );
}

/// S3
#[test]
fn the_standard_breaker_counts_the_failures_of_five_minutes() {
    let mut sim = Sim::new(Preset::Standard.config());
    sim.fails(4).after(secs(310)).fails(4).succeeds(3);
    assert_eq!(View::closed(4), sim.view());
    sim.fails(1);
    assert_eq!(["closed > open: time_window"], *sim.changes());
    let probes = (sim.after(secs(60)).call(), sim.call(), sim.call());
    assert_eq!(refused(StateName::HalfOpen, 60), sim.ask());
    sim.settle(probes.0, Outcome::Success).settle(probes.1, Outcome::Success);
    assert_eq!(
        ["open > half_open: recovery_timeout", "half_open > closed: probes_succeeded"],
        *sim.changes()
    );
}
