//! Requests to the provider: once, short, of bounded size, and nowhere but where they are sent.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ureq::http::{Request, Response, header};
use ureq::{Agent, Body};
use url::form_urlencoded::byte_serialize;

/// How long an answer may take: a person waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// The largest answer that is read.
const BODY_BYTES: u64 = 512 << 10;

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        // What is sent is for this address and no other.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build();
    Agent::new_with_config(config)
}

/// Reads something.
pub(super) fn get(address: &str, authorization: Option<&str>) -> Result<Answer, String> {
    let request = asking(Request::get(address), authorization);
    let request = request.body(()).map_err(unwritable)?;
    answer(agent().run(request))
}

/// Hands in a form.
pub(super) fn post(
    address: &str,
    form: &str,
    authorization: Option<&str>,
) -> Result<Answer, String> {
    let request = asking(Request::post(address), authorization)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = request.body(form).map_err(unwritable)?;
    answer(agent().run(request))
}

/// A name and a secret, as a header carries them (RFC 6749, 2.3.1: each is written as in a form first).
pub(super) fn basic(name: &str, secret: &str) -> String {
    let written = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", written(name), written(secret));
    format!("Basic {}", STANDARD.encode(pair))
}

fn asking(
    request: ureq::http::request::Builder,
    authorization: Option<&str>,
) -> ureq::http::request::Builder {
    let request = request.header(header::ACCEPT, "application/json");
    match authorization {
        Some(authorization) => request.header(header::AUTHORIZATION, authorization),
        None => request,
    }
}

/// Neither the address nor a header is told: they hold secrets.
fn unwritable(_: ureq::http::Error) -> String {
    "the request cannot be written as HTTP".into()
}

fn answer(sent: Result<Response<Body>, ureq::Error>) -> Result<Answer, String> {
    let mut response = sent.map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(BODY_BYTES);
    let body = body.read_to_vec().map_err(|error| error.to_string())?;
    Ok(Answer { status, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_secret_are_written_as_in_a_form_first() {
        // "a%3Ab:c+d%25"
        assert_eq!(basic("a:b", "c d%"), "Basic YSUzQWI6YytkJTI1");
    }
}
