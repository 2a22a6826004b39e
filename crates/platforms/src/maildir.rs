//! A local mailbox in Maildir form: notices to look at, or for a mail system to pick up.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use avert_model::Clock;
use avert_ops::ports::{
    Channel, Effect, OperationKey, OutgoingNotice, PortError, PortErrorKind, Receipt, SendError,
};
use lettre::message::Mailbox;

use crate::letter;
use crate::settings::{MaildirSettings, SettingsError};

/// A Maildir. A notice's file is named by its key, so a repeated send finds it there.
pub struct Maildir {
    name: String,
    folder: PathBuf,
    from: Mailbox,
    clock: Box<dyn Clock>,
}

impl Maildir {
    /// Opens the mailbox, making it if it does not exist.
    pub fn open(
        name: &str,
        settings: &MaildirSettings,
        base: &Path,
        clock: Box<dyn Clock>,
    ) -> Result<Self, SettingsError> {
        let folder = base.join(&settings.folder);
        for part in ["tmp", "new", "cur"] {
            let path = folder.join(part);
            fs::create_dir_all(&path).map_err(|source| SettingsError::File {
                what: "make",
                path,
                source,
            })?;
        }
        Ok(Self {
            name: name.to_owned(),
            folder,
            from: letter::sender(&settings.from)?,
            clock,
        })
    }

    fn failed(&self, what: &str, error: &std::io::Error) -> SendError {
        SendError::NotSent(PortError {
            request: format!("{what} {}", self.folder.display()),
            kind: PortErrorKind::Unreachable(error.to_string()),
            effect: Effect::None,
        })
    }
}

impl Channel for Maildir {
    fn name(&self) -> &str {
        &self.name
    }

    fn keeps_keys(&self) -> bool {
        true
    }

    fn send(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<Receipt, SendError> {
        let file = format!("{key}.avert");
        let receipt = Receipt {
            reference: file.clone(),
        };
        let delivered = self.folder.join("new").join(&file);
        // Read messages move to `cur`, with flags behind a colon.
        let is_read = fs::read_dir(self.folder.join("cur"))
            .map_err(|error| self.failed("list", &error))?
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with(&file));
        if is_read || delivered.exists() {
            return Ok(receipt);
        }
        let message = letter::write(&self.from, notice, key, self.clock.now())?;
        let draft = self.folder.join("tmp").join(&file);
        // Written whole and flushed, then renamed: a mailbox never shows half a message.
        File::create(&draft)
            .and_then(|mut open| {
                open.write_all(&message.formatted())?;
                open.sync_all()
            })
            .and_then(|()| fs::rename(&draft, &delivered))
            .map_err(|error| self.failed("write to", &error))?;
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
            text.contains("Content-Language: ar")
                && text.contains("Mon, 18 Dec 2017 12:00:00 +0000"),
            "{text}"
        );
        assert!(text.is_ascii(), "other letters travel encoded");
    }

    #[test]
    fn a_message_that_was_read_is_not_delivered_again() {
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
        maildir
            .send(&notice(Some("ann@example.org")), &key)
            .unwrap();
        assert_eq!(fs::read_dir(mailbox.join("new")).unwrap().count(), 0);
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
            assert!(matches!(refused, SendError::Undeliverable(_)), "{refused}");
        }
    }
}
