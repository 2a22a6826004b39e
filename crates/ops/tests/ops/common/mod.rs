//! A platform, a channel and a case that tests can steer, and fail at any call.

pub(crate) mod authenticator;
mod ground;
mod intelligence;
mod outside;
pub(crate) mod shared;
pub(crate) mod signing;

use avert_model::{
    AccountId, ActivityHours, CaseId, Contact, ContactTier, ContactVia, Email, Finding, FindingId,
    FindingSet, Layer, Member, MemberKind, NoticeListId, PlanId, Probability, SignedDuration,
    SnapshotId, Timestamp, Tlp,
};
use avert_ops::desk::Desk;
use avert_ops::notify::{self, NoticeList, NotifyError, Route, Telling};
use avert_ops::people::{Actor, People, Person, PublicKey, Role, Signatures};
use avert_ops::ports::{OperationKey, OutgoingNotice};
use avert_ops::review::{Assent, Signer, sign_with};
use avert_ops::store::Store;
use avert_ops::takedown::{self, Drafting, Means, OnFailure, Plan, TakedownError};
use avert_ops::{cases, findings};
use ssh_key::PrivateKey;
use ssh_key::private::Ed25519Keypair;

use authenticator::Authenticator;

pub(crate) use ground::{Ground, store};
pub(crate) use intelligence::{Still, hold, keep, linking, record};
pub(crate) use outside::{FakeChannel, FakePlatform, Fault, LastFirst, Nothing, Ticker};

pub(crate) fn noon() -> Timestamp {
    "2017-12-18T12:00:00Z".parse().unwrap()
}

/// The key of somebody: the same name, the same key.
pub(crate) fn key_of(name: &str) -> PrivateKey {
    let seed = *blake3::hash(name.as_bytes()).as_bytes();
    PrivateKey::from(Ed25519Keypair::from_seed(&seed))
}

/// The device of somebody, with a passkey on it: the same name, the same passkey.
pub(crate) fn device_of(name: &str) -> Authenticator {
    Authenticator::with_seed(blake3::hash(format!("{name}'s device").as_bytes()).as_bytes())
}

/// Signs with the key of somebody, whoever asks.
pub(crate) struct KeyOf(pub(crate) &'static str);

impl Signer for KeyOf {
    fn sign(&self, message: &[u8], _: &[PublicKey]) -> Result<String, String> {
        sign_with(&key_of(self.0), message).map_err(|error| error.to_string())
    }
}

/// A yes of omar, signed with his key.
pub(crate) fn assent(reviewed: &str, hours: i64) -> Assent<'_> {
    Assent {
        reviewed,
        validity: SignedDuration::from_hours(hours),
        signer: Some(&KeyOf("omar")),
    }
}

/// The platform, and no evidence but what the store and the platform have.
pub(crate) fn means(platform: &dyn avert_ops::ports::Platform) -> Means<'_> {
    Means {
        platform,
        evidence: &Nothing,
        although_stopped: false,
    }
}

/// ines investigates, omar approves, rana responds; ada may do everything.
pub(crate) fn people() -> People {
    people_who_need(Signatures::Required)
}

pub(crate) fn people_who_need(signatures: Signatures) -> People {
    let people = [
        ("ines", vec![Role::Investigator]),
        ("omar", vec![Role::Approver]),
        ("rana", vec![Role::Responder]),
        (
            "ada",
            vec![Role::Investigator, Role::Approver, Role::Responder],
        ),
    ];
    let people = people.into_iter().map(|(name, roles)| {
        let person = Person {
            roles: roles.into_iter().collect(),
            keys: vec![key_of(name).public_key().clone()],
            passkeys: vec![device_of(name).passkey()],
        };
        (name.to_owned(), person)
    });
    People::new(people, signatures)
}

pub(crate) fn actor(name: &str) -> Actor {
    people().actor(name).unwrap()
}

/// A store with one finding: personas p1 p2 p3, a compromised v1, a suspect s1, four contacts.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) platform: FakePlatform,
    pub(crate) now: Timestamp,
    pub(crate) people: People,
    /// What a channel was handed, for tests that need the keys.
    pub(crate) delivered: shared::RefCell<Vec<(OperationKey, OutgoingNotice)>>,
}

/// What a channel was handed.
pub(crate) fn copied(
    channel: &FakeChannel,
) -> shared::RefCell<Vec<(OperationKey, OutgoingNotice)>> {
    shared::RefCell::new(channel.delivered.borrow().clone())
}

pub(crate) fn finding_id() -> FindingId {
    "fd-0123456789".parse().unwrap()
}

fn snapshot_id() -> SnapshotId {
    "sn-0123456789abcdef".parse().unwrap()
}

pub(crate) fn member(account: &str, kind: MemberKind) -> Member {
    Member {
        account: account.into(),
        kind,
        proposed: kind == MemberKind::Persona,
        probability: Probability::new(0.98).unwrap(),
        layers: vec![Layer::Device, Layer::Link],
        facts: vec![],
    }
}

pub(crate) fn contact(account: &str, tier: ContactTier, language: &str) -> Contact {
    Contact {
        account: account.into(),
        tier,
        first_at: None,
        last_at: None,
        language: Some(language.into()),
        via: vec![ContactVia {
            account: "p1".into(),
            tier,
            first_at: None,
            last_at: None,
        }],
    }
}

pub(crate) fn finding_set(
    id: FindingId,
    members: Vec<Member>,
    contacts: Vec<Contact>,
) -> FindingSet {
    let finding = Finding {
        id,
        snapshot: snapshot_id(),
        platform: "fake".into(),
        title: "3 personas that act as one".into(),
        detector: "test".into(),
        detector_version: "1".into(),
        probability: Probability::new(0.97).unwrap(),
        layers: vec![Layer::Device, Layer::Link],
        members,
        facts: vec![],
        edges: vec![],
        activity: ActivityHours::default(),
        contacts,
    };
    FindingSet {
        snapshot: snapshot_id(),
        detector: "test".into(),
        detector_version: "1".into(),
        accounts: 100,
        actions: 1000,
        caveats: vec![],
        findings: vec![finding],
    }
}

pub(crate) fn suspect(account: &str) -> Member {
    member(account, MemberKind::Suspect)
}

pub(crate) const PLAN: fn() -> PlanId = || PlanId::from_number(1);
pub(crate) const LIST: fn() -> NoticeListId = || NoticeListId::from_number(1);
pub(crate) const CASE: fn() -> CaseId = || CaseId::from_number(1);

impl World {
    /// With a case that is open.
    pub(crate) fn new() -> Self {
        Self::on(store())
    }

    /// With a case of so many personas, n00 n01 …, and nobody else.
    pub(crate) fn with_personas(count: usize) -> Self {
        Self::with_personas_on(store(), count)
    }

    /// The same, in a store that others can open too.
    pub(crate) fn with_personas_on(store: Store, count: usize) -> Self {
        let names: Vec<String> = (0..count).map(|number| format!("n{number:02}")).collect();
        let members = names.iter().map(|name| member(name, MemberKind::Persona));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Self::of(store, members.collect(), vec![], &names)
    }

    /// With a case of two personas that reached these people.
    pub(crate) fn with_contacts(contacts: impl IntoIterator<Item = Contact>) -> Self {
        Self::over(store(), contacts)
    }

    /// The same, in a store that others can open too.
    pub(crate) fn over(store: Store, contacts: impl IntoIterator<Item = Contact>) -> Self {
        let members = ["p1", "p2"].map(|name| member(name, MemberKind::Persona));
        let contacts: Vec<Contact> = contacts.into_iter().collect();
        Self::of(store, members.into(), contacts, &["p1", "p2"])
    }

    /// The same world, as another process sees it.
    pub(crate) fn again(&self, store: Store) -> Self {
        let platform = FakePlatform::new(&[]);
        *platform.accounts.borrow_mut() = self.platform.accounts.borrow().clone();
        Self {
            store,
            platform,
            now: self.now,
            people: people(),
            delivered: shared::RefCell::default(),
        }
    }

    /// With a case that is open, in a store that others can open too.
    pub(crate) fn on(store: Store) -> Self {
        let members = vec![
            member("p1", MemberKind::Persona),
            member("p2", MemberKind::Persona),
            member("p3", MemberKind::Persona),
            member("s1", MemberKind::Suspect),
            member("v1", MemberKind::Compromised),
        ];
        let contacts = vec![
            contact("c1", ContactTier::ClickedOrOpened, "en"),
            contact("c2", ContactTier::Talked, "pl"),
            contact("c3", ContactTier::Connected, "ar"),
            contact("c4", ContactTier::Saw, "en"),
        ];
        let accounts = ["c1", "c2", "c3", "c4", "p1", "p2", "p3", "s1", "v1"];
        Self::of(store, members, contacts, &accounts)
    }

    fn of(
        mut store: Store,
        members: Vec<Member>,
        contacts: Vec<Contact>,
        accounts: &[&str],
    ) -> Self {
        findings::keep(
            &mut store,
            &finding_set(finding_id(), members, contacts),
            &noon(),
        )
        .unwrap();
        let platform = FakePlatform::new(accounts);
        let mut world = Self {
            store,
            platform,
            now: noon(),
            people: people(),
            delivered: shared::RefCell::default(),
        };
        world
            .as_("ines", |desk, _| {
                cases::open(desk, &[finding_id()], None, Tlp::Amber)
            })
            .unwrap();
        world
    }

    pub(crate) fn as_<T>(
        &mut self,
        name: &str,
        act: impl FnOnce(&mut Desk<'_>, &FakePlatform) -> T,
    ) -> T {
        let actor = self.people.actor(name).unwrap();
        let ticker = Ticker::at(self.now);
        let mut desk = Desk {
            store: &mut self.store,
            clock: &ticker,
            pause: &ticker,
            actor: &actor,
            people: &self.people,
        };
        act(&mut desk, &self.platform)
    }

    pub(crate) fn draft(&mut self, on_failure: OnFailure) -> Result<Plan, TakedownError> {
        self.as_("ines", |desk, platform| {
            takedown::draft(desk, platform, CASE(), &Drafting::plain(on_failure))
        })
    }

    /// With a plan that is approved.
    pub(crate) fn approved(on_failure: OnFailure) -> Self {
        Self::new().with_approval(on_failure)
    }

    pub(crate) fn with_approval(self, on_failure: OnFailure) -> Self {
        self.with_plan(&Drafting::plain(on_failure))
    }

    /// With a plan that is drafted so, and approved.
    pub(crate) fn with_plan(self, drafting: &Drafting) -> Self {
        let mut world = self;
        world
            .as_("ines", |desk, platform| {
                takedown::draft(desk, platform, CASE(), drafting)
            })
            .unwrap();
        world
            .as_("ines", |desk, _| takedown::submit(desk, PLAN()))
            .unwrap();
        world.approve().unwrap();
        world
    }

    pub(crate) fn approve(&mut self) -> Result<Plan, TakedownError> {
        let digest = self.plan().header().digest();
        self.as_("omar", |desk, _| {
            takedown::approve(desk, PLAN(), &assent(&digest, 72))
        })
    }

    pub(crate) fn execute(&mut self) -> Result<Plan, TakedownError> {
        self.as_("rana", |desk, platform| {
            takedown::execute(desk, means(platform), PLAN(), &mut |_, _| {})
        })
    }

    pub(crate) fn resume(&mut self) -> Result<Plan, TakedownError> {
        self.as_("rana", |desk, platform| {
            takedown::resume(desk, means(platform), PLAN(), &mut |_, _| {})
        })
    }

    /// A person looked at why it stopped.
    pub(crate) fn resume_although_stopped(&mut self) -> Result<Plan, TakedownError> {
        self.as_("rana", |desk, platform| {
            let means = takedown::Means {
                although_stopped: true,
                ..means(platform)
            };
            takedown::resume(desk, means, PLAN(), &mut |_, _| {})
        })
    }

    pub(crate) fn reverse(&mut self) -> Result<Plan, TakedownError> {
        self.as_("rana", |desk, platform| {
            takedown::reverse(desk, platform, PLAN(), &mut |_, _| {})
        })
    }

    pub(crate) fn plan(&self) -> Plan {
        takedown::show(&self.store, PLAN()).unwrap()
    }

    pub(crate) fn list(&self) -> NoticeList {
        notify::show(&self.store, LIST()).unwrap()
    }

    pub(crate) fn plan_notices(&mut self) -> Result<NoticeList, NotifyError> {
        self.plan_notices_although(false)
    }

    pub(crate) fn plan_notices_although(
        &mut self,
        although_awake: bool,
    ) -> Result<NoticeList, NotifyError> {
        let addresses = ["c1", "c2", "c3"]
            .map(|id| (AccountId::from(id), Email::new(format!("{id}@example.org"))));
        let telling = Telling {
            channel: "letters",
            fallback: &[],
            service: "Example Chat",
            addresses: &addresses.into_iter().collect(),
            although_awake,
        };
        self.as_("ines", |desk, _| notify::plan(desk, CASE(), &telling))
    }

    /// With an executed takedown and a notice list that is approved.
    pub(crate) fn ready_to_tell() -> Self {
        Self::approved(OnFailure::Continue).with_list()
    }

    pub(crate) fn with_list(self) -> Self {
        let mut world = self;
        world.execute().unwrap();
        world.plan_notices().unwrap();
        world.approve_notices().unwrap();
        world
    }

    pub(crate) fn approve_notices(&mut self) -> Result<NoticeList, NotifyError> {
        let digest = self.list().header().digest();
        self.as_("omar", |desk, _| {
            notify::approve(desk, LIST(), &assent(&digest, 72))
        })
    }

    pub(crate) fn send(&mut self, channel: &FakeChannel) -> Result<NoticeList, NotifyError> {
        self.as_("rana", |desk, _| {
            notify::send(
                desk,
                Route {
                    channels: &[channel],
                    chance: &mut LastFirst,
                },
                LIST(),
                &mut |_, _| {},
            )
        })
    }

    pub(crate) fn resume_sending(
        &mut self,
        channel: &FakeChannel,
    ) -> Result<NoticeList, NotifyError> {
        self.as_("rana", |desk, _| {
            notify::resume(
                desk,
                Route {
                    channels: &[channel],
                    chance: &mut LastFirst,
                },
                LIST(),
                &mut |_, _| {},
            )
        })
    }
}
