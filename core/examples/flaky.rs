//! A client and a flaky server on loopback: retries, a server's hint, a breaker that opens and recovers, and the report.
//!
//! ```sh
//! cargo run -p failsoft --example flaky --features tokio,reqwest
//! ```

use std::error::Error as _;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use failsoft::breaker::StateName;
use failsoft::classify::Fault;
use failsoft::tokio::{Classify, Error, Policy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What can go wrong with the weather.
#[derive(Debug, thiserror::Error)]
enum NoWeather {
    #[error("no answer")]
    Transport(#[from] reqwest::Error),
    #[error("status {}", .0.status.unwrap_or_default())]
    Status(Box<Fault>),
}

impl Classify for NoWeather {
    fn fault(&self) -> Fault {
        match self {
            Self::Transport(error) => error.fault(),
            Self::Status(fault) => fault.fault(),
        }
    }
}

const POLICY: &str = r#"{
    "name": "weather",
    "retry": {"max_attempts": 3, "initial_delay": "10ms"},
    "timeout": {"attempt": "2s"},
    "circuit_breaker": {"failure_threshold": 5, "recovery_timeout": "100ms"}
}"#;

/// What it came to.
#[derive(Debug)]
pub(crate) struct Story {
    /// What the third attempt of the first call said.
    pub(crate) weather: String,
    /// How many attempts that took.
    pub(crate) attempts: u32,
    /// How long the breaker kept the last failing call away.
    pub(crate) refused_for: Duration,
    /// The breaker's state after the server had recovered.
    pub(crate) state: Option<StateName>,
}

/// Plays it.
pub(crate) async fn play() -> Result<Story, Box<dyn std::error::Error>> {
    let address = serve().await?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let get = async || -> Result<String, NoWeather> {
        let response = client.get(format!("http://{address}/weather")).send().await?;
        if !response.status().is_success() {
            // reqwest takes any answer for a success; this keeps what its headers say of waits.
            let fault = Fault::http(response.status().as_u16(), response.headers());
            return Err(NoWeather::Status(Box::new(fault)));
        }
        Ok(response.text().await?)
    };
    let policy = Policy::parse(POLICY)?;
    for sentence in policy.explain().sentences {
        println!("policy: {sentence}");
    }

    let (weather, report) = policy.run_with_report(|_| get()).await;
    for attempt in &report.attempts {
        let rule = attempt.verdict.as_ref().map_or("success", |verdict| &verdict.rule);
        println!("attempt {} after {:?}: {rule}", attempt.number, attempt.waited);
    }

    // Nothing but failures from now on: the breaker opens, and the next call does not even go out.
    let refused_for = loop {
        match policy.run(|_| get()).await {
            Err(Error::Rejected { refusal, .. }) => break refusal.retry_after.unwrap_or_default(),
            Err(error) => println!("{error}, because of {:?}", error.source().map(ToString::to_string)),
            Ok(weather) => println!("{weather}"),
        }
    };
    println!("refused for {refused_for:?}");

    tokio::time::sleep(refused_for).await;
    println!("the probe says {}", policy.run(|_| get()).await?);
    Ok(Story { weather: weather?, attempts: report.attempt_count, refused_for, state: policy.state() })
}

/// Twice unwell, once well, unwell until the breaker has opened, and well again.
async fn serve() -> io::Result<SocketAddr> {
    const BUSY: &str = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 0.02\r\ncontent-length: 0\r\n";
    const FINE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n";
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        for number in 1.. {
            let (mut stream, _) = listener.accept().await?;
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await?;
            // The first call has its answer at its third attempt; five failures in a row open the breaker.
            let (head, body) = if number == 3 || number > 8 { (FINE, "sunny") } else { (BUSY, "") };
            stream.write_all(format!("{head}connection: close\r\n\r\n{body}").as_bytes()).await?;
        }
        Ok::<_, io::Error>(())
    });
    Ok(address)
}

#[allow(dead_code, reason = "a test plays the same story without it")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let story = play().await?;
    println!(
        "{} after {} attempts, and again after a pause of {:?}",
        story.weather, story.attempts, story.refused_for
    );
    println!("the breaker is {:?}", story.state);
    Ok(())
}
