//! Who may do what: the design, written down a second time and apart from the server, so that an operation that
//! lets in somebody else is found, and one that nobody thought about is, too.

/// How an operation is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Anybody may ask: it is how one signs in.
    Anyone,
    /// It only shows. Sessions, and tokens of the scopes `read` and `write`.
    Look,
    /// It changes something. Sessions with the console's header, and tokens of the scope `write`.
    Change,
    /// As `Change`, and tokens of the scope `appeals`.
    Appeals,
    /// Sessions alone: a token gives nobody rights that it does not have.
    Person,
}

/// One operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// Method and path, as the document has them.
    pub(crate) operation: &'static str,
    /// Where it is tried: there is something there.
    pub(crate) at: &'static str,
    pub(crate) reach: Reach,
    /// Any of these; everybody, if there are none.
    pub(crate) roles: &'static [&'static str],
    /// What is sent. `PLAN`, `DRAFT`, `LIST`, `ACCOUNT` and `FINDING` stand for what the scene has.
    pub(crate) body: &'static str,
}

const fn look(operation: &'static str, at: &'static str) -> Rule {
    Rule {
        operation,
        at,
        reach: Reach::Look,
        roles: &[],
        body: "",
    }
}

const fn change(
    operation: &'static str,
    at: &'static str,
    roles: &'static [&'static str],
    body: &'static str,
) -> Rule {
    Rule {
        operation,
        at,
        reach: Reach::Change,
        roles,
        body,
    }
}

const fn by(reach: Reach, rule: Rule) -> Rule {
    Rule { reach, ..rule }
}

const WRITES: &[&str] = &["investigator"];
const JUDGES: &[&str] = &["approver"];
const ACTS: &[&str] = &["responder"];
const RUNS: &[&str] = &["operator"];
const THAWS: &[&str] = &["responder", "approver"];
const ALL: &[&str] = &[];

const SEEN_PLAN: &str = r#"{"digest":"PLAN"}"#;
const SEEN_DRAFT: &str = r#"{"digest":"DRAFT"}"#;
const SEEN_LIST: &str = r#"{"digest":"LIST"}"#;
const WHY: &str = r#"{"reason":"because"}"#;
const DECISION: &str = r#"{"decision":"reject","reason":"because"}"#;
const RESOLUTION: &str = r#"{"account":"ACCOUNT","outcome":"sent","reason":"because"}"#;
const PASSKEY: &str =
    r#"{"challenge_id":"x","id":"eA","client_data":"eA","authenticator_data":"eA"}"#;
const OF_TWO: &str = r#"{"case":"case-2"}"#;

/// All of them; what ends sessions comes last, since it is tried for good.
pub(crate) const RULES: &[Rule] = &[
    look("GET /v1/today", "/v1/today"),
    look("GET /v1/findings", "/v1/findings"),
    look("GET /v1/findings/{id}", "/v1/findings/FINDING"),
    look(
        "GET /v1/findings/{id}/profiles",
        "/v1/findings/FINDING/profiles",
    ),
    look("GET /v1/findings/{id}/map", "/v1/findings/FINDING/map"),
    look("GET /v1/cases", "/v1/cases"),
    look("GET /v1/cases/{id}", "/v1/cases/case-1"),
    look("GET /v1/cases/{id}/map", "/v1/cases/case-1/map"),
    look(
        "GET /v1/cases/{id}/report",
        "/v1/cases/case-1/report?format=json",
    ),
    look("GET /v1/takedowns", "/v1/takedowns"),
    look("GET /v1/takedowns/{id}", "/v1/takedowns/tp-1"),
    look(
        "GET /v1/takedowns/{id}/preview",
        "/v1/takedowns/tp-1/preview?verb=execute",
    ),
    look("GET /v1/notices", "/v1/notices"),
    look("GET /v1/notices/{id}", "/v1/notices/nl-1"),
    look("GET /v1/notices/{id}/previews", "/v1/notices/nl-1/previews"),
    look("GET /v1/appeals", "/v1/appeals"),
    look("GET /v1/appeals/summary", "/v1/appeals/summary"),
    look("GET /v1/appeals/{id}", "/v1/appeals/ap-1"),
    look("GET /v1/journal", "/v1/journal"),
    look("GET /v1/journal/verify", "/v1/journal/verify"),
    look("GET /v1/freeze", "/v1/freeze"),
    look("GET /v1/people", "/v1/people"),
    look("GET /v1/settings", "/v1/settings"),
    by(Reach::Anyone, look("GET /v1/session", "/v1/session")),
    by(Reach::Person, look("GET /v1/tokens", "/v1/tokens")),
    by(Reach::Person, look("GET /v1/passkeys", "/v1/passkeys")),
    change(
        "POST /v1/cases",
        "/v1/cases",
        WRITES,
        r#"{"findings":["FINDING"]}"#,
    ),
    look("GET /v1/cases/{id}/words", "/v1/cases/case-1/words"),
    look("GET /v1/cases/{id}/profiles", "/v1/cases/case-1/profiles"),
    change(
        "POST /v1/cases/{id}/words",
        "/v1/cases/case-1/words",
        WRITES,
        r#"{"text":"in our words"}"#,
    ),
    change(
        "POST /v1/cases/{id}/notes",
        "/v1/cases/case-1/notes",
        ALL,
        r#"{"text":"a note"}"#,
    ),
    change(
        "POST /v1/cases/{id}/accounts",
        "/v1/cases/case-1/accounts",
        WRITES,
        r#"{"remove":["ACCOUNT"],"reason":"because"}"#,
    ),
    change(
        "POST /v1/cases/{id}/assign",
        "/v1/cases/case-1/assign",
        WRITES,
        r#"{"to":"ines"}"#,
    ),
    change(
        "POST /v1/cases/{id}/close",
        "/v1/cases/case-1/close",
        WRITES,
        WHY,
    ),
    change("POST /v1/takedowns", "/v1/takedowns", WRITES, OF_TWO),
    change(
        "POST /v1/takedowns/{id}/edit",
        "/v1/takedowns/tp-2/edit",
        WRITES,
        WHY,
    ),
    change(
        "POST /v1/takedowns/{id}/submit",
        "/v1/takedowns/tp-2/submit",
        WRITES,
        "",
    ),
    by(
        Reach::Person,
        change(
            "POST /v1/takedowns/{id}/approve",
            "/v1/takedowns/tp-2/approve",
            JUDGES,
            SEEN_DRAFT,
        ),
    ),
    by(
        Reach::Person,
        change(
            "POST /v1/takedowns/{id}/approve/options",
            "/v1/takedowns/tp-2/approve/options",
            JUDGES,
            SEEN_DRAFT,
        ),
    ),
    change(
        "POST /v1/takedowns/{id}/reject",
        "/v1/takedowns/tp-2/reject",
        JUDGES,
        WHY,
    ),
    change(
        "POST /v1/takedowns/{id}/execute",
        "/v1/takedowns/tp-1/execute",
        ACTS,
        SEEN_PLAN,
    ),
    change(
        "POST /v1/takedowns/{id}/resume",
        "/v1/takedowns/tp-1/resume",
        ACTS,
        SEEN_PLAN,
    ),
    change(
        "POST /v1/takedowns/{id}/reverse",
        "/v1/takedowns/tp-1/reverse",
        ACTS,
        SEEN_PLAN,
    ),
    change(
        "POST /v1/notices",
        "/v1/notices",
        WRITES,
        r#"{"case":"case-1"}"#,
    ),
    by(
        Reach::Person,
        change(
            "POST /v1/notices/{id}/approve",
            "/v1/notices/nl-1/approve",
            JUDGES,
            SEEN_LIST,
        ),
    ),
    by(
        Reach::Person,
        change(
            "POST /v1/notices/{id}/approve/options",
            "/v1/notices/nl-1/approve/options",
            JUDGES,
            SEEN_LIST,
        ),
    ),
    change(
        "POST /v1/notices/{id}/reject",
        "/v1/notices/nl-1/reject",
        JUDGES,
        WHY,
    ),
    change(
        "POST /v1/notices/{id}/send",
        "/v1/notices/nl-1/send",
        ACTS,
        SEEN_LIST,
    ),
    change(
        "POST /v1/notices/{id}/resume",
        "/v1/notices/nl-1/resume",
        ACTS,
        SEEN_LIST,
    ),
    change(
        "POST /v1/notices/{id}/give-up",
        "/v1/notices/nl-1/give-up",
        ACTS,
        WHY,
    ),
    change(
        "POST /v1/notices/{id}/resolve",
        "/v1/notices/nl-1/resolve",
        ACTS,
        RESOLUTION,
    ),
    by(
        Reach::Appeals,
        change(
            "POST /v1/appeals",
            "/v1/appeals",
            ALL,
            r#"{"plan":"tp-1","account":"ACCOUNT","reference":"T-1"}"#,
        ),
    ),
    change(
        "POST /v1/appeals/{id}/preview",
        "/v1/appeals/ap-1/preview",
        JUDGES,
        DECISION,
    ),
    change(
        "POST /v1/appeals/{id}/decide",
        "/v1/appeals/ap-1/decide",
        JUDGES,
        DECISION,
    ),
    change(
        "POST /v1/appeals/{id}/tell",
        "/v1/appeals/ap-1/tell",
        JUDGES,
        "",
    ),
    change("POST /v1/freeze", "/v1/freeze", ALL, WHY),
    change("DELETE /v1/freeze", "/v1/freeze", THAWS, WHY),
    by(
        Reach::Person,
        change(
            "POST /v1/tokens",
            "/v1/tokens",
            ALL,
            r#"{"name":"x","scopes":["read"]}"#,
        ),
    ),
    by(
        Reach::Person,
        change("DELETE /v1/tokens/{id}", "/v1/tokens/1", RUNS, ""),
    ),
    by(
        Reach::Person,
        change("POST /v1/passkeys", "/v1/passkeys", ALL, PASSKEY),
    ),
    by(
        Reach::Person,
        change("POST /v1/passkeys/options", "/v1/passkeys/options", ALL, ""),
    ),
    by(
        Reach::Person,
        change(
            "POST /v1/people/{name}/invitations",
            "/v1/people/lena/invitations",
            RUNS,
            "",
        ),
    ),
    by(
        Reach::Anyone,
        change(
            "POST /v1/session",
            "/v1/session",
            ALL,
            r#"{"name":"a stranger","password":"a password of nobody"}"#,
        ),
    ),
    by(
        Reach::Anyone,
        change(
            "POST /v1/invitations/look",
            "/v1/invitations/look",
            ALL,
            r#"{"token":"x"}"#,
        ),
    ),
    by(
        Reach::Anyone,
        change(
            "POST /v1/invitations/accept",
            "/v1/invitations/accept",
            ALL,
            r#"{"token":"x","password":"a password of nobody"}"#,
        ),
    ),
    by(
        Reach::Person,
        change(
            "DELETE /v1/people/{name}/sessions",
            "/v1/people/gone/sessions",
            RUNS,
            "",
        ),
    ),
    by(
        Reach::Person,
        change("DELETE /v1/session", "/v1/session", ALL, ""),
    ),
];
