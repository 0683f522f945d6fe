//! What `dmus convert` writes, and what it leaves alone.

use std::path::PathBuf;

use super::*;

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("dmus-convert-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn convert(input: &Path, output: &Path, programs: &[&str]) -> Result<(), FileError> {
    let programs = programs.iter().map(|it| it.parse().expect("a patch"));
    Convert {
        input: input.to_owned(),
        output: output.to_owned(),
        programs: programs.collect(),
        attenuation: Meaning::Hardware,
    }
    .run()
}

/// The built-in bank as a file.
fn built_in(folder: &Path) -> PathBuf {
    let path = folder.join("in.dls");
    save(&bank::built_in().expect("compiled in"), &path).expect("written");
    path
}

#[test]
fn the_whole_bank_comes_back_and_nothing_is_left_beside_it() {
    let folder = folder("whole");
    let input = built_in(&folder);
    let output = folder.join("out.dls");
    fs::write(&output, "something older").expect("written");
    convert(&input, &output, &[]).expect("converted");
    let again = bank::read(&output).expect("a bank");
    assert!(again.instruments == bank::built_in().expect("compiled in").instruments);
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 2);
    fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn chosen_programs_bring_only_their_waves() {
    let folder = folder("trimmed");
    let input = built_in(&folder);
    let output = folder.join("out.dls");
    convert(&input, &output, &["1", "drums:1"]).expect("converted");
    let [whole, part] = [&input, &output].map(|it| bank::read(it).expect("a bank"));
    assert_eq!(part.instruments.len(), 2);
    assert!(part.waves.len() < whole.waves.len());
    let error = convert(&input, &output, &["5:5:5"]).expect_err("refused");
    assert!(
        error
            .to_string()
            .ends_with("there is no instrument at 5:5:5"),
        "{error}"
    );
    fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn a_bank_is_not_written_over_itself() {
    let folder = folder("itself");
    let input = built_in(&folder);
    let before = fs::read(&input).expect("a file");
    let roundabout = folder
        .join("..")
        .join(folder.file_name().expect("a name"))
        .join("in.dls");
    let error = convert(&input, &roundabout, &[]).expect_err("refused");
    assert!(error.to_string().contains("not written over"), "{error}");
    assert!(fs::read(&input).expect("a file") == before);
    fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn a_file_that_cannot_be_written_leaves_nothing_behind() {
    let folder = folder("unwritable");
    let input = built_in(&folder);
    let output = folder.join("no/such/folder/out.dls");
    assert!(convert(&input, &output, &[]).is_err());
    // A folder cannot be replaced by a file.
    let output = folder.join("taken");
    fs::create_dir_all(output.join("full")).expect("a folder");
    assert!(convert(&input, &output, &[]).is_err());
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 2);
    fs::remove_dir_all(folder).expect("removed");
}
