//! Three threads, each with up to two operations, in every order with few preemptions.
#![cfg(loom)]

mod breaker;
mod budget;
mod guards;
mod system;

use std::sync::Arc;

use loom::thread;

/// Three threads do the same at once, one of them this one; what each of them brought back.
fn together<S: Send + Sync + 'static, T: Send + 'static>(
    shared: &Arc<S>,
    act: impl Fn(&S, usize) -> T + Copy + Send + 'static,
) -> [T; 3] {
    let [one, two] = [1, 2].map(|thread| {
        let shared = Arc::clone(shared);
        thread::spawn(move || act(&shared, thread))
    });
    let own = act(shared, 0);
    [own, one.join().expect("no panic"), two.join().expect("no panic")]
}

/// Two threads do something each; what the first, which is another, brought back.
fn both<S: Send + Sync + 'static, T: Send + 'static>(
    shared: &Arc<S>,
    one: impl FnOnce(&S) -> T + Send + 'static,
    other: impl FnOnce(&S),
) -> T {
    let thread = {
        let shared = Arc::clone(shared);
        thread::spawn(move || one(&shared))
    };
    other(shared);
    thread.join().expect("no panic")
}
