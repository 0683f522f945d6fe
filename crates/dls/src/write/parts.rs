//! The parts of a bank, in the order in which they stand in a file.

use super::file::File;
use crate::bank::{
    About, Bank, Connection, Dialect, Instrument, LoopKind, Region, Wave, WaveSample,
};
use crate::dls::articulation::{ART2, HEAD as ARTICULATION_HEAD, LAR2, Level};
use crate::dls::block;
use crate::dls::info::{DLID, ICMT, ICOP, IENG, INAM, INFO, ISFT};
use crate::dls::instrument::{DRUMS, INS, INSH, LRGN};
use crate::dls::pool::HEAD as TABLE_HEAD;
use crate::dls::region::{MULTI_CHANNEL, PHASE_MASTER, RGN2, RGNH, SELF_NON_EXCLUSIVE, WLNK};
use crate::dls::sample::{HEAD as SAMPLE_HEAD, LOOP, NO_COMPRESSION, NO_TRUNCATION, WSMP};
use crate::dls::wave::{DATA, FMT, PCM, WAVE};
use crate::dls::{COLH, LINS, PTBL, VERS, WVPL};
use crate::error::FourCc;
use crate::extension::{self, OfInstrument, OfRegion, Split};
use crate::riff::{LIST, RIFF};

/// A whole bank.
pub(super) fn bank(bank: &Bank, file: &mut File<'_>) {
    file.container(RIFF, FourCc(*b"DLS "), |file| {
        let info = &bank.info;
        if let Some([a, b, c, d]) = info.version {
            file.chunk(VERS, |file| {
                [b, a, d, c].into_iter().for_each(|field| file.u16(field));
            });
        }
        id(&info.about, file);
        file.chunk(COLH, |file| file.count(bank.instruments.len()));
        file.container(LIST, LINS, |file| {
            bank.instruments.iter().for_each(|it| instrument(it, file));
        });
        waves(&bank.waves, file);
        let named: [(FourCc, &str); 5] = [
            (INAM, &info.name),
            (IENG, &info.engineer),
            (ICOP, &info.copyright),
            (ICMT, &info.comment),
            (ISFT, &info.software),
        ];
        texts(&named, &info.about, file);
    });
}

fn instrument(instrument: &Instrument, file: &mut File<'_>) {
    file.container(LIST, INS, |file| {
        id(&instrument.about, file);
        file.chunk(INSH, |file| {
            let patch = instrument.patch;
            let drums = if patch.drums { DRUMS } else { 0 };
            let lsb = u32::from(patch.bank_lsb & 0x7F);
            let msb = u32::from(patch.bank_msb & 0x7F);
            file.count(instrument.regions.len());
            file.u32(drums | msb << 8 | lsb);
            file.u32(u32::from(patch.program & 0x7F));
        });
        let dialect = instrument.dialect;
        file.container(LIST, LRGN, |file| {
            let regions = instrument.regions.iter();
            regions.for_each(|it| region(it, dialect, file));
        });
        let lists = Split::of(&instrument.articulation, dialect, Level::Instrument);
        if !lists.plain.is_empty() {
            articulation(&lists.plain, file);
        }
        if let Some(body) = OfInstrument::write(instrument, &lists.beyond) {
            file.chunk(extension::INSTRUMENT, |file| file.bytes(&body));
        }
        texts(&[(INAM, &instrument.name)], &instrument.about, file);
    });
}

fn region(region: &Region, dialect: Dialect, file: &mut File<'_>) {
    file.container(LIST, RGN2, |file| {
        file.chunk(RGNH, |file| {
            for range in [&region.keys, &region.velocities] {
                file.u16(u16::from(*range.start()));
                file.u16(u16::from(*range.end()));
            }
            file.u16(flag(region.self_non_exclusive, SELF_NON_EXCLUSIVE));
            file.u16(region.key_group);
            if let Some(layer) = region.layer {
                file.u16(layer);
            }
        });
        if let Some(it) = &region.sample {
            sample(it, file);
        }
        file.chunk(WLNK, |file| {
            let link = region.link;
            let master = flag(link.phase_master, PHASE_MASTER);
            file.u16(master | flag(link.multi_channel, MULTI_CHANNEL));
            file.u16(link.phase_group);
            file.u32(link.channels);
            file.count(region.wave);
        });
        let own = region.articulation.as_ref();
        let lists = own.map(|list| Split::of(list, dialect, Level::Region));
        if let Some(lists) = &lists {
            articulation(&lists.plain, file);
        }
        let beyond = lists.map(|lists| lists.beyond).unwrap_or_default();
        if let Some(body) = OfRegion::write(region, &beyond) {
            file.chunk(extension::REGION, |file| file.bytes(&body));
        }
        texts(&[], &region.about, file);
    });
}

fn articulation(connections: &[Connection], file: &mut File<'_>) {
    file.container(LIST, LAR2, |file| {
        file.chunk(ART2, |file| {
            file.u32(ARTICULATION_HEAD);
            file.count(connections.len());
            let blocks = connections.iter().map(block::bytes_of);
            blocks.for_each(|block| file.bytes(&block));
        });
    });
}

fn sample(sample: &WaveSample, file: &mut File<'_>) {
    file.chunk(WSMP, |file| {
        let mut options = 0;
        if sample.no_truncation {
            options |= NO_TRUNCATION;
        }
        if sample.no_compression {
            options |= NO_COMPRESSION;
        }
        file.u32(SAMPLE_HEAD);
        file.u16(u16::from(sample.unity_note));
        file.bytes(&sample.fine_tune.to_le_bytes());
        file.bytes(&sample.gain.0.to_le_bytes());
        file.u32(options);
        file.count(usize::from(sample.wave_loop.is_some()));
        if let Some(wave_loop) = sample.wave_loop {
            file.u32(LOOP);
            file.u32(match wave_loop.kind {
                LoopKind::Forward => 0,
                LoopKind::UntilRelease => 1,
            });
            file.u32(wave_loop.start);
            file.u32(wave_loop.length);
        }
    });
}

/// The cue table, whose cues are the waves in their order, then the pool.
fn waves(waves: &[Wave], file: &mut File<'_>) {
    file.chunk(PTBL, |file| {
        file.u32(TABLE_HEAD);
        file.count(waves.len());
        waves.iter().for_each(|_| file.mark_ahead());
    });
    file.container(LIST, WVPL, |file| {
        let start = file.position();
        for it in waves {
            file.mark(start);
            wave(it, file);
        }
    });
}

fn wave(wave: &Wave, file: &mut File<'_>) {
    file.container(LIST, WAVE, |file| {
        id(&wave.about, file);
        file.chunk(FMT, |file| {
            file.u16(PCM);
            file.u16(1);
            file.u32(wave.sample_rate);
            file.u32(wave.sample_rate.saturating_mul(2));
            file.u16(2);
            file.u16(16);
        });
        file.chunk(DATA, |file| file.frames(&wave.frames));
        if let Some(it) = &wave.sample {
            sample(it, file);
        }
        if let Some(low) = wave.frames.low() {
            file.chunk(extension::LOW, |file| file.bytes(low));
        }
        texts(&[(INAM, &wave.name)], &wave.about, file);
    });
}

fn id(about: &About, file: &mut File<'_>) {
    if let Some(id) = about.id() {
        file.chunk(DLID, |file| file.bytes(&id.0));
    }
}

/// Those texts that are not empty, first those with a field of their own; no list when all are.
fn texts(named: &[(FourCc, &str)], about: &About, file: &mut File<'_>) {
    let others = about.texts().iter();
    let others = others.map(|(name, text)| (*name, text.as_str()));
    let others = others.filter(|(name, _)| named.iter().all(|(known, _)| known != name));
    let texts: Vec<(FourCc, &str)> = named
        .iter()
        .copied()
        .chain(others)
        .filter(|(_, text)| !text.is_empty())
        .collect();
    if texts.is_empty() {
        return;
    }
    file.container(LIST, INFO, |file| {
        for (name, text) in texts {
            file.chunk(name, |file| {
                file.bytes(text.as_bytes());
                file.bytes(&[0]);
            });
        }
    });
}

fn flag(set: bool, bit: u16) -> u16 {
    if set { bit } else { 0 }
}
