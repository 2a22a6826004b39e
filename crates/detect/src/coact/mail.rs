//! Parcels between workers, wherever they are.
//!
//! In one process a parcel is handed over as it is; between processes it is written to a socket. That
//! is timely dataflow's business; here a parcel only says to whom it goes.

use timely::ExchangeData;
use timely::container::CapacityContainerBuilder;
use timely::dataflow::InputHandle;
use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::generic::operator::Operator as _;
use timely::dataflow::operators::probe::Handle as ProbeHandle;
use timely::dataflow::operators::{Input as _, Probe as _};
use timely::worker::Worker;

/// Something for one worker.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Parcel<T> {
    to: usize,
    content: T,
}

/// A way to send parcels of one kind, open while there are any to send.
pub(super) struct Post<T: ExchangeData + Clone> {
    input: InputHandle<u64, CapacityContainerBuilder<Vec<Parcel<T>>>>,
    probe: ProbeHandle<u64>,
}

impl<T: ExchangeData + Clone> Post<T> {
    /// Opens it; every worker has to. What comes for this worker goes to `receive`.
    pub(super) fn open(
        worker: &mut Worker,
        name: &str,
        mut receive: impl FnMut(T) + 'static,
    ) -> Self {
        let mut input = InputHandle::new();
        let probe = ProbeHandle::new();
        worker.dataflow::<u64, _, _>(|scope| {
            scope
                .input_from(&mut input)
                .container::<Vec<Parcel<T>>>()
                .unary::<CapacityContainerBuilder<Vec<()>>, _, _, _>(
                    Exchange::new(|parcel: &Parcel<T>| parcel.to as u64),
                    name,
                    move |_, _| {
                        move |input, _output| {
                            input.for_each(|_, parcels| {
                                for parcel in parcels.drain(..) {
                                    receive(parcel.content);
                                }
                            });
                        }
                    },
                )
                .probe_with(&probe);
        });
        Self { input, probe }
    }

    /// Sends something to a worker.
    pub(super) fn send(&mut self, to: usize, content: T) {
        self.input.send(Parcel { to, content });
    }

    /// Lets what was sent leave, and takes what has come.
    pub(super) fn step(&mut self, worker: &mut Worker) {
        self.input.flush();
        worker.step();
    }

    /// Sends no more, and returns when nobody does and everything has come.
    pub(super) fn close(self, worker: &mut Worker) {
        let Self { input, probe } = self;
        input.close();
        worker.step_while(|| !probe.done());
    }
}
