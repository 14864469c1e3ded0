//! Real errors of real clients, over loopback: what they are taken for.

use std::net::SocketAddr;
use std::time::Duration;

use failsoft::classify::{Category, Classifier, Fault, Verdict};
use failsoft::tokio::{Classify, Policy};
use tokio::net::TcpStream;

use super::server::{Does, nobody, server};

const BUSY: &str =
    "HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

fn judged(error: &impl Classify) -> Verdict {
    Classifier::default().classify(&error.fault())
}

/// What matters of a verdict: the category, whether it is worth another try, and whether nothing was sent.
fn short(verdict: &Verdict) -> (Category, bool, bool) {
    (verdict.category, verdict.retryable, verdict.unsent)
}

#[tokio::test]
async fn the_standard_library_meets_a_refused_connection() {
    let error = TcpStream::connect(nobody().await).await.unwrap_err();
    assert_eq!((Category::Connection, true, true), short(&judged(&error)));
}

#[tokio::test]
async fn the_standard_library_looks_for_a_name_that_is_none() {
    let error = TcpStream::connect("nowhere.invalid:80").await.unwrap_err();
    assert_eq!((Category::Connection, true, true), short(&judged(&error)), "{error}");
}

mod reqwest_says {
    use super::*;

    async fn get(address: SocketAddr) -> Result<reqwest::Response, reqwest::Error> {
        client().get(format!("http://{address}/")).send().await
    }

    fn client() -> reqwest::Client {
        reqwest::Client::builder().no_proxy().timeout(Duration::from_millis(50)).build().expect("a client")
    }

    #[tokio::test]
    async fn that_nobody_is_there() {
        let error = get(nobody().await).await.unwrap_err();
        assert_eq!((Category::Connection, true, true), short(&judged(&error)), "{error:?}");
    }

    #[tokio::test]
    async fn that_there_is_no_such_name() {
        let error = client().get("http://nowhere.invalid/").timeout(Duration::from_secs(9)).send().await;
        let error = error.unwrap_err();
        assert_eq!((Category::Connection, true, true), short(&judged(&error)), "{error:?}");
    }

    #[tokio::test]
    async fn that_the_connection_was_reset() {
        let error = get(server(&[Does::Resets, Does::Resets]).await).await.unwrap_err();
        assert_eq!((Category::Connection, true, false), short(&judged(&error)), "{error:?}");
    }

    #[tokio::test]
    async fn that_the_answer_broke_off() {
        let error = get(server(&[Does::HangsUp, Does::HangsUp]).await).await.unwrap_err();
        assert_eq!((Category::Connection, true, false), short(&judged(&error)), "{error:?}");
    }

    #[tokio::test]
    async fn that_it_took_too_long() {
        let error = get(server(&[Does::IsSilent]).await).await.unwrap_err();
        assert_eq!((Category::Timeout, true, false), short(&judged(&error)), "{error:?}");
    }

    #[tokio::test]
    async fn that_the_address_is_none() {
        let error = client().get("http:// /").send().await.unwrap_err();
        assert_eq!((Category::InvalidRequest, false, false), short(&judged(&error)), "{error:?}");
    }

    #[tokio::test]
    async fn which_status_it_made_an_error_of() {
        let response = get(server(&[Does::Answers(BUSY)]).await).await.expect("an answer");
        let verdict = judged(&response.error_for_status().unwrap_err());
        assert_eq!(
            ((Category::Server, true), None),
            ((verdict.category, verdict.retryable), verdict.retry_after)
        );
    }

    #[tokio::test]
    async fn nothing_of_a_bad_status_but_its_headers_can_be_kept() {
        let response = get(server(&[Does::Answers(BUSY)]).await).await.expect("an answer");
        let verdict = judged(&Fault::http(response.status().as_u16(), response.headers()));
        assert_eq!(
            ("http.status.503", Some(Duration::from_secs(2))),
            (verdict.rule.as_str(), verdict.retry_after)
        );
    }

    #[tokio::test]
    async fn enough_for_a_policy_to_go_on() {
        const FINE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi";
        let address = server(&[Does::Resets, Does::HangsUp, Does::Answers(FINE)]).await;
        let policy = Policy::parse(r#"{"retry": {"initial_delay": 0}}"#).expect("a policy that makes sense");
        let answer = policy.run(|_| async { get(address).await?.text().await }).await;
        assert_eq!("hi", answer.expect("an answer"));
    }
}

mod hyper_says {
    use http_body_util::Empty;
    use hyper::Request;
    use hyper::body::Bytes;
    use hyper::client::conn::http1;
    use hyper_util::rt::TokioIo;

    use super::*;

    async fn get(address: SocketAddr) -> hyper::Error {
        let stream = TcpStream::connect(address).await.expect("a connection");
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("a handshake");
        tokio::spawn(connection);
        let request =
            Request::get("/").header("host", "here").body(Empty::<Bytes>::new()).expect("a request");
        sender.send_request(request).await.map(|_| ()).unwrap_err()
    }

    #[tokio::test]
    async fn that_the_answer_broke_off() {
        let error = get(server(&[Does::HangsUp]).await).await;
        assert_eq!((Category::Connection, true, false), short(&judged(&error)), "{error:?}");
    }

    #[tokio::test]
    async fn that_the_connection_was_reset() {
        let error = get(server(&[Does::Resets]).await).await;
        assert_eq!((Category::Connection, true, false), short(&judged(&error)), "{error:?}");
    }

    #[tokio::test]
    async fn that_it_is_no_http() {
        let error = get(server(&[Does::Answers("SSH-2.0-OpenSSH_9.6\r\n")]).await).await;
        assert!(!judged(&error).rule.starts_with("cancel"), "{error:?}");
    }
}

mod tonic_says {
    use tonic::metadata::{MetadataMap, MetadataValue};
    use tonic::{Code, Status};

    use super::*;

    #[test]
    fn by_its_code_what_is_worth_another_try() {
        let told: Vec<_> =
            [Code::Unavailable, Code::DeadlineExceeded, Code::InvalidArgument, Code::Cancelled]
                .map(|code| judged(&Status::new(code, "")))
                .iter()
                .map(|verdict| (verdict.rule.clone(), verdict.retryable))
                .collect();
        let expected = [
            ("grpc.UNAVAILABLE", true),
            ("grpc.DEADLINE_EXCEEDED", true),
            ("grpc.INVALID_ARGUMENT", false),
            ("grpc.CANCELLED", false),
        ];
        assert_eq!(expected.map(|(rule, retryable)| (rule.to_owned(), retryable)).as_slice(), told);
    }

    #[test]
    fn in_its_metadata_how_long_to_wait() {
        let mut metadata = MetadataMap::new();
        metadata.insert("grpc-retry-pushback-ms", MetadataValue::from_static("1500"));
        let verdict = judged(&Status::with_metadata(Code::Unavailable, "", metadata));
        assert_eq!((true, Some(Duration::from_millis(1500))), (verdict.retryable, verdict.retry_after));
    }

    #[test]
    fn in_its_details_how_long_to_wait() {
        // google.rpc.Status { details: [Any { RetryInfo { retry_delay: 2.5 s } }] }
        let name = b"type.googleapis.com/google.rpc.RetryInfo";
        let info = [0x0a, 8, 8, 2, 0x10, 0x80, 0xca, 0xb5, 0xee, 1];
        let mut any = vec![0x0a, u8::try_from(name.len()).expect("short")];
        any.extend(name);
        any.extend([0x12, u8::try_from(info.len()).expect("short")]);
        any.extend(info);
        let mut details = vec![8, 14, 0x1a, u8::try_from(any.len()).expect("short")];
        details.extend(any);
        for cut in 0..details.len() {
            let cut = details.get(..cut).expect("within").to_vec();
            let verdict = judged(&Status::with_details(Code::ResourceExhausted, "", cut.into()));
            assert_eq!(None, verdict.retry_after);
        }
        let verdict = judged(&Status::with_details(Code::ResourceExhausted, "", details.into()));
        assert_eq!((true, Some(Duration::from_millis(2500))), (verdict.retryable, verdict.retry_after));
    }
}
