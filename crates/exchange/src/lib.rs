//! Reports: what may be told, written for people and for software.
