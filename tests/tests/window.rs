//! A host with the plug-in's window: who hears keys, what becomes of files that are dropped.
//!
//! The host is an X11 one whose main window hears keys and holds another, which holds the plug-in's.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;

use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder};
use dmus_host_tests::host::{Bundle, Plugin};
use dmus_host_tests::screen::{ENTER, ESCAPE, SPACE, Screen};

/// Size of the host's main window, pixels; the plug-in's lies in its corner.
const MAIN: (u16, u16) = (1200, 900);

/// On the screen: nothing but the host's window; nothing in the plug-in's window; the mute button of
/// part 1; the field for the path of a bank.
const OUTSIDE: (i16, i16) = (1100, 850);
const NOWHERE: (i16, i16) = (700, 20);
const MUTE: (i16, i16) = (788, 152);
const FIELD: (i16, i16) = (150, 66);

/// What a host hears that hears nothing.
const NOTHING: [u32; 0] = [];

/// A host with an open window of the plug-in, which has not the focus.
struct Host {
    screen: Screen,
    main: u32,
    holder: u32,
    plugin: Plugin,
    _bundle: Bundle,
}

impl Host {
    /// - `pointer`: where it is while the host gives its own window the focus
    fn new(pointer: (i16, i16)) -> Self {
        let screen = Screen::open().unwrap();
        screen.point(pointer.0, pointer.1).unwrap();
        let main = screen.window(None, MAIN, true).unwrap();
        let holder = screen.window(Some(main), MAIN, false).unwrap();
        let bundle = Bundle::load(&bundle::clap().unwrap()).unwrap();
        let mut plugin = bundle.instance().unwrap();
        plugin.open_window(holder).unwrap();
        screen.focus(main).unwrap();
        screen.rest();
        screen.heard().unwrap();
        Self {
            screen,
            main,
            holder,
            plugin,
            _bundle: bundle,
        }
    }

    /// What the host hears of a key.
    fn strike(&mut self, symbol: u32) -> Vec<u32> {
        self.screen.strike(symbol).unwrap();
        let heard = self.screen.heard().unwrap();
        self.plugin.idle();
        heard
    }

    fn point(&mut self, (x, y): (i16, i16)) {
        self.screen.point(x, y).unwrap();
        self.screen.rest();
    }

    fn click(&mut self, (x, y): (i16, i16)) {
        self.screen.click(x, y).unwrap();
        self.screen.rest();
        self.plugin.idle();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.plugin.close_window();
    }
}

#[test]
fn the_space_bar_is_the_hosts_wherever_the_pointer_is() {
    let mut host = Host::new(OUTSIDE);
    for place in [OUTSIDE, NOWHERE, MUTE] {
        host.point(place);
        assert_eq!(host.strike(SPACE), [SPACE], "pointer at {place:?}");
    }
}

#[test]
fn a_click_gives_the_focus_back_and_the_space_bar_with_it() {
    for pointer in [OUTSIDE, NOWHERE] {
        let mut host = Host::new(pointer);
        for place in [NOWHERE, MUTE] {
            host.click(place);
            assert!(host.screen.focus_is(host.main, true).unwrap());
            assert_eq!(host.strike(SPACE), [SPACE], "after a click at {place:?}");
            host.point(OUTSIDE);
            assert_eq!(host.strike(SPACE), [SPACE], "with the pointer outside");
        }
        // What the window has set is told with whatever the host sets next.
        host.plugin.flush_text("Master Volume", "0 dB").unwrap();
        let mute = host.plugin.text("Part 01 Mute").unwrap();
        assert_eq!(
            mute, "On",
            "the click counts, the space bar presses nothing"
        );
    }
}

#[test]
fn a_text_field_hears_letters_and_the_host_none_until_it_is_left() {
    let folder = Folder::new().unwrap();
    let path = folder.write("known.dls", &fixture::bank()).unwrap();
    let path = path.to_str().unwrap();
    for pointer in [OUTSIDE, NOWHERE] {
        let mut host = Host::new(pointer);
        host.click(FIELD);
        assert!(host.screen.focus_is(host.main, false).unwrap());
        assert_eq!(host.strike(SPACE), NOTHING);
        host.point(OUTSIDE);
        host.screen.type_text(path).unwrap();
        assert_eq!(host.screen.heard().unwrap(), NOTHING);
        assert_eq!(host.strike(ENTER), NOTHING);
        let banks = host.plugin.command("bank").unwrap();
        assert!(banks.contains(path), "{banks}");
        assert!(host.screen.focus_is(host.main, true).unwrap());
        assert_eq!(host.strike(SPACE), [SPACE]);
    }
}

#[test]
fn escape_leaves_a_text_field() {
    let mut host = Host::new(OUTSIDE);
    host.click(FIELD);
    // The field has been reached, however slowly the window draws.
    assert!(host.screen.focus_is(host.main, false).unwrap());
    assert_eq!(host.strike(ESCAPE), NOTHING);
    assert!(host.screen.focus_is(host.main, true).unwrap());
    assert_eq!(host.strike(ESCAPE), [ESCAPE]);
}

#[test]
fn banks_that_are_dropped_on_the_window_play() {
    let folder = Folder::new().unwrap();
    let banks =
        ["a bank.dls", "second.dls"].map(|name| folder.write(name, &fixture::bank()).unwrap());
    let addresses = banks.each_ref().map(|path| {
        let path = path.to_str().unwrap().replace(' ', "%20");
        format!("file://{path}\r\n")
    });
    let mut host = Host::new(OUTSIDE);
    assert!(
        host.screen
            .drop_on(host.holder, &addresses.concat(), true)
            .unwrap()
    );
    host.screen.heard().unwrap();
    let list = host.plugin.command("bank").unwrap();
    let names: Vec<_> = list.lines().filter(|line| line.contains(".dls")).collect();
    assert!(
        names.len() == 2 && names[0].contains("second.dls"),
        "{list}"
    );
    assert!(names[1].contains("a bank.dls"), "{list}");
}

/// Numbers of the threads of this process.
fn threads() -> BTreeSet<u32> {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let number = |task: fs::DirEntry| task.file_name().to_str()?.parse().ok();
    tasks.filter_map(|task| number(task.unwrap())).collect()
}

#[test]
fn a_window_is_closed_when_the_thread_that_draws_it_is_over() {
    let mut host = Host::new(OUTSIDE);
    host.plugin.close_window();
    for turn in 0..20 {
        let before = threads();
        host.plugin.open_window(host.holder).unwrap();
        // It begins the others: those of the software renderer, one that holds the clipboard.
        let drawing = threads().difference(&before).copied().next();
        let drawing = drawing.expect("a thread of the window");
        if turn % 2 == 0 {
            host.screen.rest();
        }
        host.plugin.close_window();
        assert!(!threads().contains(&drawing), "turn {turn}");
    }
}

#[test]
fn what_is_no_file_is_not_taken() {
    let mut host = Host::new(OUTSIDE);
    let before = host.plugin.command("bank").unwrap();
    assert!(
        !host
            .screen
            .drop_on(host.holder, "some words", false)
            .unwrap()
    );
    let elsewhere = "http://localhost/a.dls\r\n";
    assert!(!host.screen.drop_on(host.holder, elsewhere, true).unwrap());
    assert_eq!(host.plugin.command("bank").unwrap(), before);
}
