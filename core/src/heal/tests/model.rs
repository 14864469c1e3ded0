//! Self-healing against a model that keeps a list of what was tried, and the bound that must hold whatever is answered.

use proptest::prelude::*;

use super::*;

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_answers_as_a_model_and_never_loops(
        max in 1..6_u32,
        table in prop::collection::vec(prop::collection::vec(0..6_usize, 0..6), 3),
        answers in prop::collection::vec((0..4_usize, any::<bool>()), 60),
    ) {
        let rows: Vec<Vec<&str>> =
            table.iter().map(|row| row.iter().map(|index| NAMES[*index]).collect()).collect();
        let table: Vec<(&str, &[&str])> = NAMES.into_iter().zip(rows.iter().map(Vec::as_slice)).collect();
        let mut heal = call(max, &table);
        let mut used: Vec<String> = Vec::new();
        let (mut attempts, mut remedy_under_way, mut diagnosis) = (1, false, 0);
        for (next_diagnosis, works) in answers {
            let number = u32::try_from(used.len()).unwrap();
            if remedy_under_way && works {
                prop_assert_eq!(Ok(Next::Retry), heal.remedied(number));
                remedy_under_way = false;
                attempts += 1;
                continue;
            }
            let answer = if remedy_under_way {
                heal.remedy_failed(number)
            } else {
                diagnosis = next_diagnosis;
                heal.failed(Some(NAMES[diagnosis]))
            };
            let row = table.get(diagnosis).map_or(&[][..], |(_, remedies)| remedies);
            let next = row.iter().find(|remedy| !used.iter().any(|used| used == *remedy));
            let expected = match next {
                _ if row.is_empty() => Err(GiveUp::UnknownDiagnosis),
                None => Err(GiveUp::NoRemedyLeft),
                Some(_) if number == max => Err(GiveUp::MaxRemedies),
                Some(remedy) => Ok(*remedy),
            };
            match expected {
                Ok(name) => {
                    prop_assert_eq!(remedy(number + 1, name), answer);
                    used.push(name.to_string());
                    remedy_under_way = true;
                }
                Err(reason) => {
                    prop_assert_eq!(given_up(reason), answer);
                    break;
                }
            }
        }
        prop_assert!(heal.ending().is_some(), "60 answers did not end it");
        prop_assert_eq!(attempts, heal.report().attempts);
        prop_assert!(attempts <= max + 1);
        let names: Vec<String> = heal.report().remedies.into_iter().map(|tried| tried.remedy).collect();
        prop_assert_eq!(used, names);
    }
}
