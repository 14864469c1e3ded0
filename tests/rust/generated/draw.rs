//! Draws the cases, from a seeded generator: the same ones each time.

use failsoft::facade::{Chain, Engine, System};
use failsoft::rng::Rng;
use serde_json::{Value, json};

use crate::calls::CARRIES;
use crate::parts::Parts;

/// The cases of a family, one JSON text each.
pub(crate) fn cases(parts: &Parts, family: &str) -> Vec<Value> {
    let mut draw = Draw { rng: Rng::from_seed(SEED ^ u64::from(crc32fast::hash(family.as_bytes()))), parts };
    let count = match family {
        "classify" => 3000,
        "schedules" => 2000,
        "calls" => 1200,
        "documents" => 1000,
        "chains" => 300,
        "systems" => 250,
        _ => 200,
    };
    (0..count).map(|_| draw.case(family)).collect()
}

struct Draw<'a> {
    rng: Rng,
    parts: &'a Parts,
}

impl Draw<'_> {
    fn case(&mut self, family: &str) -> Value {
        match family {
            "classify" => self.fault(),
            "schedules" => self.schedule(),
            "calls" => self.calls(),
            "documents" => self.document(),
            "chains" => self.chain(),
            "systems" => self.system(),
            _ => self.batch(),
        }
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.rng.between(0, end as u64 - 1)).expect("below")
    }

    /// Whether something happens that happens `of` times in a hundred.
    fn chance(&mut self, of: usize) -> bool {
        self.below(100) < of
    }

    /// So many parts of this list, in any order.
    fn some(&mut self, list: &str, most: usize) -> Vec<usize> {
        let (count, length) = (1 + self.below(most), self.parts.list(list).len());
        (0..count).map(|_| self.below(length)).collect()
    }

    /// Draws until it is fit for use.
    fn until<T>(&mut self, draw: impl Fn(&mut Self) -> T, fit: impl Fn(&Parts, &T) -> bool) -> T {
        loop {
            let drawn = draw(self);
            if fit(self.parts, &drawn) {
                return drawn;
            }
        }
    }

    fn fault(&mut self) -> Value {
        let evidence = self.some("evidence", 5);
        let cause = if self.chance(25) { self.some("evidence", 3) } else { Vec::new() };
        let length = self.parts.list("classifiers").len();
        json!([evidence, cause, self.below(length)])
    }

    fn schedule(&mut self) -> Value {
        let fits = |parts: &Parts, numbers: &Vec<usize>| {
            let document = format!("{{\"retry\":{}}}", parts.document("schedules", &json!(numbers)));
            Engine::new(&document, CARRIES).is_ok()
        };
        let numbers = self.until(
            |draw| {
                let mut numbers = draw.some("schedules", 5);
                // Long enough to be at its cap.
                numbers.push(draw.parts.list("schedules").len() - 1 - draw.below(2));
                numbers
            },
            fits,
        );
        json!([numbers, self.below(1 << 20), 3 + self.below(15)])
    }

    fn policy(&mut self, breaker: usize) -> Vec<usize> {
        let is_breaker =
            |parts: &Parts, number: &usize| parts.list("policies")[*number].get("circuit_breaker").is_some();
        self.until(
            |draw| {
                let mut numbers = draw.some("policies", 7);
                if draw.chance(breaker) {
                    let more =
                        (0..8).map(|_| draw.below(draw.parts.list("policies").len())).collect::<Vec<_>>();
                    numbers.extend(more.iter().filter(|number| is_breaker(draw.parts, number)));
                }
                numbers
            },
            |parts, numbers| Engine::new(&parts.document("policies", &json!(numbers)), CARRIES).is_ok(),
        )
    }

    fn outcome(&mut self, favourite: char) -> char {
        match self.below(100) {
            0..32 => '.',
            32..65 => favourite,
            65..87 => self.letter("faults"),
            87..94 => '~',
            _ => 'x',
        }
    }

    fn letter(&mut self, list: &str) -> char {
        let length = self.parts.list(list).len();
        char::from(DIGITS[self.below(length)])
    }

    /// What happens to calls: mostly to few of them, so that they get far.
    fn step(&mut self, favourite: char) -> String {
        let letters = if self.chance(70) { "aaab" } else { "abcd" };
        let mut letter = char::from(letters.as_bytes()[self.below(4)]);
        if self.chance(25) {
            letter = letter.to_ascii_uppercase();
        }
        format!("{letter}{}", self.outcome(favourite))
    }

    fn calls(&mut self) -> Value {
        let policy = self.policy(75);
        let breaker = self.parts.joined("policies", &json!(policy)).get("circuit_breaker").is_some();
        let favourite = if self.chance(60) { '0' } else { self.letter("faults") };
        let script: String = (0..16 + self.below(16))
            .map(|_| match self.below(100) {
                0..16 => format!("+{}", self.letter("waits")),
                16..18 => format!("-{}", self.letter("waits")),
                18..20 => "?.".to_owned(),
                20..22 if breaker => format!("!{}", char::from(b"ocr"[self.below(3)])),
                22..24 if breaker => format!("%{}", self.letter("waits")),
                _ => self.step(favourite),
            })
            .collect();
        json!([policy, self.below(1 << 20), script])
    }

    fn document(&mut self) -> Value {
        if self.chance(10) {
            let text = self.below(self.parts.list("texts").len());
            let length = self.parts.list("texts")[text].as_str().expect("a text").chars().count();
            return json!([text, self.below(length + 1)]);
        }
        let mut numbers = self.some("policies", 4);
        let (right, wrong) = (self.parts.list("policies").len(), self.parts.list("wrong").len());
        let mistakes = if self.chance(25) { 0 } else { 1 + self.below(4) };
        numbers.extend((0..mistakes).map(|_| right + self.below(wrong)).collect::<Vec<_>>());
        json!([numbers])
    }

    fn chain(&mut self) -> Value {
        let numbers = self.until(
            |draw| [vec![draw.below(CHAINS_WITH_STEPS)], draw.some("chains", 3)].concat(),
            |parts, numbers| Chain::new(&parts.document("chains", &json!(numbers))).is_ok(),
        );
        let favourite = if self.chance(60) { '0' } else { self.letter("faults") };
        let script: String = (0..12 + self.below(14))
            .map(|_| match self.below(100) {
                0..12 => format!("+{}", self.letter("waits")),
                12..15 => "?.".to_owned(),
                15..18 => format!("%{}", self.letter("waits")),
                _ => self.step(favourite).to_lowercase(),
            })
            .collect();
        json!([numbers, self.below(1 << 20), script.replace(|one: char| one.is_ascii_uppercase(), "0")])
    }

    fn system(&mut self) -> Value {
        let joins = |parts: &Parts, (document, policies): &(Vec<usize>, [Vec<usize>; 2])| {
            let Ok(system) = System::new(&parts.document("systems", &json!(document))) else { return false };
            policies.iter().enumerate().all(|(part, policy)| {
                system
                    .engine(&part.to_string(), &parts.document("policies", &json!(policy)), CARRIES, 0.0)
                    .is_ok()
            })
        };
        let (document, policies) =
            self.until(|draw| (draw.some("systems", 4), [draw.policy(60), draw.policy(60)]), joins);
        let favourite = if self.chance(60) { '0' } else { self.letter("faults") };
        let script: String = (0..14 + self.below(14))
            .map(|_| match self.below(100) {
                0..14 => format!("+{}", self.letter("waits")),
                14..40 => format!("@{}", self.letter("asks")),
                40..43 => format!("%{}", self.letter("waits")),
                43..50 => format!("={}", self.outcome(favourite)),
                _ => self.step(favourite),
            })
            .collect();
        json!([document, policies, self.below(1 << 20), script])
    }

    fn batch(&mut self) -> Value {
        let document = self.some("batches", 2);
        let script: String = (0..6 + self.below(16))
            .map(|_| match self.below(100) {
                0..45 => "n.".to_owned(),
                45..65 => format!(".{}", self.below(6)),
                65..85 => format!("f{}", self.below(6)),
                85..95 => format!("i{}", self.below(6)),
                _ => "s.".to_owned(),
            })
            .collect();
        json!([document, self.below(7), script])
    }
}

const SEED: u64 = 0x00fa_1150_f700;
const DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// The first of the chains' parts have steps; the others say more of them.
const CHAINS_WITH_STEPS: usize = 6;
