//! A server that answers as it is told, on loopback.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What it does with a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Does {
    /// Reads the request and writes this.
    Answers(&'static str),
    /// Reads the request and hangs up in the middle of an answer.
    HangsUp,
    /// Resets the connection.
    Resets,
    /// Reads the request and never says anything.
    IsSilent,
}

/// Treats its connections so in turn, then closes.
pub(crate) async fn server(connections: &'static [Does]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port of our own");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut silent = Vec::new();
        for does in connections {
            let (stream, _) = listener.accept().await.expect("a connection");
            silent.extend(serve(stream, *does).await);
        }
        drop(listener);
        if !silent.is_empty() {
            std::future::pending::<()>().await;
        }
    });
    address
}

/// An address that nobody listens at.
pub(crate) async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port of our own");
    listener.local_addr().expect("an address")
}

async fn serve(mut stream: TcpStream, does: Does) -> Option<TcpStream> {
    if !matches!(does, Does::Resets) {
        let mut read = Vec::new();
        while !read.ends_with(b"\r\n\r\n") {
            let more = stream.read_u8().await.expect("a request");
            read.push(more);
        }
    }
    match does {
        Does::Answers(text) => {
            stream.write_all(text.as_bytes()).await.expect("the client listens");
            stream.shutdown().await.expect("it is told");
            None
        }
        Does::HangsUp => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-le").await.expect("the client listens");
            None
        }
        Does::Resets => {
            stream.set_zero_linger().expect("a socket");
            None
        }
        Does::IsSilent => Some(stream),
    }
}
