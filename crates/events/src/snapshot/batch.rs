//! Rows gathered into columns until there are enough of them to be written at once.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{
    BooleanBuilder, StringBuilder, StringDictionaryBuilder, TimestampMicrosecondBuilder,
    UInt32Builder,
};
use arrow_array::types::UInt8Type;
use avert_model::{Account, AccountStatus, Timestamp};

use super::ActionRow;
use super::write::{BATCH_BYTES, BATCH_ROWS};

/// Actions, gathered.
#[derive(Default)]
pub(super) struct ActionBatch {
    pub(super) rows: usize,
    pub(super) bytes: usize,
    account: StringBuilder,
    verb: StringDictionaryBuilder<UInt8Type>,
    target: StringBuilder,
    object: StringBuilder,
    layer: StringBuilder,
    at: TimestampMicrosecondBuilder,
    ip: StringBuilder,
    device: StringBuilder,
    user_agent: StringBuilder,
    text: StringBuilder,
    count: UInt32Builder,
}

impl ActionBatch {
    pub(super) fn push(&mut self, row: &ActionRow<'_>) {
        self.rows += 1;
        let texts = [
            row.target,
            row.object,
            row.layer,
            row.ip,
            row.device,
            row.user_agent,
            row.text,
        ];
        let lengths = texts.into_iter().flatten().map(str::len);
        self.bytes += row.account.len() + lengths.sum::<usize>();
        self.account.append_value(row.account);
        self.verb.append_value(row.verb.as_str());
        self.target.append_option(row.target);
        self.object.append_option(row.object);
        self.layer.append_option(row.layer);
        self.at.append_option(row.at);
        self.ip.append_option(row.ip);
        self.device.append_option(row.device);
        self.user_agent.append_option(row.user_agent);
        self.text.append_option(row.text);
        self.count.append_value(row.count);
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }

    pub(super) fn take(&mut self) -> Vec<ArrayRef> {
        (self.rows, self.bytes) = (0, 0);
        vec![
            Arc::new(self.account.finish()),
            Arc::new(self.verb.finish()),
            Arc::new(self.target.finish()),
            Arc::new(self.object.finish()),
            Arc::new(self.layer.finish()),
            Arc::new(self.at.finish().with_timezone("UTC")),
            Arc::new(self.ip.finish()),
            Arc::new(self.device.finish()),
            Arc::new(self.user_agent.finish()),
            Arc::new(self.text.finish()),
            Arc::new(self.count.finish()),
        ]
    }
}

/// Accounts, gathered.
#[derive(Default)]
pub(super) struct AccountBatch {
    pub(super) rows: usize,
    pub(super) bytes: usize,
    /// Every text column but the id, in the order of the schema.
    texts: [StringBuilder; 9],
    id: StringBuilder,
    created_at: TimestampMicrosecondBuilder,
    verified: BooleanBuilder,
    status: StringBuilder,
}

impl AccountBatch {
    pub(super) fn push(&mut self, account: &Account) {
        self.rows += 1;
        self.id.append_value(account.id.as_str());
        let texts = [
            account.handle.as_ref().map(avert_model::Handle::expose),
            account
                .display_name
                .as_ref()
                .map(avert_model::DisplayName::expose),
            account.email.as_ref().map(avert_model::Email::expose),
            account.avatar.as_deref(),
            account.bio.as_deref(),
            account.profession.as_deref(),
            account.place.as_deref(),
            account.time_zone.as_deref(),
            account.language.as_deref(),
        ];
        self.bytes += account.id.as_str().len();
        for (builder, text) in self.texts.iter_mut().zip(texts) {
            self.bytes += text.map_or(0, str::len);
            builder.append_option(text);
        }
        self.created_at
            .append_option(account.created_at.map(Timestamp::as_microsecond));
        self.verified.append_option(account.verified);
        self.status
            .append_option(account.status.map(AccountStatus::as_str));
    }

    pub(super) fn take(&mut self) -> Vec<ArrayRef> {
        (self.rows, self.bytes) = (0, 0);
        let [
            handle,
            display_name,
            email,
            avatar,
            bio,
            profession,
            place,
            time_zone,
            language,
        ] = self
            .texts
            .each_mut()
            .map(|builder| Arc::new(builder.finish()) as ArrayRef);
        vec![
            Arc::new(self.id.finish()),
            handle,
            display_name,
            Arc::new(self.created_at.finish().with_timezone("UTC")),
            email,
            avatar,
            bio,
            profession,
            place,
            time_zone,
            language,
            Arc::new(self.verified.finish()),
            Arc::new(self.status.finish()),
        ]
    }
}
