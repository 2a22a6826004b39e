//! Results as software gets them, whether it reads a command's output or asks the API: one shape for both.

mod notices;
mod plan;

pub(crate) use notices::{ListLine, ListView};
pub(crate) use plan::PlanView;
