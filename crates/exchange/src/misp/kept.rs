//! The names under which objects of STIX keep what STIX has no word for.

/// An attribute, all of it, on the object that tells it. What an artifact of the same attribute holds
/// is not repeated.
pub(super) const ATTRIBUTE: &str = "x_misp_attribute";
/// An object of MISP, without its references, which are relationships.
pub(super) const OBJECT: &str = "x_misp_object";
/// An event, without its attributes, objects and reports, on the `report` or `grouping` that lists them.
pub(super) const EVENT: &str = "x_misp_event";
/// The UUID of the event, on a grouping of some of its objects that its report lists in their stead.
pub(super) const PART_OF: &str = "x_misp_part_of";
/// A reference of an object, on the relationship that it is.
pub(super) const REFERENCE: &str = "x_misp_reference";
/// A report of an event, on the note that it is.
pub(super) const EVENT_REPORT: &str = "x_misp_event_report";
/// The attributes of an object that is told as `x-misp-object`: `misp-stix` reads them there.
pub(super) const ATTRIBUTES: &str = "x_misp_attributes";

/// Types of STIX objects that are MISP's own.
pub(super) const CUSTOM_ATTRIBUTE: &str = "x-misp-attribute";
/// See [`CUSTOM_ATTRIBUTE`].
pub(super) const CUSTOM_OBJECT: &str = "x-misp-object";
/// See [`CUSTOM_ATTRIBUTE`].
pub(super) const CUSTOM_CLUSTER: &str = "x-misp-galaxy-cluster";
