//! A system with two parts, the calls through them, and what it is asked; batches.

use failsoft::facade::{Batch, Chain, Engine, System, TRY};
use serde_json::{Value, json};

use crate::calls::{CARRIES, Calls, read};
use crate::parts::{Parts, digit, tokens};

/// A system and its two parts. The letters `a` and `b` call through the first, the others through the second.
struct Program {
    system: System,
    engines: [Engine; 2],
    chain: Chain,
}

pub(crate) fn play(parts: &Parts, case: &Value) -> Value {
    let document = parts.document("systems", &case[0]);
    let policies = [0, 1].map(|which| parts.document("policies", &case[1][which]));
    let made = |now: f64| {
        let system = System::new(&document).unwrap_or_else(|error| panic!("{document}: {error}"));
        let engines = [0, 1].map(|which| {
            let policy = &policies[which];
            let engine = system.engine(PARTS[which], policy, CARRIES, now);
            engine.unwrap_or_else(|error| panic!("{policy}: {error}"))
        });
        let chain = system.chain("prices", &parts.document("chains", &json!([0])), now).expect("a chain");
        Program { system, engines, chain }
    };
    let (mut program, mut calls) = (made(0.0), Calls::new(parts, case[2].as_u64().expect("a seed")));
    for (what, with) in tokens(&case[3]) {
        if calls.time(what, with) {
            continue;
        }
        match what {
            '@' => calls.said.push(asked(
                &program.system,
                &parts.list("asks")[digit(with)].to_string(),
                calls.now,
            )),
            '%' => {
                let saved = program.system.ask(r#"{"do":"snapshot"}"#, calls.now).expect("a snapshot");
                calls.forget();
                calls.now = parts.seconds(with);
                program = made(calls.now);
                let restore = format!(r#"{{"do":"restore_snapshot","snapshot":{saved}}}"#);
                calls.said.push(asked(&program.system, &restore, calls.now));
            }
            '=' => calls.said.push(through(&program.chain, parts, with, calls.now)),
            letter => {
                let engine = &program.engines[usize::from(!matches!(letter, 'a' | 'b' | 'A' | 'B'))];
                calls.step(engine, letter, with);
            }
        }
    }
    for last in LAST {
        calls.said.push(asked(&program.system, last, calls.now));
    }
    calls.done()
}

/// A run through a chain whose first step ends so; the others answer.
fn through(chain: &Chain, parts: &Parts, outcome: char, now: f64) -> Value {
    let mut run = chain.begin(now);
    let mut fails = !matches!(outcome, '.' | 'x');
    while let Ok((TRY, step, _)) = run.next(now) {
        if outcome == 'x' {
            run.abandon(now);
        } else if fails {
            run.fail(step, &parts.fault(outcome), now).expect("in order");
            fails = false;
        } else {
            run.succeed(step, now).expect("in order");
        }
    }
    read(&run.report())
}

/// An answer, or everything that is wrong with the question.
fn asked(system: &System, request: &str, now: f64) -> Value {
    match system.ask(request, now) {
        Ok(answer) => read(&answer),
        Err(error) => json!({ "problems": error.problems }),
    }
}

pub(crate) fn batch(parts: &Parts, case: &Value) -> Value {
    let document = format!("{{\"batch\":{}}}", parts.document("batches", &case[0]));
    let items = u32::try_from(case[1].as_u64().expect("so many items")).expect("not too many");
    let mut batch = Batch::new(&document, items).unwrap_or_else(|error| panic!("{document}: {error}"));
    let mut said = Vec::new();
    for (what, with) in tokens(&case[2]) {
        let index = || u32::try_from(digit(with)).expect("an index");
        said.push(match what {
            'n' => json!(batch.next()),
            '.' => json!(batch.succeed(index())),
            'i' => json!(batch.ignore(index())),
            's' => {
                batch.stop();
                Value::Null
            }
            _ => {
                let category = parts.list("categories")[digit(with)].as_str().expect("a category");
                json!(batch.fail(index(), category).expect("a category"))
            }
        });
    }
    said.push(read(&batch.report()));
    Value::Array(said)
}

const PARTS: [&str; 2] = ["search", "pay"];
/// What every script asks at its end.
const LAST: [&str; 5] = [
    r#"{"do":"health"}"#, r#"{"do":"analytics"}"#, r#"{"do":"events"}"#, r#"{"do":"level"}"#,
    r#"{"do":"snapshot"}"#,
];
