//! What waits for the main thread, done there: requests of the plug-in, edits of its window.
//!
//! VST3 has no way to ask for a call on the main thread. So it is done from the timer of a run loop
//! while a view is open, and from the calls that the host makes there anyway.
//!
//! Thread: main.

use std::time::Duration;

use vst3::ComPtr;
use vst3::Steinberg::Vst::{
    IComponentHandler, IComponentHandler2, IComponentHandler2Trait, IComponentHandlerTrait,
    IUnitHandler, IUnitHandlerTrait,
};
#[cfg(feature = "editor")]
use vst3::Steinberg::{IPlugFrameTrait, ViewRect, kResultOk};

use super::codes;
use super::core::{Core, lock};
use super::outbound::Edit;

/// How often the names of the programs are compared at most.
const NAMES_PERIOD: Duration = Duration::from_secs(1);

/// From where it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// Within a call that asks something: the host may be in the middle of a list, and is not told
    /// that the list has changed.
    Busy,
    /// Within a call after which the host expects news, or from a timer.
    Calm,
}

impl Core {
    /// Does what waits, if the calling thread is the main one.
    pub(super) fn tend(&self, moment: Moment) {
        if !self.host.is_main_thread() {
            return;
        }
        let Ok(_alone) = self.tending.try_borrow_mut() else {
            return;
        };
        if self.host.any.take() {
            self.serve();
        }
        if moment == Moment::Calm {
            self.look_at_names();
            self.tell_news();
        }
    }

    fn serve(&self) {
        let host = &self.host;
        if host.callback.take() {
            self.plugin.on_main_thread();
        }
        if host.flush.take() && !self.is_processing.is_raised() {
            self.flush(None);
        }
        self.hand_over_edits();
        if host.dirty.take()
            && let Some(handler) = self
                .handler()
                .and_then(|it| it.cast::<IComponentHandler2>())
        {
            // SAFETY: the host's object, on the main thread.
            let _result = unsafe { handler.setDirty(1) };
        }
        #[cfg(feature = "editor")]
        self.resize_view();
    }

    /// Tells the host what the user did in the window.
    fn hand_over_edits(&self) {
        let handler = self.handler();
        let mut edits = lock(&self.edits);
        while let Ok(edit) = edits.ring.pop() {
            let Some(handler) = &handler else { continue };
            if let Edit::Set(id, value) = edit
                && self.is_processing.is_raised()
            {
                // One that finds no room comes back, and is taken as any other value.
                let _full = edits.told.push((id, value));
            }
            match edit {
                Edit::Begin(id) => {
                    edits.open.push(id);
                    begin(handler, id);
                }
                Edit::Set(id, value) if edits.open.contains(&id) => perform(handler, id, value),
                Edit::Set(id, value) => {
                    begin(handler, id);
                    perform(handler, id, value);
                    end(handler, id);
                }
                Edit::End(id) => {
                    if let Some(place) = edits.open.iter().position(|open| *open == id) {
                        edits.open.remove(place);
                    }
                    end(handler, id);
                }
            }
        }
    }

    /// Notes whether the programs have other names than before.
    fn look_at_names(&self) {
        let mut names = lock(&self.names);
        if self.programs.count() == 0 || names.looked.elapsed() < NAMES_PERIOD {
            return;
        }
        let now = self.programs.fingerprint(&self.plugin);
        names.looked = std::time::Instant::now();
        if now != names.fingerprint {
            names.fingerprint = now;
            self.host.texts.raise();
        }
    }

    /// Tells the host what it has to ask for anew.
    fn tell_news(&self) {
        let host = &self.host;
        let texts = host.texts.take();
        let mut news = 0;
        if host.values.take() {
            self.params.read(&self.plugin);
            news |= codes::VALUES_CHANGED;
        }
        if texts {
            news |= codes::TITLES_CHANGED;
        }
        // Both are over once the host has activated anew, which it does for either.
        let latency = host.latency.take();
        if host.restart.take() || latency {
            news |= codes::LATENCY_CHANGED;
        }
        let Some(handler) = self.handler().filter(|_| news != 0) else {
            return;
        };
        // SAFETY: the host's object, on the main thread.
        let _result = unsafe { handler.restartComponent(news) };
        if texts && let Some(units) = handler.cast::<IUnitHandler>() {
            for list in (0..16).filter_map(|channel| self.programs.list_id(channel)) {
                // SAFETY: the host's object, on the main thread.
                let _result = unsafe { units.notifyProgramListChange(list, codes::ALL_PROGRAMS) };
            }
        }
    }

    /// Asks the host for the size that the window wants.
    #[cfg(feature = "editor")]
    fn resize_view(&self) {
        let Some((width, height)) = self.host.size.take() else {
            return;
        };
        let (frame, view) = {
            let links = lock(&self.links);
            (links.frame.clone(), links.view)
        };
        let (Some(frame), Some(view)) = (frame, view) else {
            return;
        };
        let side = |length| i32::try_from(length).unwrap_or(i32::MAX);
        let mut rect = ViewRect {
            left: 0,
            top: 0,
            right: side(width),
            bottom: side(height),
        };
        // SAFETY: the host's object on the main thread, and the view that the host holds.
        let result = unsafe { frame.resizeView(view.0, &raw mut rect) };
        if result != kResultOk {
            self.keep_window_size();
        }
    }
}

fn begin(handler: &ComPtr<IComponentHandler>, id: u32) {
    // SAFETY: the host's object, on the main thread.
    let _result = unsafe { handler.beginEdit(id) };
}

fn perform(handler: &ComPtr<IComponentHandler>, id: u32, value: f64) {
    // SAFETY: the host's object, on the main thread.
    let _result = unsafe { handler.performEdit(id, value) };
}

fn end(handler: &ComPtr<IComponentHandler>, id: u32) {
    // SAFETY: the host's object, on the main thread.
    let _result = unsafe { handler.endEdit(id) };
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, Weak};

    use vst3::Steinberg::Vst::{IComponentHandler2Trait, IComponentHandlerTrait};
    use vst3::Steinberg::{FIDString, tresult};
    use vst3::{Class, ComWrapper};

    use super::*;
    use crate::vst3::fake;
    use crate::vst3::host::rendering;

    /// Writes down what it is told, and calls back in the middle of it.
    #[derive(Clone)]
    struct Handler(Arc<Mutex<Vec<String>>>, Weak<Core>);

    impl Class for Handler {
        type Interfaces = (IComponentHandler, IComponentHandler2);
    }

    impl Handler {
        fn note(&self, line: String) -> tresult {
            self.0.lock().unwrap().push(line);
            if let Some(core) = self.1.upgrade() {
                core.host.any.raise();
                core.tend(Moment::Calm);
            }
            0
        }
    }

    impl IComponentHandlerTrait for Handler {
        unsafe fn beginEdit(&self, id: u32) -> tresult {
            self.note(format!("begin {id}"))
        }

        unsafe fn performEdit(&self, id: u32, value: f64) -> tresult {
            self.note(format!("perform {id} {value}"))
        }

        unsafe fn endEdit(&self, id: u32) -> tresult {
            self.note(format!("end {id}"))
        }

        unsafe fn restartComponent(&self, flags: i32) -> tresult {
            self.note(format!("restart {flags}"))
        }
    }

    impl IComponentHandler2Trait for Handler {
        unsafe fn setDirty(&self, state: u8) -> tresult {
            self.note(format!("dirty {state}"))
        }

        unsafe fn requestOpenEditor(&self, _name: FIDString) -> tresult {
            0
        }

        unsafe fn startGroupEdit(&self) -> tresult {
            0
        }

        unsafe fn finishGroupEdit(&self) -> tresult {
            0
        }
    }

    /// A component with a handler, and what the handler is told.
    fn handled() -> (Arc<Core>, Handler) {
        let core = fake::core();
        let handler = Handler(Arc::default(), Arc::downgrade(&core));
        let object = ComWrapper::new(handler.clone());
        lock(&core.links).handler = object.to_com_ptr();
        (core, handler)
    }

    fn told(handler: &Handler) -> Vec<String> {
        std::mem::take(&mut handler.0.lock().unwrap())
    }

    #[test]
    fn requests_reach_the_host_once() {
        let (core, handler) = handled();
        fake::ask_for_everything(&core);
        core.tend(Moment::Calm);
        let all = codes::VALUES_CHANGED | codes::TITLES_CHANGED | codes::LATENCY_CHANGED;
        assert_eq!(
            told(&handler),
            ["dirty 1".to_owned(), format!("restart {all}")]
        );
        assert_eq!(fake::calls(&core), 1);
        core.tend(Moment::Calm);
        assert!(told(&handler).is_empty());
        assert_eq!(fake::calls(&core), 1);
    }

    #[test]
    fn host_that_asks_something_is_not_told_of_news_at_once() {
        let (core, handler) = handled();
        fake::ask_for_everything(&core);
        core.tend(Moment::Busy);
        assert_eq!(told(&handler), ["dirty 1"]);
        core.tend(Moment::Calm);
        assert_eq!(told(&handler).len(), 1);
    }

    #[test]
    fn nothing_is_done_while_rendering_or_on_another_thread() {
        let (core, handler) = handled();
        fake::ask_for_everything(&core);
        rendering(|| core.tend(Moment::Calm));
        let other = Arc::clone(&core);
        std::thread::spawn(move || other.tend(Moment::Calm))
            .join()
            .unwrap();
        assert!(told(&handler).is_empty());
        assert_eq!(fake::calls(&core), 0);
        core.tend(Moment::Calm);
        assert_eq!(told(&handler).len(), 2);
    }

    #[test]
    fn edit_outside_of_a_gesture_is_one_by_itself() {
        let (core, handler) = handled();
        {
            let mut render = core.render.try_borrow_mut().unwrap();
            for edit in [
                Edit::Set(7, 0.5),
                Edit::Begin(8),
                Edit::Set(8, 1.0),
                Edit::End(8),
            ] {
                render.edits.push(edit).unwrap();
            }
        }
        core.host.any.raise();
        core.tend(Moment::Busy);
        let expected = [
            "begin 7",
            "perform 7 0.5",
            "end 7",
            "begin 8",
            "perform 8 1",
            "end 8",
        ];
        assert_eq!(told(&handler), expected);
    }
}
