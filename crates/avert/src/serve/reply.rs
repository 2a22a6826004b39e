//! What a handler gives back, and what the document says of it.

use std::marker::PhantomData;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::problem::Problem;

/// An answer, ready to be sent.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Reply {
    fn json(status: StatusCode, value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value);
        Self::document(
            status,
            "application/json",
            body.expect("the answers have string keys and finite numbers"),
        )
    }

    /// A whole document of this kind.
    pub(super) fn document(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        Self {
            status,
            headers,
            body,
        }
    }

    /// With a header.
    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(name, value);
        }
        self
    }
}

impl From<Problem> for Reply {
    fn from(problem: Problem) -> Self {
        let status = StatusCode::from_u16(problem.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut reply = Self::json(status, &problem);
        reply.headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        match problem.retry_after {
            Some(seconds) => reply.with(header::RETRY_AFTER, &seconds.to_string()),
            None => reply,
        }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        (self.status, self.headers, self.body).into_response()
    }
}

/// What an operation answers with.
pub(super) trait Answers {
    /// The statuses it may have when it went well, with what each means.
    const STATUSES: &'static [(u16, &'static str)];
    /// The kind of document.
    const KIND: &'static str = "application/json";
    /// Another kind that it may be of instead.
    const ALSO: Option<&'static str> = None;

    /// What the document looks like; nothing, where there is none or only its kind is known.
    fn schema(generator: &mut SchemaGenerator) -> Option<Schema>;

    /// The answer itself.
    fn reply(self) -> Reply;
}

/// It is there, or was done: here it is.
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize + JsonSchema> Answers for Json<T> {
    const STATUSES: &'static [(u16, &'static str)] = &[(200, "as asked")];

    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        Some(generator.subschema_for::<T>())
    }

    fn reply(self) -> Reply {
        Reply::json(StatusCode::OK, &self.0)
    }
}

/// It was made.
pub(super) struct Created<T>(pub(super) T);

impl<T: Serialize + JsonSchema> Answers for Created<T> {
    const STATUSES: &'static [(u16, &'static str)] = &[(201, "made")];

    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        Some(generator.subschema_for::<T>())
    }

    fn reply(self) -> Reply {
        Reply::json(StatusCode::CREATED, &self.0)
    }
}

/// It was made just now, or was there already.
pub(super) enum Made<T> {
    New(T),
    Known(T),
}

impl<T: Serialize + JsonSchema> Answers for Made<T> {
    const STATUSES: &'static [(u16, &'static str)] =
        &[(201, "made"), (200, "known already: it stays as it is")];

    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        Some(generator.subschema_for::<T>())
    }

    fn reply(self) -> Reply {
        match self {
            Self::New(value) => Reply::json(StatusCode::CREATED, &value),
            Self::Known(value) => Reply::json(StatusCode::OK, &value),
        }
    }
}

/// Something that is written out at once, since it borrows from what is gone afterwards. `T` says what it
/// looks like.
pub(super) struct Rendered<T> {
    status: StatusCode,
    body: Vec<u8>,
    looks_like: PhantomData<fn() -> T>,
}

impl<T> Rendered<T> {
    /// Of this value.
    pub(super) fn of(value: &impl Serialize) -> Self {
        Self {
            status: StatusCode::OK,
            body: serde_json::to_vec(value)
                .expect("the answers have string keys and finite numbers"),
            looks_like: PhantomData,
        }
    }

    /// As something that was made.
    pub(super) fn created(self) -> Self {
        Self {
            status: StatusCode::CREATED,
            ..self
        }
    }

    /// As something that goes on.
    pub(super) fn accepted(self) -> Self {
        Self {
            status: StatusCode::ACCEPTED,
            ..self
        }
    }
}

impl<T: JsonSchema> Answers for Rendered<T> {
    const STATUSES: &'static [(u16, &'static str)] = &[
        (200, "as it is now"),
        (201, "made"),
        (202, "begun; it goes on, and the events tell of it"),
    ];

    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        Some(generator.subschema_for::<T>())
    }

    fn reply(self) -> Reply {
        Reply::document(self.status, "application/json", self.body)
    }
}

/// It was done, and there is nothing more to say.
pub(super) struct Done;

impl Answers for Done {
    const STATUSES: &'static [(u16, &'static str)] = &[(204, "done")];

    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        None
    }

    fn reply(self) -> Reply {
        Reply {
            status: StatusCode::NO_CONTENT,
            headers: HeaderMap::new(),
            body: Vec::new(),
        }
    }
}

/// A text that a browser shows or keeps.
pub(super) struct Document {
    pub(super) kind: &'static str,
    pub(super) name: Option<String>,
    pub(super) text: String,
}

impl Answers for Document {
    const STATUSES: &'static [(u16, &'static str)] = &[(200, "the document")];
    const KIND: &'static str = "*/*";

    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        None
    }

    fn reply(self) -> Reply {
        // A report brings its own styles and pictures, and runs nothing.
        let reply = Reply::document(StatusCode::OK, self.kind, self.text.into_bytes()).with(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox",
        );
        match self.name {
            Some(name) => reply.with(
                header::CONTENT_DISPOSITION,
                &format!("attachment; filename=\"{name}\""),
            ),
            None => reply,
        }
    }
}

/// Something, with a cookie.
pub(super) struct WithCookie<A>(pub(super) A, pub(super) String);

impl<A: Answers> Answers for WithCookie<A> {
    const STATUSES: &'static [(u16, &'static str)] = A::STATUSES;
    const KIND: &'static str = A::KIND;

    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        A::schema(generator)
    }

    fn reply(self) -> Reply {
        self.0.reply().with(header::SET_COOKIE, &self.1)
    }
}
