//! What is answered to system exclusive messages, on its frame.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_host_tests::bundle;
use dmus_host_tests::host::{Bundle, Event, Exclusive, Plugin};

fn instance() -> Plugin {
    let bundle = Bundle::load(&bundle::clap().unwrap()).unwrap();
    let mut plugin = bundle.instance().unwrap();
    plugin.run(48_000, 4_096).unwrap();
    plugin
}

/// Who is there?
const INQUIRY: [u8; 6] = [0xF0, 0x7E, 0x7F, 6, 1, 0xF7];
/// How is tuning program 3 tuned?
const TUNING: [u8; 7] = [0xF0, 0x7E, 0x7F, 8, 0, 3, 0xF7];

/// Asks on frames of one block; gives what is answered.
fn ask(plugin: &mut Plugin, frames: usize, questions: &[(u32, u16, &[u8])]) -> Vec<Exclusive> {
    let events: Vec<(u32, Event)> = questions
        .iter()
        .map(|(frame, port, bytes)| (*frame, Event::midi(*port, bytes)))
        .collect();
    let events: Vec<(u32, &Event)> = events
        .iter()
        .map(|(frame, event)| (*frame, event))
        .collect();
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    plugin.process(&events, &mut left, &mut right).unwrap();
    plugin.exclusive_out().to_vec()
}

fn lost(plugin: &mut Plugin) -> u64 {
    plugin.report().unwrap().number("lost_replies").unwrap()
}

#[test]
fn who_asks_is_answered_on_the_frame_of_the_question() {
    let mut plugin = instance();
    assert_eq!(plugin.note_ports(false).len(), 1);
    for frames in [512, 4_096, 1, 700] {
        let last = u32::try_from(frames).unwrap() - 1;
        for frame in [0, last / 3, last] {
            let answers = ask(&mut plugin, frames, &[(frame, 0, &INQUIRY)]);
            assert_eq!(answers.len(), 1);
            let Exclusive {
                frame: answered,
                port,
                bytes,
            } = &answers[0];
            assert_eq!((*answered, *port), (frame, 0));
            assert_eq!((bytes.len(), bytes[0], bytes[14]), (15, 0xF0, 0xF7));
            assert_eq!(bytes[3..6], [6, 2, 0x7D]);
        }
    }
    assert!(ask(&mut plugin, 64, &[]).is_empty(), "nobody has asked");
    assert_eq!(lost(&mut plugin), 0);
}

#[test]
fn answers_keep_their_order_and_their_frames_where_automation_cuts_the_block() {
    let mut plugin = instance();
    let cut = |frame: u32| {
        let (name, text) = ("Master Volume".to_owned(), format!("-{frame} dB"));
        (frame, Event::ParamText { name, text })
    };
    let events = [
        (3, Event::midi(0, &INQUIRY)),
        cut(5),
        (5, Event::midi(0, &TUNING)),
        cut(6),
        (44, Event::midi(0, &INQUIRY)),
    ];
    let events: Vec<(u32, &Event)> = events
        .iter()
        .map(|(frame, event)| (*frame, event))
        .collect();
    let (mut left, mut right) = (vec![0.0; 64], vec![0.0; 64]);
    plugin.process(&events, &mut left, &mut right).unwrap();
    let told = plugin.exclusive_out().iter();
    let told: Vec<(u32, usize)> = told.map(|one| (one.frame, one.bytes.len())).collect();
    assert_eq!(told, [(3, 15), (5, 408), (44, 15)]);
}

#[test]
fn answers_that_find_no_way_are_counted() {
    let mut plugin = instance();
    let many: Vec<(u32, u16, &[u8])> = (0..20).map(|frame| (frame, 0, &INQUIRY[..])).collect();
    assert_eq!(ask(&mut plugin, 512, &many).len(), 16);
    assert_eq!(lost(&mut plugin), 4);
    plugin.set_deaf(true);
    assert!(ask(&mut plugin, 512, &many[..3]).is_empty());
    plugin.set_deaf(false);
    ask(&mut plugin, 4_096, &[]);
    assert_eq!(lost(&mut plugin), 7);
}
