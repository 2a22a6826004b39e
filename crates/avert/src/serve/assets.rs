//! The console's files, as they were built into the program.

use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::RustEmbed;

use super::problem::Problem;
use super::reply::Reply;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Console;

/// What is shown where the program was built without the console.
const NO_CONSOLE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Avert</title>\
<h1>This avert was built without its console</h1>\
<p>The API is served all the same: see <a href=\"/v1/\">its operations</a>.</p>\
<p>To have the console, build it first and then the program again, with Node 20 or newer:</p>\
<pre>cd web &amp;&amp; npm ci &amp;&amp; npm run build &amp;&amp; cd ..\ncargo build --release -p avert</pre></html>";

/// Answers with a file of the console; what is none is no page.
pub(super) async fn answer(method: Method, uri: Uri) -> Response {
    if method != Method::GET && method != Method::HEAD {
        let text = "this cannot be asked for so";
        return Reply::from(Problem::new(405, "request/method", text)).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    if let Some(file) = Console::get(path) {
        let mut response = (StatusCode::OK, file.data).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(path)));
        // Files under assets/ are named by their content.
        let kept = if path.starts_with("assets/") {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
        return response;
    }
    if path == "index.html" {
        let kind = "text/html; charset=utf-8";
        return Reply::document(StatusCode::OK, kind, NO_CONSOLE.into()).into_response();
    }
    let text = format!("there is nothing at {}", uri.path());
    Reply::from(Problem::not_found(text)).into_response()
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json") => "application/json",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
