//! Everything that can be wrong with settings, found in one go.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Display;

use serde_json::Value;

use super::change::{one_of, short};
use super::config::DegradeConfig;
use super::ladder::{Steps, number, position};
use super::level::Levels;
use super::rules::{PerLevel, Rule};
use crate::error::{Problem, ProblemCode};

impl DegradeConfig {
    /// Every fault of these settings, with paths from their section on; empty if there is none.
    ///
    /// Paths are `triggers.<metric>.enter` and `.leave`, `stale_after`, `trace` and, under `parameters.<name>`,
    /// `scale`, `cap`, `enable`, `ladder[…]`, `at_most` and `down`, each followed by the level's name.
    pub fn check(&self) -> Vec<Problem> {
        let mut check = Check { levels: &self.levels, problems: Vec::new() };
        for (metric, trigger) in &self.triggers {
            let path = format!("triggers.{}", short(metric));
            if metric.is_empty() {
                check.add(
                    ProblemCode::OutOfRange,
                    &path,
                    "a metric needs a name (expected at least one letter)",
                );
            }
            let enter =
                check.number(&format!("{path}.enter"), trigger.enter, f64::MIN..=f64::MAX, "a finite number");
            let leave =
                check.number(&format!("{path}.leave"), trigger.leave, f64::MIN..=f64::MAX, "a finite number");
            if enter && leave && trigger.leave >= trigger.enter {
                let message = format!("{} is not below enter, which is {}", trigger.leave, trigger.enter);
                check.add(ProblemCode::Contradiction, &format!("{path}.leave"), message);
            }
        }
        if self.stale_after.is_zero() {
            check.add(
                ProblemCode::OutOfRange,
                "stale_after",
                "0 is out of range (expected more than 0 seconds)",
            );
        }
        if self.trace > LONGEST_TRACE {
            let message = format!("{} is out of range (expected 0 to {LONGEST_TRACE})", self.trace);
            check.add(ProblemCode::OutOfRange, "trace", message);
        }
        for (parameter, rule) in &self.parameters {
            check.rule(&format!("parameters.{}", short(parameter)), rule);
        }
        check.problems
    }
}

struct Check<'a> {
    levels: &'a Levels,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn add(&mut self, code: ProblemCode, path: &str, message: impl Into<String>) {
        self.problems.push(Problem { code, path: path.to_owned(), message: message.into() });
    }

    fn rule(&mut self, path: &str, rule: &Rule) {
        match rule {
            Rule::Scale { factors, .. } => {
                if let Some(factors) = factors {
                    self.factors(&format!("{path}.scale"), factors);
                }
            }
            Rule::Cap(caps) => {
                let path = format!("{path}.cap");
                self.known(&path, caps);
                self.falling(&path, caps, 0.0..=f64::MAX, "0 or more");
            }
            Rule::Ladder { rungs, steps } => self.ladder(path, rungs, steps),
            Rule::Enable(features) => self.known(&format!("{path}.enable"), features),
        }
    }

    fn ladder(&mut self, path: &str, rungs: &[Value], steps: &Steps) {
        if rungs.len() < 2 {
            self.add(
                ProblemCode::Missing,
                &format!("{path}.ladder"),
                "too few rungs (expected at least two, the best first)",
            );
        }
        for (index, rung) in rungs.iter().enumerate() {
            let path = format!("{path}.ladder[{index}]");
            if !rung.is_string() && !rung.is_number() {
                self.add(ProblemCode::WrongType, &path, "expected a text or a number");
            } else if position(rungs, rung).is_some_and(|first| first < index) {
                self.add(ProblemCode::Contradiction, &path, format!("{} is there twice", show(rung)));
            }
        }
        match steps {
            Steps::AtMost(most) => self.at_most(path, rungs, most),
            Steps::Down(down) => {
                let path = format!("{path}.down");
                self.known(&path, down);
                self.monotone(
                    &path,
                    down.ordered(self.levels),
                    |steps, above| steps >= above,
                    "less",
                    "more",
                );
            }
            Steps::Scale(factors) => {
                self.factors(&format!("{path}.scale"), factors);
                for (index, rung) in rungs.iter().enumerate() {
                    let path = format!("{path}.ladder[{index}]");
                    let above = rungs.get(..index).and_then(|rungs| rungs.last()).and_then(number);
                    match number(rung) {
                        None => {
                            let message = format!("{} begins with no number to scale", show(rung));
                            self.add(ProblemCode::WrongType, &path, message);
                        }
                        Some(number) if above.is_some_and(|above| number >= above) => {
                            let message = format!("{} is not below the rung before it", show(rung));
                            self.add(ProblemCode::Contradiction, &path, message);
                        }
                        Some(_) => {}
                    }
                }
            }
        }
    }

    fn at_most(&mut self, path: &str, rungs: &[Value], most: &PerLevel<Value>) {
        let path = format!("{path}.at_most");
        self.known(&path, most);
        let mut lowest = 0;
        for (level, rung) in most.ordered(self.levels) {
            let path = format!("{path}.{level}");
            match position(rungs, rung) {
                None => {
                    let names: Vec<String> = rungs.iter().map(show).collect();
                    let allowed = one_of(names.iter().map(String::as_str));
                    let message = format!("unknown rung {} (expected {allowed})", show(rung));
                    self.add(ProblemCode::UnknownValue, &path, message);
                }
                Some(rung) if rung < lowest => {
                    self.add(ProblemCode::Contradiction, &path, "a better rung than at the level above");
                }
                Some(rung) => lowest = rung,
            }
        }
    }

    fn factors(&mut self, path: &str, factors: &PerLevel<f64>) {
        self.known(path, factors);
        self.falling(path, factors, 0.0..=1.0, "0 to 1");
    }

    /// Settings for levels that there are.
    fn known<T>(&mut self, path: &str, settings: &PerLevel<T>) {
        for name in settings.0.keys().filter(|name| self.levels.position(name).is_none()) {
            let (level, allowed) = (short(name), one_of(self.levels.names()));
            let message = format!("unknown level \"{level}\" (expected {allowed})");
            self.add(ProblemCode::UnknownValue, &format!("{path}.{level}"), message);
        }
    }

    /// Numbers of a range, none above that of a better level.
    fn falling(
        &mut self,
        path: &str,
        settings: &PerLevel<f64>,
        range: core::ops::RangeInclusive<f64>,
        expected: &str,
    ) {
        let levels = self.levels;
        let mut sound = Vec::new();
        for (level, setting) in settings.ordered(levels) {
            if self.number(&format!("{path}.{level}"), *setting, range.clone(), expected) {
                sound.push((level, setting));
            }
        }
        self.monotone(path, sound.into_iter(), |setting, above| setting <= above, "more", "less");
    }

    fn monotone<'s, T: Display + 's>(
        &mut self,
        path: &str,
        settings: impl Iterator<Item = (&'s str, &'s T)>,
        follows: impl Fn(&T, &T) -> bool,
        wrong: &str,
        right: &str,
    ) {
        let mut above: Option<(&str, &T)> = None;
        for (level, setting) in settings {
            if let Some((better, most)) = above
                && !follows(setting, most)
            {
                let message =
                    format!("{setting} is {wrong} than {most} at {better} (expected the same or {right})");
                self.add(ProblemCode::Contradiction, &format!("{path}.{level}"), message);
            }
            above = Some((level, setting));
        }
    }

    fn number(
        &mut self,
        path: &str,
        number: f64,
        range: core::ops::RangeInclusive<f64>,
        expected: &str,
    ) -> bool {
        let sound = range.contains(&number);
        if !sound {
            self.add(
                ProblemCode::OutOfRange,
                path,
                format!("{number} is out of range (expected {expected})"),
            );
        }
        sound
    }
}

fn show(rung: &Value) -> String {
    short(&format!("{rung}"))
}

/// More than anyone reads, and less than anyone's memory minds.
const LONGEST_TRACE: usize = 1000;
