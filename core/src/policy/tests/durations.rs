use super::*;

fn initial_delay(value: &str) -> Duration {
    retry(&format!("{{\"max_delay\":\"36500d\",\"initial_delay\":{value}}}")).schedule.initial_delay
}

#[test]
fn a_number_is_seconds() {
    let expected =
        [("0", 0), ("1", 1_000_000_000), ("0.25", 250_000_000), ("1e2", 100_000_000_000), ("1e-9", 1)];
    for (value, nanos) in expected {
        assert_eq!(Duration::from_nanos(nanos), initial_delay(value), "{value}");
    }
}

#[test]
fn a_text_has_its_unit() {
    let expected = [
        ("0s", 0),
        ("250ms", 250),
        ("1ms", 1),
        ("1.5s", 1_500),
        ("30s", 30_000),
        ("5m", 300_000),
        ("0.5m", 30_000),
        ("2h", 7_200_000),
        ("1d", 86_400_000),
    ];
    for (value, milliseconds) in expected {
        assert_eq!(millis(milliseconds), initial_delay(&format!("\"{value}\"")), "{value}");
    }
}

#[test]
fn parts_of_a_nanosecond_are_rounded() {
    assert_eq!(millis(100), initial_delay("0.1"));
    assert_eq!(millis(300), initial_delay("0.3"));
    assert_eq!(Duration::from_nanos(2), initial_delay("1.6e-9"));
}

#[test]
fn what_only_looks_like_a_duration_is_refused() {
    for value in [
        "", "s", "ms", "5", "5 s", " 5s", "5s ", "-5s", "+5s", "5S", "5sec", "5us", "1e3s", "infs", "NaNs",
        "1.2.3s", ".5s", "5.s", ".s", "5,5s", "٣s", "0x5s", "1h30m", "36526d", "99999999999999999999999999d",
    ] {
        let found = problems(&format!("{{\"retry\":{{\"deadline\":\"{value}\"}}}}"));
        let expected = format!(
            "unknown_value retry.deadline: unknown duration \"{value}\" (expected seconds from 0 to 3155760000, \
             or a string such as \"250ms\", \"30s\", \"5m\" or \"2h\")"
        );
        assert_eq!([expected], *found);
    }
}

#[test]
fn zero_is_allowed_only_where_it_means_something() {
    assert_eq!(Duration::ZERO, retry("{\"initial_delay\":0,\"max_delay\":0}").schedule.max_delay);
    assert_eq!(Duration::ZERO, breaker("{\"recovery_timeout\":0}").recovery_timeout);
    for (section, field) in [
        ("retry", "deadline"),
        ("retry", "total_timeout"),
        ("timeout", "attempt"),
        ("circuit_breaker", "time_window"),
        ("circuit_breaker", "probe_timeout"),
    ] {
        for zero in ["0", "\"0ms\"", "1e-12", "-0.0"] {
            let found = problems(&format!("{{\"{section}\":{{\"{field}\":{zero}}}}}"));
            let expected =
                format!("out_of_range {section}.{field}: 0 is too short (expected more than 0 seconds)");
            assert_eq!([expected], *found, "{zero}");
        }
    }
}

#[test]
fn a_name_in_milliseconds_takes_milliseconds_unless_there_is_a_unit() {
    let schedule = retry("{\"initial_wait_ms\":250,\"max_wait_ms\":\"20s\"}").schedule;
    assert_eq!((millis(250), secs(20)), (schedule.initial_delay, schedule.max_delay));
}
