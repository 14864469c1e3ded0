//! The example, run.

#[path = "../../examples/flaky.rs"]
mod flaky;

use failsoft::breaker::StateName;

#[tokio::test]
async fn the_example_does_what_it_says() {
    let story = flaky::play().await.expect("a loopback");
    assert_eq!(("sunny".to_owned(), 3), (story.weather, story.attempts));
    assert!(story.refused_for > std::time::Duration::ZERO);
    assert_eq!(Some(StateName::Closed), story.state);
}
