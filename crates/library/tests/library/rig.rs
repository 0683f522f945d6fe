//! A machine in a folder: a home, banks, a place for the index.

use std::fs;
use std::path::{Path, PathBuf};

use dmus_dls::Bank;
use dmus_dls::bank::{About, Dialect, Frames, Instrument, Patch, Region, Wave};
use dmus_dls::write::to_dls;
use dmus_library::{Library, Places};

/// Folders that vanish with the test.
pub(crate) struct Machine {
    root: tempfile::TempDir,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["home/banks", "home/music", "system", "project"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        Self { root }
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    /// Writes a file and returns where it is.
    pub(crate) fn write(&self, path: &str, bytes: &[u8]) -> PathBuf {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn places(&self) -> Places {
        Places {
            home: Some(self.at("home")),
            data: Some(self.at("data")),
            banks: Some(self.at("home/banks")),
            folders: vec![self.at("home/banks"), self.at("system")],
            files: Vec::new(),
        }
    }

    /// A process on this machine.
    pub(crate) fn library(&self) -> Library {
        Library::new(self.places())
    }

    /// A process that finds what others have left, but has no index yet.
    pub(crate) fn without_index(&self) -> Library {
        Library::new(Places {
            data: None,
            ..self.places()
        })
    }
}

/// A bank whose content its number decides; all titles of one length give files of one length.
pub(crate) fn bank(title: &str, number: u8, copyright: &str) -> Vec<u8> {
    let mut bank = Bank::default();
    bank.info.name = title.to_owned();
    bank.info.copyright = copyright.to_owned();
    bank.instruments.push(Instrument {
        patch: Patch {
            drums: false,
            bank_msb: 0,
            bank_lsb: 0,
            program: number & 0x7F,
        },
        name: "Tone".to_owned(),
        regions: vec![Region::of_wave(0)],
        articulation: Vec::new(),
        dialect: Dialect::Dls,
        about: About::default(),
    });
    bank.waves.push(Wave {
        name: String::new(),
        sample_rate: 48_000,
        frames: Frames::from(vec![i16::from(number); 2_000_000]),
        sample: None,
        about: About::default(),
    });
    to_dls(&bank)
}

/// Whether two paths lead to one file.
pub(crate) fn same_file(one: &Path, other: &Path) -> bool {
    one.canonicalize().unwrap() == other.canonicalize().unwrap()
}
