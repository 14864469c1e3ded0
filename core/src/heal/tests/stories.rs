//! One behaviour each.

use super::*;

#[test]
fn a_remedy_that_fails_is_followed_by_the_next_without_another_attempt() {
    let mut heal = call(3, &DISK);
    assert_eq!(remedy(1, "clear_cache"), heal.failed(Some("disk_full")));
    assert_eq!(remedy(2, "rotate_logs"), heal.remedy_failed(1));
    assert_eq!(Ok(Next::Retry), heal.remedied(2));
    assert_eq!((2, 1), (heal.report().attempts, heal.remedies_left()));
}

#[test]
fn no_remedy_is_applied_twice_even_for_another_diagnosis() {
    let mut heal = call(3, &DISK);
    assert_eq!(remedy(1, "clear_cache"), heal.failed(Some("disk_full")));
    assert_eq!(Ok(Next::Retry), heal.remedied(1));
    assert_eq!(remedy(2, "rebuild_index"), heal.failed(Some("cache_corrupt")));
    assert_eq!(given_up(GiveUp::NoRemedyLeft), heal.remedy_failed(2));
    let names = |diagnosis: &str, remedy: &str| (diagnosis.to_string(), remedy.to_string());
    let ((first, second), (third, fourth)) =
        (names("disk_full", "clear_cache"), names("cache_corrupt", "rebuild_index"));
    assert_eq!(
        Vec::from([(first, second, RemedyOutcome::Succeeded), (third, fourth, RemedyOutcome::Failed)]),
        tried(&heal)
    );
}

#[test]
fn failed_remedies_count_toward_the_most_there_may_be() {
    let mut heal = call(2, &[("slow", &["a", "b", "c"])]);
    assert_eq!(remedy(1, "a"), heal.failed(Some("slow")));
    assert_eq!(remedy(2, "b"), heal.remedy_failed(1));
    assert_eq!(0, heal.remedies_left());
    assert_eq!(given_up(GiveUp::MaxRemedies), heal.remedy_failed(2));
    assert_eq!(Some(Ending::GaveUp(GiveUp::MaxRemedies)), heal.ending());
}

#[test]
fn a_problem_without_a_name_is_given_up() {
    for diagnosis in [None, Some("")] {
        assert_eq!(given_up(GiveUp::NoDiagnosis), call(3, &DISK).failed(diagnosis));
    }
}

#[test]
fn a_problem_that_the_table_does_not_know_is_given_up_and_named() {
    let mut heal = call(3, &DISK);
    assert_eq!(given_up(GiveUp::UnknownDiagnosis), heal.failed(Some("DISK_FULL")));
    assert_eq!(Some("DISK_FULL".to_string()), heal.report().unknown_diagnosis);
    let mut heal = call(3, &[("disk_full", &[])]);
    assert_eq!(given_up(GiveUp::UnknownDiagnosis), heal.failed(Some("disk_full")));
}

/// L11: a diagnosis may be the error's own text.
#[test]
fn l11_a_diagnosis_is_reported_without_secrets_and_cut() {
    let mut heal = call(3, &DISK);
    let diagnosis = std::format!("password=hunter22 {}", "x".repeat(10_000));
    assert_eq!(given_up(GiveUp::UnknownDiagnosis), heal.failed(Some(&diagnosis)));
    let shown = heal.report().unknown_diagnosis.unwrap();
    assert_eq!((80, true), (shown.chars().count(), shown.starts_with("password=[redacted] xx")));
}

#[test]
fn a_call_that_succeeds_at_once_had_no_remedy() {
    let mut heal = call(3, &DISK);
    assert_eq!(Ok(()), heal.succeeded());
    let report = heal.report();
    assert_eq!((1, 0, Some(Ending::Succeeded)), (report.attempts, report.remedies.len(), report.ending));
}

#[test]
fn a_call_may_be_abandoned_while_it_is_healed() {
    let mut heal = call(3, &DISK);
    let _ = heal.failed(Some("disk_full"));
    assert_eq!(Ok(()), heal.abandoned());
    let outcomes: Vec<_> = tried(&heal).into_iter().map(|(_, _, outcome)| outcome).collect();
    assert_eq!((Vec::from([RemedyOutcome::Abandoned]), Some(Ending::Abandoned)), (outcomes, heal.ending()));
}

#[test]
fn a_number_that_was_not_given_out_changes_nothing() {
    let mut heal = call(3, &DISK);
    let _ = heal.failed(Some("disk_full"));
    let before = heal.clone();
    for number in [0, 2, u32::MAX] {
        assert_eq!(Err(Misuse::NotUnderWay { number }), heal.remedied(number));
        assert_eq!(Err(Misuse::NotUnderWay { number }), heal.remedy_failed(number));
    }
    assert_eq!(before, heal);
    assert_eq!(remedy(2, "rotate_logs"), heal.remedy_failed(1));
    assert_eq!(Err(Misuse::NotUnderWay { number: 1 }), heal.remedied(1));
}

#[test]
fn a_call_can_have_no_more_remedies_than_there_are_each_once() {
    let most = [1, 2, 3, 4].map(|max_remedies| config(max_remedies, &DISK).most_in_a_call());
    assert_eq!([1, 2, 3, 3], most);
    assert_eq!(0, config(3, &[]).most_in_a_call());
}

#[test]
fn no_table_is_long_enough_to_go_on_for_ever() {
    let names: Vec<String> = (0..200).map(|number| number.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut heal = call(u32::MAX, &[("slow", &names)]);
    let _ = heal.failed(Some("slow"));
    for number in 1..MOST_REMEDIES {
        assert!(matches!(heal.remedy_failed(number), Ok(Next::Remedy { .. })), "{number}");
    }
    assert_eq!(given_up(GiveUp::MaxRemedies), heal.remedy_failed(MOST_REMEDIES));
}
