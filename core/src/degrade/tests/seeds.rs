//! Rows S6 to S8 of the seeds, by their ids.

use super::*;

#[test]
fn s6_five_levels_with_their_percentages_and_quality() {
    let levels: Vec<(String, u8, f64)> =
        Levels::default().iter().map(|level| (level.name.clone(), level.percentage, level.quality)).collect();
    let expected =
        [("full", 100, 1.0), ("high", 80, 0.9), ("medium", 60, 0.8), ("low", 40, 0.6), ("minimal", 20, 0.4)];
    assert_eq!(
        expected.map(|(name, percentage, quality)| (String::from(name), percentage, quality)),
        *levels
    );
}

#[test]
fn s6_the_table_of_parameters_at_every_level() {
    let given = json!({
        "quality": 1.0, "resolution": "2160p", "steps": 50, "model": "premium",
        "features": ["essential", "basic", "core", "enhancements", "extras"],
    });
    for (level, expected) in [
        ("full", given.clone()),
        (
            "high",
            json!({
                "quality": 0.9, "resolution": "1440p", "steps": 50, "model": "premium",
                "features": ["essential", "basic", "core", "enhancements"],
            }),
        ),
        (
            "medium",
            json!({
                "quality": 0.8, "resolution": "1440p", "steps": 30, "model": "standard",
                "features": ["essential", "basic", "core"],
            }),
        ),
        (
            "low",
            json!({
                "quality": 0.6, "resolution": "1440p", "steps": 20, "model": "basic",
                "features": ["essential", "basic"],
            }),
        ),
        (
            "minimal",
            json!({
                "quality": 0.4, "resolution": "1440p", "steps": 10, "model": "basic",
                "features": ["essential"],
            }),
        ),
    ] {
        assert_eq!(params(expected), at(level).adjust(&params(given.clone())), "{level}");
    }
}

#[test]
fn s6_the_documents_table_is_the_default_data() {
    let defaults = config().parameters;
    let per_level = |values: &[(&str, f64)]| {
        PerLevel(values.iter().map(|(level, value)| (String::from(*level), *value)).collect())
    };
    let Some(Rule::Ladder { steps, .. }) = defaults.get("resolution") else { panic!("a ladder") };
    let scales = [("full", 1.0), ("high", 0.95), ("medium", 0.9), ("low", 0.8), ("minimal", 0.7)];
    assert_eq!(&Steps::Scale(per_level(&scales)), steps);
    let caps = [("medium", 30.0), ("low", 20.0), ("minimal", 10.0)];
    assert_eq!(Some(&Rule::Cap(per_level(&caps))), defaults.get("steps"));
    let Some(Rule::Enable(features)) = defaults.get("features") else { panic!("features") };
    let listed = json!(features.0);
    let expected = json!({
        "full": ["all"], "high": ["core", "enhancements"], "medium": ["core"], "low": ["basic"],
        "minimal": ["essential"],
    });
    assert_eq!(expected, listed);
}

#[test]
fn s7_four_metrics_lower_the_level_at_the_documents_thresholds() {
    for (metric, threshold, below) in [
        ("error_rate", 0.1, 0.099),
        ("memory_usage", 0.9, 0.899),
        ("cpu_usage", 0.95, 0.949),
        ("response_time", 30.0, 29.9),
    ] {
        let mut sim = Sim::new(config());
        assert_eq!("full", sim.reads(metric, below).level());
        sim.after(1).reads(metric, threshold);
        assert_eq!([format!("full > high: {metric} {threshold} reached {threshold}")], *sim.changes());
    }
}

#[test]
fn s7_leaving_is_a_fifth_below_entering() {
    let leaves: Vec<(String, f64)> =
        config().triggers.into_iter().map(|(metric, trigger)| (metric, trigger.leave)).collect();
    let expected =
        [("cpu_usage", 0.76), ("error_rate", 0.08), ("memory_usage", 0.72), ("response_time", 24.0)];
    assert_eq!(expected.map(|(metric, leave)| (String::from(metric), leave)), *leaves);
}

#[test]
fn s7_by_hand_degrade_restore_and_set_level() {
    let mut sim = Sim::new(config());
    sim.degrades("High system load detected").restores().sets("medium");
    assert_eq!(
        ["full > high: by hand, High system load detected", "high > full: manual", "full > medium: manual"],
        *sim.changes()
    );
    assert_eq!(&Level { name: String::from("medium"), percentage: 60, quality: 0.8 }, sim.machine.level());
}

#[test]
fn s7_a_metric_that_swings_about_its_threshold_does_not_make_the_level_flap() {
    let mut sim = Sim::new(config());
    for second in 0..600 {
        sim.after(1).reads("cpu_usage", if second % 2 == 0 { 0.96 } else { 0.94 });
    }
    // Down where the dwell lets it, and never up: 0.94 is not calm.
    assert_eq!(
        [
            "full > high: cpu_usage 0.96 reached 0.95",
            "high > medium: cpu_usage 0.96 reached 0.95",
            "medium > low: cpu_usage 0.96 reached 0.95",
            "low > minimal: cpu_usage 0.96 reached 0.95",
        ],
        *sim.changes()
    );
}

#[test]
fn s8_the_documents_example_at_medium() {
    let given = json!({"quality": 1.0, "resolution": "1080p", "steps": 50, "model": "premium"});
    let expected = json!({"quality": 0.8, "resolution": "720p", "steps": 30, "model": "standard"});
    assert_eq!(params(expected), at("medium").adjust(&params(given)));
}

#[test]
fn s8_the_same_from_a_host_that_writes_one_point_zero_as_one() {
    let given = json!({"quality": 1, "resolution": "1080p", "steps": 50, "model": "premium"});
    let expected = json!({"quality": 0.8, "resolution": "720p", "steps": 30, "model": "standard"});
    assert_eq!(params(expected), at("medium").adjust(&params(given)));
}

#[test]
fn s8_unknown_parameters_and_foreign_values_stay() {
    let given = params(json!({
        "prompt": "A story scene", "duration": 10, "quality": "high", "resolution": "1024x1024", "steps": null,
        "model": 7, "features": "core", "output": {"format": "video", "quality": 1.0},
    }));
    assert_eq!(given, at("minimal").adjust(&given));
}
