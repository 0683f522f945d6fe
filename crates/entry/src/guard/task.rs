//! Background tasks of a guarded plug-in: the plug-in's own, with the boundary's among them.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use atomic_refcell::AtomicRefCell;
#[cfg(feature = "editor")]
use nice_plug::prelude::AsyncExecutor;
use nice_plug::prelude::TaskExecutor;

use super::Guarded;
use crate::boundary::Boundary;
use crate::host_link::HostLink;
use crate::inlet::Inlet;
use crate::ledger::{Ledger, Place};

/// A background task of [`Guarded<P>`](super::Guarded); `T` is the plug-in's own task type.
///
/// One that goes to the background is counted from here to its end, so that an instance can wait
/// for its own before it goes: the framework's worker thread, which all instances share, dies of a
/// task whose instance is gone.
pub struct GuardTask<T> {
    job: Job<T>,
    _under_way: Option<UnderWay>,
}

enum Job<T> {
    /// The plug-in's own.
    Plugin(T),
    /// Take the notices that wait to the plug-in.
    Deliver,
    /// Give the instance in front of the framework its share.
    Link(SyncSender<Link>),
}

/// What a guarded plug-in shares with the instance in front of the framework.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) inlet: Arc<AtomicRefCell<Inlet>>,
    pub(crate) host: HostLink,
}

/// Counts one background task as long as it exists, whether it is ever run or not.
struct UnderWay(Arc<Ledger>);

impl UnderWay {
    fn new(ledger: &Arc<Ledger>) -> Self {
        ledger.background.begin();
        Self(Arc::clone(ledger))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.background.end();
    }
}

impl<T> GuardTask<T> {
    /// The plug-in's own task.
    pub(crate) fn plugin(task: T) -> Self {
        Self {
            job: Job::Plugin(task),
            _under_way: None,
        }
    }

    /// The plug-in's own task, on its way to the background.
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub(crate) fn background(task: T, ledger: &Arc<Ledger>) -> Self {
        Self {
            job: Job::Plugin(task),
            _under_way: Some(UnderWay::new(ledger)),
        }
    }

    /// Takes the notices that wait to the plug-in.
    pub(crate) fn deliver() -> Self {
        Self {
            job: Job::Deliver,
            _under_way: None,
        }
    }

    /// Sends what this instance shares to `reply`.
    pub(crate) fn link(reply: SyncSender<Link>) -> Self {
        Self {
            job: Job::Link(reply),
            _under_way: None,
        }
    }
}

impl<T> std::fmt::Debug for GuardTask<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.job {
            Job::Plugin(_) => "GuardTask::Plugin",
            Job::Deliver => "GuardTask::Deliver",
            Job::Link(_) => "GuardTask::Link",
        })
    }
}

/// The executor of a guarded plug-in around the plug-in's own.
pub(super) fn executor<P: Boundary>(
    inner: Option<TaskExecutor<P>>,
    link: Link,
) -> TaskExecutor<Guarded<P>> {
    Box::new(move |task| match task.job {
        Job::Plugin(task) => {
            if let Some(inner) = &inner {
                link.ledger.during_task(|| {
                    let _counted = link.ledger.contain(Place::Task, || inner(task));
                });
            }
            // The thread is unknown here; the next call on the main thread tells what happened.
        }
        Job::Deliver => link
            .ledger
            .during_task(|| deliver::<P>(inner.as_ref(), &link.ledger)),
        // A full or closed channel means that nobody waits any more.
        Job::Link(reply) => drop(reply.try_send(link.clone())),
    })
}

/// Tells the plug-in what waits in the ledger; what it cannot take is kept for the report.
fn deliver<P: Boundary>(inner: Option<&TaskExecutor<P>>, ledger: &Ledger) {
    for text in ledger.take_notices() {
        let told = inner
            .and_then(|inner| ledger.contain(Place::Notice, || inner(P::notice(text.clone()))));
        if told.is_none() {
            ledger.keep_undelivered(text);
        }
    }
}

/// The plug-in's view of the framework's executor for editors.
#[cfg(feature = "editor")]
pub(super) fn async_executor<P: Boundary>(
    outer: AsyncExecutor<Guarded<P>>,
    ledger: Arc<Ledger>,
) -> AsyncExecutor<P> {
    let background = outer.clone();
    AsyncExecutor::new(
        Arc::new(move |task| background.execute_background(GuardTask::background(task, &ledger))),
        Arc::new(move |task| outer.execute_gui(GuardTask::plugin(task))),
    )
}
