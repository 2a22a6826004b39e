//! `/v1/settings`: what this Avert is set up with. Secrets stand in no setting.

use avert_model::Layer;
use avert_ops::people::Signatures;
use schemars::JsonSchema;
use serde::Serialize;

use super::people::{self, Somebody};
use crate::config::{ChannelSettings, PlatformSettings};
use crate::serve::call::Call;
use crate::serve::problem::Problem;
use crate::serve::reply::Json;
use crate::serve::routes::{Access, Nothing, Routes};

pub(super) fn register(routes: &mut Routes) {
    routes.get(
        ("/v1/settings", Access::Read),
        "Platforms, channels, layers and rules of this Avert",
        show,
    );
}

/// What this Avert is set up with.
#[derive(Serialize, JsonSchema)]
struct Settings {
    /// Everybody the configuration knows.
    people: Vec<Somebody>,
    /// Where it acts.
    platforms: Vec<Named>,
    /// How people are told.
    channels: Vec<Named>,
    /// The channel notices go out on, and those tried after it.
    notices_go_over: Vec<String>,
    /// What detection looks at.
    layers: Vec<LayerRead>,
    /// The rules of review.
    review: Review,
    /// For how many days appeals are taken in.
    appeal_days: u32,
    /// Which database the store is in.
    store: &'static str,
    /// Its schema.
    schema: i64,
    /// What is wrong with `avert.toml`, while an earlier state of it holds.
    wrong: Option<String>,
}

/// The rules of review.
#[derive(Serialize, JsonSchema)]
struct Review {
    /// How long an approval may be used, in hours.
    approval_hours: u32,
    /// Whether approvals have to be signed with one's own key.
    signatures: Signatures,
}

/// What detection looks at, and how.
#[derive(Serialize, JsonSchema)]
struct LayerRead {
    name: Layer,
    /// How many seconds may lie between two accounts' touching the same object; nothing where any time may.
    window_seconds: Option<u32>,
    /// Objects that more accounts touched than this are left out.
    most_accounts: u32,
}

/// Something of the configuration.
#[derive(Serialize, JsonSchema)]
struct Named {
    name: String,
    kind: &'static str,
}

fn show(call: &Call<'_>, _: Nothing) -> Result<Json<Settings>, Problem> {
    let config = &call.setup.config;
    let platforms = config.platform.iter().map(|(name, platform)| Named {
        name: name.clone(),
        kind: match platform {
            PlatformSettings::Simulated(_) => "simulated",
            PlatformSettings::MatrixSynapse(_) => "matrix-synapse",
            PlatformSettings::Scim(_) => "scim",
            PlatformSettings::Webhook(_) => "webhook",
        },
    });
    let channels = config.channel.iter().map(|(name, channel)| Named {
        name: name.clone(),
        kind: match channel {
            ChannelSettings::Platform(_) => "platform",
            ChannelSettings::Maildir(_) => "maildir",
            ChannelSettings::Smtp(_) => "smtp",
            ChannelSettings::Webhook(_) => "webhook",
        },
    });
    let (store, schema) = call.read(|store| Ok((store.backend(), store.schema()?)))?;
    let over = config.notify.channel.iter().chain(&config.notify.fallback);
    // Those that every Avert knows, then those that only this one has.
    let own = config.detect.layers.keys();
    let own = own.filter(|layer| !Layer::KNOWN.contains(layer));
    let layers = Layer::KNOWN.iter().chain(own).map(|layer| {
        let read = config.detect.layer(layer);
        LayerRead {
            name: layer.clone(),
            window_seconds: read.window_seconds,
            most_accounts: read.most_accounts,
        }
    });
    Ok(Json(Settings {
        platforms: platforms.collect(),
        channels: channels.collect(),
        notices_go_over: over.cloned().collect(),
        people: people::everybody(call)?,
        layers: layers.collect(),
        review: Review {
            approval_hours: config.review.approval_hours,
            signatures: config.review.signatures,
        },
        appeal_days: config.appeals.days,
        store,
        schema,
        wrong: call.server.wrong_setup(),
    }))
}
