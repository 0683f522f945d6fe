//! The control side: banks, notices, commands down, retired things up.
//!
//! In: tasks, the window, the worker, the host's main thread. Out: commands to the render side by ring, a
//! view for the window, a report for the host. Owner: shared by those behind one lock that
//! the render side does not know. Thread: any but render.

mod banks;
mod copies;
mod external;
mod relief;
mod settings;
mod shared;
mod shelf;
mod stack;

use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::sync::Arc;

use dmus_dls::bank::Patch;
use dmus_entry::{HostLink, NoteName};
use dmus_kernel::property::PropertyControl;
use dmus_library::{Library, LoadedBank, Progress};
use dmus_synth::{Layer, USER_BANKS};

pub use banks::{BankChange, Chosen, Wanted};
pub use copies::CopyJob;
pub(crate) use external::word as connection_word;
pub use shared::{Loading, SharedControl, WeakControl};

use external::ExternalSide;
use relief::Relief;
use settings::Settings;
use stack::Stack;

use crate::downloads::SharedDownloads;
use crate::drum_names;
use crate::kept::Kept;
use crate::notice::{Notice, Severity};
use crate::params::PARTS;
use crate::presets::shelf::Shelf;
use crate::shell::pipeline::{Command, ControlLink, SentBank};
use crate::shell::telemetry::Telemetry;
use crate::state::{LoadWatch, Loads, PartProgram, PartPrograms, SavedBank, SavedParts};
use crate::view::{NameTable, PartView, ProgramNames, View};

/// Notices kept; older ones make room.
const MAX_NOTICES: usize = 16;

/// Everything slow about the instrument.
#[derive(Debug)]
pub struct Control {
    saved_bank: Arc<SavedBank>,
    saved_parts: Arc<SavedParts>,
    names: ProgramNames,
    /// The user's banks.
    user: Stack,
    /// The built-in bank, from the first activation on.
    built_in: Option<Arc<LoadedBank>>,
    /// The load that is under way.
    loading: Option<Progress>,
    /// The worker looks after this instance.
    is_attended: bool,
    /// Activation waits for the worker to act upon the state.
    is_awaited: bool,
    /// State loads already acted upon; `None` before the first activation.
    restored: Option<u64>,
    /// State loads whose programs were sent last; `None` before the first activation.
    programs_sent: Option<u64>,
    /// The other ends of the render side's rings, while it is active.
    link: Option<ControlLink>,
    /// What was kept, also of a render side that was let go.
    kept: Option<Kept>,
    /// Instruments that have played since the banks of the state came.
    played: BTreeSet<Patch>,
    downloads: SharedDownloads,
    relief: Relief,
    /// What properties were set to, for the next render side.
    settings: Settings,
    /// What the render side told last before it was let go.
    last: Option<Telemetry>,
    notices: VecDeque<Notice>,
    /// A command found the ring full: everything is sent again when there is room.
    send_again: bool,
    /// What a browser shows; empty until one is looked at.
    shelf: Arc<Shelf>,
    /// The external device.
    external: ExternalSide,
    /// The way to the host.
    host: HostLink,
}

impl Control {
    /// A control side without a render side.
    #[must_use]
    pub fn new(
        saved_bank: Arc<SavedBank>,
        saved_parts: Arc<SavedParts>,
        names: ProgramNames,
    ) -> Self {
        Self {
            saved_bank,
            saved_parts,
            names,
            user: Stack::default(),
            built_in: None,
            loading: None,
            is_attended: false,
            is_awaited: false,
            restored: None,
            programs_sent: None,
            link: None,
            kept: None,
            played: BTreeSet::new(),
            downloads: SharedDownloads::default(),
            relief: Relief::default(),
            settings: Settings::default(),
            last: None,
            notices: VecDeque::new(),
            send_again: false,
            shelf: Arc::default(),
            external: ExternalSide::default(),
            host: HostLink::default(),
        }
    }

    /// From now on the host hears of what changes by itself.
    pub fn meet_host(&mut self, host: HostLink) {
        self.host = host;
    }

    /// The way to the host.
    pub(crate) fn host(&self) -> HostLink {
        self.host.clone()
    }

    /// Another program for one part, as if a state had been loaded that differs in nothing else.
    ///
    /// - `part`: channel of group 1, from 0; without such a part nothing happens
    pub fn choose_program(&mut self, part: usize, program: PartProgram) {
        let mut programs = self.saved_parts.get().all();
        let Some(chosen) = programs.get_mut(part) else {
            return;
        };
        *chosen = program;
        self.saved_parts.load(PartPrograms {
            programs: programs.to_vec(),
            messages: self.saved_parts.get().messages,
        });
        self.host.state_changed();
    }

    /// The programs that MIDI has chosen on the channels of group 1, or a project has.
    #[must_use]
    pub fn programs(&self) -> Vec<u8> {
        let programs = self.saved_parts.get().all();
        programs.iter().map(|part| part.program).collect()
    }

    /// Names of the keys of all parts that play drums by \[GM1\]'s map.
    #[must_use]
    pub fn note_names(&self) -> Vec<NoteName> {
        let now = self.telemetry();
        let plays_map = |channel: usize| match now.as_ref().and_then(|now| now.parts.get(channel)) {
            Some(part) => part.drums && part.program.program != drum_names::EFFECTS_KIT,
            // Before the first block: channel 10 as MIDI has it.
            None => channel == 9,
        };
        let parts = (0..PARTS).filter(|channel| plays_map(*channel));
        parts
            .flat_map(|channel| {
                drum_names::keys().map(move |(key, name)| NoteName {
                    name: name.to_owned(),
                    port: 0,
                    channel: i16::try_from(channel).unwrap_or(-1),
                    key: i16::from(key),
                })
            })
            .collect()
    }

    /// Takes the control half of a new pipeline and hands it the banks and programs in force.
    pub fn connect(&mut self, link: ControlLink) {
        if self.built_in.is_none() {
            match crate::banks::built_in() {
                Ok(bank) => self.built_in = Some(bank),
                Err(notice) => self.notify(notice),
            }
            self.rename_programs();
            self.renew_shelf();
        }
        let (reader, setup) = (link.telemetry(), link.setup());
        self.kept = Some(link.kept());
        self.relief = Relief::default();
        let mut link = link;
        self.settings.restore(link.properties());
        self.link = Some(link);
        self.is_awaited = false;
        self.exchange_downloads();
        self.send_all();
        self.connect_device();
        self.saved_parts.follow(move |loads| {
            let telemetry = reader.read()?;
            let is_known = telemetry.programs_of_load == loads;
            is_known.then(|| PartPrograms::of(telemetry.programs(), &setup.messages()))
        });
    }

    /// The programs as they are now stay in the state; STOP is about to forget them.
    pub fn keep_programs(&mut self) {
        self.saved_parts.stop_following();
    }

    /// Lets go of the render side.
    pub fn disconnect(&mut self) {
        self.collect();
        self.last = self.telemetry();
        if let Some(link) = &mut self.link {
            self.settings = Settings::of(link.properties());
        }
        self.link = None;
        self.downloads.lock().stream_closed();
    }

    /// Who takes single instruments and waves.
    #[must_use]
    pub fn downloads(&self) -> SharedDownloads {
        self.downloads.clone()
    }

    /// What is always kept; nothing before the first activation.
    #[must_use]
    pub fn kept(&self) -> Option<Kept> {
        self.kept.clone()
    }

    /// Gives up what is kept: it is about to be kept anew.
    pub const fn take_kept(&mut self) -> Option<Kept> {
        self.kept.take()
    }

    /// The properties of the synthesizer, while it is active.
    pub fn properties(&mut self) -> Option<&mut PropertyControl> {
        self.link.as_mut().map(ControlLink::properties)
    }

    /// Hands down what downloads have changed, and tells them what has come to its end.
    pub fn exchange_downloads(&mut self) {
        let Some(link) = &mut self.link else { return };
        let mut table = self.downloads.lock();
        if let Some(bank) = table.take_changed()
            && let SentBank::Full(lost) = link.send_bank(Layer::Download, bank)
        {
            if let Some(lost) = lost {
                table.retired(&lost);
            }
            table.send_again();
        }
        while table.take_completed().is_some() {}
    }

    /// Whether there is a render side.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        self.link.is_some()
    }

    /// Whether a state was loaded that has not been acted upon in full.
    #[must_use]
    pub fn has_news(&self) -> bool {
        self.restored != Some(self.saved_bank.loads())
            || self.programs_sent != Some(self.saved_parts.loads())
    }

    /// Takes the state as acted upon: what it names cannot be played, and trying again would fail
    /// again.
    pub fn give_up_restoring(&mut self) {
        self.restored = Some(self.saved_bank.loads());
        self.programs_sent = Some(self.saved_parts.loads());
        self.send_in_force();
        self.notify(Notice {
            severity: Severity::Fault,
            text: "acting upon the loaded project failed inside DMus".to_owned(),
            hint: "open the bank again, or another one",
        });
    }

    /// The worker looks after this instance from now on, or nobody does.
    pub const fn set_attended(&mut self, is_attended: bool) {
        self.is_attended = is_attended;
    }

    /// Has the worker act upon the state before there is a render side; false if nobody would.
    pub const fn await_worker(&mut self) -> bool {
        self.is_awaited = self.is_attended;
        self.is_awaited
    }

    /// Whether a state that was loaded is to be acted upon now: otherwise activation will.
    #[must_use]
    pub const fn wants_attention(&self) -> bool {
        self.link.is_some() || self.is_awaited
    }

    /// Tells how many states were loaded.
    #[must_use]
    pub fn load_watch(&self) -> LoadWatch {
        LoadWatch::new(Arc::clone(&self.saved_bank), Arc::clone(&self.saved_parts))
    }

    /// Adds a notice; the oldest makes room.
    pub fn notify(&mut self, notice: Notice) {
        if self.notices.back() == Some(&notice) {
            return;
        }
        if self.notices.len() == MAX_NOTICES {
            self.notices.pop_front();
        }
        self.notices.push_back(notice);
    }

    /// Frees what the render side has sent home, and sends what found no room before.
    pub fn collect(&mut self) {
        if let Some(link) = &mut self.link {
            let mut table = self.downloads.lock();
            link.collect(|bank| {
                table.retired(bank);
            });
            link.collect_played(|patch| {
                self.played.insert(patch);
            });
        }
        self.exchange_downloads();
        let now = self.telemetry();
        if let Some(extension) = now.as_ref().and_then(|now| self.relief.due(now)) {
            self.send(Command::Grow(extension));
        }
        self.tend_device(now.as_ref());
        if self.send_again {
            self.send_all();
        }
    }

    /// What the window draws.
    pub fn view(&mut self) -> View {
        self.collect();
        let telemetry = self.telemetry();
        let top = self.top();
        let banks = self.user.views();
        View {
            bank_title: top.map_or_else(|| "no bank yet".to_owned(), |bank| bank.title.clone()),
            bank_origin: banks
                .iter()
                .find(|bank| bank.problem.is_none())
                .map_or_else(|| "built in".to_owned(), |bank| bank.origin.clone()),
            bank_warnings: top.map_or(0, |bank| bank.warnings),
            banks,
            loading: self.loading.as_ref().map(Progress::snapshot),
            parts: telemetry
                .as_ref()
                .map(|now| self.part_views(now))
                .unwrap_or_default(),
            voices: telemetry.as_ref().map_or(0, |now| now.voices),
            voices_peak: telemetry.as_ref().map_or(0, |now| now.voices_peak),
            peak: telemetry.as_ref().map_or([0.0; 2], |now| now.peak),
            losses: telemetry
                .as_ref()
                .map(Telemetry::losses)
                .unwrap_or_default(),
            notices: self.notices.iter().cloned().collect(),
            presets: Arc::clone(&self.shelf),
            device: self.device_view(),
            active: self.link.is_some(),
        }
    }

    /// The counters as `key value` lines, for a host that asks.
    pub fn report(&mut self) -> String {
        self.collect();
        let telemetry = self.telemetry().unwrap_or_default();
        let mut text = telemetry.report();
        let top = self.top();
        // Writing into a string cannot fail.
        let _never = writeln!(
            text,
            "bank {}",
            top.map_or("none", |bank| bank.title.as_str())
        );
        for (index, bank) in self.user.views().into_iter().enumerate() {
            if let Some(bytes) = bank.copy_bytes {
                let _never = writeln!(text, "bank_{index}_embedded {bytes}");
            }
        }
        for (key, value) in [
            ("bank_warnings", top.map_or(0, |bank| bank.warnings)),
            ("banks", self.user.playing().count()),
            ("banks_missing", self.user.missing()),
        ] {
            let _never = writeln!(text, "{key} {value}");
        }
        let (resident, bytes) = Library::process().in_memory();
        let _never = writeln!(text, "library_banks {resident}\nlibrary_bytes {bytes}");
        if let Some(kept) = &self.kept {
            for (key, value) in [
                ("history_overwritten", kept.overwritten()),
                ("history_refused", kept.refused()),
                ("audio_frames_kept", kept.frames()),
            ] {
                let _never = writeln!(text, "{key} {value}");
            }
        }
        self.report_device(&mut text);
        for notice in &self.notices {
            let _never = writeln!(text, "notice {notice}");
        }
        text
    }

    /// The uppermost bank that plays.
    fn top(&self) -> Option<&Arc<LoadedBank>> {
        self.user.playing().next().or(self.built_in.as_ref())
    }

    /// Sends everything that the render side must know.
    fn send_all(&mut self) {
        self.send_again = false;
        self.send_bank(Layer::Factory);
        for layer in 0..USER_BANKS {
            self.send_bank(Layer::User(layer));
        }
        self.send_programs();
        self.send_device();
        self.send_in_force();
    }

    /// Sends the bank of one layer down.
    fn send_bank(&mut self, layer: Layer) {
        let collection = match layer {
            Layer::Factory => self
                .built_in
                .as_ref()
                .map(|bank| Arc::clone(&bank.collection)),
            Layer::User(index) => {
                let layers = self.user.collections();
                layers.into_iter().nth(usize::from(index)).flatten()
            }
            // Downloads have a way of their own.
            Layer::Download => return,
        };
        self.send(Command::Download { layer, collection });
    }

    /// Tells the render side which state loads it now knows all of.
    fn send_in_force(&mut self) {
        if let (Some(banks), Some(parts)) = (self.restored, self.programs_sent) {
            self.send(Command::InForce(Loads { banks, parts }));
        }
    }

    /// Sends the programs of a state down that was loaded since they were sent last.
    ///
    /// Never otherwise: what MIDI has chosen meanwhile would be taken back.
    pub fn restore_programs(&mut self) {
        if self.programs_sent != Some(self.saved_parts.loads()) {
            self.send_programs();
        }
        self.send_in_force();
    }

    /// Sends the programs of the state down.
    fn send_programs(&mut self) {
        let loads = self.saved_parts.loads();
        self.programs_sent = Some(loads);
        let saved = self.saved_parts.get();
        if let Some(link) = &mut self.link {
            self.send_again |= !link.send_setup(&saved.system_messages());
        }
        let programs = saved.all();
        self.send(Command::Programs { programs, loads });
    }

    /// Has every note end and every pedal lift; false while nothing plays, or when the ring is full.
    pub fn panic(&mut self) -> bool {
        let link = self.link.as_mut();
        link.is_some_and(|link| link.send(Command::Panic))
    }

    /// Sends one command; when the ring is full, everything is sent again later.
    fn send(&mut self, command: Command) {
        if let Some(link) = &mut self.link {
            self.send_again |= !link.send(command);
        }
    }

    /// The latest telemetry, or the last one before the render side was let go.
    fn telemetry(&self) -> Option<Telemetry> {
        self.link
            .as_ref()
            .map_or(self.last, |link| link.telemetry().read())
    }

    /// Names for the parameters' texts.
    fn rename_programs(&self) {
        let names = |drums| {
            (0..128).map(move |program| {
                self.name_of(
                    drums,
                    PartProgram {
                        program,
                        ..PartProgram::default()
                    },
                )
            })
        };
        let is_changed = self.names.replace(NameTable {
            melodic: names(false).collect(),
            drums: names(true).collect(),
        });
        if is_changed {
            self.host.names_changed();
        }
    }

    /// The name of a program in the upper bank that has it.
    fn name_of(&self, drums: bool, program: PartProgram) -> Option<String> {
        let patch = program.patch(drums);
        self.user.playing().chain(&self.built_in).find_map(|bank| {
            bank.collection
                .name(patch)
                .map(str::to_owned)
                .filter(|name| !name.is_empty())
        })
    }

    fn part_views(&self, now: &Telemetry) -> Vec<PartView> {
        now.parts
            .iter()
            .map(|part| PartView {
                program_name: self
                    .name_of(part.drums, part.program)
                    .filter(|_| !part.silent)
                    .unwrap_or_default(),
                program: part.program.program,
                bank_msb: part.program.bank_msb,
                bank_lsb: part.program.bank_lsb,
                drums: part.drums,
                voices: part.voices,
            })
            .collect()
    }
}

/// The programs of a telemetry as a state keeps them.
impl Telemetry {
    fn programs(&self) -> Vec<PartProgram> {
        self.parts.iter().map(|part| part.saved).collect()
    }
}
