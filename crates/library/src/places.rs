//! Where banks lie, and where the index is kept, on each platform.
//!
//! In: an [`Environment`]: variables and a home folder. Out: [`Places`]. No disk is touched here,
//! so that every platform's places can be computed on any. Thread: any.
//!
//! A bank is looked for in this order: where it was, beside the project and in the user's own
//! places, through the index, then in the folders of the user and of the system from first to last.

use std::ffi::OsString;
use std::path::PathBuf;

/// Names further folders with banks, separated as in `PATH`; they are searched first.
const FOLDERS_VARIABLE: &str = "DMUS_BANK_FOLDERS";

/// Names the folder for the index, instead of the user's.
const DATA_VARIABLE: &str = "DMUS_DATA";

/// A kind of operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// Linux, and what is like it.
    Linux,
    /// Windows.
    Windows,
    /// macOS.
    MacOs,
}

/// What a process knows of where it runs.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// The kind of system.
    pub platform: Platform,
    /// The value of a variable.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
}

impl std::fmt::Debug for Environment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment")
            .field("platform", &self.platform)
            .finish_non_exhaustive()
    }
}

/// Folders and files of one machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The user's home.
    pub home: Option<PathBuf>,
    /// Where the index is kept; nothing is kept without it.
    pub data: Option<PathBuf>,
    /// Where this program's user keeps banks.
    pub banks: Option<PathBuf>,
    /// Folders to be searched, with those inside them, first to last.
    pub folders: Vec<PathBuf>,
    /// Single files to be looked at after the folders.
    pub files: Vec<PathBuf>,
}

impl Places {
    /// The places of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let platform = if cfg!(windows) {
            Platform::Windows
        } else if cfg!(target_os = "macos") {
            Platform::MacOs
        } else {
            Platform::Linux
        };
        Self::of(&Environment {
            platform,
            variable: &|name| std::env::var_os(name),
        })
    }

    /// The places that an environment tells of.
    #[must_use]
    pub fn of(environment: &Environment<'_>) -> Self {
        let mut places = match environment.platform {
            Platform::Linux => environment.linux(),
            Platform::Windows => environment.windows(),
            Platform::MacOs => environment.mac_os(),
        };
        if let Some(data) = environment.path(DATA_VARIABLE) {
            places.data = Some(data);
        }
        if let Some(named) = (environment.variable)(FOLDERS_VARIABLE) {
            let named = std::env::split_paths(&named).filter(|path| path.is_absolute());
            places.folders.splice(0..0, named);
        }
        places
    }
}

impl Environment<'_> {
    /// A path in a variable, if there is something in it.
    fn path(&self, name: &str) -> Option<PathBuf> {
        let value = (self.variable)(name)?;
        (!value.is_empty()).then(|| value.into())
    }

    /// Source: the XDG base directories; where distributions put their banks.
    fn linux(&self) -> Places {
        let home = self.path("HOME");
        let user = self
            .path("XDG_DATA_HOME")
            .or_else(|| Some(home.as_ref()?.join(".local/share")));
        let banks = user.as_ref().map(|user| user.join("dmus/banks"));
        let own = [
            banks.clone(),
            user.as_ref().map(|user| user.join("soundfonts")),
            user.as_ref().map(|user| user.join("sounds")),
        ];
        let system = [
            "/usr/local/share/soundfonts",
            "/usr/share/soundfonts",
            "/usr/share/sounds/sf2",
            "/usr/share/sounds/sf3",
            "/usr/share/sounds/dls",
        ];
        Places {
            data: user.as_ref().map(|user| user.join("dmus")),
            folders: own
                .into_iter()
                .flatten()
                .chain(system.map(PathBuf::from))
                .collect(),
            banks,
            home,
            files: Vec::new(),
        }
    }

    /// Source: known folders by their variables; the bank of the system's own synthesizer.
    fn windows(&self) -> Places {
        let home = self.path("USERPROFILE");
        let roaming = self.path("APPDATA");
        let banks = roaming
            .as_ref()
            .map(|roaming| roaming.join("DMus").join("banks"));
        let documents = home.as_ref().map(|home| home.join("Documents"));
        let folders = [
            banks.clone(),
            documents.as_ref().map(|it| it.join("DMus").join("banks")),
            documents.as_ref().map(|it| it.join("SoundFonts")),
            self.path("PROGRAMDATA").map(|it| it.join("soundfonts")),
        ];
        let system = self
            .path("WINDIR")
            .map(|it| it.join("System32").join("drivers").join("gm.dls"));
        Places {
            data: self
                .path("LOCALAPPDATA")
                .or(roaming)
                .map(|it| it.join("DMus")),
            folders: folders.into_iter().flatten().collect(),
            files: system.into_iter().collect(),
            banks,
            home,
        }
    }

    /// Source: Apple's folders for audio plug-ins; the bank of the system's own synthesizer.
    fn mac_os(&self) -> Places {
        let home = self.path("HOME");
        let data = home
            .as_ref()
            .map(|home| home.join("Library/Application Support/DMus"));
        let banks = data.as_ref().map(|data| data.join("banks"));
        let folders = [
            banks.clone(),
            home.as_ref()
                .map(|home| home.join("Library/Audio/Sounds/Banks")),
            Some("/Library/Audio/Sounds/Banks".into()),
        ];
        let system =
            "/System/Library/Components/CoreAudio.component/Contents/Resources/gs_instruments.dls";
        Places {
            data,
            folders: folders.into_iter().flatten().collect(),
            files: vec![system.into()],
            banks,
            home,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The places of a platform with these variables, all separators slashes.
    fn places(platform: Platform, variables: &[(&str, &str)]) -> (Places, Vec<String>) {
        let find = |name: &str| {
            let found = variables.iter().find(|(it, _)| *it == name);
            found.map(|(_, value)| OsString::from(value))
        };
        let places = Places::of(&Environment {
            platform,
            variable: &find,
        });
        let all = places.folders.iter().chain(&places.files);
        let texts = all.map(slashes).collect();
        (places, texts)
    }

    fn slashes(path: impl AsRef<Path>) -> String {
        path.as_ref().to_string_lossy().replace('\\', "/")
    }

    #[test]
    fn linux_has_the_users_folders_before_those_of_the_system() {
        let (places, texts) = places(Platform::Linux, &[("HOME", "/home/me")]);
        assert_eq!(
            texts,
            [
                "/home/me/.local/share/dmus/banks",
                "/home/me/.local/share/soundfonts",
                "/home/me/.local/share/sounds",
                "/usr/local/share/soundfonts",
                "/usr/share/soundfonts",
                "/usr/share/sounds/sf2",
                "/usr/share/sounds/sf3",
                "/usr/share/sounds/dls",
            ]
        );
        assert_eq!(slashes(places.data.unwrap()), "/home/me/.local/share/dmus");
        assert_eq!(slashes(places.home.unwrap()), "/home/me");
    }

    #[test]
    fn linux_follows_the_data_folder_that_is_named() {
        let variables = [("HOME", "/home/me"), ("XDG_DATA_HOME", "/data/me")];
        let (places, texts) = places(Platform::Linux, &variables);
        assert_eq!(texts[0], "/data/me/dmus/banks");
        assert_eq!(slashes(places.data.unwrap()), "/data/me/dmus");
    }

    #[test]
    fn windows_has_its_own_bank_last_and_the_index_off_the_roaming_profile() {
        let variables = [
            ("USERPROFILE", "C:\\Users\\me"),
            ("APPDATA", "C:\\Users\\me\\AppData\\Roaming"),
            ("LOCALAPPDATA", "C:\\Users\\me\\AppData\\Local"),
            ("PROGRAMDATA", "C:\\ProgramData"),
            ("WINDIR", "C:\\Windows"),
        ];
        let (places, texts) = places(Platform::Windows, &variables);
        assert_eq!(
            texts,
            [
                "C:/Users/me/AppData/Roaming/DMus/banks",
                "C:/Users/me/Documents/DMus/banks",
                "C:/Users/me/Documents/SoundFonts",
                "C:/ProgramData/soundfonts",
                "C:/Windows/System32/drivers/gm.dls",
            ]
        );
        assert_eq!(
            slashes(places.data.unwrap()),
            "C:/Users/me/AppData/Local/DMus"
        );
    }

    #[test]
    fn mac_os_has_the_folders_for_audio_and_its_own_bank_last() {
        let (places, texts) = places(Platform::MacOs, &[("HOME", "/Users/me")]);
        assert_eq!(
            texts,
            [
                "/Users/me/Library/Application Support/DMus/banks",
                "/Users/me/Library/Audio/Sounds/Banks",
                "/Library/Audio/Sounds/Banks",
                "/System/Library/Components/CoreAudio.component/Contents/Resources/gs_instruments.dls",
            ]
        );
        assert_eq!(
            slashes(places.data.unwrap()),
            "/Users/me/Library/Application Support/DMus"
        );
    }

    #[test]
    fn without_a_home_there_is_no_index_and_the_systems_folders_remain() {
        for platform in [Platform::Linux, Platform::MacOs] {
            let (places, texts) = places(platform, &[("HOME", "")]);
            assert_eq!((places.data, places.home), (None, None));
            assert!(!texts.is_empty());
        }
        assert_eq!(places(Platform::Windows, &[]).0, Places::default());
    }

    #[test]
    fn variables_of_ours_come_first() {
        let folders = std::env::join_paths(["/banks/a", "/banks/b", "relative"]).unwrap();
        let variables = [
            ("HOME", "/home/me"),
            ("DMUS_DATA", "/elsewhere"),
            ("DMUS_BANK_FOLDERS", folders.to_str().unwrap()),
        ];
        let (places, texts) = places(Platform::Linux, &variables);
        assert_eq!(texts[..2], ["/banks/a", "/banks/b"]);
        assert_eq!(texts.len(), 10, "a relative folder is nobody's");
        assert_eq!(slashes(places.data.unwrap()), "/elsewhere");
    }
}
