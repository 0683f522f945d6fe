//! Loads a bank until it can be played, once, and says what that took.
//!
//! In: `dmus` or `rustysynth`, and a file. Out: one line, milliseconds and KiB: the time from the
//! path to a synthesizer that may be sent a note, and the most memory that the process has had.

use std::any::Any;
use std::error::Error;
use std::fs::{self, File};
use std::hint;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use dmus_dls::{Bank, Image, ReadOptions};
use dmus_synth::{Collection, Compiler, Engine, EngineConfig, Layer};
use rustysynth::{SoundFont, Synthesizer, SynthesizerSettings};

/// Frames per second.
const RATE_HZ: u32 = 48_000;

/// Loads `file` into `engine` and prints the line.
pub(crate) fn run(engine: &str, file: &Path) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    // Kept until the time is taken: to be freed is no part of it.
    let loaded: Box<dyn Any> = match engine {
        "dmus" => Box::new(dmus(file)?),
        "rustysynth" => Box::new(rustysynth(file)?),
        _ => return Err("`dmus` or `rustysynth`".into()),
    };
    let took = start.elapsed();
    hint::black_box(&loaded);
    println!("{:.3} {}", took.as_secs_f64() * 1000.0, most_memory_kib()?);
    Ok(())
}

/// As the plug-in loads a user's bank.
fn dmus(path: &Path) -> Result<Engine, Box<dyn Error>> {
    let file = File::open(path)?;
    let length = usize::try_from(file.metadata()?.len())?;
    let image = Image::read_file(&file, length, &mut |_| ControlFlow::Continue(()))?;
    let collection = compiled(&image.unwrap_or_default())?;
    let mut engine = Engine::new(EngineConfig {
        sample_rate: RATE_HZ,
        voices: 256,
        channel_groups: 4,
    })?;
    engine
        .download(Layer::User(0), Some(Arc::new(collection)))
        .map_err(|_| "no room")?;
    Ok(engine)
}

/// What an engine plays of a file, compiled part by part.
pub(crate) fn compiled(image: &Image) -> Result<Collection, Box<dyn Error>> {
    let mut compiler = Compiler::new();
    let rest = Bank::deliver(image, ReadOptions::default(), &mut compiler)?;
    Ok(compiler.finish(rest.info.name)?)
}

fn rustysynth(path: &Path) -> Result<Synthesizer, Box<dyn Error>> {
    let font = Arc::new(SoundFont::new(&mut File::open(path)?)?);
    let settings = SynthesizerSettings::new(RATE_HZ.cast_signed());
    Ok(Synthesizer::new(&font, &settings)?)
}

/// The process's high-water mark, as Linux counts it.
fn most_memory_kib() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no VmHWM")?.parse()?)
}
