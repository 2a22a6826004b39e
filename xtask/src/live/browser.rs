//! A browser without a screen: it keeps cookies, goes where it is sent, and hands in forms.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use ureq::Agent;
use ureq::http::Request;

use crate::live::http::escape;

/// A server that does not answer for this long has hung.
const PATIENCE: Duration = Duration::from_mins(1);
/// Nobody is sent on more often.
const MOST_STEPS: usize = 20;

/// Somebody's browser.
pub(crate) struct Browser {
    agent: Agent,
    /// By server, then by name.
    cookies: BTreeMap<String, BTreeMap<String, String>>,
}

/// Where a browser has come to.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) address: String,
    pub(crate) status: u16,
    pub(crate) text: String,
    /// Where it sends on to.
    pub(crate) location: Option<String>,
}

impl Browser {
    /// One that knows nobody.
    pub(crate) fn new() -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(PATIENCE))
            .build();
        Self {
            agent: Agent::new_with_config(config),
            cookies: BTreeMap::new(),
        }
    }

    /// Goes to an address and from there wherever it is sent, up to where an address begins with this.
    pub(crate) fn go(&mut self, address: &str, until: &str) -> Result<Page> {
        let page = self.ask(address, None)?;
        self.follow(page, until)
    }

    /// Hands in a form and goes wherever it is sent.
    pub(crate) fn hand_in(
        &mut self,
        address: &str,
        fields: &[(&str, &str)],
        until: &str,
    ) -> Result<Page> {
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
            .collect();
        let page = self.ask(address, Some(&fields.join("&")))?;
        self.follow(page, until)
    }

    fn follow(&mut self, mut page: Page, until: &str) -> Result<Page> {
        for _ in 0..MOST_STEPS {
            let Some(next) = &page.location else {
                return Ok(page);
            };
            if next.starts_with(until) {
                return Ok(page);
            }
            let next = next.clone();
            page = self.ask(&next, None)?;
        }
        bail!("sent on and on, at last to {}", page.address)
    }

    fn ask(&mut self, address: &str, form: Option<&str>) -> Result<Page> {
        let server = origin(address)?.to_owned();
        let mut request = Request::builder().uri(address);
        let known = self.cookies.entry(server.clone()).or_default();
        let cookies: Vec<String> = known
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request = request.header("Cookie", cookies.join("; "));
        }
        let answer = match form {
            Some(form) => {
                let request = request
                    .method("POST")
                    .header("Content-Type", "application/x-www-form-urlencoded");
                self.agent.run(request.body(form)?)
            }
            None => self.agent.run(request.body(())?),
        };
        let mut answer = answer.with_context(|| format!("{server} does not answer"))?;
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').context("a cookie without a name")?;
            if value.is_empty() {
                known.remove(name);
            } else {
                known.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = answer.headers().get("location");
        let location = location.map(|place| place.to_str()).transpose()?;
        let location = location.map(|place| {
            if place.starts_with('/') {
                format!("{server}{place}")
            } else {
                place.to_owned()
            }
        });
        Ok(Page {
            address: address.to_owned(),
            status: answer.status().as_u16(),
            text: answer.body_mut().read_to_string()?,
            location,
        })
    }
}

/// `http://host:port` of an address.
fn origin(address: &str) -> Result<&str> {
    let (scheme, rest) = address.split_once("://").context("no address")?;
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    Ok(&address[..scheme.len() + 3 + host.len()])
}
