//! A local mailbox in Maildir form: notices to look at, or for a mail system to pick up.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use avert_model::Clock;
use avert_ops::ports::{
    Channel, Effect, LookUp, OperationKey, OutgoingNotice, PortError, PortErrorKind, Receipt,
    SendError,
};

use crate::letter::Sender;
use crate::settings::{MaildirSettings, SettingsError};

/// A Maildir. A notice's file is named by its key, so a repeated send finds it there.
pub struct Maildir {
    name: String,
    folder: PathBuf,
    sender: Sender,
    clock: Box<dyn Clock + Send + Sync>,
}

impl Maildir {
    /// Reads the settings. The mailbox is made when the first notice goes there.
    pub fn open(
        name: &str,
        settings: &MaildirSettings,
        base: &Path,
        clock: Box<dyn Clock + Send + Sync>,
    ) -> Result<Self, SettingsError> {
        Ok(Self {
            name: name.to_owned(),
            folder: base.join(&settings.folder),
            sender: Sender::new(&settings.from, None)?,
            clock,
        })
    }

    fn failed(&self, what: &str, error: &std::io::Error) -> PortError {
        PortError {
            request: format!("{what} {}", self.folder.display()),
            kind: PortErrorKind::Local(error.to_string()),
            effect: Effect::None,
        }
    }

    /// The notice of this key, wherever in the mailbox it is by now.
    fn find(&self, key: &OperationKey) -> Result<Option<Receipt>, PortError> {
        let file = file_name(key);
        // Read messages move to `cur`, with flags behind a colon.
        for part in ["new", "cur"] {
            let entries = match fs::read_dir(self.folder.join(part)) {
                Ok(entries) => entries,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(self.failed("list", &error)),
            };
            for entry in entries {
                let entry = entry.map_err(|error| self.failed("list", &error))?;
                if entry.file_name().to_string_lossy().starts_with(&file) {
                    return Ok(Some(Receipt { reference: file }));
                }
            }
        }
        Ok(None)
    }

    /// Written whole and flushed, then renamed: a mailbox never shows half a message, and shows this
    /// one even after a power cut.
    fn deliver(&self, file: &str, message: &[u8]) -> Result<(), SendError> {
        let (draft, new) = (self.folder.join("tmp").join(file), self.folder.join("new"));
        let write = || {
            for part in ["tmp", "new", "cur"] {
                fs::create_dir_all(self.folder.join(part))?;
            }
            let mut open = File::create(&draft)?;
            open.write_all(message)?;
            open.sync_all()?;
            fs::rename(&draft, new.join(file))
        };
        write().map_err(|error| SendError::NotSent(self.failed("write to", &error)))?;
        // From here on it is there, or may be after a power cut.
        File::open(&new)
            .and_then(|new| new.sync_all())
            .map_err(|error| {
                let mut error = self.failed("write to", &error);
                error.effect = Effect::Unknown;
                SendError::InDoubt(error)
            })
    }
}

fn file_name(key: &OperationKey) -> String {
    format!("{key}.avert")
}

impl Channel for Maildir {
    fn name(&self) -> &str {
        &self.name
    }

    fn goes_to_address(&self) -> bool {
        true
    }

    fn look_up(&self, _: &OutgoingNotice, key: &OperationKey) -> Result<LookUp, PortError> {
        // One that is not there may have been picked up and passed on.
        Ok(self.find(key)?.map_or(LookUp::CannotTell, LookUp::Arrived))
    }

    fn send(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<Receipt, SendError> {
        let file = file_name(key);
        let receipt = Receipt {
            reference: file.clone(),
        };
        // Looking for it among the read ones takes a listing, which only a repeated send is worth.
        if self.folder.join("new").join(&file).exists() {
            return Ok(receipt);
        }
        let letter = self.sender.write(notice, key, self.clock.now())?;
        self.deliver(&file, letter.text.as_bytes())?;
        Ok(receipt)
    }
}

#[cfg(test)]
mod tests {
    use avert_model::{Email, Timestamp};

    use super::*;

    fn notice(email: Option<&str>) -> OutgoingNotice {
        OutgoingNotice {
            account: "u1".into(),
            email: email.map(Email::new),
            subject: "إشعار أمان".into(),
            body: "سطر\nline\n".into(),
            language: "ar".into(),
            right_to_left: true,
            case: "case-1".into(),
        }
    }

    fn mailbox() -> (tempfile::TempDir, Maildir) {
        let folder = tempfile::tempdir().unwrap();
        let settings = MaildirSettings {
            folder: "mailbox".into(),
            from: "safety@example.org".into(),
        };
        let now: Timestamp = "2017-12-18T12:00:00Z".parse().unwrap();
        let maildir = Maildir::open("mailbox", &settings, folder.path(), Box::new(now)).unwrap();
        (folder, maildir)
    }

    #[test]
    fn a_notice_becomes_one_message_however_often_it_is_sent() {
        let (folder, maildir) = mailbox();
        let key = OperationKey::new("case-1", "notice", "u1");
        let first = maildir
            .send(&notice(Some("ann@example.org")), &key)
            .unwrap();
        let again = maildir
            .send(&notice(Some("ann@example.org")), &key)
            .unwrap();
        assert_eq!(first, again);
        let new: Vec<_> = fs::read_dir(folder.path().join("mailbox/new"))
            .unwrap()
            .collect();
        assert_eq!(new.len(), 1);
        let text = fs::read_to_string(new[0].as_ref().unwrap().path()).unwrap();
        assert!(
            text.contains(&format!("Message-ID: <{key}@example.org>")),
            "{text}"
        );
        assert!(
            text.contains("MIME-Version: 1.0")
                && text.contains("Content-Language: ar")
                && text.contains("Mon, 18 Dec 2017 12:00:00 +0000"),
            "{text}"
        );
        assert!(text.is_ascii(), "other letters travel encoded");
    }

    #[test]
    fn a_message_that_was_read_is_found_again() {
        let (folder, maildir) = mailbox();
        let key = OperationKey::new("case-1", "notice", "u1");
        let receipt = maildir
            .send(&notice(Some("ann@example.org")), &key)
            .unwrap();
        let mailbox = folder.path().join("mailbox");
        fs::rename(
            mailbox.join("new").join(&receipt.reference),
            mailbox
                .join("cur")
                .join(format!("{}:2,S", receipt.reference)),
        )
        .unwrap();
        let found = maildir
            .look_up(&notice(Some("ann@example.org")), &key)
            .unwrap();
        assert_eq!(found, LookUp::Arrived(receipt));
    }

    #[test]
    fn a_mailbox_nothing_was_sent_to_does_not_exist() {
        let (folder, maildir) = mailbox();
        let key = OperationKey::new("case-1", "notice", "u1");
        assert_eq!(
            maildir.look_up(&notice(None), &key).unwrap(),
            LookUp::CannotTell
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn nobody_can_be_written_to_without_an_address() {
        let (_folder, maildir) = mailbox();
        let key = OperationKey::new("case-1", "notice", "u1");
        for email in [
            None,
            Some("not an address"),
            Some("a@example.org\r\nBcc: b@example.org"),
        ] {
            let refused = maildir.send(&notice(email), &key).unwrap_err();
            assert!(matches!(refused, SendError::NoAddress(_)), "{refused}");
        }
    }

    #[test]
    fn it_keeps_everything_that_a_channel_promises() {
        let (folder, maildir) = mailbox();
        let new = folder.path().join("mailbox/new");
        let mailing = avert_ops::conformance::Mailing {
            notice: &notice(Some("ann@example.org")),
            nobody: Some(&notice(None)),
            run: "trial",
            arrived: &|| fs::read_dir(&new).map_or(0, Iterator::count),
            secrets: &[],
            pause: &crate::testing::Noted::default(),
        };
        let violations = avert_ops::conformance::channel(&maildir, &mailing);
        assert_eq!(violations, []);
    }
}
