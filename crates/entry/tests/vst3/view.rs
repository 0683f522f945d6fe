//! The view: opening, sizes, edits of the window, and what waits for the main thread.

use std::cell::RefCell;
use std::error::Error;
use std::ffi::{CStr, c_void};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{NativeSize, Size};
use nice_plug::editor::{DummyEditorError, EditorHandle, HostMethods, SpawnedEditor};
use nice_plug::prelude::{Editor, ParentWindowHandle, ResizeHint};
use vst3::Steinberg::Vst::IEditControllerTrait as _;
use vst3::Steinberg::*;
use vst3::{ComPtr, ComWrapper};

use crate::objects::Frame;
use crate::recorder::RecorderParams;
use crate::rig::Rig;

#[cfg(all(unix, not(target_os = "macos")))]
const KIND: &CStr = c"X11EmbedWindowID";
#[cfg(target_os = "macos")]
const KIND: &CStr = c"NSView";
#[cfg(windows)]
const KIND: &CStr = c"HWND";

thread_local! {
    /// What the window that opened last on this thread was given.
    static OPENED: RefCell<Option<Opened>> = const { RefCell::new(None) };
}

struct Opened {
    context: GuiContext,
    host: HostMethods,
    params: Arc<RecorderParams>,
    called: Arc<AtomicU32>,
}

/// Opens no window; its size is what it was told last.
pub(crate) struct Pane {
    params: Arc<RecorderParams>,
    size: Arc<[AtomicU32; 2]>,
}

impl Pane {
    pub(crate) fn new(params: Arc<RecorderParams>) -> Self {
        let size = Arc::new([AtomicU32::new(320), AtomicU32::new(200)]);
        Self { params, size }
    }
}

pub(crate) struct PaneHandle {
    size: Arc<[AtomicU32; 2]>,
    called: Arc<AtomicU32>,
}

impl Editor for Pane {
    type Handle = PaneHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        _wait_for_parent: bool,
        _fallback_scale_factor: Option<f64>,
        context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        assert!(parent.is_none(), "the parent comes later");
        let called = Arc::new(AtomicU32::new(0));
        let opened = Opened {
            context,
            host: host.unwrap(),
            params: Arc::clone(&self.params),
            called: Arc::clone(&called),
        };
        OPENED.with(|last| *last.borrow_mut() = Some(opened));
        let handle = PaneHandle {
            size: Arc::clone(&self.size),
            called,
        };
        Ok(SpawnedEditor { handle, window: () })
    }

    fn size(&self) -> NativeSize<u32> {
        let [width, height] = [0, 1].map(|side| self.size[side].load(Ordering::SeqCst));
        NativeSize { width, height }
    }

    fn resize_hint(&self) -> ResizeHint {
        ResizeHint::RESIZABLE
    }
}

impl EditorHandle for PaneHandle {
    type Window = ();
    type Error = DummyEditorError;

    fn run_until_closed(_window: ()) -> Result<(), DummyEditorError> {
        Err(DummyEditorError)
    }

    fn set_parent(&self, _: ParentWindowHandle, _: &()) -> Result<(), DummyEditorError> {
        Ok(())
    }

    fn show(&self, _window: &()) -> Result<(), DummyEditorError> {
        Ok(())
    }

    fn hide(&self, _window: &()) -> Result<(), DummyEditorError> {
        Ok(())
    }

    fn set_size(&self, size: NativeSize<u32>, _: &()) -> Result<(), DummyEditorError> {
        self.size[0].store(size.width, Ordering::SeqCst);
        self.size[1].store(size.height, Ordering::SeqCst);
        Ok(())
    }

    fn adjust_size(&self, size: NativeSize<u32>, _: &()) -> Option<NativeSize<u32>> {
        Some(NativeSize {
            width: size.width.max(100),
            height: size.height.max(100),
        })
    }

    fn host_main_thread_callback(&self, _window: &()) {
        self.called.fetch_add(1, Ordering::SeqCst);
    }

    fn param_value_changed(&self, _id: &str, _normalized_value: f32) {}

    fn param_modulation_changed(&self, _id: &str, _modulation_offset: f32) {}
}

/// A component with a view in a frame.
struct Opening {
    view: ComPtr<IPlugView>,
    frame: ComWrapper<Frame>,
    rig: Rig,
}

impl Opening {
    fn new(rig: Rig) -> Self {
        let raw = unsafe { rig.controller.createView(c"editor".as_ptr()) };
        let view = unsafe { ComPtr::from_raw(raw) }.unwrap();
        let frame = ComWrapper::new(Frame::default());
        let raw = frame.as_com_ref::<IPlugFrame>().unwrap().as_ptr();
        assert_eq!(unsafe { view.setFrame(raw) }, kResultOk);
        Self { view, frame, rig }
    }

    fn attach(&self) -> tresult {
        unsafe { self.view.attached(parent(), KIND.as_ptr()) }
    }

    fn remove(&self) -> tresult {
        unsafe { self.view.removed() }
    }

    fn size(&self) -> (i32, i32) {
        let mut rect = rect(0, 0);
        assert_eq!(unsafe { self.view.getSize(&raw mut rect) }, kResultOk);
        (rect.right - rect.left, rect.bottom - rect.top)
    }
}

/// An address that nobody follows.
fn parent() -> *mut c_void {
    ptr::without_provenance_mut(77)
}

fn rect(right: i32, bottom: i32) -> ViewRect {
    ViewRect {
        left: 0,
        top: 0,
        right,
        bottom,
    }
}

/// Works on what the window that opened last was given.
fn opened<R>(call: impl FnOnce(&mut Opened) -> R) -> R {
    OPENED.with(|last| call(last.borrow_mut().as_mut().unwrap()))
}

#[test]
fn view_opens_and_closes_as_often_as_it_likes() {
    let opening = Opening::new(Rig::new());
    assert_eq!(opening.size(), (320, 200));
    assert_ne!(opening.remove(), kResultOk);
    for _ in 0..50 {
        assert_eq!(opening.attach(), kResultOk);
        assert_ne!(opening.attach(), kResultOk, "it is open");
        assert_eq!(opening.remove(), kResultOk);
    }
}

#[test]
fn host_may_tell_of_the_focus_at_any_time() {
    let opening = Opening::new(Rig::new());
    for is_open in [false, true] {
        if is_open {
            opening.attach();
        }
        for state in [1, 0, 0, 77] {
            assert_eq!(unsafe { opening.view.onFocus(state) }, kResultOk);
        }
    }
}

#[test]
fn timer_runs_only_while_the_view_is_open() {
    let opening = Opening::new(Rig::new());
    let timers = || opening.frame.timers.borrow().len();
    assert_eq!(timers(), 0);
    opening.attach();
    assert_eq!(timers(), usize::from(cfg!(target_os = "linux")));
    opening.remove();
    assert_eq!(timers(), 0);
    opening.attach();
    assert_eq!(unsafe { opening.view.setFrame(ptr::null_mut()) }, kResultOk);
    assert_eq!(timers(), 0);
}

#[test]
fn view_that_is_released_open_takes_its_window_along() {
    let Opening { view, frame, rig } = Opening::new(Rig::new());
    unsafe { view.attached(parent(), KIND.as_ptr()) };
    drop(view);
    assert!(frame.timers.borrow().is_empty());
    let again = Opening::new(rig);
    assert_eq!(again.attach(), kResultOk);
}

#[test]
fn component_that_ends_first_takes_the_window_along() {
    let Opening { view, frame, rig } = Opening::new(Rig::new());
    unsafe { view.attached(parent(), KIND.as_ptr()) };
    drop(rig);
    frame.turn();
    assert_ne!(unsafe { view.removed() }, kResultOk, "it is closed already");
    assert!(frame.timers.borrow().is_empty());
}

#[test]
fn what_is_no_window_is_refused() {
    let opening = Opening::new(Rig::new());
    unsafe {
        let view = &opening.view;
        assert_eq!(view.isPlatformTypeSupported(KIND.as_ptr()), kResultOk);
        assert_ne!(view.isPlatformTypeSupported(c"HIView".as_ptr()), kResultOk);
        assert_ne!(view.isPlatformTypeSupported(ptr::null()), kResultOk);
        assert_ne!(view.attached(ptr::null_mut(), KIND.as_ptr()), kResultOk);
        assert_ne!(view.attached(parent(), c"HIView".as_ptr()), kResultOk);
        assert!(
            opening
                .rig
                .controller
                .createView(c"other".as_ptr())
                .is_null()
        );
        assert!(opening.rig.controller.createView(ptr::null()).is_null());
    }
}

#[test]
fn keys_are_left_to_the_host() {
    let opening = Opening::new(Rig::new());
    for is_open in [false, true] {
        if is_open {
            opening.attach();
        }
        // The space bar, and a letter.
        for (key, code) in [(32, 7), (97, 0)] {
            assert_eq!(
                unsafe { opening.view.onKeyDown(key, code, 0) },
                kResultFalse
            );
            assert_eq!(unsafe { opening.view.onKeyUp(key, code, 0) }, kResultFalse);
        }
    }
}

#[test]
fn host_resizes_the_window() {
    let opening = Opening::new(Rig::new());
    opening.attach();
    let view = &opening.view;
    unsafe {
        assert_eq!(view.canResize(), kResultOk);
        let mut wanted = rect(50, 400);
        assert_eq!(view.checkSizeConstraint(&raw mut wanted), kResultOk);
        assert_eq!((wanted.right, wanted.bottom), (100, 400));
        assert_eq!(view.onSize(&raw mut wanted), kResultOk);
        assert_eq!(opening.size(), (100, 400));
        let mut nothing = rect(0, 0);
        assert_ne!(view.onSize(&raw mut nothing), kResultOk);
        assert_ne!(view.onSize(ptr::null_mut()), kResultOk);
    }
}

#[test]
fn window_resizes_itself_if_the_host_agrees() {
    let opening = Opening::new(Rig::new());
    opening.attach();
    let ask = |width, height| {
        let size = Size::Physical(nice_plug::editor::dpi::PhysicalSize::new(width, height));
        opened(|window| window.host.callbacks.request_resize(size, 1.0)).unwrap();
        opening.frame.turn();
    };
    ask(640, 480);
    assert_eq!(*opening.frame.sizes.borrow(), [(640, 480)]);
    assert_eq!(opening.size(), (640, 480));
    opening.frame.refuses.set(true);
    ask(800, 600);
    assert_eq!(opening.size(), (640, 480));
}

#[test]
fn scale_is_taken_before_and_while_the_view_is_open() {
    use vst3::Steinberg::IPlugViewContentScaleSupport as Scale;
    use vst3::Steinberg::IPlugViewContentScaleSupportTrait as _;
    let opening = Opening::new(Rig::new());
    let scale = opening.view.cast::<Scale>().unwrap();
    unsafe {
        assert_eq!(scale.setContentScaleFactor(2.0), kResultOk);
        assert_eq!(opening.attach(), kResultOk);
        assert_eq!(scale.setContentScaleFactor(1.5), kResultOk);
        for broken in [0.0, -1.0, f32::NAN] {
            assert_ne!(scale.setContentScaleFactor(broken), kResultOk);
        }
    }
}

#[test]
fn call_on_the_main_thread_comes_with_the_timer() {
    let opening = Opening::new(Rig::new());
    opening.attach();
    let called = opened(|window| {
        window.host.main_thread_caller.call_main_thread();
        Arc::clone(&window.called)
    });
    assert_eq!(called.load(Ordering::SeqCst), 0);
    opening.frame.turn();
    assert_eq!(called.load(Ordering::SeqCst), 1);
}

/// The user drags the level.
fn drag(values: &[f32]) {
    opened(|window| {
        let setter = window.context.param_setter();
        let level = &window.params.level;
        setter.begin_set_parameter(level);
        for value in values {
            setter.set_parameter_normalized(level, *value);
        }
        setter.end_set_parameter(level);
    });
}

/// What the host was told about edits since the last time.
fn edits(rig: &Rig) -> Vec<String> {
    let mut told = rig.told.borrow_mut();
    let edits = told
        .iter()
        .filter(|line| !line.starts_with("restart"))
        .cloned();
    let edits = edits.collect();
    told.clear();
    edits
}

#[test]
fn edits_of_the_window_reach_the_host_at_rest_and_while_blocks_come() {
    for is_playing in [false, true] {
        let rig = if is_playing {
            Rig::playing()
        } else {
            Rig::new()
        };
        let level = rig.titled("Level").id;
        let opening = Opening::new(rig);
        opening.attach();
        edits(&opening.rig);
        drag(&[0.5, 0.75]);
        let mut out = Vec::new();
        if is_playing {
            opening.rig.play(&[], &[]);
            out = opening.rig.play(&[], &[]).out_changes.all();
        }
        opening.frame.turn();
        opening.frame.turn();
        let expected = [
            format!("begin {level}"),
            format!("perform {level} 0.5"),
            format!("perform {level} 0.75"),
            format!("end {level}"),
        ];
        assert_eq!(edits(&opening.rig), expected, "playing: {is_playing}");
        assert_eq!(opening.rig.value(level), 0.75);
        assert!(out.iter().all(|(id, ..)| *id == level));
    }
}

#[test]
fn changes_of_the_plug_in_come_back_with_the_block() {
    let rig = Rig::playing();
    let level = rig.titled("Level").id;
    let opening = Opening::new(rig);
    opening.attach();
    drag(&[0.5]);
    let block = opening.rig.play(&[], &[]);
    assert_eq!(block.out_changes.all(), [(level, 0, 0.5)]);
}

#[test]
fn edits_that_the_host_sends_back_do_not_throw_the_value_back() {
    let rig = Rig::playing();
    let level = rig.titled("Level").id;
    let opening = Opening::new(rig);
    let rig = &opening.rig;
    opening.attach();
    drag(&[0.125, 0.25]);
    rig.play(&[], &[]);
    opening.frame.turn();
    drag(&[0.75]);
    rig.play(&[], &[]);
    rig.play(&[(level, &[(0, 0.125), (0, 0.25)])], &[]);
    let level_now = || rig.log.lock().unwrap().levels.last().unwrap().1;
    assert_eq!((level_now(), rig.value(level)), (1.5, 0.75));
    rig.play(&[(level, &[(0, 0.125)])], &[]);
    assert_eq!(level_now(), 0.25, "another automation holds");
}

#[test]
fn view_opens_and_closes_under_automation_from_another_thread() {
    /// A thing that stays on its own thread but for one call at a time.
    struct Sent<T>(T);
    // SAFETY: the host calls blocks and views from two threads, as VST3 allows.
    unsafe impl<T> Send for Sent<T> {}
    let opening = Opening::new(Rig::playing());
    let level = opening.rig.titled("Level").id;
    let processor = Sent(opening.rig.processor.clone());
    let running = Arc::new(AtomicU32::new(1));
    let until = Arc::clone(&running);
    let blocks = std::thread::spawn(move || {
        let processor = processor;
        let processor = &processor.0;
        let mut count = 0_u32;
        while until.load(Ordering::SeqCst) == 1 || count < 10 {
            let mut block = crate::rig::Block::new(&[2, 2, 2]);
            let value = f64::from(count % 100) / 100.0;
            block.changes.add(level, &[(0, value), (30, 1.0 - value)]);
            let mut data = block.data();
            use vst3::Steinberg::Vst::IAudioProcessorTrait as _;
            assert_eq!(unsafe { processor.process(&raw mut data) }, kResultOk);
            count += 1;
        }
        count
    });
    for _ in 0..200 {
        assert_eq!(opening.attach(), kResultOk);
        drag(&[0.5]);
        opening.frame.turn();
        assert_eq!(opening.remove(), kResultOk);
    }
    running.store(0, Ordering::SeqCst);
    assert!(blocks.join().unwrap() >= 10);
}
