//! Threads that tell one system of their calls.

use std::sync::Arc;

use failsoft::host::SharedSystem;
use failsoft::system::SystemConfig;
use failsoft_loom::{at, in_every_order};

use super::together;

#[test]
fn no_success_is_lost_while_somebody_asks() {
    in_every_order(|| {
        let config = SystemConfig::parse("{}").expect("a document");
        let system = Arc::new(SharedSystem::new(config).expect("a system"));
        system.succeeded(at(1));
        together(&system, |system, thread| {
            system.succeeded(at(1));
            if thread == 0 {
                system.with(at(1), |_| {});
            } else {
                system.succeeded(at(1));
            }
        });
        let totals = system.with(at(1), |system| system.analytics().report(at(1)).totals);
        assert_eq!(6, totals.succeeded);
    });
}
