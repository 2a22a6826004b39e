//! A real SMTP server that keeps every mail it accepts as a file.
