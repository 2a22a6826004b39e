//! Who may read what: TLP's circles around those to whom something was addressed.
//!
//! Circles lie within each other, from the named to everybody, so that one answer is enough: the strictest
//! label that an audience may be given of something, its *ceiling*.
//!
//! # Source
//! FIRST, Traffic Light Protocol 2.0 (<https://www.first.org/tlp/>).

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{
    OrganisationId, Partner, PartnerId, Recipient, SharingGroup, SharingGroupId, Timestamp, Tlp,
    Until,
};

use super::ReleaseError;

/// Everybody we share with.
#[derive(Debug, Clone)]
pub struct Directory {
    /// The partner that is our own team. It has to be among [`Self::partners`].
    pub us: PartnerId,
    /// The STIX identities that stand for us in `created_by_ref`.
    pub our_identities: BTreeSet<String>,
    /// All partners.
    pub partners: BTreeMap<PartnerId, Partner>,
    /// Which organisations are the clients of which.
    pub clients: BTreeMap<OrganisationId, BTreeSet<OrganisationId>>,
    /// All sharing groups.
    pub groups: BTreeMap<SharingGroupId, SharingGroup>,
}

impl Directory {
    /// The audience that is our own team.
    pub fn own_team(&self) -> Recipient {
        Recipient::Partner(self.us.clone())
    }

    pub(super) fn partner(&self, id: &PartnerId) -> Result<&Partner, ReleaseError> {
        self.partners
            .get(id)
            .ok_or_else(|| ReleaseError::UnknownPartner(id.clone()))
    }

    fn group(&self, id: &SharingGroupId) -> Result<&SharingGroup, ReleaseError> {
        self.groups
            .get(id)
            .ok_or_else(|| ReleaseError::UnknownGroup(id.clone()))
    }
}

/// Where something came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origin {
    /// We made it. Whatever its `created_by_ref` names as somebody else's is somebody else's all the same.
    #[default]
    Own,
    /// This partner gave it to us.
    Partner(PartnerId),
    /// It was published for everybody.
    Public,
}

/// Whom the originator addressed: what it was given to, or may be passed on to with its permission.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addressees {
    /// Partners by name. TLP:RED of our own goes to these alone.
    pub partners: BTreeSet<PartnerId>,
    /// Sharing groups: who is a member now. They name nobody for TLP:RED.
    pub groups: BTreeSet<SharingGroupId>,
}

/// On what terms something may be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// Where it came from.
    pub origin: Origin,
    /// Whom its originator addressed, besides us.
    pub to: Addressees,
    /// What has to be past before it leaves our organisation.
    pub embargo: Vec<Until>,
    /// Tags that came with it, of which those of TLP count as markings (MISP).
    pub tags: Vec<String>,
}

/// Who is to read, as far as TLP is concerned.
#[derive(Debug)]
pub(super) struct Readers<'a> {
    directory: &'a Directory,
    ours: &'a OrganisationId,
    who: Who<'a>,
    now: Timestamp,
}

#[derive(Debug)]
enum Who<'a> {
    Everybody,
    Partners(Vec<&'a Partner>),
}

impl<'a> Readers<'a> {
    /// Whoever belongs to the audience now.
    pub(super) fn of(
        audience: &Recipient,
        directory: &'a Directory,
        now: Timestamp,
    ) -> Result<Self, ReleaseError> {
        let who = match audience {
            Recipient::Public => Who::Everybody,
            Recipient::Partner(id) => Who::Partners(vec![directory.partner(id)?]),
            Recipient::Group(id) => {
                let members = directory.group(id)?.members_at(now);
                let partners = members.into_iter().map(|id| directory.partner(id));
                Who::Partners(partners.collect::<Result<_, _>>()?)
            }
        };
        Ok(Self {
            directory,
            ours: &directory.partner(&directory.us)?.organisation,
            who,
            now,
        })
    }

    /// Whether nothing leaves our organisation: embargoes, retractions and the Chatham House Rule bind
    /// what does.
    pub(super) fn are_ours(&self) -> bool {
        match &self.who {
            Who::Everybody => false,
            Who::Partners(partners) => {
                !partners.is_empty() && partners.iter().all(|one| one.organisation == *self.ours)
            }
        }
    }

    /// The strictest label that every reader may be given of this; nothing if some may be given none.
    ///
    /// A group without members may be given nothing: whoever joins would find it there.
    pub(super) fn ceiling(&self, terms: &Terms, created_by: Option<&str>) -> Option<Tlp> {
        let hold = self.hold(terms, created_by);
        match &self.who {
            Who::Everybody => (hold != Hold::AskFirst).then_some(Tlp::Clear),
            Who::Partners(partners) => partners
                .iter()
                .map(|partner| self.of_one(partner, terms, hold))
                .min()
                .flatten(),
        }
    }

    fn of_one(&self, reader: &Partner, terms: &Terms, hold: Hold) -> Option<Tlp> {
        let organisations = self.addressed(terms);
        let circle = if self.is_named(reader, terms, hold) {
            Some(Tlp::Red)
        } else if organisations.contains(&reader.organisation) {
            Some(Tlp::AmberStrict)
        } else if hold == Hold::AskFirst {
            None
        } else if self.is_client(reader, &organisations) {
            Some(Tlp::Amber)
        } else if reader.community {
            Some(Tlp::Green)
        } else {
            Some(Tlp::Clear)
        };
        circle.map(|level| level.min(reader.limit))
    }

    /// RED that came to us stays with us; of our own, it goes to whom it names.
    fn is_named(&self, reader: &Partner, terms: &Terms, hold: Hold) -> bool {
        reader.id == self.directory.us
            || (hold == Hold::Ours && terms.to.partners.contains(&reader.id))
    }

    /// The organisations of those addressed, and ours, who have it. Names that nobody has address nobody.
    fn addressed(&self, terms: &Terms) -> BTreeSet<&'a OrganisationId> {
        let directory = self.directory;
        let groups = terms
            .to
            .groups
            .iter()
            .filter_map(|id| directory.groups.get(id));
        let members = groups.flat_map(|group| group.members_at(self.now));
        terms
            .to
            .partners
            .iter()
            .chain(members)
            .filter_map(|id| directory.partners.get(id))
            .map(|partner| &partner.organisation)
            .chain([self.ours])
            .collect()
    }

    fn is_client(&self, reader: &Partner, organisations: &BTreeSet<&OrganisationId>) -> bool {
        organisations
            .iter()
            .filter_map(|one| self.directory.clients.get(*one))
            .any(|clients| clients.contains(&reader.organisation))
    }

    fn hold(&self, terms: &Terms, created_by: Option<&str>) -> Hold {
        match &terms.origin {
            Origin::Own => match created_by {
                Some(identity) if !self.directory.our_identities.contains(identity) => {
                    Hold::AskFirst
                }
                _ => Hold::Ours,
            },
            Origin::Public => Hold::AsMarked,
            Origin::Partner(id) => match self.directory.partners.get(id) {
                Some(partner) if !partner.ask_first => Hold::AsMarked,
                // Nobody knows any more what was agreed with it.
                _ => Hold::AskFirst,
            },
        }
    }
}

/// Who decides how far something goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    /// We do: it is ours.
    Ours,
    /// Its marking does.
    AsMarked,
    /// Its originator does, each time: beyond our organisation only to whom it addressed.
    AskFirst,
}

#[cfg(test)]
mod tests {
    use avert_model::Membership;

    use super::*;

    fn partner(id: &str, organisation: &str, community: bool, limit: Tlp) -> (PartnerId, Partner) {
        let partner = Partner {
            id: id.into(),
            name: id.to_owned(),
            organisation: organisation.into(),
            community,
            limit,
            ask_first: id == "shy",
        };
        (id.into(), partner)
    }

    fn directory() -> Directory {
        let at = |second| Some(Timestamp::from_second(second).unwrap());
        Directory {
            us: "us".into(),
            our_identities: BTreeSet::from(["identity--us".to_owned()]),
            partners: BTreeMap::from([
                partner("us", "ours", true, Tlp::Red),
                partner("desk", "ours", true, Tlp::Red),
                partner("cert", "gov", true, Tlp::Red),
                partner("cert-duty", "gov", true, Tlp::Red),
                partner("customer", "bank", false, Tlp::Red),
                partner("peer", "rival", true, Tlp::Green),
                partner("shy", "quiet", true, Tlp::Red),
                partner("stranger", "elsewhere", false, Tlp::Red),
            ]),
            clients: BTreeMap::from([("gov".into(), BTreeSet::from(["bank".into()]))]),
            groups: BTreeMap::from([(
                "isac".into(),
                SharingGroup {
                    id: "isac".into(),
                    name: "ISAC".to_owned(),
                    members: vec![Membership {
                        partner: "cert".into(),
                        since: at(10),
                        until: at(20),
                    }],
                },
            )]),
        }
    }

    #[track_caller]
    fn check(terms: &Terms, second: i64, expect: &[(&str, Option<Tlp>)]) {
        let directory = directory();
        for (reader, ceiling) in expect {
            let audience = match *reader {
                "public" => Recipient::Public,
                "isac" => Recipient::Group("isac".into()),
                id => Recipient::Partner(id.into()),
            };
            let now = Timestamp::from_second(second).unwrap();
            let readers = Readers::of(&audience, &directory, now).unwrap();
            assert_eq!(readers.ceiling(terms, None), *ceiling, "{reader}");
        }
    }

    fn to(partners: &[&str], groups: &[&str], origin: Origin) -> Terms {
        Terms {
            origin,
            to: Addressees {
                partners: partners.iter().map(|id| (*id).into()).collect(),
                groups: groups.iter().map(|id| (*id).into()).collect(),
            },
            ..Terms::default()
        }
    }

    #[test]
    fn circles_lie_around_those_whom_we_address() {
        check(
            &to(&["cert"], &[], Origin::Own),
            0,
            &[
                ("us", Some(Tlp::Red)),
                ("desk", Some(Tlp::AmberStrict)),
                ("cert", Some(Tlp::Red)),
                ("cert-duty", Some(Tlp::AmberStrict)),
                ("customer", Some(Tlp::Amber)),
                ("peer", Some(Tlp::Green)),
                ("stranger", Some(Tlp::Clear)),
                ("public", Some(Tlp::Clear)),
            ],
        );
    }

    #[test]
    fn a_group_addresses_its_members_while_they_are_members_and_names_none_of_them() {
        let terms = to(&[], &["isac"], Origin::Own);
        check(
            &terms,
            15,
            &[
                ("cert", Some(Tlp::AmberStrict)),
                ("customer", Some(Tlp::Amber)),
                ("isac", Some(Tlp::AmberStrict)),
            ],
        );
        check(
            &terms,
            20,
            &[
                ("cert", Some(Tlp::Green)),
                ("customer", Some(Tlp::Clear)),
                ("isac", None),
            ],
        );
    }

    #[test]
    fn red_of_a_partner_never_leaves_whomever_it_names() {
        let terms = to(&["cert"], &[], Origin::Partner("peer".into()));
        check(
            &terms,
            0,
            &[
                ("us", Some(Tlp::Red)),
                ("cert", Some(Tlp::AmberStrict)),
                ("desk", Some(Tlp::AmberStrict)),
            ],
        );
    }

    #[test]
    fn whoever_wants_to_be_asked_first_is_and_so_is_whoever_nobody_knows() {
        for origin in ["shy", "nobody-knows"] {
            let terms = to(&["cert"], &[], Origin::Partner(origin.into()));
            check(
                &terms,
                0,
                &[
                    ("desk", Some(Tlp::AmberStrict)),
                    ("cert-duty", Some(Tlp::AmberStrict)),
                    ("customer", None),
                    ("shy", None),
                    ("peer", None),
                    ("public", None),
                ],
            );
        }
    }

    #[test]
    fn what_somebody_else_created_is_not_ours_because_we_say_so() {
        let directory = directory();
        let readers = Readers::of(&Recipient::Public, &directory, Timestamp::UNIX_EPOCH).unwrap();
        let ceiling = |by| readers.ceiling(&Terms::default(), Some(by));
        assert_eq!(ceiling("identity--us"), Some(Tlp::Clear));
        assert_eq!(ceiling("identity--them"), None);
    }
}
