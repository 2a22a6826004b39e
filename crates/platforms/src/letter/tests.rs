//! Whatever a notice is made from, the mail is the same few headers and one plain text.

use avert_model::Email;
use mail_parser::MessageParser;
use proptest::prelude::*;

use super::*;

/// Every header a notice has, in order.
const HEADERS: [&str; 10] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Language",
    "Auto-Submitted",
    "Content-Type",
    "Content-Transfer-Encoding",
];

fn sender() -> Sender {
    Sender::new("Safety <safety@example.org>", Some("bounces@example.net")).unwrap()
}

fn notice(subject: &str, body: &str, language: &str) -> OutgoingNotice {
    OutgoingNotice {
        account: "u1".into(),
        email: Some(Email::new("ann@example.com")),
        subject: subject.into(),
        body: body.into(),
        language: language.into(),
        right_to_left: false,
        case: "case-1".into(),
    }
}

fn key() -> OperationKey {
    OperationKey::new("case-1", "notice", "u1")
}

fn written(notice: &OutgoingNotice) -> Result<Letter, SendError> {
    let now: Timestamp = "2017-12-18T12:00:00Z".parse().unwrap();
    sender().write(notice, &key(), now)
}

/// Text as somebody hostile would like to see it in a mail.
fn hostile() -> impl Strategy<Value = String> {
    let tokens = [
        "\r\n",
        "\n",
        "\r",
        "\0",
        "\n\n",
        "\r\n.\r\n",
        "\n.\n",
        ".",
        " ",
        "\t",
        "\u{b}",
        "\u{85}",
        "\u{2028}",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "<script>alert(1)</script>",
        "&lt;",
        "https://example.org/a?b=c",
        "Bcc: eve@example.net",
        "Content-Type: text/html",
        "=?utf-8?q?=0ABcc:?=",
        "--boundary",
        "إشعار",
        "👩‍👩‍👧",
        "=",
        "\"",
        "<",
        ">",
        "@",
        "\u{7f}",
        "word",
    ];
    let long = "x".repeat(1_500);
    let token = prop_oneof![
        8 => proptest::sample::select(tokens.map(str::to_owned).to_vec()),
        1 => any::<String>(),
        1 => Just(long),
    ];
    proptest::collection::vec(token, 0..12).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_a_header_or_anything_but_plain_text(
        subject in hostile(), body in hostile(), language in hostile(),
    ) {
        let letter = written(&notice(&subject, &body, &language)).unwrap();
        let mail = MessageParser::default().parse(&letter.text).unwrap();
        let names: Vec<&str> = mail.headers_raw().map(|(name, _)| name).collect();
        prop_assert_eq!(&names, &HEADERS, "{}", letter.text);
        prop_assert_eq!(mail.parts.len(), 1);
        prop_assert_eq!(mail.header_raw("Content-Type").map(str::trim), Some("text/plain; charset=utf-8"));
        prop_assert_eq!(mail.header_raw("To").map(str::trim), Some("ann@example.com"));
        let id = format!("{}@example.org", key());
        prop_assert_eq!(mail.message_id(), Some(id.as_str()));
    }

    #[test]
    fn every_letter_that_can_be_read_arrives(subject in hostile(), body in hostile()) {
        let letter = written(&notice(&subject, &body, "en")).unwrap();
        let mail = MessageParser::default().parse(&letter.text).unwrap();
        let read = mail.body_text(0).unwrap_or_default().replace("\r\n", "\n");
        let meant = plain(&body);
        prop_assert_eq!(read.trim_end(), meant.trim_end());
        let (read, meant) = (mail.subject().unwrap_or_default(), one_line(&subject));
        prop_assert_eq!(read.trim(), meant.trim());
    }

    #[test]
    fn no_server_reads_the_lines_of_a_mail_in_another_way(
        subject in hostile(), body in hostile(), language in hostile(),
    ) {
        let letter = written(&notice(&subject, &body, &language)).unwrap();
        prop_assert!(letter.text.is_ascii());
        for line in letter.text.split("\r\n") {
            prop_assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
            prop_assert!(line.len() <= 998, "{}", line.len());
        }
    }

    #[test]
    fn an_address_is_one_address_or_none(address in hostile(), at in 0_usize..3) {
        let address = match at {
            0 => address,
            1 => format!("{address}@example.com"),
            _ => format!("ann@{address}"),
        };
        let email = Some(Email::new(&address));
        if let Ok(letter) = written(&OutgoingNotice { email, ..notice("A notice", "Calm.\n", "en") }) {
            let mail = MessageParser::default().parse(&letter.text).unwrap();
            let names: Vec<&str> = mail.headers_raw().map(|(name, _)| name).collect();
            prop_assert_eq!(&names, &HEADERS, "{}", letter.text);
            let envelope = letter.to.to_string();
            prop_assert!(!envelope.contains(char::is_control), "{envelope:?}");
        }
    }
}

#[test]
fn a_domain_in_other_letters_travels_in_punycode() {
    let email = Some(Email::new("ann@BÜCHER.example.org"));
    let letter = written(&OutgoingNotice {
        email,
        ..notice("A notice", "Calm.\n", "en")
    })
    .unwrap();
    assert_eq!(letter.to.to_string(), "ann@xn--bcher-kva.example.org");
    assert!(
        letter
            .text
            .contains("To: ann@xn--bcher-kva.example.org\r\n")
    );
}

#[test]
fn a_return_path_without_room_for_a_key_is_refused() {
    let longest = format!("{}@example.org", "b".repeat(31));
    let sender = Sender::new("safety@example.org", Some(&longest)).unwrap();
    let path = sender.return_path(&key()).unwrap();
    assert_eq!(
        path.to_string(),
        format!("{}+{}@example.org", "b".repeat(31), key())
    );
    for address in [
        format!("b{longest}"),
        "bounces".into(),
        "bücher@example.org".into(),
        "\"a b\"@example.org".into(),
        "bounces@example.org\r\nRCPT TO:<eve@example.net>".into(),
    ] {
        let refused = Sender::new("safety@example.org", Some(&address)).err();
        assert!(
            matches!(
                refused,
                Some(SettingsError::Value {
                    key: "return_path",
                    ..
                })
            ),
            "{address}"
        );
    }
}
