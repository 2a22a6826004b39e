//! The three promises of whatever acts: each step repeated is harmless, a failure at each step unwinds,
//! and unwinding repeated is harmless.

use avert_model::AccountStatus;
use avert_ops::journal;
use avert_ops::takedown::OnFailure;

use crate::common::{Fault, World};

const PERSONAS: [&str; 3] = ["p1", "p2", "p3"];

/// More calls than any of the runs here makes.
const CALLS: usize = 16;

fn effects(world: &World) -> usize {
    world.platform.effects.borrow().len()
}

fn all_are(world: &World, status: AccountStatus) -> bool {
    PERSONAS
        .iter()
        .all(|persona| world.platform.status(persona) == status)
}

fn breaks_at(world: &World, call: usize, fault: Fault) {
    let next = world.platform.calls.get() + call;
    world.platform.breaks_at(next, fault);
}

#[test]
fn each_step_repeated_is_harmless() {
    for fault in [Fault::Before, Fault::After, Fault::Server] {
        for call in 0..CALLS {
            let mut world = World::approved(OnFailure::Continue);
            breaks_at(&world, call, fault);
            let _ = world.execute();
            world.platform.mends();
            if world.plan().state() == "approved" {
                world.execute().unwrap();
            }
            world.resume().unwrap();
            assert!(all_are(&world, AccountStatus::Disabled), "{fault:?} {call}");
            assert_eq!(effects(&world), 3, "{fault:?} {call}");
            world.execute().unwrap();
            world.resume().unwrap();
            assert_eq!(effects(&world), 3, "{fault:?} {call}");
            journal::verify(&world.store).unwrap();
        }
    }
}

#[test]
fn a_failure_at_each_step_unwinds_everything_under_the_roll_back_policy() {
    for persona in PERSONAS {
        let mut world = World::approved(OnFailure::RollBack);
        world.platform.broken.borrow_mut().insert(persona.into());
        world.execute().unwrap_err();
        assert_eq!(world.plan().state(), "rolled-back", "{persona}");
        assert!(all_are(&world, AccountStatus::Active), "{persona}");
        let before = effects(&world);
        world.resume().unwrap();
        world.reverse().unwrap();
        world.execute().unwrap_err();
        assert_eq!(effects(&world), before, "unwinding repeated is harmless");
    }
}

#[test]
fn a_roll_back_that_breaks_off_anywhere_is_carried_on_to_its_end() {
    for fault in [Fault::Before, Fault::After, Fault::Server] {
        for call in 0..CALLS {
            let mut world = World::approved(OnFailure::RollBack);
            world.platform.broken.borrow_mut().insert("p2".into());
            breaks_at(&world, call, fault);
            let _ = world.execute();
            world.platform.mends();
            for _ in 0..3 {
                match world.plan().state() {
                    "approved" => drop(world.execute()),
                    _ => drop(world.resume()),
                }
            }
            assert_eq!(world.plan().state(), "rolled-back", "{fault:?} {call}");
            assert!(all_are(&world, AccountStatus::Active), "{fault:?} {call}");
            journal::verify(&world.store).unwrap();
        }
    }
}

#[test]
fn unwinding_repeated_is_harmless() {
    for fault in [Fault::Before, Fault::After, Fault::Server] {
        for call in 0..CALLS {
            let mut world = World::approved(OnFailure::Continue);
            world.execute().unwrap();
            breaks_at(&world, call, fault);
            let _ = world.reverse();
            world.platform.mends();
            world.reverse().unwrap();
            assert_eq!(world.plan().state(), "reversed", "{fault:?} {call}");
            assert!(all_are(&world, AccountStatus::Active), "{fault:?} {call}");
            assert_eq!(effects(&world), 6, "each once there and once back");
            world.reverse().unwrap();
            world.resume().unwrap();
            assert_eq!(effects(&world), 6, "{fault:?} {call}");
            journal::verify(&world.store).unwrap();
        }
    }
}
