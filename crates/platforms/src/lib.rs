//! Connectors that implement the ports: platforms and notice channels.
