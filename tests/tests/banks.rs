//! Banks that moved, are on their way, or lie over one another.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use dmus_host_tests::audio;
use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder, program};
use dmus_host_tests::host::{Bundle, Event, Plugin};
use dmus_host_tests::player::{Partition, play};
use dmus_host_tests::timeline::Timeline;

const RATE: u32 = 48_000;

/// Frames that make a bank so long that a block is over before it is read.
const LONG: usize = 15_000_000;

fn instance() -> Plugin {
    Bundle::load(&bundle::clap().unwrap())
        .unwrap()
        .instance()
        .unwrap()
}

fn bank_name(plugin: &mut Plugin) -> String {
    let report = plugin.report().unwrap();
    report.text("bank").unwrap_or_default().to_owned()
}

fn number(plugin: &mut Plugin, key: &str) -> u64 {
    plugin.report().unwrap().number(key).unwrap()
}

/// One block with these messages at its first frame.
fn block(plugin: &mut Plugin, messages: &[[u8; 3]]) -> Vec<f32> {
    let events: Vec<Event> = messages
        .iter()
        .map(|bytes| Event::Midi {
            port: 0,
            bytes: *bytes,
        })
        .collect();
    let events: Vec<(u32, &Event)> = events.iter().map(|event| (0, event)).collect();
    let (mut left, mut right) = (vec![0.0; 512], vec![0.0; 512]);
    plugin.process(&events, &mut left, &mut right).unwrap();
    left
}

/// Plays silence until a bank plays.
fn wait_for_bank(plugin: &mut Plugin, name: &str) {
    let start = Instant::now();
    while bank_name(plugin) != name {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "it plays {}",
            bank_name(plugin)
        );
        block(plugin, &[]);
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Whether a block is the constant of the known sounds, as no other program is.
fn is_constant(left: &[f32]) -> bool {
    left[0] > 0.01 && audio::greatest_step(left) < 1e-5
}

const CHOOSE_CONSTANT: [u8; 3] = [0xC0, program::CONSTANT, 0];
const ON: [u8; 3] = [0x90, 60, 127];
const OFF: [u8; 3] = [0x80, 60, 64];

/// A folder of its own among those that are searched for banks.
struct Shelf(PathBuf);

impl Shelf {
    fn new(name: &str) -> Self {
        // Set by `.cargo/config.toml`.
        let searched = std::env::var_os("DMUS_BANK_FOLDERS");
        let path = PathBuf::from(searched.unwrap()).join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        // A folder that stays behind is overwritten by the next run.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_bank_moved_and_renamed_between_save_and_load_is_found_and_told() {
    let folder = Folder::new().unwrap();
    let title = format!("Moved {}", std::process::id());
    let here = folder
        .write("here.dls", &fixture::bank_of(&title, 0))
        .unwrap();
    let mut first = instance();
    first.load_state(&fixture::state_naming(&here)).unwrap();
    first.run(RATE, 512).unwrap();
    assert_eq!(bank_name(&mut first), title);
    let saved = first.save_state().unwrap();
    drop(first);

    let shelf = Shelf::new("moved");
    let there = shelf.0.join("renamed.dls");
    fs::copy(&here, &there).unwrap();
    fs::remove_file(&here).unwrap();
    let mut second = instance();
    second.load_state(&saved).unwrap();
    second.run(RATE, 512).unwrap();
    assert_eq!(bank_name(&mut second), title);
    let notices = second.report().unwrap().notices().join("\n");
    assert!(notices.contains("renamed.dls"), "{notices}");

    // From now on the project names it where it is.
    let saved = second.save_state().unwrap();
    drop(second);
    let mut third = instance();
    third.load_state(&saved).unwrap();
    third.run(RATE, 512).unwrap();
    assert_eq!(bank_name(&mut third), title);
    assert_eq!(third.report().unwrap().notices(), [""; 0]);
}

#[test]
fn a_missing_bank_of_a_stack_is_a_hole_until_it_is_relocated() {
    let folder = Folder::new().unwrap();
    let title = |number: u32| format!("Stack {number} {}", std::process::id());
    let file = |number: u32| {
        let bytes = fixture::bank_of(&title(number), 0);
        folder.write(&format!("{number}.dls"), &bytes).unwrap()
    };
    let (one, two) = (file(1), file(2));
    let mut plugin = instance();
    plugin.run(RATE, 512).unwrap();
    let command = |plugin: &mut Plugin, line: String| plugin.command(&line).unwrap();
    command(&mut plugin, format!("bank open {}", one.display()));
    let list = command(&mut plugin, format!("bank add {}", two.display()));
    assert!(list.contains(&format!("0 {}", title(2))), "{list}");
    assert!(list.contains(&format!("1 {}", title(1))), "{list}");
    let saved = plugin.save_state().unwrap();
    drop(plugin);

    // Under a name that nobody looks for.
    let gone = folder.path().join("two.away");
    fs::rename(&two, &gone).unwrap();
    let mut plugin = instance();
    plugin.load_state(&saved).unwrap();
    plugin.run(RATE, 512).unwrap();
    assert_eq!(bank_name(&mut plugin), title(1));
    assert_eq!(number(&mut plugin, "banks_missing"), 1);
    let notices = plugin.report().unwrap().notices().join("\n");
    assert!(
        notices.contains("2.dls") && notices.contains("relocate"),
        "{notices}"
    );
    let saved = plugin.save_state().unwrap();
    command(&mut plugin, format!("bank relocate 0 {}", gone.display()));
    assert_eq!(bank_name(&mut plugin), title(2));
    assert_eq!(number(&mut plugin, "banks_missing"), 0);
    drop(plugin);

    fs::rename(&gone, &two).unwrap();
    let mut plugin = instance();
    plugin.load_state(&saved).unwrap();
    plugin.run(RATE, 512).unwrap();
    assert_eq!(bank_name(&mut plugin), title(2), "it was still named");
}

#[test]
fn what_is_played_while_a_bank_loads_waits_and_sounds_on_it() {
    let folder = Folder::new().unwrap();
    let bank = folder
        .write("long.dls", &fixture::bank_of("Long", LONG))
        .unwrap();
    let mut plugin = instance();
    plugin.run(RATE, 512).unwrap();
    block(&mut plugin, &[]);
    plugin.load_state(&fixture::state_naming(&bank)).unwrap();
    // Enough for the pool to show what it lacks, few enough for it to wait in.
    let mut sent = 0;
    for round in 0..4_u8 {
        let mut messages = vec![CHOOSE_CONSTANT, ON];
        messages.extend((0..100).map(|value| [0xB1 + round, 11, value]));
        sent += messages.len() as u64;
        let left = block(&mut plugin, &messages);
        assert_eq!(
            audio::peak(&left).to_bits(),
            0,
            "on a bank nobody asked for"
        );
    }
    assert_eq!(number(&mut plugin, "events_delivered"), 0);
    wait_for_bank(&mut plugin, "Long");
    let mut left = Vec::new();
    for _ in 0..400 {
        left = block(&mut plugin, &[]);
    }
    assert!(is_constant(&left), "{:?}", &left[..4]);
    block(&mut plugin, &[OFF]);
    block(&mut plugin, &[]);
    let report = plugin.report().unwrap();
    let number = |key| report.number(key).unwrap();
    assert_eq!(number("events_in"), sent + 1);
    assert_eq!(number("events_delivered"), sent + 1);
    assert_eq!(number("events_late"), sent, "all of them had to wait");
    assert_eq!((number("events_held"), number("holds_given_up")), (0, 0));
    assert_eq!(number("pool_free"), number("pool_capacity"));
    assert_eq!(report.losses(), []);
}

#[test]
fn a_bank_that_the_musician_opens_makes_nothing_wait() {
    let folder = Folder::new().unwrap();
    let bank = folder
        .write("long.dls", &fixture::bank_of("Opened", LONG))
        .unwrap();
    let mut plugin = instance();
    plugin.run(RATE, 512).unwrap();
    block(&mut plugin, &[ON]);
    let open = format!("bank open {}", bank.display());
    assert!(plugin.command(&open).unwrap().starts_with("ok"));
    for _ in 0..4 {
        block(&mut plugin, &[[0xB0, 11, 100]]);
    }
    let report = plugin.report().unwrap();
    assert_eq!(report.number("events_late"), Some(0));
    assert_eq!(report.text("bank"), Some("Opened"));
}

#[test]
fn offline_a_block_waits_for_its_bank() {
    let folder = Folder::new().unwrap();
    let bank = folder
        .write("long.dls", &fixture::bank_of("Offline", LONG))
        .unwrap();
    let mut plugin = instance();
    plugin.run(RATE, 512).unwrap();
    block(&mut plugin, &[]);
    // While it is active: a host need not activate anew for it.
    plugin.set_offline().unwrap();
    plugin.load_state(&fixture::state_naming(&bank)).unwrap();
    block(&mut plugin, &[CHOOSE_CONSTANT, ON]);
    let left = block(&mut plugin, &[]);
    assert!(is_constant(&left), "{:?}", &left[..4]);
    let report = plugin.report().unwrap();
    assert_eq!(report.number("events_late"), Some(0));
    assert_eq!(report.number("events_delivered"), Some(2));
}

#[test]
fn a_bounce_is_the_same_whenever_its_state_came() {
    let folder = Folder::new().unwrap();
    let bank = folder
        .write("long.dls", &fixture::bank_of("Bounce", LONG))
        .unwrap();
    let state = fixture::state_naming(&bank);
    let text = format!(
        "0f program {}; 100f on 69 100; 9000f off 69; 9100f on 57 90; 20000f off 57",
        program::SINE
    );
    let timeline = Timeline::of_script(&text, RATE).unwrap();
    let bounce = |is_early: bool| {
        let mut plugin = instance();
        plugin.set_offline().unwrap();
        if is_early {
            plugin.load_state(&state).unwrap();
        }
        plugin.run(RATE, 512).unwrap();
        if !is_early {
            plugin.load_state(&state).unwrap();
        }
        play(&mut plugin, &timeline, 24_000, Partition::Fixed(512))
            .unwrap()
            .left
    };
    let (early, late) = (bounce(true), bounce(false));
    assert!(audio::peak(&early) > 0.01);
    assert_eq!(audio::first_difference(&early, &late), None);
}

#[test]
fn a_bank_named_in_a_file_of_the_user_plays_where_a_project_names_none() {
    const NAME: &str = "a_bank_named_in_a_file_of_the_user_plays_where_a_project_names_none";
    const INSIDE: &str = "DMUS_TEST_DEFAULT_BANK";
    if std::env::var_os(INSIDE).is_some() {
        let mut plugin = instance();
        plugin.run(RATE, 512).unwrap();
        assert_eq!(bank_name(&mut plugin), "Known Sounds");
        assert_eq!(number(&mut plugin, "banks"), 1);
        return;
    }
    // In a process of its own: the file would be every test's.
    let folder = Folder::new().unwrap();
    let bank = folder.path().join("known.dls");
    fs::write(&bank, fixture::bank()).unwrap();
    let words = format!("# for emulators\n{}\n", bank.display());
    fs::write(folder.path().join("default-bank.txt"), words).unwrap();
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME])
        .env(INSIDE, "1")
        .env("DMUS_DATA", folder.path())
        .env_remove("DMUS_BANK")
        .status();
    assert!(status.unwrap().success());
}
