//! How a passkey comes into the configuration: what an enrolment has to tell.

use avert_model::Explain as _;
use avert_ops::people::{Algorithm, Passkey, RelyingParty};
use avert_ops::review::passkey::{PasskeyError, Registration, enrolled};
use proptest::prelude::*;

use crate::common::authenticator::{Asked, Authenticator, ORIGIN, PARTY, VERIFIED};
use crate::common::device_of;

const CHALLENGE: &[u8] = b"sixteen random bytes";

fn party() -> RelyingParty {
    RelyingParty::new(PARTY, ORIGIN).unwrap()
}

fn enrol(device: &Authenticator, asked: &Asked) -> Result<Passkey, PasskeyError> {
    let registration = Registration {
        credential: &device.credential,
        client_data: &asked.client_data(CHALLENGE),
        authenticator_data: &asked.authenticator_data(),
    };
    enrolled(&registration, CHALLENGE, &party())
}

#[test]
fn an_enrolment_gives_the_line_that_stands_in_the_configuration() {
    for (device, algorithm, kind) in [
        (Authenticator::new(), Algorithm::Es256, "webauthn-es256 "),
        (device_of("omar"), Algorithm::EdDsa, "webauthn-eddsa "),
    ] {
        let passkey = enrol(&device, &device.creation()).unwrap();
        assert_eq!(passkey.algorithm(), algorithm);
        assert_eq!(passkey.credential(), device.credential);
        let line = passkey.to_string();
        assert!(line.starts_with(kind), "{line}");
        assert!(
            line.ends_with(" example.org https://avert.example.org"),
            "{line}"
        );
        assert_eq!(line.parse::<Passkey>().unwrap(), passkey);
        // With extensions too.
        let mut extended = device.creation();
        extended.flags |= 0x80;
        extended.rest.extend([0xa1, 0x00]);
        assert_eq!(enrol(&device, &extended).unwrap(), passkey);
    }
}

#[test]
fn each_single_thing_that_is_wrong_with_an_enrolment_refuses_it() {
    let device = Authenticator::new();
    let with = |change: &dyn Fn(&mut Asked)| {
        let mut asked = device.creation();
        change(&mut asked);
        enrol(&device, &asked).unwrap_err()
    };
    let code = |error: PasskeyError| error.code();
    assert_eq!(
        code(with(&|asked| asked.purpose = "webauthn.get")),
        "passkey/refused"
    );
    assert_eq!(
        code(with(&|asked| asked.origin = "https://example.org")),
        "passkey/other-page"
    );
    assert_eq!(
        code(with(&|asked| asked.party = "example.com")),
        "passkey/other-page"
    );
    assert_eq!(
        with(&|asked| asked.more = r#","crossOrigin":true"#),
        PasskeyError::CrossOrigin
    );
    assert_eq!(
        with(&|asked| asked.flags &= !0x01),
        PasskeyError::NotPresent
    );
    assert_eq!(
        with(&|asked| asked.flags &= !0x04),
        PasskeyError::NotVerified
    );
    assert_eq!(
        with(&|asked| asked.flags = VERIFIED),
        PasskeyError::AuthenticatorData
    );
    assert_eq!(
        with(&|asked| asked.rest.push(0)),
        PasskeyError::AuthenticatorData
    );
    assert_eq!(
        with(&|asked| asked.flags |= 0x80),
        PasskeyError::AuthenticatorData
    );
    assert_eq!(with(&|asked| asked.rest[17] += 1), PasskeyError::Credential);
    assert_eq!(with(&|asked| asked.rest[18] ^= 1), PasskeyError::Credential);
    // A map of RSA, of another curve, with its numbers in another order, and one that is cut off.
    let key = 18 + device.credential.len();
    assert_eq!(with(&|asked| asked.rest[key + 2] = 0x03), PasskeyError::Key);
    assert_eq!(with(&|asked| asked.rest[key + 6] = 0x02), PasskeyError::Key);
    assert_eq!(
        with(&|asked| asked.rest[key + 7..].rotate_left(35)),
        PasskeyError::Key
    );
    assert_eq!(
        with(&|asked| asked.rest.truncate(key + 76)),
        PasskeyError::Key
    );

    let asked = device.creation();
    let registration = Registration {
        credential: &device.credential,
        client_data: &asked.client_data(b"another challenge"),
        authenticator_data: &asked.authenticator_data(),
    };
    let refused = enrolled(&registration, CHALLENGE, &party()).unwrap_err();
    assert_eq!(refused, PasskeyError::Challenge);
    let registration = Registration {
        credential: b"another id",
        client_data: &asked.client_data(CHALLENGE),
        authenticator_data: &asked.authenticator_data(),
    };
    let refused = enrolled(&registration, CHALLENGE, &party()).unwrap_err();
    assert_eq!(refused, PasskeyError::Credential);
}

proptest! {
    #[test]
    fn whatever_an_authenticator_tells_nothing_stumbles(
        rest in prop::collection::vec(any::<u8>(), 0..200),
        flags in any::<u8>(),
        cut in any::<usize>(),
        flipped in any::<(usize, u8)>(),
    ) {
        let device = device_of("omar");
        drop(enrol(&device, &Asked { flags: flags | VERIFIED, rest, ..device.creation() }));
        let mut asked = device.creation();
        asked.rest.truncate(cut % asked.rest.len());
        prop_assert!(enrol(&device, &asked).is_err());
        let mut asked = device.creation();
        let place = flipped.0 % asked.rest.len();
        asked.rest[place] ^= flipped.1;
        drop(enrol(&device, &asked));
    }

    #[test]
    fn whatever_a_browser_says_nothing_stumbles(
        client_data in prop::collection::vec(any::<u8>(), 0..200),
        authenticator_data in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let registration = Registration {
            credential: b"id",
            client_data: &client_data,
            authenticator_data: &authenticator_data,
        };
        prop_assert!(enrolled(&registration, CHALLENGE, &party()).is_err());
        let asked = device_of("omar").creation();
        let registration = Registration {
            client_data: &asked.client_data(CHALLENGE),
            ..registration
        };
        prop_assert!(enrolled(&registration, CHALLENGE, &party()).is_err());
    }
}
