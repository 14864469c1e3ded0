//! The Tokio host, as its users meet it. Time is virtual: nothing here sleeps.

mod cancel;
mod clients;
mod errors;
mod example;
mod layer;
mod limits;
mod many;
mod modes;
mod race;
mod server;
mod stories;
mod support;
mod system;
