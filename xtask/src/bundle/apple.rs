//! What macOS wants to know of a bundle: who it is, which version, which program is inside.
//!
//! In: bundles as the framework's bundler writes them, all under one name and version. Out: the same
//! with an `Info.plist` of their own, signed anew, since the signature covers it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Under which our bundles are known; each adds its format, for two bundles may not share a name.
const IDENTIFIER: &str = "org.dmus.instrument";

/// Every package of the workspace has this one.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The oldest macOS that the code runs on; `.cargo/config.toml` tells the linker the same.
const OLDEST_SYSTEM: &str = "11.0";

/// Gives a bundle its own `Info.plist`; false if it is none of macOS.
///
/// # Errors
/// When the bundle lacks its program or its name, or cannot be written.
pub(super) fn describe(bundle: &Path) -> Result<bool> {
    let plist = bundle.join("Contents/Info.plist");
    if !plist.exists() {
        return Ok(false);
    }
    let part = |part: Option<&std::ffi::OsStr>| {
        let text = part.and_then(std::ffi::OsStr::to_str).map(str::to_owned);
        text.with_context(|| format!("{} has no name", bundle.display()))
    };
    let (name, format) = (part(bundle.file_stem())?, part(bundle.extension())?);
    let program = bundle.join("Contents/MacOS").join(&name);
    if !program.is_file() {
        bail!("{} has no program {}", bundle.display(), program.display());
    }
    fs::write(&plist, text(&name, &format))
        .with_context(|| format!("writing {}", plist.display()))?;
    Ok(true)
}

/// The property list of the bundle `name.format`.
fn text(name: &str, format: &str) -> String {
    let entries = [
        ("CFBundleDevelopmentRegion", "en"),
        ("CFBundleDisplayName", name),
        ("CFBundleExecutable", name),
        ("CFBundleIdentifier", &format!("{IDENTIFIER}.{format}")),
        ("CFBundleInfoDictionaryVersion", "6.0"),
        ("CFBundleName", name),
        ("CFBundlePackageType", "BNDL"),
        ("CFBundleShortVersionString", VERSION),
        ("CFBundleSignature", "????"),
        ("CFBundleVersion", VERSION),
        ("LSMinimumSystemVersion", OLDEST_SYSTEM),
    ];
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n<dict>\n",
    );
    for (key, value) in entries {
        text.push_str(&format!("  <key>{key}</key>\n  <string>{value}</string>\n"));
    }
    // A window that is drawn for dense screens.
    text.push_str("  <key>NSHighResolutionCapable</key>\n  <true/>\n</dict>\n</plist>\n");
    text
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// A bundle as the framework's bundler leaves it, in a folder of this test's own.
    fn made_up(test: &str, name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("dmus-apple-{}-{test}", std::process::id()));
        let bundle = folder.join(name);
        fs::create_dir_all(bundle.join("Contents/MacOS")).unwrap();
        fs::write(bundle.join("Contents/MacOS/DMus"), "code").unwrap();
        fs::write(
            bundle.join("Contents/Info.plist"),
            "<string>com.nice-plug.dmus</string><string>1.0.0</string>",
        )
        .unwrap();
        bundle
    }

    fn value(plist: &str, key: &str) -> String {
        let (_, rest) = plist.split_once(&format!("<key>{key}</key>")).unwrap();
        let (_, rest) = rest.split_once("<string>").unwrap();
        rest.split_once("</string>").unwrap().0.to_owned()
    }

    #[test]
    fn bundle_says_who_it_is() {
        for (name, identifier) in [
            ("DMus.clap", "org.dmus.instrument.clap"),
            ("DMus.vst3", "org.dmus.instrument.vst3"),
        ] {
            let bundle = made_up("who", name);
            assert!(describe(&bundle).unwrap());
            let plist = fs::read_to_string(bundle.join("Contents/Info.plist")).unwrap();
            assert_eq!(value(&plist, "CFBundleIdentifier"), identifier);
            assert_eq!(value(&plist, "CFBundleExecutable"), "DMus");
            for key in ["CFBundleVersion", "CFBundleShortVersionString"] {
                assert_eq!(value(&plist, key), VERSION);
            }
            assert!(!plist.contains("nice-plug"), "{plist}");
            fs::remove_dir_all(bundle.parent().unwrap()).unwrap();
        }
    }

    #[test]
    fn bundle_without_its_program_is_refused() {
        let bundle = made_up("empty", "DMus.clap");
        fs::remove_file(bundle.join("Contents/MacOS/DMus")).unwrap();
        let error = describe(&bundle).unwrap_err().to_string();
        assert!(error.contains("has no program"), "{error}");
        fs::remove_dir_all(bundle.parent().unwrap()).unwrap();
    }

    #[test]
    fn bundle_of_another_system_is_left_alone() {
        let bundle = made_up("other", "DMus.vst3");
        fs::remove_file(bundle.join("Contents/Info.plist")).unwrap();
        assert!(!describe(&bundle).unwrap());
        assert!(!bundle.join("Contents/Info.plist").exists());
        fs::remove_dir_all(bundle.parent().unwrap()).unwrap();
    }

    #[test]
    fn linker_is_told_the_same_oldest_system() {
        let config = include_str!("../../../.cargo/config.toml");
        let line = format!("MACOSX_DEPLOYMENT_TARGET = \"{OLDEST_SYSTEM}\"");
        assert!(config.contains(&line), "{line}");
    }
}
